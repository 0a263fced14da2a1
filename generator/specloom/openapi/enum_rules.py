"""Rules about `x-enum-varnames` and `x-enum-descriptions`: a list for all values of the enum, or a mapping for some.

Warnings, because other tools write these extensions too: what does not fit is not used.
"""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING

from specloom.openapi.suggestions import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specloom.diagnostics import Location, Report
    from specloom.openapi.tree import Node

__all__ = ["check_enum"]


def check_enum(schema: Node, held: Mapping[str, Node], report: Report) -> None:
    """Check the extensions that `schema` holds against its enum."""
    enum = schema.get("enum")
    if enum is not None and not isinstance(enum.value, list):
        return
    words = [word.value for word in enum.elements() if word.value is not None] if enum else []
    for name in ("x-enum-varnames", "x-enum-descriptions"):
        node = held.get(name)
        if node is None:
            continue
        if enum is None:
            report.warning(
                "enum-missing",
                f"`{name}` stands in a schema without an `enum`",
                node.at.at_key(),
                hint="put it beside the `enum`",
            )
        elif isinstance(node.value, list):
            _check_length(name, node, words, enum, report)
        else:
            _check_keys(node, [str(word) for word in words], report)
    if (names := held.get("x-enum-varnames")) is not None:
        _check_names(names, report)


def _check_length(name: str, node: Node, words: list[object], enum: Node, report: Report) -> None:
    if len(node.value) not in {len(words), len(enum.value)}:
        report.warning(
            "enum-length",
            f"`{name}` has {len(node.value)} entries, and the enum has {len(words)}",
            node.at.at_key(),
            related=[("the enum", enum.at.at_key())],
            hint="one for each value, in the same order",
        )


def _check_keys(node: Node, words: list[str], report: Report) -> None:
    for key, inner in node.items():
        if key not in words:
            report.warning(
                "enum-word",
                f"{quoted(key)} is not a value of the enum",
                inner.at.at_key(),
                hint=did_you_mean(key, words),
            )


def _check_names(node: Node, report: Report) -> None:
    first: dict[str, Location] = {}
    for inner in [*node.elements(), *(member for _, member in node.items())]:
        name = inner.value
        if not name.isidentifier() or keyword.iskeyword(name):
            report.warning(
                "enum-identifier",
                f"{quoted(name)} cannot be a name in Python",
                inner.at,
                hint="letters, digits and underscores, no digit first, no keyword",
            )
        elif name in first:
            report.warning(
                "enum-identifier",
                f"{quoted(name)} names another value already",
                inner.at,
                related=[("first used here", first[name])],
            )
        first.setdefault(name, inner.at)
