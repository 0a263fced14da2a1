"""What a submit is about to do, as the ledger writes it down before anything is sent."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct

from .discretion import Discreet
from .errors import LedgerConflictError, SubmitUncertainError, printable
from .uploads import Upload, is_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from .rows import LedgerRow

__all__ = ["Intent", "RequestText", "check_same", "request_text", "uncertain"]

_CHUNK = 1 << 20


class Intent(Discreet, Struct, frozen=True, kw_only=True):
    """One submit that is about to be made; `reserved` is what it may cost, None if unknown."""

    unsaid = ("request",)

    api: str
    server: str
    operation: str
    key: str | None
    request: str  # JSON: parameters and body
    request_sha256: str
    idempotency_key: str | None
    reserved: Decimal | None
    currency: str | None


class RequestText(Discreet, Struct, frozen=True, kw_only=True):
    """A request as JSON, as it may be shown, and the SHA-256 of all of it."""

    unsaid = ("shown",)

    shown: str
    sha256: str


def request_text(parameters: Mapping[str, Any], body: Any, *, prompts: bool) -> RequestText:
    """A request as JSON and its SHA-256; without `prompts` each text in it is its own SHA-256.

    Of a file stands there what it holds, as a SHA-256 too, and of a stream that can be read only
    once nothing at all.
    """
    told = {"parameters": dict(parameters), "body": None if body is UNSET else body}
    whole = _json(_plain(told))
    shown = whole if prompts else _json(_hashed(_plain(told)))
    return RequestText(shown=shown, sha256=_sha256(whole.encode("utf-8", "surrogatepass")))


def check_same(row: LedgerRow, intent: Intent) -> None:
    """See that the row of a key is of the same request, and not on its way.

    Raises:
        LedgerConflictError: it is not so.
    """
    named = f"the key {printable(row.key, 100)!r}"
    same = (row.server, row.operation, row.request_sha256)
    if same != (intent.server, intent.operation, intent.request_sha256):
        raise LedgerConflictError(
            f"{named} stands for another request (row {row.row})",
            job_id=row.job_id,
            hint="give another request another key",
        )
    if row.state == "submitting":
        raise LedgerConflictError(
            f"{named} is being submitted right now (row {row.row})",
            billed="unknown",
            retryable=True,
            hint="ask again later: the same key gives its job",
        )


def uncertain(row: LedgerRow) -> SubmitUncertainError:
    """The exception for a key of which nobody knows whether it has a job."""
    return SubmitUncertainError(
        f"an earlier {row.operation} with the key {printable(row.key, 100)!r} may have created a "
        f"job that costs money",
        fate="unanswered",
        known=row.error or "its process ended before an answer was written down",
        request_id=row.request_id,
        code=row.error_code,
        hint=f"look in your account; client.ledger.adopt({row.row}, job_id) takes the job that is "
        f"there, client.ledger.release({row.row}) says that there is none",
    )


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def _sha256(content: bytes) -> str:
    from hashlib import sha256  # for those who keep a ledger

    return sha256(content).hexdigest()


def _plain(value: Any) -> Any:
    """The value in JSON's terms, files as what they hold."""
    if is_file(value):
        return {"file": _digest(value)}
    if isinstance(value, dict):
        return {str(name): _plain(member) for name, member in value.items() if member is not UNSET}
    if isinstance(value, list | tuple):
        return [_plain(element) for element in value if element is not UNSET]
    return value


def _hashed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _hashed(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_hashed(element) for element in value]
    if isinstance(value, str):
        return f"sha256:{_sha256(value.encode('utf-8', 'surrogatepass'))}"
    return value


def _digest(value: Any) -> str | None:
    content = value.content if isinstance(value, Upload) else value
    if isinstance(content, bytes | bytearray | memoryview):
        return _sha256(bytes(content))
    if isinstance(content, os.PathLike):
        with Path(content).open("rb") as file:
            return _read(file)
    if not content.seekable():
        return None
    place = content.tell()
    try:
        return _read(content)
    finally:
        content.seek(place)


def _read(file: Any) -> str:
    from hashlib import sha256

    digest = sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
