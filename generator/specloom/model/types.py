"""What a value of the API can be: types as they are used, and the types that are declared once and named.

Types refer to declared types by name, so that recursion needs no care. Nothing here knows how Python spells a type:
that is `specloom.python.spelling`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.diagnostics import Location

ScalarKind = Literal["string", "integer", "number", "boolean", "null", "bytes", "date", "date-time"]


class Absent(Enum):
    """The one value that says "there is none" where `None` would be a value (a default may be null)."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value without parts.

    `bytes` is a string that carries base64; raw bytes of a body are `Binary`.
    """

    kind: ScalarKind


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A value that is always the same (`const`, or an enum of one value); 1, 1.0 and true differ."""

    value: str | int | float | bool | None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Constant) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[type, object]:
        return type(self.value), self.value


@dataclass(frozen=True, slots=True)
class ListOf:
    """An array whose items are alike."""

    item: Type


@dataclass(frozen=True, slots=True)
class TupleOf:
    """An array with a type for each place (`prefixItems`); `rest` is the type of what follows, or `None`."""

    items: tuple[Type, ...]
    rest: Type | None = None


@dataclass(frozen=True, slots=True)
class MapOf:
    """An object whose keys are data (`additionalProperties` without `properties`)."""

    value: Type


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several types, in the document's order; nullable types hold `Scalar("null")` last."""

    variants: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A declared type, by its Python name."""

    name: str


@dataclass(frozen=True, slots=True)
class Binary:
    """Bytes of a body, as they are."""


@dataclass(frozen=True, slots=True)
class Anything:
    """Any JSON value. `reason` is empty where the document says so, and names what could not be expressed elsewhere."""

    reason: str = ""


Type = Scalar | Constant | ListOf | TupleOf | MapOf | OneOf | Named | Binary | Anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What JSON Schema asks of a value beyond its type; shown in docs, enforced by the request's schema."""

    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    exclusive_maximum: float | None = None
    multiple_of: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""
    min_items: int | None = None
    max_items: int | None = None
    unique_items: bool = False
    format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A property of a record."""

    name: str
    wire_name: str
    type: Type
    required: bool
    doc: str = ""
    default: Any = ABSENT
    example: Any = ABSENT
    limits: Limits = field(default_factory=Limits)
    read_only: bool = False
    write_only: bool = False
    deprecated: bool = False
    assumed: str = ""
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An object with known properties. `extra` is the type of unknown ones where the document gives one."""

    name: str
    wire_name: str
    module: str
    doc: str = ""
    fields: tuple[Field, ...]
    extra: Type | None = None
    deprecated: bool = False
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A value of an enumeration."""

    name: str
    value: str | int
    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enumeration:
    """A closed list of strings or integers; receiving stays open to values that it does not hold."""

    name: str
    wire_name: str
    module: str
    doc: str = ""
    kind: Literal["string", "integer"]
    members: tuple[Member, ...]
    default: Any = ABSENT
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Discriminator:
    """The property that tells the variants of a union apart; `mapping` pairs its values with declared types.

    `default` is what a value without that property, or with another value there, is read as; None is the best match.
    """

    wire_name: str
    mapping: tuple[tuple[str, Type], ...] = ()
    default: Type | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """A named choice between types (`oneOf`, `anyOf`)."""

    name: str
    wire_name: str
    module: str
    doc: str = ""
    variants: tuple[Type, ...]
    discriminator: Discriminator | None = None
    at: Location


Declaration = Record | Enumeration | Union


def names_in(kind: Type) -> Iterator[str]:
    """The declared types that a type mentions."""
    match kind:
        case Named(name=name):
            yield name
        case ListOf(item=item):
            yield from names_in(item)
        case MapOf(value=value):
            yield from names_in(value)
        case TupleOf(items=items, rest=rest):
            for part in items:
                yield from names_in(part)
            if rest is not None:
                yield from names_in(rest)
        case OneOf(variants=variants):
            for variant in variants:
                yield from names_in(variant)
        case _:
            return
