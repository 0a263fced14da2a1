"""A run that would come to what the last one came to: told at once, before anything that weaves is even loaded."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from specloom.recall import Recall

if TYPE_CHECKING:
    from pathlib import Path

    from specloom.settings import Settings

__all__ = ["counted", "hint_words", "is_repeated", "unchanged_words"]


def is_repeated(document: Path, settings: Settings) -> bool:
    """Whether nothing has changed since the last run, which is then told as that one told it."""
    known = Recall(document, settings).unchanged()
    if known is None or settings.out is None:
        return False
    if known.findings:
        sys.stderr.write(f"{known.findings}\n")
    if known.hints:
        sys.stderr.write(f"{hint_words(known.hints)}\n")
    sys.stdout.write(f"{unchanged_words(known.files, document, settings.out)}\n")
    return True


def counted(count: int, what: str) -> str:
    """How many there are, in words: `no hints`, `1 hint`, `2 hints`."""
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def hint_words(count: int) -> str:
    """What is said of hints to those who did not ask for them."""
    return f"{counted(count, 'hint')}: `specloom validate` shows what else the document could say"


def unchanged_words(files: int, document: Path, out: Path) -> str:
    """What is said where nothing was written."""
    return f"nothing changed: {files} files in {out} are what {document} gives"
