"""Kinds of files: whether an MP4 is one, and whole; how a file of a kind is called."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["is_mp4", "suffix_of"]

_MOST_BOXES = 10_000
# A server chooses the kind, and so the end of a name: nothing that a double click would run.
_QUIET = ("video/", "audio/", "image/", "model/", "font/")
_QUIET_TOO = frozenset(
    {
        *("application/json", "application/pdf", "application/zip", "application/gzip"),
        *("text/plain", "text/csv", "text/vtt", "text/markdown"),
    }
)


def suffix_of(media_type: str | None) -> str:
    """What the name of a file of that kind ends with, dot included; empty where it may do harm."""
    kind = media_type or ""
    if not kind.startswith(_QUIET) and kind not in _QUIET_TOO:
        return ""
    from mimetypes import guess_extension

    return guess_extension(kind) or ""


def is_mp4(path: Path) -> bool:
    """Whether the file begins with `ftyp`, has a `moov`, and no box reaches past its end.

    Source: ISO/IEC 14496-12, 4.2: a box is its size (32 bits), its type, and, where that size is
    1, a size of 64 bits; a size of 0 reaches to the end of the file.
    """
    length = path.stat().st_size
    with path.open("rb") as file:
        boxes = _boxes(file, length)
    return boxes is not None and boxes[:1] == [b"ftyp"] and b"moov" in boxes


def _boxes(file: IO[bytes], length: int) -> list[bytes] | None:
    """The types of the boxes at the top; None where they do not fit the file."""
    found: list[bytes] = []
    place = 0
    while place < length and len(found) < _MOST_BOXES:
        file.seek(place)
        head = file.read(16)
        size = int.from_bytes(head[:4], "big")
        least = 8
        if size == 1:
            size, least = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:
            size = length - place
        if len(head) < least or size < least or place + size > length:
            return None
        found.append(head[4:8])
        place += size
    return found
