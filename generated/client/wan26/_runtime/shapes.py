"""Annotations understood: what JSON a type is written as, for those who must build it by hand."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, NewType, TypeAlias, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import UnsetType

__all__ = [
    "Anything",
    "Choice",
    "Constants",
    "Field",
    "Items",
    "Marked",
    "Members",
    "Nullable",
    "Record",
    "Scalar",
    "Shape",
    "UnionMarker",
    "fields_of",
    "shape_of",
    "title_of",
    "variants_of",
]


class UnionMarker(type):
    """The class of woven unions: whatever is decoded for one counts as its instance."""

    def __instancecheck__(cls, instance: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Anything:
    """Any JSON."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, number, boolean or null, or what msgspec reads from one (datetime, enum, ...)."""

    type: Any


@dataclass(frozen=True, slots=True)
class Constants:
    """One of some values."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """An array; `items` are the shapes of its first elements, `rest` of all others."""

    items: tuple[Shape, ...]
    rest: Shape | None
    make: type


@dataclass(frozen=True, slots=True)
class Members:
    """An object used as a map."""

    value: Shape


@dataclass(frozen=True, slots=True)
class Record:
    """An object with fields; see `fields_of`."""

    model: type[msgspec.Struct]


@dataclass(frozen=True, slots=True)
class Nullable:
    """Null or something."""

    inner: Shape


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several shapes, in the order of their declaration."""

    variants: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """A woven union; see `unions`."""

    marker: UnionMarker


Shape: TypeAlias = (
    Anything | Scalar | Constants | Items | Members | Record | Nullable | Choice | Marked
)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record under its Python name; its name on the wire is the key beside it."""

    name: str
    shape: Shape
    required: bool


@cache
def fields_of(model: type[msgspec.Struct]) -> dict[str, Field]:
    """The fields of a record by their names on the wire."""
    return {
        field.encode_name: Field(field.name, shape_of(field.type), _is_promised(field))
        for field in msgspec.structs.fields(model)
    }


def _is_promised(field: msgspec.structs.FieldInfo) -> bool:
    # What is filled in where a model is made (`models.constant`) has to be there in an answer.
    return field.required or field.default_factory is not msgspec.NODEFAULT


def shape_of(annotation: Any) -> Shape:
    """The shape of an annotation; what has none of ours is left to msgspec as a scalar."""
    annotation = _unwrapped(annotation)
    origin = get_origin(annotation) or annotation
    if annotation is Any or annotation is object:
        return Anything()
    if origin is Union or origin is types.UnionType:
        return _union(get_args(annotation))
    if origin is Literal:
        return Constants(get_args(annotation))
    if not isinstance(origin, type):
        return Scalar(annotation)
    return _class_shape(origin, get_args(annotation), annotation)


def _class_shape(origin: type, arguments: tuple[Any, ...], annotation: Any) -> Shape:
    if isinstance(origin, UnionMarker):
        return Marked(origin)
    if issubclass(origin, msgspec.Struct):
        return Record(origin)
    if issubclass(origin, str | bytes | bytearray | Enum):
        return Scalar(annotation)
    if issubclass(origin, tuple) and arguments and arguments[-1] is not Ellipsis:
        return Items(tuple(shape_of(item) for item in arguments), None, tuple)
    if issubclass(origin, Sequence | set | frozenset):
        make = origin if origin in (tuple, set, frozenset) else list
        return Items((), shape_of(arguments[0]) if arguments else Anything(), make)
    if issubclass(origin, Mapping):
        return Members(shape_of(arguments[1]) if arguments else Anything())
    return Scalar(annotation)


def _unwrapped(annotation: Any) -> Any:
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        elif isinstance(annotation, TypeVar):
            annotation = annotation.__bound__ or Any
        elif hasattr(annotation, "__value__"):  # a `type` statement of Python 3.12
            annotation = annotation.__value__
        else:
            return annotation


def _union(members: tuple[Any, ...]) -> Shape:
    kept = [shape_of(member) for member in members if member not in (None, type(None), UnsetType)]
    inner = kept[0] if len(kept) == 1 else Choice(tuple(kept))
    if not kept:
        return Scalar(type(None))
    return Nullable(inner) if type(None) in members else inner


@cache
def variants_of(marker: UnionMarker) -> tuple[Shape, ...]:
    """The shapes that a woven union chooses from, in the document's order."""
    return tuple(shape_of(variant) for variant in vars(marker)["variants"].__func__())


def title_of(shape: Shape) -> str:
    """What a message calls the shape."""
    match shape:
        case Record(model=named) | Marked(marker=named):
            return named.__name__
        case Scalar(type=named):
            return str(getattr(named, "__name__", named))
        case Constants(values=values):
            return " or ".join(map(repr, values[:5]))
        case Nullable(inner=inner):
            return f"{title_of(inner)} or null"
        case Choice(variants=variants):
            return " or ".join(map(title_of, variants[:5]))
        case Items():
            return "array"
        case Members():
            return "object"
    return "anything"
