"""The checks of bench/crash can fail: each broken promise is named, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bench.crash.evidence import Evidence, File, Job, Row, is_whole_mp4
from bench.crash.judging import Figures, judge
from bench.crash.tables import kill_table, wrong_lines
from bench.crash.tracing import Call, check_order, read_calls

FOLDER = Path("/out")


def job(number: int, order: str = "", charged: str | None = "0.20") -> Job:
    amount = None if charged is None else Decimal(charged)
    return Job(id=f"job-{number}", order=order or f"order-{number}", charged=amount)


def row(number: int, **changed: Any) -> Row:
    known = Row(
        number=number,
        key=f"order-{number}",
        state="succeeded",
        job_id=f"job-{number}",
        cost=Decimal("0.20"),
        reserved=Decimal(0),
        path=FOLDER / f"order-{number}.mp4",
        sha256=f"hash-{number}",
    )
    return replace(known, **changed)


def unsure(number: int, **changed: Any) -> Row:
    told = {"job_id": None, "cost": None, "reserved": Decimal("0.20"), "path": None, "sha256": None}
    return row(number, **{**told, "state": "submitting", **changed})


def file(number: int, sha256: str = "", *, is_whole: bool = True) -> File:
    path = FOLDER / f"order-{number}.mp4"
    return File(path=path, sha256=sha256 or f"hash-{number}", is_whole=is_whole)


def seen(
    jobs: list[Job], rows: list[Row], files: list[File], *, allowed: int = 0, orders: int = 0
) -> Evidence:
    return Evidence(
        before=tuple(jobs),
        rows=tuple(rows),
        files=tuple(files),
        after=tuple(jobs),
        allowed=allowed,
        finished=bool(orders),
        orders=frozenset(f"order-{number}" for number in range(1, orders + 1)),
    )


def test_nothing_is_said_of_what_is_right() -> None:
    jobs, rows = [job(1), job(2)], [row(1), unsure(2), unsure(3, state="uncertain")]
    assert judge(seen(jobs, rows, [file(1)], allowed=2, orders=3)) == []


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            seen(
                [job(1), job(2, "order-1", None)],
                [row(1), row(2, key="x", cost=None)],
                [file(1), file(2)],
            ),
            "order-1 was paid twice: job-1, job-2",
        ),
        (seen([job(1)], [row(1), row(2, job_id="job-1", cost=None)], [file(1), file(2)]), "2 rows"),
        (
            seen([job(1), job(2, charged=None)], [row(1)], [file(1)]),
            "job-2 of order-2 is lost: no row has it",
        ),
        (
            seen([job(1, charged=None)], [unsure(1, state="released", reserved=Decimal(0))], []),
            "job-1 of order-1 is lost",
        ),
        (seen([], [row(1, cost=None)], [file(1)]), "which the sandbox never created"),
        (seen([], [unsure(1), unsure(2)], [], allowed=1), "2 orders are uncertain, 1 may be"),
        (seen([job(1)], [row(1)], [file(1, is_whole=False)]), "order-1.mp4 is no whole MP4"),
        (seen([job(1)], [row(1)], [file(1, "other")]), "its SHA-256 differs"),
        (seen([job(1)], [row(1)], []), "tells of order-1.mp4, which is not there"),
        (
            seen([job(1)], [row(1, cost=Decimal("0.40"))], [file(1)]),
            "0.40 are settled, and only 0.20 were charged",
        ),
        (
            seen([job(1)], [row(1, cost=None, reserved=Decimal("0.10"))], [file(1)]),
            "0.20 were charged, more than 0 settled and 0.10 reserved",
        ),
        (seen([], [unsure(1, state="released")], []), "is released and keeps 0.20 reserved"),
        (seen([job(1)], [row(1)], [file(1)], orders=2), "order-2 has no row"),
        (
            seen([job(1)], [row(1, state="running", path=None, sha256=None)], [], orders=1),
            "order-1 is running, and no file of it was saved",
        ),
        (
            seen([job(1)], [row(1, cost=None, reserved=Decimal(1))], [file(1)], orders=1),
            "its cost is not settled",
        ),
    ],
)
def test_a_broken_promise_is_named(found: Evidence, told: str) -> None:
    (line,) = judge(found)
    assert told in line


def test_a_submit_of_a_process_that_lives_is_not_uncertain() -> None:
    assert judge(seen([], [unsure(1, held=True)], [])) == []


def test_a_film_that_was_cut_is_not_whole() -> None:
    def box(kind: bytes, content: bytes = b"") -> bytes:
        return (8 + len(content)).to_bytes(4, "big") + kind + content

    film = box(b"ftyp", b"isom") + box(b"moov") + box(b"mdat", bytes(100))
    assert is_whole_mp4(film)
    assert not is_whole_mp4(film[:-1])
    assert not is_whole_mp4(film[: -len(box(b"mdat", bytes(100)))])
    assert not is_whole_mp4(film + b"\0")
    assert not is_whole_mp4(b"<html>")


COMMIT = ("write journal", "fsync journal", "fsync folder", "write ledger", "fsync ledger")
END = ("unlink journal", "fsync folder")


def calls(*words: str, said: str = "") -> list[Call]:
    """Calls out of such words; what is written into the ledger is `said`."""
    pairs = [word.split(" ", 1) for word in words]
    return [
        Call(deed=deed, place=place, text=said if deed == "write" and place == "ledger" else "")
        for deed, place in pairs
    ]


POST = [Call(deed="send", place="line", text='"POST /v1/videos HTTP/1.1"')]
ANSWER = [Call(deed="receive", place="line", text='"HTTP/1.1 200 OK"')]
POLL = [Call(deed="send", place="line", text='"GET /v1/videos/job-1 HTTP/1.1"')]
INTENT = calls(*COMMIT, *END, said="order-0")
ID = calls(*COMMIT, *END, said="job-1")
VIDEO = ("write part", "fsync part", "rename part", "fsync videos", "write ledger")
SAVED = calls(*VIDEO)


def without(made: list[Call], word: str) -> list[Call]:
    at = max(at for at, call in enumerate(made) if str(call) == word)
    return made[:at] + made[at + 1 :]


def test_the_order_of_a_submit_is_told() -> None:
    made = check_order("sync", [*INTENT, *POST, *ANSWER, *ID, *POLL, *SAVED])
    assert made.wrong == []
    assert tuple(made.intent) == tuple(made.id) == (*COMMIT, *END)
    assert tuple(made.video) == VIDEO


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (
            [*POST, *ANSWER, *ID, *POLL, *SAVED],
            "order-0 was not written into the ledger before the POST",
        ),
        ([*POST, *INTENT, *ANSWER, *ID, *POLL, *SAVED], "order-0 was not written"),
        ([*INTENT, *POST, *ANSWER, *POLL, *ID, *SAVED], "job-1 was not written"),
        ([*INTENT, *POST, *ANSWER, *ID], "no POST, answer and poll"),
        (
            [*without(INTENT, "fsync ledger"), *POST, *ANSWER, *ID, *POLL, *SAVED],
            "the ledger was not on disk when its journal was removed before the POST",
        ),
        (
            [*without(INTENT, "fsync journal"), *POST, *ANSWER, *ID, *POLL, *SAVED],
            "the journal was not on disk",
        ),
        (
            [*INTENT, *POST, *ANSWER, *without(ID, "fsync folder"), *POLL, *SAVED],
            "the journal's removal was not on disk before the first poll",
        ),
        (
            [*INTENT, *POST, *ANSWER, *ID[:-2], *POLL, *ID[-2:], *SAVED],
            "the transaction was not committed before the first poll",
        ),
        (
            [*INTENT, *POST, *ANSWER, *ID, *POLL, *without(SAVED, "fsync part")],
            "the video was saved by write part, rename part",
        ),
        (
            [*INTENT, *POST, *ANSWER, *ID, *POLL, *without(SAVED, "fsync videos"), SAVED[3]],
            "rename part, write ledger",
        ),
        (
            [*POLL, *INTENT, *POST, *ANSWER, *ID, *POLL, *SAVED],
            "something was sent before the POST",
        ),
    ],
)
def test_another_order_is_named(made: list[Call], told: str) -> None:
    (line,) = check_order("sync", made).wrong
    assert told in line


def test_a_sending_counts_when_it_begins_and_a_sync_when_it_has_ended() -> None:
    line = "3<TCP:[127.0.0.1:5->127.0.0.1:6]>"
    trace = [
        "7 fdatasync(4</w/jobs.sqlite3> <unfinished ...>\n",
        f'8 sendto({line}, "POST /v1/videos", 15, 0, NULL, 0 <unfinished ...>\n',
        "7 <... fdatasync resumed>) = 0\n",
        "8 <... sendto resumed>) = 15\n",
        f'8 recvfrom({line}, "HTTP/1.1 200 OK", 99, 0, NULL, NULL) = 15\n',
        '7 unlink("/w/jobs.sqlite3-journal") = 0\n',
        '7 unlinkat(AT_FDCWD</w>, "/w/jobs.sqlite3-journal", 0) = 0\n',
        '7 unlink("/w/jobs.sqlite3-journal") = -1 ENOENT (No such file or directory)\n',
        '7 pwrite64(4</w/jobs.sqlite3>, "order-0", 7, 0) = 7\n',
        '7 pwrite64(4</w/other>, "order-0", 7, 0) = 7\n',
        "7 +++ killed by SIGKILL +++\n",
    ]
    told = [str(call) for call in read_calls(trace, Path("/w"))]
    assert told == [
        "send line",
        "fsync ledger",
        "receive line",
        "unlink journal",
        "unlink journal",
        "write ledger",
    ]


def test_what_is_wrong_is_a_line_each_and_stands_in_no_table() -> None:
    figures = Figures(what="a", kills=2, runs=1, jobs=3, uncertain=1, doubted=2, wrong=["x", "y"])
    assert wrong_lines([figures]) == ["WRONG: x", "WRONG: y"]
    assert "| a | 2 | 1 | 3 | 0 | 0 | 1 of 2 |" in kill_table([figures])
