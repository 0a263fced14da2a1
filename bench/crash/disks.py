"""Disks that are full or read-only: a small tmpfs, where this process may mount one."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Disk", "LimitedFiles", "SmallDisk", "small_disks", "unwritable"]

_SIZE = "size=512k"
_LIMIT = 16 * 1024  # bytes of a file: a ledger of one row has more, the sandbox's film less


class Disk:
    """A folder that can be filled and freed."""

    how = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Leave no room."""
        raise NotImplementedError

    def free(self) -> None:
        """Leave room again."""
        raise NotImplementedError


class SmallDisk(Disk):
    """A tmpfs of 512 KiB."""

    how = "a tmpfs of 512 KiB"

    def fill(self) -> None:
        """Write zeros until there is no room."""
        with suppress(OSError), (self.folder / "filler").open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass

    def free(self) -> None:
        """Remove them."""
        (self.folder / "filler").unlink()


class LimitedFiles(Disk):
    """A limit of this process to 16 KiB for a file (RLIMIT_FSIZE)."""

    how = "RLIMIT_FSIZE of 16 KiB"

    def fill(self) -> None:
        """Lower the limit."""
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (_LIMIT, most))

    def free(self) -> None:
        """Take it back."""
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def small_disks(folder: Path) -> Iterator[list[Disk]]:
    """The disks that can be filled here: the limit always, the tmpfs where it can be mounted."""
    limited, mounted = folder / "limited", folder / "mounted"
    limited.mkdir(parents=True)
    with _mounted(mounted) as done:
        yield [LimitedFiles(limited), *([SmallDisk(mounted)] if done else [])]


@contextmanager
def unwritable(folder: Path) -> Iterator[list[tuple[str, Path]]]:
    """Folders, and how each becomes read-only: by a later call of `lock`."""
    mounted, plain = folder / "read-only-disk", folder / "read-only-file"
    plain.mkdir(parents=True)
    with _mounted(mounted) as done:
        yield [("read-only file", plain), *([("read-only disk", mounted)] if done else [])]


def lock(how: str, ledger: Path) -> str:
    """Make a ledger read-only; gives by what."""
    if how == "read-only disk":
        _run("mount", "-o", "remount,ro", str(ledger.parent))
        return "a tmpfs, mounted read-only"
    if os.geteuid() == 0 and _run("chattr", "+i", str(ledger)):
        return "chattr +i, since root ignores permissions"
    ledger.chmod(0o444)
    return "chmod 444"


def unlock(how: str, ledger: Path) -> None:
    """Make it writable again."""
    if how == "read-only disk":
        _run("mount", "-o", "remount,rw", str(ledger.parent))
    else:
        _run("chattr", "-i", str(ledger))
        ledger.chmod(0o644)


@contextmanager
def _mounted(folder: Path) -> Iterator[bool]:
    folder.mkdir(parents=True)
    done = _run("mount", "-t", "tmpfs", "-o", _SIZE, "tmpfs", str(folder))
    try:
        yield done
    finally:
        if done:
            _run("umount", str(folder))


def _run(*command: str) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
