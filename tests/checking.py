"""Documents of a few lines, and what a stage says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.diagnostics import Diagnostic, Report, render
from specloom.source.references import Documents

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Stage = Callable[[Documents, Report], object]


def load(folder: Path, text: str, **others: str) -> Documents:
    """The document `text`, as `api.yaml`, beside the files in `others`."""
    for name, content in others.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    root = folder / "api.yaml"
    root.write_text(text, encoding="utf-8")
    report = Report()
    documents = Documents.load(root, report)
    assert not report.diagnostics
    return documents


def found(documents: Documents, stage: Stage) -> tuple[Diagnostic, ...]:
    """What the stage finds."""
    report = Report()
    stage(documents, report)
    return report.diagnostics


def told(documents: Documents, stage: Stage) -> list[str]:
    """`line:column severity[code] message` of everything that the stage finds, in the order of the file."""
    text = render(found(documents, stage), documents)
    folder = f"{documents.root.path.parent.as_posix()}/"
    heads = [line for line in text.splitlines() if ": warning[" in line or ": error[" in line]
    return [line.replace(f"{folder}api.yaml:", "").replace(folder, "") for line in heads]


def codes(documents: Documents, stage: Stage) -> list[str]:
    """The codes of what the stage finds."""
    return [diagnostic.code for diagnostic in found(documents, stage)]
