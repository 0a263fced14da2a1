"""Jobs, played: what each operation of a life cycle does, and what it answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .borrowed import is_source, sources_within
from .listings import matching, page_of, totals
from .lives import asked_by, fills, find_jobs
from .rendering import success
from .replies import json_reply
from .requests import RefusalError
from .rolls import Rolls

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from .answers import Answers, Twist
    from .cast import Cast
    from .description import Operation
    from .intake import Call
    from .jobs import Job
    from .lives import Asked, Life, Lives, Part
    from .things import Things

__all__ = ["Play"]

# Statuses that tell that a result is not there yet, those that say so best first.
_NOT_YET = ("409", "425", "404", "400", "422")

# Ends after which the same request begins another job; what succeeded is told again.
_GONE = frozenset(("failed", "cancelled", "expired", "missing"))


class Play:
    """Polls, results, cancellations and lists; `serve` gives a job's file as an answer."""

    def __init__(
        self,
        lives: Lives,
        cast: Cast,
        answers: Answers,
        things: Things,
        serve: Callable[[Request, Job], Awaitable[Response]],
    ) -> None:
        self._lives, self._cast, self._jobs = lives, cast, cast.jobs
        self._answers, self._things, self._serve = answers, things, serve
        self._rolls = Rolls(answers, cast)

    def find(self, operation: Operation, asked: Asked) -> list[tuple[Part, Job]]:
        """The jobs that a call means; one that a plain operation has removed is gone."""
        parts = self._lives.parts(operation, "poll", "result", "cancel")
        found: list[tuple[Part, Job]] = []
        for part, job in find_jobs(parts, self._jobs, asked):
            if job.closed:
                continue
            if job.collection and self._things.was_removed(job.collection, job.id):
                self._jobs.erase(job)
            else:
                found.append((part, job))
        return found

    async def answer(
        self, call: Call, found: Sequence[tuple[Part, Job]], twist: Twist | None, state: str
    ) -> Response | None:
        """The answer of an operation that plays a part; None: the call is not about jobs.

        Args:
            call: the request.
            found: the jobs that it means.
            twist: what a fault makes of the answer.
            state: what a poll tells of the job; empty is the truth.
        """
        if found:
            return await self._of_job(call, found, twist, state)
        parts = self._lives.parts(call.operation)
        if any(part.kind == "list" for part in parts):
            return self._listed(call, parts)
        if parts and not self._is_plain(call, parts):
            raise RefusalError(404, "not_found", _unknown(call, parts))
        return None

    async def step(
        self, kind: str, handle: str, request: Request, twist: Twist | None, state: str
    ) -> Response:
        """A step at an address of the sandbox's own, that is no operation of the document."""
        job = self._jobs.named(handle)
        if job is None:
            raise RefusalError(404, "not_found", f"there is no job {handle[:200]!r}")
        if kind == "poll":
            return await self._polled(request, job, twist, state)
        if kind == "cancel":
            return self._cancelled(request, [job], None, is_delete=request.method == "DELETE")
        return await self._result(request, job, None)

    async def _of_job(
        self, call: Call, found: Sequence[tuple[Part, Job]], twist: Twist | None, state: str
    ) -> Response:
        part, job = found[0]
        if part.kind == "poll":
            return await self._polled(call.request, job, twist, state)
        if part.kind == "cancel":
            jobs = [each for _, each in found]
            is_delete = call.operation.method == "DELETE"
            return self._cancelled(call.request, jobs, call.operation, is_delete=is_delete)
        return await self._result(call.request, job, call.operation)

    def _is_plain(self, call: Call, parts: Sequence[Part]) -> bool:
        """Whether the call may mean something else than a job: it names none, or a thing."""
        collection, key = self._cast.place(call.match)
        if key is not None and self._things.get(collection, key) is not None:
            return True
        steps = [(part, part.life.step(part.kind)) for part in parts]
        named = [step for part, step in steps if step and _names_id(part.life, step)]
        if named:
            in_body = [step for step in named if any(sources_within(step.body))]
            return bool(in_body) and not any(fills(step.body, call.body) for step in in_body)
        return not any(part.kind == "poll" for part in parts)

    async def _polled(
        self, request: Request, job: Job, twist: Twist | None, state: str
    ) -> Response:
        truth = self._jobs.state(job)
        job.closed = job.life.polls_itself and truth in _GONE
        job.waits = max(0, job.waits - 1)
        told = self._cast.polled(request, job, state or truth, twist)
        is_file = job.life.polled_file and not told.body and (state or truth) == "succeeded"
        return await self._serve(request, job) if is_file else told

    def _cancelled(
        self, request: Request, jobs: Sequence[Job], operation: Operation | None, *, is_delete: bool
    ) -> Response:
        status = success(operation)[0] if operation is not None else 200
        for job in jobs:
            is_over = self._jobs.state(job) not in ("queued", "running")
            if not is_over:
                job.cancelled = True
            elif is_delete:
                self._cast.erase(job)
            else:
                self._refuse_too_late(operation, job)
            tells = self._answers.tells(job.life, "cancelled") == "cancelled"
            if not is_over and is_delete and not tells:
                self._cast.erase(job)
        job = jobs[0]
        if operation is None:
            return json_reply(self._cast.told(request, job), 202)
        state = self._jobs.state(job)
        facts = replace(
            self._cast.facts(request, job, state), before=self._cast.known(request, job)
        )
        body = self._answers.told_beside(job.life, operation, facts)
        return json_reply(body, status)

    def _refuse_too_late(self, operation: Operation | None, job: Job) -> None:
        """Refuse to cancel what has ended, where the document has a status for that.

        One that may mean something else does where the good answer cannot tell how it ended.
        """
        if operation is None:
            return
        usual = ["409"]
        if not self._answers.can_tell(job.life, operation, self._jobs.state(job)):
            usual += ["400", "422"]
        status = next((each for each in usual if each in operation.answers), None)
        if status is not None:
            told = f"job {job.id} has ended already"
            raise RefusalError(int(status), "not_cancellable", told)

    async def _result(self, request: Request, job: Job, operation: Operation | None) -> Response:
        state = self._jobs.state(job)
        if state != "succeeded":
            told = f"job {job.id} has no result: it is {state}"
            raise RefusalError(_not_yet(operation), "no_result", told)
        if job.life.redirect:
            leading = {"Location": self._cast.links.file(str(request.base_url), job)}
            is_told = operation is not None and str(job.life.redirect) in operation.answers
            body = self._answers.draft(operation, job.life.redirect) if is_told else None
            return json_reply(body, job.life.redirect, leading)
        if job.life.result_is_file:
            return await self._serve(request, job)
        status = success(operation)[0] if operation is not None else 200
        facts = self._cast.facts(request, job, state)
        return json_reply(self._answers.result(job.life, operation, facts), status)

    def _listed(self, call: Call, parts: Sequence[Part]) -> Response:
        lives = [part.life for part in parts if part.kind == "list"]
        asked = asked_by(call.match, call.request)
        jobs = [job for job in self._jobs if job.life in lives and _is_below(job, asked)]
        known = {job.id: self._cast.told_of(call.request, job) for job in jobs[::-1]}
        by_id = {job.id: job for job in jobs}
        wanted = {key: by_id[key] for key in matching(call, known)}
        page = page_of(call, wanted, newest_first=True)
        body = self._rolls.roll(call, lives[0], page)
        status, answer = success(call.operation)
        told = totals(answer.headers if answer is not None else (), page)
        return json_reply(body, status, told)


def _is_below(job: Job, asked: Asked) -> bool:
    """Whether the job was submitted below what the path of a list names."""
    mine = job.asked.values.get("path", {}) if job.asked is not None else {}
    return all(mine.get(name, value) == value for name, value in asked.values["path"].items())


def _names_id(life: Life, step: Any) -> bool:
    """Whether a step names the job by its id."""
    sources = [*step.parameters.values(), *sources_within(step.body)]
    ids = ("$id", *life.cycle.id)
    return any(is_source(source) and source in ids for source in sources)


def _unknown(call: Call, parts: Sequence[Part]) -> str:
    values = [str(value) for value in call.match.parameters.values()]
    if not values:
        steps = (part.life.step(part.kind) for part in parts)
        names = [name for step in steps if step is not None for name in step.parameters]
        asked = asked_by(call.match, call.request)
        values = [value for name in names if (value := asked.value(name)) is not None]
    return f"there is no job {values[-1][:200]!r}" if values else "there is no such job"


def _not_yet(operation: Operation | None) -> int:
    declared = operation.answers if operation is not None else {}
    usual = next((status for status in _NOT_YET if status in declared), None)
    others = (each for each in declared if each[:1] == "4" and each.isdecimal())
    unfit = ("401", "403", "429")
    return int(usual or next((each for each in others if each not in unfit), "404"))
