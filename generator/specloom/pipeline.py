"""The map of the program: each stage is a function of its inputs and a report.

text -> documents, overlays applied -> checked -> tree in OpenAPI 3.2 -> Api -> files in memory -> files on disk
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.diagnostics import Location, Report
from specloom.diagnostics import render as render_findings
from specloom.memory import FORGETFUL
from specloom.model.build import build_api, package_name
from specloom.openapi.extensions import check_extensions
from specloom.openapi.pagination_hints import hint_pagination
from specloom.openapi.rules import check_openapi, check_rules
from specloom.openapi.tree import Tree
from specloom.openapi.validate import Validation
from specloom.openapi.validator_process import ValidatorProcess
from specloom.openapi.walk import walk
from specloom.output import Changes, File, compare, write
from specloom.source.limits import paused_collector
from specloom.source.references import Documents, check_references

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from specloom.detection.proposals import Proposal
    from specloom.memory import Memory
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
        return render_findings(self.report.faults, self.documents)

    @property
    def hints(self) -> str:
        """What the document could say besides, as `validate` prints it."""
        return render_findings(self.report.hints, self.documents)


def read_api(
    document: Path, *, overlays: Sequence[Path] = (), package: str = "", strict: bool = False
) -> Woven:
    """Read, check and understand a document as overlays make it.

    `package` names the client (default: the document's title).
    """
    with paused_collector(), ValidatorProcess() as validator:
        return _run(document, overlays, validator, package=package, strict=strict, render=None)


def weave(
    document: Path,
    *,
    overlays: Sequence[Path] = (),
    package: str = "",
    strict: bool = False,
    memory: Memory = FORGETFUL,
) -> Woven:
    """Everything that is woven from a document; what `memory` has of it, made from the same, is not woven again."""

    def render(api: Api) -> tuple[File, ...]:
        # Not even imported where a document is only validated.
        from specloom.targets.catalog import TARGETS

        return tuple(file for target in TARGETS.values() for file in target(api, memory))

    with paused_collector(), ValidatorProcess() as validator:
        return _run(document, overlays, validator, package=package, strict=strict, render=render)


def _run(
    document: Path,
    overlays: Sequence[Path],
    validator: ValidatorProcess,
    *,
    package: str,
    strict: bool,
    render: Callable[[Api], tuple[File, ...]] | None,
) -> Woven:
    report = Report()
    documents = Documents.load(document, report)
    api: Api | None = None
    files: tuple[File, ...] = ()
    try:
        if overlays and not report.failed:
            from specloom.source.merging import apply_overlays

            apply_overlays(documents, overlays, report)
        if not report.failed and check_openapi(documents, report):
            check_references(documents, report)
            # The validator has a process of its own: it is asked last, and all else goes on beside it.
            validation = Validation(documents, validator)
            try:
                api = _understood(documents, report, document, package=package)
                files = render(api) if api is not None and render is not None else ()
            except RecursionError:
                _too_deep(documents, report)
            validation.tell(report)
    except RecursionError:
        _too_deep(documents, report)
    final = report.strict() if strict else report
    if final.failed:
        api, files = None, ()
    return Woven(documents=documents, report=final, api=api, files=files)


def _too_deep(documents: Documents, report: Report) -> None:
    """What is said of a document whose types refer to types deeper than this process can follow."""
    report.error(
        "too-deep",
        "parts of this document refer to each other in a chain that is too long to follow",
        Location(documents.root.file),
        hint="let types refer to what they need directly, not through thousands of others",
    )


def _understood(
    documents: Documents, report: Report, document: Path, *, package: str
) -> Api | None:
    parts = list(walk(documents))
    check_rules(documents, report, parts)
    check_extensions(documents, report, parts)
    if report.failed:
        return None
    tree = Tree(documents)
    hint_pagination(tree, report)
    info = tree.root.get("info")
    title = info.text("title") if info is not None else ""
    return build_api(tree, package or package_name(title or document.stem), report)


def propose(woven: Woven) -> tuple[Proposal, ...]:
    """The jobs that a document seems to have and does not declare; none where there were errors."""
    from specloom.detection import detect

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
