"""Whose turn it is, and which rows a client can take up at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import LedgerConflictError
from specloom.targets.client.runtime.operations import Limits

from .desks import Desk, desk, server
from .loopback import FakeClock
from .videos_api import API

if TYPE_CHECKING:
    from .loopback import Loopback

__all__ = ["desk", "server"]  # fixtures


def test_who_waits_for_a_turn_is_not_written_down_yet(desk: Desk, server: Loopback) -> None:
    client = desk.open(api=replace(API, limits=Limits(submits_per_second=0.1)))
    desk(client.videos.submit(prompt="x"))
    written: list[int] = []

    class Looking(FakeClock):
        def sleep(self, seconds: float) -> None:
            with closing(sqlite3.connect(desk.path)) as looked:
                written.append(looked.execute("SELECT count(*) FROM jobs").fetchone()[0])
            super().sleep(seconds)

    desk.clock.__class__ = Looking
    desk(client.videos.submit(prompt="y"))
    assert written == [1]
    assert server.submits == 2


def test_a_key_that_stands_for_a_job_waits_for_no_turn(desk: Desk, server: Loopback) -> None:
    client = desk.open(api=replace(API, limits=Limits(submits_per_second=0.1)))
    for _ in range(3):
        desk(client.videos.submit(prompt="x", key="order-1"))
    assert desk.clock.slept == []
    assert server.submits == 1


def test_what_is_added_to_the_query_belongs_to_the_request(desk: Desk, server: Loopback) -> None:
    client = desk.open()
    given: dict[str, Any] = {"prompt": "x", "key": "order-1"}
    desk(client.videos.submit(**given, extra_query={"quality": "high"}))
    desk(client.videos.submit(**given, extra_query={"quality": "high"}))
    with pytest.raises(LedgerConflictError):
        desk(client.videos.submit(**given, extra_query={"quality": "low"}))
    assert server.submits == 1
    (row,) = desk(client.ledger.rows())
    assert row.parameters == {"extra_query": {"quality": "high"}}


def test_jobs_of_an_operation_that_is_gone_stay_where_they_are(desk: Desk) -> None:
    first = desk.open()
    desk(first.videos.submit(prompt="x"))
    desk(first.close())
    kinds = tuple(replace(kind, name="videos.remix") for kind in API.jobs)
    other = desk.open(api=replace(API, jobs=kinds))
    assert desk(other.ledger.resume_all()) == []
    assert [row.held for row in desk(other.ledger.rows())] == [False]
