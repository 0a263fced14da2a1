"""Paths that a document has had a hand in: which are written, and which are refused."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from specloom.diagnostics import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from specloom.diagnostics import Report

__all__ = ["check_paths", "is_safe"]

# No path has these characters on Windows, and none should have control characters anywhere.
_BAD_CHARACTER = re.compile(r'[<>:"\\|?*\x00-\x1f\x7f]')
# Devices on Windows, whatever the ending.
_DEVICE = re.compile(r"(?i:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?")
_LONGEST_NAME = 255


def is_safe(path: str) -> bool:
    """Return whether a path names, on every system, a file below what it is relative to."""
    return all(map(_is_safe_name, path.split("/")))


def check_paths(
    paths: Sequence[str], out: Path, report: Report, *, reserved: Iterable[str] = ()
) -> None:
    """Report paths that leave a folder, are not portable, or are one file on some systems.

    Args:
        paths: Relative to the folder, with `/`.
        out: The folder.
        report: Receives an error for each.
        reserved: Paths in that folder that only we write.
    """
    unsafe = {path for path in paths if not is_safe(path)}
    for path in sorted(unsafe):
        report.error(
            "unsafe-path",
            f"`{path}` is not a path below the output folder that every system can write",
            Location(out.as_posix()),
            hint="pin another name with `x-name`",
        )
    safe = [path for path in paths if path not in unsafe]
    _check_collisions([*reserved, *safe], out, report)
    _check_links([*reserved, *safe], out, report)


def _is_safe_name(name: str) -> bool:
    return (
        name not in {"", ".", ".."}
        and not _BAD_CHARACTER.search(name)
        and not _DEVICE.fullmatch(name)
        and not name.endswith((".", " "))
        # Git would run what lies there.
        and name.casefold() != ".git"
        and len(name.encode(errors="replace")) <= _LONGEST_NAME
        and not any(0xD800 <= ord(char) <= 0xDFFF for char in name)
    )


def _check_collisions(paths: Sequence[str], out: Path, report: Report) -> None:
    files: set[str] = set()
    spelled: dict[str, str] = {}
    folders = {folder.as_posix() for path in paths for folder in PurePosixPath(path).parents}
    for path in paths:
        steps = [path, *(folder.as_posix() for folder in PurePosixPath(path).parents)]
        other = next(
            (spelled[_folded(step)] for step in steps if spelled.get(_folded(step), step) != step),
            None,
        )
        if other is None and (path in files or path in folders):
            other = path
        if other is not None:
            alike = f"and `{other}` are one place where upper and lower case are not told apart"
            report.error(
                "path-collision",
                f"`{path}` {'is wanted twice' if other == path else alike}",
                Location(out.as_posix()),
                hint="pin another name with `x-name`",
            )
        files.add(path)
        spelled.update({_folded(step): step for step in steps if _folded(step) not in spelled})


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _check_links(paths: Iterable[str], out: Path, report: Report) -> None:
    steps = {
        folder.as_posix()
        for path in paths
        for folder in (PurePosixPath(path), *PurePosixPath(path).parents)
    }
    for step in sorted(steps - {"."}):
        if (out / step).is_symlink():
            report.error(
                "unsafe-path",
                "this is a symbolic link, so what is written here would lie elsewhere",
                Location((out / step).as_posix()),
                hint="replace the link by a folder or a file",
            )
