"""Which of JSON's kinds a schema means, where it says so outright, by its other keywords, or in words of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from specloom.model.shapes import Shape
    from specloom.model.types import ScalarKind

KINDS = frozenset({"string", "integer", "number", "boolean", "null", "array", "object"})


def implied_types(shape: Shape) -> tuple[str, ...]:
    """The type that a schema without `type` means by its other keywords."""
    if shape.properties or shape.additional is not None or shape.patterns:
        return ("object",)
    if shape.items is not None or shape.prefix_items is not None:
        return ("array",)
    if shape.format in {"date-time", "date", "uri", "uuid", "email", "byte", "password"}:
        return ("string",)
    if shape.format in {"int32", "int64"}:
        return ("integer",)
    return ("number",) if shape.format in {"float", "double"} else _kind_of_checks(shape)


_CHECKEDKINDS = {
    **dict.fromkeys(("minLength", "maxLength", "pattern", "contentEncoding"), "string"),
    **dict.fromkeys(("minimum", "maximum", "multipleOf"), "number"),
    **dict.fromkeys(("required", "minProperties", "maxProperties", "propertyNames"), "object"),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems", "contains"), "array"),
}


def _kind_of_checks(shape: Shape) -> tuple[str, ...]:
    """The one kind of value that all checks beside each other speak of; none where they speak of several."""
    value = shape.node.value if isinstance(shape.node.value, dict) else {}
    kinds = {_CHECKEDKINDS[key] for key in value if key in _CHECKEDKINDS}
    return tuple(kinds) if len(kinds) == 1 else ()


def string_kind(shape: Shape) -> ScalarKind:
    """What a string holds: text, base64 (of the standard alphabet alone), a date or a time."""
    if shape.content_encoding == "base64" or shape.format == "byte":
        return "bytes"
    if shape.format == "date-time":
        return "date-time"
    if shape.format == "date":
        return "date"
    return "string"


def means_text(shape: Shape) -> bool:
    """Whether an enum means strings, even where YAML read a value as a number."""
    return shape.types is not None and set(shape.types) <= {"string", "null"}


# What people write for a type, and what they mean.
_MEANT: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("str", "text", "char", "uri", "url", "email", "password"), ("string", "")),
    **dict.fromkeys(("uuid", "guid", "enum"), ("string", "")),
    **dict.fromkeys(("int", "int32", "int64", "long", "short"), ("integer", "")),
    **dict.fromkeys(("float", "double", "decimal", "numeric"), ("number", "")),
    **dict.fromkeys(("bool",), ("boolean", "")),
    **dict.fromkeys(("list", "tuple"), ("array", "")),
    **dict.fromkeys(("dict", "map", "hash"), ("object", "")),
    **dict.fromkeys(("datetime", "date-time"), ("string", "date-time")),
    "date": ("string", "date"),
    **dict.fromkeys(("none", "nil"), ("null", "")),
}


def meant_type(word: str) -> tuple[str, str]:
    """The type of JSON Schema, and the format, that a word in its place means; nothing where nobody can tell."""
    plain = word.strip(" ,;.\"'`").lower()
    return (plain, "") if plain in KINDS else _MEANT.get(plain, ("", ""))
