"""How well a value of JSON fits a shape: what a union's choice rests on where nothing names it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec

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
    variants_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Losses", "fit", "fit_best", "is_among", "whole"]

# How much is missing or wrong, how much is unknown, how much is said less precisely than it might
# be: the first that differs decides, or a long list of strings would outweigh a field.
Losses: TypeAlias = tuple[int, int, int]

_NONE: Final = (0, 0, 0)
_WRONG: Final = (1, 0, 0)
_AS_MAP: Final = (0, 1_000_000, 0)  # any record that fits is better than a map
_AS_ANYTHING: Final = (0, 2_000_000, 0)
_DEPTH: Final = 3  # below it only the kinds of values count: the choice must stay cheap
_SAMPLE: Final = 16  # elements looked at


def fit(value: Any, shape: Shape, depth: int = _DEPTH) -> Losses | None:
    """The losses of reading a value as a shape; None where it cannot be meant."""
    match shape:
        case Anything():
            return _AS_ANYTHING
        case Nullable(inner=inner):
            return _NONE if value is None else fit(value, inner, depth)
        case Choice() | Marked():
            return _fit_choice(value, shape, depth)
        case Constants(values=values):
            return _NONE if is_among(value, values) else None
        case Items():
            return _fit_items(value, shape, depth) if isinstance(value, list) else None
        case Members(value=inner) if isinstance(value, dict):
            losses = _fit_all(((member, inner) for member in value.values()), depth)
            return _plus(losses, _AS_MAP) if losses else None
        case Record() if isinstance(value, dict):
            return _fit_record(value, shape, depth)
        case Scalar(type=scalar):
            return _fit_scalar(value, scalar)
    return None


def _fit_choice(value: Any, shape: Choice | Marked, depth: int) -> Losses | None:
    if isinstance(shape, Choice):
        found = fit_best(value, shape.variants, depth)
    elif depth == 0:
        return _AS_ANYTHING  # it has its own choice to make
    else:
        found = fit_best(value, variants_of(shape.marker), depth - 1)
    return found[0] if found else None


def fit_best(
    value: Any, shapes: Iterable[Shape], depth: int = _DEPTH
) -> tuple[Losses, Shape] | None:
    """The shape with the fewest losses, the first of equals; None where none fits."""
    best: tuple[Losses, Shape] | None = None
    for shape in shapes:
        losses = fit(value, shape, depth)
        if losses is not None and (best is None or losses < best[0]):
            best = losses, shape
    return best


def is_among(value: Any, constants: tuple[Any, ...]) -> bool:
    """Whether JSON holds one of the constants; 1.0 is 1, and true is not."""
    is_flag = isinstance(value, bool)
    return any(
        value == constant and isinstance(constant, bool) is is_flag for constant in constants
    )


def whole(value: Any) -> Any:
    """A number without a fraction as an integer, as JSON Schema has it; others as they are."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _plus(one: Losses, other: Losses) -> Losses:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _fit_items(value: list[Any], shape: Items, depth: int) -> Losses | None:
    if shape.rest is None:
        if len(value) != len(shape.items):
            return None
        return _fit_all(zip(value, shape.items, strict=True), depth)
    rest = shape.rest
    return _fit_all(((item, rest) for item in value), depth)


def _fit_all(pairs: Iterable[tuple[Any, Shape]], depth: int) -> Losses | None:
    """The sum over elements; None where there are some and none of them fits."""
    total, seen, fitting = _NONE, 0, 0
    for value, shape in pairs:
        if depth == 0 or seen == _SAMPLE:
            return total
        seen += 1
        losses = fit(value, shape, depth - 1)
        fitting += losses is not None
        total = _plus(total, _WRONG if losses is None else losses)
    return total if fitting or not seen else None


def _fit_record(value: dict[str, Any], shape: Record, depth: int) -> Losses | None:
    fields = fields_of(shape.model)
    known = [wire_name for wire_name in value if wire_name in fields]
    if value and fields and not known:
        return None
    missing = sum(field.required and name not in value for name, field in fields.items())
    total = (missing, len(value) - len(known), 0)
    for wire_name in known:
        inner = fields[wire_name].shape
        if depth == 0 and not isinstance(inner, Constants):
            continue
        losses = fit(value[wire_name], inner, max(depth - 1, 0))
        if losses is None and isinstance(inner, Constants):
            return None  # a constant tells the variants apart: another one is another type
        total = _plus(total, _WRONG if losses is None else losses)
    return total


def _fit_scalar(value: Any, scalar: Any) -> Losses | None:
    kind = type(value)
    if scalar is kind:
        return (0, 0, 1) if kind is str else _NONE  # any format of strings says more than `str`
    if kind is int and scalar is float:
        return 0, 0, 1
    if kind is float and scalar is int:
        return (0, 0, 1) if value.is_integer() else None
    if isinstance(scalar, type) and issubclass(scalar, Enum):
        return _fit_enum(value, scalar)
    try:
        msgspec.convert(value, scalar)
    except (msgspec.ValidationError, TypeError):
        return None
    return (0, 0, 2) if scalar is bytes else _NONE  # nearly any word is base64


def _fit_enum(value: Any, scalar: type[Enum]) -> Losses | None:
    if is_among(value, tuple(member.value for member in scalar)):
        return _NONE
    try:
        scalar(whole(value))
    except ValueError:
        return None
    return 0, 0, 3
