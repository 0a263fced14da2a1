"""The jobs that were created, and how far each is by the clock."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .description import Operation
    from .lives import Asked, Life
    from .movie import Movie
    from .prices import Charge
    from .switches import Switch

__all__ = ["ENDS", "Failure", "Job", "Jobs", "Pace", "Told"]

# How a job may end; missing: it is forgotten.
ENDS = ("succeeded", "failed", "cancelled", "expired", "missing")
_TURNS = 8  # tries at an id that is free
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How a job ends that was asked to fail."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer, as JSON: its status, its body, the headers that it has of its own."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """A job; `created` is read off the sandbox's clock, in seconds.

    `given` is its id as its schema has it, `ends` how it ends, `request` its body as it came,
    `asked` its parameters, `collection` where it lies among the things, `files` how many it has,
    `kept` the faults that its submit ordered for later; of several jobs of one submit it has `turn`
    (its place, how many there are). What is done with it is written down: `first` and `last` are
    the submit's answer and one that tells of success, `slow` is the factor of its time in the
    queue, and at speed 0 it is queued for `waits` polls more; a job that `falls` is told as queued
    again at the next poll; only the link of the number `link`, told first at `linked`, leads to
    its file, which was fetched whole `downloads` times; it is `closed` once its end was told where
    the next request of the kind begins another job.
    """

    id: str
    given: str | int
    life: Life
    operation: Operation
    created: float
    movie: Movie
    media_type: str
    charge: Charge
    ends: str = "succeeded"
    failure: Failure | None = None
    request: Any = None
    asked: Asked | None = None
    turn: tuple[int, int] = (0, 1)
    collection: str = ""
    files: int = 1
    kept: Sequence[Switch] = ()
    first: Told | None = None
    last: Told | None = None
    cancelled: bool = False
    slow: float = 1.0
    waits: int = 0
    falls: bool = False
    link: int = 0
    linked: float | None = None
    downloads: int = 0
    closed: bool = False

    @property
    def fails(self) -> bool:
        """Whether it has no file in the end."""
        return self.failure is not None or self.ends != "succeeded"

    @property
    def handle(self) -> str:
        """Its id as it stands in the sandbox's own paths."""
        return self.id if self.id and _SAFE.issuperset(self.id) else self.id.encode().hex()

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

    def done(self, age: float, slow: float = 1.0) -> float:
        """The share of the way, from 0 to 1, that is behind a job after that many seconds."""
        whole = self.queued * slow + self.running
        return 1.0 if self.speed <= 0 or whole <= 0 else min(1.0, age * self.speed / whole)


class Jobs:
    """All jobs of a sandbox; `ready` tells whether the file of a job is made."""

    def __init__(
        self, pace: Pace, clock: Callable[[], float], ready: Callable[[Job], bool]
    ) -> None:
        self._pace, self.clock, self._ready = pace, clock, ready
        self.clear()

    def clear(self) -> None:
        """Forget all jobs."""
        self._jobs: dict[str, Job] = {}
        self._handles: dict[str, Job] = {}
        self._addresses: dict[tuple[str, str], Job] = {}
        self._count = 0
        self._ids: set[str] = set()  # of all jobs, also of those that are gone

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[Job]:
        return iter(list(self._jobs.values()))

    def get(self, job_id: str) -> Job | None:
        """The job of that id."""
        return self._jobs.get(job_id)

    def named(self, handle: str) -> Job | None:
        """The job of that handle."""
        return self._handles.get(handle)

    def at(self, kind: str, path: str) -> Job | None:
        """The job to which an address was given for a step of that kind."""
        return self._addresses.get((kind, path))

    def give_address(self, kind: str, path: str, job: Job) -> None:
        """Remember that the path means this job."""
        self._addresses[kind, path] = job

    def new_id(
        self, likes: Callable[[str], Sequence[Any]], fits: Callable[[Any], bool]
    ) -> str | int:
        """An id that cannot be guessed; one that counts where they are numbers.

        `likes` gives values as schemas have them, others for each text: what is to be used where
        nothing else `fits`.
        """
        self._count += 1
        token = secrets.token_hex(16)
        guesses = (f"sandbox-{token[:16]}", str(UUID(token, version=4)), self._count, token)
        usual = next((each for each in guesses if fits(each)), None)
        made = usual if usual is not None else self._liked(likes, fits) or guesses[0]
        self._ids.add(str(made))
        return made

    def _liked(
        self, likes: Callable[[str], Sequence[Any]], fits: Callable[[Any], bool]
    ) -> str | int | None:
        """A value as schemas have it that no job has or had, one that fits before others."""
        drawn = (each for turn in range(_TURNS) for each in likes(f"id {self._count} {turn}"))
        free: list[str | int] = []
        for each in drawn:
            if isinstance(each, str | int) and str(each) not in self._ids:
                if fits(each):
                    return each
                free.append(each)
        return next(iter(free), None)

    def create(self, given: str | int, **fields: Any) -> Job:
        """A new job with that id; one that has it already gives way."""
        job = Job(id=str(given), given=given, created=self.clock(), **fields)
        self._jobs[job.id] = self._handles[job.handle] = job
        return job

    def erase(self, job: Job) -> None:
        """Forget a job."""
        self._jobs.pop(job.id, None)
        self._handles.pop(job.handle, None)
        self._addresses = {key: each for key, each in self._addresses.items() if each is not job}

    def state(self, job: Job) -> str:
        """Its state, in the words of `x-job`."""
        if job.cancelled:
            return "cancelled"
        if self._pace.speed <= 0 and job.waits > 0:
            return "queued"
        state = self._pace.state(self.clock() - job.created, job.slow)
        if state != "over":
            return state
        if job.failure is not None:
            return "failed"
        if job.ends != "succeeded":
            return job.ends
        # At speed 0 nobody waits for the file here: it is made when it is first fetched.
        return "succeeded" if self._pace.speed <= 0 or self._ready(job) else "running"

    def progress(self, job: Job) -> float:
        """The share of its way that is behind it."""
        if self._pace.speed <= 0 and job.waits > 0:
            return 0.0
        return self._pace.done(self.clock() - job.created, job.slow)

    def listed(self) -> list[dict[str, Any]]:
        """Each job as `GET /_sandbox/jobs` tells it, in the order in which they were created."""
        return [self._told(job) for job in self]

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
