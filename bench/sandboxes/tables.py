"""The table of documents with what both judges found, and the findings, a line each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.sandboxes.__main__ import Row
    from bench.sandboxes.findings import Finding

HEADS = (
    *("document", "operations", "tested", "cases", "found", "excused"),
    *("woven", "called", "well", "found", "excused"),
)


def table(rows: list[Row]) -> str:
    """A line for each document: first what Schemathesis found, then what the peer did."""
    lines = [
        f"| {' | '.join(HEADS)} |",
        f"|{'|'.join(['---', *['--:'] * (len(HEADS) - 1)])}|",
        *(f"| {' | '.join(_cells(row))} |" for row in rows),
    ]
    reasons = Counter(_kind(one.excuse) for row in rows for one in row.findings if one.excuse)
    if reasons:
        lines += ["", "| excused because | findings |", "|---|--:|"]
        lines += [f"| {reason} | {count} |" for reason, count in reasons.most_common()]
    return "\n".join(lines) + "\n"


def _cells(row: Row) -> Iterator[str]:
    fuzzed, talked = row.fuzzed, row.talked
    yield row.name
    yield str(row.operations)
    if fuzzed is None or fuzzed.trouble:
        yield from ("-",) * 4
    else:
        yield from (str(fuzzed.tested), str(fuzzed.cases), *_counted(fuzzed.findings))
    if talked is None or talked.trouble:
        yield from ("-",) * 5
    else:
        yield from (str(one) for one in (talked.woven, talked.called, talked.well))
        yield from _counted(talked.findings)


def _counted(found: list[Finding]) -> tuple[str, str]:
    excused = sum(bool(one.excuse) for one in found)
    return str(len(found) - excused), str(excused)


def _kind(excuse: str) -> str:
    return excuse.partition(":")[0]


def listed(rows: list[Row]) -> Iterator[str]:
    """Each finding with the exchange that shows it; those against the sandbox first."""
    for row in rows:
        found = sorted(row.findings, key=lambda one: bool(one.excuse))
        yield f"## {row.name}: {sum(not one.excuse for one in found)} findings"
        yield from (f"trouble: {one}" for one in row.troubles)
        for one in found:
            yield one.line()
            if one.exchange is not None and not one.excuse:
                yield one.exchange.told()
        yield from (f"not passed | {one}" for one in (row.talked.unpassed if row.talked else ()))
