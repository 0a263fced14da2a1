"""What was woven last, kept so that it need not be woven again: texts by what they were made from.

It lies in the user's folder of caches, one file for each output folder, and may be deleted at any time. Another
specloom, another Python or another version of what it is built on finds nothing in it that it takes.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from specloom.targets.excerpts import Excerpt
    from specloom.targets.fingerprints import Fingerprints

__all__ = ["FORGETFUL", "Memory", "Remembered", "read_head"]

_MOST_DAYS = 30


@dataclass(frozen=True, slots=True)
class Remembered:
    """A text, and what it was made from.

    Attributes:
        content: UTF-8.
        excerpt: The hash of what the excerpt held.
        opened: The names of the declared types that were looked into.
        mentioned: Those that were but named.
        types: The hash of all these.
    """

    content: bytes
    excerpt: str
    opened: tuple[str, ...]
    mentioned: tuple[str, ...]
    types: str


class Memory:
    """The texts of the last run, and those of this one."""

    def __init__(self, file: Path | None = None, identity: str = "") -> None:
        """Open it; without a file nothing is remembered.

        Args:
            file: Where it lies; it may be missing.
            identity: What must be as it was for what lies there to be of use.
        """
        self._file, self._identity = file, identity
        self._old: dict[str, Remembered] = {} if file is None else _read(file, identity)
        self._new: dict[str, Remembered] = {}
        self._prints: Fingerprints | None = None

    def made(self, name: str, source: object, make: Callable[[], str]) -> bytes:
        """The text of that name, made from nothing but `source`, which is data through and through."""
        if self._file is None:
            return make().encode()
        held, old = self._fingerprints().whole(source), self._old.get(name)
        if old is None or old.excerpt != held:
            old = Remembered(make().encode(), held, (), (), "")
        self._new[name] = old
        return old.content

    def text(self, name: str, excerpt: Excerpt, make: Callable[[], str]) -> bytes:
        """The text of that name: the one of the last run, where it was made from the same, else what `make` makes.

        `make` must look at nothing but the excerpt.
        """
        if self._file is None:
            return make().encode()
        prints, old = self._fingerprints(), self._old.get(name)
        held = prints.excerpt(excerpt)
        if old is not None and (old.excerpt, old.types) == (
            held,
            prints.asked(excerpt, old.opened, old.mentioned),
        ):
            self._new[name] = old
            return old.content
        excerpt.opened.names.clear()
        excerpt.mentioned.names.clear()
        content = make().encode()
        opened = tuple(sorted(excerpt.opened.names))
        mentioned = tuple(sorted(excerpt.mentioned.names))
        types = prints.asked(excerpt, opened, mentioned)
        self._new[name] = Remembered(content, held, opened, mentioned, types)
        return content

    def _fingerprints(self) -> Fingerprints:
        if self._prints is None:
            from specloom.targets.fingerprints import Fingerprints

            self._prints = Fingerprints()
        return self._prints

    def keep(self, head: dict[str, Any]) -> None:
        """Write what this run came to, under a head of its own; a disk that refuses takes nothing from the run."""
        if self._file is not None:
            with suppress(OSError):
                _write(self._file, {**head, "identity": self._identity}, self._new)


FORGETFUL = Memory()


def read_head(file: Path) -> dict[str, Any]:
    """What `keep` was told of the last run; empty where nothing is known."""
    try:
        with file.open("rb") as stream:
            return _line(stream)
    except (OSError, ValueError, TypeError, RecursionError):
        return {}


def _line(stream: IO[bytes]) -> dict[str, Any]:
    told = json.loads(stream.readline())
    if not isinstance(told, dict):
        raise TypeError("a head is an object")
    return told


def _read(file: Path, identity: str) -> dict[str, Remembered]:
    """The texts in a file; none where it is of another identity, or not as it was written."""
    found = {}
    try:
        with file.open("rb") as stream:
            head = _line(stream)
            rest = stream.read() if head.get("identity") == identity else b""
        if hashlib.sha256(rest).hexdigest() != head.get("hash"):
            return {}
        texts = io.BytesIO(rest)
        for name, (length, excerpt, opened, mentioned, types) in _line(texts).items():
            content = texts.read(length)
            found[name] = Remembered(content, excerpt, tuple(opened), tuple(mentioned), types)
    except (OSError, ValueError, TypeError, RecursionError):
        return {}
    return found


def _write(file: Path, head: dict[str, Any], texts: dict[str, Remembered]) -> None:
    index = {
        name: (len(one.content), one.excerpt, one.opened, one.mentioned, one.types)
        for name, one in texts.items()
    }
    rest = b"".join([json.dumps(index).encode(), b"\n", *(one.content for one in texts.values())])
    head = {**head, "hash": hashlib.sha256(rest).hexdigest()}
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(prefix=file.name, dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines((json.dumps(head).encode(), b"\n", rest))
        Path(made).replace(file)
    except OSError:
        Path(made).unlink()
        raise
    _clear(file.parent)


def _clear(folder: Path) -> None:
    """Remove what no run has written for a month: its output is likely gone."""
    oldest = time.time() - _MOST_DAYS * 86_400
    for path in folder.glob("*.woven*"):
        if path.stat().st_mtime < oldest:
            path.unlink()
