"""Which of many names a misspelt one may have been meant for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["comparable"]

_MOST = 2000
_ENDS = 3  # letters


def comparable(word: str, known: Iterable[str]) -> list[str]:
    """Return the names that a word is compared with: of thousands only those that begin or end as it does.

    A large document may miss thousands of names, and have thousands.
    """
    names = list(known)
    if len(names) <= _MOST:
        return names
    begin, end = word[:_ENDS].casefold(), word[-_ENDS:].casefold()
    return [
        name
        for name in names
        if name[:_ENDS].casefold() == begin or name[-_ENDS:].casefold() == end
    ]
