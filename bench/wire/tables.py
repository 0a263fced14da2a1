"""The tables of the wire bench."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.wire.outcomes import Outcome


def table(found: list[Outcome], *, total: int, seconds: float, seed: int) -> str:
    """Totals, then the documents that have exceptions."""
    good = sum(one.good for one in found)
    spoke = Counter(" and ".join(one.judges) or "nobody" for one in found)
    loose = sum("read loosely" in str(one.notes) for one in found if one.good)
    limited = sum("openapi-core:" in str(one.notes) for one in found if one.good)
    lines = [
        (
            f"{good} of {len(found)} operations ({_share(good, len(found))}) are right both ways, of {total} in all "
            f"documents; {sum(one.calls for one in found)} calls, seed {seed}, {seconds:.0f} s."
        ),
        "",
        "| judge that spoke | operations |",
        "|---|---|",
        *(f"| {judge} | {count} |" for judge, count in spoke.most_common()),
        "",
        "| exceptions, by reason | operations |",
        "|---|---|",
        *(
            f"| {reason} | {count} |"
            for reason, count in Counter(one.reason for one in found if one.reason).most_common()
        ),
        f"| none, but a schema that nothing satisfies by the letter was read by its spirit | {loose} |",
        f"| none, but openapi-core seems to have a limit there, so that the other judge spoke alone | {limited} |",
        "",
        "| document with exceptions | operations | right | share |",
        "|---|---|---|---|",
    ]
    for document in sorted({one.document for one in found if not one.good}):
        mine = [one for one in found if one.document == document]
        right = sum(one.good for one in mine)
        lines.append(f"| {document} | {len(mine)} | {right} | {_share(right, len(mine))} |")
    return "\n".join(lines) + "\n"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def exception_rows(found: list[Outcome]) -> str:
    """A row for each exception: its reason, and where it is."""
    rows = ["", "| exception | document | operation |", "|---|---|---|"]
    bad = sorted((one for one in found if not one.good), key=lambda one: one.reason)
    rows += [f"| {one.reason} | {one.document} | `{one.method} {one.path}` |" for one in bad]
    return "\n".join(rows) + "\n"


def exceptions(found: list[Outcome]) -> str:
    """Each exception, and each note, a line."""
    lines = ["", "## Exceptions", ""]
    for one in sorted((one for one in found if not one.good), key=lambda one: one.reason):
        why = one.why.replace("\n", " ")
        lines.append(f"- {one.reason}: {one.document} {one.method} {one.path}: {why}")
    lines += ["", "## Notes", ""]
    for one in found:
        for note in one.notes if one.good else ():
            lines.append(
                f"- {one.document} {one.method} {one.path}: {note[:400]}".replace("\n", " ")
            )
    return "\n".join(lines) + "\n"
