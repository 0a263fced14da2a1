"""Rules about JSONPaths in extensions: each parses, leads somewhere in the schemas, and to the right type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.openapi.schema_paths import Reached, follow, types_of
from specloom.openapi.suggestions import did_you_mean, listing, quoted
from specloom.targets.client.runtime.jsonpath import JSONPathError, Path, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specloom.diagnostics import Report
    from specloom.openapi.tree import Node

__all__ = ["NUMBER", "SCALAR", "STRING", "Body", "check_path", "check_paths", "leads", "selected"]

STRING = frozenset({"string"})
NUMBER = frozenset({"number", "integer"})
SCALAR = frozenset({"string", "number", "integer", "boolean"})

_CALLED = {STRING: "a string", NUMBER: "a number", SCALAR: "a string, a number or a boolean"}


@dataclass(frozen=True, slots=True)
class Body:
    """What a path is followed in: its name in a message, and the schemas that describe it."""

    name: str
    schemas: tuple[Node, ...]

    @property
    def is_described(self) -> bool:
        """Whether any schema is known."""
        return bool(self.schemas)


def check_paths(
    node: Node | None, bodies: Sequence[Body], report: Report, types: frozenset[str] | None = None
) -> list[Node]:
    """Check one path or a list of them; return the schemas of what they select."""
    if node is None:
        return []
    if isinstance(node.value, str):
        return check_path(node, bodies, report, types)
    return [found for path in node.elements() for found in check_path(path, bodies, report, types)]


def check_path(
    node: Node | None, bodies: Sequence[Body], report: Report, types: frozenset[str] | None = None
) -> list[Node]:
    """Check the path at `node`; it must lead somewhere in one of the bodies.

    Args:
        node: The text of the path; anything else has been reported by the extension's schema.
        bodies: Where it is looked for, the likeliest first.
        report: Receives what is wrong.
        types: The JSON types that it may select.

    Returns:
        The schemas of what it selects.
    """
    if node is None or not isinstance(node.value, str):
        return []
    try:
        path = parse(node.value)
    except JSONPathError as error:
        report.error(
            "path-syntax",
            f"{quoted(node.value)} is not a JSONPath: {error.message} (character {error.position + 1})",
            node.at,
            hint="JSONPath as in RFC 9535, for example `$.output[0].status`",
        )
        return []
    described = [body for body in bodies if body.is_described]
    if not described:
        return []
    reached = _best(path, described)
    _report_reached(node, reached, described[0], report)
    _check_types(node, reached, types, report)
    return reached.nodes


def leads(node: Node, body: Body) -> bool:
    """Whether the path at `node` may select something in a body; nothing is reported."""
    if not body.is_described:
        return True
    reached = _followed(node, body)
    return reached is not None and not reached.missing and bool(reached.nodes or reached.is_free)


def selected(node: Node, body: Body) -> list[Node]:
    """The schemas of what the path at `node` selects in a body; nothing is reported."""
    reached = _followed(node, body) if body.is_described else None
    return reached.nodes if reached is not None and not reached.missing else []


def _followed(node: Node, body: Body) -> Reached | None:
    try:
        return follow(parse(node.value), body.schemas) if isinstance(node.value, str) else None
    except JSONPathError:
        return None


def _best(path: Path, bodies: Sequence[Body]) -> Reached:
    tries = [follow(path, body.schemas) for body in bodies]
    found = [one for one in tries if one.nodes and not one.missing]
    free = [one for one in tries if one.is_free and not one.missing]
    return (found or free or tries)[0]


def _report_reached(node: Node, reached: Reached, body: Body, report: Report) -> None:
    if reached.missing:
        lost = reached.missing[0]
        report.error(
            "path-unresolved",
            f"{quoted(node.value)} leads nowhere: {body.name} has no {quoted(lost.step)} there",
            node.at,
            hint=did_you_mean(lost.step, lost.known) or _known(lost.known),
        )
    elif reached.is_free:
        report.warning(
            "path-unchecked",
            f"whether {quoted(node.value)} leads somewhere cannot be told: {body.name} does not describe that part",
            node.at,
            hint="describe it in the schema",
        )
    for unlisted in reached.unlisted:
        report.warning(
            "path-word",
            f"{quoted(str(unlisted.word))} is compared with something that never has this value",
            node.at,
            hint=did_you_mean(str(unlisted.word), unlisted.known) or _known(unlisted.known),
        )


def _known(names: Sequence[str]) -> str:
    return f"there are {listing([quoted(name) for name in names], 'and')}" if names else ""


def _check_types(
    node: Node, reached: Reached, types: frozenset[str] | None, report: Report
) -> None:
    if types is None:
        return
    has = [types_of(found) for found in reached.nodes]
    if not has or any(not kinds or kinds & types for kinds in has):
        return
    told = sorted({quoted(name) for kinds in has for name in kinds})
    report.error(
        "path-type",
        f"{quoted(node.value)} selects {listing(told, 'or')},"
        f" and {_CALLED.get(types) or listing(sorted(types), 'or')} is wanted",
        node.at,
        related=[("its schema", reached.nodes[0].at)],
    )
