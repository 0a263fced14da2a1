"""Submits: what makes jobs, how many, and what a second one with the same key comes to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from .answers import Twist
from .borrowed import Parsed, parse, point
from .counts import can_say, only_list, wanted
from .jobs import ENDS, Failure, Told
from .lives import asked_by
from .rendering import answer_for
from .replies import json_reply
from .requests import RefusalError
from .sorts import media_type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from .answers import Answers
    from .cast import Cast
    from .description import Operation
    from .intake import Call
    from .jobs import Job
    from .lives import Life
    from .movie import Movie
    from .prices import Charge
    from .samples import Sampler
    from .switches import Switch

__all__ = ["END", "Submits", "Workshop"]

# A header of a submit that says how its job is to end.
END = "x-sandbox-end"
_TOLD_SO = "the sandbox was told to let this job end so"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What a submit needs of the sandbox: the film and the bill of a request, how jobs end."""

    movie: Callable[[Operation, Any], Movie]
    charge: Callable[[Operation, Any], Charge]
    begin: Callable[[Job], None]
    ends: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A submit with a key: what it asked, and what it was answered."""

    asked: bytes
    answer: Told = field(repr=False)


class Submits:
    """Makes jobs."""

    def __init__(self, answers: Answers, cast: Cast, sampler: Sampler, workshop: Workshop) -> None:
        self._answers, self._cast, self._sampler = answers, cast, sampler
        self._workshop = workshop
        self._known: dict[tuple[str, str], _Known] = {}

    def clear(self) -> None:
        """Forget all keys."""
        self._known.clear()

    def submit(
        self,
        call: Call,
        life: Life,
        failure: Failure | None,
        kept: Sequence[Switch] = (),
        *,
        without_id: bool = False,
    ) -> tuple[Response, list[Job]]:
        """The answer, and the jobs that were made.

        Args:
            call: the request.
            life: the life cycle that it begins.
            failure: the end of its job that the request orders, if any.
            kept: faults that it orders for later.
            without_id: whether the answer lacks the job's id.
        """
        key = _key(call, life)
        known = self._known.get((life.submit.name, key)) if key else None
        if known is not None:
            return self._repeated(call, life, known), []
        ends, failure = self._end(call.request, life, failure)
        jobs = self._make(call, life, key, failure=failure, ends=ends, kept=kept)
        twist = Twist(lacks=tuple(life.cycle.id)) if without_id else None
        told = self._told(call.request, life, jobs, twist)
        if key:
            self._known[life.submit.name, key] = _Known(asked=_print(call), answer=told)
        return json_reply(told.body, told.status, told.headers), jobs

    def refused(self, life: Life) -> Response:
        """The good answer that says that nothing was taken."""
        return json_reply(self._answers.refused(life), self._answers.taken(life)[0])

    def end_of(self, life: Life, ends: str) -> str:
        """The end of that name, as the document tells it.

        Raises:
            RefusalError: it is none, or the document has no way to tell it.
        """
        if ends not in ENDS:
            raise RefusalError(
                400, "invalid_request", f"{END}: {ends!r} is none of {_listed(ENDS)}"
            )
        if self._answers.tells(life, ends) is None:
            told = f"{life.submit.name} has no way to tell that a job has ended as {ends}"
            raise RefusalError(400, "invalid_request", told)
        return ends

    def _end(
        self, request: Request, life: Life, failure: Failure | None
    ) -> tuple[str, Failure | None]:
        ends = request.headers.get(END, "")
        if not ends and failure is None:
            ends = self._workshop.ends
        ends = self.end_of(life, ends) if ends else "succeeded"
        if ends == "failed" and failure is None:
            failure = Failure(code=self._answers.fails_with(life), message=_TOLD_SO)
        return ends, failure

    def _make(self, call: Call, life: Life, key: str, **ends: Any) -> list[Job]:
        query, body = call.parameters.get("query", {}), call.body
        is_many = any(not parse(path).singular for path in life.cycle.id)
        count = wanted(query, body)
        if count is None:
            count = self._usual_count(call, life) if is_many else 1
        movie = self._workshop.movie(call.operation, body)
        made = count if is_many else 1
        is_own = life.cycle.idempotency is not None and life.cycle.idempotency.is_id
        jobs: list[Job] = []
        for place in range(made):
            given = key if is_own and key else self._new_id(life)
            job = self._cast.jobs.create(
                given,
                life=life,
                operation=life.submit,
                movie=replace(movie, seed=movie.seed + place),
                media_type=self._media_type(life, body),
                charge=self._workshop.charge(call.operation, body),
                request=call.sent,
                asked=asked_by(call.match, call.request),
                turn=(place, made),
                files=1 if is_many else count,
                **ends,
            )
            self._workshop.begin(job)
            jobs.append(job)
        return jobs

    def _usual_count(self, call: Call, life: Life) -> int:
        """How many jobs come of a request that does not say it: as many as the answer has ids."""
        told = only_list(call.parameters.get("query", {}), call.body)
        if told is not None or can_say(call.names()):
            return told or 1
        draft = self._answers.draft(life.submit, self._answers.taken(life)[0])
        return max([1, *(len(Parsed.of(draft).nodes(path)) for path in life.cycle.id)])

    def _media_type(self, life: Life, body: Any) -> str:
        if life.polled_file and "*" not in life.polled_file:
            return life.polled_file
        step = life.cycle.result.step
        answering = life.operations.get("poll" if step is None else "result")
        content = self._answers.content(answering) if answering is not None else None
        ground = self._answers.scribe(answering).ground
        return media_type_of(life, ground, content, body)

    def _new_id(self, life: Life) -> str | int:
        status = self._answers.taken(life)[0]
        scribe = self._answers.scribe(life.submit, status)
        draft = self._answers.draft(life.submit, status)
        wanted_by = _schemas_of_id(life)
        path = next(iter(life.cycle.id), None)
        least = scribe.ground.faults(draft)

        def fits(guess: Any) -> bool:
            may_be = self._sampler.fits
            if not all(may_be(each, guess) or may_be(each, [guess]) for each in wanted_by):
                return False
            if path is None or draft is None:
                return True
            return scribe.ground.faults(scribe.write(draft, path, guess)) <= least

        schemas = scribe.ground.at(parse(path).segments) if path else ()

        def likes(salt: str) -> list[Any]:
            # Where nothing is both, it is what the poll takes: else nobody could ask for the job.
            own = [scribe.ground.sample(schemas, "id", salt)] if schemas else []
            return [self._sampler.value(schema, "id", salt) for schema in wanted_by] + own

        return self._cast.jobs.new_id(likes, fits)

    def _told(self, request: Request, life: Life, jobs: Sequence[Job], twist: Twist | None) -> Told:
        """The answer to the submit; what it gives may stand in the addresses that it gives."""
        status, root = self._answers.taken(life)[0], str(request.base_url)
        first = self._answers.telling(life).first()
        headers: dict[str, str] = {}
        body: Any = None
        for _ in range(2 if life.cycle.poll.url or life.cycle.cancel else 1):
            facts = self._cast.facts(request, jobs[0], first, first=True)
            facts = replace(facts, ids=[job.given for job in jobs], progress=0.0)
            body = self._answers.submitted(life, facts, twist)
            headers = self._headers(root, jobs[0], status)
            for job in jobs:
                job.first = Told(status=status, body=body, headers=headers)
        for job in jobs:
            self._cast.enter(request, job)
        return Told(status=status, body=body, headers=headers)

    def _headers(self, root: str, job: Job, status: int) -> dict[str, str]:
        """The headers that lead on: those of steps, and where the document says that a job lies."""
        life, links = job.life, self._cast.links
        answer = answer_for(life.submit, status)
        names = [name.lower() for name in (answer.headers if answer is not None else ())]
        places = [name for name in names if name.endswith("location")]
        address = links.address(root, job, "poll", life.cycle.poll) if places else ""
        return dict.fromkeys(places, address) | links.given(root, job, "poll", "cancel")[1]

    def _repeated(self, call: Call, life: Life, known: _Known) -> Response:
        if known.asked != _print(call):
            statuses = [each for each in ("409", "422", "400") if each in life.submit.answers]
            told = "the idempotency key was sent before, with another request"
            raise RefusalError(int(next(iter(statuses), "409")), "idempotency_conflict", told)
        declared = life.cycle.idempotency
        if declared is not None and declared.repeat == "refused":
            raise RefusalError(409, "idempotency_conflict", "the idempotency key was sent before")
        return json_reply(known.answer.body, known.answer.status, known.answer.headers)


def _schemas_of_id(life: Life) -> list[Any]:
    """What the parameters that carry the id may be, in each step that is an operation."""
    found: list[Any] = []
    for kind, operation in life.operations.items():
        step = life.step(kind)
        bound = step.parameters.items() if step is not None else ()
        names = {name.rpartition(".")[2] for name, at in bound if at in ("$id", *life.cycle.id)}
        in_path = [each.name for each in operation.parameters if each.place == "path"]
        names = names or set(in_path[-1:] if kind == "poll" else ())
        found += [each.schema for each in operation.parameters if each.name in names]
    return found


def _key(call: Call, life: Life) -> str:
    """The idempotency key of a submit; empty without one."""
    declared = life.cycle.idempotency
    if declared is None:
        return ""
    place, _, name = declared.key.removeprefix("$request.").partition(".")
    if place in ("header", "query"):
        return (call.request.headers if place == "header" else call.request.query_params).get(
            name, ""
        )
    value = point(call.body, declared.key.partition("#")[2])
    return str(value) if isinstance(value, str | int) else ""


def _print(call: Call) -> bytes:
    """What a request asks for, to tell it from another one."""
    return msgspec.json.encode([call.match.parameters, call.parameters.get("query"), call.sent])


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)
