"""The one call of a woven method: its operation, and where each keyword goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from specloom.python.spelling import Code, identifier, literal
from specloom.targets.client.data import operation_constant

if TYPE_CHECKING:
    from specloom.model.api import Argument, Operation


def _parameters(given: tuple[Argument, ...]) -> Code:
    """Parameters by wire name; by place and name (`query.id`) where two places share a name."""
    outside = [one for one in given if one.place != "body"]
    shared = Counter(one.path[0] for one in outside)
    members = [
        f"{literal(one.path[0] if shared[one.path[0]] == 1 else f'{one.place}.{one.path[0]}')}: "
        f"{identifier(one.name)}"
        for one in outside
    ]
    return Code(f"{{{', '.join(members)}}}" if members else "")


def body_of(operation: Operation, given: tuple[Argument, ...], *, whole: bool) -> Code:
    """The body as an expression: the document's nesting, with each keyword at its place."""
    own = [one for one in given if one.place == "body"]
    if whole and own and not own[0].path:
        return Code(identifier(own[0].name))
    if not own and not operation.signature.filled:
        return Code("")
    tree: dict[str, object] = {}
    if whole:
        for filled in operation.signature.filled:
            _put(tree, filled.path, literal(filled.value))
    for one in own:
        _put(tree, one.path, identifier(one.name))
    optional = {lifted.path for lifted in operation.signature.lifted if not lifted.required}
    expression = _expression(tree, (), optional)
    required = operation.body is not None and operation.body.required
    return Code(expression if required else f"given({expression})")


def _put(tree: dict[str, object], path: tuple[str, ...], value: Code) -> None:
    if len(path) == 1:
        tree[path[0]] = value
        return
    inner = tree.setdefault(path[0], {})
    if isinstance(inner, dict):
        _put(inner, path[1:], value)


def _expression(
    tree: Mapping[str, object], path: tuple[str, ...], optional: set[tuple[str, ...]]
) -> str:
    members = []
    for key, value in tree.items():
        inner = (*path, key)
        written = _expression(value, inner, optional) if isinstance(value, Mapping) else str(value)
        if isinstance(value, Mapping) and inner in optional:
            written = f"given({written})"
        members.append(f"{literal(key)}: {written}")
    return f"{{{', '.join(members)}}}"


def statement(does: str, operation: Operation, given: tuple[Argument, ...], result: str) -> Code:
    """The one call of a method, with literal data."""
    parameters, body = _parameters(given), body_of(operation, given, whole=True)
    parts = [operation_constant(operation), result]
    parts += [
        f"parameters={parameters}" if parameters else "",
        f"body={body}" if body else "",
        "options=options",
    ]
    return Code(f"self.{does}({', '.join(part for part in parts if part)})")
