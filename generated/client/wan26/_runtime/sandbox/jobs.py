"""The jobs that were created, and how far each is by the clock."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .description import Operation
    from .movie import Movie
    from .prices import Charge
    from .switches import Switch

__all__ = ["Failure", "Job", "Jobs", "Pace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How a job ends that was asked to fail."""

    code: str
    message: str


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """A job; `created` is read off the sandbox's clock, in seconds.

    `request` is its body as it came, `kept` the faults that its submit ordered for later. Polls
    and downloads write down the rest: `slow` is the factor of its time in the queue, and at speed
    0 it is queued for `waits` polls more; a job that `falls` is told as queued again at the next
    poll; only the link of that number leads to its file, which was fetched whole `downloads` times.
    """

    id: str
    operation: Operation
    created: float
    movie: Movie
    charge: Charge
    failure: Failure | None = None
    request: Any = None
    kept: Sequence[Switch] = ()
    slow: float = 1.0
    waits: int = 0
    falls: bool = False
    link: int = 0
    downloads: int = 0

    def delay(self, factor: float) -> None:
        """Keep it queued that many times as long."""
        self.slow, self.waits = factor, round(factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long a job stays in a state, in seconds at speed 1; at speed 0 it is finished at once."""

    speed: float = 1.0
    queued: float = 1.0
    running: float = 3.0

    def state(self, age: float, slow: float = 1.0) -> str:
        """queued, running or over, after that many seconds; `slow` lengthens the queue."""
        age *= self.speed
        queued = self.queued * slow
        if self.speed <= 0 or age >= queued + self.running:
            return "over"
        return "queued" if age < queued else "running"


class Jobs:
    """All jobs of a sandbox; `ready` tells whether the file of a job is made."""

    def __init__(
        self, pace: Pace, clock: Callable[[], float], ready: Callable[[Movie], bool]
    ) -> None:
        self._pace, self._clock, self._ready = pace, clock, ready
        self._jobs: dict[str, Job] = {}

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[Job]:
        return iter(list(self._jobs.values()))

    def get(self, job_id: str) -> Job | None:
        """The job of that id."""
        return self._jobs.get(job_id)

    def create(self, **fields: Any) -> Job:
        """A new job, with an id that cannot be guessed."""
        job = Job(id=f"sandbox-{secrets.token_hex(8)}", created=self._clock(), **fields)
        self._jobs[job.id] = job
        return job

    def state(self, job: Job) -> str:
        """Its state, in the words of `x-job`: queued, running, succeeded or failed."""
        if self._pace.speed <= 0 and job.waits > 0:
            return "queued"
        state = self._pace.state(self._clock() - job.created, job.slow)
        if state != "over":
            return state
        if job.failure is not None:
            return "failed"
        # At speed 0 nobody waits for the file here: it is made when it is first fetched.
        return "succeeded" if self._pace.speed <= 0 or self._ready(job.movie) else "running"

    def listed(self) -> list[dict[str, Any]]:
        """Each job as `GET /_sandbox/jobs` tells it, in the order in which they were created."""
        return [self._told(job) for job in self]

    def clear(self) -> None:
        """Forget all jobs."""
        self._jobs.clear()

    def report(self) -> Mapping[str, Any]:
        """How many jobs were created, how far they are, and the play money charged."""
        states = {job.id: self.state(job) for job in self}
        charged: dict[str, Decimal] = {}
        for job in self:
            if states.get(job.id) == "succeeded":
                currency = job.charge.currency
                charged[currency] = charged.get(currency, Decimal(0)) + job.charge.amount
        return {
            "jobs_created": len(states),
            "jobs_by_state": dict(Counter(states.values())),
            "charged": {currency: str(amount) for currency, amount in charged.items()},
        }

    def _told(self, job: Job) -> dict[str, Any]:
        state = self.state(job)
        return {
            "id": job.id,
            "state": state,
            "charged": str(job.charge.amount) if state == "succeeded" else None,
            "currency": job.charge.currency,
            "request": job.request,
            "downloads": job.downloads,
        }
