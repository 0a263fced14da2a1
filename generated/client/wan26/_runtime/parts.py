"""A file that is whole or not there: its bytes gather beside it, in a `.part` file."""

from __future__ import annotations

import os
import stat
import sys
from functools import partial
from pathlib import Path
from typing import IO, Any

from msgspec import Struct

from .effects import Caught
from .lanes import Lane

__all__ = ["LARGEST_FILE", "PartFile", "PartNote", "empty_digest"]

LARGEST_FILE = 16 * 2**30  # bytes: what nobody means to save, and what would fill a disk
_PARTS = 1000  # names that are tried for the bytes of one file
_PIECE = 1 << 20  # bytes that are hashed at a time


def empty_digest() -> Any:
    """The hash of nothing yet."""
    from hashlib import sha256  # many import this module who save nothing

    return sha256()


class PartNote(Struct, frozen=True, kw_only=True):
    """What stands in a `.part` file: what another process needs to know to go on with it.

    Attributes:
        path: the `.part` file, absolute.
        validator: the strong validator of what it is a part of; empty where it is not to be
            taken up.
        total: bytes of the whole, where the server told them.
    """

    path: str
    validator: str
    total: int | None


class PartFile(Struct, kw_only=True):
    """One file on its way to disk; while it is open nobody else takes it up."""

    path: Path
    overwrite: bool
    max_size: int = LARGEST_FILE
    file: IO[bytes] | None = None
    digest: Any = None  # what its bytes are hashed with, where somebody asks for that
    size: int = 0
    kept: bool = False  # its bytes stay where they are, whatever happens
    part: Path = Path()  # where the bytes gather until the file is whole
    _lanes: tuple[Lane, ...] = ()  # on which it is written, and hashed

    def __post_init__(self) -> None:
        self.part = self.path.with_name(self.path.name + ".part")

    def open(self) -> None:
        """Begin a `.part` file of our own: one that is there belongs to somebody else.

        Raises:
            FileExistsError: the file is there, and is not to be overwritten.
        """
        self.check_free()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for number in range(2, _PARTS):
            with Caught(FileExistsError):
                self.file = self.part.open("xb")
                _lock(self.file)
                return
            self.part = self.path.with_name(f"{self.path.name}.{number}.part")
        raise FileExistsError(f"{self.part} exists, and so do all others of its kind")

    def check_free(self) -> None:
        """See that the name may be taken.

        Raises:
            FileExistsError: the file is there, and is not to be overwritten.
        """
        if self.path.exists() and not self.overwrite:
            raise FileExistsError(f"{self.path} exists; overwrite=True replaces it")

    def take_up(self, note: PartNote) -> bool:
        """Go on with what a dead run left; False where that cannot be, and nothing was touched.

        It must be a file of ours beside the target, and nobody may be writing to it.
        """
        part = Path(note.path)
        file = _taken(part) if note.validator and self._is_ours(part) else None
        if file is None:
            return False
        self.file, self.part = file, part
        self._read_again(file, note.total)
        return True

    def _is_ours(self, part: Path) -> bool:
        named = part.name.startswith(f"{self.path.name}.") and part.name.endswith(".part")
        return named and part.is_file() and part.parent.resolve() == self.path.parent.resolve()

    def _read_again(self, file: IO[bytes], total: int | None) -> None:
        """Hash what is there, but for a last byte: the server has to confirm what it is."""
        there = os.fstat(file.fileno()).st_size
        left = there if total is None else min(there, total - 1)
        while left > 0 and (data := file.read(min(left, _PIECE))):
            if self.digest is not None:
                self.digest.update(data)
            self.size += len(data)
            left -= len(data)
        file.seek(self.size)
        file.truncate()

    def write(self, data: bytes) -> None:
        """Append to the `.part` file."""
        if self.file is None:
            return
        work = [partial(self.file.write, data)]
        work += [partial(self.digest.update, data)] if self.digest is not None else []
        if self.size == 0:  # most files are of one piece
            for each in work:
                each()
        else:  # meanwhile the next piece comes
            self._lanes = self._lanes or tuple(Lane() for _ in work)
            for lane, each in zip(self._lanes, work, strict=True):
                lane.add(each)
        self.size += len(data)

    def _drain(self) -> None:
        for lane in self._lanes:
            lane.drain()

    def _leave_lanes(self) -> None:
        lanes, self._lanes = self._lanes, ()
        for lane in lanes:
            lane.close()

    def restart(self) -> None:
        """Forget what is there."""
        self._drain()
        self.size = 0
        if self.digest is not None:
            self.digest = empty_digest()
        if self.file is not None:
            self.file.seek(0)
            self.file.truncate()

    def too_large(self, size: int) -> str | None:
        """Why a file of so many bytes is not saved; None where it is."""
        if size <= self.max_size:
            return None
        return (
            f"it has {size} bytes or more, and the most is {self.max_size}: "
            f"save(..., max_size={size}) would allow that"
        )

    def settle(self) -> None:
        """Bring the file to disk and give it its name.

        Raises:
            FileExistsError: somebody else made the file meanwhile; the bytes stay in the `.part`
                file.
        """
        self.finish()
        if self.path.exists() and not self.overwrite:
            raise FileExistsError(f"{self.path} exists now; what came is kept as {self.part}")
        if os.name != "posix":  # where an open file has to keep its name
            self._close()
        self.part.replace(self.path)
        self._close()
        _sync_folder(self.path.parent)

    def finish(self) -> None:
        """Bring the bytes to disk; from here on they are kept."""
        if self.file is not None and not self.kept:
            self._drain()
            self.file.flush()
            os.fsync(self.file.fileno())
            self.kept = True

    def abandon(self) -> None:
        """Close the file, and remove it unless it was kept on purpose."""
        self._leave_lanes()
        if self.file is None or self.file.closed:
            return
        if os.name != "posix":  # where an open file cannot be removed
            self._close()
        if not self.kept:  # before it is closed: from then on another process may take it up
            self.part.unlink(missing_ok=True)
        self._close()

    def _close(self) -> None:
        if self.file is not None:
            with Caught(OSError):  # of bytes that are given up, or are on disk already
                self.file.close()


def _taken(part: Path) -> IO[bytes] | None:
    """The file, open and ours alone; None where that cannot be."""
    with Caught(OSError):
        file = part.open("r+b")
        # Its writer may have given it its name, or removed it, since we opened it.
        if _lock(file) and _is_same(file, part):
            return file
        file.close()
    return None


def _lock(file: IO[bytes]) -> bool:
    """Whether the file is ours alone until it is closed; False too where there are no locks."""
    if sys.platform == "win32":
        return False
    with Caught(OSError, ImportError):
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _is_same(file: IO[bytes], path: Path) -> bool:
    """Whether the path still leads to the open file, by no link and under no second name."""
    facts = os.fstat(file.fileno())
    is_alone = stat.S_ISREG(facts.st_mode) and facts.st_nlink == 1
    return is_alone and os.path.samestat(facts, path.lstat())


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
