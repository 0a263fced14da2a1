"""How much is read: bounds that no honest document meets and no hostile one passes."""

from __future__ import annotations

import gc
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["DEPTH", "FILE_BYTES", "NODES", "UnreadableError", "paused_collector", "with_deep_stack"]

# Collections inside collections. Real documents stay below 40; later stages recurse several
# calls per level.
DEPTH = 100
FILE_BYTES = 200_000_000
# Nodes that aliases may multiply a small text to; a larger text may have one per character.
NODES = 1_000_000
# Measured: a level of Python takes less than 4 kB of the stack; only what is used is taken.
_STACK_BYTES = 512 * 1024**2
_STACK_FRAMES = 50_000


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
    """Keep the cyclic collector from running: what is made lives on; to look through it takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def with_deep_stack(call: Callable[[], int]) -> int:
    """What `call` returns, run where types may refer to types thousands of levels deep.

    For a process that is all ours: the limit of recursion is the whole interpreter's.
    """
    answers: list[int | BaseException] = []

    def run() -> None:
        try:
            answers.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again where it was called for
            answers.append(error)

    size, limit = threading.stack_size(_STACK_BYTES), sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(max(limit, _STACK_FRAMES))
        thread = threading.Thread(target=run, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # Where memory is scarce the usual stack must do.
            sys.setrecursionlimit(limit)
            return call()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    (answer,) = answers
    if isinstance(answer, BaseException):
        raise answer
    return answer
