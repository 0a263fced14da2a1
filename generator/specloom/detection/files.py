"""Operations that give a file whose id the poll's answer has: `output_file_id` and `GET /files/{file_id}/content`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from specloom.detection.answers import below, items_of, views_of
from specloom.detection.calls import needed_parameters
from specloom.detection.companions import Companion
from specloom.detection.nouns import RESULTS, literals_of, nouns_of, shape_of
from specloom.detection.outcomes import result_in
from specloom.detection.words import set_of, singular, tokens_of
from specloom.openapi.schema_paths import types_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from specloom.detection.answers import View
    from specloom.detection.calls import Caller
    from specloom.openapi.operations import Operation

__all__ = ["file_of"]

_MADE = set_of("output result generated exported export final produced rendered artifact response")
_IDS = frozenset({"id", "uuid", "guid", "uid"})
_SCALARS = frozenset({"string", "integer"})


def file_of(operations: Sequence[Operation], view: View, caller: Caller) -> Companion | None:
    """The operation that gives the file that the poll's answer names; None if there is none.

    `view` is the part of the poll's answer that has the status.
    """
    found: list[tuple[int, Companion]] = []
    for noun, path in _named_files(view, caller.submit):
        for operation in operations:
            rank, parameter = _rank(operation), _taken(operation, noun)
            if rank is None or parameter is None:
                continue
            # A result call finds its places in the poll's answer.
            call = replace(caller, views=[view]).call(operation, {parameter: path})
            if call is not None:
                found.append((rank, Companion(operation, call | _outcome(operation))))
    return min(found, key=lambda one: one[0])[1] if found else None


def _named_files(view: View, submit: Operation) -> Iterator[tuple[tuple[str, ...], str]]:
    """The members that are ids of what was made, each as its noun and its JSONPath: `output_file_id`."""
    body = submit.body()
    given = {name for _, name in submit.parameters()}
    given |= {name for one in views_of([body] if body is not None else []) for name in one.members}
    for name, node in view.members.items():
        noun = _made(name)
        inner = items_of(node) if types_of(node) == {"array"} else None
        kinds = types_of(inner if inner is not None else node)
        if noun and name not in given and kinds and kinds <= _SCALARS:
            yield noun, below(view, name) + ("[*]" if inner is not None else "")


def _made(name: str) -> tuple[str, ...]:
    """What a member's name says to have been made: `output_file_id` a file; empty if it says nothing."""
    words = tuple(map(singular, tokens_of(name)))
    noun = words[:-1] if words[-1:] and words[-1] in _IDS else words
    bare = tuple(word for word in noun if word not in _MADE)
    is_told = bare != noun or (bare == ("file",) and noun != words)
    return bare if is_told else ()


def _rank(operation: Operation) -> int | None:
    """How surely it gives a file, 0 most; None if it does not look so."""
    if operation.method != "get":
        return None
    if operation.gives_file:
        return 0
    if shape_of(operation.path)[-1].lower() in RESULTS and "{" in operation.path:
        return 1
    return 2 if _shown(operation) is not None else None


def _shown(operation: Operation) -> Any:
    """Where its answer has the URL of a file."""
    views = views_of(operation.answers(), nouns_of(operation.path))
    shown = (result_in(view).get("files") for view in views)
    return next((files for files in shown if files is not None), None)


def _outcome(operation: Operation) -> dict[str, Any]:
    if operation.gives_file or not operation.answers():
        return {}
    files = _shown(operation)
    return {"value": "$"} if files is None else {"value": "$", "files": files}


def _taken(operation: Operation, noun: tuple[str, ...]) -> str | None:
    """The parameter that takes the id; None if none does."""
    for place, name in needed_parameters(operation):
        words = tuple(map(singular, tokens_of(name)))
        before = literals_of(operation.path.partition(f"{{{name}}}")[0])[-1:]
        held = tuple(singular(word) for part in before for word in tokens_of(part))
        bare = words[:-1] if words[-1] in _IDS else words
        if bare == noun or (place == "path" and not bare and held == noun):
            return name
    return None
