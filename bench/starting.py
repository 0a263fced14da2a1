"""What a woven client costs before its first answer: `python -m bench.starting [DOCUMENT ...]`.

Each figure is of fresh processes, one of each kind in turn, so that what the machine does besides falls on all alike;
the ratio of two is that of their medians. The server is a process of its own on the loopback. All clients are compiled
first, as pip compiles what it installs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.starters import BARE, BARE_ASYNC, Program, Subject, woven
from bench.tables import write_between

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[1]
RUNS = 9
IMPORTS = 25  # runs: they are short, and so waver more
TIMED = """
import sys, time
sys.path.insert(0, {path!r})
start = time.perf_counter()
{imports}
imported = time.perf_counter()
{call}
ended = time.perf_counter()
with open("/proc/self/statm") as statm:
    print(imported - start, ended - imported, int(statm.read().split()[1]) * 4 / 1024)
"""
BOTH = Program("import httpx2, msgspec")
COLUMNS = (
    "client",
    "`import api`",
    "`from api import Client`",
    "first call after it",
    "both",
    "both, async",
    "largest model",
    "resident",
)


@dataclass(frozen=True, slots=True)
class Process:
    """A kind of process: what it does, by which Python, with what on its path, and whom it asks."""

    program: Program
    path: Path = ROOT
    url: str = ""
    python: Path = Path(sys.executable)

    def run(self) -> tuple[float, float, float]:
        """Seconds of the imports, seconds of the call, megabytes that are resident at the end."""
        call = self.program.call.format(url=self.url)
        code = TIMED.format(path=str(self.path), imports=self.program.imports, call=call)
        done = subprocess.run([self.python, "-c", code], capture_output=True, text=True, check=True)
        imports, called, megabytes = map(float, done.stdout.split())
        return imports, called, megabytes


@dataclass(frozen=True, slots=True)
class Figure:
    """The medians of a kind of process: seconds of the imports, of the call and of both; megabytes.

    `runs` are the seconds of both, run by run.
    """

    imports: float
    call: float
    both: float
    megabytes: float
    runs: tuple[float, ...]


def main() -> int:
    """Measure and print the tables."""
    given = _arguments()
    wanted = dict.fromkeys([ROOT / "spec" / "wan26.yaml", *given.documents])
    subjects = [woven(path, given.cache.absolute()) for path in wanted]
    text = "\n".join(_tables(subjects, given.cache.absolute()))
    sys.stdout.write(f"{text}\n")
    if given.write:
        write_between(ROOT / "bench" / "README.md", "import", f"{text}\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.starting", description=__doc__)
    add = parser.add_argument
    add("documents", type=Path, nargs="*", help="beside spec/wan26.yaml")
    add("--cache", type=Path, default=Path(".bench"))
    add("--write", action="store_true", help="put the tables into bench/README.md")
    return parser.parse_args()


@contextmanager
def _serving(answer: Any, body: Path) -> Iterator[str]:
    """A server in a process of its own that answers everything alike."""
    body.write_text(json.dumps(answer), "utf-8")
    command = [sys.executable, str(ROOT / "bench" / "answering.py"), str(body)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        if served.stdout is None:
            raise RuntimeError("the server says nothing")
        try:
            yield f"http://127.0.0.1:{int(served.stdout.readline())}"
        finally:
            served.terminate()


def _measured(kinds: Mapping[str, Process], runs: int = RUNS) -> dict[str, Figure]:
    """The medians of several kinds of process, run in turn."""
    told: dict[str, list[tuple[float, float, float]]] = {name: [] for name in kinds}
    for run in range(runs + 1):
        for name, kind in kinds.items():
            figure = kind.run()
            if run:  # the first one brings the files into memory
                told[name].append(figure)
    return {name: _median(figures) for name, figures in told.items()}


def _median(runs: list[tuple[float, float, float]]) -> Figure:
    return Figure(
        statistics.median(imports for imports, _, _ in runs),
        statistics.median(call for _, call, _ in runs),
        statistics.median(imports + call for imports, call, _ in runs),
        statistics.median(megabytes for _, _, megabytes in runs),
        tuple(imports + call for imports, call, _ in runs),
    )


def _tables(subjects: list[Subject], cache: Path) -> Iterator[str]:
    imports = _imports(subjects)
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|---{'|--:' * (len(COLUMNS) - 1)}|"
    beside: list[str] = []
    for one in subjects:
        figures = _calls(one, cache)
        yield f"| {one.name} | {_row(imports, one.name, figures)} |"
        if one.peer is not None:
            beside.append(
                f"| {one.name}, openapi-python-client | {_peer_row(imports, one, figures)} |"
            )
    yield from beside
    yield ""
    for label, part in (("import api", "whole"), ("from api import Client", "class")):
        seconds = [imports[f"{one.name} {part}"].imports for one in subjects]
        yield f"`{label}`: the largest over the smallest is {max(seconds) / min(seconds):.2f}.  "


def _imports(subjects: list[Subject]) -> dict[str, Figure]:
    """What imports take, those of all clients in turn."""
    kinds = {"bare": Process(BOTH)}
    for one in subjects:
        kinds[f"{one.name} whole"] = Process(Program("import api"), one.path)
        kinds[f"{one.name} class"] = Process(Program(one.program("").imports), one.path)
        if one.peer is not None:
            path, python = one.peer.path, one.peer.python
            kinds[f"{one.name} peer"] = Process(Program("import api"), path, python=python)
    return _measured(kinds, IMPORTS)


def _calls(one: Subject, cache: Path) -> dict[str, Figure]:
    """What first calls take, beside those of bare httpx2."""
    (plain, answer), (large, long_answer) = one.plain, one.large
    with (
        _serving(answer, cache / "plain.json") as url,
        _serving(long_answer, cache / "large.json") as other,
    ):
        kinds = {
            "bare": Process(BARE, url=url),
            "own": Process(one.program(plain), one.path, url),
            "own large": Process(one.program(large), one.path, other),
            "bare large": Process(BARE, url=other),
            "bare async": Process(BARE_ASYNC, url=url),
            "own async": Process(one.async_program(plain), one.path, url),
        }
        if one.peer is not None:
            kinds["peer"] = Process(one.peer.program(), one.peer.path, url, one.peer.python)
        return _measured(kinds)


def _row(imports: dict[str, Figure], name: str, figures: dict[str, Figure]) -> str:
    bare, own = figures["bare"], figures["own"]
    # Run by run, since the two ran one after the other.
    pairs = zip(figures["own large"].runs, own.runs, strict=True)
    more = 1000 * statistics.median(large - plain for large, plain in pairs)
    cells = (
        _ratio(imports[f"{name} whole"].imports, imports["bare"].imports),
        _ratio(imports[f"{name} class"].imports, imports["bare"].imports),
        _ratio(own.call, bare.call),
        _ratio(own.both, bare.both),
        _ratio(figures["own async"].both, figures["bare async"].both),
        f"{more:+.0f} ms",
        _ratio(figures["own large"].megabytes, figures["bare large"].megabytes),
    )
    return " | ".join(cells)


def _peer_row(imports: dict[str, Figure], one: Subject, figures: dict[str, Figure]) -> str:
    bare, theirs = figures["bare"], figures["peer"]
    cells = (
        _ratio(imports[f"{one.name} peer"].imports, imports["bare"].imports),
        _ratio(theirs.imports, imports["bare"].imports),
        _ratio(theirs.call, bare.call),
        _ratio(theirs.both, bare.both),
        *("", "", _ratio(theirs.megabytes, bare.megabytes)),
    )
    return " | ".join(cells)


def _ratio(own: float, bare: float) -> str:
    return f"{own / bare:.2f}"


if __name__ == "__main__":
    sys.exit(main())
