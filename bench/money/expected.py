"""What is to come of each fault by the money rules of the design, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from bench.money.meeting import Ended

__all__ = ["Expected", "Line", "Measured", "deviations"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """How a call is to end: the jobs there may be, what it says of the bill, what is held."""

    outcome: str
    jobs: tuple[int, ...]
    billed: str
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One fault: in a user's words, by its name, and what is to come of it both ways.

    `spec` is a fault of the sandbox, or one of `network.PLACES`. None is a way in which it
    does not come.
    """

    told: str
    spec: str
    passes: Expected | None
    stays: Expected | None
    slow: bool = False
    family: str = ""  # what all faults of a kind are for a user

    @property
    def scope(self) -> str:
        """Where it happens: line, submit, poll or download."""
        return self.spec.partition(":")[0]

    @property
    def name(self) -> str:
        """The fault without the place."""
        return self.spec.partition(":")[2]

    def expected(self, *, passes: bool) -> Expected | None:
        """What is to come of it in one way."""
        return self.passes if passes else self.stays


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came of one fault in one way."""

    line: Line
    passes: bool
    asynchronous: bool
    jobs: int
    ended: Ended
    charged: Decimal | None = None  # where the server tells
    strays: int = 0  # requests to another host with the key


def deviations(measured: Measured) -> list[str]:
    """What is not as it is to be, in words."""
    told, ended, found = measured.line.expected(passes=measured.passes), measured.ended, []
    if told is None:
        return ["nothing is expected of it"]
    if measured.jobs > 1:
        found.append(f"{measured.jobs} jobs by one call")
    elif measured.jobs not in told.jobs:
        found.append(f"{measured.jobs} jobs, not {' or '.join(map(str, told.jobs))}")
    if ended.outcome != told.outcome:
        found.append(f"{ended.outcome}, not {told.outcome}")
    if ended.billed != told.billed:
        found.append(f"billed: {ended.billed}, not {told.billed}")
    if (ended.reserved > 0) is not told.held:
        found.append(f"reserved {ended.reserved}, not {'something' if told.held else 'nothing'}")
    if measured.charged is not None and ended.reserved + ended.cost < measured.charged:
        found.append(f"{measured.charged} charged, {ended.reserved + ended.cost} known of")
    if measured.strays:
        found.append(f"the key travelled to another host {measured.strays} times")
    return found
