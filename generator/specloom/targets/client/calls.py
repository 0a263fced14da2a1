"""The one call of a woven method: its operation, and where each keyword goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from specloom.python.docstrings import WIDTH, columns
from specloom.python.spelling import Code, identifier, literal
from specloom.targets.client.data import data_name, operation_constant

if TYPE_CHECKING:
    from specloom.model.api import Argument, Operation

_MARGIN = 8  # columns before a statement of a method
_MEMBER = 19  # columns of a line of a mapping, deep inside a call, that are neither key nor value


def _parameters(operation: Operation, given: tuple[Argument, ...]) -> Code:
    """Parameters by wire name; by place and name (`query.id`) where two places share a name."""
    outside = [
        (one.place, one.path[0], identifier(one.name)) for one in given if one.place != "body"
    ]
    outside += [
        (filled.place, filled.path[0], literal(filled.value))
        for filled in operation.signature.filled
        if filled.place != "body"
    ]
    shared = Counter(name for _, name, _ in outside)
    members = [
        _member(name if shared[name] == 1 else f"{place}.{name}", value)
        for place, name, value in outside
    ]
    return Code(f"{{{', '.join(members)}}}" if members else "")


def body_of(operation: Operation, given: tuple[Argument, ...], *, whole: bool) -> Code:
    """The body as an expression: the document's nesting, with each keyword at its place."""
    own = [one for one in given if one.place == "body"]
    constants = [one for one in operation.signature.filled if one.place == "body"]
    if whole and own and not own[0].path:
        return Code(identifier(own[0].name))
    if not own and not constants:
        return Code("")
    tree: dict[str, object] = {}
    for filled in constants if whole else ():
        _put(tree, filled.path, literal(filled.value))
    for one in own:
        _put(tree, one.path, identifier(one.name))
    optional = {lifted.path for lifted in operation.signature.lifted if not lifted.required}
    expression = _expression(tree, (), optional)
    return Code(expression)


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
        members.append(_member(key, written))
    return f"{{{', '.join(members)}}}"


def _member(key: str, value: str) -> str:
    """A pair of a mapping; a name that finds no room beside its key stands in brackets, which black opens."""
    name = literal(key)
    has_room = columns(name) + len(value) <= WIDTH - _MEMBER or not value.isidentifier()
    return f"{name}: {value if has_room else f'({value})'}"


def statement(
    does: str, data: str, operation: Operation, given: tuple[Argument, ...], result: str
) -> Code:
    """The body of a method: one call with literal data, with what is long named before it.

    `data` is the method whose data of the operation it takes.
    """
    parameters, body = _parameters(operation, given), body_of(operation, given, whole=True)
    short = _call(does, data, result, parameters, body)
    if len(short) <= WIDTH - _MARGIN:
        return short
    taken = {one.name for one in given}
    lines = []
    if parameters:
        name = _free("parameters", taken)
        lines.append(f"{name} = {parameters}")
        parameters = name
    if body and not body.isidentifier():
        name = _free("body", taken)
        lines.append(f"{name} = {body}")
        body = name
    lines.append(_call(does, data, result, parameters, body))
    return Code(f"\n{' ' * _MARGIN}".join(lines))


def _call(does: str, data: str, result: str, parameters: str, body: str) -> Code:
    parts = [data_name(data), result]
    parts += [
        f"parameters={parameters}" if parameters else "",
        f"body={body}" if body else "",
        "options=options",
    ]
    return Code(f"return self.{does}({', '.join(part for part in parts if part)})")


def _free(name: str, taken: set[str]) -> Code:
    """A local name that no argument has."""
    while name in taken:
        name = f"{name}_"
    return Code(name)


def estimating(operation: Operation, given: tuple[Argument, ...]) -> Code:
    """The call that asks what a request would cost."""
    body = body_of(operation, given, whole=False)
    return Code(f"return self._estimate({operation_constant(operation)}, body={body})")
