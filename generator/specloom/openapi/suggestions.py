"""How findings quote, list and correct words of a document."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from specloom.source.similar import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["closest", "did_you_mean", "distance", "is_near", "is_slip", "listing", "quoted"]

_LONGEST_QUOTE = 60
_LONGEST_LISTING = 12


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that `word` most likely stands for; empty if none is near."""
    words = comparable(word, known)
    folded = word.casefold()
    for candidate in words:
        if candidate.casefold() == folded:
            return candidate
    if near := get_close_matches(word, words, n=1, cutoff=0.7):
        return near[0]
    # Of three letters one is a third, and two that are swapped count as more.
    slips = (known for known in words if len(word) > 2 and len(known) > 2)
    return next((known for known in slips if is_near(word, known, 1)), "")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word; empty if none is near."""
    near = closest(word, known)
    return f"did you mean {quoted(near)}?" if near else ""


@cache
def is_slip(word: str, known: frozenset[str] | tuple[str, ...]) -> bool:
    """Whether `word` is most likely a misspelt known word, and not one of its own."""
    near = closest(word, known)
    return bool(near) and near != word and is_near(word, near, 2)


def is_near(left: str, right: str, reach: int) -> bool:
    """Whether no more than `reach` letters tell two words apart, as `distance` counts them."""
    # Cheap looks first: thousands of words are compared.
    if abs(len(left) - len(right)) > reach:
        return False
    first, second = _differing(left, right)
    if reach == 1 and max(len(first), len(second)) > 2:
        return False
    return distance(first, second) <= reach


def _differing(left: str, right: str) -> tuple[str, str]:
    """Two words without the letters at their beginnings and ends that they share: these cost nothing."""
    shared = _shared(left, right)
    left, right = left[shared:], right[shared:]
    shared = _shared(left[::-1], right[::-1])
    return left[: len(left) - shared], right[: len(right) - shared]


def _shared(left: str, right: str) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    shorter = min(len(left), len(right))
    return next((index for index, (mine, theirs) in pairs if mine != theirs), shorter)


def distance(left: str, right: str) -> int:
    """How many letters must be inserted, deleted, replaced or swapped with a neighbour to turn one into the other."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, mine in enumerate(left, 1):
        before, last, row = row, before, [i]
        for j, theirs in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (mine != theirs))
            if i > 1 and j > 1 and mine == right[j - 2] and left[i - 2] == theirs:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def quoted(text: str) -> str:
    """`text` in backquotes, cut if it is long."""
    return f"`{text}`" if len(text) <= _LONGEST_QUOTE else f"`{text[: _LONGEST_QUOTE - 1]}…`"


def listing(words: Sequence[str], conjunction: str) -> str:
    """`a, b and c`; the end of a long list is only counted."""
    told = list(words)
    if len(told) > _LONGEST_LISTING:
        told = [*told[: _LONGEST_LISTING - 1], f"{len(told) - _LONGEST_LISTING + 1} more"]
    return f" {conjunction} ".join(part for part in (", ".join(told[:-1]), *told[-1:]) if part)
