"""What several JSON Schemas ask for together: one schema without `allOf` and choices, as far as that can be said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["UnsatisfiableError", "merge"]

LOWER = frozenset(
    ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
)
UPPER = frozenset(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"))


class UnsatisfiableError(ValueError):
    """No value was found that a schema allows; the message says at what it failed."""


def types_of(schema: dict[str, Any]) -> list[str] | None:
    """The types that a schema names; None for any."""
    kinds = schema.get("type")
    return [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else None


def merge(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Both at once.

    Raises:
        UnsatisfiableError: they exclude each other.
    """
    made = dict(one)
    for key, value in other.items():
        made[key] = _both(key, made[key], value) if key in made else value
    return made


def _both(key: str, one: Any, other: Any) -> Any:
    if one == other:
        return one
    if key == "type":
        return _types(one, other)
    if key == "enum" and isinstance(one, list) and isinstance(other, list):
        if kept := [value for value in one if value in other]:
            return kept
        raise UnsatisfiableError("enums without a common value")
    if key == "const":
        raise UnsatisfiableError(f"two constants, {one!r} and {other!r}")
    combine = COMBINED.get(key)
    return combine(one, other) if combine is not None else one


def _all_of(one: Any, other: Any) -> Any:
    if one is False or other is False:
        return False
    return other if one is True else one if other is True else {"allOf": [one, other]}


def _members(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    made = dict(one)
    for name, schema in other.items():
        is_new = name not in made or made[name] == schema
        made[name] = schema if is_new else _all_of(made[name], schema)
    return made


def _types(one: Any, other: Any) -> list[str]:
    left = [one] if isinstance(one, str) else one
    right = [other] if isinstance(other, str) else other
    kept = [kind for kind in left if kind in right]
    if "integer" not in kept and {"integer", "number"} <= {*left, *right}:
        kept.append("integer")
    if not kept:
        raise UnsatisfiableError(f"types {one} and {other} exclude each other")
    return kept


COMBINED: dict[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(("properties", "patternProperties", "$defs"), _members),
    **dict.fromkeys(("items", "additionalProperties", "propertyNames", "contains"), _all_of),
    **dict.fromkeys(LOWER, max),
    **dict.fromkeys(UPPER, min),
    "required": lambda one, other: list(dict.fromkeys([*one, *other])),
    "discriminator": lambda _, other: other,
}
