"""The jobs that were created, and how far each is by the clock."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .description import Operation
    from .movie import Movie
    from .prices import Charge

__all__ = ["Failure", "Job", "Jobs", "Pace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How a job ends that was asked to fail."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job; `created` is read off the sandbox's clock, in seconds."""

    id: str
    operation: Operation
    created: float
    movie: Movie
    charge: Charge
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long a job stays in a state, in seconds at speed 1; at speed 0 it is finished at once."""

    speed: float = 1.0
    queued: float = 1.0
    running: float = 3.0

    def state(self, age: float) -> str:
        """queued, running or over, after that many seconds."""
        age *= self.speed
        if self.speed <= 0 or age >= self.queued + self.running:
            return "over"
        return "queued" if age < self.queued else "running"


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
        state = self._pace.state(self._clock() - job.created)
        if state != "over":
            return state
        if job.failure is not None:
            return "failed"
        # At speed 0 nobody waits for the file here: it is made when it is first fetched.
        return "succeeded" if self._pace.speed <= 0 or self._ready(job.movie) else "running"

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
