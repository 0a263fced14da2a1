"""Objects built by hand from an answer that breaks its promises: slow, and it never refuses."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import msgspec
from msgspec import UNSET

from .fitting import fit_best, is_among, whole
from .models import Model
from .shapes import (
    Anything,
    Choice,
    Constants,
    Items,
    Marked,
    Members,
    Nullable,
    Record,
    Scalar,
    Shape,
    fields_of,
    shape_of,
    title_of,
)
from .unions import choose

__all__ = ["Surprise", "build", "build_extra"]

# Where (`VideoTask.status`), what, and whether it is only a field that is not known yet.
Surprise: TypeAlias = tuple[str, str, bool]

_DEPTH: Final = 100
_EXACT: Final = (str, int, float, bool)


def build(
    value: Any, shape: Shape, surprises: list[Surprise], place: str = "", *, cuts: bool = True
) -> Any:
    """Build an object of a shape from a value of JSON; what does not fit stays as it came.

    So does what nests too deeply, unless `cuts` is false.

    Raises:
        RecursionError: it nests too deeply, and must not be cut.
    """
    return _Builder(surprises, cuts).build(value, shape, place or title_of(shape))


def build_extra(
    model: type[Model], extra: dict[str, Any], surprises: list[Surprise]
) -> dict[str, Any]:
    """The fields that a model does not name, as it keeps them."""
    return _Builder(surprises, cuts=True).unknown(model, extra)


class _Builder:
    def __init__(self, surprises: list[Surprise], cuts: bool) -> None:
        self._surprises = surprises
        self._cuts = cuts
        self._depth = 0

    def build(self, value: Any, shape: Shape, place: str) -> Any:
        if self._depth > _DEPTH:
            if not self._cuts:
                raise RecursionError("the value nests too deeply")
            return self._keep(value, f"nests deeper than {_DEPTH} levels", place)
        self._depth += 1
        try:
            return self._build(value, shape, place)
        finally:
            self._depth -= 1

    def _build(self, value: Any, shape: Shape, place: str) -> Any:
        match shape:
            case Scalar(type=scalar):
                return self._scalar(value, scalar, shape, place)
            case Record() if isinstance(value, dict):
                return self._record(value, shape)
            case Items() if isinstance(value, list):
                return self._items(value, shape, place)
            case Members(value=inner) if isinstance(value, dict):
                return {key: self.build(item, inner, place) for key, item in value.items()}
            case Nullable(inner=inner):
                return None if value is None else self.build(value, inner, place)
            case Choice() | Marked():
                return self._chosen(value, shape, place)
            case Constants(values=values) if is_among(value, values):
                return whole(value)
            case Anything():
                return value
        return self._keep(value, f"{_kind(value)} instead of {title_of(shape)}", place)

    def _keep(self, value: Any, problem: str, place: str) -> Any:
        self._surprises.append((place, f"{problem}; kept as it came", False))
        return value

    def _scalar(self, value: Any, scalar: Any, shape: Shape, place: str) -> Any:
        if type(value) is scalar and scalar in _EXACT:
            return value
        is_integer = isinstance(scalar, type) and issubclass(scalar, int) and scalar is not bool
        try:
            return msgspec.convert(whole(value) if is_integer else value, scalar)
        except (msgspec.ValidationError, TypeError):
            return self._keep(value, f"{_kind(value)} instead of {title_of(shape)}", place)

    def _items(self, value: list[Any], shape: Items, place: str) -> Any:
        if shape.rest is not None:
            rest = shape.rest
            built = [self.build(item, rest, place) for item in value]
        elif len(value) == len(shape.items):
            pairs = zip(value, shape.items, strict=True)
            built = [self.build(item, inner, place) for item, inner in pairs]
        else:
            problem = f"{len(value)} elements instead of {len(shape.items)}"
            return self._keep(value, problem, place)
        try:
            return shape.make(built)
        except TypeError:  # a set, and something kept in it that has no hash
            return self._keep(built, "elements that make no set", place)

    def _chosen(self, value: Any, shape: Choice | Marked, place: str) -> Any:
        if isinstance(shape, Marked):
            variant = choose(shape.marker, value)
        else:
            found = fit_best(value, shape.variants)
            variant = found[1] if found else None
        if variant is None:
            return self._keep(value, f"{_kind(value)} that no variant fits", place)
        return self.build(value, variant, place)

    def _record(self, value: dict[str, Any], shape: Record) -> Any:
        model = shape.model
        fields = fields_of(model)
        given: dict[str, Any] = {}
        for wire_name, field in fields.items():
            if wire_name in value:
                place = f"{model.__name__}.{field.name}"
                given[field.name] = self.build(value[wire_name], field.shape, place)
            elif field.required:
                given[field.name] = UNSET
                self._surprises.append((f"{model.__name__}.{field.name}", "is missing", False))
        built = model(**given)
        if len(value) > len(fields) or not value.keys() <= fields.keys():
            self._keep_extra(built, {key: value[key] for key in value if key not in fields})
        return built

    def _keep_extra(self, built: msgspec.Struct, extra: dict[str, Any]) -> None:
        if isinstance(built, Model):
            built.extra = self.unknown(type(built), extra)

    def unknown(self, model: type[Model], extra: dict[str, Any]) -> dict[str, Any]:
        extra_type = model._extra_type()
        if extra_type is not UNSET:
            inner = shape_of(extra_type)
            place = f"{model.__name__}.extra"
            return {key: self.build(item, inner, place) for key, item in extra.items()}
        self._surprises.extend(
            (model.__name__, f"unknown field {key[:80]!r}; kept in extra", True) for key in extra
        )
        return extra


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return names.get(type(value), "object")
