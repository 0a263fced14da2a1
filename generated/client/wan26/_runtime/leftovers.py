"""What answers hold beyond their types: read over at first, and found when somebody asks for it.

msgspec drops what a type does not name, or refuses it; it says of no object where it stood. So a
type that has met unknown fields is read once more as its open twin, whose objects become the
type's own as soon as they are made, each with its number in the answer.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from functools import cache, reduce
from itertools import count, repeat
from operator import or_
from types import GenericAlias, UnionType
from typing import Any, Final, TypeAlias, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import NODEFAULT

from .answers import read_json
from .models import Model
from .shapes import (
    Choice,
    Items,
    Members,
    Nullable,
    Record,
    Shape,
    annotation_of,
    fields_of,
    shape_of,
    unwrapped,
)

__all__ = ["Leftovers", "opened"]

T = TypeVar("T")
V = TypeVar("V")
Extra: TypeAlias = tuple[type[Model], dict[str, Any]]

# Gives the fields that a model does not name as they are kept.
Keep: TypeAlias = Callable[[type[Model], dict[str, Any]], dict[str, Any]]


class _Moment(threading.local):
    reading: tuple[Leftovers, Callable[[], int]]  # what is read, and the number of its next object


_moment: Final = _Moment()


class Leftovers:
    """What one answer holds beyond its type: an answer's bytes, or a value parsed already."""

    _found: list[dict[str, Any]]

    def __init__(self, answer: Any, shape: Shape, keep: Keep) -> None:
        self._answer: Any = answer
        self._shape = shape
        self._keep = keep
        self.number = count().__next__  # of the next object that is made
        self._made = 0

    def read(self, decode: Callable[[V], T], given: V) -> T:
        """Decode the answer as an open type, whose objects learn their numbers."""
        before = vars(_moment).get("reading")
        _moment.reading = self, self.number
        try:
            return decode(given)
        finally:
            self._made = self.number()
            vars(_moment)["reading"] = before

    def of(self, number: int) -> dict[str, Any]:
        """The unknown fields of the object with that number."""
        answer = self._answer  # first of all: another thread lets it go when it has found them
        if "_found" not in vars(self):
            vars(self).setdefault("_found", self._find(answer))
            self._answer = None
        return self._found[number]

    def _find(self, answer: Any) -> list[dict[str, Any]]:
        is_text = isinstance(answer, bytes)
        extras = self._extras(read_json(answer) if is_text else answer)
        if is_text and len(extras) != self._made:  # objects under a name that stands there twice
            extras = self._extras(json.loads(answer, object_pairs_hook=_Every))
            extras = [(model, _plain(extra)) for model, extra in extras]
        return [self._keep(model, extra) if extra else extra for model, extra in extras]

    def _extras(self, whole: Any) -> list[Extra]:
        extras: list[Extra] = []
        _collect(whole, self._shape, extras)
        return extras


class _Every(dict[str, Any]):
    """An object of JSON with all its members, even those named twice: each is read."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def items(self) -> Any:
        return self._pairs


def _plain(value: Any) -> Any:
    """The value with ordinary objects: of members named twice, the last."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value


def opened(type_: Any) -> Any:
    """The type with the open twin of each model in it."""
    type_ = unwrapped(type_)
    origin, arguments = get_origin(type_), tuple(opened(one) for one in get_args(type_))
    if origin in (Union, UnionType):
        return reduce(or_, arguments)
    if origin in (list, tuple, set, frozenset, dict):
        return GenericAlias(origin, arguments)
    is_model = isinstance(type_, type) and issubclass(type_, Model)
    return _twin(type_) if is_model else type_


_twins: dict[type[Model], type[Model]] = {}
_twinning: Final = threading.RLock()


def _twin(model: type[Model]) -> type[Model]:
    with _twinning:  # msgspec keeps what it sees of a class: nobody else may see half of one
        if model not in _twins:
            _twins[model] = twin = _empty_twin(model)
            try:
                _fill(twin, model)
            except BaseException:  # Ctrl-C, or a module that cannot be loaded now
                _twins.clear()  # those that are not filled would take anything for an object
                raise
        return _twins[model]


def _fill(twin: type[Model], model: type[Model]) -> None:
    for name in model.__struct_fields__:
        if name in vars(twin)["__annotations__"]:
            twin.__annotations__[name] = opened(annotation_of(model, name))


def _empty_twin(model: type[Model]) -> type[Model]:
    """A subclass that takes unknown fields; what its fields hold is filled in later: circles."""

    def become(made: Any) -> None:
        made.__class__ = model
        beside = made.__dict__
        beside["_leftovers"], number = _moment.reading
        beside["_number"] = number()

    linked = [one for one in msgspec.structs.fields(model) if _leads_on(shape_of(one.type))]
    twin: Any = msgspec.defstruct(
        model.__name__,
        [(one.name, Any, _default(one)) for one in linked],
        bases=(model,),
        namespace={"__post_init__": become},
        module=model.__module__,
        kw_only=True,
        forbid_unknown_fields=False,
    )
    found: type[Model] = twin
    return found


def _default(field: msgspec.structs.FieldInfo) -> Any:
    told = {"default": field.default, "default_factory": field.default_factory}
    given: dict[str, Any] = {key: one for key, one in told.items() if one is not NODEFAULT}
    return msgspec.field(name=field.encode_name, **given)


def _leads_on(shape: Shape | None) -> bool:
    """Whether there may be models in it that an open twin would make."""
    match shape:
        case Record(model=model):
            return issubclass(model, Model)
        case Nullable(inner=inner) | Members(value=inner):
            return _leads_on(inner)
        case Items(items=first, rest=rest):
            return any(map(_leads_on, (*first, rest)))
        case Choice(variants=variants):
            return any(map(_leads_on, variants))
    return False


def _collect(value: Any, shape: Shape | None, extras: list[Extra]) -> None:
    """Add the unknown fields of each model, inner ones first: in that order they are made."""
    match shape:
        case Record(model=model) if isinstance(value, dict):
            _collect_record(value, model, extras)
        case Items(items=first, rest=rest) if isinstance(value, list):
            for one, inner in zip(value, first or repeat(rest), strict=False):
                _collect(one, inner, extras)
        case Members(value=inner) if isinstance(value, dict):
            for one in [one for _, one in value.items()]:
                _collect(one, inner, extras)
        case Nullable(inner=inner):
            _collect(value, inner, extras)
        case Choice(variants=variants):  # no two of them are of the same kind
            for variant in variants:
                _collect(value, variant, extras)


def _collect_record(
    value: dict[str, Any], model: type[msgspec.Struct], extras: list[Extra]
) -> None:
    known, links = fields_of(model), _links(model)
    extra: dict[str, Any] = {}
    for name, one in value.items():
        if name in links:
            _collect(one, links[name], extras)
        elif name not in known:
            extra[name] = one
    if issubclass(model, Model):
        extras.append((model, extra))


@cache
def _links(model: type[msgspec.Struct]) -> dict[str, Shape]:
    """The fields in which further models may be, by their names on the wire."""
    found = {name: field.shape for name, field in fields_of(model).items()}
    return {name: shape for name, shape in found.items() if _leads_on(shape)}
