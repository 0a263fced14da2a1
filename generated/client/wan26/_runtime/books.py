"""The books of one client: what its ledger says, and what may be written into it."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from msgspec import Struct
from msgspec.structs import replace

from . import postings, statements
from .backlog import Backlog
from .budgets import check_budget, shares
from .errors import LedgerConflictError, LedgerError, printable
from .intents import check_same, uncertain
from .owners import is_alive, is_held
from .rows import FINAL_STATES, NOTHING, LedgerRow, read_row
from .tokens import write_token

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterator, Sequence
    from decimal import Decimal

    from .intents import Intent
    from .postings import Found, Outcome, SavedFile
    from .store import Store

__all__ = ["Begun", "Books"]


_REMEMBERED = 86_400.0  # seconds for which servers are trusted to know an idempotency key


class Begun(Struct, frozen=True, kw_only=True):
    """A submit that may be made: its row, or the jobs that its key stands for already.

    `doubted` says that an earlier attempt may have created the job.
    """

    row: int
    idempotency_key: str | None = None
    doubted: bool = False
    jobs: tuple[LedgerRow, ...] = ()


class Books:
    """The rows of one API, in a ledger that others may share; all of it blocks.

    Args:
        store: the ledger's file.
        api: the package whose rows they are.
        server: where its jobs are.
        budget: what all rows together may cost; None is no limit.
        say: told of what went wrong behind the caller's back.
    """

    def __init__(
        self,
        store: Store,
        api: str,
        server: str,
        budget: Decimal | None = None,
        *,
        say: Callable[[str], object],
    ) -> None:
        self.store, self.api, self.server, self.budget = store, api, server, budget
        self.backlog = Backlog(say)
        self._say = say
        # Submits of this client that are on their way: one that was interrupted is none.
        self.on_the_way: WeakValueDictionary[int, Any] = WeakValueDictionary()

    def rows(self) -> list[LedgerRow]:
        """All rows of the API, those of other servers too, in the order of writing."""
        with suppress(LedgerError):  # what can be read is shown all the same
            self.backlog.catch_up()
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
        self.backlog.catch_up()
        with self.store.writing() as changed:
            owner = self.store.own()
            begun = self._again(changed, intent, moment)
            if begun is not None and begun.jobs:
                return begun
            if begun is None or not begun.doubted:
                check_budget(changed, self.api, self.budget, intent)
            if begun is None:
                begun = Begun(row=postings.insert(changed, intent, owner, moment))
            else:
                postings.renew(changed, begun, intent, owner, moment)
            postings.note_state(changed, begun.row, "submitting", None, moment)
            self.on_the_way[begun.row] = enter(begun)
            return begun

    def learn(
        self, number: int, intent: Intent, jobs: Sequence[tuple[str, str]], moment: float
    ) -> None:
        """Write down the jobs (id, token) of a submit; when this ends, that is on disk."""
        with self.store.writing() as changed:
            row, ids = self._row_of(changed, number, intent), [job_id for job_id, _ in jobs]
            is_free = row is not None and self._is_mine(row) and row["job_id"] in (None, *ids)
            own = number if is_free else self._anew(changed, intent, moment)
            parts = shares(intent.reserved, len(jobs))
            for at, (job, part) in enumerate(zip(jobs, parts, strict=False)):
                named = changed.execute(statements.BY_ID, self._job(intent.operation, job[0]))
                if any(own in (row["number"], row["parent"]) for row in named.fetchall()):
                    continue  # it was interrupted, and is done again
                target = own if at == 0 else postings.copy_of(changed, own)
                postings.learn(changed, target, job, part, moment)
                if part is not None and len(jobs) > 1:
                    changed.execute(statements.RESERVE, (str(part), target))

    def conclude(self, number: int, intent: Intent, outcome: Outcome, moment: float) -> None:
        """Write down how a submit ended that gave no job."""
        with self.store.writing() as changed:
            row = self._row_of(changed, number, intent)
            if row is None and outcome.state not in NOTHING:
                own = self._anew(changed, intent, moment)
                postings.conclude(changed, own, outcome, moment)
            # Where somebody has decided meanwhile, that stands.
            elif row is not None and self._is_mine(row) and row["state"] == "submitting":
                postings.conclude(changed, number, outcome, moment)

    def withdraw(self, number: int, entry: object, outcome: Outcome, moment: float) -> None:
        """Write down that nothing came of a beginning that was interrupted.

        Ctrl-C waits for the end of COMMIT: its row may be there, or may be another's by now.
        """
        with self.store.writing() as changed:
            row = changed.execute(statements.BY_NUMBER, (self.api, number)).fetchone()
            is_mine = row is not None and row["owner"] == self.store.owner
            if is_mine and self.on_the_way.get(number) is entry:
                postings.conclude(changed, number, outcome, moment)

    def _row_of(
        self, changed: sqlite3.Connection, number: int, intent: Intent
    ) -> sqlite3.Row | None:
        """The row of a submit; None where the ledger was removed or replaced meanwhile."""
        row = changed.execute(statements.BY_NUMBER, (self.api, number)).fetchone()
        wanted = (intent.request_sha256, intent.key)
        is_same = row is not None and (row["request_sha256"], row["key"]) == wanted
        return row if is_same else None

    def _is_mine(self, row: sqlite3.Row) -> bool:
        return row["owner"] in (self.store.owner, None)

    def _anew(self, changed: sqlite3.Connection, intent: Intent, moment: float) -> int:
        """A row for a submit whose own is gone: what was paid is not lost with it."""
        if intent.key is not None and self._keyed(changed, intent.key) is not None:
            intent = replace(intent, key=None)
        number = postings.insert(changed, intent, self.store.own(), moment)
        self._say(
            f"{self.store.path} was removed, replaced or changed while {intent.operation} was on "
            f"its way: what came of it is written as row {number}"
        )
        return number

    def _keyed(self, found: sqlite3.Connection, key: str) -> Any:
        return found.execute(statements.BY_KEY, (self.api, key)).fetchone()

    def reserve(self, operation: str, job_id: str, amount: Decimal) -> None:
        """Write down what the server itself reserves for a job."""
        with self.store.writing() as changed:
            for number, _ in self._numbers(changed, operation, job_id):
                changed.execute(statements.RESERVE, (str(amount), number))

    def find(self, operation: str, job_id: str, found: Found, moment: float) -> None:
        """Write down what an answer tells of a job; one that has ended does not run again."""
        with self.store.writing() as changed:
            for number, before in self._numbers(changed, operation, job_id):
                if before in FINAL_STATES and found.state not in FINAL_STATES:
                    continue
                postings.found_out(changed, number, found, moment)
                if before != found.state:
                    postings.note_state(changed, number, found.state, found.status, moment)

    def note_file(self, operation: str, job_id: str, file: SavedFile, moment: float) -> None:
        """Write down where a file of a job is, or is on its way to."""
        with self.store.writing() as changed:
            for number, _ in self._numbers(changed, operation, job_id):
                postings.note_file(changed, number, file, moment)

    def claim(self, operations: Collection[str], *, unsaved: bool) -> list[LedgerRow]:
        """Hold all jobs of operations that have not ended and that nobody else who lives holds.

        No two processes get the same one. `unsaved` takes those too that succeeded and of which no
        file was saved.
        """
        self.backlog.catch_up()
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
        self.backlog.catch_up()
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
            postings.note_state(changed, number, "unknown", None, moment)
            return self._one(changed, number)

    def release(self, number: int, moment: float) -> LedgerRow:
        """Take it that an uncertain submit created no job.

        Raises:
            LedgerConflictError: the row is not uncertain.
        """
        self.backlog.catch_up()
        with self.store.writing() as changed:
            self._decidable(changed, number, "is not released")
            changed.execute(statements.RELEASE, (moment, number))
            postings.note_state(changed, number, "released", None, moment)
            return self._one(changed, number)

    def settle(self, number: int, cost: Decimal, moment: float) -> LedgerRow:
        """Write down what a row has cost, as somebody knows from elsewhere; it is not resumed.

        Raises:
            LedgerConflictError: there is no such row, or it is on its way.
        """
        self.backlog.catch_up()
        with self.store.writing() as changed:
            row = self._one(changed, number)
            if row.state == "submitting":
                raise LedgerConflictError(
                    f"row {row.row} is on its way: nobody knows yet whether it costs anything",
                    retryable=True,
                )
            changed.execute(statements.SETTLE, (str(cost), moment, moment, number))
            return self._one(changed, number)

    def leave(self) -> None:
        """Hold nothing any more, but what is on its way: that is held while the process lives."""
        self.backlog.catch_up()
        if self.store.owner is None:
            return
        with self.store.writing() as changed:
            owner = self.store.own()
            changed.execute(statements.FREE, (owner,))
            (left,) = changed.execute(statements.LEFT, (owner,)).fetchone()
            if not left:
                self.store.leave()

    def knows(self, key: str) -> bool:
        """Whether a key stands for a job, or may."""
        with self.store.reading() as found:
            row = self._keyed(found, key)
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

    def _again(self, changed: sqlite3.Connection, intent: Intent, moment: float) -> Begun | None:
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
            is_fresh = 0 <= moment - row.created.timestamp() < _REMEMBERED
            if is_settled or not is_fresh or None in (intent.idempotency_key, row.idempotency_key):
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
