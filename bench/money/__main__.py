"""What a fault costs: `python -m bench.money [--no-peers] [--no-ours] [--write]`.

The same faults for current SDKs and for the woven client on one server, and many more for the
woven client on its sandbox, held against the money rules. Exit code 1 where anything deviates.
"""

from __future__ import annotations

import argparse
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from bench.money import goaway
from bench.money.contest import PEERS, compete
from bench.money.lines import LINES
from bench.money.ours import measured
from bench.money.tables import deviation_lines, fault_table, money_table, peer_tables
from bench.tables import write_between

if TYPE_CHECKING:
    from bench.money.contest import Cell
    from bench.money.expected import Measured

ROOT = Path(__file__).parents[2]
PLACES = {  # where each table goes
    "money-peers": ROOT / "bench" / "README.md",
    "money": ROOT / "bench" / "README.md",
    "faults": ROOT / "README.md",
}
_AT_A_TIME = 4  # of our faults: some make the client wait for a second


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the tables; 1 where something deviates."""
    given = _arguments(arguments)
    tables: dict[str, str] = {}
    complaints: list[str] = []
    home: Path = given.cache.absolute() / "money"
    if not given.no_peers:
        cells = compete(home, given.peer, given.jobs)
        tables["money-peers"] = peer_tables(cells)
        complaints += paid_twice(cells)
    if not given.no_ours:
        found = _ours(home, given.only)
        tables["money"], tables["faults"] = money_table(found), fault_table(found)
        complaints += deviation_lines(found)
    text = "\n".join([*tables.values(), *complaints])
    (home.parent / "money.md").write_text(text, "utf-8")
    print(text)
    if given.write:
        for name, table in tables.items():
            write_between(PLACES[name], name, table)
    return 1 if complaints else 0


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.money", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="parts of the names of our faults")
    parser.add_argument("--peer", nargs="*", default=[], choices=[peer.name for peer in PEERS])
    parser.add_argument("--no-peers", action="store_true", help="only the client woven here")
    parser.add_argument("--no-ours", action="store_true", help="only the comparison")
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where peers live")
    parser.add_argument("--jobs", type=int, default=10, help="peers' calls at a time: they sleep")
    parser.add_argument("--write", action="store_true", help="put the tables into the READMEs")
    given = parser.parse_args(arguments)
    if given.write and (given.only or given.peer):
        parser.error("--write takes whole tables")
    if given.write:
        for problem in missing_markers(PLACES):
            parser.error(problem)
    return given


def missing_markers(places: dict[str, Path]) -> list[str]:
    """Where a table could not be written; found before anything is measured."""
    return [
        f"{path} has no marker {mark}"
        for name, path in places.items()
        for mark in (f"<!-- {name} -->", f"<!-- /{name} -->")
        if mark not in path.read_text("utf-8")
    ]


def paid_twice(cells: list[Cell]) -> list[str]:
    """Where the client woven here made more than one job beside its peers."""
    return [
        f"! {cell.peer} {cell.fault}: {cell.jobs} jobs by one call"
        for cell in cells
        if cell.peer == "wan26" and cell.jobs > 1
    ]


def _ours(home: Path, parts: list[str]) -> list[Measured]:
    # What the client tries again is told in the tables.
    logging.getLogger("wan26").setLevel(logging.CRITICAL)
    lines = [line for line in LINES if not parts or any(part in line.spec for part in parts)]
    if any("goaway" in line.spec for line in lines):
        goaway.set_up(home)
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return [one for some in pool.map(lambda line: list(measured(line)), lines) for one in some]


if __name__ == "__main__":
    sys.exit(main())
