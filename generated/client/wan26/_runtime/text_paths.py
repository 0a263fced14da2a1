"""JSONPaths that lead into texts: no query is parsed for them here."""

from __future__ import annotations

from typing import Self

__all__ = ["TextPath"]


class TextPath(str):
    """A path that leads into texts which the document says are JSON.

    `steps` tells where they are: after so many of its steps.
    """

    __slots__ = ("steps",)
    steps: tuple[int, ...]

    def __new__(cls, path: str, *steps: int) -> Self:
        """Mark a path."""
        made = super().__new__(cls, path)
        made.steps = steps
        return made
