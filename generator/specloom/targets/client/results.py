"""What finished jobs give, as the templates print it: a class with the last answer's records and lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.model.types import ListOf, Named, Record, Type
from specloom.model.unions import real_type
from specloom.python.spelling import Code, Spelling, docstring, identifier, sentence
from specloom.targets.client.returned import Returned
from specloom.targets.client.runtime.sources import may_be_many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api, Operation
    from specloom.model.jobs import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyView:
    """A field of the last answer, lifted to the result of a job."""

    name: Code
    annotation: Code
    doc: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultView:
    """What a finished job gives, for one of the two clients."""

    name: Code
    parent: Code
    doc: Code
    properties: tuple[PropertyView, ...]


# What a result has of its own.
_TAKEN = frozenset(
    {
        *("job", "answer", "value", "files", "file", "url", "save"),
        *("cost", "discount", "currency", "raw", "expires_at"),
    }
)


def result_views(api: Api, operation: Operation, spelling: Spelling) -> Iterator[ResultView]:
    """The sync and the async result of an operation's jobs; none where it makes no jobs."""
    job = operation.job
    if job is None:
        return
    answer = answering_operation(api, operation, job)
    for mark in ("", "Async"):
        yield ResultView(
            name=identifier(f"{mark}{job.result_name}"),
            parent=Code(f"{mark}Result[{Returned(spelling).answer(answer)}]"),
            doc=docstring(
                f"What a finished job of `{operation.qualified}` gives: files, cost, the last answer."
            ),
            properties=tuple(_properties(api, job, answer, spelling)),
        )


def answering_operation(api: Api, operation: Operation, job: Job) -> Operation:
    """Whose answer a finished job gives: that of its one result call, where it is no file, else of the poll."""
    step = job.result.step if job.result is not None else None
    if step is not None and step.operation and not (job.result and job.result.optional):
        is_one = not any(may_be_many(one) for one in (step.url, *step.parameters.values()))
        called = api.operation(step.operation)
        if is_one and called.gives == "value" and _has_content(called):
            return called
    return api.operation(job.poll.operation or operation.qualified)


def gives_files(api: Api, job: Job) -> bool:
    """Whether every job that succeeds gives files."""
    result = job.result
    if result is None or result.optional:
        return False
    step = result.step
    called = api.operation(step.operation) if step is not None and step.operation else None
    return bool(result.files) or (called is not None and _gives_file(called))


def _gives_file(called: Operation) -> bool:
    """Whether the answer is a file, or redirects to one and is nothing else."""
    redirects = any(answer.status.startswith("3") for answer in called.answers)
    return called.gives == "download" or (redirects and not _has_content(called))


def _has_content(called: Operation) -> bool:
    return any(answer.contents for answer in called.successes)


def _properties(
    api: Api, job: Job, answer: Operation, spelling: Spelling
) -> Iterator[PropertyView]:
    """The records, lists and maps of the answer; what the server leaves out is then empty and never absent."""
    record = _answer_record(api, answer)
    failing = (*job.error_code, *job.error_message)
    for one in record.fields if record is not None else ():
        kind = real_type(one.type)
        if any(path.startswith(f"$.{one.wire_name}") for path in failing):
            continue  # what a failure says has no place on a result
        if (
            one.name not in _TAKEN
            and not one.name.startswith("_")
            and _can_be_empty(kind, spelling)
        ):
            yield PropertyView(
                name=identifier(one.name),
                annotation=spelling.annotation(kind),
                doc=docstring(sentence(one.doc) or f"`{one.wire_name}` of the last answer.", 8),
            )


def _answer_record(api: Api, operation: Operation) -> Record | None:
    for answer in operation.answers:
        for content in answer.contents[:1]:
            named = content.type.name if isinstance(content.type, Named) else ""
            found = api.declared.get(named)
            if answer.status.startswith("2") and isinstance(found, Record):
                return found
    return None


def _can_be_empty(kind: Type, spelling: Spelling) -> bool:
    declared = spelling.types.get(kind.name) if isinstance(kind, Named) else None
    return isinstance(kind, ListOf) or isinstance(declared, Record)
