"""Rules about `x-job` that no schema can say: its calls are bound, its paths lead somewhere, its states cover the enum.

Answers, as in x-job's description: S the submit's, P the last poll's, R the result call's (P where there is none).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from specloom.openapi.path_rules import (
    NUMBER,
    SCALAR,
    STRING,
    Body,
    check_path,
    check_paths,
    leads,
    selected,
)
from specloom.openapi.state_rules import check_end, check_states
from specloom.openapi.step_rules import Step, check_source, check_step, step_sources
from specloom.openapi.suggestions import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from specloom.diagnostics import Report
    from specloom.openapi.operations import Operation
    from specloom.openapi.tree import Node

__all__ = ["check_job", "job_fields"]

_INTERVAL = 5
_TIMEOUT = 900
_NUMBER_OR_TEXT = NUMBER | STRING
_REFUSED = frozenset({"400", "409", "422", "4XX", "default"})


@dataclass(frozen=True, slots=True)
class _Job:
    node: Node
    fields: Mapping[str, Node]
    submit: Operation
    by_id: Mapping[str, Operation]
    report: Report

    def inner(self, field: str, key: str) -> Node | None:
        """A field of a field; None where one of them is missing."""
        held = self.fields.get(field)
        return held.get(key) if held is not None else None


def job_fields(node: Node) -> dict[str, Node]:
    """The fields of an x-job; those of a shared one (`$ref`) unless a field beside it replaces them."""
    fields: dict[str, Node] = {}
    seen = {node.at}
    link: Node | None = node
    while link is not None:
        fields = {**{key: inner for key, inner in link.items() if key != "$ref"}, **fields}
        link = link.reference()
        if link is None or link.at in seen:
            break
        seen.add(link.at)
    return fields


def check_job(
    node: Node,
    submit: Operation,
    by_id: Mapping[str, Operation],
    report: Report,
    *,
    without: frozenset[str] = frozenset(),
) -> None:
    """Check the life cycle at `node`, which stands on the operation `submit`; not the fields in `without`."""
    fields = {key: field for key, field in job_fields(node).items() if key not in without}
    job = _Job(node, fields, submit, by_id, report)
    if "poll" not in job.fields:
        # Only a shared life cycle may lack it, and then its `$ref` dangles.
        if node.get("$ref") is not None:
            report.error(
                "job-reference",
                "there is no life cycle at this place",
                node.at.child("$ref"),
                hint="shared ones stand under `components/x-jobs`",
            )
        return
    _check_calls(job)
    if not without & {"states", "rules"}:
        check_end(node, job.fields, report)


def _check_calls(job: _Job) -> None:
    submitted = Body("the answer to the submit", tuple(job.submit.answers()))
    poll = check_step(_step(job, "poll", submitted), job.report)
    polled = Body("the answer of the poll", tuple(poll.answers()) if poll is not None else ())
    last = replace(polled, schemas=_with_ruled(job, poll, polled))
    if poll is not None and _reads_polls(job):
        _check_described(polled, job.fields["poll"], poll, job.report)
    _check_poll(job)
    _check_submitted(job, submitted)
    _check_status(job, polled, submitted)
    _check_polled(job, polled, last)
    result, called = last, poll
    if _is_called(job):
        called = check_step(_step(job, "result", last), job.report)
        result = Body("the answer of the result call", tuple(called.answers()) if called else ())
        _check_given(job, called)
        _check_once(job, "result", called)
    _check_error(job, [last, submitted], called if called is not poll else None)
    if called is not None and called.gives_file:
        _check_file(job, result)
    else:
        _check_result(job, result)
    _check_number_or_path(job.inner("result", "expires"), [result, last], job.report)
    _check_others(job, submitted)


def _with_ruled(job: _Job, poll: Operation | None, polled: Body) -> tuple[Node, ...]:
    """The schemas of all answers that may be the last: a rule that names a status makes its answer one."""
    rules = job.fields.get("rules")
    codes = [rule.get("code") for rule in (rules.elements() if rules is not None else ())]
    if poll is None or not polled.is_described:  # what is not described may hold anything
        return polled.schemas
    ruled = [one for code in codes if code is not None for one in poll.answers_with(code.value)]
    return tuple({one.at: one for one in [*polled.schemas, *ruled]}.values())


def _step(job: _Job, field: str, body: Body) -> Step:
    has_id = "id" in job.fields or job.node.get("id") is not None
    return Step(job.fields[field], job.submit, job.by_id, body, field, has_id=has_id)


def _is_called(job: _Job) -> bool:
    """Whether the result is got by a further call."""
    return any(job.inner("result", key) for key in ("operationId", "operationRef", "url"))


def _reads_polls(job: _Job) -> bool:
    """Whether a path leads into the answer of the poll: a status code alone may tell the state."""
    rules = job.fields.get("rules")
    read = [job.inner("cost", "amount"), job.inner("cost", "discount")]
    if not _is_called(job):
        read += [job.inner("result", "value"), job.inner("result", "files")]
    if any("when" in rule.value for rule in (rules.elements() if rules is not None else ())):
        return True
    told = any(field in job.fields for field in ("status", "error", "progress"))
    return told or any(place is not None for place in read)


def _check_described(body: Body, node: Node, operation: Operation, report: Report) -> None:
    if not body.is_described:
        report.warning(
            "answer-undescribed",
            f"{body.name} has no JSON schema, so that the paths into it cannot be checked",
            node.at.at_key(),
            related=[("the operation", operation.node.at.at_key())],
            hint="describe the answer with status 200",
        )


def _check_poll(job: _Job) -> None:
    interval, timeout = job.inner("poll", "interval"), job.inner("poll", "timeout")
    seconds = interval.value if interval is not None else _INTERVAL
    limit = timeout.value if timeout is not None else _TIMEOUT
    said = timeout or interval
    if said is not None and seconds > limit:
        job.report.error(
            "poll-interval",
            f"the first poll would come after the timeout: {seconds} seconds are more than {limit}",
            said.at,
            related=(
                [("the interval", interval.at)]
                if interval is not None and timeout is not None
                else []
            ),
            hint="both are in seconds; the interval must not be longer than the timeout",
        )


def _check_submitted(job: _Job, submitted: Body) -> None:
    report = job.report
    check_paths(job.fields.get("id"), [submitted], report, SCALAR)
    check_path(job.fields.get("refused"), [submitted], report)
    check_path(job.inner("cost", "reserved"), [submitted], report, _NUMBER_OR_TEXT)


def _check_polled(job: _Job, polled: Body, last: Body) -> None:
    report, rules = job.report, job.fields.get("rules")
    for rule in rules.elements() if rules is not None else ():
        # Without a status of its own a rule speaks of answers that succeed.
        check_path(rule.get("when"), [polled if rule.get("code") is None else last], report)
    check_path(job.inner("progress", "value"), [last], report, _NUMBER_OR_TEXT)
    _check_number_or_path(job.inner("progress", "of"), [last], report)
    for key in ("amount", "discount"):
        check_path(job.inner("cost", key), [last], report, _NUMBER_OR_TEXT)


def _check_error(job: _Job, bodies: list[Body], called: Operation | None) -> None:
    """The reason is told by the last poll or by the submit, or in the refusal of a further call for the result."""
    if not bodies[0].is_described:
        bodies = []
    elif called is not None:
        bodies = [*bodies, Body("the refusal of the result call", tuple(called.refusals()))]
    check_paths(job.inner("error", "code"), bodies, job.report, SCALAR)
    check_paths(job.inner("error", "message"), bodies, job.report, SCALAR)


def _check_status(job: _Job, polled: Body, submitted: Body) -> None:
    """The word is told in P by one path at least; others may be for S, where it stands elsewhere."""
    node, statuses, others = job.fields.get("status"), [], []
    listed = node is not None and isinstance(node.value, list)
    paths = list(node.elements()) if node is not None and listed else [node] if node else []
    is_told = any(leads(path, polled) for path in paths)
    for path in paths:
        is_polled = leads(path, polled) or not is_told
        bodies = [polled] if is_polled else [polled, submitted]
        statuses += check_path(path, bodies, job.report, SCALAR)
        others += selected(path, submitted) if is_polled else []
    check_states(job.fields.get("states"), statuses, job.report, also=others)


def _check_result(job: _Job, result: Body) -> None:
    check_path(job.inner("result", "value"), [result], job.report)
    check_paths(job.inner("result", "files"), [result], job.report, STRING)


def _check_file(job: _Job, result: Body) -> None:
    """A file is the result itself: no path leads into it."""
    for node in (job.inner("result", "value"), job.inner("result", "files")):
        if node is not None and not result.is_described:
            job.report.error(
                "path-unresolved",
                f"`{node.at.pointer[-1]}` leads nowhere: {result.name} is a file",
                node.at,
                hint="the file itself is the result: leave this out",
            )


def _check_given(job: _Job, called: Operation | None) -> None:
    """A result call that gives nothing is one that is not described, or the wrong one."""
    if called is not None and called.gives_nothing:
        job.report.warning(
            "answer-undescribed",
            "the answer of the result call has no content, so that there is no result",
            job.fields["result"].at.at_key(),
            related=[("the operation", called.node.at.at_key())],
            hint="describe the answer with its media type",
        )


def _check_once(job: _Job, field: str, called: Operation | None) -> None:
    """A further call that submits a job costs money by itself."""
    if called is not None and called.node.get("x-job") is not None:
        job.report.warning(
            "step-submits",
            f"`{called.name}` submits a job itself: it is sent once, and never again by itself",
            job.fields[field].at.at_key(),
            related=[("the operation", called.node.at.at_key())],
        )


def _check_number_or_path(node: Node | None, bodies: list[Body], report: Report) -> None:
    if node is not None and isinstance(node.value, str):
        check_path(node, bodies, report, _NUMBER_OR_TEXT)


def _check_others(job: _Job, submitted: Body) -> None:
    if "cancel" in job.fields:
        cancel = check_step(_step(job, "cancel", submitted), job.report)
        if cancel is not None and cancel.method == "delete":
            job.report.warning(
                "cancel-deletes",
                "the job is cancelled by DELETE, which may erase a finished result",
                job.fields["cancel"].at.at_key(),
                related=[("the operation", cancel.node.at.at_key())],
            )
    if "list" in job.fields:
        listed = check_step(_step(job, "list", Body("the submit", ())), job.report)
        _check_once(job, "list", listed)
        _check_lost(job)
        answer = Body("the answer of the list", tuple(listed.answers()) if listed else ())
        check_path(job.inner("list", "ids"), [answer], job.report, SCALAR)
    _check_key(job, submitted)
    refusal = Body("the refusal of a submit", tuple(_refusals(job.submit)))
    check_path(job.inner("idempotency", "known"), [refusal], job.report)


def _check_key(job: _Job, submitted: Body) -> None:
    key = job.inner("idempotency", "key")
    if key is None:
        return
    place, _, name = key.value.removeprefix("$request.").partition(".")
    known = [one for where, one in job.submit.parameters() if where == place]
    if place not in ("header", "query"):
        check_source(key, Step(key, job.submit, job.by_id, submitted, "key"), job.report)
    elif name not in known and (place == "query" or name.lower() not in map(str.lower, known)):
        # It is sent all the same: not every document declares what its prose asks for.
        job.report.warning(
            "unknown-parameter",
            f"the submit has no {place} parameter {quoted(name)}",
            key.at,
            related=[("the submit", job.submit.node.at.at_key())],
            hint=did_you_mean(name, known) or "declare it, so that others know it too",
        )


def _refusals(submit: Operation) -> Iterator[Node]:
    """The schemas of the answers with which a repeat may be refused."""
    for status, response in submit.node.items("responses"):
        contents = response.follow().items("content") if status in _REFUSED else ()
        for media_type, content in contents:
            schema = content.follow().get("schema")
            if schema is not None and "json" in media_type:
                yield schema


def _check_lost(job: _Job) -> None:
    """Where jobs are listed there is no submit, so that nothing can be read from its answer."""
    for source in step_sources(job.fields["list"]):
        text = source.value
        if isinstance(text, str) and (text in ("$", "$id") or text[:2] in ("$.", "$[")):
            job.report.error(
                "list-source",
                f"{quoted(text)} cannot be had where lost jobs are listed: there is no answer of a submit",
                source.at,
                hint="a constant, or `$request.{path,query,header}.NAME`, which the caller then gives by its name",
            )
