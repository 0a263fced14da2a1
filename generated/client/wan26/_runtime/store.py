"""The ledger's file: SQLite, and on disk before it counts."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import LedgerError, printable
from .owners import Owner, sweep

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Store"]

_APPLICATION = 0x6C656467  # tells this file from others of SQLite ("ledg")
_PATIENCE = 30.0  # seconds for which others may be writing

# One step for each version; those that were released are never changed, only followed by others.
_VERSIONS = (
    """
    CREATE TABLE jobs (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        parent INTEGER REFERENCES jobs,  -- the row of the submit that created this job too
        api TEXT NOT NULL,
        server TEXT NOT NULL,
        operation TEXT NOT NULL,
        key TEXT,
        request TEXT,
        request_sha256 TEXT NOT NULL,
        idempotency_key TEXT,
        owner TEXT,
        state TEXT NOT NULL,
        status TEXT,
        job_id TEXT,
        token TEXT,
        request_id TEXT,
        reserved TEXT,
        cost TEXT,
        discount TEXT,
        currency TEXT,
        error_code TEXT,
        error TEXT,
        created REAL NOT NULL,
        changed REAL NOT NULL,
        submitted REAL,
        finished REAL,
        settled REAL
    );
    CREATE UNIQUE INDEX jobs_by_key ON jobs (api, key) WHERE key IS NOT NULL;
    CREATE INDEX jobs_by_id ON jobs (job_id);
    CREATE TABLE states (job INTEGER NOT NULL REFERENCES jobs, state TEXT NOT NULL,
        status TEXT, moment REAL NOT NULL);
    CREATE INDEX states_by_job ON states (job);
    CREATE TABLE files (job INTEGER NOT NULL REFERENCES jobs, number INTEGER NOT NULL,
        path TEXT NOT NULL, sha256 TEXT, size INTEGER, media_type TEXT,
        part TEXT, validator TEXT, total INTEGER, moment REAL NOT NULL,
        PRIMARY KEY (job, number)) WITHOUT ROWID;
    """,
)


class Store:
    """A ledger's file; each piece of work opens it anew, so that threads and forks share nothing.

    A transaction that has ended is on disk, its folder's entry included (`synchronous = EXTRA`).
    Source: sqlite.org/pragma.html#pragma_synchronous, sqlite.org/howtocorrupt.html, 2.6.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        # One file has one place: what it is called does not matter to who is alive.
        self.path = Path(path).resolve()
        self._owner: Owner | None = None
        self._process = os.getpid()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Store {str(self.path)!r}>"

    @property
    def owner(self) -> str | None:
        """The name under which this process holds rows; None before it holds any."""
        mark = self._owner
        return mark.name if mark is not None and mark.process == os.getpid() else None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Look at what is there; a ledger that is not there yet is empty.

        Raises:
            LedgerError: the file cannot be read, or is no ledger of ours.
        """
        with self._named("read"):
            if not self.path.exists():
                with closing(sqlite3.connect(":memory:", isolation_level=None)) as empty:
                    self._upgrade(empty, 0)
                    yield _by_name(empty)
                return
            with closing(self._open("rw")) as found:
                found.execute("BEGIN")  # one moment of the file, whoever is writing
                if self._version(found) < len(_VERSIONS):
                    found.execute("ROLLBACK")
                    with self.writing():  # brings it up to date
                        pass
                    found.execute("BEGIN")
                yield found

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Change what is there, as a whole or not at all, and on disk when it ends.

        Raises:
            LedgerError: the file cannot be written, or is no ledger of ours.
        """
        with self._named("written"), closing(self._open("rwc")) as opened:
            opened.execute("PRAGMA synchronous = EXTRA")
            opened.execute("BEGIN IMMEDIATE")
            try:
                self._upgrade(opened, self._version(opened))
                yield opened
                opened.execute("COMMIT")
            except BaseException:
                if opened.in_transaction:
                    opened.execute("ROLLBACK")
                raise

    def own(self) -> str:
        """The name under which this process holds rows; asked for inside a write transaction."""
        if self._process != os.getpid():  # a thread of the parent may have held the lock
            self._process, self._lock = os.getpid(), threading.Lock()
        with self._lock:
            if self._owner is None or self._owner.process != os.getpid():
                sweep(self.path)
                self._owner = Owner(self.path)
            return self._owner.name

    def leave(self) -> None:
        """Give this process's mark back; asked for inside a write transaction."""
        with self._lock:
            if self._owner is not None and self._owner.process == os.getpid():
                self._owner.leave()
                self._owner = None

    def _open(self, mode: str) -> sqlite3.Connection:
        place = f"{self.path.as_uri()}?mode={mode}"
        return _by_name(sqlite3.connect(place, uri=True, isolation_level=None, timeout=_PATIENCE))

    def _version(self, opened: sqlite3.Connection) -> int:
        application = _pragma(opened, "application_id")
        version = _pragma(opened, "user_version")
        if application != _APPLICATION:
            (tables,) = opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if application or version or tables:
                raise LedgerError(
                    f"{self.path} is a database of something else, and no ledger",
                    hint="name another file; this one was left as it is",
                )
        if version > len(_VERSIONS):
            raise LedgerError(
                f"{self.path} was written by a newer client (version {version} of its tables)",
                hint="use that client; this one was left as it is",
            )
        return version

    def _upgrade(self, opened: sqlite3.Connection, version: int) -> None:
        for step in _VERSIONS[version:]:
            for statement in step.split(";"):
                opened.execute(statement)
        if version < len(_VERSIONS):
            opened.execute(f"PRAGMA application_id = {_APPLICATION}")
            opened.execute(f"PRAGMA user_version = {len(_VERSIONS)}")

    @contextmanager
    def _named(self, what: str) -> Iterator[None]:
        """Say of which file it is that SQLite complains."""
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, OverflowError) as error:
            raise LedgerError(
                f"the ledger {self.path} cannot be {what}: {printable(error, 300)}",
                hint=_hint(error),
                retryable=isinstance(error, sqlite3.OperationalError),
            ) from error


def _by_name(opened: sqlite3.Connection) -> sqlite3.Connection:
    opened.row_factory = sqlite3.Row
    return opened


def _pragma(opened: sqlite3.Connection, name: str) -> int:
    (value,) = opened.execute(f"PRAGMA {name}").fetchone()
    return int(value)


_HINTS = {
    sqlite3.SQLITE_NOTADB: "it is no ledger, or is broken; it was left as it is: name another file",
    sqlite3.SQLITE_CORRUPT: "it is broken and stays as it is; `sqlite3 FILE .recover` may help",
    sqlite3.SQLITE_READONLY: "the file or its folder may not be written",
    sqlite3.SQLITE_CANTOPEN: "see that its folder is there and may be written",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk may be full or broken",
    sqlite3.SQLITE_BUSY: "another process is writing for a long time",
}


def _hint(error: Exception) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return _HINTS.get(code, "nothing was sent")
