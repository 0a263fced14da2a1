"""Files go into a folder: what changed is written, what somebody else made is not touched."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from specloom.diagnostics import Location, Report
from specloom.paths import check_paths, is_safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["MANIFEST", "Changes", "File", "compare", "write"]

MANIFEST = "manifest.json"
_OWNER = "specloom"
# Files are made whole in a folder beside their places; one that a crash left behind is nobody's.
_STAGE = ".specloom-"
_MOST_NAMES = 20
# What tools leave lying about is nobody's either.
_DERIVED_FOLDERS = frozenset({"__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"})
_DERIVED_ENDINGS = (".pyc", ".egg-info")
_SHA256 = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of the output; its path is relative to the output folder, with `/`."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What writing changes: sorted paths relative to the folder; the manifest is one of them.

    Attributes:
        foreign: What somebody else put among our files; only comparing looks for it, writing leaves it there.
        manifest: The hash of the manifest; empty after an error.
    """

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    manifest: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is in the folder, and what is to be there.

    Attributes:
        wanted: The new files and the manifest: path to content.
        hashes: Those of what is wanted.
        listed: What the old manifest lists: path to hash; None if there is no manifest.
        found: Hashes of the files that lie where wanted or listed ones do.
    """

    out: Path
    wanted: dict[str, bytes]
    hashes: dict[str, str]
    listed: dict[str, str] | None
    found: dict[str, str]

    @property
    def stale(self) -> tuple[str, ...]:
        """Files that were written once and are no longer wanted."""
        return tuple(
            sorted(
                path for path in self.listed or () if path not in self.wanted and path in self.found
            )
        )

    @property
    def changes(self) -> Changes:
        """What has to be done."""
        same = {path for path, known in self.hashes.items() if self.found.get(path) == known}
        return Changes(
            written=tuple(sorted(self.wanted.keys() - same)),
            removed=self.stale,
            unchanged=tuple(sorted(same)),
            manifest=self.hashes[MANIFEST],
        )


def compare(files: Iterable[File], out: Path, report: Report) -> Changes:
    """Return how a folder differs from these files, or report why it cannot be theirs; nothing is written.

    Args:
        files: All files that the folder is to hold.
        out: The folder; it may be missing.
        report: Receives what would keep `write` from writing, but for edits by hand: those are differences.

    Returns:
        What writing would change, and what does not belong there: nothing at all after an error.
    """
    with _findings(out, report) as found:
        plan = _checked_plan(list(files), out, found)
        if plan is not None:
            return replace(plan.changes, foreign=tuple(_foreign(plan)))
    return Changes()


def write(files: Iterable[File], out: Path, report: Report) -> Changes:
    """Make a folder hold exactly these files of ours, or report why not and change nothing.

    Args:
        files: All files that the folder is to hold.
        out: The folder; made if need be.
        report: Receives what stands in the way.

    Returns:
        What was changed: nothing at all after an error.
    """
    with _findings(out, report) as found:
        plan = _checked_plan(list(files), out, found)
        if plan is not None:
            _check_edited(plan, found)
        if plan is not None and not found.failed:
            _carry_out(plan)
            return plan.changes
    return Changes()


@contextmanager
def _findings(out: Path, report: Report) -> Iterator[Report]:
    """Give a report of its own to what is done with a folder; what the system refuses is a finding too."""
    found = Report()
    try:
        yield found
    except OSError as error:
        # A file that was about to be put in place has no name that anybody knows.
        is_named = isinstance(error.filename, str) and _STAGE not in error.filename
        found.error(
            "unwritable-folder",
            f"what is here cannot be read or written: {error.strerror or error}",
            Location(Path(error.filename if is_named else out).as_posix()),
        )
    for diagnostic in found.diagnostics:
        report.add(diagnostic)


def _checked_plan(files: list[File], out: Path, report: Report) -> _Plan | None:
    """Return a plan that nothing but edits stands in the way of, or None after errors were reported."""
    lowest = next((place for place in (out, *out.parents) if os.path.lexists(place)), out)
    if os.path.lexists(lowest) and not lowest.is_dir():
        report.error("foreign-folder", "this is not a folder", Location(lowest.as_posix()))
        return None
    check_paths([file.path for file in files], out, report, reserved=(MANIFEST,))
    listed = _read_manifest(out, report)
    check_paths(sorted(listed or ()), out, report)
    if report.failed:
        return None
    plan = _plan(files, out, listed)
    _check_foreign(plan, report)
    return None if report.diagnostics else plan


def _plan(files: list[File], out: Path, listed: dict[str, str] | None) -> _Plan:
    hashes = {file.path: _hash(file.content) for file in files}
    manifest = {"files": dict(sorted(hashes.items())), "written-by": _OWNER}
    wanted = {file.path: file.content for file in files}
    wanted[MANIFEST] = (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()
    hashes[MANIFEST] = _hash(wanted[MANIFEST])
    places = [path for path in {*wanted, *(listed or ())} if (out / path).is_file()]
    return _Plan(
        out=out,
        wanted=wanted,
        hashes=hashes,
        listed=listed,
        found={path: _hash((out / path).read_bytes()) for path in places},
    )


def _read_manifest(out: Path, report: Report) -> dict[str, str] | None:
    """Return what the manifest lists, None if there is none; one not ours is reported."""
    path = out / MANIFEST
    if not path.exists():
        return None
    content = path.read_bytes() if path.is_file() else b""
    try:
        manifest = json.loads(content)
        if manifest["written-by"] == _OWNER and all(map(_is_entry, manifest["files"].items())):
            return dict(manifest["files"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    report.error(
        "foreign-folder",
        f"{MANIFEST} here is not one that specloom wrote, so nothing is written",
        Location(path.as_posix()),
        hint="restore it, or remove the folder if everything in it was generated",
    )
    return None


def _is_entry(entry: tuple[str, object]) -> bool:
    path, digest = entry
    return isinstance(digest, str) and bool(_SHA256.fullmatch(digest)) and is_safe(path)


def _check_foreign(plan: _Plan, report: Report) -> None:
    out = plan.out
    if plan.listed is None:
        lying = _lying(out) if out.is_dir() else ()
        same = set(plan.changes.unchanged)
        foreign = [path for path in lying if path not in same]
    else:
        foreign = [
            path for path in plan.changes.written if path in plan.found and path not in plan.listed
        ]
        foreign = [path for path in foreign if path != MANIFEST]
    foreign.extend(path for path in sorted(set(_blocked(plan))) if path not in foreign)
    if foreign:
        more = len(foreign) - _MOST_NAMES
        names = ", ".join(foreign[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
        report.error(
            "foreign-folder",
            f"specloom did not write everything that lies here, so nothing is written: {names}",
            Location(out.as_posix()),
            hint="name an empty folder, or move these files away",
        )


def _lying(out: Path) -> Iterator[str]:
    """Return the files in a folder that somebody made on purpose, a link to a folder among them."""
    for path in sorted(out.iterdir()):
        if path.name in _DERIVED_FOLDERS or path.name.endswith(_DERIVED_ENDINGS):
            continue
        if path.is_symlink() or not path.is_dir():
            yield path.name
        elif not path.name.startswith(_STAGE):
            yield from (f"{path.name}/{inner}" for inner in _lying(path))


def _foreign(plan: _Plan) -> Iterator[str]:
    """Return what lies in the folders of the output, whose packages would ship it, and is not ours."""
    ours = {*plan.wanted, *(plan.listed or ())}
    for folder in sorted({path.partition("/")[0] for path in ours if "/" in path}):
        if (plan.out / folder).is_dir():
            lying = (f"{folder}/{inner}" for inner in _lying(plan.out / folder))
            yield from (path for path in lying if path not in ours)


def _blocked(plan: _Plan) -> Iterator[str]:
    """Return what will not be removed and lies where a thing of another kind is wanted."""
    stale = set(plan.stale)
    vanishing = {
        folder.as_posix() for path in stale for folder in PurePosixPath(path).parents
    } | stale
    for path in plan.changes.written:
        place = plan.out / path
        if place.is_dir():
            inner = (entry.relative_to(plan.out).as_posix() for entry in place.rglob("*"))
            if any(entry not in vanishing for entry in inner):
                yield path
        for folder in list(PurePosixPath(path).parents)[:-1]:
            above = plan.out / folder
            if above.exists() and not above.is_dir() and folder.as_posix() not in stale:
                yield folder.as_posix()


def _check_edited(plan: _Plan, report: Report) -> None:
    for path, digest in sorted((plan.listed or {}).items()):
        # What somebody changed to the very text that is now wanted is not lost by writing.
        accepted = {digest, plan.hashes.get(path, digest)}
        if path in plan.found and plan.found[path] not in accepted:
            report.error(
                "edited-file",
                "this generated file was edited by hand, so nothing was written",
                Location((plan.out / path).as_posix()),
                hint="keep your change elsewhere, then remove the file: it is generated again",
            )


def _carry_out(plan: _Plan) -> None:
    changes = plan.changes
    if not changes.written and not changes.removed:
        return
    plan.out.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=_STAGE, dir=plan.out))
    try:
        _write_staged(plan, changes, stage)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _write_staged(plan: _Plan, changes: Changes, stage: Path) -> None:
    # A full disk shows here, before anything has been replaced.
    for number, path in enumerate(changes.written):
        (stage / str(number)).write_bytes(plan.wanted[path])
    for path in changes.removed:
        _remove(plan.out, path)
    # The manifest comes last: until then the old one tells what is ours.
    for number, path in sorted(enumerate(changes.written), key=lambda entry: entry[1] == MANIFEST):
        place = plan.out / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_dir():
            place.rmdir()
        (stage / str(number)).replace(place)


def _remove(out: Path, path: str) -> None:
    (out / path).unlink()
    for folder in list(PurePosixPath(path).parents)[:-1]:
        if any((out / folder).iterdir()):
            return
        (out / folder).rmdir()


def _hash(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
