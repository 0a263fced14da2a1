"""The short loop that carries out what the core asks for, blocking; and what both loops share."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .connections import (
    Clients,
    build_sync,
    check_kind,
    checked_timeout,
    connect_sync,
    failure,
    prepared,
)
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
from .heads import written
from .logs import Veiled

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    import httpx2

    from .heads import Outgoing
    from .lines import Lines

__all__ = ["Clock", "Run", "SyncDriver", "due", "is_encoded", "length", "part_due", "replied"]

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
        import asyncio

        await asyncio.sleep(seconds)

    def chance(self) -> float:
        """A number from 0 to 1."""
        import random

        return random.SystemRandom().random()


class Run(Generic[V]):
    """One core on its way, with the answers that it has open."""

    __slots__ = ("_values", "core", "error", "opened", "outcome")

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
        import inspect

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


def length(effect: Sleep, clock: Clock) -> float:
    """How long a pause is, with what chance takes of it."""
    return max(0.0, effect.seconds * (1 - effect.jitter * clock.chance()))


def replied(
    effect: Send, status: int, headers: Mapping[str, str], url: str, body: Any, late: float | None
) -> Reply:
    """The head of an answer: its rest has what is left of the time, a stream as it goes on."""
    asked = effect.request
    return Reply(
        status=status,
        headers=headers,
        url=Veiled(url),
        asked=asked,
        body=body,
        deadline=None if asked.streamed or asked.route == "download" else late,
        silence=effect.timeout,
    )


def is_encoded(headers: Mapping[str, str]) -> bool:
    """Whether a body comes compressed."""
    return headers.get("content-encoding", "identity") not in ("", "identity")


def due(seconds: float | None, moment: float) -> float | None:
    """The moment at which so many seconds are over."""
    return None if seconds is None else moment + seconds


def part_due(reply: Reply, moment: float) -> float | None:
    """When the next part of a body must have come: of a file, what is not silent may go on."""
    return due(reply.silence, moment) if reply.deadline is None else reply.deadline


class SyncDriver:
    """Carries effects out one after the other, blocking."""

    def __init__(
        self, http_client: httpx2.Client | None = None, clock: Clock | None = None
    ) -> None:
        self.clock = clock or Clock()
        check_kind(http_client, asynchronous=False)
        self._clients = Clients(http_client, build_sync, connect_sync)

    def run(self, core: Core[V]) -> V:
        """Run a core to its end; gives its value."""
        run = Run(core)
        for _ in self._values(run):
            pass
        return run.value

    def iterate(self, core: Core[Any]) -> Generator[Any, None, None]:
        """Run a core, giving the values that it emits."""
        return self._values(Run(core))

    def close(self) -> None:
        """Close all connections that are ours."""
        for ours in self._clients.close():
            for one in ours:
                one.close()

    def _values(self, run: Run[Any]) -> Generator[Any, None, None]:
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
                reply.body.close()

    def _perform(self, effect: Effect, run: Run[Any]) -> Any:
        match effect:
            case Send():
                return self._send(effect, run)
            case ReadChunk(reply):
                return self._read(reply, run)
            case Close(reply):
                run.closed(reply)
                return reply.body.close()
            case Sleep():
                return self.clock.sleep(length(effect, self.clock))
            case Call(work):
                return work()
            case Notify(callback, value):
                return callback(value)
            case _:
                return run.simple(effect, self.clock)

    def _send(self, effect: Send, run: Run[Any]) -> Reply | Failure:
        checked_timeout(effect.timeout)
        lines = self._clients.lines(effect.request.route)
        plain = written(effect.request) if lines is not None else None
        if lines is not None and plain is not None:
            return self._sent_plain(effect, run, lines, plain)
        from .uploads import OpenBody

        client, body = self._clients.pick(effect.request.route), OpenBody(effect.request.content)
        try:
            unfit = body.open()
            if unfit is not None:  # nothing is handed over
                return Failure(unfit, transient=False)
            return self._sent(effect, run, client, body.blocking())
        finally:
            body.close()

    def _sent_plain(
        self, effect: Send, run: Run[Any], lines: Lines, plain: Outgoing
    ) -> Reply | Failure:
        late, trace, reply = due(effect.timeout, time.monotonic()), effect.trace, None
        with Caught(Exception) as caught:
            trace.handed = trace.traced = True
            answer = body = lines.send(plain, trace, late)
            reply = replied(effect, answer.status, answer.headers, plain.url, body, late)
            run.opened.append(reply)
            if is_encoded(reply.headers):
                from .replies import Decoded

                reply.body = Decoded(answer)
        return failure(effect.request, caught.error, trace) if reply is None else reply

    def _sent(self, effect: Send, run: Run[Any], client: Any, content: Any) -> Reply | Failure:
        from .replies import Replied
        from .streams import within

        route, trace = effect.request.route, effect.trace
        made = prepared(client, effect, content, trace.note)
        if isinstance(made, Failure):
            return made
        request, options = made
        late, reply = due(effect.timeout, time.monotonic()), None
        with Caught(Exception) as caught, within(late):
            trace.handed, trace.traced = True, self._clients.trusted(route)
            answer = client.send(request, **options)
            url = str(answer.url)
            reply = replied(effect, answer.status_code, answer.headers, url, Replied(answer), late)
            run.opened.append(reply)
        return failure(effect.request, caught.error, trace) if reply is None else reply

    def _read(self, reply: Reply, run: Run[Any]) -> bytes | Failure:
        chunk: bytes | None = None
        with Caught(Exception) as caught:
            chunk = reply.body.read(part_due(reply, time.monotonic()))
        if chunk is None:
            return failure(reply.asked, caught.error, None)
        if not chunk or reply.body.ended:
            run.closed(reply)
        return chunk
