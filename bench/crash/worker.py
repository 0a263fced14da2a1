"""The program that is killed, as a data team would write it: it goes on where it was.

`python -m bench.crash.worker FOLDER URL [--orders N] [--threads N] [--awaited]`: a video of each
order; ledger and videos are in the folder. `CRASH_AT` names a step at which it kills itself,
`CRASH_CLOCK` a seed by which its clock jumps.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.crash.clocks import Jumping
from bench.crash.steps import arm
from wan26 import AsyncWan26, Wan26
from wan26.errors import LedgerConflictError, SubmitUncertainError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wan26 import LedgerRow

_PAUSE = 0.1  # seconds until an order is asked for again that another process is submitting
PROMPT = "A kite over the sea"
SETTINGS: dict[str, Any] = {
    "api_key": "sandbox",
    "prices": {"720P": "0.10", "1080P": "0.15"},
    "assumed": {
        "job.poll.interval": 0.05,
        "limits.submits-per-second": 10_000,
        "limits.polls-per-second": 10_000,
    },
}


def main(arguments: list[str] | None = None) -> int:
    """Work until nothing is left to do; the orders left alone stand in `uncertain.txt`."""
    warnings.simplefilter("ignore")  # lengths that are not listed, and play money
    given = _arguments(arguments)
    if "CRASH_AT" in os.environ:
        arm(os.environ["CRASH_AT"])
    if given.awaited:
        asyncio.run(Awaited(given).work())
    else:
        Threaded(given).work()
    return 0


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.crash.worker", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("url")
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--threads", type=int, default=6)
    parser.add_argument("--awaited", action="store_true", help="the async client")
    parser.add_argument("--fault", default="", help="asked of the sandbox with each submit")
    return parser.parse_args(arguments)


class _Orders:
    """What is to be done, and what both kinds of worker know of it."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.settings = {
            **SETTINGS,
            "base_url": given.url,
            "ledger": given.folder / "jobs.sqlite3",
        }

    def path(self, key: str) -> Path:
        return Path(self.given.folder) / "out" / f"{key}.mp4"

    def leave(self, key: str) -> None:
        """Leave an order alone that is uncertain, for a person to look at."""
        with (self.given.folder / "uncertain.txt").open("a", encoding="utf-8") as told:
            told.write(f"{key}\n")

    def left(self, rows: Iterable[LedgerRow]) -> list[str]:
        """The orders of which no file was saved."""
        saved = {row.key for row in rows if row.file is not None and row.file.exists()}
        keys = [f"order-{number}" for number in range(self.given.orders)]
        return [key for key in keys if key not in saved]

    def request(self, key: str) -> dict[str, Any]:
        return {
            "prompt": PROMPT,
            "size": "1280*720",
            "duration": 2,
            "seed": 1,
            "key": key,
            "extra_body": {"metadata": {"order": key}},
            "extra_headers": {"X-Sandbox-Fault": self.given.fault} if self.given.fault else {},
        }

    def jumping(self, client: Wan26 | AsyncWan26) -> None:
        """Let the client's time of day jump, where that is asked for."""
        if "CRASH_CLOCK" in os.environ:
            clock = Jumping(int(os.environ["CRASH_CLOCK"]))
            client._session.clock = client._driver.clock = clock


class Threaded(_Orders):
    """The worker with threads."""

    def work(self) -> None:
        """Do all orders."""
        with Wan26(**self.settings) as client:
            self.jumping(client)
            resumed = client.ledger.resume_all()
            keys = {row.job_id: row.key for row in client.ledger.rows()}
            with ThreadPoolExecutor(self.given.threads) as pool:
                list(pool.map(lambda job: self._collect(job, str(keys[job.id])), resumed))
                left = self.left(client.ledger.rows())
                list(pool.map(lambda key: self._fulfil(client, key), left))

    def _fulfil(self, client: Wan26, key: str) -> None:
        while True:
            try:
                job = client.videos.submit(**self.request(key))
            except SubmitUncertainError:
                self.leave(key)
                return
            except LedgerConflictError as error:
                if not error.retryable:
                    raise
                time.sleep(_PAUSE)
            else:
                self._collect(job, key)
                return

    def _collect(self, job: Any, key: str) -> None:
        job.wait().save(self.path(key), overwrite=True)


class Awaited(_Orders):
    """The worker with asyncio."""

    async def work(self) -> None:
        """Do all orders."""
        self._places = asyncio.Semaphore(self.given.threads)
        async with AsyncWan26(**self.settings) as client:
            self.jumping(client)
            resumed = await client.ledger.resume_all()
            keys = {row.job_id: row.key for row in await client.ledger.rows()}
            async with asyncio.TaskGroup() as group:
                for job in resumed:
                    group.create_task(self._collected(job, str(keys[job.id])))
            async with asyncio.TaskGroup() as group:
                for key in self.left(await client.ledger.rows()):
                    group.create_task(self._fulfil(client, key))

    async def _fulfil(self, client: AsyncWan26, key: str) -> None:
        async with self._places:
            while True:
                try:
                    job = await client.videos.submit(**self.request(key))
                except SubmitUncertainError:
                    self.leave(key)
                    return
                except LedgerConflictError as error:
                    if not error.retryable:
                        raise
                    await asyncio.sleep(_PAUSE)
                else:
                    await self._collect(job, key)
                    return

    async def _collected(self, job: Any, key: str) -> None:
        async with self._places:
            await self._collect(job, key)

    async def _collect(self, job: Any, key: str) -> None:
        await (await job.wait()).save(self.path(key), overwrite=True)


if __name__ == "__main__":
    sys.exit(main())
