"""What a filter computes: functions, equality and order of JSON values (RFC 9535, 2.3.5, 2.4)."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final, TypeAlias

from .iregexp import compile_iregexp

__all__ = ["NOTHING", "Nothing", "compare", "count", "length", "matches", "only_value"]


class Nothing(Enum):
    """The type of NOTHING: the absence of a value, which differs from null."""

    NOTHING = "nothing"


NOTHING: Final = Nothing.NOTHING
Computed: TypeAlias = Any  # a JSON value or NOTHING


def length(value: Computed) -> Computed:
    """Characters of a string, elements of an array, members of an object."""
    return len(value) if isinstance(value, str | list | dict) else NOTHING


def count(values: list[Any]) -> int:
    """How many nodes there are."""
    return len(values)


def only_value(values: list[Any]) -> Computed:
    """The value of the only node."""
    return values[0] if len(values) == 1 else NOTHING


def matches(subject: Computed, pattern: Computed, *, whole: bool) -> bool:
    """Whether an I-Regexp matches the string, or, unless `whole`, a part of it."""
    if not isinstance(subject, str) or not isinstance(pattern, str):
        return False
    compiled = compile_iregexp(pattern)
    if compiled is None:
        return False
    return bool(compiled.fullmatch(subject) if whole else compiled.search(subject))


def compare(left: Computed, operator: str, right: Computed) -> bool:
    """Whether a comparison holds."""
    if operator == "==":
        return _equal(left, right)
    if operator == "!=":
        return not _equal(left, right)
    if operator in (">", ">="):
        left, right = right, left
    return _less(left, right) or (operator in ("<=", ">=") and _equal(left, right))


def _less(left: Computed, right: Computed) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    return _is_number(left) and _is_number(right) and bool(left < right)


def _is_number(value: Computed) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equal(left: Computed, right: Computed) -> bool:
    pairs = [(left, right)]
    while pairs:  # a loop, since an answer may nest deeper than Python's stack
        one, other = pairs.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                return False
            pairs.extend((value, other[key]) for key, value in one.items())
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            pairs.extend(zip(one, other, strict=True))
        elif not _equal_scalars(one, other):
            return False
    return True


def _equal_scalars(left: Computed, right: Computed) -> bool:
    if _is_number(left) and _is_number(right):
        return bool(left == right)
    return type(left) is type(right) and bool(left == right)
