"""What a job's life writes into the ledger, step by step, and whom else it tells.

What must be on disk before money is spent raises where it cannot be written. What becomes known
afterwards is kept until it can be: a paid job is not lost because a disk is full.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from .effects import Caught, Notify, call, wall
from .errors import APIError, LedgerError, SubmitUncertainError, printable
from .intents import Intent
from .outgoing import as_documented
from .postings import Found, Outcome, SavedFile
from .pricing import estimate
from .records import update_of
from .vendors import read_code

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .books import Begun, Books
    from .effects import Core
    from .intents import RequestText
    from .operations import Operation
    from .parts import PartNote
    from .records import Record
    from .rows import LedgerRow
    from .session import Session
    from .transfers import Saved

__all__ = [
    "Entry",
    "begun",
    "close_books",
    "intent_of",
    "keeping",
    "left_part",
    "note_reserved",
    "note_saved",
    "note_state",
    "turn",
]


_SHOWN = 1000  # bytes of an answer that are kept in a row


class Entry(Struct, frozen=True, kw_only=True, eq=False, weakref=True):
    """The row of one submit that is on its way; all of it blocks, and what fails is kept.

    `doubted` says that an earlier attempt, of another process perhaps, may have created the job.
    """

    books: Books
    prompts: bool
    redacted: Callable[[str], str]  # without keys
    row: int
    intent: Intent
    doubted: bool
    idempotency_key: str | None

    def learn(self, jobs: Sequence[tuple[str, str]], moment: float) -> None:
        """Write down the ids and tokens of the jobs that it created."""
        self.books.backlog.write(
            partial(self.books.learn, self.row, self.intent, tuple(jobs), moment)
        )

    def conclude(self, error: BaseException, moment: float, *, uncertain: bool) -> None:
        """Write down that it gave no job, or that nobody knows."""
        outcome = self._outcome(error, uncertain=uncertain)
        self.books.backlog.write(
            partial(self.books.conclude, self.row, self.intent, outcome, moment)
        )

    def withdraw(self, error: BaseException, moment: float) -> None:
        """Write down that it was not begun after all, if that was written down."""
        outcome = self._outcome(error, uncertain=False)
        self.books.backlog.write(partial(self.books.withdraw, self.row, self, outcome, moment))

    def _outcome(self, error: BaseException, *, uncertain: bool) -> Outcome:
        # Whatever a hook raises may have attributes of these names too.
        facts = error if isinstance(error, APIError) else APIError("")
        return Outcome(
            state="uncertain" if uncertain or self.doubted else "rejected",
            error=self.redacted(_told(error)) if self.prompts else type(error).__name__,
            error_code=printable(facts.code, 200) if facts.code else None,
            request_id=printable(facts.request_id, 200) if facts.request_id else None,
        )

    @property
    def hint(self) -> str:
        """What a person may decide."""
        return (
            f"client.ledger.adopt({self.row}, job_id) takes the job that is there, "
            f"client.ledger.release({self.row}) says that there is none"
        )


def turn(session: Session, key: str | None) -> Core[None]:
    """Wait for the turn of a submit before it is written down: who waits is in no doubt.

    A key that stands for a job already needs none.
    """
    books = session.books
    known = books is not None and key is not None and (yield from call(partial(books.knows, key)))
    if not known:
        yield from session.submits.wait()


def begun(
    session: Session, books: Books, intent: Intent
) -> Core[tuple[tuple[LedgerRow, ...], Entry | None]]:
    """Write down that a submit is about to be made: its entry.

    Or the rows of the jobs that the key stands for already, and no entry.

    Raises:
        LedgerError: it cannot be written; nothing was sent.
    """
    moment = yield from wall()
    entered: list[Entry] = []

    def enter(found: Begun) -> Entry:
        entered.append(_entry(session, books, intent, found))
        return entered[-1]

    try:
        jobs = yield from call(lambda: books.begin(intent, moment, enter).jobs)
    except BaseException as error:  # nothing was sent; whether it was written down, who knows
        for entry in entered:
            entry.withdraw(error, session.clock.wall())
        raise
    return jobs, next(iter(entered), None)


def _entry(session: Session, books: Books, intent: Intent, found: Begun) -> Entry:
    return Entry(
        books=books,
        prompts=session.prompts,
        redacted=session.settings.redacted,
        row=found.row,
        intent=intent,
        doubted=found.doubted,
        idempotency_key=found.idempotency_key,
    )


def intent_of(
    session: Session,
    operation: Operation[Any],
    body: Any,
    request: RequestText,
    key: str | None,
    idempotency_key: str | None,
) -> Intent:
    """What a submit is about to do, with what it may cost."""
    price, told = operation.price, as_documented(operation, body)
    expected = None if price is None else estimate(price, told, session.prices)
    return Intent(
        api=session.api.package,
        server=session.settings.base_url,
        operation=operation.name,
        key=key,
        request=session.settings.redacted(request.shown),
        request_sha256=request.sha256,
        idempotency_key=idempotency_key,
        reserved=expected.amount if expected is not None else None,
        currency=expected.currency if expected is not None else None,
    )


def note_state(record: Record) -> Core[None]:
    """Write a job's state down where it has changed, and tell the hook."""
    session, operation = record.session, record.operation.name
    if record.state is None and record.status is None:
        return  # nobody has asked yet
    found = _found(record)
    if found.repeats(record.noted):
        return
    before, record.noted = record.noted, found
    if session.books is not None:
        moment = yield from wall()
        find = partial(session.books.find, operation, record.id, found, moment)
        yield from call(partial(session.books.backlog.write, find))
    if session.hooks.on_state is not None and (
        before is None or (before.state, before.status) != (found.state, found.status)
    ):
        yield Notify(session.hooks.on_state, update_of(record, record.since))


def _found(record: Record) -> Found:
    cost, prompts = record.job.cost, record.session.prompts
    # Of a job that goes on, no amount is its last: it would give back what is reserved.
    amount = record.amount if record.final else lambda _: None
    code = message = None
    if record.final and record.state != "succeeded":
        code, message = read_code(record.reason(), record.job.error)
    redacted = record.session.settings.redacted
    spent = amount("amount")
    return Found(
        state=record.state or "unknown",
        status=None if record.status is None else json.dumps(record.status),
        request_id=redacted(record.request_id) if record.request_id else None,
        cost=spent,
        discount=amount("discount"),
        currency=cost.currency if cost is not None and spent is not None else None,
        error_code=redacted(code) if code else None,
        error=redacted(message) if message and prompts else None,
    )


def note_reserved(record: Record) -> Core[None]:
    """Write down what the server itself reserves for a job that was submitted just now."""
    books, reserved = record.session.books, record.amount("reserved")
    if books is not None and reserved is not None:
        work = partial(books.reserve, record.operation.name, record.id, reserved)
        yield from call(partial(books.backlog.write, work))


def note_saved(record: Record, index: int, saved: Saved) -> Core[None]:
    """Write down that a file is whole and has its name."""
    books = record.session.books
    if books is None:
        return
    file = SavedFile(
        number=index,
        path=str(saved.path.absolute()),
        sha256=saved.sha256,
        size=saved.size,
        media_type=saved.media_type,
    )
    moment = yield from wall()
    work = partial(books.note_file, record.operation.name, record.id, file, moment)
    yield from call(partial(books.backlog.write, work))


def keeping(record: Record, index: int, path: str) -> Callable[[PartNote], object] | None:
    """What writes down where the bytes of a file gather; it blocks. None without a ledger."""
    session = record.session
    books = session.books
    if books is None:
        return None

    def keep(note: PartNote) -> None:
        file, moment = SavedFile(number=index, path=path, part=note), session.clock.wall()
        note_file = partial(books.note_file, record.operation.name, record.id, file, moment)
        books.backlog.write(note_file)

    return keep


def left_part(record: Record, index: int, path: str) -> Core[PartNote | None]:
    """Where a run that died left bytes of the same file; None where there are none."""
    books = record.session.books
    if books is None:
        return None
    row = None
    with Caught(LedgerError) as caught:  # the file is paid for, whatever became of the ledger
        row = yield from call(partial(books.row_of, record.operation.name, record.id))
    if caught.error is not None:
        record.session.log.logger.error("%s", _message(caught.error))
    files = row.files if row is not None else ()
    found = next((file for file in files if file.number == index and str(file.path) == path), None)
    return found.note if found is not None else None


def close_books(session: Session) -> Core[None]:
    """Hold no rows any more, so that other processes may take them up."""
    if session.books is not None:
        with Caught(LedgerError) as caught:
            yield from call(session.books.leave)
        if caught.error is not None:
            session.log.logger.error("%s", _message(caught.error))


def _message(error: BaseException) -> str:
    """What is wrong with the ledger; what it says of bills is of submits that were not sent."""
    return printable(error.message if isinstance(error, APIError) else error, 1000)


def _told(error: BaseException) -> str:
    """What went wrong; of an answer that nobody could read its beginning, where an id may stand."""
    kind = type(error).__name__
    if not isinstance(error, SubmitUncertainError):
        message = error.message if isinstance(error, APIError) else str(error)
        return f"{kind}: {printable(message, 1000)}"
    body = error.body[:_SHOWN].decode("utf-8", "replace")
    answer = f"; its answer begins: {printable(body, _SHOWN)}" if body else ""
    return f"{kind}: {printable(error.known, 1000)}{answer}"
