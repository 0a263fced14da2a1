"""Keywords of JSON Schema as a validator takes them (2020-12).

A single malformed one would make a client's rules unusable, those of all its operations: it is left out, and the rest
still holds. That the document is wrong there is said when it is read.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["well_formed"]


def well_formed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without its malformed keywords; older spellings are read as what they mean."""
    made = _modern(schema)
    kept = {key: _KINDS[key](value) if key in _KINDS else value for key, value in made.items()}
    return {key: value for key, value in kept.items() if value is not _NOTHING}


_NOTHING: Any = object()


def _modern(schema: dict[str, Any]) -> dict[str, Any]:
    made = dict(schema)
    for key, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if made.get(exclusive) is True and key in made:
            made[exclusive] = made.pop(key)
    if isinstance(made.get("items"), list):
        made.setdefault("prefixItems", made.pop("items"))
        if "additionalItems" in made:
            made["items"] = made.pop("additionalItems")
    return made


def _is_number(value: Any) -> bool:
    """Whether JSON has a word for it: neither for infinity, nor for what is none."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> Any:
    return value if _is_number(value) else _NOTHING


def _step(value: Any) -> Any:
    return value if _is_number(value) and value > 0 else _NOTHING


def _count(value: Any) -> Any:
    is_whole = _is_number(value) and value >= 0 and (isinstance(value, int) or value.is_integer())
    return int(value) if is_whole else _NOTHING


def _flag(value: Any) -> Any:
    return value if isinstance(value, bool) else _NOTHING


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else _NOTHING


def _schema(value: Any) -> Any:
    return value if isinstance(value, dict | bool) else _NOTHING


def _schemas(value: Any) -> Any:
    parts = (
        [one for one in value if isinstance(one, dict | bool)] if isinstance(value, list) else []
    )
    return parts or _NOTHING


def _members(value: Any) -> Any:
    if not isinstance(value, dict):
        return _NOTHING
    return {name: one for name, one in value.items() if isinstance(one, dict | bool)}


def _list(value: Any) -> Any:
    kept = [one for one in value if _is_json(one)] if isinstance(value, list) else []
    return kept if kept or value == [] else _NOTHING


def _value(value: Any) -> Any:
    return value if _is_json(value) else _NOTHING


def _is_json(value: Any) -> bool:
    if isinstance(value, dict | list):
        return all(map(_is_json, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, float) or math.isfinite(value)


def _names(value: Any) -> Any:
    if not isinstance(value, list):
        return _NOTHING
    return list(dict.fromkeys(name for name in value if isinstance(name, str)))


def _demands(value: Any) -> Any:
    if not isinstance(value, dict):
        return _NOTHING
    found = {name: _names(names) for name, names in value.items()}
    return {name: names for name, names in found.items() if names is not _NOTHING}


_KINDS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _count),
    **dict.fromkeys(("minProperties", "maxProperties", "minContains", "maxContains"), _count),
    **dict.fromkeys(("pattern", "format", "contentEncoding", "contentMediaType"), _text),
    **dict.fromkeys(("items", "additionalProperties", "unevaluatedProperties", "not"), _schema),
    **dict.fromkeys(("contains", "propertyNames", "if", "then", "else"), _schema),
    **dict.fromkeys(("unevaluatedItems", "contentSchema"), _schema),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _schemas),
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "$defs"), _members),
    "definitions": _members,
    "multipleOf": _step,
    "uniqueItems": _flag,
    "required": _names,
    "enum": _list,
    **dict.fromkeys(("const", "default"), _value),
    "dependentRequired": _demands,
}
