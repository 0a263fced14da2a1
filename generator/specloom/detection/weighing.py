"""How much a submit and its poll look like a job API: the evidence beside their relation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from specloom.detection.answers import members_of
from specloom.detection.nouns import (
    DECIDING,
    creates,
    literals_of,
    placeholders_of,
    shape_of,
    thing_in,
    work_in,
)
from specloom.detection.pairs import waits
from specloom.openapi.schema_paths import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specloom.detection.evidence import Findings
    from specloom.detection.pairs import Poll
    from specloom.detection.statuses import Status
    from specloom.openapi.operations import Operation
    from specloom.openapi.tree import Node

__all__ = ["weigh"]

_ASYNC = re.compile(
    r"asynchron|\basync\b|in the background|\bbackground (job|task|process)|\bpolls?\b|\bpolling\b"
    r"|long[- ]running|\b(is|are|be|get|been) queued|\b(enqueues|queues|kicks? off)\b"
    r"|check (on )?(the|its) (status|progress)|track (the|its) (status|progress)",
    re.IGNORECASE,
)
_OUTCOMES = ("response", "result", "output")
_WAITING_HEADERS = ("location", "operation-location", "azure-asyncoperation", "retry-after")


def weigh(
    submit: Operation, poll: Poll, operations: Sequence[Operation], findings: Findings
) -> None:
    """Add what speaks for work and against it, beside how submit and poll are related."""
    if poll.status is not None:
        _weigh_status(poll.status, findings)
    elif (waiting := waits(poll.operation)) is not None:
        text = "the poll answers 202 until it answers 200"
        findings.add(2, text, waiting.at, is_telling=True)
    _weigh_answer(submit, findings)
    _weigh_repeated(submit, poll.operation, findings)
    is_changed = _weigh_changes(submit, poll, operations, findings)
    if is_changed and poll.status is not None and _is_part(poll.status):
        findings.is_thing = True
    is_flag = poll.status is not None and poll.status.source == "flag"
    _weigh_names(submit, poll, findings, is_telling=not is_changed and not is_flag)
    _weigh_prose(submit, poll, findings)


def _weigh_repeated(submit: Operation, poll: Operation, findings: Findings) -> None:
    own, item = shape_of(submit.path), shape_of(poll.path)
    inner = placeholders_of(poll.path)[-1:]
    has_same = item[-1:] == ("{}",) and set(inner) <= {*placeholders_of(submit.path)}
    if has_same or (item[-1:] == ("{}",) and own[: len(item)] == item):
        findings.add(-2, "it acts on one that is there already", submit.node.at)
        findings.is_doubtful = True


def _weigh_status(status: Status, findings: Findings) -> None:
    life, at = status.life, status.node.at
    if status.source == "flag":
        _weigh_flag(status, findings)
        return
    if "[" in status.path:
        findings.add(-1, "the poll answers with a list", at)
    listed = [str(word) for words in life.states.values() for word in words]
    where = "lists" if status.source == "enum" else "is described with"
    told = f"`{status.name}` {where} {', '.join(listed[:12])}"
    findings.add(1, told, at)
    going = [str(word) for key in ("queued", "running") for word in life.states.get(key, [])]
    if life.is_work:
        findings.add(2, f"work goes on in it: {', '.join(going[:6])}", at, is_telling=True)
    if "succeeded" in life.strong:
        findings.add(1, f"and ends well: {', '.join(map(str, life.states['succeeded']))}", at)
    if "failed" in life.states:
        findings.add(1, f"or fails: {', '.join(map(str, life.states['failed'][:6]))}", at)
    if status.source == "prose":
        findings.add(-1, "its words stand in prose only, there may be more of them", at)
        findings.is_doubtful = True
    if life.things:
        text = f"these words tell what a thing is: {', '.join(life.things)}"
        findings.add(-min(3, len(life.things)), text, at)
    if life.guesses:
        findings.is_doubtful = True
        told = ", ".join(life.guesses)
        findings.add(-min(3, len(life.guesses)), f"where these belong is a guess: {told}", at)
    if _is_part(status):
        findings.add(-1, "it may be the state of a part only", at)


def _weigh_flag(status: Status, findings: Findings) -> None:
    at = status.node.at
    findings.add(1, f"`{status.name}` tells whether it is finished", at)
    beside = {name.lower() for name in status.view.members}
    if "error" in beside and not beside.isdisjoint(_OUTCOMES):
        findings.add(2, "beside it stands what came out, or the error", at, is_telling=True)


def _is_part(status: Status) -> bool:
    """Whether its name says that it is of something in what is polled: `screenshot_status`."""
    return status.name.lower() not in ("status", "state") and not work_in(status.name)


def _weigh_answer(submit: Operation, findings: Findings) -> None:
    responses = dict(submit.node.items("responses"))
    accepted = responses.get("202")
    if accepted is not None:
        findings.add(2, "the submit answers 202, accepted", accepted.at, is_telling=True)
    for status, response in responses.items():
        for name, header in response.follow().items("headers") if status[:1] == "2" else ():
            if name.lower() in _WAITING_HEADERS and (
                status == "202" or "operation" in name.lower()
            ):
                findings.add(1, f"and sends the header {name}", header.at)
                return


def _weigh_names(submit: Operation, poll: Poll, findings: Findings, *, is_telling: bool) -> None:
    paths = submit.path, poll.operation.path
    if work := work_in(*paths):
        findings.add(2, f"`{work}` is a name of work", submit.node.at, is_telling=is_telling)
    elif creates(submit) and literals_of(submit.path)[-1:]:
        findings.add(1, "its name says that it makes something", submit.node.at)
    if thing := thing_in(poll.operation.path, submit.path):
        findings.add(-4, f"`{thing}` is a name of a thing", poll.operation.node.at)
        findings.is_thing = True


def _weigh_prose(submit: Operation, poll: Poll, findings: Findings) -> None:
    for operation in (submit, poll.operation):
        text = f"{operation.node.text('summary')}\n{operation.node.text('description')}"
        if found := _ASYNC.search(text):
            who = "submit" if operation is submit else "poll"
            text = f"the {who}'s description says `{found[0].lower()}`"
            findings.add(2, text, operation.node.at, is_telling=True)
            return
    for status, response in submit.node.items("responses"):
        if status[:1] == "2" and (found := _ASYNC.search(response.follow().text("description"))):
            findings.add(1, f"the answer's description says `{found[0].lower()}`", response.at)
            return


def _weigh_changes(
    submit: Operation, poll: Poll, operations: Sequence[Operation], findings: Findings
) -> bool:
    """Whether people change what the poll shows: a status that the caller sets is no work of the server's."""
    if poll.status is None:
        return False
    shape, own = shape_of(poll.operation.path), shape_of(submit.path)
    items = (shape if shape[-1:] == ("{}",) else shape[:-1], (*own, "{}"))
    at_item = [one for one in operations if shape_of(one.path) in items]
    changing = [one for one in at_item if one.method in ("put", "patch", "post")]
    for operation in (submit, *changing):
        body = operation.body()
        member = members_of(body).get(poll.status.name) if body is not None else None
        if member is not None and not _is_read_only(member) and _has_words(member, poll.status):
            findings.add(-4, f"the caller sets `{poll.status.name}` in a body", member.at)
            # What is told how far it is when it is made is a record of what others do.
            findings.is_thing = findings.is_thing or operation is submit
            return True
    for operation in operations:
        last = shape_of(operation.path)
        if (
            operation.method != "get"
            and last[:-1] in (*items, own[:-1])
            and last[-1:]
            and last[-1] in DECIDING
        ):
            findings.add(-2, f"there is an operation to {last[-1]} it", operation.node.at)
            return True
    for operation in changing:
        if operation.method in ("put", "patch"):
            findings.add(-1, "what the poll shows can be changed", operation.node.at)
            return True
    return False


def _is_read_only(member: Node) -> bool:
    return member.flag("readOnly") or member.follow().flag("readOnly")


def _has_words(member: Node, status: Status) -> bool:
    if member.follow().at == status.node.follow().at or status.source == "prose":
        return True
    words = words_of(member)
    # One that can only be called off is cancelled so.
    known = {
        str(word)
        for state, listed in status.life.states.items()
        for word in listed
        if state != "cancelled"
    }
    return words is None or bool(known & {str(word) for word, _ in words})
