"""Bodies of answers: the document's examples or samples, with what is true of a job written in."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .borrowed import NameSelector, parse
from .counts import plain_name
from .description import Answer, Content, ErrorPaths, Operation
from .grounds import Ground
from .outcomes import Facts, Outcome, has_place
from .pen import at
from .places import put, remove
from .refusals import write_refusal
from .rendering import success
from .requests import RefusalError
from .scribe import Scribe, selects
from .telling import Telling, Way
from .traits import agreed, holder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .borrowed import Location
    from .description import Description
    from .lives import Life
    from .overrides import Layout, Place
    from .pen import Leaf
    from .samples import Sampler

__all__ = ["Answers", "Twist", "successes"]

_MADE_UP = "sandbox_failure"  # the code of a job that fails where the document has none
_USUAL_ERROR = ErrorPaths(code=["$.error.code"], message=["$.error.message"])


def successes(operation: Operation) -> Mapping[int, Answer]:
    """All answers of an operation that went well, by status."""
    good = [each for each in operation.answers.items() if each[0].startswith("2")]
    return {int(status.upper().replace("X", "0")): answer for status, answer in good}


@dataclass(frozen=True, slots=True, kw_only=True)
class Twist:
    """How an answer differs from the truth: another word for the state, a place left out."""

    word: Any = None
    lacks: tuple[str, ...] = ()


class Answers:
    """Writes bodies in the places of a layout."""

    def __init__(self, description: Description, layout: Layout, sampler: Sampler) -> None:
        self._description, self._layout, self._sampler = description, layout, sampler
        self._scribes: dict[tuple[str, int], Scribe] = {}
        self._tellings: dict[Life, Telling] = {}

    def telling(self, life: Life) -> Telling:
        """How the states of a life cycle are told."""
        if life not in self._tellings:
            self._tellings[life] = Telling(life.cycle, life.chosen)
        return self._tellings[life]

    def scribe(self, operation: Operation | None, status: int = 0) -> Scribe:
        """What writes in answers of that status (0: a good one); None is no operation at all."""
        key = (operation.name if operation else "", status)
        if key not in self._scribes:
            schema: Any = self.content(operation, status).schema if operation else {}
            for name in reversed(self._envelope()):
                schema = {"type": "object", "properties": {name: schema}}
            self._scribes[key] = Scribe(
                Ground(schema, self._description.definitions, self._sampler)
            )
        return self._scribes[key]

    def content(self, operation: Operation, status: int = 0) -> Content:
        """The JSON that an operation answers, else what it answers first."""
        answer = successes(operation).get(status) or operation.answers.get(str(status))
        answer = answer or success(operation)[1] or Answer()
        contents = [each for each in (answer, *answer.others) if each.content_type]
        return next((each for each in contents if each.kind == "json"), answer)

    def error(self, refusal: RefusalError, operation: Operation | None = None) -> Any:
        """The body of an error answer, in the places that the document has for all of them.

        Where a good answer of the operation has these, in the shape of that one.
        """
        code, message, error = refusal.code, refusal.message, self._description.error
        if not error.code and not error.message:
            error = _USUAL_ERROR
        told = self._enveloped(refusal, error, operation)
        if told is not None:
            return told
        places = self._layout.error_places("error", error)
        body = self._wrap({}, list(zip(places, (code, message), strict=True)))
        return body or put({"error": {"code": code}}, "$.error.message", message)

    def _enveloped(
        self, refusal: RefusalError, error: ErrorPaths, operation: Operation | None
    ) -> Any:
        """The error in the envelope of good answers; None where that has no place for one."""
        content = self.content(operation) if operation is not None else Content()
        is_json = bool(content.content_type) and content.kind == "json"
        if operation is None or self._layout.envelope is not None or not is_json:
            return None
        scribe = self.scribe(operation)
        body = write_refusal(self._sampler, content, refusal)
        written = 0
        values = ((refusal.code, refusal.status, str(refusal.status)), (refusal.message,))
        for paths, told in zip((error.code, error.message), values, strict=True):
            for path in [each for each in paths if scribe.ground.knows(each)][:1]:
                one = scribe.write(body, path, *told)
                if not self._tells_of_job(one):
                    body, written = one, written + 1
        return body if written and not self._tells_of_job(body) else None

    def _tells_of_job(self, body: Any) -> bool:
        """Whether a body has a place that life cycles have for ids or states."""
        cycles = [each.job for each in self._description.operations if each.job is not None]
        paths = {path for cycle in cycles for path in (*cycle.id, *cycle.status)}
        return any(selects(path, body) for path in paths)

    def wrapped(self, body: Any) -> Any:
        """The body in the envelope that was set."""
        if self._layout.envelope is None or body is None:
            return body
        return put({}, self._layout.envelope, body)

    def taken(self, life: Life) -> tuple[int, Answer | None]:
        """The answer to a submit: of several good ones the first that has a place for the id."""
        good, wanted = successes(life.submit), life.cycle.id or (life.cycle.poll.url,)
        begins = {status: good[status] for status in good if status not in life.ends_by_status}
        for status, answer in begins.items():
            ground = self.scribe(life.submit, status).ground
            header = wanted[0].removeprefix("$response.header.").lower()
            if header in (name.lower() for name in answer.headers) or any(
                path.startswith("$") and not path.startswith("$response.") and ground.knows(path)
                for path in wanted
            ):
                return status, answer
        return success(life.submit, list(map(str, begins)))

    def submitted(self, life: Life, facts: Facts, twist: Twist | None = None) -> Any:
        """The answer to a submit."""
        telling, operation, status = self.telling(life), life.submit, self.taken(life)[0]
        scribe = self.scribe(operation, status)
        outcome = Outcome(scribe, life, facts)
        body = self.draft(operation, status, lambda each: telling.first_state(each) == facts.state)
        body = outcome.told(self._ids(scribe, life, facts, body, of_submit=True))
        if life.cycle.refused is not None:
            body = scribe.unselect(body, life.cycle.refused, life.cycle.id)
        body = outcome.reserved(body)
        if telling.takes(scribe, body):
            body = telling.begun(scribe, body, facts.state)
        if body is not None:
            body = telling.denied(scribe, body, facts.state, status)
        return self._twisted(scribe, life, body, twist)

    def refused(self, life: Life) -> Any:
        """The 2xx answer that says that nothing was taken."""
        status = self.taken(life)[0]
        scribe, body = self.scribe(life.submit, status), self.draft(life.submit, status)
        refused = str(life.cycle.refused)
        body = scribe.select(body, refused)
        for path in life.cycle.id:
            cleared = scribe.clear(body, path, (refused,))
            # The id is to be missing, be it required or not: that is what such an answer is.
            if selects(path, cleared):
                cleared = copy.deepcopy(body)
                remove(cleared, path)
            body = cleared if selects(refused, cleared) else body
        return body

    def polled(self, life: Life, facts: Facts, twist: Twist | None = None) -> tuple[int, Any]:
        """The status and the body of a poll.

        Raises:
            RefusalError: such a state is told by an error, as missing is by 404.
        """
        way = self.way(life, facts)
        if way is None and facts.state in ("queued", "running", "succeeded"):
            way = self._untold(life, facts)
        if way is None or way.status >= 400:
            raise _ended(facts, 404 if way is None else way.status)
        scribe = self.scribe(life.operations.get("poll"), way.status)
        return way.status, self._twisted(scribe, life, way.body, twist)

    def _untold(self, life: Life, facts: Facts) -> Way:
        """The answer of a document that has no place for the state."""
        answering = life.operations.get("poll")
        scribe = self.scribe(answering)
        body = self._ids(scribe, life, facts, self.draft(answering, 0))
        status = success(answering)[0] if answering is not None else 200
        return Way(status=status, state="", body=Outcome(scribe, life, facts).told(body))

    def way(self, life: Life, facts: Facts) -> Way | None:
        """How a poll tells a state; None where the document has no way to."""
        telling, answering = self.telling(life), life.operations.get("poll")

        def draft(status: int) -> tuple[Scribe, Any]:
            scribe = self.scribe(answering, status)
            body = self.draft(
                answering, status, lambda each: telling.state(status, each) == facts.state
            )
            body = self._ids(scribe, life, facts, body)
            return scribe, Outcome(scribe, life, facts).told(body)

        statuses = tuple(successes(answering)) if answering else ()
        return telling.polled(facts.state, statuses or (200,), draft)

    def told_beside(self, life: Life, operation: Operation, facts: Facts) -> Any:
        """The job in the answer of another operation, its state where that has a place for it."""
        telling, scribe = self.telling(life), self.scribe(operation)
        body = self.draft(operation, 0, lambda each: telling.state(200, each) == facts.state)
        body = self._ids(scribe, life, facts, body)
        if body is None:
            return body
        body = Outcome(scribe, life, facts).told(body, is_beside=True)
        body = self.agreeing(life, operation, body, facts)
        if not telling.takes(scribe, body):
            return telling.denied(scribe, body, facts.state, 200)
        way = telling.polled(facts.state, (200,), lambda _: (scribe, body))
        return body if way is None else way.body

    def can_tell(self, life: Life, operation: Operation, state: str) -> bool:
        """Whether the answer of another operation may say that state, where it says any."""
        ground, words = self.scribe(operation).ground, self.telling(life).words(state)
        places = [ground.at(parse(path).segments) for path in life.cycle.status]
        known = [schema for schemas in places for schema in schemas]
        fits = self._sampler.fits
        return not known or any(fits(schema, word) for schema in known for word in words)

    def agreeing(
        self,
        life: Life,
        operation: Operation,
        body: Any,
        facts: Facts,
        place: Location | None = None,
    ) -> Any:
        """The answer of another operation, of which the object at a place says what `before` says.

        That is what a poll tells; without a place, it is the object that has the job's id.
        """
        given = facts.ids[0]
        where = holder_of(facts.before, given)
        place = holder_of(body, given) if place is None else place
        if facts.before is None or place is None:
            return body
        poll = self.scribe(life.operations.get("poll")).ground
        known = at(facts.before, where or ())
        told = (poll, poll.within_body(where or ()))
        return agreed(self.scribe(operation).ground, body, place, known, told)

    def result(self, life: Life, operation: Operation | None, facts: Facts) -> Any:
        """The JSON of a result call."""
        scribe = self.scribe(operation)
        return Outcome(scribe, life, facts).yielded(self.draft(operation, 0))

    def draft(
        self,
        operation: Operation | None,
        status: int,
        fits: Callable[[Any], bool] = lambda _: True,
    ) -> Any:
        """An example that fits, else any answer, in the envelope; None where there is no body."""
        if operation is None:
            return self.wrapped({})
        content = self.content(operation, status)
        if not content.content_type or content.kind != "json":
            return None
        ground = self.scribe(operation, status).ground
        for example in content.examples:
            body = self.wrapped(copy.deepcopy(example))
            if fits(body) and ground.faults(body) == 0:
                return body
        made = self._sampler.value(content.schema, operation.name) if content.schema else {}
        return self.wrapped({} if made is None else copy.deepcopy(made))

    def fails_with(self, life: Life) -> str:
        """The code of a job that fails where nobody has named one."""
        scribe = self.scribe(life.operations.get("poll"))
        for path in life.cycle.error.code:
            for schema in scribe.ground.at(parse(path).segments):
                words = [word for word in schema.get("enum", ()) if word is not None]
                if words:
                    return str(words[0])
        return _MADE_UP

    def tells(self, life: Life, state: str) -> str | None:
        """As which state such an end is told; None where the document has no way to tell it."""
        facts = Facts(ids=["sandbox"], state=state, file=lambda _: "http://127.0.0.1/sandbox.bin")
        way = self.way(life, facts)
        return way.state if way else "missing" if state in ("missing", "expired") else None

    def _ids(
        self, scribe: Scribe, life: Life, facts: Facts, body: Any, *, of_submit: bool = False
    ) -> Any:
        """The body with the ids: where the submit's answer has them, or under the same name."""
        if body is None:
            return body
        body = self._laid_in(scribe, life, facts, body)
        paths = life.cycle.id
        known = [path for path in paths if has_place(scribe, life, body, path)]
        if not known and not of_submit:
            known = [path for path in _plainly(life) if scribe.ground.knows(path)]
        for path in known[:1] or (paths[:1] if of_submit else ()):
            ids = list(facts.ids)
            body = scribe.fill(body, path, _turns(ids), count=len(ids))
        return body

    def _laid_in(self, scribe: Scribe, life: Life, facts: Facts, body: Any) -> Any:
        """The body with members of the request that it has too."""
        if not isinstance(body, dict) or not facts.sent:
            return body
        taken = _first_names(life)
        for name in [each for each in body if each not in taken]:
            sent = facts.sent.get(plain_name(name))
            if sent is None:
                continue
            laid = {**body, name: copy.deepcopy(sent)}
            if scribe.ground.faults(laid) <= scribe.ground.faults(body):
                body = laid
        return body

    def _twisted(self, scribe: Scribe, life: Life, body: Any, twist: Twist | None) -> Any:
        """The body as a fault wants it: what is wrong in it is meant to be."""
        if twist is None or body is None:
            return body
        if twist.word is not None:
            for path in life.cycle.status:
                if selects(path, body):
                    body = scribe.write(body, path, twist.word)
        for path in twist.lacks:
            body = copy.deepcopy(body)
            remove(body, path)
        return body

    def _envelope(self) -> list[str]:
        if self._layout.envelope is None:
            return []
        selectors = (segment.selectors[0] for segment in parse(self._layout.envelope).segments)
        return [each.name for each in selectors if isinstance(each, NameSelector)]

    def _wrap(self, body: Any, written: list[tuple[Place, Any]]) -> Any:
        """Write the document's places, add the envelope, then write the places that were set."""
        for place, value in written:
            for path in place.paths[:1] if place.outer is None else ():
                body = put(body, path, value)
        body = self.wrapped(body)
        for place, value in written:
            if place.outer is not None:
                body = put(body, place.outer, value)
        return body


def _ended(facts: Facts, status: int) -> RefusalError:
    """The refusal that tells how a job has ended."""
    if facts.state == "failed" and facts.failure is not None:
        return RefusalError(status, facts.failure.code, facts.failure.message)
    told = {
        "failed": "has failed",
        "cancelled": "was cancelled",
        "expired": "has expired",
        "queued": "is not finished",
        "running": "is not finished",
    }
    if status != 404 and facts.state in told:
        return RefusalError(status, facts.state, f"job {facts.ids[0]} {told[facts.state]}")
    return RefusalError(status, "not_found", f"there is no job {facts.ids[0]!r} any more")


def _turns(ids: Sequence[str | int]) -> Leaf:
    """Each id in its turn."""
    return lambda number, _old, _may: ids[min(number, len(ids) - 1)]


def _plainly(life: Life) -> list[str]:
    """Where a body of its own has the id: under its last name, a parameter's, or the usual one."""
    last = [parse(path).segments[-1].selectors[0] for path in life.cycle.id if path != "$"]
    names = [each.name for each in last if isinstance(each, NameSelector)]
    bound = life.cycle.poll.parameters.items()
    names += [name.rpartition(".")[2] for name, source in bound if source == "$id"]
    listed = [parse(life.cycle.listing.ids).segments[-1].selectors[0]] if life.cycle.listing else []
    names = [each.name for each in listed if isinstance(each, NameSelector)] + names
    return [f"$[{name!r}]" for name in (*names, "id", "uuid")]


def _first_names(life: Life) -> set[str]:
    """The members at the root of an answer that a life cycle speaks of."""
    cycle = life.cycle
    paths = [*cycle.id, *cycle.status, *cycle.error.code, *cycle.error.message]
    paths += [*cycle.result.files, cycle.result.value or "$", cycle.refused or "$"]
    firsts = (segment for path in paths for segment in parse(path).segments[:1])
    names = (each for segment in firsts for each in segment.selectors)
    return {each.name for each in names if isinstance(each, NameSelector)}
