"""Keeping to a vendor's limits: a shared pace for all threads and tasks of a client."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from .effects import Sleep, now

if TYPE_CHECKING:
    from .effects import Core

__all__ = ["Pacer"]


class Pacer:
    """Gives out moments that are at least `1 / rate` seconds apart."""

    def __init__(self, rate: float | None) -> None:
        self._apart = 1 / rate if rate else 0.0
        self._next = float("-inf")
        self._lock = threading.Lock()

    def wait(self) -> Core[None]:
        """Wait for one's turn."""
        if not self._apart:
            return
        moment = yield from now()
        with self._lock:
            turn = max(self._next, moment)
            self._next = turn + self._apart
        if turn > moment:
            yield Sleep(turn - moment)
