"""The life cycles of an API: which operation plays which part, and whose job a call means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .borrowed import Parsed, is_source, point, sources_within
from .description import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.requests import Request

    from .description import LifeCycle, Operation
    from .jobs import Job, Jobs
    from .overrides import Layout
    from .requests import Match

__all__ = ["Asked", "Kind", "Life", "Lives", "Part", "asked_by", "fills", "find_jobs", "values_of"]

Kind: TypeAlias = Literal["poll", "result", "cancel", "list"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Life:
    """One life cycle; `cycle` has its places in the whole body.

    Of these the `chosen` ones were set by a user; where they took the place of the document's,
    `leftovers` are to be empty.
    """

    submit: Operation
    cycle: LifeCycle
    operations: Mapping[Kind, Operation]
    leftovers: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()

    def step(self, kind: Kind) -> Step | None:
        """The call of that kind."""
        return _steps(self.cycle)[kind]

    @property
    def polls_itself(self) -> bool:
        """Whether the submit is its own poll: the same request asks how far it is."""
        poll = self.operations.get("poll")
        return poll is self.submit and _says_whose(self.cycle.poll)

    @property
    def ends_by_status(self) -> frozenset[int]:
        """The statuses that alone tell the end of a job, where its submit is its own poll."""
        ends = (rule for rule in self.cycle.rules if rule.state not in ("queued", "running"))
        alone = frozenset(rule.code for rule in ends if rule.code and rule.when is None)
        return alone if self.polls_itself else frozenset()

    @property
    def has_files(self) -> bool:
        """Whether a finished job leads to a file: to URLs, or to a call that is one."""
        leads = bool(self.cycle.result.files) or bool(self.redirect)
        return leads or self.result_is_file or bool(self.polled_file)

    @property
    def polled_file(self) -> str:
        """The media type of the file that the last poll itself answers; empty where it does not."""
        answering = self.operations.get("poll")
        if answering is None or self.cycle.result.step is not None or self.cycle.result.files:
            return ""
        good = [answer for status, answer in answering.answers.items() if status.startswith("2")]
        files = [each for each in good if each.content_type and each.kind == "binary"]
        return files[0].content_type if files else ""

    @property
    def redirect(self) -> int:
        """The status of a result call that leads to the file by its `Location`; 0: it does not."""
        answering = self.operations.get("result")
        statuses = list(answering.answers) if answering is not None else []
        if any(status.startswith("2") for status in statuses):
            return 0
        leading = next((status for status in statuses if status.startswith("3")), "0")
        return int(leading) if leading.isdecimal() else 302

    @property
    def result_is_file(self) -> bool:
        """Whether the answer of the result call is the file."""
        result = self.cycle.result
        answering = self.operations.get("result")
        if result.step is None or result.files:
            return False
        if answering is None:
            return result.value is None
        kinds = [
            content.kind
            for status, answer in answering.answers.items()
            if status.startswith("2") and answer.content_type
            for content in (answer, *answer.others)
        ]
        return bool(kinds) and "json" not in kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What an operation is to a life cycle."""

    kind: Kind
    life: Life


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a call says: its values by place and name as text, its body, and its path as it came."""

    path: str
    values: Mapping[str, Mapping[str, str]]
    body: Any = None

    def value(self, name: str) -> str | None:
        """The value of a parameter; OpenAPI also writes `path.id`."""
        place, _, plain = name.partition(".")
        if place in self.values and plain:
            return self.values[place].get(plain.lower() if place == "header" else plain)
        values = (each.get(name, each.get(name.lower())) for each in self.values.values())
        return next((value for value in values if value is not None), None)


class Lives:
    """All life cycles."""

    def __init__(self, layout: Layout) -> None:
        named = {each.name: each for each in layout.operations}
        self.all = tuple(
            _life(layout, each, each.job, named) for each in layout.operations if each.job
        )
        self._by_submit = {id(life.submit): life for life in self.all}
        self._parts: dict[str, list[Part]] = {}
        for life in self.all:
            for kind, operation in life.operations.items():
                part = Part(kind=kind, life=life)
                self._parts.setdefault(operation.name, []).append(part)

    def of(self, operation: Operation) -> Life | None:
        """The life cycle that the operation begins."""
        return self._by_submit.get(id(operation))

    def parts(self, operation: Operation, *kinds: Kind) -> list[Part]:
        """What else the operation is: of these kinds, of any where none is named."""
        parts = self._parts.get(operation.name, [])
        return [part for part in parts if not kinds or part.kind in kinds]

    def needs_body(self, operation: Operation) -> bool:
        """Whether only the body tells whose job a call means."""
        steps = (part.life.step(part.kind) for part in self.parts(operation))
        return any(any(sources_within(step.body)) for step in steps if step is not None)


def asked_by(match: Match, request: Request, body: Any = None) -> Asked:
    """What a request says, before anything in it is checked."""
    return Asked(
        path=request.url.path,
        values={
            "path": dict(match.parameters),
            "query": dict(request.query_params),
            "header": {name.lower(): value for name, value in request.headers.items()},
        },
        body=body,
    )


def find_jobs(parts: Sequence[Part], jobs: Jobs, asked: Asked) -> list[tuple[Part, Job]]:
    """The jobs that a call means, and as what; those of an address that was given come first."""
    for part in parts:
        job = jobs.at(part.kind, asked.path)
        if job is not None and job.life is part.life:
            return [(part, job)]
    for part in parts:
        named = [name for name, source in _step(part).parameters.items() if source == "$id"]
        told = next((value for name in named if (value := asked.value(name)) is not None), None)
        if told is not None:
            one = jobs.get(told)
            if one is not None and one.life is part.life and _means(part, one, asked):
                return [(part, one)]
            continue
        found = [job for job in reversed(list(jobs)) if job.life is part.life]
        meant = [job for job in found if _means(part, job, asked)]
        if not _says_whose(_step(part)):
            meant = found  # there is one job at a time
        if meant:
            is_many = any(sources_within(_step(part).body)) and not part.life.polls_itself
            return [(part, job) for job in (reversed(meant) if is_many else meant[:1])]
    return []


def _step(part: Part) -> Step:
    return part.life.step(part.kind) or Step()


def _says_whose(step: Step) -> bool:
    """Whether anything in a call tells the job."""
    return bool(step.url) or any(sources_within([*step.parameters.values(), step.body]))


def _means(part: Part, job: Job, asked: Asked) -> bool:
    """Whether all that the call says of jobs is true of this one, and it says anything."""
    step, told = _step(part), False
    for name, source in step.parameters.items():
        if not is_source(source):
            continue
        sent, known = asked.value(name), values_of(source, part.kind, job)
        if sent is None or not known:
            continue
        if sent not in known:
            return False
        told = True
    if any(sources_within(step.body)) and not (told and asked.body is None):
        return _in_body(step.body, asked.body, part.kind, job)
    return told


def fills(wanted: Any, sent: Any) -> bool:
    """Whether a body has something where a step has the values of a job."""
    if isinstance(wanted, Mapping):
        members = sent if isinstance(sent, Mapping) else {}
        own = [name for name, each in wanted.items() if any(sources_within(each))]
        return all(fills(wanted[name], members.get(name)) for name in own)
    if isinstance(wanted, list | tuple):
        return isinstance(sent, list) and bool(sent)
    return sent is not None


def _in_body(wanted: Any, sent: Any, kind: Kind, job: Job) -> bool:
    """Whether the values of a job stand in a body where the step has them."""
    if isinstance(wanted, Mapping):
        own = [(name, each) for name, each in wanted.items() if any(sources_within(each))]
        members = sent if isinstance(sent, Mapping) else {}
        return all(
            (
                _in_body(each, members[name], kind, job)
                if name in members
                else not any(values_of(source, kind, job) for source in sources_within(each))
            )
            for name, each in own
        )
    if isinstance(wanted, list | tuple):
        items = sent if isinstance(sent, list) else []
        own_items = [each for each in wanted if any(sources_within(each))]
        return all(any(_in_body(each, item, kind, job) for item in items) for each in own_items)
    return _text(sent) in values_of(str(wanted), kind, job)


def values_of(source: str, kind: Kind, job: Job) -> list[str]:
    """What a source gives for a job, as texts."""
    if source == "$id":
        return [job.id]
    if source.startswith("$request."):
        return [_text(each) for each in _sent(source.removeprefix("$request."), job)]
    answer = job.last if kind == "result" else job.first
    if source.startswith("$response.header."):
        header = source.removeprefix("$response.header.").lower()
        return [answer.headers[header]] if answer and header in answer.headers else []
    nodes = Parsed.of(answer.body).nodes(source) if answer is not None else []
    if kind != "result" and job.turn[1] == len(nodes) > 1:
        nodes = [nodes[job.turn[0]]]
    return [_text(node) for node in nodes]


def _sent(source: str, job: Job) -> Iterable[Any]:
    if source.startswith("body#"):
        value = point(job.request, source.removeprefix("body#"))
        return [value] if isinstance(value, str | int | float) else []
    place, _, name = source.partition(".")
    values = job.asked.values.get(place, {}) if job.asked is not None else {}
    name = name.lower() if place == "header" else name
    return [values[name]] if name in values else []


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _life(
    layout: Layout, submit: Operation, job: LifeCycle, named: Mapping[str, Operation]
) -> Life:
    layout = layout.own(submit.name)
    cycle = layout.life(job)
    operations: dict[Kind, Operation] = {
        kind: named[step.operation]
        for kind, step in _steps(cycle).items()
        if step is not None and step.operation in named
    }
    return Life(
        submit=submit,
        cycle=cycle,
        operations=operations,
        leftovers=layout.leftovers(job),
        chosen=layout.chosen(job),
    )


def _steps(cycle: LifeCycle) -> Mapping[Kind, Step | None]:
    return {
        "poll": cycle.poll,
        "result": cycle.result.step,
        "cancel": cycle.cancel,
        "list": cycle.listing.step if cycle.listing is not None else None,
    }
