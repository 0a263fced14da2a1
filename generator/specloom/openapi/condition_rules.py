"""Rules about conditions: JSON Schemas that are no part of a request's schema, such as `when` of an advice.

A validator passes over a keyword that it does not know, so that a misspelt one makes a condition hold always.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.openapi.grammar import children, known_keys
from specloom.openapi.suggestions import did_you_mean, is_slip, quoted

if TYPE_CHECKING:
    from specloom.diagnostics import Report
    from specloom.openapi.tree import Node

__all__ = ["check_keywords"]

_KEYWORDS = tuple(sorted(known_keys("schema", "3.2") or ()))


def check_keywords(condition: Node, report: Report) -> None:
    """Report every key of a condition, and of the schemas in it, that is nearly a keyword and is none."""
    waiting = [(condition.at, condition.value)]
    while waiting:
        at, schema = waiting.pop()
        if not isinstance(schema, dict):
            continue
        for key in schema:
            if key not in _KEYWORDS and is_slip(key, _KEYWORDS):
                report.warning(
                    "advice-keyword",
                    f"{quoted(key)} is not a keyword of JSON Schema, so that it asks for nothing",
                    at.child(key).at_key(),
                    hint=did_you_mean(key, _KEYWORDS),
                )
        inner = children("schema", schema)
        waiting.extend((at.child(*steps), held) for steps, kind, held in inner if kind == "schema")
