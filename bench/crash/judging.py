"""Whether the promise was kept: what is wrong with what was found, in words, and the figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.crash.evidence import Evidence, Job, Row

__all__ = ["Figures", "charged", "judge", "measure"]

_NOTHING = ("rejected", "released")


@dataclass(slots=True, kw_only=True)
class Figures:
    """What a part of the bench has counted; a part that failed says why in `wrong`."""

    what: str
    kills: int = 0
    runs: int = 0
    jobs: int = 0
    twice: int = 0
    lost: int = 0
    uncertain: int = 0
    doubted: int = 0  # submits that a kill caught between intent and id
    adopted: int = 0  # of the uncertain ones: the sandbox had their job
    whole: int = 0
    files: int = 0
    parts: int = 0  # `.part` files that nobody took up
    settled: Decimal = Decimal(0)
    charged: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)
    wrong: list[str] = field(default_factory=list)


def judge(seen: Evidence) -> list[str]:
    """Each broken promise in one line; nothing where all were kept."""
    return [*_twice(seen), *_lost(seen), *_doubt(seen), *_files(seen), *_money(seen), *_end(seen)]


def paid_twice(jobs: tuple[Job, ...]) -> list[str]:
    """The orders with more than one job."""
    return [order for order, count in Counter(job.order for job in jobs).items() if count > 1]


def lost(seen: Evidence) -> list[Job]:
    """The jobs that no row has, though the row of their order is not uncertain either."""
    known = {row.job_id for row in seen.rows}
    open_orders = {row.key for row in seen.rows if row.state in ("submitting", "uncertain")}
    return [job for job in seen.before if job.id not in known and job.order not in open_orders]


def money(rows: tuple[Row, ...]) -> tuple[Decimal, Decimal]:
    """What is settled, and what is reserved beside it."""
    settled = sum((row.cost for row in rows if row.cost is not None), Decimal(0))
    reserved = (row.reserved or Decimal(0) for row in rows if row.cost is None)
    return settled, sum(reserved, Decimal(0))


def charged(jobs: tuple[Job, ...]) -> Decimal:
    """What the sandbox charged."""
    return sum((job.charged for job in jobs if job.charged is not None), Decimal(0))


def whole(seen: Evidence) -> int:
    """How many files are real videos, and those that their rows tell of."""
    return sum(1 for file in seen.files if file.is_whole)


def measure(figures: Figures, seen: Evidence) -> None:
    """Add what was found at the end of a run."""
    settled, reserved = money(seen.rows)
    figures.jobs += len(seen.after)
    figures.twice += len(paid_twice(seen.after))
    figures.lost += len(lost(seen))
    figures.files += len(seen.files)
    figures.whole += whole(seen)
    figures.settled += settled
    figures.reserved += reserved
    figures.charged += charged(seen.after)


def _twice(seen: Evidence) -> Iterator[str]:
    for order in paid_twice(seen.after):
        ids = ", ".join(job.id for job in seen.after if job.order == order)
        yield f"{order} was paid twice: {ids}"
    for job_id, count in Counter(row.job_id for row in seen.rows).items():
        if job_id is not None and count > 1:
            yield f"{job_id} stands in {count} rows"


def _lost(seen: Evidence) -> Iterator[str]:
    for job in lost(seen):
        yield f"{job.id} of {job.order} is lost: no row has it, and its order is not uncertain"
    there = {job.id for job in seen.after}
    for row in seen.rows:
        if row.job_id is not None and row.job_id not in there:
            yield f"row {row.number} has {row.job_id}, which the sandbox never created"


def _doubt(seen: Evidence) -> Iterator[str]:
    doubtful = [row for row in seen.rows if row.is_doubtful]
    if len(doubtful) > seen.allowed:
        named = ", ".join(str(row.key) for row in doubtful)
        yield f"{len(doubtful)} orders are uncertain, {seen.allowed} may be: {named}"


def _files(seen: Evidence) -> Iterator[str]:
    there = {file.path.resolve(): file for file in seen.files}
    for file in seen.files:
        if not file.is_whole:
            yield f"{file.path.name} is no whole MP4"
    for row in seen.rows:
        if row.sha256 is None or row.path is None:
            continue
        found = there.get(row.path.resolve())
        if found is None:
            yield f"row {row.number} tells of {row.path.name}, which is not there"
        elif found.sha256 != row.sha256:
            yield f"{row.path.name} is not what row {row.number} tells: its SHA-256 differs"


def _money(seen: Evidence) -> Iterator[str]:
    settled, reserved = money(seen.rows)
    least, most = charged(seen.before), charged(seen.after)
    if settled > most:
        yield f"{settled} are settled, and only {most} were charged"
    if least > settled + reserved:
        yield f"{least} were charged, more than {settled} settled and {reserved} reserved"
    for row in seen.rows:
        if row.state in _NOTHING and row.reserved:
            yield f"row {row.number} is {row.state} and keeps {row.reserved} reserved"


def _end(seen: Evidence) -> Iterator[str]:
    """What must be so when all work is done: the rest is a file for each order, or uncertain."""
    if not seen.finished:
        return
    by_key = {row.key: row for row in seen.rows}
    for order in sorted(seen.orders):
        row = by_key.get(order)
        if row is None:
            yield f"{order} has no row"
        elif not row.is_doubtful and (row.state != "succeeded" or row.sha256 is None):
            yield f"{order} is {row.state}, and no file of it was saved"
        elif not row.is_doubtful and row.cost is None:
            yield f"{order} is done, and its cost is not settled"
