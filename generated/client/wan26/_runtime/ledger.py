"""The ledger: what was submitted, what came of it, and what a person may decide."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

from . import answers
from .budgets import is_amount
from .effects import call, wall
from .errors import ConfigurationError, printable
from .rows import LedgerRow, LedgerState
from .suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from .async_drivers import AsyncDriver
    from .books import Books
    from .drivers import SyncDriver
    from .effects import Core
    from .jobs import AsyncJob, Job

__all__ = ["AsyncLedger", "Ledger"]


class _Shared:
    """What the sync and the async ledger have in common."""

    _books: Books
    _operations: Collection[str]  # those that make jobs

    @property
    def path(self) -> Path:
        """The ledger's file."""
        return self._books.store.path

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {str(self.path)!r}>"


class Ledger(_Shared):
    """What was submitted through this file, by this process and by others."""

    def __init__(
        self,
        driver: SyncDriver,
        books: Books,
        operations: Collection[str],
        resume: Callable[[str], Job[Any]],
    ) -> None:
        self._driver, self._books, self._operations = driver, books, operations
        self._resume = resume

    def rows(self, state: LedgerState | None = None) -> list[LedgerRow]:
        """All rows in the order of writing; those of one state, if it is named.

        Raises:
            ConfigurationError: there is no such state.
            LedgerError: the file cannot be read.
        """
        return self._driver.run(_rows(self._books, state))

    def resume_all(self, *, unsaved: bool = True) -> list[Job[Any]]:
        """The jobs that have not ended and that no other running client holds; nothing is sent.

        No two processes get the same job. What is uncertain is not among them, and is never
        submitted again by itself: `rows("uncertain")` shows it.

        Args:
            unsaved: also those that succeeded, and of which no file was saved.
        """
        rows = self._driver.run(_claimed(self._books, self._operations, unsaved=unsaved))
        return [self._resume(str(row.token)) for row in rows]

    def adopt(self, row: LedgerRow | int, job_id: str) -> Job[Any]:
        """Take a job that is there for the one that an uncertain submit created.

        Raises:
            LedgerConflictError: the row is not uncertain, or another row has that job.
        """
        found = self._driver.run(_adopted(self._books, row, job_id))
        return self._resume(str(found.token))

    def release(self, row: LedgerRow | int) -> LedgerRow:
        """Say that an uncertain submit created no job; its money is free again.

        Raises:
            LedgerConflictError: the row is not uncertain.
        """
        return self._driver.run(_released(self._books, row))

    def settle(self, row: LedgerRow | int, cost: Decimal | str | int) -> LedgerRow:
        """Say what a row has cost, and close it: nothing of it is reserved, nobody resumes it.

        Its job can still be had by its token.

        Raises:
            ConfigurationError: the cost is no amount.
            LedgerConflictError: there is no such row.
        """
        return self._driver.run(_settled(self._books, row, cost))


class AsyncLedger(_Shared):
    """What was submitted through this file, by this process and by others; see `Ledger`."""

    def __init__(
        self,
        driver: AsyncDriver,
        books: Books,
        operations: Collection[str],
        resume: Callable[[str], AsyncJob[Any]],
    ) -> None:
        self._driver, self._books, self._operations = driver, books, operations
        self._resume = resume

    async def rows(self, state: LedgerState | None = None) -> list[LedgerRow]:
        """All rows in the order of writing; those of one state, if it is named."""
        return await self._driver.run(_rows(self._books, state))

    async def resume_all(self, *, unsaved: bool = True) -> list[AsyncJob[Any]]:
        """The jobs that have not ended and that no other running client holds; see `Ledger`."""
        rows = await self._driver.run(_claimed(self._books, self._operations, unsaved=unsaved))
        return [self._resume(str(row.token)) for row in rows]

    async def adopt(self, row: LedgerRow | int, job_id: str) -> AsyncJob[Any]:
        """Take a job that is there for the one that an uncertain submit created."""
        found = await self._driver.run(_adopted(self._books, row, job_id))
        return self._resume(str(found.token))

    async def release(self, row: LedgerRow | int) -> LedgerRow:
        """Say that an uncertain submit created no job; its money is free again."""
        return await self._driver.run(_released(self._books, row))

    async def settle(self, row: LedgerRow | int, cost: Decimal | str | int) -> LedgerRow:
        """Say what a row has cost, and close it; see `Ledger.settle`."""
        return await self._driver.run(_settled(self._books, row, cost))


def _number(row: LedgerRow | int) -> int:
    return row.row if isinstance(row, LedgerRow) else row


def _rows(books: Books, state: str | None) -> Core[list[LedgerRow]]:
    known = get_args(LedgerState)
    if state is not None and state not in known:
        close = suggest(state, list(known))
        raise ConfigurationError(
            f"there is no state {printable(repr(state), 50)}{close}",
            hint=f"there are: {', '.join(known)}",
        )
    rows = yield from call(books.rows)
    return [row for row in rows if state in (None, row.state)]


def _claimed(books: Books, operations: Collection[str], *, unsaved: bool) -> Core[list[LedgerRow]]:
    return (yield from call(partial(books.claim, operations, unsaved=unsaved)))


def _adopted(books: Books, row: LedgerRow | int, job_id: object) -> Core[LedgerRow]:
    if not isinstance(job_id, str) or not job_id.strip():
        raise ConfigurationError(f"{printable(repr(job_id), 100)} is no id of a job")
    moment = yield from wall()
    return (yield from call(partial(books.adopt, _number(row), job_id.strip(), moment)))


def _released(books: Books, row: LedgerRow | int) -> Core[LedgerRow]:
    moment = yield from wall()
    return (yield from call(partial(books.release, _number(row), moment)))


def _settled(books: Books, row: LedgerRow | int, cost: object) -> Core[LedgerRow]:
    amount = cost if isinstance(cost, Decimal) else answers.decimal(cost)
    if amount is None or not is_amount(amount):
        raise ConfigurationError(f"{printable(repr(cost), 100)} is no amount such as '0.50'")
    moment = yield from wall()
    return (yield from call(partial(books.settle, _number(row), amount, moment)))
