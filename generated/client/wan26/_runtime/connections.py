"""The HTTP clients behind a woven client, and a request in their words."""

from __future__ import annotations

import os
import threading
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .effects import Failure
from .errors import ConfigurationError
from .logs import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx2

    from .effects import Request, Route, Send, Trace

__all__ = ["Clients", "Handshake", "build_async", "build_sync", "check_kind", "failure", "prepared"]

V = TypeVar("V")


class Clients(Generic[V]):
    """HTTP clients by route, built when first needed: the caller's own, or ours."""

    def __init__(self, given: V | None, build: Callable[[Route, Any], V]) -> None:
        self._given = given
        self._build = build
        self._built: dict[Route, V] = {}
        self._inherited: list[V] = []  # a parent process's: kept from being used, and from the GC
        self._context: Any = None
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._closed = False

    def trusted(self, route: Route) -> bool:
        """Whether the transport is known to tell what it does."""
        return self._given is None or route == "download"

    def pick(self, route: Route) -> V:
        """The client for a route; files are never fetched through one that may carry a key."""
        if self._closed:
            raise ConfigurationError("the client has been closed", hint="make a new one")
        if self._given is not None and route != "download":
            client: V = _checked(self._given)
            return client
        with self._lock:
            return self._pick_built(route)

    def _pick_built(self, route: Route) -> V:
        import httpx2

        if self._process != os.getpid():  # connections must not be shared with a parent process
            self._inherited += self._built.values()
            self._built, self._process = {}, os.getpid()
        if route not in self._built:
            self._context = self._context or httpx2.create_ssl_context()
            self._built[route] = self._build(route, self._context)
        return self._built[route]

    def close(self) -> list[V]:
        """Forget all clients; gives those that are ours to close."""
        all_of_them = [*self._built.values(), *self._inherited]
        self._built, self._inherited, self._closed = {}, [], True
        return all_of_them


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
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def build_sync(route: Route, context: Any) -> httpx2.Client:
    """A blocking HTTP client of ours."""
    import httpx2

    from .streams import Transport

    transport = Transport(context, _kept(route))
    return httpx2.Client(
        transport=transport, follow_redirects=route == "download", cookies=_no_cookies()
    )


def build_async(route: Route, context: Any) -> httpx2.AsyncClient:
    """An asynchronous HTTP client of ours."""
    import httpx2

    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=_kept(route))
    return httpx2.AsyncClient(
        verify=context,
        http2=False,
        follow_redirects=route == "download",
        limits=limits,
        cookies=_no_cookies(),
    )


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


def prepared(
    client: Any, effect: Send, content: Any, trace: Callable[..., Any]
) -> tuple[Any, dict[str, Any]] | Failure:
    """The request in the words of httpx2, and how to send it; or that its URL is none.

    Raises:
        ConfigurationError: the caller gave what no request can be made of; nothing is sent.
    """
    import httpx2

    asked, timeout = effect.request, effect.timeout
    given: object = timeout
    if isinstance(given, bool) or not isinstance(given, int | float | None):
        raise ConfigurationError(f"timeout is a number of seconds or None, not {given!r}")
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
            extensions={"trace": trace},
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
