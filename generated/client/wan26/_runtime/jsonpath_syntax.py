"""The syntax tree of a JSONPath query (RFC 9535): frozen, comparable, walkable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

__all__ = [
    "And",
    "Call",
    "Comparison",
    "Expression",
    "FilterSelector",
    "IndexSelector",
    "JSONPathError",
    "Literal",
    "NameSelector",
    "Not",
    "Operator",
    "Or",
    "Query",
    "Segment",
    "Selector",
    "SliceSelector",
    "WildcardSelector",
]

Operator: TypeAlias = OneOf["==", "!=", "<", "<=", ">", ">="]


class JSONPathError(ValueError):
    """A text that is not a JSONPath query, with the offset (0-based) where that shows."""

    def __init__(self, message: str, text: str, position: int) -> None:
        super().__init__(f"{message} (at character {position + 1} of {text[:200]!r})")
        self.message = message
        self.text = text
        self.position = position

    def __reduce__(self) -> tuple[type[JSONPathError], tuple[str, str, int]]:
        return type(self), (self.message, self.text, self.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSelector:
    """`.name` or `['name']`: the member of an object; `at` is its offset in the text."""

    name: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WildcardSelector:
    """`*`: every member or element."""

    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSelector:
    """`[0]`, `[-1]`: one element of an array."""

    index: int
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceSelector:
    """`[start:stop:step]`: elements of an array; None where the text says nothing."""

    start: int | None
    stop: int | None
    step: int | None
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterSelector:
    """`[?condition]`: the members or elements for which the condition holds."""

    condition: Expression
    at: int


Selector: TypeAlias = (
    NameSelector | WildcardSelector | IndexSelector | SliceSelector | FilterSelector
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One step of a query: its selectors, applied to children or to all descendants."""

    selectors: tuple[Selector, ...]
    descendant: bool
    at: int

    @property
    def singular(self) -> bool:
        """Whether it selects at most one node of a node."""
        return (
            not self.descendant
            and len(self.selectors) == 1
            and isinstance(self.selectors[0], NameSelector | IndexSelector)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query from the root (`$`) or, in a filter, from the current node (`@`)."""

    start: OneOf["$", "@"]
    segments: tuple[Segment, ...]
    at: int

    @property
    def singular(self) -> bool:
        """Whether it selects at most one node of any value."""
        return all(segment.singular for segment in self.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """A string, number, true, false or null in a filter."""

    value: str | int | float | bool | None
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of `length`, `count`, `match`, `search` or `value`."""

    name: str
    arguments: tuple[Literal | Query | Call, ...]
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two values compared."""

    left: Literal | Query | Call
    operator: Operator
    right: Literal | Query | Call
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """`!operand`."""

    operand: Expression
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """`a && b && ...`: two operands or more."""

    operands: tuple[Expression, ...]
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """`a || b || ...`: two operands or more."""

    operands: tuple[Expression, ...]
    at: int


Expression: TypeAlias = Query | Literal | Call | Comparison | Not | And | Or
