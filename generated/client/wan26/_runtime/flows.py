"""A body as it flows in: gathered in pieces, and broken off where it only drips."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .effects import Close, Failure, now, read_chunk

if TYPE_CHECKING:
    from .effects import Core, Reply

__all__ = ["LEAST_RATE", "WINDOW", "Flow"]

LEAST_RATE = 1024  # bytes a second: what brings less never ends in practice
WINDOW = 60.0  # seconds over which that is counted
_BUFFER = 1 << 20  # bytes that are gathered before they are written


class Flow:
    """The body of an answer. Only the time that is spent waiting for it counts against it.

    Silence that the caller allows is no dripping: the window is as long as that at least.
    """

    __slots__ = ("_came", "_reply", "_waited", "_window")

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self._window = math.inf if reply.silence is None else max(WINDOW, reply.silence)
        self._came = 0
        self._waited = 0.0

    def gather(self) -> Core[tuple[bytes, Failure | None]]:
        """About a megabyte, less at its end."""
        parts: list[bytes] = []
        size = 0
        moment = yield from now()
        while size < _BUFFER:
            chunk = yield from read_chunk(self._reply)
            if isinstance(chunk, Failure):
                return b"".join(parts), chunk
            if not chunk:
                break
            parts.append(chunk)
            size += len(chunk)
            before, moment = moment, (yield from now())
            if self._drips(len(chunk), moment - before):
                yield Close(self._reply)
                return b"".join(parts), _dripping(self._window)
        return b"".join(parts), None

    def _drips(self, size: int, seconds: float) -> bool:
        """Whether a whole window is over that brought too little."""
        self._came += size
        self._waited += seconds
        if self._waited < self._window:
            return False
        drips = self._came < LEAST_RATE * self._waited
        self._came, self._waited = 0, 0.0
        return drips


def _dripping(window: float) -> Failure:
    told = f"less than {LEAST_RATE} bytes a second came for {window:.0f} seconds"
    return Failure(TimeoutError(told), timed_out=True)
