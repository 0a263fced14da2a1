"""What a call costs over the bare transport: `python -m bench.calling [--only PART..] [--write]`.

Each contender is a process of its own, and so is the server. They take turns, so that what the machine does besides
falls on all alike; a figure is the median of the ratios of the turns, each to the bare transport's in the same turn.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.running import run
from bench.tables import write_between

from specloom.pipeline import weave

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PEER = "openapi-python-client==0.29.1"
YARDSTICK = "urllib3==2.5.0"


@dataclass(frozen=True, slots=True)
class Group:
    """Contenders that do the same: the first is what the others are measured by."""

    title: str
    names: Mapping[str, str]  # of a contender -> what the table calls it
    times: int  # in a turn
    turns: int = 9


GROUPS = {
    "get": Group(
        "a small GET",
        {
            "get bare": "httpx2, `response.json()`",
            "get ours": "the woven client",
            "get theirs": "openapi-python-client's (httpx)",
            "get urllib3": "urllib3, `response.json()`",
        },
        600,
    ),
    "async": Group(
        "a small GET, async",
        {
            "async bare": "httpx2, `response.json()`",
            "async ours": "the woven client",
            "async theirs": "openapi-python-client's (httpx)",
        },
        400,
    ),
    "many": Group(
        "1,000 at once, async",
        {"many bare": "httpx2 (100 connections)", "many ours": "the woven client"},
        1,
    ),
    "list": Group(
        "a list of 1 MB",
        {
            "list bare": "httpx2, msgspec structs by hand",
            "list ours": "the woven client, models",
            "list json": "httpx2, `response.json()`",
            "list theirs": "openapi-python-client's, models",
        },
        15,
    ),
    "unknown": Group(
        "a list of 1 MB with unknown fields",
        {
            "unknown bare": "httpx2, msgspec structs by hand: dropped",
            "unknown ours": "the woven client, models: kept",
            "unknown extra": "the same, and `.extra` read of each",
        },
        15,
    ),
    "file": Group(
        "1 GB to disk",
        {
            "file bare": "httpx2, `iter_bytes` into a file",
            "file ours": "the woven client, `save`: synced, renamed",
            "file job": "the woven client, `save` of a job: hashed as well",
            "file safe": "httpx2, hashed and synced as well",
        },
        1,
        5,
    ),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a contender: its seconds, and the most megabytes it has had."""

    seconds: float
    megabytes: float


def main() -> int:
    """Measure and print the table."""
    given = _arguments()
    home = given.cache.absolute() / "calling"
    pythons = _prepared(home)
    rows = [
        "| work | by | turns | a turn | speed | peak, first and last turn |",
        "|---|---|--:|--:|--:|--:|",
    ]
    with _serving() as url:
        for name in given.only or GROUPS:
            for row in _rows(GROUPS[name], url, home, pythons):
                sys.stdout.write(f"{row}\n")
                rows.append(row)
    shutil.rmtree(home / "saved", ignore_errors=True)
    if given.write:
        write_between(ROOT / "bench" / "README.md", "call", "\n".join(rows) + "\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.calling", description=__doc__)
    parser.add_argument("--only", nargs="*", choices=GROUPS, default=[])
    parser.add_argument("--cache", type=Path, default=Path(".bench"))
    parser.add_argument("--write", action="store_true", help="put the table into bench/README.md")
    given = parser.parse_args()
    if given.write and given.only:
        parser.error("--write wants all parts")
    return given


def _prepared(home: Path) -> Mapping[str, Path]:
    """Weave both clients; gives the Python of each kind of contender."""
    home.mkdir(parents=True, exist_ok=True)
    document = HERE / "shop.yaml"
    ours = home / "ours"
    shutil.rmtree(ours, ignore_errors=True)
    for file in weave(document).files:
        path = ours / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    peer = _environment(home.parent / "peer", PEER, home)
    theirs = home / "theirs"
    shutil.rmtree(theirs, ignore_errors=True)
    words = ("generate", "--path", document, "--output-path", theirs, "--meta", "none")
    _run([peer / "bin" / "openapi-python-client", *words], home)
    shutil.move(theirs, home / "shop_client")
    theirs.mkdir()
    shutil.move(home / "shop_client", theirs / "shop_client")
    yardstick = _environment(home / "urllib3", YARDSTICK, home)
    return {
        "theirs": peer / "bin" / "python",
        "urllib3": yardstick / "bin" / "python",
    }


def _environment(folder: Path, package: str, home: Path) -> Path:
    """A virtual environment with one package, made where there is none."""
    if not (folder / "bin" / "python").exists():
        _run([sys.executable, "-m", "venv", folder], home)
        _run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", package], home)
    return folder


def _run(command: list[str | Path], folder: Path) -> None:
    done = run(command, folder=folder, seconds=600, environment={"PIP_CONSTRAINT": ""})
    if done.code:
        sys.exit(f"{command[0]} failed: {done.errors}{done.out}")


@contextmanager
def _serving() -> Iterator[str]:
    command = [sys.executable, str(HERE / "answering.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        try:
            yield f"http://127.0.0.1:{int(served.stdout.readline() if served.stdout else '')}"
        finally:
            served.terminate()


class Contender:
    """A contender's process."""

    def __init__(self, name: str, url: str, home: Path, pythons: Mapping[str, Path]) -> None:
        kind = name.split()[1]
        python = pythons.get(kind, Path(sys.executable))
        path = home / "theirs" if kind == "theirs" else home / "ours" / "client"
        saved = home / "saved"
        saved.mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            [str(python), str(HERE / "contenders.py"), name, url, str(saved)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(path), "PATH": "/usr/bin:/bin"},
        )

    def turn(self, times: int) -> Turn:
        """Let it work so often."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the contender has no pipes")
        self._process.stdin.write(f"{times}\n")
        self._process.stdin.flush()
        told = self._process.stdout.readline().split()
        return Turn(*map(float, told))

    def end(self) -> None:
        """End its process."""
        self._process.terminate()
        self._process.communicate()


def _rows(group: Group, url: str, home: Path, pythons: Mapping[str, Path]) -> Iterator[str]:
    with ExitStack() as stack:
        contenders = {name: Contender(name, url, home, pythons) for name in group.names}
        for one in contenders.values():
            stack.callback(one.end)
        for one in contenders.values():  # what is made at the first call
            one.turn(max(1, group.times // 3))
        turns: dict[str, list[Turn]] = {name: [] for name in group.names}
        for _ in range(group.turns):
            for name, one in contenders.items():
                os.sync()  # what another has left to be written is not this one's to wait for
                turns[name].append(one.turn(group.times))
    bare = turns[next(iter(group.names))]
    for name, each in turns.items():
        seconds = statistics.median(one.seconds for one in each)
        pairs = zip(bare, each, strict=True)
        speed = statistics.median(first.seconds / one.seconds for first, one in pairs)
        memory = f"{each[0].megabytes:.0f} MB, {each[-1].megabytes:.0f} MB"
        told = f"{group.times} x {1e6 * seconds / group.times:,.0f} us"
        yield f"| {group.title} | {group.names[name]} | {len(each)} | {told} | {speed:.2f} | {memory} |"


if __name__ == "__main__":
    sys.exit(main())
