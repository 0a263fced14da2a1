"""The golden cases: what is woven or printed today, and where it is kept.

`kitchen_sink/` holds one document in two versions and what both give; `wan26/` holds what `spec/wan26.yaml` gave when
somebody looked at it last, so that a change of the document is seen although `generated/` follows it at once;
`diagnostics/<case>/` holds a document, maybe overlays, and what `specloom generate` prints of it.
"""

from __future__ import annotations

import contextlib
import difflib
import io
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.weaving import SPEC, tree

from specloom.cli import main
from specloom.pipeline import weave

if TYPE_CHECKING:
    from collections.abc import Mapping

GOLDEN = Path(__file__).parent
KITCHEN_SINK = GOLDEN / "kitchen_sink"
DIAGNOSTICS = GOLDEN / "diagnostics"
WAN26 = GOLDEN / "wan26"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a call of the command line came to; `files` are those that lie in the output folder after it."""

    code: int
    printed: str
    files: tuple[str, ...]


def run_case(case: Path, *, strict: bool = False) -> Run:
    """`specloom generate` of a case's document with its overlays, called in its folder."""
    document = next((path.name for path in sorted(case.glob("document.*"))), "document.yaml")
    printed = io.StringIO()
    with TemporaryDirectory() as folder, contextlib.chdir(case):
        out = Path(folder) / "out"
        options = ["--out", str(out), "--package", "golden", *(["--strict"] if strict else [])]
        options += [f"--overlay={path.name}" for path in sorted(case.glob("*.overlay.yaml"))]
        with contextlib.redirect_stderr(printed), contextlib.redirect_stdout(io.StringIO()):
            code = main(["generate", document, *options])
        files = tuple(sorted(path.relative_to(out).as_posix() for path in out.rglob("*")))
    # How Python words a recursion that is too deep changes with its version.
    told = re.sub(r"(RecursionError): .*", r"\1", printed.getvalue())
    return Run(code=code, printed=told, files=files)


def diagnostic_cases() -> list[Path]:
    """The folders of all diagnostics."""
    return sorted(path for path in DIAGNOSTICS.iterdir() if path.is_dir())


def kitchen_sink(name: str) -> dict[str, bytes]:
    """What one version of the kitchen sink gives."""
    woven = _woven(KITCHEN_SINK / name, "kitchen_sink")
    return {path: content.replace(name.encode(), b"document.yaml") for path, content in woven}


def wan26(document: Path = SPEC) -> dict[str, bytes]:
    """What the document of wan26 gives."""
    return dict(_woven(document, "wan26"))


def _woven(document: Path, package: str) -> list[tuple[str, bytes]]:
    woven = weave(document, package=package)
    assert woven.api is not None, woven.findings
    return [(file.path, file.content) for file in woven.files if is_kept(file.path)]


def is_kept(path: str) -> bool:
    """Whether a golden holds this file of the output: the runtime is copied as it is, and has tests of its own."""
    return "/_runtime/" not in path


def goldens() -> list[tuple[Path, Mapping[str, bytes]]]:
    """Every folder of expected files with what it ought to hold."""
    printed = {
        f"{case.name}/diagnostics.txt": run_case(case).printed.encode()
        for case in diagnostic_cases()
    }
    # The documents of these cases lie beside what is printed of them.
    inputs = {path: content for path, content in tree(DIAGNOSTICS).items() if path not in printed}
    return [
        (KITCHEN_SINK / "expected", kitchen_sink("document.yaml")),
        (WAN26 / "expected", wan26()),
        (DIAGNOSTICS, {**inputs, **printed}),
    ]


def differences(found: Mapping[str, bytes], expected: Mapping[str, bytes]) -> list[str]:
    """Each file that differs, by its name, with how it does."""
    return [
        _difference(path, expected.get(path), found.get(path))
        for path in sorted({*found, *expected})
        if found.get(path) != expected.get(path)
    ]


def _difference(path: str, old: bytes | None, new: bytes | None) -> str:
    if old is None or new is None:
        return f"{path}: {'is new' if old is None else 'is no longer woven'}"
    lines = difflib.unified_diff(
        old.decode(errors="replace").splitlines(),
        new.decode(errors="replace").splitlines(),
        n=1,
        lineterm="",
    )
    return "\n".join([path, *list(lines)[2:60]])


def rewrite(folder: Path, wanted: Mapping[str, bytes]) -> list[str]:
    """Write what changed, remove what is no longer given; what was done to which file."""
    held = tree(folder)
    changed = [path for path, content in wanted.items() if held.get(path) != content]
    stale = [path for path in held if path not in wanted]
    for path in changed:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(wanted[path])
    for path in stale:
        (folder / path).unlink()
    return [f"wrote {path}" for path in changed] + [f"removed {path}" for path in stale]
