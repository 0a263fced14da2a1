"""Our own connections beneath httpx2, which follows redirects: for files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2

from .effects import Request, Trace
from .heads import written
from .streams import deadline

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from .async_lines import AsyncLineAnswer, AsyncLines
    from .heads import Headers, Outgoing
    from .lines import LineAnswer, Lines

__all__ = ["AsyncLineTransport", "LineTransport", "as_async_response", "as_response"]

_IMPLIED = frozenset({"host", "connection"})  # as they are written for every request


def _plain(request: httpx2.Request) -> Outgoing | None:
    """A request without a body as it goes over a line; None where others have to send it."""
    host = request.headers.get("host")
    named = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in request.headers.raw
        if name.lower().decode("latin-1") not in _IMPLIED
    ]
    headers = dict(named)
    if request.method not in ("GET", "HEAD") or len(headers) != len(named):
        return None
    made = written(Request(method=request.method, url=str(request.url), headers=headers))
    return made if made is not None and made.origin.authority == host else None


def _trace(request: httpx2.Request) -> Trace:
    told = request.extensions.get("line_trace")
    return told if isinstance(told, Trace) else Trace()


def _bytes(headers: Headers) -> list[tuple[bytes, bytes]]:
    # httpx2 takes nothing but ASCII from a `str`.
    return [(name.encode(), value.encode()) for name, value in headers.pairs]


class _Body(httpx2.SyncByteStream):
    def __init__(self, answer: LineAnswer) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        while part := self._answer.read(deadline()):
            yield part

    def close(self) -> None:
        """Leave it."""
        self._answer.close()


def as_response(answer: LineAnswer) -> httpx2.Response:
    """An answer over a line as one of httpx2's, which decodes its body."""
    return httpx2.Response(answer.status, headers=_bytes(answer.headers), stream=_Body(answer))


class LineTransport(httpx2.BaseTransport):
    """Sends what is plain over `lines`, and gives the rest to another transport."""

    def __init__(self, lines: Lines, other: Callable[[], httpx2.BaseTransport]) -> None:
        self._lines = lines
        self._build = other
        self._other: httpx2.BaseTransport | None = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; gives the head of its answer."""
        plain = _plain(request)
        if plain is None:
            self._other = self._other or self._build()
            return self._other.handle_request(request)
        answer = self._lines.send(plain, _trace(request), deadline())
        return as_response(answer)

    def close(self) -> None:
        """Close all connections."""
        self._lines.close()
        if self._other is not None:
            self._other.close()


class _AsyncBody(httpx2.AsyncByteStream):
    def __init__(self, answer: AsyncLineAnswer) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while part := await self._answer.read():
            yield part

    async def aclose(self) -> None:
        """Leave it."""
        self._answer.close()


def as_async_response(answer: AsyncLineAnswer) -> httpx2.Response:
    """The same on an event loop."""
    body = _AsyncBody(answer)
    return httpx2.Response(answer.status, headers=_bytes(answer.headers), stream=body)


class AsyncLineTransport(httpx2.AsyncBaseTransport):
    """The same on an event loop."""

    def __init__(self, lines: AsyncLines, other: Callable[[], httpx2.AsyncBaseTransport]) -> None:
        self._lines = lines
        self._build = other
        self._other: httpx2.AsyncBaseTransport | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; gives the head of its answer."""
        plain = _plain(request)
        if plain is None:
            self._other = self._other or self._build()
            return await self._other.handle_async_request(request)
        answer = await self._lines.send(plain, _trace(request))
        return as_async_response(answer)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._lines.close()
        if self._other is not None:
            await self._other.aclose()
