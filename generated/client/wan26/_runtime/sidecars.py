"""What is known of a saved file, as JSON beside it: how it was made, what it cost, what it is."""

from __future__ import annotations

import hashlib
import json
import math
import re
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from .answers import MISSING
from .effects import call, now, wall
from .logs import bare_url, without_queries
from .parts import PartFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal
    from pathlib import Path

    from .effects import Core
    from .finishing import Link
    from .records import Record
    from .session import Session
    from .transfers import Saved

__all__ = ["VERSION", "sidecar_of", "write_sidecar"]

VERSION = 1  # of what stands in the file
_LONGEST = 65_536  # characters: what is longer is a file in base64, and not a prompt
_SHOWN = 100
_URL = re.compile(r"https?://\S+\Z", re.IGNORECASE)
_HALF = re.compile(r"[\ud800-\udfff]")  # of a pair: UTF-8 has no form for it


def sidecar_of(path: Path, *, overwrite: bool) -> PartFile:
    """The sidecar of a file, to be written: `kitten.mp4.json` beside `kitten.mp4`."""
    return PartFile(path=path.with_name(f"{path.name}.json"), overwrite=overwrite)


def write_sidecar(sidecar: PartFile, record: Record, link: Link, saved: Saved) -> Core[None]:
    """Write all that is known of a saved file; what is not known is left out.

    Raises:
        OSError: it cannot be written; a note says that the file itself is saved.
    """
    moment, today = (yield from now()), (yield from wall())
    told = {
        "file": saved.path.name,
        "size": saved.size,
        "sha256": saved.sha256,
        "media_type": saved.media_type,
        "url": bare_url(link.url),
        "operation": record.operation.name,
        "job_id": record.id,
        "token": record.token,
        **_request(record),
        **_cost(record),
        **_times(record, moment, today),
        "versions": _versions(record.session),
    }
    known = {name: value for name, value in told.items() if value is not None}
    try:
        yield from call(partial(_write, sidecar, _plain(record.session, known)))
    except OSError as error:
        error.add_note(f"the file itself is saved as {saved.path}")
        raise


def _request(record: Record) -> dict[str, Any]:
    """The body as it was sent, and the seed that was taken: by the answer, else by the body."""
    seeds = (*_seeds(record.parsed().whole), *_seeds(record.request))
    return {"request": record.request, "seed": next(iter(seeds), None)}


def _seeds(value: Any) -> Iterator[int | str]:
    """All members of the name `seed`, outer ones first, that may be one."""
    level = [value]
    while level:
        inner: list[Any] = []
        for node in level:
            seed = node.get("seed") if isinstance(node, dict) else None
            if isinstance(seed, int | str) and not isinstance(seed, bool) and seed != "":
                yield seed
            members = node.values() if isinstance(node, dict) else node
            inner += members if isinstance(node, dict | list) else ()
        level = inner


def _cost(record: Record) -> dict[str, str | None]:
    cost, discount = record.amount("amount"), record.amount("discount")
    paths = record.job.cost
    is_known = paths is not None and (cost is not None or discount is not None)
    currency = paths.currency if is_known and paths is not None else None
    return {"cost": _digits(cost), "discount": _digits(discount), "currency": currency}


def _digits(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _times(record: Record, moment: float, today: float) -> dict[str, str | None]:
    """When the job was submitted and found done, where this process saw it; when it was saved."""
    seen = bool(record.submitted)  # else it was resumed: it is older than what is known of it
    return {
        "created": _utc(today - (moment - record.started)) if seen else None,
        "finished": _utc(today - (moment - record.since)) if seen else None,
        "saved": _utc(today),
    }


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _versions(session: Session) -> dict[str, Any]:
    return {"sidecar": VERSION, "package": session.api.package, "api": session.api.version}


def _plain(session: Session, value: Any) -> Any:
    """A value that JSON can tell, without keys, without what signs a link, without whole files."""
    if isinstance(value, dict):
        return {_text(session, name): _plain(session, one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(session, one) for one in value]
    if isinstance(value, str):
        return _text(session, value)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return None if value is MISSING else f"<{type(value).__name__}>"


def _text(session: Session, value: Any) -> str:
    text = str(value)
    if len(text) > _LONGEST:
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return f"{text[:_SHOWN]}... ({len(text)} characters, sha256 {digest})"
    if _URL.match(text):
        text = without_queries(text)
    return session.settings.redacted(text)


def _write(sidecar: PartFile, told: dict[str, Any]) -> None:
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    # Only inside of strings may they stand, where JSON has an escape for them.
    text = _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
    try:
        sidecar.open()
        sidecar.write(text.encode())
        sidecar.settle()
    finally:
        sidecar.abandon()
