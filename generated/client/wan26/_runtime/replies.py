"""The bodies of answers that httpx2 reads: those that it asked for, and those that are encoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .line_transports import as_async_response, as_response
from .streams import within

if TYPE_CHECKING:
    import httpx2

    from .async_lines import AsyncLineAnswer
    from .lines import LineAnswer

__all__ = ["AsyncDecoded", "AsyncReplied", "Decoded", "Replied"]


class Replied:
    """The body of an answer to a request that httpx2 has sent."""

    ended = False  # it is, at the first read that gives nothing

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self._parts = response.iter_bytes()

    def read(self, due: float | None) -> bytes:
        """The next part, decoded; none at the end."""
        with within(due):
            return next(self._parts, b"")

    def close(self) -> None:
        """Leave it."""
        self._response.close()


class AsyncReplied:
    """The same on an event loop."""

    ended = False

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self._parts = response.aiter_bytes()

    def ready(self) -> bytes | None:
        """Nothing: it has to be waited for."""
        return None

    async def read(self) -> bytes:
        """The next part, decoded; none at the end."""
        return await anext(self._parts, b"")

    async def aclose(self) -> None:
        """Leave it."""
        await self._response.aclose()


class Decoded(Replied):
    """The body of an answer over a line that has a content encoding."""

    def __init__(self, answer: LineAnswer) -> None:
        super().__init__(as_response(answer))


class AsyncDecoded(AsyncReplied):
    """The body of an answer over a line that has a content encoding."""

    def __init__(self, answer: AsyncLineAnswer) -> None:
        super().__init__(as_async_response(answer))
