"""The table of documents and outcomes, and what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.jobs_of_others.__main__ import Row

OUTCOMES = ("submit", "success", "failure", "expiry", "time-out", "resume", "cancel", "list")
WAYS = ("sync", "async")


def table(rows: list[Row]) -> str:
    """A line for each document; a cell says how many of its tries went well."""
    heads = ["document", "lines", "jobs", *OUTCOMES, *WAYS, "by hand"]
    lines = [
        f"| {' | '.join(heads)} |",
        f"|{'|'.join(['---', *['--:'] * (len(heads) - 1)])}|",
        *(f"| {' | '.join(_cells(row))} |" for row in rows),
    ]
    left = [f"{row.name} has no overlay: {row.why}" for row in rows if row.why]
    return "\n".join([*lines, *(["", *left] if left else [])])


def _cells(row: Row) -> Iterator[str]:
    yield row.name
    yield str(row.lines) if row.lines else "-"
    yield str(len(row.jobs)) if row.jobs else "-"
    own = [one for one in row.tries if one["server"] == "sandbox"]
    for outcome in OUTCOMES:
        yield _share([one["trouble"] for one in own if one["outcome"] == outcome])
    for way in WAYS:
        yield _share([one["trouble"] for one in own if one["way"] == way])
    yield _share([one["trouble"] for one in row.tries if one["server"] != "sandbox"])


def _share(troubles: list[str]) -> str:
    if not troubles:
        return "-"
    good = sum(not trouble for trouble in troubles)
    return "all" if good == len(troubles) else f"{good} of {len(troubles)}"


def findings(rows: list[Row]) -> Iterator[str]:
    """What went wrong, a paragraph each."""
    for row in rows:
        if row.trouble:
            yield f"{row.name}: {row.trouble}"
        if not row.jobs and not row.trouble and not row.why:
            yield f"{row.name}: its overlay declares no job"
        for one in row.tries:
            if one["trouble"]:
                told = f"{one['job']}, {one['outcome']}, {one['way']}, {one['server']}"
                yield f"{row.name}: {told}: {one['trouble']}"
