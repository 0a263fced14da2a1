"""Annotations understood: what JSON a type is written as, for those who must build it by hand."""

from __future__ import annotations

import sys
import types
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache, cached_property
from typing import (
    Annotated,
    Any,
    Literal,
    NewType,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from msgspec import NODEFAULT, Struct, UnsetType, field

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
    "annotation_of",
    "fields_of",
    "shape_of",
    "title_of",
    "unwrapped",
    "variants_of",
]


class UnionMarker(type):
    """The class of woven unions: whatever is decoded for one counts as its instance."""

    def __instancecheck__(cls, instance: object) -> bool:
        return True


class Anything(Struct, frozen=True):
    """Any JSON."""


class Scalar(Struct, frozen=True):
    """A string, number, boolean or null, or what msgspec reads from one (datetime, enum, ...)."""

    type: Any


class Constants(Struct, frozen=True):
    """One of some values."""

    values: tuple[Any, ...]


class Items(Struct, frozen=True):
    """An array; `items` are the shapes of its first elements, `rest` of all others."""

    items: tuple[Shape, ...]
    rest: Shape | None
    make: type


class Members(Struct, frozen=True):
    """An object used as a map."""

    value: Shape


class Record(Struct, frozen=True):
    """An object with fields; see `fields_of`."""

    model: type[Struct]


class Nullable(Struct, frozen=True):
    """Null or something."""

    inner: Shape


class Choice(Struct, frozen=True):
    """One of several shapes, in the order of their declaration."""

    variants: tuple[Shape, ...]


class Marked(Struct, frozen=True):
    """A woven union; see `unions`."""

    marker: UnionMarker


Shape: TypeAlias = (
    Anything | Scalar | Constants | Items | Members | Record | Nullable | Choice | Marked
)


class Field:
    """A field of a record under its Python name; its name on the wire is the key beside it."""

    def __init__(self, model: type[Struct], name: str, *, required: bool) -> None:
        self.name = name
        self.required = required
        self._model = model

    @cached_property
    def shape(self) -> Shape:
        """What the field holds; found when it is asked for, since that may load further types."""
        return shape_of(annotation_of(self._model, self.name))


@cache
def fields_of(model: type[Struct]) -> dict[str, Field]:
    """The fields of a record by their names on the wire."""
    names, defaults = model.__struct_fields__, model.__struct_defaults__
    is_needed = [True] * (len(names) - len(defaults)) + [_is_needed(one) for one in defaults]
    named = zip(model.__struct_encode_fields__, names, is_needed, strict=True)
    return {wire: Field(model, name, required=needed) for wire, name, needed in named}


class _Filled(Struct):
    filled: list[int] = field(default_factory=list)


# As which msgspec notes a `default_factory`.
_Factory = type(_Filled.__struct_defaults__[0])


def _is_needed(default: Any) -> bool:
    # What is filled in where a model is made (`models.constant`) has to be there in an answer.
    return default is NODEFAULT or isinstance(default, _Factory)


def annotation_of(model: type[Struct], name: str) -> Any:
    """The annotation of one field; those of the others are left alone."""
    owner = next(one for one in model.__mro__ if name in getattr(one, "__annotations__", ()))
    alone = types.SimpleNamespace(__annotations__={name: owner.__annotations__[name]})
    known = vars(sys.modules[owner.__module__])
    return get_type_hints(alone, known, dict(vars(owner)), include_extras=True)[name]


def shape_of(annotation: Any) -> Shape:
    """The shape of an annotation; what has none of ours is left to msgspec as a scalar."""
    annotation = unwrapped(annotation)
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
    if issubclass(origin, Struct):
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


def unwrapped(annotation: Any) -> Any:
    """What an annotation says beneath its names and notes."""
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
