"""Rules about `x-signature`: what is flattened is an object, and no two keywords of the method share a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.model.names import snake
from specloom.openapi.schema_paths import parts_of, property_names, types_of
from specloom.openapi.suggestions import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.diagnostics import Location, Report
    from specloom.openapi.operations import Operation
    from specloom.openapi.tree import Node

__all__ = ["check_signature"]


def check_signature(node: Node, operation: Operation, report: Report) -> None:
    """Check the signature at `node` against the body and the parameters of its operation."""
    body = operation.body()
    if body is None:
        report.error(
            "signature-without-body",
            "there is nothing to flatten: this operation has no JSON body",
            node.at.at_key(),
            related=[("the operation", operation.node.at.at_key())],
        )
        return
    names = property_names(body)
    flattened = []
    for entry in node.elements("flatten"):
        member = _member(body, entry.value)
        if member is None:
            report.error(
                "signature-unknown",
                f"the body has no property {quoted(entry.value)}",
                entry.at,
                hint=did_you_mean(entry.value, names),
            )
        elif types_of(member) - {"object"} or not property_names(member):
            report.error(
                "signature-not-object",
                f"{quoted(entry.value)} is not an object with properties of its own",
                entry.at,
                related=[("its schema", member.at)],
            )
        else:
            flattened.append(entry.value)
    _check_collisions(operation, body, flattened, report)


def _member(schema: Node, name: str) -> Node | None:
    members = (member for part in parts_of(schema) for member in part.items("properties"))
    return next((node for key, node in members if key == name), None)


def _keywords(
    operation: Operation, body: Node, flattened: list[str]
) -> Iterator[tuple[str, Location]]:
    """Every keyword of the method, with its place: parameters, properties, and properties that are lifted."""
    for (_, name), node in operation.parameters().items():
        yield name, node.at
    for name in property_names(body):
        member = _member(body, name)
        if member is None:
            continue
        if name not in flattened:
            yield name, member.at
            continue
        for inner in property_names(member):
            lifted = _member(member, inner)
            if lifted is not None:
                yield inner, lifted.at


def _check_collisions(
    operation: Operation, body: Node, flattened: list[str], report: Report
) -> None:
    first: dict[str, tuple[str, Location]] = {}
    for name, at in _keywords(operation, body, flattened):
        earlier = first.setdefault(snake(name) or name, (name, at))
        if earlier[1] != at:
            report.error(
                "signature-collision",
                f"{quoted(name)} and another {quoted(earlier[0])} would be the same keyword of the method",
                at.at_key(),
                related=[("the other one", earlier[1].at_key())],
                hint="flatten fewer objects, or pin another name with `x-name`",
            )
