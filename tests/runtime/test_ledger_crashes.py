"""Processes that die by SIGKILL at each step of a job's life; who holds what while they live."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self

import pytest

from specloom.targets.client.runtime import books, heads, owners, parts, postings
from specloom.targets.client.runtime.errors import LedgerConflictError, SubmitUncertainError

from .loopback import FakeClock, Loopback, answer
from .videos_api import AsyncVideosClient, VideosClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .loopback import Received

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="SIGKILL, fork and pidfd")

ROOT = Path(__file__).parents[2]
POST, POLL, FILE = "POST /v1/videos", "GET /v1/videos/task_1", "GET /file.mp4"
TAKEN = answer(200, {"id": "task_1", "status": "in_queue"})


def box(kind: bytes, content: bytes = b"") -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


FILM = box(b"ftyp", b"isom") + box(b"moov") + box(b"mdat", bytes(1000))


# The program that dies: `python -m tests.runtime.test_ledger_crashes WHAT KIND URL LEDGER`.


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def death(owner: Any, name: str, when: Callable[..., bool], *, before: bool) -> None:
    known = getattr(owner, name)

    def dying(*given: Any, **named: Any) -> Any:
        if before and when(*given):
            die()
        value = known(*given, **named)
        if when(*given):
            die()
        return value

    setattr(owner, name, dying)


def always(*_: Any) -> bool:
    return True


def comes_into(state: str) -> Callable[..., bool]:
    return lambda *given: bool(given[2] == state)


def is_done(*given: Any) -> bool:
    return bool(given[3].state == "succeeded")


def is_whole(*given: Any) -> bool:
    return given[3].sha256 is not None


def half_a_post() -> None:
    known = heads.Outgoing.parts

    def parts(self: heads.Outgoing) -> Iterator[memoryview]:
        whole = b"".join(known(self))
        is_post = self.method == "POST"
        yield memoryview(whole[: whole.index(b"\r\n\r\n") + 4] if is_post else whole)
        if is_post:
            die()

    heads.Outgoing.parts = parts  # type: ignore[method-assign]


def half_a_file() -> None:
    def write(self: parts.PartFile, data: bytes) -> None:
        if self.file is not None:
            self.file.write(data[: len(data) // 2])
            self.file.flush()
        die()

    parts.PartFile.write = write  # type: ignore[method-assign]


STEPS: dict[str, tuple[Any, ...]] = {
    "before the intent": (books.Books, "begin", always, True),
    "intent not committed": (postings, "note_state", comes_into("submitting"), False),
    "after the intent": (books.Books, "begin", always, False),
    "half of the POST": (),
    "before the id": (books.Books, "learn", always, True),
    "id not committed": (postings, "note_state", comes_into("queued"), False),
    "after the id": (books.Books, "learn", always, False),
    "between polls": (FakeClock, "sleep", always, True),
    "before done": (books.Books, "find", is_done, True),
    "after done": (books.Books, "find", is_done, False),
    "half of the file": (),
    "whole, not renamed": (parts.PartFile, "finish", always, False),
    "renamed, not synced": (parts, "_sync_folder", always, True),
    "renamed, not noted": (books.Books, "note_file", is_whole, True),
    "after the file": (books.Books, "note_file", is_whole, False),
    "while closing": (owners, "_remove", always, True),
}
NOTHING_SENT = {"before the intent", "intent not committed"}
AWAITED = ("after the intent", "before the id", "after the id", "between polls", "half of the file")
DOUBTED = {"after the intent", "half of the POST", "before the id", "id not committed"}


def settings(url: str, ledger: Path) -> dict[str, Any]:
    return {"api_key": "sandbox", "base_url": url, "ledger": ledger, "clock": FakeClock()}


def main(what: str, kind: str, url: str, ledger: Path) -> None:
    """Be the process that dies, that holds a row, or that wants a key."""
    if what in STEPS:
        if STEPS[what]:
            owner, name, when, before = STEPS[what]
            death(owner, name, when, before=before)
        else:
            half_a_post() if what == "half of the POST" else half_a_file()
        asyncio.run(live_async(url, ledger)) if kind == "async" else live(url, ledger)
    else:
        {"hold": hold, "fork": fork, "race": race}[what](url, ledger)


def live(url: str, ledger: Path) -> None:
    with VideosClient(**settings(url, ledger)) as client:
        client.videos.submit(prompt="x", key="one").wait().save(ledger.with_name("film.mp4"))


async def live_async(url: str, ledger: Path) -> None:
    async with AsyncVideosClient(**settings(url, ledger)) as client:
        job = await client.videos.submit(prompt="x", key="one")
        await (await job.wait()).save(ledger.with_name("film.mp4"))


def say(*words: object) -> None:
    sys.stdout.write(f"{' '.join(map(str, words))}\n")
    sys.stdout.flush()


def hold(url: str, ledger: Path) -> None:
    client = VideosClient(**settings(url, ledger))
    say(client.videos.submit(prompt="x", key="one").id)
    sys.stdin.readline()


def fork(url: str, ledger: Path) -> None:
    client = VideosClient(**settings(url, ledger))
    client.videos.submit(prompt="x", key="parent")
    child = os.fork()
    if child == 0:
        client.videos.submit(prompt="x", key="child")
        say("child", os.getpid())
    sys.stdin.readline()


def race(url: str, ledger: Path) -> None:
    client = VideosClient(**settings(url, ledger))
    say("ready")
    sys.stdin.readline()
    try:
        say(client.videos.submit(prompt="x", key="one").id)
    except LedgerConflictError as error:
        say("refused", error.retryable)


# The tests.


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        link = {"url": f"{made.url}/file.mp4"}
        done = {"id": "task_1", "status": "done", "output": [link], "usage": {"cost": "0.5"}}
        made[POST], made[POLL] = TAKEN, answer(200, done)
        made[FILE] = answer(200, FILM, content_type="video/mp4", etag='"1"')
        yield made


@pytest.fixture
def released(server: Loopback) -> Iterator[threading.Event]:
    """When this is set, submits are answered; at last when the test has ended."""
    event = threading.Event()

    def stalled(_: Received) -> bytes:
        event.wait()
        return TAKEN

    server[POST] = stalled
    yield event
    event.set()


class Process:
    """A process of this file's program, and what it says."""

    def __init__(self, what: str, url: str, ledger: Path, kind: str = "sync") -> None:
        command = [sys.executable, "-m", "tests.runtime.test_ledger_crashes"]
        self._made = subprocess.Popen(
            [*command, what, kind, url, str(ledger)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._made.kill()
        self._made.communicate()

    def says(self) -> str:
        assert self._made.stdout is not None
        return self._made.stdout.readline().strip()

    def told(self) -> None:
        assert self._made.stdin is not None
        self._made.stdin.write("\n")
        self._made.stdin.flush()

    def fileno(self) -> int:
        assert self._made.stdout is not None
        return self._made.stdout.fileno()

    def ended(self) -> int:
        return self._made.wait()

    def killed(self) -> None:
        self._made.kill()
        self._made.wait()


@pytest.mark.parametrize(
    ("step", "kind"),
    [*((step, "sync") for step in STEPS), *((step, "async") for step in AWAITED)],
)
def test_no_job_is_paid_twice_or_lost_wherever_a_process_dies(
    step: str, kind: str, server: Loopback, tmp_path: Path
) -> None:
    ledger, film = tmp_path / "jobs.sqlite3", tmp_path / "film.mp4"
    with Process(step, server.url, ledger, kind) as process:
        assert process.ended() == -signal.SIGKILL
    was_sent = server.submits
    with VideosClient(**settings(server.url, ledger)) as client:
        if step in DOUBTED:
            (row,) = client.ledger.rows()
            assert row.state == "uncertain"
            with pytest.raises(SubmitUncertainError):
                client.videos.submit(prompt="x", key="one")
            assert server.submits == was_sent
            job = client.ledger.adopt(row, "task_1")
        elif step == "before the intent":
            assert client.ledger.rows() == []
            job = client.videos.submit(prompt="x", key="one")
        else:
            resumed = client.ledger.resume_all()
            assert len(resumed) == (step not in (*NOTHING_SENT, "after the file", "while closing"))
            job = client.videos.submit(prompt="x", key="one")
        job.wait().save(film, overwrite=True)
        (row,) = client.ledger.rows()
    assert server.submits == max(was_sent, step in NOTHING_SENT)
    assert was_sent == (step not in {*NOTHING_SENT, "after the intent", "half of the POST"})
    assert (row.job_id, row.state, row.file) == ("task_1", "succeeded", film)
    assert film.read_bytes() == FILM
    left = {path.name for path in tmp_path.iterdir()}
    assert not [name for name in left if name.endswith(".part") or "-owner-" in name]


def test_a_row_is_held_until_its_process_is_dead(server: Loopback, tmp_path: Path) -> None:
    ledger = tmp_path / "jobs.sqlite3"
    with (
        Process("hold", server.url, ledger) as process,
        VideosClient(**settings(server.url, ledger)) as client,
    ):
        assert process.says() == "task_1"
        assert client.ledger.resume_all() == []
        assert [row.held for row in client.ledger.rows()] == [True]
        process.killed()
        assert [row.held for row in client.ledger.rows()] == [False]
        assert [job.id for job in client.ledger.resume_all()] == ["task_1"]
        assert client.ledger.rows()[0].held


def test_a_submit_is_on_its_way_until_its_process_is_dead(
    server: Loopback, released: threading.Event, tmp_path: Path
) -> None:
    ledger = tmp_path / "jobs.sqlite3"
    arrived = threading.Event()

    def stalled(_: Received) -> bytes:
        arrived.set()
        released.wait()
        return TAKEN

    server[POST] = stalled
    with (
        Process("hold", server.url, ledger) as process,
        VideosClient(**settings(server.url, ledger)) as client,
    ):
        assert arrived.wait(60), "it never came to its POST"
        assert [row.state for row in client.ledger.rows()] == ["submitting"]
        with pytest.raises(LedgerConflictError) as caught:
            client.videos.submit(prompt="x", key="one")
        assert caught.value.retryable
        with pytest.raises(LedgerConflictError):
            client.ledger.release(1)
        process.killed()
        assert [row.state for row in client.ledger.rows()] == ["uncertain"]
        with pytest.raises(SubmitUncertainError):
            client.videos.submit(prompt="x", key="one")
        released.set()
    assert server.submits == 1


def test_a_forked_child_holds_its_own_rows_and_none_of_its_parent(
    server: Loopback, tmp_path: Path
) -> None:
    ledger = tmp_path / "jobs.sqlite3"
    server[POST] = [TAKEN, answer(200, {"id": "task_2", "status": "in_queue"})]
    with (
        Process("fork", server.url, ledger) as parent,
        VideosClient(**settings(server.url, ledger)) as client,
    ):
        child = int(parent.says().removeprefix("child "))
        watched = os.pidfd_open(child)
        try:
            assert client.ledger.resume_all() == []
            parent.killed()
            assert [job.id for job in client.ledger.resume_all()] == ["task_1"]
            assert [row.held for row in client.ledger.rows()] == [True, True]
        finally:
            signal.pidfd_send_signal(watched, signal.SIGKILL)
            select.select([watched], [], [])
            os.close(watched)
        assert sorted(job.id for job in client.ledger.resume_all()) == ["task_1", "task_2"]


def test_of_two_processes_with_one_key_one_submits(
    server: Loopback, released: threading.Event, tmp_path: Path
) -> None:
    ledger = tmp_path / "jobs.sqlite3"
    with (
        Process("race", server.url, ledger) as one,
        Process("race", server.url, ledger) as other,
    ):
        assert one.says() == other.says() == "ready"
        one.told()
        other.told()
        (second, *_), _, _ = select.select([one, other], [], [])
        assert second.says() == "refused True"
        released.set()
        assert (other if second is one else one).says() == "task_1"
    assert server.submits == 1


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]))
