"""The ledger's file: a ledger that cannot be written stops the submit before it is sent."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from specloom.targets.client.runtime import store
from specloom.targets.client.runtime.errors import LedgerError
from specloom.targets.client.runtime.owners import Owner, is_alive, is_held
from specloom.targets.client.runtime.store import Store

from .desks import KEY, ROUTE, Desk, desk, server, told
from .loopback import FakeClock, Loopback, answer
from .videos_api import VideosClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["desk", "server"]  # fixtures


def refused(desk: Desk, server: Loopback, **settings: Any) -> LedgerError:
    """The error of a submit that the ledger stops before anything is sent."""
    before = desk.path.read_bytes() if desk.path.is_file() else None
    with pytest.raises(LedgerError) as caught:
        desk(desk.open(**settings).videos.submit(prompt="x"))
    error = caught.value
    assert (error.billed, bool(error.hint)) == ("no", True)
    assert server.connections == 0
    assert (desk.path.read_bytes() if desk.path.is_file() else None) == before
    return error


# What cannot be written


def test_a_missing_folder(desk: Desk, server: Loopback, tmp_path: Path) -> None:
    error = refused(desk, server, ledger=tmp_path / "no" / "jobs.sqlite3")
    assert "see that its folder is there" in error.hint
    assert str(tmp_path / "no") in str(error)


def test_a_folder_in_its_place(desk: Desk, server: Loopback, tmp_path: Path) -> None:
    refused(desk, server, ledger=tmp_path)


@pytest.mark.parametrize("content", [b"this is no database, but a shopping list", b"\0" * 5000])
def test_garbage(desk: Desk, server: Loopback, content: bytes) -> None:
    desk.path.write_bytes(content)
    assert "it was left as it is" in refused(desk, server).hint
    with pytest.raises(LedgerError, match="cannot be read"):
        desk(desk.open().ledger.rows())


def test_a_ledger_that_is_torn(desk: Desk, server: Loopback) -> None:
    client = desk.open()
    Store(desk.path)._open("rwc").close()
    with Store(desk.path).writing() as changed:
        for _ in range(200):
            changed.execute(
                "INSERT INTO states (job, state, moment) VALUES (1, ?, 1)", ("x" * 100,)
            )
    desk(client.close())
    whole = desk.path.read_bytes()
    desk.path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    assert "broken" in refused(desk, server).hint


@pytest.mark.parametrize("mark", ["a table", "an application", "a version"])
def test_a_database_of_something_else(desk: Desk, server: Loopback, mark: str) -> None:
    with closing(sqlite3.connect(desk.path)) as other:
        if mark == "a table":
            other.execute("CREATE TABLE jobs (number INTEGER)")
        else:
            name = {"an application": "application_id", "a version": "user_version"}[mark]
            other.execute(f"PRAGMA {name} = 1")
    error = refused(desk, server)
    assert "a database of something else" in str(error)
    with pytest.raises(LedgerError, match="no ledger"):
        desk(desk.open().ledger.rows())


def test_an_empty_file_becomes_a_ledger(desk: Desk, server: Loopback) -> None:
    desk.path.touch()
    client = desk.open()
    assert desk(client.ledger.rows()) == []
    assert desk(client.videos.submit(prompt="x")).id == "task_1"


def altered(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[sqlite3.Connection], object], mode: str = ""
) -> None:
    opened = Store._open

    def _open(self: Store, asked: str) -> sqlite3.Connection:
        made = opened(self, mode or asked)
        change(made)
        return made

    monkeypatch.setattr(Store, "_open", _open)


def test_a_file_that_may_only_be_read(
    desk: Desk, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk(desk.open().videos.submit(prompt="x"))
    server.connections = 0
    with monkeypatch.context() as patch:
        altered(patch, lambda _: None, "ro")
        assert refused(desk, server).hint == "the file or its folder may not be written"
        assert desk.states(desk.open()) == ["queued"]


def test_a_full_disk(desk: Desk, server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    desk(desk.open().videos.submit(prompt="x"))
    server.connections = 0
    client = desk.open()
    with monkeypatch.context() as patch:
        altered(patch, lambda made: made.execute("PRAGMA max_page_count = 1"))
        with pytest.raises(LedgerError, match="full") as caught:
            desk(client.videos.submit(prompt="x" * 100_000))
    assert (caught.value.hint, caught.value.billed) == ("the disk is full", "no")
    assert server.connections == 0
    assert desk(client.videos.submit(prompt="x" * 100_000)).id == "task_2"


def test_a_file_that_others_write_for_a_long_time(
    desk: Desk, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_PATIENCE", 0.0)
    desk(desk.open().videos.submit(prompt="x"))
    server.connections = 0
    with closing(sqlite3.connect(desk.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="locked") as caught:
            desk(desk.open().videos.submit(prompt="x"))
        other.execute("ROLLBACK")
    assert caught.value.retryable
    assert "another process is writing" in caught.value.hint
    assert server.connections == 0


def test_an_owner_that_cannot_be_made(
    desk: Desk, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise PermissionError("no")

    desk.path.touch()
    monkeypatch.setattr(store, "Owner", fail)
    assert refused(desk, server).hint == "nothing was sent"
    assert desk.states(desk.open()) == []


# Versions


def test_a_newer_version_upgrades_and_an_older_client_leaves_it_alone(
    desk: Desk, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk(desk.open().videos.submit(prompt="x", key="order-1"))
    newer = (*store._VERSIONS, "ALTER TABLE jobs ADD COLUMN rating INTEGER; ")
    with monkeypatch.context() as patch:
        patch.setattr(store, "_VERSIONS", newer)
        (row,) = desk(desk.open().ledger.rows())
        assert (row.job_id, row.key) == ("task_1", "order-1")
        assert desk(desk.open().videos.submit(prompt="x", key="order-1")).id == "task_1"
        with closing(sqlite3.connect(desk.path)) as found:
            assert found.execute("SELECT rating FROM jobs").fetchall() == [(None,)]
            assert found.execute("PRAGMA user_version").fetchone() == (len(newer),)
    server.connections = 0
    assert "written by a newer client" in str(refused(desk, server))
    with pytest.raises(LedgerError, match="newer"):
        desk(desk.open().ledger.rows())


def test_an_upgrade_that_fails_changes_nothing(
    desk: Desk, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk(desk.open().videos.submit(prompt="x"))
    server.connections = 0
    broken = "ALTER TABLE jobs ADD COLUMN rating INTEGER; ALTER TABLE none ADD COLUMN x"
    with monkeypatch.context() as patch:
        patch.setattr(store, "_VERSIONS", (*store._VERSIONS, broken))
        refused(desk, server)
    assert desk.states(desk.open()) == ["queued"]


# Owners


def test_an_owner_is_held_until_it_leaves_or_dies(tmp_path: Path) -> None:
    ledger = tmp_path / "jobs[1]*.sqlite3"
    for end in ("leave", "die"):
        mark = Owner(ledger)
        assert is_held(ledger, mark.name)
        assert is_alive(ledger, mark.name)
        if end == "leave":
            mark.leave()
        else:
            mark._lock.close()
            assert not is_held(ledger, mark.name)
            assert [path.name for path in tmp_path.iterdir()] == [mark._path.name]
        assert not is_alive(ledger, mark.name)
        assert list(tmp_path.iterdir()) == []


def test_the_marks_of_the_dead_are_swept_and_no_others(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("jobs[1]", "jobs1")]
    dead, other = Owner(paths[0]), Owner(paths[1])
    dead._lock.close()
    other._lock.close()
    made = Store(paths[0])
    with made.writing():
        name = made.own()
        assert made.own() == name
    marks = {path.name for path in tmp_path.glob("*-owner-*")}
    assert marks == {f"jobs[1]-owner-{name}", f"jobs1-owner-{other.name}"}
    made.leave()
    made.leave()
    assert made.owner is None
    assert "jobs[1]" in repr(made)


def test_a_mark_that_cannot_be_removed_stays_and_harms_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = Owner(tmp_path / "jobs")
    mark._lock.close()

    def fail(_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr("pathlib.Path.unlink", fail)
    assert not is_alive(tmp_path / "jobs", mark.name)


def test_a_client_that_never_wrote_leaves_no_trace(desk: Desk, tmp_path: Path) -> None:
    desk(desk.open().close())
    assert list(tmp_path.iterdir()) == []


# Threads and processes


def test_threads_of_one_client_submit_side_by_side(server: Loopback, tmp_path: Path) -> None:
    with client_at(server, tmp_path) as client:
        barrier = threading.Barrier(8)

        def submit(index: int) -> None:
            barrier.wait()
            client.videos.submit(prompt=f"{index}", key=f"{index}")

        threads = [threading.Thread(target=submit, args=(index,)) for index in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rows = client.ledger.rows()
    assert {row.job_id for row in rows} == {f"task_{index}" for index in range(1, 9)}
    assert {row.key for row in rows} == {str(index) for index in range(8)}
    assert {row.state for row in rows} == {"queued"}
    assert (len(rows), server.submits) == (8, 8)


@contextmanager
def client_at(server: Loopback, folder: Path) -> Iterator[VideosClient]:
    given: dict[str, Any] = {"base_url": server.url, "ledger": folder / "jobs.sqlite3"}
    with VideosClient(api_key=KEY, clock=FakeClock(), **given) as client:
        yield client


def test_a_forked_child_has_a_mark_of_its_own(server: Loopback, tmp_path: Path) -> None:
    with client_at(server, tmp_path) as client:
        client.videos.submit(prompt="x", key="order-1")
        books = client._session.books
        assert books is not None
        mine = books.store.owner
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            told = "failed"
            try:
                assert books.store.owner is None
                assert books.claim(["videos.submit"], unsaved=True) == []
                told = str(books.store.owner)
                books.leave()
            finally:
                os.write(writing, told.encode())
                os._exit(0)
        os.waitpid(child, 0)
        os.close(writing)
        with os.fdopen(reading) as said:
            theirs = said.read()
        assert len(theirs) == 32
        assert theirs != mine == books.store.owner
        assert [row.held for row in client.ledger.rows()] == [True]


def elsewhere(url: str, path: str, key: str, told: Any) -> None:
    """What another process does: it submits, and is killed."""
    client = VideosClient(api_key=KEY, base_url=url, ledger=path)
    job = client.videos.submit(prompt="x", key=key)
    told.put((job.id, [row.job_id for row in client.ledger.rows()]))
    told.close()
    told.join_thread()
    os._exit(9)


def test_another_process_gets_the_same_job_and_loses_its_rows_when_it_dies(
    server: Loopback, tmp_path: Path
) -> None:
    spawned = multiprocessing.get_context("spawn")
    with client_at(server, tmp_path) as client:
        client.videos.submit(prompt="x", key="order-1")
        heard = spawned.Queue()
        for key in ("order-1", "order-2"):
            path = str(tmp_path / "jobs.sqlite3")
            process = spawned.Process(target=elsewhere, args=(server.url, path, key, heard))
            process.start()
            process.join()
        assert heard.get() == ("task_1", ["task_1"])
        assert heard.get() == ("task_2", ["task_1", "task_2"])
        assert [row.held for row in client.ledger.rows()] == [True, False]
        assert "task_2" in [job.id for job in client.ledger.resume_all()]
    assert server.submits == 2


def test_a_ledger_may_have_any_name(server: Loopback, tmp_path: Path) -> None:
    path = tmp_path / "jobs #1?mode=memory%20é.sqlite3"
    with VideosClient(api_key=KEY, base_url=server.url, ledger=path) as client:
        server[ROUTE] = told("task_1", "in_queue")
        client.videos.submit(prompt="x")
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_ledger_that_is_replaced_meanwhile_gets_no_id_of_another_row(
    desk: Desk, server: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    other = desk.path.with_name("other.sqlite3")
    stranger = desk.open(ledger=other)
    desk(stranger.videos.submit(prompt="another"))
    client = desk.open()

    def replaced(_: Any) -> bytes:
        other.replace(desk.path)
        return answer(200, {"id": "task_9", "status": "in_queue"})

    server[ROUTE] = replaced
    assert desk(client.videos.submit(prompt="x", key="order-1")).id == "task_9"
    assert "was removed, replaced or changed" in caplog.text
    rows = [(row.key, row.job_id) for row in desk(client.ledger.rows())]
    assert rows == [(None, "task_1"), ("order-1", "task_9")]
    assert desk(client.videos.submit(prompt="x", key="order-1")).id == "task_9"
    assert server.submits == 2
