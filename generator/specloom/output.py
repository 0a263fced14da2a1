"""Files go into a folder: what changed is written, what somebody else made is not touched."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from dataclasses import dataclass
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
_SHA256 = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of the output; its path is relative to the output folder, with `/`."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What writing changes: sorted paths relative to the folder; the manifest is one of them."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is in the folder, and what is to be there.

    Attributes:
        wanted: The new files and the manifest: path to content.
        listed: What the old manifest lists: path to hash; None if there is no manifest.
        found: Hashes of the files that lie where wanted or listed ones do.
    """

    out: Path
    wanted: dict[str, bytes]
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
        same = {
            path for path, content in self.wanted.items() if self.found.get(path) == _hash(content)
        }
        return Changes(
            written=tuple(sorted(self.wanted.keys() - same)),
            removed=self.stale,
            unchanged=tuple(sorted(same)),
        )


def compare(files: Iterable[File], out: Path) -> Changes:
    """Return what `write` would change if nothing stood in its way; nothing is written."""
    files = list(files)
    return _plan(files, out, _read_manifest(out, Report())).changes


def write(files: Iterable[File], out: Path, report: Report) -> Changes:
    """Make a folder hold exactly these files of ours, or report why not and change nothing.

    Args:
        files: All files that the folder is to hold.
        out: The folder; made if need be.
        report: Receives what stands in the way.

    Returns:
        What was changed: nothing at all after an error.
    """
    found = Report()
    try:
        plan = _checked_plan(list(files), out, found)
        if plan is not None:
            _carry_out(plan)
            return plan.changes
    except OSError as error:
        found.error(
            "unwritable-folder",
            f"what is here cannot be read or written: {error.strerror or error}",
            Location(out.as_posix()),
        )
    for diagnostic in found.diagnostics:
        report.add(diagnostic)
    return Changes()


def _checked_plan(files: list[File], out: Path, report: Report) -> _Plan | None:
    """Return a plan that nothing stands in the way of, or None after errors were reported."""
    if out.exists() and not out.is_dir():
        report.error("foreign-folder", "this is not a folder", Location(out.as_posix()))
        return None
    check_paths([file.path for file in files], out, report, reserved=(MANIFEST,))
    listed = _read_manifest(out, report)
    check_paths(sorted(listed or ()), out, report)
    if report.failed:
        return None
    plan = _plan(files, out, listed)
    _check_foreign(plan, report)
    _check_edited(plan, report)
    return None if report.diagnostics else plan


def _plan(files: list[File], out: Path, listed: dict[str, str] | None) -> _Plan:
    hashes = {file.path: _hash(file.content) for file in files}
    manifest = {"files": dict(sorted(hashes.items())), "written-by": _OWNER}
    wanted = {file.path: file.content for file in files}
    wanted[MANIFEST] = (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()
    places = [path for path in {*wanted, *(listed or ())} if (out / path).is_file()]
    return _Plan(
        out=out,
        wanted=wanted,
        listed=listed,
        found={path: _hash((out / path).read_bytes()) for path in places},
    )


def _read_manifest(out: Path, report: Report) -> dict[str, str] | None:
    """Return what the manifest lists, None if there is none; one not ours is reported."""
    path = out / MANIFEST
    if not path.exists():
        return None
    try:
        manifest = json.loads(path.read_bytes())
        if manifest["written-by"] == _OWNER and all(map(_is_entry, manifest["files"].items())):
            return dict(manifest["files"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    report.error(
        "foreign-folder",
        f"{MANIFEST} here is not one that specloom wrote, so nothing was written",
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
            f"specloom did not write everything that lies here, so nothing was written: {names}",
            Location(out.as_posix()),
            hint="name an empty folder, or move these files away",
        )


def _lying(out: Path) -> Iterator[str]:
    """Return the files in a folder that somebody made on purpose."""
    for path in sorted(out.rglob("*")):
        inner = path.relative_to(out)
        is_derived = path.suffix == ".pyc" or inner.parts[0].startswith(_STAGE)
        if not is_derived and (path.is_symlink() or not path.is_dir()):
            yield inner.as_posix()


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
        accepted = {digest, _hash(plan.wanted[path])} if path in plan.wanted else {digest}
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
