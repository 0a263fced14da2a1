"""Where the memory of a run lies, what it is good for, and whether there is anything to be done at all."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from specloom.memory import FORGETFUL, Memory, read_head
from specloom.output import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from specloom.output import Changes
    from specloom.pipeline import Woven
    from specloom.settings import Settings

__all__ = ["Recall", "Unchanged"]

_SOURCES = (".py", ".jinja", ".json")
_BOM = b"\xef\xbb\xbf"
# What another run may find otherwise although all files that were read are the same.
_PASSING = frozenset(
    {"missing-file", "too-large", "unreadable-file", "validator-failed", "validator-timeout"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """What a run came to that would come to the same again."""

    findings: str
    hints: int
    files: int


class Recall:
    """The last run that wrote to a folder, as the next one may use it."""

    def __init__(self, document: Path, settings: Settings) -> None:
        out = settings.out
        self._file: Path | None = None
        self._identity, self._asked = "", dict[str, Any]()
        self._out = out if out is not None else Path()
        if out is not None and settings.cache:
            # Without a home, or where a folder cannot be read or is gone, nothing is remembered.
            with suppress(OSError, RuntimeError):
                self._identity, self._asked = _identity(), _question(document, settings)
                self._file = _place(out)

    def unchanged(self) -> Unchanged | None:
        """What the last run came to, if the next would: it is asked the same, and all files are as they were."""
        if self._file is None:
            return None
        head = read_head(self._file)
        told = head.get("outcome")
        if told is None or head.get("identity") != self._identity or told["asked"] != self._asked:
            return None
        if not all(_input(Path(file)) == known for file, known in told["inputs"].items()):
            return None
        if not _lies_there(self._out, told["manifest"]):
            return None
        return Unchanged(findings=told["findings"], hints=told["hints"], files=told["files"])

    def memory(self) -> Memory:
        """The texts of the last run."""
        return FORGETFUL if self._file is None else Memory(self._file, self._identity)

    def keep(self, memory: Memory, woven: Woven, changes: Changes) -> None:
        """Keep what a run came to that has written its files."""
        if self._file is not None:
            outcome = self._outcome(woven, changes)
            memory.keep({"outcome": outcome} if outcome is not None else {})

    def _outcome(self, woven: Woven, changes: Changes) -> dict[str, Any] | None:
        report = woven.report
        if woven.documents.is_passing or any(one.code in _PASSING for one in report.diagnostics):
            return None
        texts = woven.documents.texts
        return {
            "asked": self._asked,
            "inputs": {file: _hash(text.encode(errors="replace")) for file, text in texts.items()},
            "findings": woven.findings if report.faults else "",
            "hints": len(report.hints),
            "files": len(changes.written) + len(changes.unchanged),
            "manifest": changes.manifest,
        }


def _question(document: Path, settings: Settings) -> dict[str, Any]:
    """What is asked of a run, as JSON gives it back."""
    return {
        "document": document.as_posix(),
        "overlays": [overlay.as_posix() for overlay in settings.overlays],
        "package": settings.package,
        "strict": settings.strict,
        "folder": str(Path.cwd()),
    }


def _place(out: Path) -> Path:
    """The file for an output folder. Raises RuntimeError where this user has no home."""
    name = f"{hashlib.sha256(os.fsencode(out.absolute())).hexdigest()[:32]}.woven"
    told = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    caches = Path(told or "")
    if not caches.is_absolute():
        caches = Path.home() / ".cache"
    return caches / "specloom" / name


@cache
def _identity() -> str:
    """What must be as it was: every line of this generator, this Python, all packages that it may use."""
    whole = hashlib.sha256(sys.version.encode())
    package = Path(__file__).parent
    schema = (
        package.parents[1] / "spec" / "extensions.schema.json"
    )  # where the generator is not installed
    for file in (*sorted(_sources(package)), *([schema] if schema.is_file() else [])):
        whole.update(f"\0{file}\0".encode(errors="replace"))
        whole.update(file.read_bytes())
    for folder in filter(Path.is_dir, map(Path, sys.path)):
        names = (one.name for one in folder.iterdir() if one.suffix in (".dist-info", ".egg-info"))
        whole.update("\0".join(sorted(names)).encode(errors="replace"))
    return whole.hexdigest()


def _sources(folder: Path) -> Iterable[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _sources(folder / entry.name)
            elif entry.name.endswith(_SOURCES):
                yield folder / entry.name


def _lies_there(out: Path, manifest: str) -> bool:
    """Whether a folder holds what its manifest lists, byte for byte, and that manifest is the known one."""
    if f"sha256:{_hash_of(out / MANIFEST)}" != manifest:
        return False
    files: Mapping[str, str] = json.loads((out / MANIFEST).read_bytes())["files"]
    folders = {str(folder) for file in files for folder in PurePosixPath(file).parents} - {"."}
    if any((out / path).is_symlink() for path in (MANIFEST, *folders, *files)):
        return False
    return all(f"sha256:{_hash_of(out / path)}" == known for path, known in files.items())


def _hash_of(file: Path, *, without: bytes = b"") -> str | None:
    try:
        return _hash(file.read_bytes().removeprefix(without))
    except (OSError, ValueError):
        return None


def _input(file: Path) -> str | None:
    """The hash of a file as text in UTF-8; one in another encoding has none that anybody knows."""
    return _hash_of(file, without=_BOM)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
