"""The person who decides what is uncertain: adopts the job that is there, or releases the row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.crash.worker import SETTINGS
from wan26 import Wan26

if TYPE_CHECKING:
    from pathlib import Path

    from bench.crash.evidence import Job

__all__ = ["decide"]


def decide(ledger: Path, url: str, jobs: tuple[Job, ...]) -> tuple[int, int]:
    """Decide each uncertain order; gives how many were adopted and how many released."""
    ids = {job.order: job.id for job in jobs}
    adopted = released = 0
    with Wan26(**SETTINGS, base_url=url, ledger=ledger) as client:
        for row in client.ledger.rows("uncertain"):
            if row.key in ids:
                client.ledger.adopt(row, ids[row.key])
                adopted += 1
            else:
                client.ledger.release(row)
                released += 1
    return adopted, released
