"""The life cycle of a job as data: how it is followed from its submit to what was paid for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from specloom.model.types import ABSENT
from specloom.targets.client.runtime.sources import may_be_many

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specloom.diagnostics import Location

State = Literal["queued", "running", "succeeded", "failed", "cancelled", "expired", "missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A further call of a job's life cycle: an operation with bound parameters, or a URL that the server gave.

    `usual` is sent for parameters that are bound to nothing; `numbers` are the JSON Pointers of the sources in
    `request_body` that go as numbers. What submits a job itself is called `once`, and never again by itself.
    """

    operation: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    request_body: Any = ABSENT
    usual: Mapping[str, Any] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()
    url: str = ""
    once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Decides a state before the words do."""

    state: State
    code: int | None = None
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """Where a finished job's value and files are."""

    step: Step | None = None
    value: str = ""
    files: tuple[str, ...] = ()
    expires: float | str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where progress is told, and out of how much."""

    value: str
    of: float | str = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Where the server tells what a job costs."""

    currency: str
    reserved: str = ""
    amount: str = ""
    discount: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The call that finds lost jobs."""

    step: Step
    ids: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """The key that makes a repeated submit safe."""

    key: str
    repeat: Literal["replayed", "refused", "unknown"] = "unknown"
    is_id: bool = False
    known: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The life cycle of a job (`x-job`), resolved once for every target. Times in seconds, places in RFC 9535."""

    id: tuple[str, ...]
    poll: Step
    interval: float
    timeout: float
    status: tuple[str, ...]
    states: Mapping[State, tuple[str | int | float | bool, ...]]
    rules: tuple[Rule, ...] = ()
    refused: str = ""
    not_taken: tuple[int, ...] = ()
    result: JobResult | None = None
    error_code: tuple[str, ...] = ()
    error_message: tuple[str, ...] = ()
    progress: Progress | None = None
    cost: Cost | None = None
    cancel: Step | None = None
    listing: Listing | None = None
    idempotency: Idempotency | None = None
    result_name: str
    at: Location

    @property
    def makes_several(self) -> bool:
        """Whether one submit may make several jobs: the path of the id may select several nodes."""
        return any(may_be_many(path) for path in self.id or (self.poll.url,))
