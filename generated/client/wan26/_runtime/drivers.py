"""The two short loops that carry out what the core asks for: blocking, and asyncio."""

from __future__ import annotations

import asyncio
import inspect
import os
import random
import threading
import time
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .effects import (
    Call,
    Caught,
    Close,
    Core,
    Effect,
    Emit,
    Failure,
    Notify,
    ReadChunk,
    Reply,
    Route,
    Send,
    Sleep,
    Trace,
    Wall,
)
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    import httpx2

__all__ = ["AsyncDriver", "Clock", "SyncDriver"]

V = TypeVar("V")


class Clock:
    """Time, sleeping and chance: what tests replace."""

    def now(self) -> float:
        """Seconds on a clock that never runs back."""
        return time.monotonic()

    def wall(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Wait, and let others run."""
        await asyncio.sleep(seconds)

    def chance(self) -> float:
        """A number from 0 to 1."""
        return random.SystemRandom().random()


class _Run(Generic[V]):
    """One core on its way, with the answers that it has open."""

    def __init__(self, core: Core[V]) -> None:
        self.core = core
        self.outcome: Any = None
        self.error: BaseException | None = None
        self.opened: list[Reply] = []
        self._values: list[V] = []

    def step(self) -> Effect | None:
        """Give the core its outcome; None when it has ended."""
        error, self.error = self.error, None
        try:
            return self.core.send(self.outcome) if error is None else self.core.throw(error)
        except StopIteration as end:
            self._values.append(end.value)
            return None

    @property
    def value(self) -> V:
        """What the core has returned."""
        return self._values[-1]

    def simple(self, effect: Effect, clock: Clock) -> Any:
        """Carry out what needs neither the network nor waiting."""
        return clock.wall() if isinstance(effect, Wall) else clock.now()

    def closed(self, reply: Reply) -> None:
        """Note that an answer has been read or left."""
        self.opened = [other for other in self.opened if other is not reply]


def _length(effect: Sleep, clock: Clock) -> float:
    return max(0.0, effect.seconds * (1 - effect.jitter * clock.chance()))


def _failure(error: BaseException | None, trace: Trace | None) -> Failure:
    import httpx2

    if not isinstance(error, Exception):
        raise TypeError("a failure is an exception")
    hopeless = isinstance(error, httpx2.UnsupportedProtocol | httpx2.LocalProtocolError)
    handed = trace is None or trace.handed
    timed_out = isinstance(error, httpx2.TimeoutException | TimeoutError)
    return Failure(error, timed_out=timed_out, transient=handed and not hopeless)


def _settings(route: Route, context: Any) -> dict[str, Any]:
    import httpx2

    # A submit gets a connection of its own: a reused one may be closed by the server while the
    # request is under way, and HTTP/2 may take a request back after it was sent.
    kept = 0 if route == "submit" else 20
    return {
        "verify": context,
        "http2": False,
        "follow_redirects": route == "download",
        "limits": httpx2.Limits(max_connections=None, max_keepalive_connections=kept),
    }


def _checked(client: Any) -> Any:
    if client.is_closed:
        raise ConfigurationError("the client has been closed", hint="make a new one")
    return client


class _Clients(Generic[V]):
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


def _build_sync(route: Route, context: Any) -> httpx2.Client:
    import httpx2

    return httpx2.Client(**_settings(route, context))


def _build_async(route: Route, context: Any) -> httpx2.AsyncClient:
    import httpx2

    return httpx2.AsyncClient(**_settings(route, context))


def _prepared(client: Any, effect: Send, trace: Callable[..., Any]) -> tuple[Any, dict[str, Any]]:
    """The request in the words of httpx2, and how to send it."""
    asked = effect.request
    request = client.build_request(
        asked.method,
        asked.url,
        headers=dict(asked.headers),
        content=asked.content,
        timeout=effect.timeout,
        extensions={"trace": trace},
    )
    options: dict[str, Any] = {"stream": True, "follow_redirects": asked.route == "download"}
    if asked.route != "call":
        options["auth"] = None  # an auth flow may send a request again
    return request, options


class SyncDriver:
    """Carries effects out one after the other, blocking."""

    def __init__(
        self, http_client: httpx2.Client | None = None, clock: Clock | None = None
    ) -> None:
        self.clock = clock or Clock()
        self._clients = _Clients(http_client, _build_sync)

    def run(self, core: Core[V]) -> V:
        """Run a core to its end; gives its value."""
        run = _Run(core)
        for _ in self._values(run):
            pass
        return run.value

    def iterate(self, core: Core[Any]) -> Iterator[Any]:
        """Run a core, giving the values that it emits."""
        return self._values(_Run(core))

    def close(self) -> None:
        """Close all connections that are ours."""
        for client in self._clients.close():
            client.close()

    def _values(self, run: _Run[Any]) -> Iterator[Any]:
        try:
            while (effect := run.step()) is not None:
                run.outcome = None
                if isinstance(effect, Emit):
                    yield effect.value
                    continue
                with Caught(BaseException) as caught:
                    run.outcome = self._perform(effect, run)
                run.error = caught.error
        finally:
            run.core.close()
            for reply in run.opened:
                reply.response.close()

    def _perform(self, effect: Effect, run: _Run[Any]) -> Any:
        match effect:
            case Send():
                return self._send(effect, run)
            case ReadChunk(reply):
                return self._read(reply, run)
            case Close(reply):
                run.closed(reply)
                return reply.response.close()
            case Sleep():
                return self.clock.sleep(_length(effect, self.clock))
            case Call(work):
                return work()
            case Notify(callback, value):
                return callback(value)
            case _:
                return run.simple(effect, self.clock)

    def _send(self, effect: Send, run: _Run[Any]) -> Reply | Failure:
        route, trace = effect.request.route, effect.trace
        client = self._clients.pick(route)
        with Caught(Exception) as caught:
            request, options = _prepared(client, effect, trace.note)
            trace.handed, trace.traced = True, self._clients.trusted(route)
            response = client.send(request, **options)
            reply = Reply(
                status=response.status_code,
                headers=response.headers,
                url=str(response.url),
                response=response,
                chunks=response.iter_bytes(),
            )
            run.opened.append(reply)
            return reply
        return _failure(caught.error, trace)

    def _read(self, reply: Reply, run: _Run[Any]) -> bytes | Failure:
        with Caught(Exception) as caught:
            chunk: bytes = next(reply.chunks, b"")
            if not chunk:
                run.closed(reply)
            return chunk
        return _failure(caught.error, None)


class AsyncDriver:
    """Carries effects out on the event loop; blocking work goes to a thread."""

    def __init__(
        self, http_client: httpx2.AsyncClient | None = None, clock: Clock | None = None
    ) -> None:
        self.clock = clock or Clock()
        self._clients = _Clients(http_client, _build_async)

    async def run(self, core: Core[V]) -> V:
        """Run a core to its end; gives its value."""
        run = _Run(core)
        async for _ in self._values(run):
            pass
        return run.value

    def iterate(self, core: Core[Any]) -> AsyncIterator[Any]:
        """Run a core, giving the values that it emits."""
        return self._values(_Run(core))

    async def close(self) -> None:
        """Close all connections that are ours."""
        for client in self._clients.close():
            await client.aclose()

    async def _values(self, run: _Run[Any]) -> AsyncIterator[Any]:
        try:
            while (effect := run.step()) is not None:
                run.outcome = None
                if isinstance(effect, Emit):
                    yield effect.value
                    continue
                with Caught(BaseException) as caught:
                    run.outcome = await self._perform(effect, run)
                run.error = caught.error
        finally:
            run.core.close()
            for reply in run.opened:
                await reply.response.aclose()

    async def _perform(self, effect: Effect, run: _Run[Any]) -> Any:
        match effect:
            case Send():
                return await self._send(effect, run)
            case ReadChunk(reply):
                return await self._read(reply, run)
            case Close(reply):
                run.closed(reply)
                return await reply.response.aclose()
            case Sleep():
                return await self.clock.asleep(_length(effect, self.clock))
            case Call(work):
                return await _in_thread(work)
            case Notify(callback, value):
                told = callback(value)
                return await told if inspect.isawaitable(told) else told
            case _:
                return run.simple(effect, self.clock)

    async def _send(self, effect: Send, run: _Run[Any]) -> Reply | Failure:
        route, trace = effect.request.route, effect.trace
        client = self._clients.pick(route)

        async def note(event: str, facts: dict[str, Any]) -> None:
            trace.note(event, facts)

        with Caught(Exception) as caught:
            request, options = _prepared(client, effect, note)
            trace.handed, trace.traced = True, self._clients.trusted(route)
            response = await client.send(request, **options)
            reply = Reply(
                status=response.status_code,
                headers=response.headers,
                url=str(response.url),
                response=response,
                chunks=response.aiter_bytes(),
            )
            run.opened.append(reply)
            return reply
        return _failure(caught.error, trace)

    async def _read(self, reply: Reply, run: _Run[Any]) -> bytes | Failure:
        with Caught(Exception) as caught:
            chunk: bytes = await anext(reply.chunks, b"")
            if not chunk:
                run.closed(reply)
            return chunk
        return _failure(caught.error, None)


async def _in_thread(work: Callable[[], Any]) -> Any:
    """Do blocking work in a thread; a cancellation waits for its end, so that no file is torn."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
