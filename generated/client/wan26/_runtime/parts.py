"""A file that is whole or not there: its bytes gather beside it, in a `.part` file."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from .effects import Caught

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["PartFile"]

_PARTS = 1000  # names that are tried for the bytes of one file


@dataclass(slots=True, kw_only=True)
class PartFile:
    """One file on its way to disk."""

    path: Path
    overwrite: bool
    file: IO[bytes] | None = None
    digest: Any = field(default_factory=hashlib.sha256)
    size: int = 0
    part: Path = field(init=False)  # where the bytes gather until the file is whole

    def __post_init__(self) -> None:
        self.part = self.path.with_name(self.path.name + ".part")

    def open(self) -> None:
        """Begin a `.part` file of our own: one that is there belongs to somebody else.

        Raises:
            FileExistsError: the file is there, and is not to be overwritten.
        """
        if self.path.exists() and not self.overwrite:
            raise FileExistsError(f"{self.path} exists; overwrite=True replaces it")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for number in range(2, _PARTS):
            with Caught(FileExistsError):
                self.file = self.part.open("xb")
                return
            self.part = self.path.with_name(f"{self.path.name}.{number}.part")
        raise FileExistsError(f"{self.part} exists, and so do all others of its kind")

    def write(self, data: bytes) -> None:
        """Append to the `.part` file."""
        if self.file is not None:
            self.file.write(data)
            self.digest.update(data)
            self.size += len(data)

    def restart(self) -> None:
        """Forget what is there."""
        self.digest, self.size = hashlib.sha256(), 0
        if self.file is not None:
            self.file.seek(0)
            self.file.truncate()

    def settle(self) -> None:
        """Bring the file to disk and give it its name.

        Raises:
            FileExistsError: somebody else made the file meanwhile; the bytes stay in the `.part`
                file.
        """
        self.finish()
        if self.path.exists() and not self.overwrite:
            raise FileExistsError(f"{self.path} exists now; what came is kept as {self.part}")
        self.part.replace(self.path)
        _sync_folder(self.path.parent)

    def finish(self) -> None:
        """Bring the bytes to disk."""
        if self.file is not None and not self.file.closed:
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()

    def abandon(self) -> None:
        """Close the file, and remove it unless it was kept on purpose."""
        if self.file is not None and not self.file.closed:
            self.file.close()
            self.part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
