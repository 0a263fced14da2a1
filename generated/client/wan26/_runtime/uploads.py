"""Files on their way out: bytes, a path or a file object, read as they are sent."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from msgspec import Struct

from .discretion import Discreet
from .effects import Caught
from .models import Model

__all__ = ["FileContent", "OpenBody", "Streamed", "Upload", "file_name", "is_file"]

FileContent: TypeAlias = bytes | os.PathLike[str] | IO[bytes]

_CHUNK: Final = 256 * 1024  # bytes that are read at once
_HELD: Final = 64  # files of one body that are open at once: a process may have a few hundred


class Upload(Discreet, Struct, frozen=True):
    """A file with what is said of it: what is left out is told by its path, or by the document."""

    unsaid = ("content",)

    content: FileContent
    filename: str | None = None
    content_type: str | None = None
    headers: Mapping[str, str] = {}  # of its part of a multipart body


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
        elif not callable(getattr(content, "read", None)):
            kind = type(content).__name__
            raise TypeError(f"a file is given as bytes, a path or an open file, not as {kind}")
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
            try:
                return io.FileIO(self.content)
            except OSError as error:
                raise ValueError(f"it cannot be opened: {error}") from error
        if getattr(self.content, "closed", False) is True:
            raise ValueError("it is closed")
        handle: IO[bytes] = self.content
        self.rewind(handle)
        return handle

    def rewind(self, handle: IO[bytes]) -> None:
        """Go to its beginning: one file may stand in several places of a body."""
        if self.start is not None:
            handle.seek(self.start)

    def check_length(self, handle: IO[bytes]) -> None:
        """See that it is as long as was said: the headers tell it.

        Raises:
            ValueError: it has changed.
        """
        if self.start is not None and self.length is not None:
            length = handle.seek(0, os.SEEK_END) - self.start
            if length != self.length:
                raise ValueError(f"it had {self.length} bytes, and has {length} now")

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
        TypeError: a file was opened as text, or is none.
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

    @property
    def pieces(self) -> Sequence[bytes | _Piece]:
        """Its bytes and files, one after the other."""
        return self._pieces


class OpenBody:
    """A body for one attempt: all its files are open before anything of it is sent."""

    def __init__(self, content: bytes | Streamed | None) -> None:
        self._content = content
        self._opened: list[tuple[_Piece, IO[bytes] | None]] = []

    @property
    def has_files(self) -> bool:
        """Whether there is anything to open."""
        return isinstance(self._content, Streamed)

    def open(self) -> Exception | None:
        """Open the files; gives what is wrong with one of them."""
        if not isinstance(self._content, Streamed):
            return None
        is_told = self._content.length is not None
        with Caught(Exception) as caught:
            for piece in self._content.pieces:
                if not isinstance(piece, bytes):
                    handle = piece.open()
                    self._opened.append((piece, handle))
                    if is_told:
                        piece.check_length(handle)
                    self._leave(len(self._opened) - 1)
        if not isinstance(caught.error, Exception):
            return None
        unfit = ValueError(f"a file cannot be sent: {caught.error}")
        unfit.__cause__ = caught.error
        return unfit

    def close(self) -> None:
        """Close what was opened here."""
        opened, self._opened = self._opened, []
        for piece, handle in opened:
            if handle is not None:
                piece.close(handle)

    def _leave(self, at: int) -> None:
        """Close a file that is one too many; it is opened again when its turn comes."""
        piece, handle = self._opened[at]
        if at >= _HELD and handle is not None:
            piece.close(handle)
            self._opened[at] = piece, None

    def _begin(self, at: int) -> tuple[_Piece, IO[bytes]]:
        piece, held = self._opened[at]
        handle = piece.open() if held is None else held
        self._opened[at] = piece, handle
        piece.rewind(handle)
        return piece, handle

    def blocking(self) -> bytes | Iterator[bytes] | None:
        """What is sent, part by part where there are files in it."""
        content = self._content
        return self._blocking(content) if isinstance(content, Streamed) else content

    def awaited(self) -> bytes | AsyncIterator[bytes] | None:
        """The same, with its files read off the event loop."""
        content = self._content
        return self._awaited(content) if isinstance(content, Streamed) else content

    def _blocking(self, content: Streamed) -> Iterator[bytes]:
        places = count()
        for given in content.pieces:
            if isinstance(given, bytes):
                yield given
                continue
            at = next(places)
            piece, handle = self._begin(at)
            while chunk := piece.read(handle):
                yield chunk
            self._leave(at)

    async def _awaited(self, content: Streamed) -> AsyncIterator[bytes]:
        from .threads import in_thread

        places = count()
        for given in content.pieces:
            if isinstance(given, bytes):
                yield given
                continue
            at = next(places)
            piece, handle = await in_thread(partial(self._begin, at))
            while chunk := await in_thread(partial(piece.read, handle)):
                yield chunk
            await in_thread(partial(self._leave, at))
