"""Where the values of a text stand in it: nodes as PyYAML composes them, which JSON has without PyYAML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["Mark", "Node", "Place"]


class Mark(Protocol):
    """A character of a text, by its index."""

    @property
    def index(self) -> int:
        """How many characters stand before it."""
        ...


class Node(Protocol):
    """A value as it is written; `id` is `mapping`, `sequence` or `scalar`.

    The value of a mapping is a list of pairs of nodes, that of a sequence a list of nodes, that of a scalar its text.
    """

    @property
    def id(self) -> str:
        """What it is."""
        ...

    @property
    def value(self) -> Any:
        """What it holds."""
        ...

    @property
    def start_mark(self) -> Mark:
        """Where it begins."""
        ...

    @property
    def end_mark(self) -> Mark:
        """Where it has ended."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """A mark that knows no more than its index."""

    index: int
