"""Texts and numbers within the limits of a schema."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from .formats import WHOLE, formatted
from .patterns import NoTextError, text_like
from .wordbook import number_for, text_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jsonschema_rs import Draft202012Validator

    from .dice import Dice

__all__ = ["boolean", "number", "text"]

_LONGEST: Final = 1_000_000  # characters that are made however many are demanded
_FILLER: Final = "abcdefghijklmnopqrstuvwxyz"
_TRIES: Final = (3, 1, 2, 0, 5, 8, 13, 21, 40, 80, 160)  # repetitions beyond those demanded
_SPAN: Final = 100
_DENIED: Final = frozenset({"deleted", "disabled", "archived", "revoked", "deprecated", "error"})


def text(keywords: Mapping[str, Any], path: Sequence[str], dice: Dice) -> str:
    """A text of the pattern, else of the format, else one that fits the property's name."""
    low, high = keywords.get("minLength", 0), keywords.get("maxLength")
    pattern = keywords.get("pattern")
    name = next(reversed(path), "")
    made = formatted(str(keywords.get("format", "")), dice)
    if made is None:
        made = text_for(name, path[:-1], high, dice)
    if isinstance(pattern, str):
        if _matches(pattern, made) and low <= len(made) and (high is None or len(made) <= high):
            return made
        like = _like(pattern, low, high, dice)
        return _fit(made, low, high) if like is None else like
    return _fit(made, low, high)


def number(keywords: Mapping[str, Any], name: str, dice: Dice, *, is_whole: bool) -> float:
    """A number within the limits, of the step that is demanded."""
    low, high = _limits(keywords, is_whole=is_whole)
    step = keywords.get("multipleOf")
    told = number_for(name, dice)
    if told is None or (low is not None and told < low) or (high is not None and told > high):
        told = _within(low, high, dice, is_whole=is_whole)
    if step:
        return _stepped(told, step, low, high, is_whole=is_whole)
    if is_whole:
        return _whole(told, low)
    return float(told) if not float(told).is_integer() or "." in str(told) else told


def boolean(name: str, dice: Dice) -> bool:
    """True, but for what nobody would like to be told."""
    return not any(word in name.lower() for word in _DENIED) and dice.below(4) != 0


def _matches(pattern: str, text: str) -> bool:
    validator = _validator(pattern)
    try:
        return validator is None or validator.is_valid(text)
    except ValueError:  # it cannot be decided
        return False


@lru_cache(maxsize=1000)
def _validator(pattern: str) -> Draft202012Validator | None:
    """What decides whether a text matches; None for a pattern that does not compile."""
    from jsonschema_rs import Draft202012Validator

    try:
        return Draft202012Validator({"pattern": pattern})
    except ValueError:
        return None


def _like(pattern: str, low: int, high: int | None, dice: Dice) -> str | None:
    """The first of several tries that is not too short or long; None where none matches."""
    best: str | None = None
    for extra in _TRIES:
        for _ in range(3):
            try:
                made = text_like(pattern, dice, extra)
            except NoTextError:
                return best
            if low <= len(made) and (high is None or len(made) <= high):
                if _matches(pattern, made):
                    return made
                best = best or made
    return best


def _fit(made: str, low: int, high: int | None) -> str:
    if high is not None and len(made) > high:
        made = made[:high]
    while len(made) < min(low, _LONGEST):
        made = f"{made} {_FILLER}" if made else _FILLER
        if len(made) >= low:
            made = made[: max(low, 1)]
    return made.rstrip() + "x" * (len(made) - len(made.rstrip()))


def _limits(keywords: Mapping[str, Any], *, is_whole: bool) -> tuple[float | None, float | None]:
    low, high = keywords.get("minimum"), keywords.get("maximum")
    above, below = keywords.get("exclusiveMinimum"), keywords.get("exclusiveMaximum")
    tick: float = 1 if is_whole else 0.001
    if above is not None and (low is None or above >= low):
        low = math.floor(above) + 1 if is_whole else above + min(tick, _half(above, high, below))
    if below is not None and (high is None or below <= high):
        high = math.ceil(below) - 1 if is_whole else below - min(tick, _half(low, below, None))
    least, most = WHOLE.get(str(keywords.get("format", "")), (None, None))
    low = least if low is None and least == 0 else low
    high = most if high is None and (low or 0) < (most or 0) else high
    return low, high


def _half(low: float | None, high: float | None, other: float | None) -> float:
    """Half of what lies between, so that an exclusive limit leaves room."""
    top = other if high is None else high
    return (top - low) / 2 if low is not None and top is not None and top > low else 1


def _within(low: float | None, high: float | None, dice: Dice, *, is_whole: bool) -> float:
    if low is None:
        low = 1 if high is None or high >= 1 else high - _SPAN
    high = low + _SPAN if high is None else min(high, low + _SPAN)
    if is_whole:
        first = math.ceil(low)
        return first + dice.below(max(1, math.floor(high) - first + 1))
    made = round(dice.between(low, high), 2)
    return made if low <= made <= high else low


def _whole(told: float, low: float | None) -> int:
    made = math.floor(told)
    return made if low is None or made >= low else math.ceil(told)


def _stepped(
    told: float, step: float, low: float | None, high: float | None, *, is_whole: bool
) -> float:
    size = Fraction(Decimal(str(step)))
    if is_whole and size.denominator != 1:
        size = Fraction(size.numerator)
    count = Fraction(Decimal(str(told))) // size
    if low is not None and count * size < Fraction(Decimal(str(low))):
        count += 1
    if high is not None and count * size > Fraction(Decimal(str(high))):
        count -= 1
    made = count * size
    return int(made) if made.denominator == 1 else float(made)
