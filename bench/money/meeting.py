"""One submit call of the woven client, sync or async, and what became of the money."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from wan26 import AsyncWan26, Wan26
from wan26._runtime.drivers import Clock
from wan26.errors import APIError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["PRICES", "WAIT", "Ended", "QuickClock", "meet"]

PRICES = {"720P": "0.10", "1080P": "0.15"}
WAIT = 120.0  # seconds for a job, on a clock that only sleeping moves
_ORDER: dict[str, Any] = {"prompt": "A kitten in the moonlight", "size": "1280*720", "duration": 5}


class QuickClock(Clock):
    """Time passes by sleeping alone, and takes none; the first pause can be listened for."""

    def __init__(self, at_first_pause: Callable[[], object] | None = None) -> None:
        self._moment = 1000.0
        self._at_first_pause = at_first_pause

    def now(self) -> float:
        """The seconds that have been slept."""
        return self._moment

    def sleep(self, seconds: float) -> None:
        """Sleep without sleeping."""
        self._moment += seconds
        told, self._at_first_pause = self._at_first_pause, None
        if told is not None:
            told()

    async def asleep(self, seconds: float) -> None:
        """Sleep without sleeping."""
        self.sleep(seconds)
        await asyncio.sleep(0)

    def chance(self) -> float:
        """No chance."""
        return 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How one call ended: `outcome` is a job, a video or an exception's class; money in dollars."""

    outcome: str
    billed: str
    states: tuple[str, ...]
    reserved: Decimal
    cost: Decimal
    text: str = field(default="", repr=False)


def meet(
    options: dict[str, Any],
    folder: Path,
    *,
    asynchronous: bool,
    whole: bool,
    clock: Clock | None = None,
    warm: bool = False,
) -> Ended:
    """Submit once with a fresh ledger.

    Args:
        options: the client's.
        folder: where the ledger and the video go.
        asynchronous: which client.
        whole: wait for the video and save it too.
        clock: the client's.
        warm: ask for some job before, so that there is a connection that is kept.
    """
    given = {"ledger": folder / "jobs.sqlite3", "prices": PRICES, **options}
    call = _met_async if asynchronous else _met
    made = call(given, folder, clock or QuickClock(), whole=whole, warm=warm)
    return made if isinstance(made, Ended) else asyncio.run(made)


def _met(given: dict[str, Any], folder: Path, clock: Clock, *, whole: bool, warm: bool) -> Ended:
    with Wan26(**given) as client:
        _set_clock(client, clock)
        error: Exception | None = None
        if warm:
            with suppress(NotFoundError):
                client.videos.get("nothing")
        try:
            job = client.videos.submit(**_ORDER)
            if whole:
                job.wait(timeout=WAIT).save(folder / "video.mp4")
        except Exception as caught:
            error = caught
        return _ended(error, client.ledger.rows(), whole=whole)


async def _met_async(
    given: dict[str, Any], folder: Path, clock: Clock, *, whole: bool, warm: bool
) -> Ended:
    async with AsyncWan26(**given) as client:
        _set_clock(client, clock)
        error: Exception | None = None
        if warm:
            with suppress(NotFoundError):
                await client.videos.get("nothing")
        try:
            job = await client.videos.submit(**_ORDER)
            if whole:
                video = await job.wait(timeout=WAIT)
                await video.save(folder / "video.mp4")
        except Exception as caught:
            error = caught
        return _ended(error, await client.ledger.rows(), whole=whole)


def _set_clock(client: Wan26 | AsyncWan26, clock: Clock) -> None:
    client._session.clock = client._driver.clock = clock


def _ended(error: Exception | None, rows: Sequence[Any], *, whole: bool) -> Ended:
    return Ended(
        outcome=("a video" if whole else "a job") if error is None else _named(error),
        billed="yes" if error is None else str(getattr(error, "billed", "not told")),
        states=tuple(str(row.state) for row in rows),
        reserved=sum((row.reserved or Decimal(0) for row in rows), Decimal(0)),
        cost=sum((row.cost or Decimal(0) for row in rows), Decimal(0)),
        text="" if error is None else str(error),
    )


def _named(error: Exception) -> str:
    """The class; where a vendor's code and an outcome were put together, the names of both."""
    kinds = getattr(type(error), "_composed_of", (type(error),))
    name = "/".join(kind.__name__ for kind in kinds)
    return name if isinstance(error, APIError) else f"{name} (not ours)"
