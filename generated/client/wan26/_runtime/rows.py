"""Rows of the ledger, as they are read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import Struct

from .discretion import Discreet
from .parts import PartNote

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from .operations import Word

__all__ = [
    "FINAL_STATES",
    "NOTHING",
    "Change",
    "LedgerFile",
    "LedgerRow",
    "LedgerState",
    "is_at_risk",
    "read_row",
]

LedgerState: TypeAlias = Literal[
    "submitting",
    "uncertain",
    "rejected",
    "released",
    "unknown",
    "queued",
    "running",
    "succeeded",
    "failed",
    "cancelled",
    "expired",
    "missing",
]

# Nothing was created, so that nothing can be billed.
NOTHING = ("rejected", "released")
FINAL_STATES = ("succeeded", "failed", "cancelled", "expired")


def is_at_risk(state: str, cost: object) -> bool:
    """Whether a row may cost money of which nobody knows how much."""
    return cost is None and state not in NOTHING


class LedgerFile(Discreet, Struct, frozen=True, kw_only=True):
    """A file of a result; `sha256` and `size` are known once it is whole."""

    unsaid = ("note",)

    number: int
    path: Path
    sha256: str | None
    size: int | None
    media_type: str | None
    saved: bool
    note: PartNote | None = None  # of the bytes that are there so far


class Change(Struct, frozen=True, kw_only=True):
    """When a job came into a state."""

    state: LedgerState
    status: Word | None
    at: datetime


class LedgerRow(Discreet, Struct, frozen=True, kw_only=True):
    """One submit and what came of it.

    Attributes:
        row: its number.
        state: `submitting` (on its way), `uncertain` (nobody knows whether there is a job),
            `rejected` (there is none), `released` (somebody decided that there is none),
            `unknown` (the vendor's word is not known), else the state of the job.
        held: whether a client that runs now has it.
        reserved: what it may still cost; None if that is not known.
        cost: what it has cost; None if that is not known.
        request: the body as it was sent; without `ledger_prompts` its texts are hashes.
        created: when it was written down, before it was sent; all times are UTC.
        submitted: when its id was known.
        finished: when the job ended.
        settled: when somebody said what it cost: it is not resumed by itself from then on.
    """

    unsaid = ("request", "parameters", "idempotency_key", "history")

    row: int
    parent: int | None
    api: str
    server: str
    operation: str
    key: str | None
    state: LedgerState
    status: Word | None
    job_id: str | None
    token: str | None
    request_id: str | None
    request: Any
    parameters: Mapping[str, Any]
    request_sha256: str
    idempotency_key: str | None
    held: bool
    reserved: Decimal | None
    cost: Decimal | None
    discount: Decimal | None
    currency: str | None
    error_code: str | None
    error: str | None
    created: datetime
    changed: datetime
    submitted: datetime | None
    finished: datetime | None
    settled: datetime | None
    files: tuple[LedgerFile, ...]
    history: tuple[Change, ...]

    @property
    def file(self) -> Path | None:
        """Where its first file was saved; None before that."""
        return next((one.path for one in self.files if one.saved), None)

    @property
    def sha256(self) -> str | None:
        """The SHA-256 of that file."""
        return next((one.sha256 for one in self.files if one.saved), None)

    @property
    def at_risk(self) -> bool:
        """Whether it may cost money of which nobody knows how much."""
        return is_at_risk(self.state, self.cost)


def read_row(
    found: sqlite3.Row,
    *,
    held: bool,
    files: Iterable[sqlite3.Row] = (),
    history: Iterable[sqlite3.Row] = (),
) -> LedgerRow:
    """A row out of the tables; an intent whose process has died is uncertain."""
    request = json.loads(found["request"]) if found["request"] else {}
    state = found["state"]
    told: dict[str, Any] = {name: found[name] for name in _AS_THEY_ARE}
    told |= {name: _decimal(found[name]) for name in ("reserved", "cost", "discount")}
    told |= {name: _moment(found[name]) for name in ("submitted", "finished", "settled")}
    return LedgerRow(
        row=found["number"],
        state="uncertain" if state == "submitting" and not held else state,
        status=_word(found["status"]),
        request=request.get("body"),
        parameters=request.get("parameters", {}),
        held=held,
        created=_at(found["created"]),
        changed=_at(found["changed"]),
        files=tuple(_file(one) for one in files),
        history=tuple(
            Change(state=one["state"], status=_word(one["status"]), at=_at(one["moment"]))
            for one in history
        ),
        **told,
    )


_AS_THEY_ARE = (
    "parent",
    "api",
    "server",
    "operation",
    "key",
    "job_id",
    "token",
    "request_id",
    "request_sha256",
    "idempotency_key",
    "currency",
    "error_code",
    "error",
)


def _file(found: sqlite3.Row) -> LedgerFile:
    return LedgerFile(
        number=found["number"],
        path=Path(found["path"]),
        sha256=found["sha256"],
        size=found["size"],
        media_type=found["media_type"],
        saved=found["sha256"] is not None,
        note=_note(found),
    )


def _note(found: sqlite3.Row) -> PartNote | None:
    if found["part"] is None:
        return None
    return PartNote(path=found["part"], validator=found["validator"], total=found["total"])


def _word(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else _at(seconds)
