"""What speaks for a job and against it, in points, each with its place in the document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from specloom.diagnostics import Location

__all__ = ["Evidence", "Findings", "Sureness"]

Sureness = Literal["sure", "likely", "possible"]

_SURE = 9
_LIKELY = 6
_POSSIBLE = 5


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that the document says, how much it speaks for a job (against, below 0), and where it stands."""

    points: int
    text: str
    at: Location


@dataclass(slots=True)
class Findings:
    """All evidence about one submit and its poll.

    Attributes:
        is_doubtful: A word or its place is a guess, or what is answered may be no new job: `likely` at most.
        is_thing: What is polled has a name of a thing, or of a part of one: `possible` at most.
        is_telling: Something shows that work is meant and not a thing; without, `possible` at most.
    """

    evidence: list[Evidence] = field(default_factory=list)
    is_doubtful: bool = False
    is_thing: bool = False
    is_telling: bool = False

    def add(self, points: int, text: str, at: Location, *, is_telling: bool = False) -> None:
        """Add one piece of evidence."""
        self.evidence.append(Evidence(points, text, at))
        self.is_telling = self.is_telling or is_telling

    @property
    def score(self) -> int:
        """The sum of all points."""
        return sum(one.points for one in self.evidence)

    @property
    def sureness(self) -> Sureness | None:
        """How sure it is; None if too little speaks for it."""
        if self.score < _POSSIBLE:
            return None
        if self.score < _LIKELY or self.is_thing or not self.is_telling:
            return "possible"
        return "likely" if self.score < _SURE or self.is_doubtful else "sure"
