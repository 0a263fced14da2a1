"""The same connections on an event loop of asyncio."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any, cast

from .effects import Caught
from .heads import broken, is_address
from .incoming import Incoming
from .lines import Idle, is_quiet

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from .effects import Trace
    from .heads import Origin, Outgoing

__all__ = ["AsyncLineAnswer", "AsyncLines"]

_MOST = 1 << 20  # bytes that wait to be read before the server has to wait
_GREETING = (
    0.25  # seconds until the next address of a host is tried beside the first, as httpx2 does
)


class _Line(asyncio.Protocol):
    """A connection to a server: what comes goes into the answer that is being read.

    Attributes:
        is_over: the server has said all, or has hung up, or we have.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._incoming: Incoming | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._error: Exception | None = None
        self._paused = False
        self.is_over = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)  # of whatever loop it is

    def data_received(self, data: bytes) -> None:
        """Feed the answer; what comes unasked ends the connection."""
        if self._incoming is None:
            self.close()
            return
        self._feed(self._incoming, data)
        if self._transport is not None and self._incoming.held > _MOST:
            self._transport.pause_reading()
            self._paused = True

    def eof_received(self) -> None:
        """The server has said all."""
        self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        if exc is not None and self._error is None:
            self._error = broken("ReadError", exc)
        self._end()
        self._transport = None

    def _end(self) -> None:
        if not self.is_over:
            self.is_over = True
            if self._incoming is not None and self._error is None:
                self._feed(self._incoming, b"")
            self._wake()

    def _feed(self, incoming: Incoming, data: bytes) -> None:
        with Caught(Exception) as caught:
            incoming.feed(data)
        if isinstance(caught.error, Exception):
            self._error = caught.error
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    @property
    def is_alive(self) -> bool:
        """Whether the server is still there, has all of the last request, and says no more."""
        to = self._transport
        if self.is_over or to is None or to.get_write_buffer_size():
            return False
        return is_quiet(to.get_extra_info("socket"))  # the loop may have been busy since

    async def begin(self, asked: Outgoing) -> Incoming:
        """Send a request; gives its answer as soon as the head has come."""
        self._incoming = Incoming(asked)
        if self._transport is not None:
            for part in asked.parts():
                self._transport.write(part)
        while not self._incoming.status:
            await self.wait()
        return self._incoming

    async def wait(self) -> None:
        """Wait until more has come.

        Raises:
            httpx2.TransportError: the connection broke off.
        """
        if self._error is not None:
            raise self._error
        if self.is_over:
            raise broken("ReadError", "the connection is closed")
        if self._paused and self._transport is not None:
            self._transport.resume_reading()
            self._paused = False
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def rest(self) -> None:
        """Wait for a further request."""
        self._incoming = None

    def close(self) -> None:
        """Hang up."""
        self.is_over = True
        if self._transport is not None:
            self._transport.abort()


class AsyncLineAnswer:
    """An answer whose head has come; as `LineAnswer`."""

    def __init__(self, lines: AsyncLines, origin: Origin, line: _Line, incoming: Incoming) -> None:
        self._lines = lines
        self._origin = origin
        self._line: _Line | None = line
        self._incoming = incoming
        self.status = incoming.status
        self.headers = incoming.headers
        if incoming.ended:
            self.close()

    @property
    def ended(self) -> bool:
        """Whether all of it was read."""
        return self._incoming.ended

    def ready(self) -> bytes | None:
        """The next part of the body that is here already; None where it has to be waited for."""
        try:
            part = self._incoming.part()
        except BaseException:
            self._drop()
            raise
        if self._incoming.ended:
            self.close()
        return part

    async def read(self) -> bytes:
        """The next part of the body; none at its end.

        Raises:
            httpx2.TransportError: it broke off.
        """
        while (part := self.ready()) is None:
            try:
                await _held(self._line).wait()
            except BaseException:
                self._drop()
                raise
        return part

    def close(self) -> None:
        """Leave the answer: its connection can be used again only if it is at its end."""
        line, self._line = self._line, None
        if line is not None and self._incoming.ended and self._incoming.reusable:
            line.rest()
            self._lines.idle.give(self._origin, line)
        elif line is not None:
            line.close()

    async def aclose(self) -> None:
        """The same, as others are left."""
        self.close()

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()


def _held(line: _Line | None) -> _Line:
    if line is None:
        raise broken("ReadError", "the connection has been left")
    return line


async def _connected(origin: Origin) -> socket.socket:
    """A connection to the first address of a host that answers: the next is tried a little later.

    `create_connection` would do the same, but where it is cancelled may leave a socket open.
    """
    loop, failed = asyncio.get_running_loop(), OSError("the host has no address")
    left, tasks = await _addresses(origin), list[asyncio.Task[socket.socket]]()
    try:
        while left or tasks:
            if left:
                *kind, _, address = left.pop(0)
                tasks.append(loop.create_task(_reached(kind, address)))
            greeting = _GREETING if left else None
            await asyncio.wait(tasks, timeout=greeting, return_when=asyncio.FIRST_COMPLETED)
            for task in [one for one in tasks if one.done()]:
                tasks.remove(task)
                try:
                    return task.result()
                except OSError as error:
                    failed = error
        raise failed
    finally:
        for task in tasks:
            task.cancel()
            task.add_done_callback(_discard)


async def _addresses(origin: Origin) -> list[Any]:
    if is_address(origin.host):  # which needs no thread to be looked up
        return socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    loop = asyncio.get_running_loop()
    return await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)


async def _reached(kind: list[Any], address: Any) -> socket.socket:
    sock = socket.socket(*kind)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


def _discard(task: asyncio.Task[socket.socket]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()


class AsyncLines:
    """The connections of one route on an event loop; as `Lines`."""

    def __init__(self, context: Callable[[], ssl.SSLContext], kept: int) -> None:
        self._context = context
        self._kept = kept
        self._idle: dict[asyncio.AbstractEventLoop, Idle[_Line]] = {}

    @property
    def idle(self) -> Idle[_Line]:
        """What waits for a further request on the loop that runs: no other may use it."""
        loop = asyncio.get_running_loop()
        found = self._idle.get(loop)
        if found is None:
            for other in [one for one in list(self._idle) if one.is_closed()]:
                self._idle.pop(other, None)
            found = self._idle[loop] = Idle(self._kept)
        return found

    async def send(self, asked: Outgoing, trace: Trace) -> AsyncLineAnswer:
        """Send a request; gives its answer as soon as the head has come.

        Raises:
            httpx2.TransportError: it broke off; the trace tells whether a byte may have left.
        """
        line = self.idle.take(asked.origin) or await self._opened(asked.origin)
        try:
            trace.begin()
            incoming = await line.begin(asked)
        except BaseException:
            line.close()
            raise
        return AsyncLineAnswer(self, asked.origin, line, incoming)

    async def _opened(self, origin: Origin) -> _Line:
        loop = asyncio.get_running_loop()
        context = self._context() if origin.scheme == "https" else None
        name = origin.host if context is not None else None
        try:
            sock = await _connected(origin)
            _, line = await loop.create_connection(
                _Line, sock=sock, ssl=context, server_hostname=name
            )
        except TimeoutError as error:
            raise broken("ConnectTimeout", error) from error
        except OSError as error:
            raise broken("ConnectError", error) from error
        if line.is_over:  # and no byte of the request has left
            raise broken("ConnectError", "the server hung up at once")
        return line

    async def close(self) -> None:
        """Close all connections that no answer holds."""
        for loop, idle in list(self._idle.items()):
            if loop.is_running():
                loop.call_soon_threadsafe(idle.close)
        for _ in range(2):  # they are closed, and then their sockets
            await asyncio.sleep(0)
