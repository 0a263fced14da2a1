"""Ctrl-C, cancellation and a disk that fails at each step of a submit leave the row right."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from contextlib import contextmanager, suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest

from specloom.targets.client.runtime.effects import Send
from specloom.targets.client.runtime.errors import (
    APIStatusError,
    BadRequestError,
    LedgerError,
    SubmitUncertainError,
)
from specloom.targets.client.runtime.store import Store

from .desks import KEY, ROUTE, Desk, desk, server, told
from .loopback import DROP, FakeClock, Loopback, answer
from .videos_api import AsyncVideosClient, VideosClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specloom.targets.client.runtime.rows import LedgerRow

__all__ = ["desk", "server"]  # fixtures
POLLED = "GET /v1/videos/task_1"


class Interruption:
    """Interrupts a client at the n-th effect, before it is carried out or behind it."""

    def __init__(self, client: Any, kind: str, at: int, *, behind: bool) -> None:
        self.at, self.behind, self.seen = at, behind, 0
        self.sent = False  # whether a byte may have left
        self.happened = False
        self._perform = client._driver._perform
        self._stop = {"sync": KeyboardInterrupt, "async": asyncio.CancelledError}[kind]
        client._driver._perform = {"sync": self.perform, "async": self.aperform}[kind]

    def _check(self, *, behind: bool) -> None:
        if behind is self.behind and self.seen == self.at:
            self.happened = True
            raise self._stop

    def perform(self, effect: Any, run: Any) -> Any:
        self._before()
        outcome = self._perform(effect, run)
        self._behind(effect)
        return outcome

    async def aperform(self, effect: Any, run: Any) -> Any:
        self._before()
        outcome = await self._perform(effect, run)
        self._behind(effect)
        return outcome

    def _before(self) -> None:
        self.seen += 1
        self._check(behind=False)

    def _behind(self, effect: Any) -> None:
        self.sent = self.sent or isinstance(effect, Send)
        self._check(behind=True)


STOPS = (KeyboardInterrupt, asyncio.CancelledError)


def check(row: LedgerRow, cut: Interruption, server: Loopback, status: int) -> None:
    """What a row must say after an interruption."""
    if row.state == "queued":
        assert status == 200
        assert row.job_id == "task_1"
        assert [change.state for change in row.history] == ["submitting", "queued"]
    elif row.state == "uncertain":
        assert cut.sent
        assert row.at_risk
    else:
        assert row.state == "rejected"
        assert not row.at_risk
        assert not cut.sent or status == 400
    assert server.submits == int(cut.sent)


@pytest.mark.parametrize(
    ("status", "behind"),
    [(200, False), (200, True), (400, False), (400, True)],
)
def test_an_interruption_at_any_effect_leaves_the_row_right(
    desk: Desk, server: Loopback, status: int, behind: bool
) -> None:
    states: list[str] = []
    for at in range(1, 60):
        desk.path = desk.path.with_name(f"{at}.sqlite3")
        server[ROUTE] = answer(status, {"id": "task_1", "status": "in_queue"})
        server.received.clear()
        client = desk.open()
        cut = Interruption(client, desk.kind, at, behind=behind)
        with suppress(*STOPS, BadRequestError):
            desk(client.videos.submit(prompt="x", key="order-1"))
        cut.at = 0
        if not cut.happened:
            break
        rows = desk(client.ledger.rows())
        for row in rows:
            check(row, cut, server, status)
        states.append(rows[0].state if rows else "none")
    ends = ["none", "rejected", "uncertain", "queued" if status == 200 else "rejected"]
    if status == 400 and not behind:
        ends = ["none", "rejected"]  # its status was read with the head: there is no doubt
    assert [state for state, _ in groupby(states)] == ends


@pytest.mark.parametrize("written", [True, False])
def test_ctrl_c_while_the_intent_is_written_sends_nothing(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: bool
) -> None:
    given: dict[str, Any] = {"base_url": server.url, "ledger": tmp_path / "jobs.sqlite3"}
    writing = Store.writing

    @contextmanager
    def stop(self: Store) -> Iterator[Any]:
        monkeypatch.undo()
        with writing(self) as changed:
            yield changed
            if not written:
                raise KeyboardInterrupt
        raise KeyboardInterrupt  # as it comes when COMMIT has ended

    with VideosClient(api_key=KEY, clock=FakeClock(), **given) as client:
        monkeypatch.setattr(Store, "writing", stop)
        with pytest.raises(KeyboardInterrupt):
            client.videos.submit(prompt="x", key="order-1")
        assert server.connections == 0
        rows = [(row.state, row.at_risk) for row in client.ledger.rows()]
        assert rows == ([("rejected", False)] if written else [])
        assert client.videos.submit(prompt="y", key="order-1").id == "task_1"


def test_ctrl_c_while_the_server_works_leaves_the_row_uncertain(
    server: Loopback, tmp_path: Path
) -> None:
    gate = threading.Event()

    def stop(_: Any) -> bytes:
        os.kill(os.getpid(), signal.SIGINT)
        gate.wait()
        return DROP

    server[ROUTE] = stop
    given: dict[str, Any] = {"base_url": server.url, "ledger": tmp_path / "jobs.sqlite3"}
    with VideosClient(api_key=KEY, clock=FakeClock(), **given) as client:
        with pytest.raises(KeyboardInterrupt):
            client.videos.submit(prompt="x", key="order-1")
        gate.set()
        (row,) = client.ledger.rows()
        assert (row.state, row.error) == ("uncertain", "KeyboardInterrupt: ")
        with pytest.raises(SubmitUncertainError):
            client.videos.submit(prompt="x", key="order-1")
    assert server.submits == 1


def test_cancellation_while_the_server_works_leaves_the_row_uncertain(
    server: Loopback, tmp_path: Path
) -> None:
    gate, arrived = threading.Event(), threading.Event()

    def hold(_: Any) -> bytes:
        arrived.set()
        gate.wait()
        return DROP

    server[ROUTE] = hold
    given: dict[str, Any] = {"base_url": server.url, "ledger": tmp_path / "jobs.sqlite3"}

    async def run() -> list[str]:
        async with AsyncVideosClient(api_key=KEY, clock=FakeClock(), **given) as client:
            task = asyncio.create_task(client.videos.submit(prompt="x", key="order-1"))
            await asyncio.to_thread(arrived.wait)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            return [row.state for row in await client.ledger.rows()]

    try:
        assert asyncio.run(run()) == ["uncertain"]
    finally:
        gate.set()


# A disk that fails when the job is paid for


def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Store) -> Any:
        raise LedgerError("the disk is full")

    monkeypatch.setattr(Store, "writing", full)


def broken_behind_the_post(server: Loopback, patch: pytest.MonkeyPatch, reply: bytes) -> None:
    def fail(_: Any) -> bytes:
        failing(patch)
        return reply

    server[ROUTE] = fail


def test_a_write_that_fails_behind_the_post_loses_no_job(
    desk: Desk, server: Loopback, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    server[POLLED] = told("task_1", "processing")
    client = desk.open()
    with monkeypatch.context() as patch:
        broken_behind_the_post(server, patch, told("task_1", "in_queue"))
        job = desk(client.videos.submit(prompt="x", key="order-1"))
        desk(job.refresh())
        assert (job.id, job.state) == ("task_1", "running")
    lines = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert all("the disk is full" in one.getMessage() for one in lines)
    assert "what was to be written is kept, and tried again" in lines[0].getMessage()
    desk(desk.open().ledger.rows())
    server[ROUTE] = told("task_2", "in_queue")
    desk(client.videos.submit(prompt="y"))  # the next write
    first, _ = desk(client.ledger.rows())
    assert (first.job_id, first.state) == ("task_1", "running")
    assert [change.state for change in first.history] == ["submitting", "queued", "running"]


@pytest.mark.parametrize(
    ("reply", "error", "state"),
    [(answer(400, {}), APIStatusError, "rejected"), (DROP, SubmitUncertainError, "uncertain")],
)
def test_how_a_submit_ended_catches_up_when_the_client_is_closed(
    desk: Desk,
    server: Loopback,
    monkeypatch: pytest.MonkeyPatch,
    reply: bytes,
    error: type[Exception],
    state: str,
) -> None:
    client = desk.open()
    with monkeypatch.context() as patch:
        broken_behind_the_post(server, patch, reply)
        with pytest.raises(error):
            desk(client.videos.submit(prompt="x", key="order-1"))
    desk(client.close())
    assert desk.states(desk.open()) == [state]


def test_a_submit_is_not_begun_before_the_last_is_written_down(
    desk: Desk, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = desk.open()
    with monkeypatch.context() as patch:
        broken_behind_the_post(server, patch, told("task_1", "in_queue"))
        desk(client.videos.submit(prompt="x"))
        with pytest.raises(LedgerError, match="full"):
            desk(client.videos.submit(prompt="y"))
        assert server.submits == 1


def test_closing_with_a_disk_that_fails_says_so_and_closes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = desk.open()
    desk(client.videos.submit(prompt="x"))
    with monkeypatch.context() as patch:
        failing(patch)
        desk(client.close())
    assert "the disk is full" in caplog.text
