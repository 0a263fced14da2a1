"""What was found, as Markdown."""

from __future__ import annotations

import datetime
import os
import platform
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.crash.judging import Figures
    from bench.crash.surroundings import Met
    from bench.crash.tracing import Traced

__all__ = ["head", "kill_table", "order_lines", "surroundings_table", "wrong_lines"]

_COLUMNS = (
    "killed",
    "kills",
    "runs",
    "jobs created",
    "paid twice",
    "lost",
    "uncertain, of those between intent and id",
    "of them with a job",
    "files whole",
    "`.part` files left",
    "settled / charged / reserved",
)


def head(seconds: float, orders: int, seed: int) -> str:
    """Where and how it was measured."""
    day = f"{datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d}"
    machine = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return (
        f"{day}, {machine}, {os.cpu_count()} cores, {seconds:.0f} s; seed {seed}, "
        f"{orders} orders in each run at random."
    )


def kill_table(found: Sequence[Figures]) -> str:
    """What became of the jobs of all workers that were killed."""
    rows = [f"| {' | '.join(_COLUMNS)} |", "|---" * len(_COLUMNS) + "|"]
    for one in found:
        cells = (
            one.what,
            one.kills,
            one.runs,
            one.jobs,
            one.twice,
            one.lost,
            f"{one.uncertain} of {one.doubted}",
            one.adopted,
            f"{one.whole} of {one.files}",
            one.parts,
            f"{one.settled} / {one.charged} / {one.reserved}",
        )
        rows.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(rows) + "\n"


def order_lines(found: Sequence[Traced]) -> str:
    """The order in which the kernel was called."""
    columns = "| client | the intent | then | the id, before the first poll | the video |"
    lines = [columns, "|---" * 5 + "|"]
    for one in found:
        intent, known = ", ".join(one.intent) or "?", ", ".join(one.id) or "?"
        video = ", ".join(one.video) or "?"
        lines.append(f"| {one.kind} | {intent} | {one.sent or '?'} | {known} | {video} |")
    return "\n".join(lines) + "\n"


def surroundings_table(found: Sequence[Met]) -> str:
    """What a client does where it cannot write."""
    columns = "| surroundings | by | requests sent | jobs | what is said |"
    rows = [f"| {one.what} | {one.how} | {one.sent} | {one.jobs} | {one.said} |" for one in found]
    return "\n".join([columns, "|---" * 5 + "|", *rows]) + "\n"


def wrong_lines(found: Sequence[Figures | Traced | Met]) -> list[str]:
    """Each broken promise, a line each."""
    return [f"WRONG: {line}" for one in found for line in one.wrong]
