"""What is true of each job at the moment, as answers tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .borrowed import NameSelector, is_source, parse, sources_within
from .counts import members, plain_name
from .dice import Dice
from .jobs import Told
from .links import lifetime_of
from .outcomes import Facts
from .pen import at
from .plain import collection_of
from .replies import json_reply
from .requests import Match, RefusalError
from .sorts import suffix_of
from .traits import holder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from .answers import Answers, Twist
    from .description import Operation
    from .grounds import Schemas
    from .jobs import Job, Jobs
    from .links import Links
    from .pen import Leaf
    from .samples import Sampler
    from .things import Things

__all__ = ["Cast"]

_LONGEST = 5  # characters of a suffix


class Cast:
    """All jobs, and what is to be told of them; `wall` gives seconds since 1970."""

    def __init__(
        self,
        answers: Answers,
        jobs: Jobs,
        links: Links,
        things: Things,
        sampler: Sampler,
        wall: Callable[[], float],
    ) -> None:
        self.jobs, self.links = jobs, links
        self._answers, self._things, self._sampler, self._wall = answers, things, sampler, wall

    def place(self, match: Match) -> tuple[str, str | None]:
        """The collection and the id that a path means."""
        return collection_of(match)

    def enter(self, request: Request, job: Job) -> None:
        """Lay the job where plain operations find it: at the path of its poll."""
        answering = job.life.operations.get("poll")
        path = self.links.values(job, "poll")
        if answering is None or not path:
            return
        collection, key = collection_of(Match(operation=answering, parameters=path, raw=path))
        if key == job.id:
            job.collection = collection
            self._things.put(collection, job.id, lambda: self.known(request, job))

    def erase(self, job: Job) -> None:
        """Forget a job: who asks for it finds nothing."""
        self.jobs.erase(job)
        if job.collection:
            self._things.remove(job.collection, job.id)

    def told(self, request: Request, job: Job) -> Any:
        """The body of a poll's answer.

        Raises:
            RefusalError: a poll would be refused.
        """
        return self._told(request, job, self.jobs.state(job), None).body

    def known(self, request: Request, job: Job) -> Any:
        """What a poll would tell now; None where it would be refused."""
        try:
            return self.told(request, job)
        except RefusalError:
            return None

    def told_of(self, request: Request, job: Job) -> Any:
        """What holds the job's id in what a poll would tell."""
        body = self.known(request, job)
        return at(body, holder_of(body, job.given) or ())

    def polled(self, request: Request, job: Job, state: str, twist: Twist | None) -> Response:
        """The answer to a poll that tells the state."""
        told = self._told(request, job, state, twist)
        return json_reply(told.body, told.status, told.headers)

    def facts(self, request: Request, job: Job, state: str, *, first: bool = False) -> Facts:
        """What is to be told of a job in that state; `first` in the submit's answer."""
        root = str(request.base_url)
        if state == "succeeded" and not first:
            self._link(job)
        kinds = ("poll", "cancel") if first else ("result",) if state == "succeeded" else ()
        lifetime = lifetime_of(job)
        linked = job.linked if job.linked is not None else self.jobs.clock()
        left = 0.0 if lifetime is None else lifetime - (self.jobs.clock() - linked)
        return Facts(
            ids=[job.given],
            state=state,
            file=lambda number: self.links.file(root, job, number),
            failure=job.failure if state == "failed" else None,
            charge=job.charge,
            progress=self.jobs.progress(job),
            expires=None if lifetime is None else self._wall() + left,
            links=self.links.given(root, job, "poll", "cancel", "result")[0],
            due=frozenset(self.links.given(root, job, *kinds)[0]),
            unique=self._unique(job),
            sent=sent_members(job),
            files=job.files,
            before=None if first or job.first is None else job.first.body,
        )

    def _told(self, request: Request, job: Job, state: str, twist: Twist | None) -> Told:
        status, body = self._answers.polled(job.life, self.facts(request, job, state), twist)
        headers: dict[str, str] = {}
        if state == "succeeded":
            headers = self.links.given(str(request.base_url), job, "result")[1]
            job.last = Told(status=status, body=body, headers=headers)
        return Told(status=status, body=body, headers=headers)

    def _link(self, job: Job) -> None:
        """Begin the life of the link to its file; one that has expired gives way to another."""
        lifetime, now = lifetime_of(job), self.jobs.clock()
        if job.linked is None:
            job.linked = now
        elif lifetime is not None and now - job.linked >= lifetime:
            job.linked, job.link = now, job.link + 1

    def _unique(self, job: Job) -> Mapping[str, Leaf]:
        """Values by which the result call knows the job: they differ between all jobs."""
        step, answering = job.life.cycle.result.step, job.life.operations.get("result")
        if step is None:
            return {}
        found: dict[str, Leaf] = {}
        sent = sent_members(job)
        for name, source in (*step.parameters.items(), *_body_sources(step.body)):
            is_path = is_source(source) and source[1:2] in (".", "[")
            if is_path and source not in job.life.cycle.id and _last_name(source) not in sent:
                found[source] = self._leaf(job, source, _schema_of(answering, name))
        return found

    def _leaf(self, job: Job, path: str, wanted: Any) -> Leaf:
        """A value of this job alone where the schemas leave one open, else what stands there."""

        def leaf(number: int, old: Any, schemas: Schemas) -> Any:
            dice = Dice("unique", job.id, path, number)
            if any(schema.get("format") == "uuid" for schema in schemas):
                return self._sampler.value({"type": "string", "format": "uuid"}, path, job.id)
            made = f"sandbox-{dice.below(16**8):08x}{_suffix(old, job)}"
            number = dice.below(10**9)
            choices: tuple[Any, ...] = (made, number) if isinstance(old, str) else (number, made)
            for choice in choices if isinstance(old, str | int | None) else ():
                if all(self._sampler.fits(each, choice) for each in (*schemas[:1], wanted)):
                    return choice
            return old

        return leaf


def sent_members(job: Job) -> Mapping[str, Any]:
    """The members of the request, under plain names."""
    parameters = job.asked.values if job.asked is not None else {}
    found = members(job.request, parameters.get("path"), parameters.get("query"))
    return {name: value for name, value in found.items() if _is_json(value)}


def _is_json(value: Any) -> bool:
    """Whether it can stand in an answer: files cannot."""
    if isinstance(value, dict):
        return all(map(_is_json, value.values()))
    if isinstance(value, list):
        return all(map(_is_json, value))
    return value is None or isinstance(value, str | int | float)


def _last_name(path: str) -> str:
    """The name at the end of a path, in plain letters."""
    last = parse(path).segments[-1].selectors[0]
    return plain_name(last.name) if isinstance(last, NameSelector) else ""


def _body_sources(body: Any) -> list[tuple[str, str]]:
    return [("", source) for source in sources_within(body)]


def _schema_of(operation: Operation | None, name: str) -> Any:
    plain = name.rpartition(".")[2]
    parameters = operation.parameters if operation is not None else ()
    return next((each.schema for each in parameters if each.name in (name, plain)), {})


def _suffix(old: Any, job: Job) -> str:
    """The suffix of the name of a file, where what stands there has one."""
    _, dot, suffix = old.rpartition(".") if isinstance(old, str) else ("", "", "")
    is_name = dot and suffix.isalnum() and len(suffix) <= _LONGEST
    return suffix_of(job.media_type) if is_name else ""
