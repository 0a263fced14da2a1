"""What is there after a kill, read without the client: ledger, videos, the sandbox's list."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sqlite3
import struct
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

__all__ = ["Evidence", "File", "Job", "Row", "is_whole_mp4", "read_files", "read_jobs", "read_rows"]

_LOCK = struct.Struct("hhqqi4x")  # struct flock of Linux, 64 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the ledger, with the state that stands in the file; `held`: its process lives."""

    number: int
    key: str | None
    state: str
    job_id: str | None
    cost: Decimal | None
    reserved: Decimal | None
    held: bool = False
    path: Path | None = None
    sha256: str | None = None

    @property
    def is_doubtful(self) -> bool:
        """Whether nobody knows if it has a job."""
        return self.state == "uncertain" or (self.state == "submitting" and not self.held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job of the sandbox; `charged` is None until it has succeeded."""

    id: str
    order: str
    charged: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A video on disk."""

    path: Path
    sha256: str
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One look: the sandbox's jobs before and after the ledger was read, since it may run on.

    `finished` says that all work is done; `allowed` is how many orders may be uncertain.
    """

    before: tuple[Job, ...]
    rows: tuple[Row, ...]
    files: tuple[File, ...]
    after: tuple[Job, ...]
    allowed: int = 0
    finished: bool = False
    orders: frozenset[str] = field(default=frozenset())


def read_jobs(told: list[dict[str, Any]]) -> tuple[Job, ...]:
    """The sandbox's list; an order is what the request itself names."""
    return tuple(
        Job(
            id=job["id"],
            order=str(job["request"].get("metadata", {}).get("order", "")),
            charged=None if job["charged"] is None else Decimal(job["charged"]),
        )
        for job in told
    )


def read_rows(ledger: Path, *, quiet: bool) -> tuple[Row, ...]:
    """The rows; of a copy where nobody writes (`quiet`): a worker shall find what it left."""
    if not ledger.exists():
        return ()
    if not quiet:
        return _rows(ledger, ledger)
    with tempfile.TemporaryDirectory() as folder:
        for path in ledger.parent.glob(f"{ledger.name}*"):
            if "-owner-" not in path.name:
                shutil.copy(path, folder)
        return _rows(Path(folder) / ledger.name, ledger)


def _rows(file: Path, ledger: Path) -> tuple[Row, ...]:
    with closing(sqlite3.connect(file, timeout=30)) as opened:
        opened.row_factory = sqlite3.Row
        (tables,) = opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not tables:
            return ()  # killed before its first transaction
        found = opened.execute(
            "SELECT jobs.*, path, sha256 FROM jobs "
            "LEFT JOIN files ON files.job = jobs.number AND files.number = 0 ORDER BY jobs.number"
        ).fetchall()
    alive = {owner: _is_locked(ledger, owner) for owner in {row["owner"] for row in found}}
    return tuple(
        Row(
            number=row["number"],
            key=row["key"],
            state=row["state"],
            job_id=row["job_id"],
            cost=_amount(row["cost"]),
            reserved=_amount(row["reserved"]),
            held=alive[row["owner"]],
            path=Path(row["path"]) if row["path"] else None,
            sha256=row["sha256"],
        )
        for row in found
    )


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _is_locked(ledger: Path, owner: str | None) -> bool:
    """Whether a process has a lock on the mark of that name, as the kernel says."""
    mark = ledger.with_name(f"{ledger.name}-owner-{owner}")
    if owner is None or not mark.exists():
        return False
    with mark.open("rb+") as file:
        asked = _LOCK.pack(fcntl.F_WRLCK, 0, 0, 0, 0)
        kind, *_ = _LOCK.unpack(fcntl.fcntl(file, fcntl.F_GETLK, asked))
    return bool(kind != fcntl.F_UNLCK)


def read_files(folder: Path) -> tuple[File, ...]:
    """All videos that have their name."""
    return tuple(_file(path) for path in sorted(folder.glob("*.mp4")))


def _file(path: Path) -> File:
    data = path.read_bytes()
    return File(path=path, sha256=hashlib.sha256(data).hexdigest(), is_whole=is_whole_mp4(data))


def is_whole_mp4(data: bytes) -> bool:
    """Whether its boxes (32 bits of size, type) end where it ends, and none is lacking."""
    found, place = [], 0
    while place + 8 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        found.append(data[place + 4 : place + 8])
        if size < 8:
            return False
        place += size
    return place == len(data) and found[:1] == [b"ftyp"] and {b"moov", b"mdat"} <= set(found)
