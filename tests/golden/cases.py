"""The golden cases: what is woven or printed today, and where it is kept.

`kitchen_sink/` holds one document in two versions and what both give; `diagnostics/<case>/` holds a document and what
`specloom generate` prints of it; `wan26` is the committed `generated/` itself.
"""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from specloom.cli import main
from specloom.pipeline import weave

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDEN = Path(__file__).parent
KITCHEN_SINK = GOLDEN / "kitchen_sink"
DIAGNOSTICS = GOLDEN / "diagnostics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a call of the command line came to; `files` are those that lie in the output folder after it."""

    code: int
    printed: str
    files: tuple[str, ...]


def run_case(case: Path, *, strict: bool = False) -> Run:
    """`specloom generate` of a case's document, called in its folder so that it prints no more of the path."""
    document = next((path.name for path in sorted(case.glob("document.*"))), "document.yaml")
    printed = io.StringIO()
    with TemporaryDirectory() as folder, contextlib.chdir(case):
        out = Path(folder) / "out"
        options = ["--out", str(out), "--package", "golden", *(["--strict"] if strict else [])]
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
    """What the kitchen sink gives, without the runtime: that is copied as it is."""
    woven = weave(KITCHEN_SINK / name, package="kitchen_sink")
    assert woven.api is not None, woven.findings
    return {
        file.path: file.content.replace(name.encode(), b"document.yaml")
        for file in woven.files
        if "/_runtime/" not in file.path
    }


def goldens() -> Iterator[tuple[Path, bytes]]:
    """Every expected file with what it ought to hold."""
    for path, content in kitchen_sink("document.yaml").items():
        yield KITCHEN_SINK / "expected" / path, content
    for case in diagnostic_cases():
        yield case / "diagnostics.txt", run_case(case).printed.encode()
