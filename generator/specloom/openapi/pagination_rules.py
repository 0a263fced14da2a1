"""Rules about `x-pagination`: its places stand in the answer, its parameters in the request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.openapi.path_rules import NUMBER, SCALAR, STRING, Body, check_path
from specloom.openapi.suggestions import did_you_mean, quoted

if TYPE_CHECKING:
    from specloom.diagnostics import Report
    from specloom.openapi.operations import Operation
    from specloom.openapi.tree import Node

__all__ = ["check_pagination"]


def check_pagination(node: Node, operation: Operation, report: Report) -> None:
    """Check the pagination at `node` against its operation."""
    answer = Body("the answer", tuple(operation.answers()))
    check_path(node.get("items"), [answer], report)
    check_path(node.get("cursor"), [answer], report, SCALAR)
    check_path(node.get("url"), [answer], report, STRING)
    check_path(node.get("total"), [answer], report, NUMBER | STRING)
    check_path(node.get("more"), [answer], report, frozenset({"boolean"}))
    known = [name for place, name in operation.parameters() if place == "query"]
    for key in ("parameter", "size"):
        named = node.get(key)
        if named is not None and named.value not in known:
            report.error(
                "unknown-parameter",
                f"`{operation.name}` has no query parameter {quoted(named.value)}",
                named.at,
                related=[("the operation", operation.node.at.at_key())],
                hint=did_you_mean(named.value, known),
            )
