"""Chance that is the same for the same words, on every machine and in every version of Python."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Dice"]

T = TypeVar("T")

_MASK = (1 << 64) - 1


class Dice:
    """Numbers that look random and follow from `words` alone (splitmix64; not for secrets)."""

    def __init__(self, *words: str | int) -> None:
        text = "\n".join(map(str, words)).encode("utf-8", "surrogatepass")
        self._state = int.from_bytes(sha256(text).digest()[:8], "big")

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, not including, `limit`."""
        return self._next() % limit

    def between(self, low: float, high: float) -> float:
        """A number from `low` up to `high`."""
        return low + (high - low) * self._next() / _MASK

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def _next(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)
