"""Enumerations, and their members: a name and words for each value."""

from __future__ import annotations

import unicodedata
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from specloom.model.kinds import means_text
from specloom.model.names import AMBIGUOUS, Scope, member
from specloom.model.shapes import Shape, annotation, texts_of, wire_name_of
from specloom.model.types import (
    ABSENT,
    Constant,
    Enumeration,
    Member,
    Named,
    OneOf,
    Scalar,
    Type,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.schemas import Schemas
    from specloom.openapi.tree import Node

_NULL = Scalar("null")
_INTEGER = Scalar("integer")
_TAKEN = frozenset({"mro", "name", "value", "known"}) | AMBIGUOUS
# A member hides none of what every word or number can do: `index`, `real`.
_ABILITIES = {str: frozenset(dir(str)), int: frozenset(dir(int))}
_LITERAL = range(-(2**63), 2**63)  # msgspec knows no other constants, and type checkers few


def enumeration_type(
    schemas: Schemas, shape: Shape, enum: Node, context: str, *, claimed: bool
) -> Type | None:
    """The type of an enum; None where its values are objects or lists, which only the request's check tells apart."""
    listed: list[Any] = texts_of(enum) if means_text(shape) else list(enum.value)
    if any(isinstance(value, dict | list) for value in listed):
        return None
    if shape.types is not None and set(shape.types) <= {"integer", "null"}:
        listed = [_whole(value) for value in listed]
    values = list({(type(value), value): value for value in listed if value is not None}.values())
    found = _of_values(schemas, shape, values, context, claimed=claimed)
    return OneOf((found, _NULL)) if None in listed and found != _NULL else found


def _whole(value: Any) -> Any:
    """1.0 as the integer that it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _of_values(
    schemas: Schemas, shape: Shape, values: list[Any], context: str, *, claimed: bool
) -> Type:
    if not values:
        return _NULL
    names = annotation(shape.enum_owner, "x-enum-varnames")
    if len(values) == 1 and names is ABSENT:
        return constant_type(values[0])
    if all(isinstance(value, str) for value in values):
        return _declare(schemas, shape, "string", values, context, claimed=claimed)
    if all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        if any(value not in _LITERAL for value in values):
            return _INTEGER
        return _declare(schemas, shape, "integer", values, context, claimed=claimed)
    if {True, False} == set(values) and all(isinstance(value, bool) for value in values):
        return Scalar("boolean")
    return OneOf(tuple(dict.fromkeys(constant_type(value) for value in values)))


def constant_type(value: Any) -> Type:
    """The type of one value; an integer of more than 64 bits is any integer, since no literal may be so large."""
    is_large = isinstance(value, int) and value not in _LITERAL
    return _INTEGER if is_large else Constant(value)


def _declare(
    schemas: Schemas, shape: Shape, kind: Any, values: list[Any], context: str, *, claimed: bool
) -> Named:
    name = schemas.declare(context, "Enum", shape, claimed=claimed)
    schemas.declared[name] = Enumeration(
        name=name,
        wire_name=wire_name_of(shape, name),
        module="",
        doc=shape.doc,
        kind=kind,
        members=tuple(enumeration_members(shape, values)),
        default=annotation(shape.node, "default"),
        at=shape.node.at,
    )
    return Named(name)


def enumeration_members(shape: Shape, values: list[str | int]) -> Iterator[Member]:
    """The members in the document's order; `x-enum-varnames` names them, else their value does."""
    names = labels(shape, "x-enum-varnames")
    docs = labels(shape, "x-enum-descriptions")
    scope = Scope(_TAKEN.union(*(_ABILITIES[kind] for kind in set(map(type, values)))))
    for index, value in enumerate(values, 1):
        pinned = unicodedata.normalize("NFKC", names.get(str(value), ""))
        wanted = pinned if _can_be_member(pinned) else ""
        name = scope.claim(wanted or member(_spoken(value)) or f"VALUE_{index}")
        yield Member(name=name, value=value, doc=docs.get(str(value), ""))


def _can_be_member(name: str) -> bool:
    """Whether a class may call a member so; Python gives `_x_`, `__x__` and `__x` a meaning of its own."""
    is_private = name.startswith("_") and (name.endswith("_") or "__" in name)
    return name.isidentifier() and not iskeyword(name) and not is_private


def _spoken(value: str | int) -> str:
    """A value in words, so that -3 is not called as 3 is."""
    return f"minus {-value}" if isinstance(value, int) and value < 0 else str(value)


def labels(shape: Shape, keyword: str) -> dict[str, str]:
    """What an extension beside an enum says of each value, by the value's text; nothing where it does not fit."""
    said = annotation(shape.enum_owner, keyword)
    if isinstance(said, dict):
        return {value: text for value, text in said.items() if isinstance(text, str)}
    if shape.enum is None or not isinstance(said, list):
        return {}
    values = texts_of(shape.enum)
    listed = values if len(said) == len(values) else [one for one in values if one is not None]
    if len(said) != len(listed):
        return {}
    return {
        str(value): text for value, text in zip(listed, said, strict=True) if isinstance(text, str)
    }
