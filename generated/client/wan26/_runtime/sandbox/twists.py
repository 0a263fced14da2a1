"""What faults of polls make of what is told of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .answers import Twist

if TYPE_CHECKING:
    from .bench import Visit
    from .jobs import Job
    from .telling import Telling

__all__ = ["twisted"]


def twisted(visit: Visit, job: Job, telling: Telling) -> tuple[str, Twist | None]:
    """The state that a poll tells (empty: the true one), and what is wrong with its answer."""
    cycle = job.life.cycle
    if job.falls:
        job.falls = False
        return "queued", None
    match visit.fault:
        case "backwards":
            job.falls = True
            return "running", None
        case "unknown-state":
            return "running", Twist(word=telling.unnamed())
        case "no-status":
            return "", Twist(lacks=tuple(cycle.status))
        case "done-without-file":
            return "", Twist(lacks=tuple(cycle.result.files))
    return "", None
