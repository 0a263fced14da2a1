"""A document: its text, its values, and where in the text each value stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from specloom.diagnostics import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from specloom.source.nodes import Node

__all__ = ["Document", "Span", "Text", "list_index"]

# The members of mappings in which something was looked for: a fault may stand in each of 100,000.
_MEMBERS: WeakKeyDictionary[Node, dict[str, tuple[Node, Node]]] = WeakKeyDictionary()
_LINE_END = re.compile(r"\r\n|\r|\n")
_WORD = re.compile(r""""[^"\r\n]*"|'[^'\r\n]*'|[\w$./~-]+|.""")


class Text:
    """The text of a file, and its lines."""

    __slots__ = ("_last", "_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] = []
        # A minified document is one line of many megabytes, and asked for at each of its findings.
        self._last = (0, "")

    def mark(self, index: int) -> tuple[int, int]:
        """Return line and column, both from 1, of a character."""
        line = bisect_right(self._line_starts(), index)
        return line, index - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return a line without its end; a line that does not exist is empty."""
        if number != self._last[0]:
            self._last = number, self._cut(number)
        return self._last[1]

    def _cut(self, number: int) -> str:
        starts = self._line_starts()
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def span(self, start: int, end: int) -> Span:
        """Return the part of `start` to `end` that stands on the first of their lines."""
        line, column = self.mark(start)
        length = len(self.line(line)[column - 1 : column - 1 + max(0, end - start)].rstrip())
        return Span(line=line, column=column, length=max(1, length))

    def word(self, mark: tuple[int, int]) -> Span:
        """Return the word that begins at a line and a column, both from 1."""
        line, column = mark
        found = _WORD.match(self.line(line), column - 1)
        return Span(line=line, column=column, length=found.end() - found.start() if found else 1)

    def _line_starts(self) -> list[int]:
        if not self._starts:
            self._starts = [0, *(end.end() for end in _LINE_END.finditer(self.text))]
        return self._starts


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that was read.

    Attributes:
        file: The name that the user sees.
        path: Where it lies.
        source: Its text.
        value: What it says: dict with string keys, list, str, int, float, bool, None.
        tree: Returns the nodes of the whole text; called when a place or a raw text is wanted.
    """

    file: str
    path: Path
    source: Text
    value: Any
    tree: Callable[[], Node]

    @property
    def text(self) -> str:
        """The text, without a byte order mark."""
        return self.source.text

    def position(self, pointer: Sequence[str | int], key: bool = False) -> Span:
        """Return where a value, or with `key` the key that leads to it, stands in the text.

        Raises:
            KeyError: There is no such value.
        """
        key_node, node = self._find(pointer)
        # An empty value has no text of its own.
        if key_node is not None and (key or _start(node) == _end(node)):
            node = key_node
        return self.source.span(_start(node), _end(node))

    def raw(self, pointer: Sequence[str | int]) -> str | None:
        """Return a scalar as it is written, without quotes and escapes; None if it is not one.

        Raises:
            KeyError: There is no such value.
        """
        _, node = self._find(pointer)
        return str(node.value) if node.id == "scalar" else None

    def _find(self, pointer: Sequence[str | int]) -> tuple[Node | None, Node]:
        key_node, node = None, self.tree()
        for step in pointer:
            found = _member(node, step)
            if found is None:
                raise KeyError(tuple(pointer))
            key_node, node = found
        return key_node, node


def _member(node: Node, step: str | int) -> tuple[Node | None, Node] | None:
    if node.id == "mapping":
        if node not in _MEMBERS:
            # Of keys that are said twice the last one counts, here as in the values.
            _MEMBERS[node] = {str(pair[0].value): pair for pair in node.value}
        return _MEMBERS[node].get(str(step))
    if node.id == "sequence":
        index = list_index(step, len(node.value))
        return None if index is None else (None, node.value[index])
    return None


def list_index(step: str | int, length: int) -> int | None:
    """Return a pointer's step as an index, or None if a list of that length has no such item."""
    digits = str(step)
    # A hostile pointer may have more digits than Python converts.
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > len(str(length)):
        return None
    return int(digits) if int(digits) < length else None


def _start(node: Node) -> int:
    return node.start_mark.index


def _end(node: Node) -> int:
    return node.end_mark.index
