"""Who holds a row of the ledger, and whether that process still lives.

An owner is an empty file beside the ledger, locked by SQLite for as long as its process lives: the
kernel gives the lock back however the process ends, whatever the clocks say. Owners are made and
asked about only inside a write transaction of the ledger, so that no two ask at once.
"""

from __future__ import annotations

import os
import sqlite3
import uuid
from contextlib import closing, suppress
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Owner", "is_alive", "is_held", "sweep"]


_OWNERS: WeakSet[Owner] = WeakSet()


def _forget_parent() -> None:
    """In a forked child: SQLite would think that the parent's locks are held here, for ever.

    The lock itself is the parent's, and stays: the kernel gives none of it to a child.
    """
    for owner in list(_OWNERS):
        owner.close()
    _OWNERS.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_parent)


class Owner:
    """This process's mark at a ledger."""

    def __init__(self, ledger: Path) -> None:
        self.name = uuid.uuid4().hex
        self.process = os.getpid()
        self._path = _path(ledger, self.name)
        self._lock = sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False, timeout=0
        )
        self._lock.execute("PRAGMA journal_mode = OFF")  # a second file beside an empty one
        self._lock.execute("BEGIN EXCLUSIVE")
        _OWNERS.add(self)

    def close(self) -> None:
        """Give the lock back."""
        self._lock.close()

    def leave(self) -> None:
        """Give the mark back; what it holds is free from then on."""
        self.close()
        _remove(self._path)


def is_alive(ledger: Path, name: str) -> bool:
    """Whether the process of that name still lives; the mark of a dead one is removed."""
    path = _path(ledger, name)
    if not path.exists():
        return False
    if _is_locked(path, "rw", "BEGIN IMMEDIATE"):
        return True
    _remove(path)
    return False


def is_held(ledger: Path, name: str) -> bool:
    """Whether the process of that name still lives; only looks, so that anybody may ask."""
    path = _path(ledger, name)
    return path.exists() and _is_locked(path, "ro", "SELECT name FROM sqlite_master")


def sweep(ledger: Path) -> None:
    """Remove the marks of the dead."""
    for path in ledger.parent.glob(f"{_escaped(ledger.name)}-owner-*"):
        is_alive(ledger, path.name.rpartition("-")[2])


def _is_locked(path: Path, mode: str, statement: str) -> bool:
    """Whether somebody has the exclusive lock that `statement` cannot be carried out beside."""
    place = f"{path.absolute().as_uri()}?mode={mode}"
    try:
        with closing(sqlite3.connect(place, uri=True, timeout=0)) as asking:
            asking.execute(statement)
    except sqlite3.Error:
        return path.exists()  # a mark that cannot be asked counts as that of somebody alive
    return False


def _path(ledger: Path, name: str) -> Path:
    return ledger.with_name(f"{ledger.name}-owner-{name}")


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _remove(path: Path) -> None:
    with suppress(OSError):  # what stays is swept another time
        path.unlink()
