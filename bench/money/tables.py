"""What was measured, as Markdown."""

from __future__ import annotations

import datetime
import platform
from typing import TYPE_CHECKING

from bench.money.contest import NO_END, PEERS, READ_TIMEOUT
from bench.money.expected import deviations
from bench.money.faults import FAULTS, REDIRECT, SLOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bench.money.contest import Cell
    from bench.money.expected import Measured

__all__ = ["deviation_lines", "fault_table", "money_table", "peer_tables"]

_SCOPES = {"line": "connecting", "submit": "submitting", "poll": "waiting", "download": "saving"}
_BILLED = {"yes": "once"}


def _head(text: str) -> str:
    today = datetime.datetime.now(tz=datetime.UTC)
    return f"{today:%Y-%m-%d}, Python {platform.python_version()}: {text}"


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    named = list(columns)
    yield f"| {' | '.join(named)} |"
    yield "|---" * len(named) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def peer_tables(cells: list[Cell]) -> str:
    """Jobs by one submit call, and how it ended: where the fault passes / where it stays."""
    found = {(cell.fault, cell.peer, cell.passes): cell for cell in cells}
    peers = [peer for peer in PEERS if any(cell.peer == peer.name for cell in cells)]
    faults = [fault for fault in FAULTS if (fault.name, peers[0].name, True) in found]

    def both(fault: str, peer: str) -> tuple[Cell, Cell]:
        return found[fault, peer, True], found[fault, peer, False]

    columns = ["the first request meets it / all do", *(f"{peer.name}" for peer in peers)]
    lines = [_head("jobs created by one submit call."), ""]
    lines += _table(
        columns,
        (
            [fault.told, *(_jobs(*both(fault.name, peer.name)) for peer in peers)]
            for fault in faults
        ),
    )
    lines += ["", "How the same calls ended:", ""]
    lines += _table(
        columns,
        (
            [fault.name, *(_endings(*both(fault.name, peer.name)) for peer in peers)]
            for fault in faults
        ),
    )
    lines.append("")
    lines += [f"- {peer.requirement or peer.name}{_noted(peer.note)}" for peer in peers]
    lines.append(
        f"- `{SLOW}`: the read timeout is set to {READ_TIMEOUT:.0f} s, else all is default"
    )
    lines.append(f"- `{REDIRECT}`: 307 to another host name and port; jobs of both are counted")
    return "\n".join(lines) + "\n"


def _noted(note: str) -> str:
    return f": {note}" if note else ""


def _jobs(passing: Cell, staying: Cell) -> str:
    return f"{passing.jobs} / {staying.jobs}"


def _endings(passing: Cell, staying: Cell) -> str:
    told = [_ending(passing), _ending(staying)]
    return told[0] if told[0] == told[1] else " / ".join(told)


def _ending(cell: Cell) -> str:
    words = {"id": "an id", NO_END: NO_END, "no error, no id": "no error, no id"}
    told = words.get(cell.ended, f"`{cell.ended}`")
    return f"{told}, **the key travelled**" if cell.key_travelled else told


def _by_line(found: list[Measured]) -> dict[str, list[Measured]]:
    lines: dict[str, list[Measured]] = {}
    for one in found:
        lines.setdefault(one.line.spec, []).append(one)
    return lines


def money_table(found: list[Measured]) -> str:
    """The woven client, a line for each fault; `!` stands where something deviates."""
    columns = ("", "where", "what happens", "it passes", "jobs", "reserved, cost")
    rows = []
    for some in _by_line(found).values():
        line = some[0].line
        mark = "!" if any(map(deviations, some)) or not _agree(some) else ""
        cells = [mark, _SCOPES[line.scope], line.told]
        for passes in (True, False):
            cells += _three([one for one in some if one.passes is passes])
        rows.append(cells)
    bad = sum(bool(deviations(one)) for one in found)
    text = f"{len(rows)} faults, {len(found)} calls, sync and async; {bad} deviate."
    heads = (*columns, "it stays", "jobs", "reserved, cost")
    return "\n".join([_head(text), "", *_table(heads, rows)]) + "\n"


def _three(some: list[Measured]) -> tuple[str, str, str]:
    """Outcome, jobs and money of sync and async; both where they differ."""
    if not some:
        return "", "", ""
    return (
        _same(_outcome(one) for one in some),
        _same(str(one.jobs) for one in some),
        _same(f"{one.ended.reserved}, {one.ended.cost}" for one in some),
    )


def _same(told: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(told))


def _outcome(one: Measured) -> str:
    """A class in backticks; of a vendor's code, the class that is told first."""
    text = one.ended.outcome
    return text if text.startswith("a ") else f"`{text.partition('/')[0]}`"


def _agree(some: list[Measured]) -> bool:
    """Whether sync and async came to the same, each way."""
    ways = {
        passes: {
            (one.ended.outcome, one.ended.billed, one.jobs, one.ended.reserved, one.ended.cost)
            for one in some
            if one.passes is passes
        }
        for passes in (True, False)
    }
    return all(len(told) <= 1 for told in ways.values())


def fault_table(found: list[Measured]) -> str:
    """For users: what happens, what they get, what it costs; faults of one family in one line."""
    rows = dict.fromkeys(_user_row(some) for some in _by_line(found).values())
    columns = ("what happens", "what you get", "billed", "jobs")
    return "\n".join(_table(columns, rows)) + "\n"


def _user_row(some: list[Measured]) -> tuple[str, ...]:
    line = some[0].line
    told = (_either(some, tell) for tell in (_got, _billed, _count))
    return f"{_SCOPES[line.scope]}: {line.family or line.told}", *told


def _either(some: list[Measured], tell: Callable[[Measured], str]) -> str:
    passing = _same(tell(one) for one in some if one.passes)
    staying = _same(tell(one) for one in some if not one.passes)
    if passing and staying and passing != staying:
        return f"{passing}, or {staying} if it stays"
    return passing or staying


def _got(one: Measured) -> str:
    """The outcome; of a family, whose errors differ by code, what they have in common."""
    common = one.ended.outcome.rpartition("/")[2]
    return f"the code's own class, a `{common}`" if one.line.family else _outcome(one)


def _billed(one: Measured) -> str:
    told = _BILLED.get(one.ended.billed, one.ended.billed)
    return f"{told}: reserved" if one.ended.billed == "unknown" and one.ended.reserved else told


def _count(one: Measured) -> str:
    return str(one.jobs)


def deviation_lines(found: list[Measured]) -> list[str]:
    """Everything that is not as it is to be, a line each."""
    lines = []
    for some in _by_line(found).values():
        for one in some:
            for told in deviations(one):
                way = "passes" if one.passes else "stays"
                kind = "async" if one.asynchronous else "sync"
                lines.append(f"! {one.line.spec} {way} {kind}: {told}")
        if not _agree(some):
            lines.append(f"! {some[0].line.spec}: sync and async differ")
    return lines
