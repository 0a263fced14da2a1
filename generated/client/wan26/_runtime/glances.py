"""Requests that are right at a glance: most are, and a glance needs no library to be loaded."""

from __future__ import annotations

import math
from typing import Any, Final

from .rules import resolve

__all__ = ["is_plainly_valid"]

_DEPTH: Final = 12
_MOST: Final = 16  # elements of a list: more are faster looked at by the library
# What asserts nothing. Formats are among them: whoever asserts them takes no glance.
_TALK: Final = frozenset(
    {
        *("title", "description", "default", "example", "examples", "deprecated", "format"),
        *("readOnly", "writeOnly", "$comment"),
    }
)
_KINDS: Final[dict[str, type | tuple[type, ...]]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}
# What gives further values, or this one, to other schemas; the rest says all there is by itself.
_APPLICATORS: Final = frozenset({"$ref", "items", "properties", "additionalProperties"})
# Of what kind the values are that a limit is set to, and whether it is the least.
_LIMITS: Final = {
    "minLength": ("string", True),
    "maxLength": ("string", False),
    "minItems": ("array", True),
    "maxItems": ("array", False),
    "minimum": ("number", True),
    "maximum": ("number", False),
}


def is_plainly_valid(value: Any, schema: Any, document: Any, depth: int = 0) -> bool:
    """Whether a value of JSON is valid beyond doubt; False where it takes the library to tell.

    `document` is where the schema's references lead.
    """
    if schema is True:
        return True
    if not isinstance(schema, dict) or depth > _DEPTH:
        return False
    inner = [keyword for keyword in schema if keyword in _APPLICATORS]
    return all(
        keyword in _TALK or keyword.startswith("x-") or _holds(keyword, value, schema)
        for keyword in schema
        if keyword not in _APPLICATORS
    ) and all(_applies(keyword, value, schema, document, depth + 1) for keyword in inner)


def _holds(keyword: str, value: Any, schema: dict[str, Any]) -> bool:
    rule = schema[keyword]
    if keyword in _LIMITS:
        return _is_within(keyword, value, rule)
    match keyword:
        case "type":
            return any(_is_of(value, kind) for kind in (rule if isinstance(rule, list) else [rule]))
        case "enum":
            return isinstance(value, str) and isinstance(rule, list) and value in rule
        case "const":
            return isinstance(value, str) and value == rule
        case "required" if isinstance(rule, list):
            return not isinstance(value, dict) or all(name in value for name in rule)
    return False


def _is_within(keyword: str, value: Any, limit: Any) -> bool:
    kind, is_least = _LIMITS[keyword]
    if not _is_of(limit, "number"):
        return False
    if not _is_of(value, kind):
        return True
    measure: float = value if kind == "number" else len(value)
    return bool(measure >= limit if is_least else measure <= limit)


def _is_of(value: Any, kind: Any) -> bool:
    known = _KINDS.get(kind) if isinstance(kind, str) else None
    if isinstance(value, float) and not math.isfinite(value):
        return False  # no number of JSON
    is_kind = known is not None and isinstance(value, known)
    return is_kind and (kind == "boolean" or not isinstance(value, bool))


def _applies(keyword: str, value: Any, schema: dict[str, Any], document: Any, depth: int) -> bool:
    rule = schema[keyword]
    if keyword == "$ref":
        return is_plainly_valid(value, resolve(document, rule), document, depth)
    parts: list[tuple[Any, Any]] = []  # values and their schemas
    if isinstance(value, list) and keyword == "items":
        if len(value) > _MOST or "prefixItems" in schema:
            return False
        parts = [(one, rule) for one in value]
    elif isinstance(value, dict) and keyword != "items":
        described = schema.get("properties", {})
        if not isinstance(described, dict):
            return False
        if keyword == "properties":
            parts = [(value[name], inner) for name, inner in described.items() if name in value]
        else:
            parts = [(one, rule) for name, one in value.items() if name not in described]
    return all(is_plainly_valid(one, inner, document, depth) for one, inner in parts)
