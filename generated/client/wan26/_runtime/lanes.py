"""Work that is done in its order on a thread of its own, while its owner goes on."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

__all__ = ["Lane"]

_MOST = 4  # pieces of work that wait: of a file, as many megabytes


class Lane:
    """One piece of work after the other; what one raises is raised in the owner, a little later.

    Nothing is done behind what failed: of a file no later part is written without an earlier one.
    """

    def __init__(self) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self._thread = ThreadPoolExecutor(1, "lane")
        self._waiting: deque[Future[Any]] = deque()
        self._has_failed = False

    def add(self, work: Callable[[], object]) -> None:
        """Do this as well; waits where there is too much to do already.

        Raises:
            Exception: what earlier work raised.
        """
        while len(self._waiting) >= _MOST:
            self._waiting.popleft().result()
        self._waiting.append(self._thread.submit(self._do, work))

    def _do(self, work: Callable[[], object]) -> None:
        if self._has_failed:
            return
        self._has_failed = True
        work()
        self._has_failed = False

    def drain(self) -> None:
        """Wait until all of it is done.

        Raises:
            Exception: what some of it raised.
        """
        while self._waiting:
            self._waiting.popleft().result()

    def close(self) -> None:
        """Wait until all of it is done, however it ended, and end the thread."""
        self._waiting.clear()
        self._thread.shutdown(wait=True)
