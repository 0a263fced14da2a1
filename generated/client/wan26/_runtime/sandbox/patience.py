"""Waiting that ends early when the client hangs up or the sandbox stops."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Receive

__all__ = ["Patience", "hung_up"]


class Patience:
    """All that wait in a sandbox; `end` wakes them, and nobody waits after it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[asyncio.Future[None]] = set()
        self._ended = False

    async def wait(self, receive: Receive, seconds: float | None) -> bool:
        """Whether the seconds passed (None: they never do) with the client still on the line."""
        end = asyncio.get_running_loop().create_future()
        with self._lock:
            if self._ended:
                return False
            self._waiting.add(end)
        gone = asyncio.ensure_future(hung_up(receive))
        try:
            done, _ = await asyncio.wait(
                (gone, end), timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            gone.cancel()
            with self._lock:
                self._waiting.discard(end)
        return not done

    def end(self) -> None:
        """Wake all that wait, from any thread."""
        with self._lock:
            self._ended = True
            for each in self._waiting:
                each.get_loop().call_soon_threadsafe(_wake, each)


async def hung_up(receive: Receive) -> None:
    """Return once the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _wake(end: asyncio.Future[None]) -> None:
    if not end.done():
        end.set_result(None)
