"""JSONPath (RFC 9535): where something stands in a JSON value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from .jsonpath_functions import NOTHING, Computed, compare, count, length, matches, only_value
from .jsonpath_parser import parse_query
from .jsonpath_syntax import (
    And,
    Call,
    Comparison,
    Expression,
    FilterSelector,
    IndexSelector,
    JSONPathError,
    Literal,
    NameSelector,
    Not,
    Or,
    Query,
    Segment,
    Selector,
    SliceSelector,
    WildcardSelector,
)
from .text_paths import TextPath

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["JSONPathError", "Location", "Node", "Path", "TextPath", "parse"]

Location: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the names and indexes that lead to it from the root."""

    location: Location
    value: Any


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed query; `query` is its syntax tree (see `jsonpath_syntax`)."""

    text: str
    query: Query

    def __str__(self) -> str:
        return self.text

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The steps of the query from the root."""
        return self.query.segments

    @property
    def singular(self) -> bool:
        """Whether it selects at most one node of any value."""
        return self.query.singular

    def beginning(self, count: int) -> Path:
        """Its first steps, so many."""
        return Path(self.text, replace(self.query, segments=self.segments[:count]))

    def nodes(
        self,
        value: Any,
        opened: Callable[[Any], Any] | None = None,
        steps: tuple[int, ...] = (),
    ) -> list[Node]:
        """The selected nodes of a JSON value, in document order.

        `opened` gives what stands for a value that is reached after so many `steps`: for the text
        of a JSON value that value, where the path leads into a text.
        """
        return _run(self.query, value, value, opened, steps)

    def find(self, value: Any) -> list[Any]:
        """The selected values of a JSON value, in document order."""
        return [node.value for node in self.nodes(value)]

    def first(self, value: Any) -> Any:
        """The first selected value that is not null, or None."""
        return next((found for found in self.find(value) if found is not None), None)


@lru_cache(maxsize=1024)
def parse(text: str) -> Path:
    """Parse a query such as `$.output[?@.status == 'failed']`.

    Raises:
        JSONPathError: the text is no query; `.position` is the offset where that shows.
    """
    return Path(text, parse_query(text))


def _run(
    query: Query,
    root: Any,
    current: Any,
    opened: Callable[[Any], Any] | None = None,
    steps: tuple[int, ...] = (),
) -> list[Node]:
    nodes = [Node((), root if query.start == "$" else current)]
    for place, segment in enumerate(query.segments):
        if opened is not None and place in steps:
            nodes = [Node(node.location, opened(node.value)) for node in nodes]
        if segment.descendant:
            nodes = [below for node in nodes for below in _descend(node)]
        nodes = [
            found
            for node in nodes
            for selector in segment.selectors
            for found in _select(selector, node, root)
        ]
    return nodes


def _descend(node: Node) -> Iterator[Node]:
    """The node and all below it, parents first; no recursion, since answers may nest deeply."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(reversed(list(_children(here))))


def _children(node: Node) -> Iterator[Node]:
    if isinstance(node.value, dict):
        for name, value in node.value.items():
            yield Node((*node.location, name), value)
    elif isinstance(node.value, list):
        for index, value in enumerate(node.value):
            yield Node((*node.location, index), value)


def _select(selector: Selector, node: Node, root: Any) -> Iterator[Node]:
    value = node.value
    match selector:
        case NameSelector(name=name):
            if isinstance(value, dict) and name in value:
                yield Node((*node.location, name), value[name])
        case IndexSelector(index=index):
            if isinstance(value, list) and -len(value) <= index < len(value):
                yield Node((*node.location, index % len(value)), value[index])
        case SliceSelector() if isinstance(value, list) and selector.step != 0:
            bounds = slice(selector.start, selector.stop, selector.step)
            for index in range(*bounds.indices(len(value))):
                yield Node((*node.location, index), value[index])
        case FilterSelector(condition=condition):
            yield from (it for it in _children(node) if _holds(condition, root, it.value))
        case WildcardSelector():
            yield from _children(node)


def _holds(condition: Expression, root: Any, current: Any) -> bool:
    match condition:
        case Or(operands=operands):
            return any(_holds(operand, root, current) for operand in operands)
        case And(operands=operands):
            return all(_holds(operand, root, current) for operand in operands)
        case Not(operand=operand):
            return not _holds(operand, root, current)
        case Comparison(left=left, operator=operator, right=right):
            one, other = _value(left, root, current), _value(right, root, current)
            return compare(one, operator, other)
        case Query():
            return bool(_run(condition, root, current))
        case _:
            return _value(condition, root, current) is True


def _value(expression: Literal | Query | Call, root: Any, current: Any) -> Computed:
    match expression:
        case Literal(value=value):
            return value
        case Query():
            return only_value(_values(expression, root, current))
        case Call(name="count" | "value" as name, arguments=(Query() as query,)):
            values = _values(query, root, current)
            return count(values) if name == "count" else only_value(values)
        case Call(name="length", arguments=(argument,)):
            return length(_value(argument, root, current))
        case Call(name=name, arguments=(subject, pattern)):
            texts = _value(subject, root, current), _value(pattern, root, current)
            return matches(*texts, whole=name == "match")
    return NOTHING


def _values(query: Query, root: Any, current: Any) -> list[Any]:
    return [node.value for node in _run(query, root, current)]
