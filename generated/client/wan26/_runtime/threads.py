"""Blocking work, done off the event loop."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["in_thread"]

V = TypeVar("V")


async def in_thread(work: Callable[[], V]) -> V:
    """Do blocking work in a thread; a cancellation waits for its end.

    No thread can be stopped: one that was left would go on with a file that is torn, closed or
    read again meanwhile.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # looked at, or the loop complains that nobody did
        raise
