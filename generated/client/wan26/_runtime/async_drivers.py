"""The loop of `drivers` once more, on an event loop of asyncio."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any, TypeVar

from .connections import (
    Clients,
    Handshake,
    build_async,
    check_kind,
    checked_timeout,
    connect_async,
    failure,
    prepared,
)
from .drivers import Clock, Run, due, is_encoded, length, part_due, replied
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
)
from .heads import written
from .threads import in_thread

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import httpx2

    from .async_lines import AsyncLines
    from .heads import Outgoing

__all__ = ["AsyncDriver"]

V = TypeVar("V")


class AsyncDriver:
    """Carries effects out on the event loop; blocking work goes to a thread."""

    def __init__(
        self, http_client: httpx2.AsyncClient | None = None, clock: Clock | None = None
    ) -> None:
        self.clock = clock or Clock()
        check_kind(http_client, asynchronous=True)
        self._clients = Clients(http_client, build_async, connect_async)

    async def run(self, core: Core[V]) -> V:
        """Run a core to its end; gives its value."""
        run = Run(core)
        async for _ in self._values(run):
            pass
        return run.value

    def iterate(self, core: Core[Any]) -> AsyncGenerator[Any, None]:
        """Run a core, giving the values that it emits."""
        return self._values(Run(core))

    async def close(self) -> None:
        """Close all connections that are ours."""
        clients, lines = self._clients.close()
        for client in clients:
            await client.aclose()
        for one in lines:
            await one.close()

    async def _values(self, run: Run[Any]) -> AsyncGenerator[Any, None]:
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
                await reply.body.aclose()

    async def _perform(self, effect: Effect, run: Run[Any]) -> Any:
        match effect:
            case Send():
                return await self._send(effect, run)
            case ReadChunk(reply):
                return await self._read(reply, run)
            case Close(reply):
                run.closed(reply)
                return await reply.body.aclose()
            case Sleep():
                return await self.clock.asleep(length(effect, self.clock))
            case Call(work):
                return await in_thread(work)
            case Notify(callback, value):
                told = callback(value)
                return await told if inspect.isawaitable(told) else told
            case _:
                return run.simple(effect, self.clock)

    async def _send(self, effect: Send, run: Run[Any]) -> Reply | Failure:
        checked_timeout(effect.timeout)
        lines = self._clients.lines(effect.request.route)
        plain = written(effect.request) if lines is not None else None
        if lines is not None and plain is not None:
            return await self._sent_plain(effect, run, lines, plain)
        from .uploads import OpenBody

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

    async def _sent_plain(
        self, effect: Send, run: Run[Any], lines: AsyncLines, plain: Outgoing
    ) -> Reply | Failure:
        late = due(effect.timeout, asyncio.get_running_loop().time())
        trace, reply = effect.trace, None
        with Caught(Exception) as caught:
            trace.handed = trace.traced = True
            async with asyncio.timeout_at(late):
                answer = body = await lines.send(plain, trace)
            reply = replied(effect, answer.status, answer.headers, plain.url, body, late)
            run.opened.append(reply)
            if is_encoded(reply.headers):
                from .replies import AsyncDecoded

                reply.body = AsyncDecoded(answer)
        return failure(effect.request, caught.error, trace) if reply is None else reply

    async def _sent(
        self, effect: Send, run: Run[Any], client: Any, content: Any
    ) -> Reply | Failure:
        from .replies import AsyncReplied

        route, trace = effect.request.route, effect.trace
        handshake = Handshake()

        async def note(event: str, facts: dict[str, Any]) -> None:
            trace.note(event, facts)
            handshake.note(event, facts)

        made = prepared(client, effect, content, note)
        if isinstance(made, Failure):
            return made
        request, options = made
        late, reply = due(effect.timeout, asyncio.get_running_loop().time()), None
        with Caught(Exception) as caught:
            trace.handed, trace.traced = True, self._clients.trusted(route)
            try:
                async with asyncio.timeout_at(late):
                    answer = await client.send(request, **options)
            except BaseException:
                await handshake.leave()
                raise
            body, url = AsyncReplied(answer), str(answer.url)
            reply = replied(effect, answer.status_code, answer.headers, url, body, late)
            run.opened.append(reply)
        return failure(effect.request, caught.error, trace) if reply is None else reply

    async def _read(self, reply: Reply, run: Run[Any]) -> bytes | Failure:
        chunk: bytes | None = None
        with Caught(Exception) as caught:
            chunk = reply.body.ready()
            if chunk is None:
                late = part_due(reply, asyncio.get_running_loop().time())
                async with asyncio.timeout_at(late):
                    chunk = await reply.body.read()
        if chunk is None:
            return failure(reply.asked, caught.error, None)
        if not chunk or reply.body.ended:
            run.closed(reply)
        return chunk
