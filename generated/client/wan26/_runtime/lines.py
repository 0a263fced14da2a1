"""Connections of our own for plain HTTP/1.1, blocking: each step ends by the deadline it is given.

What httpx2 adds to a request (cookies, redirects, authentication flows, proxies) none of our calls
asks for. A connection that has sent a request carries nothing else until its answer is at its end;
one that is left before is closed.
"""

from __future__ import annotations

import math
import select
import socket
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .heads import broken
from .incoming import Incoming

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from typing import Protocol

    from .effects import Trace
    from .heads import Origin, Outgoing

    class _Kept(Protocol):
        """A connection that waits for a further request."""

        @property
        def is_alive(self) -> bool: ...

        def close(self) -> None: ...


__all__ = ["Idle", "LineAnswer", "Lines", "is_quiet"]

_EXPIRY = 5.0  # seconds for which a connection is kept, as httpx2 has it


K = TypeVar("K", bound="_Kept")


class Idle(Generic[K]):
    """Connections that wait for a further request, by who is at their other end.

    Args:
        most: how many are kept for each.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lines: dict[Origin, deque[tuple[float, K]]] = {}  # the oldest first
        self._lock = threading.Lock()
        self._closed = False

    def take(self, origin: Origin) -> K | None:
        """The one that was used last, if it is still good."""
        while (kept := self._pop(origin)) is not None:
            until, line = kept
            if until > time.monotonic() and line.is_alive:
                return line
            line.close()
        return None

    def give(self, origin: Origin, line: K) -> None:
        """Keep a connection, or close it where there are enough; leave those that are too old."""
        moment = time.monotonic()
        with self._lock:
            left = self._expired(moment)
            lines = self._lines.setdefault(origin, deque())
            is_kept = not self._closed and len(lines) < self._most
            if is_kept:
                lines.append((moment + _EXPIRY, line))
        for one in left if is_kept else (*left, line):
            one.close()

    def _pop(self, origin: Origin) -> tuple[float, K] | None:
        with self._lock:
            lines = self._lines.get(origin)
            return lines.pop() if lines else None

    def _expired(self, moment: float) -> list[K]:
        left = []
        for origin, lines in list(self._lines.items()):
            while lines and lines[0][0] <= moment:
                left.append(lines.popleft()[1])
            if not lines:
                del self._lines[origin]
        return left

    def close(self) -> None:
        """Close all of them, and whatever is given from now on."""
        with self._lock:
            self._closed = True
            left = self._expired(math.inf)
        for line in left:
            line.close()


def is_quiet(sock: Any) -> bool:
    """Whether nothing has come that was not read: no word, no end."""
    if hasattr(select, "poll"):
        look = select.poll()
        look.register(sock, select.POLLIN)
        return not look.poll(0)
    return not select.select([sock], [], [], 0)[0]


class _Line:
    """A connection to a server."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    @property
    def is_alive(self) -> bool:
        """Whether the server is still there, and says nothing unasked."""
        return is_quiet(self._socket)

    def write(self, part: memoryview, due: float | None) -> None:
        """Send all of it."""
        while part:
            self._socket.settimeout(_left(due, "WriteTimeout"))
            part = part[self._socket.send(part) :]

    def read(self, size: int, due: float | None) -> bytes:
        """What has come; nothing at the end."""
        self._socket.settimeout(_left(due, "ReadTimeout"))
        try:
            return self._socket.recv(size)
        except TimeoutError as error:
            raise broken("ReadTimeout", error) from error
        except OSError as error:
            raise broken("ReadError", error) from error

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def _left(due: float | None, late: str) -> float | None:
    """The seconds that the next step may take."""
    if due is None:
        return None
    left = due - time.monotonic()
    if left <= 0:
        raise broken(late, "the time for the whole exchange is up")
    return left


def _connected(origin: Origin, due: float | None) -> socket.socket:
    """A connection to the first address of a host that answers.

    Each may take half of the time that is left, and the last one all of it: so one that is silent
    costs neither the deadline nor the others.
    """
    found = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    failed = OSError("the host has no address")
    for number, (*kind, _, address) in enumerate(found, start=1):
        left = _left(due, "ConnectTimeout")
        share = left if left is None or number == len(found) else left / 2
        try:
            return _reached(kind, address, share)
        except OSError as error:
            failed = error
    raise failed


def _reached(kind: list[Any], address: Any, timeout: float | None) -> socket.socket:
    sock = socket.socket(*kind)
    try:
        sock.settimeout(timeout)
        sock.connect(address)
    except BaseException:
        sock.close()
        raise
    return sock


class LineAnswer:
    """An answer whose head has come; its body is read from its connection, which it gives back."""

    def __init__(self, lines: Lines, origin: Origin, line: _Line, incoming: Incoming) -> None:
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

    def read(self, due: float | None) -> bytes:
        """The next part of the body; none at its end.

        Raises:
            httpx2.TransportError: it broke off.
        """
        try:
            while (part := self._incoming.part()) is None:
                self._incoming.feed(self._held().read(self._incoming.wanted, due))
        except BaseException:
            self._drop()
            raise
        if self._incoming.ended:
            self.close()
        return part

    def _held(self) -> _Line:
        if self._line is None:
            raise broken("ReadError", "the connection has been left")
        return self._line

    def close(self) -> None:
        """Leave the answer: its connection can be used again only if it is at its end."""
        line, self._line = self._line, None
        if line is not None and self._incoming.ended and self._incoming.reusable:
            self._lines.idle.give(self._origin, line)
        elif line is not None:
            line.close()

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()


class Lines:
    """The connections of one route.

    Args:
        context: gives what servers are verified with, at the first that has to be.
        kept: how many are kept for the next request.
    """

    def __init__(self, context: Callable[[], ssl.SSLContext], kept: int) -> None:
        self._context = context
        self.idle: Idle[_Line] = Idle(kept)

    def send(self, asked: Outgoing, trace: Trace, due: float | None) -> LineAnswer:
        """Send a request; gives its answer as soon as the head has come.

        Raises:
            httpx2.TransportError: it broke off; the trace tells whether a byte may have left.
        """
        line = self.idle.take(asked.origin) or self._opened(asked.origin, due)
        try:
            trace.begin()
            self._write(line, asked, due)
            incoming = Incoming(asked)
            while not incoming.status:
                incoming.feed(line.read(incoming.wanted, due))
        except BaseException:
            line.close()
            raise
        return LineAnswer(self, asked.origin, line, incoming)

    def _write(self, line: _Line, asked: Outgoing, due: float | None) -> None:
        try:
            for part in asked.parts():
                line.write(part, due)
        except TimeoutError as error:
            raise broken("WriteTimeout", error) from error
        except OSError:
            return  # a server may hang up on a body that it refuses, and its answer says why

    def _opened(self, origin: Origin, due: float | None) -> _Line:
        try:
            sock = _connected(origin, due)
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return _Line(self._secured(sock, origin, due))
            except BaseException:
                sock.close()
                raise
        except TimeoutError as error:
            raise broken("ConnectTimeout", error) from error
        except OSError as error:
            raise broken("ConnectError", error) from error

    def _secured(self, sock: socket.socket, origin: Origin, due: float | None) -> socket.socket:
        if origin.scheme != "https":
            return sock
        sock.settimeout(_left(due, "ConnectTimeout"))
        return self._context().wrap_socket(sock, server_hostname=origin.host)

    def close(self) -> None:
        """Close all connections that no answer holds."""
        self.idle.close()
