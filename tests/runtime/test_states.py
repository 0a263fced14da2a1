"""`hooks.on_state`: each state is told once, with the job's handle."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from specloom.targets.client.runtime.hooks import Hooks

from .desks import Desk, desk, server, told
from .loopback import Loopback, answer

if TYPE_CHECKING:
    from specloom.targets.client.runtime.records import Update

__all__ = ["desk", "server"]  # fixtures
POLLED = "GET /v1/videos/task_1"


def telling(desk: Desk, tell: Any, **settings: Any) -> Any:
    async def atell(update: Update) -> None:
        tell(update)

    hook = tell if desk.kind == "sync" else atell
    return desk.open(hooks=Hooks(on_state=hook), **settings)


@pytest.mark.parametrize("ledger", [True, False])
def test_each_state_is_told_once(desk: Desk, server: Loopback, ledger: bool) -> None:
    updates: list[Update] = []
    settings = {} if ledger else {"ledger": None}
    client = telling(desk, updates.append, **settings)
    server[POLLED] = [
        told("task_1", "in_queue"),
        told("task_1", "processing"),
        answer(500, {}),
        told("task_1", "processing", usage={"cost": "0.1"}),
        answer(200, {"note": "an answer without a status"}),
        told("task_1", "done", output=[{"url": "/a.mp4"}]),
    ]
    job = desk(client.videos.submit(prompt="x"))
    desk(job.wait())
    desk(job.refresh())
    assert [update.state for update in updates] == ["queued", "running", "succeeded"]
    assert [update.status for update in updates] == ["in_queue", "processing", "done"]
    assert all(update.job is job for update in updates)
    assert updates[0].elapsed == 0 < updates[2].elapsed
    assert server.submits == 1


def test_a_resumed_job_is_told_when_it_is_known(desk: Desk, server: Loopback) -> None:
    desk(desk.open().videos.submit(prompt="x", key="order-1"))
    updates: list[Update] = []
    client = telling(desk, updates.append)
    server[POLLED] = [answer(404, {}), told("task_1", "processing")]
    job = desk(client.videos.submit(prompt="x", key="order-1"))
    assert updates == []
    for _ in range(3):
        desk(job.refresh())
    assert [update.state for update in updates] == ["missing", "running"]
    assert all(update.job is job for update in updates)


def test_what_it_raises_after_a_submit_tells_how_to_resume(desk: Desk, server: Loopback) -> None:
    def fail(_: Update) -> None:
        raise ValueError("mine")

    client = telling(desk, fail)
    with pytest.raises(ValueError, match="mine") as caught:
        desk(client.videos.submit(prompt="x"))
    assert 'client.jobs.resume("videos.submit~task_1")' in "\n".join(caught.value.__notes__)
    assert [row.job_id for row in desk(client.ledger.rows())] == ["task_1"]


def test_the_row_is_written_before_the_state_is_told(
    desk: Desk, server: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[list[str]] = []
    other = Desk("sync", desk.path.parent, server.url).open()

    def look(_: Update) -> None:
        seen.append([row.state for row in other.ledger.rows()])

    client = telling(desk, look)
    server[POLLED] = told("task_1", "processing")
    with caplog.at_level(logging.ERROR):
        desk(desk(client.videos.submit(prompt="x")).refresh())
    assert seen == [["queued"], ["running"]]
    assert not caplog.records
