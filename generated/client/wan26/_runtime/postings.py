"""What is written into the ledger's rows, inside a transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from . import statements
from .rows import FINAL_STATES, NOTHING

if TYPE_CHECKING:
    import sqlite3
    from decimal import Decimal

    from .books import Begun
    from .intents import Intent
    from .parts import PartNote

__all__ = [
    "Found",
    "Outcome",
    "SavedFile",
    "as_text",
    "conclude",
    "copy_of",
    "found_out",
    "insert",
    "learn",
    "note_file",
    "note_state",
    "renew",
]


class Outcome(Struct, frozen=True, kw_only=True):
    """How a submit ended that gave no job: `rejected` or `uncertain`."""

    state: str
    error: str
    error_code: str | None = None
    request_id: str | None = None


class Found(Struct, frozen=True, kw_only=True):
    """What an answer tells of a job; `status` is the vendor's word as JSON."""

    state: str
    status: str | None
    request_id: str | None = None
    cost: Decimal | None = None
    discount: Decimal | None = None
    currency: str | None = None
    error_code: str | None = None
    error: str | None = None

    def repeats(self, other: Found | None) -> bool:
        """Whether another answer told the same: each has a `request_id` of its own."""
        return other is not None and replace(other, request_id=self.request_id) == self


class SavedFile(Struct, frozen=True, kw_only=True):
    """A file of a result: whole (`sha256`), or on its way (`part`)."""

    number: int
    path: str
    sha256: str | None = None
    size: int | None = None
    media_type: str | None = None
    part: PartNote | None = None


def insert(changed: sqlite3.Connection, intent: Intent, owner: str, moment: float) -> int:
    """A new row of a submit that is on its way; gives its number."""
    said = (intent.request, intent.request_sha256, intent.idempotency_key)
    money = (as_text(intent.reserved), intent.currency)
    values = (intent.api, intent.server, intent.operation, intent.key, *said, owner, *money)
    number = changed.execute(statements.INSERT, (*values, moment, moment)).lastrowid
    return int(number or 0)


def renew(
    changed: sqlite3.Connection, begun: Begun, intent: Intent, owner: str, moment: float
) -> None:
    """The row of a key, on its way once more."""
    key = begun.idempotency_key or intent.idempotency_key
    where = (intent.server, intent.operation)
    said = (intent.request, intent.request_sha256, key)
    kept, expected = begun.doubted, as_text(intent.reserved)  # what may have been billed stays
    money = (kept, expected, expected, intent.currency)
    changed.execute(statements.RENEW, (*where, *said, owner, *money, moment, begun.row))


def copy_of(changed: sqlite3.Connection, number: int) -> int:
    """A row for a further job of the same submit; gives its number."""
    return int(changed.execute(statements.COPY, (number,)).lastrowid or 0)


def conclude(changed: sqlite3.Connection, number: int, outcome: Outcome, moment: float) -> None:
    """How a submit ended that gave no job."""
    told = (outcome.state, outcome.error, outcome.error_code, outcome.request_id, moment)
    changed.execute(statements.CONCLUDE, (*told, outcome.state in NOTHING, number))
    note_state(changed, number, outcome.state, None, moment)


def found_out(changed: sqlite3.Connection, number: int, found: Found, moment: float) -> None:
    """What an answer tells of a job."""
    cost = as_text(found.cost)
    money = (cost, as_text(found.discount), found.currency)
    error = (found.error_code, found.error)
    ended = (found.state in FINAL_STATES, moment)
    told = (found.state, found.status, found.request_id, *money, *error, moment, *ended, cost)
    changed.execute(statements.FOUND, (*told, number))


def note_state(
    changed: sqlite3.Connection, number: int, state: str, status: str | None, moment: float
) -> None:
    """A state into which a row came."""
    changed.execute(statements.NOTE_STATE, (number, state, status, moment))


def as_text(amount: Decimal | None) -> str | None:
    """An amount as it is kept."""
    return None if amount is None else str(amount)


def learn(
    changed: sqlite3.Connection,
    number: int,
    job: tuple[str, str],
    reserved: Decimal | None,
    moment: float,
) -> None:
    """The id and token of a job; of one that somebody has released the money counts again."""
    changed.execute(statements.LEARN, (*job, as_text(reserved), moment, moment, number))
    note_state(changed, number, "queued", None, moment)


def note_file(changed: sqlite3.Connection, number: int, file: SavedFile, moment: float) -> None:
    """A file of a job: whole, or on its way."""
    part = file.part
    told = (file.path, file.sha256, file.size, file.media_type)
    left = (None, None, None) if part is None else (part.path, part.validator, part.total)
    changed.execute(statements.NOTE_FILE, (number, file.number, *told, *left, moment))
