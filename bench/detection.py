"""What `specloom detect` finds in folders of documents: `python -m bench.detection FOLDER [--list]`.

FOLDER holds `jobs/` and `real/`; what truly submits a job there is in `detection_labels.yaml`.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from bench.tables import write_between

from specloom.detection import detect
from specloom.diagnostics import Report
from specloom.openapi.operations import operations_of
from specloom.openapi.rules import check_openapi
from specloom.openapi.tree import Tree
from specloom.source.references import Documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HERE = Path(__file__).parent
SURENESS = ("sure", "likely", "possible")
HEAD = ("document", "jobs", "sure", "likely", "possible", "missed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One document's submits: those that it has, and those that were found, by how sure it was."""

    name: str
    labelled: frozenset[str]
    found: Mapping[str, tuple[str, ...]]

    def right(self, *kinds: str) -> list[str]:
        """The finds that are true."""
        return [one for kind in kinds for one in self.found[kind] if one in self.labelled]

    def alarms(self, *kinds: str) -> list[str]:
        """The finds that are false."""
        return [one for kind in kinds for one in self.found[kind] if one not in self.labelled]

    @property
    def missed(self) -> list[str]:
        """What submits a job and was not found."""
        return sorted(self.labelled - {*self.right(*SURENESS)})


def main() -> int:
    """Count the finds in each folder and print a table for each."""
    given = _arguments()
    labels = yaml.safe_load((HERE / "detection_labels.yaml").read_text("utf-8"))
    told: list[str] = []
    for folder in ("jobs", "real"):
        paths = sorted(
            path
            for path in (given.documents / folder).iterdir()
            if path.suffix in {".json", ".yaml", ".yml"}
        )
        rows = [
            one for path in paths if (one := count(path, labels.get(path.stem, ()))) is not None
        ]
        told += [f"{folder}/: {len(rows)} documents\n", table(rows)]
        if given.list:
            print("\n".join(_listed(rows)))
    print("\n".join(told))
    if given.write:
        write_between(HERE / "README.md", "detection", "\n".join(told))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.detection", description=__doc__)
    parser.add_argument("documents", type=Path, help="a folder with jobs/ and real/")
    parser.add_argument("--list", action="store_true", help="print false alarms and misses too")
    parser.add_argument("--write", action="store_true", help="put the tables into bench/README.md")
    return parser.parse_args()


def count(document: Path, labels: Iterable[str]) -> Counted | None:
    """Hold the finds in a document against its labels; None if it cannot be read."""
    report = Report()
    documents = Documents.load(document, report)
    if report.failed or not check_openapi(documents, report):
        return None
    tree = Tree(documents)
    names = [f"{one.method.upper()} {one.path}" for one in operations_of(tree)]
    # What reads is no submit, unless a label names it without a `*`.
    labelled = {
        name
        for label in labels
        for name in names
        if name == label or (not name.startswith("GET ") and fnmatchcase(name, label))
    }
    found = detect(tree)
    by_kind = {
        kind: tuple(f"{one.method} {one.path}" for one in found if one.sureness == kind)
        for kind in SURENESS
    }
    return Counted(name=document.stem, labelled=frozenset(labelled), found=by_kind)


def table(rows: Sequence[Counted]) -> str:
    """Finds and false alarms of the documents that have any, `true+false` in a cell, and what they come to."""
    lines = [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    for row in rows:
        if row.labelled or any(row.found.values()):
            cells = [f"{len(row.right(kind))}+{len(row.alarms(kind))}" for kind in SURENESS]
            lines.append(_line([row.name, len(row.labelled), *cells, len(row.missed)]))
    totals = [
        f"{sum(len(row.right(kind)) for row in rows)}+{sum(len(row.alarms(kind)) for row in rows)}"
        for kind in SURENESS
    ]
    jobs, missed = sum(len(row.labelled) for row in rows), sum(len(row.missed) for row in rows)
    lines.append(_line(["all", jobs, *totals, missed]))
    return "\n".join([*lines, "", *_rates(rows, jobs), ""])


def _line(cells: Sequence[Any]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _rates(rows: Sequence[Counted], jobs: int) -> list[str]:
    told = []
    for kinds in (SURENESS[:1], SURENESS[:2], SURENESS):
        right = sum(len(row.right(*kinds)) for row in rows)
        alarms = sum(len(row.alarms(*kinds)) for row in rows)
        precision, recall = right / max(1, right + alarms), right / max(1, jobs)
        told.append(f"{' + '.join(kinds)}: precision {precision:.1%}, recall {recall:.1%}  ")
    # One document has a third of all jobs, so that documents are counted too.
    having = [row for row in rows if row.labelled]
    whole = sum(not row.missed for row in having)
    some = sum(bool(row.right(*SURENESS[:2])) for row in having)
    plain = [row for row in rows if not row.labelled]
    silent = sum(not row.alarms(*SURENESS[:2]) for row in plain)
    told.append(
        f"{len(having)} documents have jobs: sure or likely finds in {some}, nothing missed in {whole};"
        f" of {len(plain)} without, {silent} have no sure or likely find"
    )
    return told


def _listed(rows: Sequence[Counted]) -> list[str]:
    alarms = [
        f"{row.name}: false alarm ({kind}): {one}"
        for row in rows
        for kind in SURENESS
        for one in row.alarms(kind)
    ]
    return [*alarms, *(f"{row.name}: missed: {one}" for row in rows for one in row.missed), ""]


if __name__ == "__main__":
    sys.exit(main())
