"""The faults that a submit meets: what is answered, and whether there is a job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["FAULTS", "REDIRECT", "SLOW", "Answer", "Fault"]

Answer = Literal["status", "drop", "late", "html", "cut", "no-id", "redirect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault; `makes_job` says whether the server has taken the order all the same."""

    name: str
    answer: Answer = "status"
    status: int = 200
    hint: str = ""
    makes_job: bool = True

    @property
    def told(self) -> str:
        """The fault with what became of the job at the server."""
        return f"{self.name}{'' if self.makes_job else ' (no job made)'}"


SLOW = "slow-answer"
REDIRECT = "redirect"

# Where a status leaves open whether there is a job, there is one: that is what must not cost twice.
FAULTS = (
    Fault(name="drop-after-accept", answer="drop"),
    Fault(name="drop-before-accept", answer="drop", makes_job=False),
    Fault(name=SLOW, answer="late"),
    Fault(name="408", status=408),
    Fault(name="429", status=429, makes_job=False),
    Fault(name="429-hint", status=429, hint="1", makes_job=False),
    Fault(name="500", status=500),
    Fault(name="502", status=502),
    Fault(name="502-page", answer="html", status=502),
    Fault(name="503", status=503),
    Fault(name="html", answer="html"),
    Fault(name="cut-json", answer="cut"),
    Fault(name="no-id", answer="no-id"),
    Fault(name=REDIRECT, answer="redirect", status=307, makes_job=False),
)
