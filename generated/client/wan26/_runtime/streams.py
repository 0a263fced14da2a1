"""Connections that keep a deadline: a server that drips gets no more time than one that is silent.

httpx2 counts its timeouts anew at every read, so a byte now and then, or one `102 Processing` after
the other, holds a blocking client for as long as the server likes. Here every step on the network
gets what is left of the deadline of the exchange that runs. (On an event loop, a timeout around
the whole does the same.)
"""

from __future__ import annotations

import threading
import time
import urllib.request
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import httpcore2
import httpx2

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Transport", "deadline", "within"]

_PIECE = 16_384  # bytes: a stream counts its timeout anew for every part that it can send

_BROKEN = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.UnsupportedProtocol,
)

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def within(due: float | None) -> Iterator[None]:
    """Let all that is done on the network inside end at a moment of the monotonic clock."""
    token = _deadline.set(due)
    try:
        yield
    finally:
        _deadline.reset(token)


def deadline() -> float | None:
    """The moment by which what is done on the network now must have ended."""
    return _deadline.get()


def _left(timeout: float | None, late: type[httpcore2.TimeoutException]) -> float | None:
    """The seconds that the next step may take; `late` is raised where none are left."""
    due = deadline()
    if due is None:
        return timeout
    left = due - time.monotonic()
    if left <= 0:
        raise late("the time for the whole exchange is up")
    return left if timeout is None else min(timeout, left)


class _Stream(httpcore2.NetworkStream):
    """A connection of which each step ends by the deadline."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come."""
        return self._stream.read(max_bytes, _left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        for start in range(0, len(buffer), _PIECE):
            left = _left(timeout, httpcore2.WriteTimeout)
            self._stream.write(buffer[start : start + _PIECE], left)

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """Encrypt from here on."""
        try:
            left = _left(timeout, httpcore2.ConnectTimeout)
        except httpcore2.ConnectTimeout:
            self.close()  # as the stream does when it fails: nobody else will
            raise
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        """What the connection tells of itself."""
        return self._stream.get_extra_info(info)


class _Backend(httpcore2.NetworkBackend):
    """Opens connections that keep the deadline."""

    def __init__(self) -> None:
        self._backend = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to a host."""
        left = _left(timeout, httpcore2.ConnectTimeout)
        return _Stream(self._backend.connect_tcp(host, port, left, local_address, socket_options))

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._backend.sleep(seconds)


@contextmanager
def _as_httpx2() -> Iterator[None]:
    """Raise httpx2's exceptions for those of httpcore2: they have the same names."""
    try:
        yield
    except _BROKEN as error:
        kind: type[httpx2.TransportError] = getattr(httpx2, type(error).__name__)
        raise kind(str(error)) from error


class _Body(httpx2.SyncByteStream):
    """The body of an answer."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx2():
            yield from self._stream

    def close(self) -> None:
        """Leave it."""
        self._stream.close()


class Transport(httpx2.BaseTransport):
    """HTTP/1.1 over connections that keep the deadline, through the environment's proxies.

    Args:
        context: gives how servers are verified.
        kept: how many connections are kept open for the next request.
    """

    def __init__(self, context: Callable[[], ssl.SSLContext], kept: int) -> None:
        self._context = context
        self._facts: dict[str, Any] = {
            "max_connections": None,
            "max_keepalive_connections": kept,
            "keepalive_expiry": 5.0,  # seconds, as httpx2 has it
            "network_backend": _Backend(),
        }
        self._proxies = urllib.request.getproxies()
        self._direct = httpcore2.ConnectionPool(**self._facts)  # of http:// only
        self._secure: httpcore2.ConnectionPool | None = None
        self._lock = threading.Lock()
        self._tunnels = {
            scheme: self._tunnel(self._proxies[scheme])
            for scheme in ("http", "https", "all")
            if self._proxies.get(scheme)
        }

    def _tunnel(self, address: str) -> httpcore2.ConnectionPool:
        proxy = httpx2.Proxy(address if "://" in address else f"http://{address}")
        url = httpcore2.URL(
            scheme=proxy.url.raw_scheme,
            host=proxy.url.raw_host,
            port=proxy.url.port,
            target=proxy.url.raw_path,
        )
        if proxy.url.scheme in ("socks5", "socks5h"):
            return httpcore2.SOCKSProxy(
                proxy_url=url,
                proxy_auth=proxy.raw_auth,
                ssl_context=self._context(),
                **self._facts,
            )
        return httpcore2.HTTPProxy(
            proxy_url=url,
            ssl_context=self._context(),
            proxy_auth=proxy.raw_auth,
            proxy_headers=proxy.headers.raw,
            proxy_ssl_context=proxy.ssl_context,
            **self._facts,
        )

    def _pool(self, url: httpx2.URL) -> httpcore2.ConnectionPool:
        tunnel = self._tunnels.get(url.scheme) or self._tunnels.get("all")
        if tunnel is not None and not urllib.request.proxy_bypass(url.host):
            return tunnel
        return self._direct if url.scheme != "https" else self._secured()

    def _secured(self) -> httpcore2.ConnectionPool:
        """The pool that needs a TLS context, which takes its time: made at the first need."""
        with self._lock:
            if self._secure is None:
                self._secure = httpcore2.ConnectionPool(ssl_context=self._context(), **self._facts)
            return self._secure

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; gives the head of its answer."""
        url = request.url
        asked = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx2():
            answer = self._pool(url).handle_request(asked)
        return httpx2.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """Close all connections."""
        for pool in (self._direct, self._secure, *self._tunnels.values()):
            if pool is not None:
                pool.close()
