"""The HTTP clients behind a woven client, and a request in their words."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .effects import Failure
from .errors import ConfigurationError
from .logs import harmless

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping
    from http.cookiejar import CookieJar

    import httpx2

    from .async_lines import AsyncLines
    from .effects import Request, Route, Send, Trace
    from .lines import Lines

__all__ = [
    "Clients",
    "Context",
    "Handshake",
    "build_async",
    "build_sync",
    "check_kind",
    "checked_timeout",
    "connect_async",
    "connect_sync",
    "failure",
    "prepared",
]

V = TypeVar("V")
L = TypeVar("L")


class Clients(Generic[V, L]):
    """HTTP clients by route, built when first needed: the caller's own, or ours.

    Args:
        given: the caller's own.
        build: a client of httpx2 for a route, with what gives a TLS context.
        connect: connections of our own for a route, which carry what is plain.
    """

    def __init__(
        self,
        given: V | None,
        build: Callable[[Route, Context], V],
        connect: Callable[[Route, Context], L],
    ) -> None:
        self._given = given
        self._build = build
        self._connect = connect
        self._built: dict[Route, V] = {}
        self._lines: dict[Route, L | None] = {}
        # Of a parent process: kept from being used, and from the garbage collector.
        self._inherited: tuple[list[V], list[L]] = [], []
        self._context = Context()
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._closed = False

    def trusted(self, route: Route) -> bool:
        """Whether the transport is known to tell what it does."""
        return self._given is None or route == "download"

    def pick(self, route: Route) -> V:
        """The client for a route; files are never fetched through one that may carry a key."""
        self._check_open()
        if self._given is not None and route != "download":
            client: V = _checked(self._given)
            return client
        with self._lock:
            self._leave_parent()
            if route not in self._built:
                self._built[route] = self._build(route, self._context)
            return self._built[route]

    def lines(self, route: Route) -> L | None:
        """Connections of our own for a route.

        None where others are in between: the caller's client, a proxy, redirects.
        """
        self._check_open()
        if self._given is not None or route == "download":
            return None
        with self._lock:
            self._leave_parent()
            if route not in self._lines:
                self._lines[route] = None if _has_proxy() else self._connect(route, self._context)
            return self._lines[route]

    def _check_open(self) -> None:
        if self._closed:
            raise ConfigurationError("the client has been closed", hint="make a new one")

    def _leave_parent(self) -> None:
        """Connections must not be shared with a parent process."""
        if self._process != os.getpid():
            self._inherited = self._all()
            self._built, self._lines, self._process = {}, {}, os.getpid()

    def _all(self) -> tuple[list[V], list[L]]:
        clients, lines = self._inherited
        connected = [one for one in self._lines.values() if one is not None]
        return [*clients, *self._built.values()], [*lines, *connected]

    def close(self) -> tuple[list[V], list[L]]:
        """Forget all that is ours; gives what is to be closed: clients, and connections."""
        all_of_them = self._all()
        self._built, self._lines, self._closed = {}, {}, True
        self._inherited = [], []
        return all_of_them


class Context:
    """How servers are verified: the same for all connections, made at the first over TLS."""

    def __init__(self) -> None:
        self._made: ssl.SSLContext | None = None
        self._lock = threading.Lock()

    def __call__(self) -> ssl.SSLContext:
        """It speaks HTTP/1.1 only: a submit over HTTP/2 might be taken back, and sent again."""
        with self._lock:
            if self._made is None:
                from .trust import trusting

                self._made = trusting()
                self._made.set_alpn_protocols(["http/1.1"])
            return self._made


def _has_proxy() -> bool:
    """Whether the environment, or the system's settings, name a proxy."""
    if sys.platform in ("darwin", "win32"):
        from urllib.request import getproxies

        return bool(getproxies())
    named = (name.lower() for name, value in os.environ.items() if value)
    return any(name.endswith("_proxy") and name != "no_proxy" for name in named)


def _checked(client: Any) -> Any:
    if client.is_closed:
        raise ConfigurationError("the client has been closed", hint="make a new one")
    return client


def check_kind(client: object, *, asynchronous: bool) -> None:
    """See that a caller's own HTTP client is one that this driver can use.

    Raises:
        ConfigurationError: it is of the other kind, or no client of httpx2.
    """
    if client is None:
        return
    import httpx2

    wanted = httpx2.AsyncClient if asynchronous else httpx2.Client
    if not isinstance(client, wanted):
        named = f"httpx2.{wanted.__name__}"
        given = f"{type(client).__module__}.{type(client).__qualname__}"
        ours = "an asynchronous" if asynchronous else "a blocking"
        raise ConfigurationError(
            f"http_client: {ours} client needs {named}, and got {given}",
            hint=f"give an instance of {named}, or none",
        )


def _kept(route: Route) -> int:
    # A submit gets a connection of its own: a reused one may be closed by the server while the
    # request is under way, and HTTP/2 may take a request back after it was sent.
    return 0 if route == "submit" else 20


def _no_cookies() -> CookieJar:
    """A jar that takes none: cookies are sent to every port, and those of an API are its own."""
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def build_sync(route: Route, context: Context) -> httpx2.Client:
    """A blocking HTTP client of ours."""
    import httpx2

    from .line_transports import LineTransport
    from .streams import Transport

    def usual() -> httpx2.BaseTransport:
        return Transport(context, _kept(route))

    transport = usual() if _has_proxy() else LineTransport(connect_sync(route, context), usual)
    return httpx2.Client(
        transport=transport, follow_redirects=route == "download", cookies=_no_cookies()
    )


def build_async(route: Route, context: Context) -> httpx2.AsyncClient:
    """An asynchronous HTTP client of ours."""
    import httpx2

    from .line_transports import AsyncLineTransport

    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=_kept(route))

    def usual() -> httpx2.AsyncBaseTransport:
        return httpx2.AsyncHTTPTransport(verify=context(), http2=False, limits=limits)

    if _has_proxy():  # which httpx2 looks for itself, where no transport is given
        given: dict[str, Any] = {"verify": context(), "http2": False, "limits": limits}
    else:
        given = {"transport": AsyncLineTransport(connect_async(route, context), usual)}
    follows = route == "download"
    return httpx2.AsyncClient(follow_redirects=follows, cookies=_no_cookies(), **given)


def connect_sync(route: Route, context: Context) -> Lines:
    """Blocking connections of ours."""
    from .lines import Lines

    return Lines(context, _kept(route))


def connect_async(route: Route, context: Context) -> AsyncLines:
    """Connections of ours on an event loop."""
    from .async_lines import AsyncLines

    return AsyncLines(context, _kept(route))


class Handshake:
    """A connection until it is encrypted: httpcore2 leaves it open where that is broken off."""

    def __init__(self) -> None:
        self._stream: Any = None

    def note(self, event: str, facts: Mapping[str, Any]) -> None:
        """Take one event of httpx2's `trace` extension."""
        if event.endswith("connect_tcp.complete"):
            self._stream = facts.get("return_value")
        elif event.endswith("start_tls.complete"):
            self._stream = None  # from here on it is closed by who reads it

    async def leave(self) -> None:
        """Close it, if there is one."""
        if self._stream is not None:
            await self._stream.aclose()


def checked_timeout(given: object) -> None:
    """See that a timeout is a number of seconds, or none.

    Raises:
        ConfigurationError: it is something else; nothing is sent.
    """
    if isinstance(given, bool) or not isinstance(given, int | float | None):
        raise ConfigurationError(f"timeout is a number of seconds or None, not {given!r}")


def prepared(
    client: Any, effect: Send, content: Any, trace: Callable[..., Any]
) -> tuple[Any, dict[str, Any]] | Failure:
    """The request in the words of httpx2, and how to send it; or that its URL is none.

    Raises:
        ConfigurationError: the caller gave what no request can be made of; nothing is sent.
    """
    import httpx2

    asked, timeout = effect.request, effect.timeout
    try:
        request = client.build_request(
            asked.method,
            asked.url,
            # As bytes, since httpx2 takes nothing but ASCII from a `str`.
            headers=[
                (str.encode(name, "ascii"), str.encode(value, "latin-1"))
                for name, value in asked.headers.items()
            ],
            content=content,
            timeout=timeout,
            extensions={"trace": trace, "line_trace": effect.trace},
        )
    except httpx2.InvalidURL as error:  # it may be the server's: a link, or where to poll
        return Failure(harmless(asked, error), transient=False)
    except (TypeError, ValueError) as error:
        cause = harmless(asked, error)
        raise ConfigurationError(f"{asked.operation}: no request can be made: {cause}") from cause
    options: dict[str, Any] = {"stream": True, "follow_redirects": asked.route == "download"}
    if asked.route != "call":
        options["auth"] = None  # an auth flow may send a request again
    return request, options


def failure(request: Request, error: BaseException | None, trace: Trace | None) -> Failure:
    """How sending or reading broke off: whether time was up, and whether it may go better."""
    import httpx2

    if not isinstance(error, Exception):
        raise TypeError("a failure is an exception")
    # TypeError, ValueError: what was given is at fault, and stays so.
    hopeless = isinstance(
        error, httpx2.UnsupportedProtocol | httpx2.LocalProtocolError | TypeError | ValueError
    )
    handed = trace is None or trace.handed
    timed_out = isinstance(error, httpx2.TimeoutException | TimeoutError)
    told = harmless(request, error)
    return Failure(told, timed_out=timed_out, transient=handed and not hopeless)
