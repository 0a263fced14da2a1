"""The members of an enumeration: a name and words for each value."""

from __future__ import annotations

from keyword import iskeyword
from typing import TYPE_CHECKING

from specloom.model.names import Scope, constant
from specloom.model.shapes import Shape, annotation, texts_of
from specloom.model.types import Member

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAKEN = frozenset({"mro", "name", "value", "known"})


def enumeration_members(shape: Shape, values: list[str | int]) -> Iterator[Member]:
    """The members in the document's order; `x-enum-varnames` names them, else their value does."""
    names = labels(shape, "x-enum-varnames")
    docs = labels(shape, "x-enum-descriptions")
    scope = Scope(_TAKEN)
    for index, value in enumerate(values, 1):
        pinned = names.get(str(value), "")
        wanted = pinned if pinned.isidentifier() and not iskeyword(pinned) else ""
        name = scope.claim(wanted or constant(_spoken(value)) or f"VALUE_{index}")
        yield Member(name=name, value=value, doc=docs.get(str(value), ""))


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
