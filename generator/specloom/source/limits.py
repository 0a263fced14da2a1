"""How much is read: bounds that no honest document meets and no hostile one passes."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DEPTH", "FILE_BYTES", "NODES", "UnreadableError", "paused_collector"]

# Collections inside collections. Real documents stay below 40; later stages recurse several
# calls per level.
DEPTH = 100
FILE_BYTES = 200_000_000
# Nodes that aliases may multiply a small text to; a larger text may have one per character.
NODES = 1_000_000


class UnreadableError(Exception):
    """A text that will not be read.

    Attributes:
        code: The code of the finding.
        index: The character of the text at which reading stopped.
        related: Words and the character that they are about.
        hint: What to do about it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        index: int,
        *,
        related: tuple[tuple[str, int], ...] = (),
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.index = index
        self.related = related
        self.hint = hint


@contextmanager
def paused_collector() -> Iterator[None]:
    """Keep the cyclic collector from running: on a growing tree it costs more than the reading."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
