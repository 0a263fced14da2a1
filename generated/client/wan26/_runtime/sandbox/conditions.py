"""What has to be written so that the condition of a filter holds, or does not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING, Any, Final

from .borrowed import (
    And,
    Comparison,
    FunctionCall,
    Literal,
    Not,
    Or,
    Query,
    Segment,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .borrowed import Expression

__all__ = ["ANYTHING", "NOTHING", "Edit", "edits"]

_MOST = 8  # ways that are tried
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


class _Whatever:
    """Something that a schema decides."""

    __slots__ = ("_told",)

    def __init__(self, told: str) -> None:
        self._told = told

    def __repr__(self) -> str:
        return self._told


ANYTHING: Final = _Whatever("ANYTHING")  # a value is to stand there, no matter which
NOTHING: Final = _Whatever("NOTHING")  # no value is to stand there


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A value for the place that the segments name, from the root (`$`) or the element (`@`).

    `besides` is a value that must not stand there, where any other does; `length` that of a text or
    a list.
    """

    start: str
    segments: tuple[Segment, ...]
    value: Any = ANYTHING
    besides: Any = NOTHING
    length: int | None = None


def edits(condition: Expression, *, wanted: bool = True) -> list[list[Edit]]:
    """The ways to make a condition hold, or not (`wanted`), the likeliest first."""
    return list(islice(_ways(condition, wanted), _MOST))


def _ways(condition: Expression, wanted: bool) -> Iterator[list[Edit]]:
    match condition:
        case Not(operand=operand):
            yield from _ways(operand, not wanted)
        case Or(operands=operands) | And(operands=operands):
            yield from _joined(operands, wanted, all_of=isinstance(condition, And) is wanted)
        case Comparison():
            yield from _compared(condition, wanted)
        case Query():
            yield [_edit(condition, value=ANYTHING if wanted else NOTHING)]
        case FunctionCall(name="match" | "search", arguments=(Query() as query, Literal())):
            if not wanted:
                yield [_edit(query, value=NOTHING)]
        case _:
            return


def _joined(operands: Sequence[Expression], wanted: bool, *, all_of: bool) -> Iterator[list[Edit]]:
    if not all_of:
        for operand in operands:
            yield from _ways(operand, wanted)
        return
    for chosen in product(*(edits(operand, wanted=wanted) for operand in operands)):
        yield [edit for each in chosen for edit in each]


def _compared(condition: Comparison, wanted: bool) -> Iterator[list[Edit]]:
    left, operator, right = condition.left, str(condition.operator), condition.right
    if isinstance(left, Literal):
        left, operator, right = right, _MIRRORED[operator], left
    if not isinstance(right, Literal):
        return
    operator = operator if wanted else _OPPOSITE[operator]
    if isinstance(left, Query):
        for edit in _values(left, operator, right.value):
            yield [edit]
    elif isinstance(left, FunctionCall) and left.name in ("length", "count"):
        length = _number(operator, right.value)
        for argument in left.arguments:
            if length is not None and length >= 0 and isinstance(argument, Query):
                yield [_edit(argument, length=int(length))]


def _values(query: Query, operator: str, value: Any) -> Iterator[Edit]:
    if operator == "==":
        yield _edit(query, value=value)
    elif operator == "!=":
        yield _edit(query, besides=value)
        if value is not None:
            yield _edit(query, value=NOTHING)
    else:
        number = _number(operator, value)
        if number is not None:
            yield _edit(query, value=number)


def _number(operator: str, value: Any) -> float | int | None:
    """A number that compares so with a value."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value + {"<": -1, ">": 1, "!=": 1}.get(operator, 0)


def _edit(query: Query, **told: Any) -> Edit:
    return Edit(start=query.start, segments=query.segments, **told)
