"""The map of the program: each stage is a function of its inputs and a report.

text -> documents, overlays applied -> checked -> tree in OpenAPI 3.2 -> Api -> files in memory -> files on disk
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.detection import detect
from specloom.diagnostics import Location, Report, render
from specloom.model.build import build_api, package_name
from specloom.openapi.extensions import check_extensions
from specloom.openapi.pagination_hints import hint_pagination
from specloom.openapi.rules import check_openapi, check_rules
from specloom.openapi.tree import Tree
from specloom.openapi.validate import Validation
from specloom.output import Changes, File, compare, write
from specloom.source.merging import apply_overlays
from specloom.source.references import Documents, check_references
from specloom.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from specloom.detection.proposals import Proposal
    from specloom.model.api import Api


@dataclass(frozen=True, slots=True, kw_only=True)
class Woven:
    """What a run came to: the API (None where a stage found errors), its files, and all findings."""

    documents: Documents
    report: Report
    api: Api | None = None
    files: tuple[File, ...] = ()

    @property
    def findings(self) -> str:
        """The errors and warnings, as they are printed."""
        return render(self.report.faults, self.documents)

    @property
    def hints(self) -> str:
        """What the document could say besides, as `validate` prints it."""
        return render(self.report.hints, self.documents)


def read_api(
    document: Path, *, overlays: Sequence[Path] = (), package: str = "", strict: bool = False
) -> Woven:
    """Read, check and understand a document as overlays make it.

    `package` names the client (default: the document's title).
    """
    report = Report()
    documents = Documents.load(document, report)
    try:
        if not report.failed:
            apply_overlays(documents, overlays, report)
        return _understood(documents, report, document, package=package, strict=strict)
    except RecursionError:
        return _too_deep(documents, report)


def _too_deep(documents: Documents, report: Report) -> Woven:
    """What is said of a document whose types refer to types deeper than this process can follow."""
    report.error(
        "too-deep",
        "parts of this document refer to each other in a chain that is too long to follow",
        Location(documents.root.file),
        hint="let types refer to what they need directly, not through thousands of others",
    )
    return Woven(documents=documents, report=report)


def _understood(
    documents: Documents, report: Report, document: Path, *, package: str, strict: bool
) -> Woven:
    is_readable = not report.failed and check_openapi(documents, report)
    if not is_readable:
        return Woven(documents=documents, report=report)
    check_references(documents, report)
    validation = Validation(documents)
    check_rules(documents, report)
    check_extensions(documents, report)
    api = None if report.failed else _built(documents, report, document, package)
    validation.tell(report)
    final = report.strict() if strict else report
    return Woven(documents=documents, report=final, api=None if final.failed else api)


def _built(documents: Documents, report: Report, document: Path, package: str) -> Api | None:
    tree = Tree(documents)
    try:
        hint_pagination(tree, report)
        info = tree.root.get("info")
        title = info.text("title") if info is not None else ""
        return build_api(tree, package or package_name(title or document.stem), report)
    except RecursionError:
        _too_deep(documents, report)
        return None


def weave(
    document: Path, *, overlays: Sequence[Path] = (), package: str = "", strict: bool = False
) -> Woven:
    """Everything that is woven from a document, in memory."""
    read = read_api(document, overlays=overlays, package=package, strict=strict)
    if read.api is None:
        return read
    api = read.api
    try:
        files = tuple(file for target in TARGETS.values() for file in target(api))
    except RecursionError:
        return _too_deep(read.documents, read.report)
    return Woven(documents=read.documents, report=read.report, api=api, files=files)


def propose(woven: Woven) -> tuple[Proposal, ...]:
    """The jobs that a document seems to have and does not declare; none where there were errors."""
    return () if woven.report.failed else detect(Tree(woven.documents))


def generate(woven: Woven, out: Path) -> Changes:
    """Write what was woven; nothing is written where there were errors, or would be lost."""
    if woven.report.failed:
        return Changes()
    return write(woven.files, out, woven.report)


def check(woven: Woven, out: Path) -> Changes:
    """What `generate` would change, and what lies among its files; the report says why it would refuse."""
    if woven.report.failed:
        return Changes()
    return compare(woven.files, out, woven.report)
