"""A full disk, a read-only ledger, a broken file: what cannot be written down is not sent."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.crash.disks import lock, small_disks, unlock, unwritable
from bench.crash.evidence import is_whole_mp4, read_rows
from bench.crash.served import Served
from bench.crash.worker import PROMPT, SETTINGS
from wan26 import Wan26
from wan26.errors import LedgerError, SubmitUncertainError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bench.crash.disks import Disk

__all__ = ["Met", "meet"]

_PAGE = 4096


@dataclass(slots=True, kw_only=True)
class Met:
    """What happened in one surrounding."""

    what: str
    how: str
    sent: int = 0
    jobs: int = 0
    said: str = ""
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class _Place:
    """A ledger, and the sandbox that counts what comes of it."""

    served: Served
    ledger: Path

    @property
    def sent(self) -> int:
        """Submits that reached the sandbox."""
        return int(self.served.report()["requests"]["submit"])

    def client(self) -> Wan26:
        return Wan26(**SETTINGS, base_url=self.served.url, ledger=self.ledger)

    def submit(self, client: Wan26, key: str, **options: Any) -> Any:
        return client.videos.submit(
            prompt=PROMPT, size="1280*720", duration=2, seed=1, key=key, **options
        )

    def prepare(self) -> None:
        """A ledger with one order in it, which is done."""
        with self.client() as client:
            self.submit(client, "order-0").wait()

    def content(self) -> bytes | None:
        return self.ledger.read_bytes() if self.ledger.is_file() else None


def meet(home: Path) -> list[Met]:
    """Try a client in each surrounding."""
    with Served(home=home, options=("--speed", "0")) as served:
        return [
            *_full(home / "full", served),
            *_unwritable(home / "read-only", served),
            *_broken(home / "broken", served),
        ]


def _full(folder: Path, served: Served) -> Iterator[Met]:
    with small_disks(folder) as disks:
        for disk in disks:
            place = _Place(served=served, ledger=disk.folder / "jobs.sqlite3")
            place.prepare()
            met = Met(what="the disk is full before the intent", how=disk.how)
            disk.fill()
            _refused(place, met, "order-1")
            disk.free()
            yield met
            yield _full_after(place, disk, folder / f"{disk.folder.name}.mp4")


def _full_after(place: _Place, disk: Disk, video: Path) -> Met:
    """Fill the disk when the submit's answer comes: the job is written down later."""
    met = Met(what="the disk gets full after the POST", how=disk.how)
    jobs, sent = place.served.report()["jobs_created"], place.sent
    with place.client() as client:
        job = place.submit(client, "order-2", on_response=lambda _: _once(disk, met))
        job.wait().save(video)
        before = {row.key: row.state for row in read_rows(place.ledger, quiet=False)}
        disk.free()
    met.sent = place.sent - sent
    met.jobs = place.served.report()["jobs_created"] - jobs
    row = next(row for row in read_rows(place.ledger, quiet=True) if row.key == "order-2")
    met.said = f"the video is there; its row was {before['order-2']}, and is {row.state}"
    if (met.sent, met.jobs) != (1, 1) or not is_whole_mp4(video.read_bytes()):
        met.wrong.append(f"{met.jobs} jobs, {met.sent} requests, or no whole file")
    if before["order-2"] != "submitting":
        met.wrong.append("the disk was not full: the id was written")
    if (row.job_id, row.state, row.path) != (job.id, "succeeded", video) or row.sha256 is None:
        met.wrong.append(f"its row has not caught up: {row}")
    return met


def _once(disk: Disk, met: Met) -> None:
    if not met.said:
        met.said = "full"
        disk.fill()


def _unwritable(folder: Path, served: Served) -> Iterator[Met]:
    with unwritable(folder) as places:
        for how, home in places:
            place = _Place(served=served, ledger=home / "jobs.sqlite3")
            place.prepare()
            met = Met(what=f"a ledger that may only be read: {how}", how=lock(how, place.ledger))
            try:
                _refused(place, met, "order-1")
                with place.client() as client:
                    if [row.key for row in client.ledger.rows()] != ["order-0"]:
                        met.wrong.append("its rows cannot be read")
            except LedgerError as error:
                met.wrong.append(f"its rows cannot be read: {error}")
            finally:
                unlock(how, place.ledger)
            yield met


def _broken(folder: Path, served: Served) -> Iterator[Met]:
    folder.mkdir()
    sound = _Place(served=served, ledger=folder / "jobs.sqlite3")
    sound.prepare()
    for number, (what, how, breaking) in enumerate(_BREAKINGS):
        ledger = folder / f"{number}" / "jobs.sqlite3"
        ledger.parent.mkdir()
        shutil.copy(sound.ledger, ledger)
        breaking(ledger)
        met = Met(what=what, how=how)
        _refused(_Place(served=served, ledger=ledger), met, "order-1")
        yield met
    yield from _pages(folder / "pages", sound)


def _pages(folder: Path, sound: _Place) -> Iterator[Met]:
    """Overwrite each page of the ledger in turn: the same key must not be paid again."""
    whole = sound.ledger.read_bytes()
    met = Met(what="one page overwritten, each in turn", how="the key that it has already")
    folder.mkdir()
    told: Counter[str] = Counter()
    for at in range(0, len(whole), _PAGE):
        ledger = folder / f"{at // _PAGE}.sqlite3"
        ledger.write_bytes(whole[:at] + bytes(_PAGE) + whole[at + _PAGE :])
        place = _Place(served=sound.served, ledger=ledger)
        before = place.sent
        try:
            with place.client() as client:
                place.submit(client, "order-0")
            told["the job that is there"] += 1
        except (LedgerError, SubmitUncertainError) as error:
            told[type(error).__name__] += 1
        met.sent += place.sent - before
    met.said = ", ".join(f"{said} ({count} times)" for said, count in told.items())
    if met.sent:
        met.wrong.append(f"{met.sent} orders went out again")
    yield met


def _refused(place: _Place, met: Met, key: str) -> None:
    """See that a submit is refused before anything is sent, and the file is as it was."""
    before, sent = place.content(), place.sent
    try:
        with place.client() as client:
            place.submit(client, key)
        met.wrong.append("a job was submitted that is not written down")
    except LedgerError as error:
        met.said = f"{type(error).__name__}, hint: {error.hint}"
        if not error.hint or error.billed != "no":
            met.wrong.append(f"no hint, or billed {error.billed}: {error}")
    met.sent = place.sent - sent
    if met.sent:
        met.wrong.append(f"{met.sent} requests were sent")
    if place.content() != before:
        met.wrong.append("the file was changed")


def _garbage(ledger: Path) -> None:
    ledger.write_bytes(random.Random(1).randbytes(2 * _PAGE))


def _cut(share: float) -> Callable[[Path], None]:
    def cut(ledger: Path) -> None:
        whole = ledger.read_bytes()
        ledger.write_bytes(whole[: int(len(whole) * share)])

    return cut


def _torn(ledger: Path) -> None:
    """The first rows are there, the last page is not."""
    ledger.write_bytes(ledger.read_bytes()[:-_PAGE])


def _other(ledger: Path) -> None:
    ledger.unlink()
    with closing(sqlite3.connect(ledger)) as made:
        made.execute("CREATE TABLE invoices (number INTEGER)")


def _newer(ledger: Path) -> None:
    with closing(sqlite3.connect(ledger)) as made:
        made.execute("PRAGMA user_version = 99")


def _folder(ledger: Path) -> None:
    ledger.unlink()
    ledger.mkdir()


def _json(ledger: Path) -> None:
    ledger.write_text(json.dumps({"jobs": []}), "utf-8")


_BREAKINGS: tuple[tuple[str, str, Callable[[Path], None]], ...] = (
    ("a broken ledger", "8 KiB of garbage", _garbage),
    ("a broken ledger", "cut to its half", _cut(0.5)),
    ("a broken ledger", "cut to 1%, less than a head", _cut(0.01)),
    ("a broken ledger", "its last page is missing", _torn),
    ("no ledger", "a text", _json),
    ("no ledger", "a database of something else", _other),
    ("no ledger", "a folder", _folder),
    ("a ledger of a newer client", "version 99 of its tables", _newer),
)
