"""What came of a job, written into an answer: files, cost, error, progress."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .borrowed import NameSelector, parse
from .counts import plain_name
from .places import first_value
from .scribe import selects
from .sorts import file_path
from .telling import kept_places
from .traits import carried
from .wordbook import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .jobs import Failure
    from .lives import Life
    from .pen import Leaf
    from .prices import Charge
    from .scribe import Scribe

__all__ = ["Facts", "Outcome", "has_place"]

_ENDED = ("completedat", "finishedat", "endedat", "processedat", "canceledat", "cancelledat")
_FAILING = frozenset(("error", "errors", "err", "failure", "failures", "fault", "problem"))
_TOTAL = 10  # of steps, where a document lets a job say how many it has


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is to be told of a job.

    `file` gives the URL of its nth file, `links` are URLs by their paths, of which those in `due`
    are written wherever they can be; `unique` are values of this job alone by theirs, `expires` is
    in seconds since 1970; `sent` are the members of its request under plain names, `before` is an
    earlier answer that told of it.
    """

    ids: Sequence[str | int]
    state: str
    file: Callable[[int], str]
    failure: Failure | None = None
    charge: Charge | None = None
    progress: float = 0.0
    expires: float | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    due: frozenset[str] = frozenset()
    unique: Mapping[str, Leaf] = field(default_factory=dict)
    sent: Mapping[str, Any] = field(default_factory=dict)
    files: int = 1
    before: Any = None


class Outcome:
    """Writes the facts of one job of a life cycle into one kind of answer."""

    def __init__(self, scribe: Scribe, life: Life, facts: Facts) -> None:
        self._scribe, self._life, self._facts = scribe, life, facts

    def told(self, body: Any, *, is_beside: bool = False) -> Any:
        """The body with all that is true but the state, and without what is not, or not yet.

        An answer that tells it `is_beside` the poll's need not have the places of that.
        """
        if body is None:
            return body
        scribe, facts = self._scribe, self._facts
        body = self._carried(body)
        keeping = kept_places(self._life.cycle, body)
        for path in self._absent(body):
            body = scribe.clear(body, path, keeping)
        for path, url in facts.links.items():
            is_due = path in facts.due and not is_beside
            if is_due or selects(path, body) or scribe.ground.knows(path):
                body = scribe.write(body, path, url)
        body = self._advanced(body)
        if self._life.cycle.refused is not None:
            body = scribe.unselect(body, self._life.cycle.refused, keeping)
        if is_beside:
            return body
        if facts.failure is not None and facts.state == "failed":
            body = self._failed(facts.failure, body)
        if facts.state != "succeeded":
            return body
        for path, leaf in facts.unique.items():
            body = scribe.fill(body, path, leaf)
        return self._billed(body if self._life.cycle.result.step else self.yielded(body))

    def yielded(self, body: Any) -> Any:
        """The body with the value and the files of the result."""
        scribe, facts, result = self._scribe, self._facts, self._life.cycle.result
        if body is None:
            return body
        if result.value not in (None, "$"):
            body = scribe.grow(body, str(result.value))
        chosen = file_path(self._life, scribe.ground)
        if chosen is not None:
            body = scribe.fill(
                body, chosen, lambda number, _old, _may: facts.file(number), count=facts.files
            )
            for path in result.files[: list(result.files).index(chosen)]:
                body = scribe.clear(body, path, (chosen,))
                if selects(path, body):  # a client reads it first
                    body = scribe.write(body, path, facts.file(0))
        if isinstance(result.expires, str) and facts.expires is not None:
            moment = datetime.fromtimestamp(int(facts.expires), UTC)
            text = moment.isoformat().replace("+00:00", "Z")
            body = scribe.write(body, result.expires, text, int(facts.expires))
        return body

    def reserved(self, body: Any) -> Any:
        """The body with what the job is expected to cost."""
        cost, charge = self._life.cycle.cost, self._facts.charge
        if body is None or cost is None or not cost.reserved or charge is None:
            return body
        return self._amount(body, cost.reserved, charge.amount)

    def _carried(self, body: Any) -> Any:
        """The body with what an earlier answer has told of the job."""
        facts, cycle = self._facts, self._life.cycle
        if facts.before is None or body is None:
            return body
        cost = [cycle.cost.amount, cycle.cost.discount, cycle.cost.reserved] if cycle.cost else []
        paths = [*cycle.status, *cycle.error.code, *cycle.error.message, *cycle.result.files]
        paths += [path for path in (cycle.result.value, *cost) if path]
        paths += [cycle.progress.value] if cycle.progress is not None else []
        apart = {*(name for path in paths for name in _last_name(path)), *_ENDED}
        return carried(self._scribe.ground, body, facts.before, facts.ids[0], apart)

    def _absent(self, body: Any) -> list[str]:
        """The places of what is not there in that state."""
        cycle, state = self._life.cycle, self._facts.state
        paths = [*self._life.leftovers]
        if state != "succeeded":
            value = [] if cycle.result.value in (None, "$") else [str(cycle.result.value)]
            paths += [] if cycle.result.step else [*cycle.result.files, *value]
            costs = (cycle.cost.amount, cycle.cost.discount) if cycle.cost else ()
            paths += [*(path for path in costs if path), *self._facts.unique]
        if state != "failed":
            told = (*cycle.error.code, *cycle.error.message)
            paths += [*filter(None, map(_whole, told)), *told]
        if state in ("queued", "running"):
            members = body if isinstance(body, dict) else {}
            paths += [f"$[{name!r}]" for name in members if plain_name(name) in _ENDED]
        return paths

    def _billed(self, body: Any) -> Any:
        cost, charge = self._life.cycle.cost, self._facts.charge
        if cost is None or charge is None or body is None:
            return body
        for path, amount in ((cost.amount, charge.amount), (cost.discount, charge.discount)):
            if path:
                body = self._amount(body, path, amount)
        return body

    def _amount(self, body: Any, path: str, amount: Any) -> Any:
        """The body with money, as a number where a number stands."""
        number = int(amount) if amount == int(amount) else float(amount)
        standing = parse(path).first(body)
        is_number = isinstance(standing, int | float) and not isinstance(standing, bool)
        texts = (number, float(amount), str(amount)) if is_number else (str(amount), number)
        whole = max(1, round(amount)) if amount > 0 else 0
        return self._scribe.write(body, path, *texts, whole)

    def _failed(self, failure: Failure, body: Any) -> Any:
        error, code = self._life.cycle.error, failure.code
        numbers = (int(code),) if code.isascii() and code.isdecimal() else ()
        told = ((error.code, (code, *numbers, 1)), (error.message, (failure.message,)))
        for paths, values in told:
            ground = self._scribe.ground
            known = [path for path in paths if selects(path, body) or ground.knows(path)]
            for path in known[:1] or paths[:1]:
                body = self._scribe.write(body, path, *values)
        return body

    def _advanced(self, body: Any) -> Any:
        """The body with how far the job is."""
        told, facts = self._life.cycle.progress, self._facts
        if told is None or not has_place(self._scribe, self._life, body, told.value):
            return body
        done = 1.0 if facts.state == "succeeded" else min(facts.progress, 0.99)
        total: float
        if isinstance(told.of, str):
            standing = first_value((told.of,), body)
            total = standing if isinstance(standing, int) and standing > 0 else _TOTAL
            body = self._scribe.write(body, told.of, total)
        else:
            total = told.of
        exact = round(done * total, 2)
        values = (int(exact), exact) if total > 1 else (exact, int(exact))
        places = self._scribe.ground.at(parse(told.value).segments)
        texts = tuple(map(str, values))
        # What stands within a text is checked by nobody.
        is_text = bool(places) and all(each.get("type") == "string" for each in places)
        written = texts if is_text else (*values, *texts)
        return self._scribe.write(body, told.value, *written)


def _last_name(path: str) -> list[str]:
    """The name at the end of a path, in plain letters; none where it ends otherwise."""
    last = [segment.selectors[0] for segment in parse(path).segments[-1:]]
    return [plain_name(each.name) for each in last if isinstance(each, NameSelector)]


def _whole(path: str) -> str:
    """The path of the outermost object that is an error by its name; empty where none is."""
    place = "$"
    for segment in parse(path).segments[:-1]:
        selector = segment.selectors[0]
        if segment.descendant or not isinstance(selector, NameSelector):
            return ""
        place += f"[{selector.name!r}]"
        if any(word in _FAILING for word in words_of(selector.name)):
            return place
    return ""


def has_place(scribe: Scribe, life: Life, body: Any, path: str) -> bool:
    """Whether an answer has that place, as its schema, the body or a user says."""
    known = selects(path, body) or scribe.ground.knows(path)
    return known or scribe.ground.is_silent or path in life.chosen
