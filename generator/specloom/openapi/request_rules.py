"""Rules about what stands in request schemas: vendor codes beside rules, and advice."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from specloom.model.names import ERROR_NAMES
from specloom.openapi.condition_rules import check_keywords
from specloom.openapi.findings import findings
from specloom.openapi.schema_paths import parts_of, property_names
from specloom.openapi.suggestions import did_you_mean, quoted

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

    from specloom.diagnostics import Location, Report
    from specloom.openapi.tree import Node

__all__ = ["check_advice", "check_error_code", "check_error_codes"]

# Keywords whose schemas speak of the same value.
_SAME_VALUE = ("allOf", "anyOf", "oneOf")


@cache
def _meta_schema() -> Validator:
    # As in `extension_schema`: imported where it is wanted.
    from jsonschema.validators import Draft202012Validator

    return Draft202012Validator(Draft202012Validator.META_SCHEMA)


def check_error_codes(codes: Node, report: Report) -> None:
    """Two codes must not share the name of an exception, nor take one of the client's own."""
    first: dict[str, Location] = {}
    for entry in [node for _, node in codes.items()]:
        name, at = entry.text("name"), entry.at.child("name")
        if name.removesuffix("Error") in first:
            report.error(
                "error-code-name",
                f"{quoted(name)} already names another code",
                at,
                related=[("first used here", first[name.removesuffix("Error")])],
            )
        elif f"{name.removesuffix('Error')}Error" in ERROR_NAMES:
            report.error(
                "error-code-name",
                f"{quoted(name)} is an exception of every client already",
                at,
                hint="say more: whose limit, which input",
            )
        first.setdefault(name.removesuffix("Error"), at)


def check_error_code(node: Node | None, codes: Node | None, report: Report) -> None:
    """The code beside a rule must be one of the vendor's."""
    if node is None:
        return
    known = list(codes.value) if codes is not None and isinstance(codes.value, dict) else []
    if node.value not in known:
        report.error(
            "unknown-error-code",
            f"{quoted(node.value)} is not among the `x-error-codes`",
            node.at,
            hint=did_you_mean(node.value, known) or "add it to `x-error-codes` at the root",
        )


def check_advice(advice: Node | None, schema: Node, report: Report) -> None:
    """Each `when` must be a JSON Schema, and speak of properties that there are."""
    for entry in advice.elements() if advice is not None else ():
        when = entry.get("when")
        if when is None:
            continue
        faults = [
            fault for error in _meta_schema().iter_errors(when.value) for fault in findings(error)
        ]
        for fault in faults:
            report.error(
                "advice-schema",
                f"`when` is not a JSON Schema: {fault.message}",
                when.at.child(*fault.pointer),
                hint=fault.hint,
            )
        check_keywords(when, report)
        if not faults:
            _check_properties(when, schema, report)


def _check_properties(when: Node, schema: Node, report: Report) -> None:
    """A condition on a property that does not exist never holds, or always."""
    known = property_names(schema)
    for key in _SAME_VALUE:
        for part in when.elements(key):
            _check_properties(part, schema, report)
    if (inverse := when.get("not")) is not None:
        _check_properties(inverse, schema, report)
    required = [(item.value, item.at) for item in when.elements("required")]
    spoken = [(name, node.at.at_key()) for name, node in when.items("properties")]
    for name, at in [*required, *spoken] if known else ():
        if name not in known:
            report.error(
                "advice-property",
                f"the request has no property {quoted(name)} there",
                at,
                hint=did_you_mean(name, known),
            )
    for name, node in when.items("properties"):
        inner = _property(schema, name)
        if inner is not None and isinstance(node.value, dict):
            _check_properties(node, inner, report)


def _property(schema: Node, name: str) -> Node | None:
    for part in parts_of(schema):
        for key, node in part.items("properties"):
            if key == name:
                return node
    return None
