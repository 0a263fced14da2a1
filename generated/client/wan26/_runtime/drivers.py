"""The two short loops that carry out what the core asks for: blocking, and asyncio."""

from __future__ import annotations

import asyncio
import inspect
import random
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .connections import Clients, Handshake, build_async, build_sync, check_kind, failure, prepared
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
    Send,
    Sleep,
    Wall,
)
from .logs import Veiled
from .threads import in_thread
from .uploads import OpenBody

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from contextlib import AbstractContextManager

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

    def interrupt(self, error: BaseException) -> None:
        """Tell the core what came between its effects: it may leave its note, or raise its own."""
        if inspect.getgeneratorstate(self.core) == inspect.GEN_SUSPENDED:
            with suppress(StopIteration):
                self.core.throw(error)

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


def _reply(effect: Send, response: Any, chunks: Any, deadline: float | None) -> Reply:
    """The head of an answer: its rest has what is left of the time, a stream as it goes on."""
    asked = effect.request
    return Reply(
        status=response.status_code,
        headers=response.headers,
        url=Veiled(response.url),
        asked=asked,
        response=response,
        chunks=chunks,
        deadline=None if asked.streamed or asked.route == "download" else deadline,
        silence=effect.timeout,
    )


def _within(deadline: float | None) -> AbstractContextManager[None]:
    from .streams import within  # brings the network with it

    return within(deadline)


def _due(seconds: float | None, moment: float) -> float | None:
    return None if seconds is None else moment + seconds


def _part_due(reply: Reply, moment: float) -> float | None:
    """When the next part of a body must have come: of a file, what is not silent may go on."""
    return _due(reply.silence, moment) if reply.deadline is None else reply.deadline


class SyncDriver:
    """Carries effects out one after the other, blocking."""

    def __init__(
        self, http_client: httpx2.Client | None = None, clock: Clock | None = None
    ) -> None:
        self.clock = clock or Clock()
        check_kind(http_client, asynchronous=False)
        self._clients = Clients(http_client, build_sync)

    def run(self, core: Core[V]) -> V:
        """Run a core to its end; gives its value."""
        run = _Run(core)
        for _ in self._values(run):
            pass
        return run.value

    def iterate(self, core: Core[Any]) -> Generator[Any, None, None]:
        """Run a core, giving the values that it emits."""
        return self._values(_Run(core))

    def close(self) -> None:
        """Close all connections that are ours."""
        for client in self._clients.close():
            client.close()

    def _values(self, run: _Run[Any]) -> Generator[Any, None, None]:
        try:
            while (effect := run.step()) is not None:
                run.outcome = None
                if isinstance(effect, Emit):
                    yield effect.value
                    continue
                with Caught(BaseException) as caught:
                    run.outcome = self._perform(effect, run)
                run.error = caught.error
        except GeneratorExit:
            raise
        except BaseException as error:
            run.interrupt(error)
            raise
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
        client, body = self._clients.pick(effect.request.route), OpenBody(effect.request.content)
        try:
            unfit = body.open()
            if unfit is not None:  # nothing is handed over
                return Failure(unfit, transient=False)
            return self._sent(effect, run, client, body.blocking())
        finally:
            body.close()

    def _sent(self, effect: Send, run: _Run[Any], client: Any, content: Any) -> Reply | Failure:
        route, trace = effect.request.route, effect.trace
        made = prepared(client, effect, content, trace.note)
        if isinstance(made, Failure):
            return made
        request, options = made
        deadline = _due(effect.timeout, time.monotonic())
        reply = None
        with Caught(Exception) as caught, _within(deadline):
            trace.handed, trace.traced = True, self._clients.trusted(route)
            response = client.send(request, **options)
            reply = _reply(effect, response, response.iter_bytes(), deadline)
            run.opened.append(reply)
        return failure(effect.request, caught.error, trace) if reply is None else reply

    def _read(self, reply: Reply, run: _Run[Any]) -> bytes | Failure:
        chunk: bytes | None = None
        with Caught(Exception) as caught, _within(_part_due(reply, time.monotonic())):
            chunk = next(reply.chunks, b"")
        if chunk is None:
            return failure(reply.asked, caught.error, None)
        if not chunk:
            run.closed(reply)
        return chunk


class AsyncDriver:
    """Carries effects out on the event loop; blocking work goes to a thread."""

    def __init__(
        self, http_client: httpx2.AsyncClient | None = None, clock: Clock | None = None
    ) -> None:
        self.clock = clock or Clock()
        check_kind(http_client, asynchronous=True)
        self._clients = Clients(http_client, build_async)

    async def run(self, core: Core[V]) -> V:
        """Run a core to its end; gives its value."""
        run = _Run(core)
        async for _ in self._values(run):
            pass
        return run.value

    def iterate(self, core: Core[Any]) -> AsyncGenerator[Any, None]:
        """Run a core, giving the values that it emits."""
        return self._values(_Run(core))

    async def close(self) -> None:
        """Close all connections that are ours."""
        for client in self._clients.close():
            await client.aclose()

    async def _values(self, run: _Run[Any]) -> AsyncGenerator[Any, None]:
        try:
            while (effect := run.step()) is not None:
                run.outcome = None
                if isinstance(effect, Emit):
                    yield effect.value
                    continue
                with Caught(BaseException) as caught:
                    run.outcome = await self._perform(effect, run)
                run.error = caught.error
        except GeneratorExit:
            raise
        except BaseException as error:
            run.interrupt(error)
            raise
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
                return await in_thread(work)
            case Notify(callback, value):
                told = callback(value)
                return await told if inspect.isawaitable(told) else told
            case _:
                return run.simple(effect, self.clock)

    async def _send(self, effect: Send, run: _Run[Any]) -> Reply | Failure:
        client, body = self._clients.pick(effect.request.route), OpenBody(effect.request.content)
        if not body.has_files:
            return await self._sent(effect, run, client, body.awaited())
        try:
            unfit = await in_thread(body.open)
            if unfit is not None:  # nothing is handed over
                return Failure(unfit, transient=False)
            return await self._sent(effect, run, client, body.awaited())
        finally:
            await in_thread(body.close)

    async def _sent(
        self, effect: Send, run: _Run[Any], client: Any, content: Any
    ) -> Reply | Failure:
        route, trace = effect.request.route, effect.trace
        handshake = Handshake()

        async def note(event: str, facts: dict[str, Any]) -> None:
            trace.note(event, facts)
            handshake.note(event, facts)

        made = prepared(client, effect, content, note)
        if isinstance(made, Failure):
            return made
        request, options = made
        deadline = _due(effect.timeout, asyncio.get_running_loop().time())
        reply = None
        with Caught(Exception) as caught:
            trace.handed, trace.traced = True, self._clients.trusted(route)
            try:
                async with asyncio.timeout_at(deadline):
                    response = await client.send(request, **options)
            except BaseException:
                await handshake.leave()
                raise
            reply = _reply(effect, response, response.aiter_bytes(), deadline)
            run.opened.append(reply)
        return failure(effect.request, caught.error, trace) if reply is None else reply

    async def _read(self, reply: Reply, run: _Run[Any]) -> bytes | Failure:
        chunk: bytes | None = None
        due = _part_due(reply, asyncio.get_running_loop().time())
        with Caught(Exception) as caught:
            async with asyncio.timeout_at(due):
                chunk = await anext(reply.chunks, b"")
        if chunk is None:
            return failure(reply.asked, caught.error, None)
        if not chunk:
            run.closed(reply)
        return chunk
