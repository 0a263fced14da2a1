"""A desk: sync or async clients on one ledger, called in the same words."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

import pytest

from .loopback import FakeClock, Loopback, answer
from .videos_api import AsyncVideosClient, VideosClient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator
    from pathlib import Path

__all__ = ["KEY", "PRICES", "ROUTE", "Desk", "created", "desk", "server", "told"]

KEY = "sk-0123456789abcdef"
ROUTE = "POST /v1/videos"
PRICES = {"1080P": "0.1"}  # five seconds of it are 0.5


def told(job_id: str, status: str, **members: Any) -> bytes:
    return answer(200, {"id": job_id, "status": status, **members})


def created(server: Loopback) -> Any:
    """Answers each submit with a job of its own: task_1, task_2, ..."""
    count = iter(range(1, 1000))
    return lambda _: told(f"task_{next(count)}", "in_queue")


class Desk:
    """Opens clients on one ledger; `desk(call)` gives what the call comes to."""

    def __init__(self, kind: str, folder: Path, url: str) -> None:
        self.kind, self.url = kind, url
        self.path = folder / "jobs.sqlite3"
        self.clock = FakeClock()
        self._runner = asyncio.Runner()
        self._opened: list[Any] = []

    def open(self, **settings: Any) -> Any:
        """Another client; as in another process, but that it shares the memory."""
        kinds: dict[str, Any] = {"sync": VideosClient, "async": AsyncVideosClient}
        basic = {"api_key": KEY, "base_url": self.url, "clock": self.clock, "ledger": self.path}
        client = kinds[self.kind](**{**basic, **settings})
        self._opened.append(client)
        return client

    def __call__(self, call: Any) -> Any:
        if not inspect.isawaitable(call):
            return call

        async def run(told: Awaitable[Any]) -> Any:
            return await told

        return self._runner.run(run(call))

    def die(self, client: Any) -> None:
        """End a client as a killed process does: its lock is gone, and nothing else was done."""
        client._session.books.store.leave()

    def states(self, client: Any) -> list[str]:
        return [row.state for row in self(client.ledger.rows())]

    def close(self) -> None:
        for client in self._opened:
            self(client.close())
        self._runner.close()

    @property
    def bytes(self) -> bytes:
        """All bytes of all files of the ledger; asked for when no client is writing."""
        there = sorted(self.path.parent.glob(f"{self.path.name}*"))
        return b"".join(path.read_bytes() for path in there if "-owner-" not in path.name)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        made[ROUTE] = created(made)
        yield made


@pytest.fixture(params=["sync", "async"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, server: Loopback) -> Iterator[Desk]:
    made = Desk(request.param, tmp_path, server.url)
    yield made
    made.close()
