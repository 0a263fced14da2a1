"""What somebody may have meant who misspelt a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["suggest"]


def suggest(word: str, known: Mapping[str, Any] | list[str]) -> str:
    """`did you mean ...?`, or nothing."""
    from difflib import get_close_matches  # for mistakes only

    close = get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
