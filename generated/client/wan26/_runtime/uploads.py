"""Files on their way out: bytes, a path or a file object, read as they are sent."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from .models import Model

__all__ = ["FileContent", "Streamed", "Upload", "file_name", "is_file"]

FileContent: TypeAlias = bytes | os.PathLike[str] | IO[bytes]

_CHUNK: Final = 256 * 1024  # bytes that are read at once


@dataclass(frozen=True, slots=True)
class Upload:
    """A file with what is said of it: what is left out is told by its path, or by the document."""

    content: FileContent = field(repr=False)
    _: KW_ONLY
    filename: str | None = None
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # of its part of a multipart body


def is_file(value: object) -> bool:
    """Whether a value is sent as it is: an `Upload`, bytes, a path, or what can be read."""
    if isinstance(value, Upload | bytes | bytearray | memoryview | os.PathLike):
        return True
    return not isinstance(value, Model | Mapping) and callable(getattr(value, "read", None))


def file_name(content: object) -> str | None:
    """The name that a path or an open file has."""
    if isinstance(content, os.PathLike):
        return Path(content).name
    name = getattr(content, "name", None)
    return Path(name).name if isinstance(name, str) and not name.startswith("<") else None


class _Piece:
    """A file within a body: how long it is, and whether it can be read again."""

    def __init__(self, content: Any) -> None:
        self.content = content
        self.is_path = isinstance(content, os.PathLike)
        self.begun = False
        self.start: int | None = None
        self.length: int | None = None
        if self.is_path:
            told = Path(content).stat()
            is_regular = stat.S_ISREG(told.st_mode)
            self.start, self.length = (0, told.st_size) if is_regular else (None, None)
        elif isinstance(content, io.TextIOBase):
            raise TypeError("a file is sent as it is: open it in binary mode")
        elif _can_seek(content):
            self.start = content.tell()
            self.length = content.seek(0, os.SEEK_END) - self.start
            content.seek(self.start)

    @property
    def spent(self) -> bool:
        """Whether a part of it was read that cannot be read again."""
        return self.begun and self.start is None

    def open(self) -> IO[bytes]:
        """The file, at its beginning."""
        if self.is_path:
            return io.FileIO(self.content)
        if self.start is not None:
            self.content.seek(self.start)
        handle: IO[bytes] = self.content
        return handle

    def read(self, handle: IO[bytes]) -> bytes:
        """The next bytes; none at the end.

        Raises:
            ValueError: the file cannot be read.
        """
        self.begun = True
        try:
            chunk = handle.read(_CHUNK)
        except OSError as error:
            raise ValueError(f"a file that was being sent cannot be read: {error}") from error
        if not isinstance(chunk, bytes):
            raise TypeError(f"a file gave {type(chunk).__name__} where bytes are sent")
        return chunk

    def close(self, handle: IO[bytes]) -> None:
        """Close what was opened here; the caller's own file stays open."""
        if self.is_path:
            handle.close()


def _can_seek(content: Any) -> bool:
    seekable = getattr(content, "seekable", None)
    return bool(seekable()) if callable(seekable) else False


class Streamed:
    """A request body that is read while it is sent, once for each attempt.

    Raises:
        OSError: a path leads to no file.
        TypeError: a file was opened as text.
    """

    def __init__(self, pieces: Sequence[Any]) -> None:
        self._pieces = [
            bytes(one) if isinstance(one, bytes | bytearray | memoryview) else _Piece(one)
            for one in pieces
        ]

    @property
    def length(self) -> int | None:
        """Bytes in all, where every file tells its size."""
        sizes = [len(one) if isinstance(one, bytes) else one.length for one in self._pieces]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None

    @property
    def spent(self) -> bool:
        """Whether it cannot be sent again: a byte was read of what can be read only once."""
        return any(not isinstance(one, bytes) and one.spent for one in self._pieces)

    def blocking(self) -> Iterator[bytes]:
        """The bytes, part by part."""
        for piece in self._pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            handle = piece.open()
            try:
                while chunk := piece.read(handle):
                    yield chunk
            finally:
                piece.close(handle)

    async def awaited(self) -> AsyncIterator[bytes]:
        """The same, read off the event loop."""
        from asyncio import to_thread

        for piece in self._pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            handle = await to_thread(piece.open)
            try:
                while chunk := await to_thread(piece.read, handle):
                    yield chunk
            finally:
                piece.close(handle)
