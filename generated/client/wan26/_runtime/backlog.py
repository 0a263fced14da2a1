"""What has happened and could not be written down yet: a full disk, say, loses no paid job."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import deque
from typing import TYPE_CHECKING

from .effects import Caught
from .errors import LedgerError, printable

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Backlog"]

# Not the file's fault: what cannot be written now cannot be written later either.
_HOPELESS = (
    ValueError,
    OverflowError,
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
)


class Backlog:
    """Work that is done in its order, and once more where an interruption leaves that open.

    Args:
        say: told of what could not be done.
    """

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self._renew()

    def __len__(self) -> int:
        return len(self._works)

    def write(self, work: Callable[[], object]) -> None:
        """Write something down that has happened; what cannot be written is tried again later."""
        self._forget_parent()
        self._works.append(work)
        with Caught(LedgerError) as caught:
            self.catch_up()
        if caught.error is not None:
            self._say(f"{_message(caught.error)}; what was to be written is kept, and tried again")

    def catch_up(self) -> None:
        """Write down what is not written yet.

        Raises:
            LedgerError: it still cannot be written; it is kept.
        """
        self._forget_parent()
        with self._lock:
            while self._works:
                with Caught(LedgerError) as caught:
                    self._works[0]()
                if caught.error is not None:
                    if not isinstance(caught.error.__cause__, _HOPELESS):
                        raise caught.error
                    self._say(f"{_message(caught.error)}; it is left out of the ledger")
                self._works.popleft()

    def _forget_parent(self) -> None:
        """What a parent process has not written is the parent's, and so are its locks."""
        if self._process != os.getpid():
            self._renew()

    def _renew(self) -> None:
        self._process = os.getpid()
        self._works: deque[Callable[[], object]] = deque()
        self._lock = threading.RLock()


def _message(error: BaseException) -> str:
    return printable(getattr(error, "message", error), 1000)
