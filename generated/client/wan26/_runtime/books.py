"""The books of one client: what its ledger says, and what may be written into it."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from . import statements
from .budgets import check_budget
from .errors import LedgerConflictError, LedgerError, printable
from .intents import check_same, uncertain
from .owners import is_alive, is_held
from .rows import NOTHING, LedgerRow, read_row
from .tokens import write_token

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterator, Sequence
    from decimal import Decimal

    from .intents import Intent
    from .parts import PartNote
    from .store import Store

__all__ = ["Begun", "Books", "Found", "Outcome", "SavedFile"]

_FINAL = ("succeeded", "failed", "cancelled", "expired")


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A submit that may be made: its row, or the jobs that its key stands for already.

    `doubted` says that an earlier attempt may have created the job.
    """

    row: int
    idempotency_key: str | None = None
    doubted: bool = False
    jobs: tuple[LedgerRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a submit ended that gave no job: `rejected` or `uncertain`."""

    state: str
    error: str
    error_code: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an answer tells of a job; `status` is the vendor's word as JSON."""

    state: str
    status: str | None
    request_id: str | None = None
    cost: Decimal | None = None
    discount: Decimal | None = None
    currency: str | None = None
    error_code: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFile:
    """A file of a result: whole (`sha256`), or on its way (`part`)."""

    number: int
    path: str
    sha256: str | None = None
    size: int | None = None
    media_type: str | None = None
    part: PartNote | None = None


class Books:
    """The rows of one API, in a ledger that others may share; all of it blocks.

    Args:
        store: the ledger's file.
        api: the package whose rows they are.
        server: where its jobs are.
        budget: what all rows together may cost; None is no limit.
    """

    def __init__(self, store: Store, api: str, server: str, budget: Decimal | None = None) -> None:
        self.store, self.api, self.server, self.budget = store, api, server, budget
        self.unwritten: deque[Callable[[], object]] = deque()  # what a full disk, say, kept out
        self._writing = threading.RLock()
        # Submits of this client that are on their way: one that was interrupted is none.
        self.on_the_way: WeakValueDictionary[int, Any] = WeakValueDictionary()

    def catch_up(self) -> None:
        """Write down what has happened and is not written yet, in its order.

        Raises:
            LedgerError: it still cannot be written; it is kept.
        """
        with self._writing:
            while self.unwritten:
                self.unwritten[0]()
                self.unwritten.popleft()

    def rows(self) -> list[LedgerRow]:
        """All rows of the API, those of other servers too, in the order of writing."""
        with self.store.reading() as found:
            return list(self._read(found, statements.OF_API, self.api))

    def row_of(self, operation: str, job_id: str) -> LedgerRow | None:
        """The row of a job."""
        with self.store.reading() as found:
            return next(self._read(found, statements.BY_ID, *self._job(operation, job_id)), None)

    def begin(self, intent: Intent, moment: float, enter: Callable[[Begun], object]) -> Begun:
        """Write down that a submit is about to be made; when this ends, that is on disk.

        `enter` gives what stands for it from then on, as long as it is on its way.

        Raises:
            LedgerConflictError: its key stands for another request, or is being submitted.
            SubmitUncertainError: nobody knows whether its key has a job already.
            BudgetExceededError: it may cost more than is left.
        """
        self.catch_up()
        with self.store.writing() as changed:
            owner = self.store.own()
            begun = self._again(changed, intent)
            if begun is not None and begun.jobs:
                return begun
            if begun is None or not begun.doubted:
                check_budget(changed, self.api, self.budget, intent)
            if begun is None:
                begun = Begun(row=_insert(changed, intent, owner, moment))
            else:
                _renew(changed, begun, intent, owner, moment)
            _note_state(changed, begun.row, "submitting", None, moment)
            self.on_the_way[begun.row] = enter(begun)
            return begun

    def learn(self, number: int, operation: str, ids: Sequence[str], moment: float) -> None:
        """Write down which jobs a submit has created; when this ends, that is on disk."""
        with self.store.writing() as changed:
            self._check_mine(changed, number)
            for at, job_id in enumerate(ids):
                named = changed.execute(statements.BY_ID, self._job(operation, job_id)).fetchall()
                if any(number in (row["number"], row["parent"]) for row in named):
                    continue  # it was interrupted, and is done again
                own = number if at == 0 else _copy(changed, number)
                token = write_token(operation, job_id, {})
                changed.execute(statements.LEARN, (job_id, token, moment, moment, own))
                _note_state(changed, own, "queued", None, moment)

    def conclude(self, number: int, outcome: Outcome, moment: float) -> None:
        """Write down how a submit ended that gave no job."""
        with self.store.writing() as changed:
            self._check_mine(changed, number)
            _conclude(changed, number, outcome, moment)

    def withdraw(self, number: int, entry: object, outcome: Outcome, moment: float) -> None:
        """Write down that nothing came of a beginning that was interrupted.

        Ctrl-C waits for the end of COMMIT: its row may be there, or may be another's by now.
        """
        with self.store.writing() as changed:
            row = changed.execute(statements.BY_NUMBER, (self.api, number)).fetchone()
            is_mine = row is not None and row["owner"] == self.store.owner
            if is_mine and self.on_the_way.get(number) is entry:
                _conclude(changed, number, outcome, moment)

    def reserve(self, operation: str, job_id: str, token: str, amount: Decimal | None) -> None:
        """Write down a job's whole token, and what the server itself reserves for it."""
        with self.store.writing() as changed:
            for number, _ in self._numbers(changed, operation, job_id):
                changed.execute(statements.RESERVE, (token, _text(amount), number))

    def find(self, operation: str, job_id: str, found: Found, moment: float) -> None:
        """Write down what an answer tells of a job; one that has ended does not run again."""
        with self.store.writing() as changed:
            for number, before in self._numbers(changed, operation, job_id):
                if before in _FINAL and found.state not in _FINAL:
                    continue
                _write_found(changed, number, found, moment)
                if before != found.state:
                    _note_state(changed, number, found.state, found.status, moment)

    def note_file(self, operation: str, job_id: str, file: SavedFile, moment: float) -> None:
        """Write down where a file of a job is, or is on its way to."""
        with self.store.writing() as changed:
            part = file.part
            told = (file.path, file.sha256, file.size, file.media_type)
            left = (None, None, None) if part is None else (part.path, part.validator, part.total)
            for number, _ in self._numbers(changed, operation, job_id):
                values = (number, file.number, *told, *left, moment)
                changed.execute(statements.NOTE_FILE, values)

    def claim(self, operations: Collection[str], *, unsaved: bool) -> list[LedgerRow]:
        """Hold all jobs of operations that have not ended and that nobody else who lives holds.

        No two processes get the same one. `unsaved` takes those too that succeeded and of which no
        file was saved.
        """
        with self.store.writing() as changed:
            owner = self.store.own()
            rows = list(self._read(changed, statements.UNFINISHED, self.api, self.server))
            known = [row for row in rows if row.operation in operations]
            wanted = [row for row in known if row.finished is None or (unsaved and not row.file)]
            free = [row for row in wanted if self._is_free(changed, row.row, owner)]
            for row in free:
                changed.execute(statements.OWN, (owner, row.row))
            return free

    def adopt(self, number: int, job_id: str, moment: float) -> LedgerRow:
        """Take a job for the one that an uncertain submit created.

        Raises:
            LedgerConflictError: the row is not uncertain, or another row has that job.
        """
        with self.store.writing() as changed:
            row = self._decidable(changed, number, "adopts no job")
            if row.server != self.server:
                raise LedgerConflictError(
                    f"row {row.row} is one of {row.server}",
                    hint="a client of that server adopts its job",
                )
            for other, _ in self._numbers(changed, row.operation, job_id):
                raise LedgerConflictError(
                    f"the job {printable(job_id, 100)} is that of row {other}", job_id=job_id
                )
            told = (job_id, write_token(row.operation, job_id, {}), self.store.own())
            changed.execute(statements.ADOPT, (*told, moment, moment, number))
            _note_state(changed, number, "unknown", None, moment)
            return self._one(changed, number)

    def release(self, number: int, moment: float) -> LedgerRow:
        """Take it that an uncertain submit created no job.

        Raises:
            LedgerConflictError: the row is not uncertain.
        """
        with self.store.writing() as changed:
            self._decidable(changed, number, "is not released")
            changed.execute(statements.RELEASE, (moment, number))
            _note_state(changed, number, "released", None, moment)
            return self._one(changed, number)

    def settle(self, number: int, cost: Decimal, moment: float) -> LedgerRow:
        """Write down what a row has cost, as somebody knows from elsewhere."""
        with self.store.writing() as changed:
            self._one(changed, number)
            changed.execute(statements.SETTLE, (str(cost), moment, number))
            return self._one(changed, number)

    def leave(self) -> None:
        """Hold nothing any more, but what is on its way: that is held while the process lives."""
        self.catch_up()
        if self.store.owner is None:
            return
        with self.store.writing() as changed:
            owner = self.store.own()
            changed.execute(statements.FREE, (owner,))
            (left,) = changed.execute(statements.LEFT, (owner,)).fetchone()
            if not left:
                self.store.leave()

    def _check_mine(self, changed: sqlite3.Connection, number: int) -> None:
        """See that the row is the one that this client wrote, and no other ledger's.

        Raises:
            LedgerError: the file was removed or replaced while the submit was on its way.
        """
        row = changed.execute(statements.BY_NUMBER, (self.api, number)).fetchone()
        if row is None or row["owner"] != self.store.owner:
            raise LedgerError(
                f"{self.store.path} is not the ledger any more in which row {number} was written",
                billed="unknown",
                hint="it was removed or replaced meanwhile: put it back; the log names the job",
            )

    def knows(self, key: str) -> bool:
        """Whether a key stands for a job, or may."""
        with self.store.reading() as found:
            row = found.execute(statements.BY_KEY, (self.api, key)).fetchone()
        return row is not None and row["state"] not in NOTHING

    def _job(self, operation: str, job_id: str) -> tuple[str, str, str, str]:
        return self.api, self.server, operation, job_id

    def _numbers(
        self, changed: sqlite3.Connection, operation: str, job_id: str
    ) -> list[tuple[int, str]]:
        rows = changed.execute(statements.BY_ID, self._job(operation, job_id)).fetchall()
        return [(row["number"], row["state"]) for row in rows]

    def _one(self, found: sqlite3.Connection, number: int) -> LedgerRow:
        for row in self._read(found, statements.BY_NUMBER, self.api, number):
            return row
        raise LedgerConflictError(f"the ledger has no row {printable(number, 50)}")

    def _read(self, found: sqlite3.Connection, statement: str, *values: Any) -> Iterator[LedgerRow]:
        alive: dict[str | None, bool] = {self.store.owner: True, None: False}
        with closing(found.execute(statement, values)) as selected:
            rows = selected.fetchall()
        for row in rows:
            owner, number = row["owner"], (row["number"],)
            if owner not in alive:
                alive[owner] = is_held(self.store.path, owner)
            files = found.execute(statements.FILES, number).fetchall()
            history = found.execute(statements.STATES, number).fetchall()
            held = alive[owner]
            if row["state"] == "submitting" and owner is not None and owner == self.store.owner:
                held = row["number"] in self.on_the_way
            yield read_row(row, held=held, files=files, history=history)

    def _again(self, changed: sqlite3.Connection, intent: Intent) -> Begun | None:
        """What the key of a submit stands for already; None where it is new, or has no key."""
        if intent.key is None:
            return None
        row = next(self._read(changed, statements.BY_KEY, self.api, intent.key), None)
        if row is None:
            return None
        if row.state in NOTHING and not row.cost:
            return Begun(row=row.row)
        if row.state in NOTHING:  # somebody knows that it has cost money: that row stays
            changed.execute(statements.NO_KEY, (row.row,))
            return None
        check_same(row, intent)
        if row.state == "uncertain":
            is_settled = row.cost is not None  # somebody knows better than to ask again
            if is_settled or None in (intent.idempotency_key, row.idempotency_key):
                raise uncertain(row)
            return Begun(row=row.row, idempotency_key=row.idempotency_key, doubted=True)
        also = self._read(changed, statements.CHILDREN, self.api, row.row)
        return Begun(row=row.row, jobs=(row, *also))

    def _is_free(self, changed: sqlite3.Connection, number: int, owner: str) -> bool:
        row = changed.execute(statements.BY_NUMBER, (self.api, number)).fetchone()
        return row["owner"] in (None, owner) or not is_alive(self.store.path, row["owner"])

    def _decidable(self, changed: sqlite3.Connection, number: int, what: str) -> LedgerRow:
        row = self._one(changed, number)
        if row.state != "uncertain":
            raise LedgerConflictError(
                f"row {row.row} is {row.state} and not uncertain: it {what}", job_id=row.job_id
            )
        return row


def _insert(changed: sqlite3.Connection, intent: Intent, owner: str, moment: float) -> int:
    said = (intent.request, intent.request_sha256, intent.idempotency_key)
    money = (_text(intent.reserved), intent.currency)
    values = (intent.api, intent.server, intent.operation, intent.key, *said, owner, *money)
    number = changed.execute(statements.INSERT, (*values, moment, moment)).lastrowid
    return int(number or 0)


def _renew(
    changed: sqlite3.Connection, begun: Begun, intent: Intent, owner: str, moment: float
) -> None:
    key = begun.idempotency_key or intent.idempotency_key
    where = (intent.server, intent.operation)
    said = (intent.request, intent.request_sha256, key)
    kept, expected = begun.doubted, _text(intent.reserved)  # what may have been billed stays
    money = (kept, expected, expected, intent.currency)
    changed.execute(statements.RENEW, (*where, *said, owner, *money, moment, begun.row))


def _copy(changed: sqlite3.Connection, number: int) -> int:
    return int(changed.execute(statements.COPY, (number,)).lastrowid or 0)


def _conclude(changed: sqlite3.Connection, number: int, outcome: Outcome, moment: float) -> None:
    told = (outcome.state, outcome.error, outcome.error_code, outcome.request_id, moment)
    changed.execute(statements.CONCLUDE, (*told, outcome.state in NOTHING, number))
    _note_state(changed, number, outcome.state, None, moment)


def _write_found(changed: sqlite3.Connection, number: int, found: Found, moment: float) -> None:
    cost = _text(found.cost)
    money = (cost, _text(found.discount), found.currency)
    error = (found.error_code, found.error)
    ended = (found.state in _FINAL, moment)
    told = (found.state, found.status, found.request_id, *money, *error, moment, *ended, cost)
    changed.execute(statements.FOUND, (*told, number))


def _note_state(
    changed: sqlite3.Connection, number: int, state: str, status: str | None, moment: float
) -> None:
    changed.execute(statements.NOTE_STATE, (number, state, status, moment))


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
