"""The operations beside submit and poll: those that cancel a job, list jobs, and give what came out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specloom.detection.answers import items_of, members_of, step, views_of
from specloom.detection.calls import Caller
from specloom.detection.nouns import CANCELLING, RESULTS, SAYING, literals_of, shape_of
from specloom.detection.words import tokens_of
from specloom.openapi.schema_paths import types_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specloom.detection.pairs import Identity
    from specloom.openapi.operations import Operation

__all__ = ["Companion", "cancel_of", "list_of", "result_of"]

_CANCEL = re.compile(r"\b(cancel|abort|stop|terminate)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Companion:
    """An operation and the step that calls it."""

    operation: Operation
    step: dict[str, Any]


def cancel_of(
    operations: Sequence[Operation], poll: Operation, identity: Identity, caller: Caller
) -> Companion | None:
    """The operation that cancels a job by its id."""
    stem = _stem(poll)
    found: list[tuple[int, Companion]] = []
    for operation in operations:
        shape = shape_of(operation.path)
        if operation.method not in ("post", "put", "patch", "delete") or len(shape) < 2:
            continue
        verb = shape[-1].lower() if shape[:-1] == stem else ""
        if shape[-1] == "{}" and (*shape[:-2], "{}") == stem:
            verb = shape[-2].lower()
        deletes = operation.method == "delete" and shape == stem and _is_cancel(operation)
        if (verb in CANCELLING or deletes) and (one := _called(operation, identity, caller)):
            rank = CANCELLING.index(verb) if verb in CANCELLING else len(CANCELLING)
            found.append((rank, one))
    return min(found, key=lambda one: one[0])[1] if found else None


def _is_cancel(operation: Operation) -> bool:
    text = f"{operation.node.text('operationId')} {operation.node.text('summary')}"
    return bool(_CANCEL.search(text)) and "delete" not in text.lower()


def _stem(poll: Operation) -> tuple[str, ...]:
    """The path of one job: that of the poll without the word for its question."""
    shape = shape_of(poll.path)
    if shape[-1:] and shape[-1].lower() in SAYING:
        return shape[:-1]
    return (*shape[:-2], "{}") if len(shape) > 1 and shape[-2].lower() in SAYING else shape


def _called(operation: Operation, identity: Identity, caller: Caller) -> Companion | None:
    names = [name for place, name in operation.parameters() if place in ("path", "query")]
    given = {name for _, name in caller.submit.parameters()}
    own = [name for name in names if name == identity.parameter]
    own = own or [name for name in names if name not in given][-1:]
    if not own:
        return None
    call = caller.call(operation, {own[0]: "$id"})
    return Companion(operation, call) if call is not None else None


def result_of(
    operations: Sequence[Operation], poll: Operation, identity: Identity, caller: Caller
) -> Companion | None:
    """The operation that gives what came out, where the poll does not."""
    stem = _stem(poll)
    found: list[tuple[int, Companion]] = []
    for operation in operations:
        shape = shape_of(operation.path)
        if operation.method != "get" or operation.node.at == poll.node.at or len(shape) < 2:
            continue
        says = shape[-1].lower() if shape[:-1] == stem else ""
        if shape[-1] == "{}" and (*shape[:-2], "{}") == stem:
            says = shape[-2].lower()
        is_whole = shape == stem and shape_of(poll.path) != stem
        if (says in RESULTS or is_whole) and (one := _called(operation, identity, caller)):
            if operation.answers():
                one.step["value"] = "$"
            found.append((RESULTS.index(says) if says in RESULTS else len(RESULTS), one))
    return min(found, key=lambda one: one[0])[1] if found else None


def list_of(
    operations: Sequence[Operation], poll: Operation, identity: Identity, caller: Caller
) -> Companion | None:
    """The operation that lists jobs, with the place of their ids."""
    stem = _stem(poll)
    for operation in operations:
        if operation.method != "get" or not stem or shape_of(operation.path) != stem[:-1]:
            continue
        for ids in _ids(operation, identity):
            # Lost jobs are listed after the answer of the submit is gone.
            call = Caller(caller.named, caller.submit, ()).call(operation, {})
            if call is not None:
                return Companion(operation, {**call, "ids": ids})
    return None


def _ids(operation: Operation, identity: Identity) -> Iterator[str]:
    name = str(identity.node.at.pointer[-1])
    nouns = frozenset(word for part in literals_of(operation.path) for word in tokens_of(part))
    answers = operation.answers()
    for answer in answers:
        if types_of(answer) == {"array"} and (inner := items_of(answer)) is not None:
            if name in members_of(inner):
                yield step("$[*]", name)
            return
    for view in views_of(answers, nouns):
        for key, node in view.members.items():
            inner = items_of(node) if types_of(node) == {"array"} else None
            if inner is not None and name in members_of(inner):
                yield step(f"{step(view.path, key)}[*]", name)
