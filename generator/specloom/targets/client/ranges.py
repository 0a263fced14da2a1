"""The limits of a value in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from specloom.model.types import Limits


def range_text(limits: Limits) -> str:
    """The range of a number in words; empty where there is none."""
    low, high = limits.minimum, limits.maximum
    if low is not None and high is not None:
        return f"From {low} to {high}."
    if low is not None:
        return f"At least {low}."
    return f"At most {high}." if high is not None else ""
