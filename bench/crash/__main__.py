"""Whether a crash costs money: `python -m bench.crash [--kills N] [--only PART..] [--write]`.

Workers are killed by SIGKILL at every step of a job's life and at random moments, against a sandbox
in another process; the order of what reaches disk and network is read from a trace of system calls;
and disks get full, files read-only or broken. Exit code 1 where any promise is broken.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import wan26
from bench.crash.random_kills import kill_at_random
from bench.crash.stepwise import kill_at_steps
from bench.crash.surroundings import meet
from bench.crash.tables import head, kill_table, order_lines, surroundings_table, wrong_lines
from bench.crash.tracing import trace_submits
from bench.tables import write_between

if TYPE_CHECKING:
    from bench.crash.judging import Figures

ROOT = Path(__file__).parents[2]
PARTS = ("steps", "random", "order", "surroundings")


def main(arguments: list[str] | None = None) -> int:
    """Do all parts, print the tables; 1 where something is wrong."""
    given = _arguments(arguments)
    home: Path = given.cache.absolute() / "crash"
    if os.environ.get("PYTHONPATH", "").partition(os.pathsep)[0] != str(home / "client"):
        return _from_copy(home, sys.argv[1:] if arguments is None else arguments)
    warnings.simplefilter("ignore")  # a length that is not listed, and play money
    start = time.monotonic()
    killed: list[Figures] = []
    if "steps" in given.only:
        killed += kill_at_steps(home / "steps")
    if "random" in given.only:
        killed += kill_at_random(home / "random", given.kills, given.orders, given.seed)
    traced = trace_submits(home / "order") if "order" in given.only else []
    met = meet(Path(tempfile.mkdtemp(dir=home))) if "surroundings" in given.only else []
    tables = [
        *([kill_table(killed)] if killed else []),
        *([order_lines(traced)] if traced else []),
        *([surroundings_table(met)] if met else []),
    ]
    taken = time.monotonic() - start
    text = "\n".join([head(taken, given.orders, given.seed), "", *tables])
    wrong = wrong_lines([*killed, *traced, *met])
    told = "\n".join([text, *wrong])
    (home.parent / "crash.md").write_text(told, "utf-8")
    print(told)
    if given.write:
        write_between(ROOT / "bench" / "README.md", "crash", text)
    return 1 if wrong else 0


def _from_copy(home: Path, arguments: list[str]) -> int:
    """Begin anew with a copy of the client, so that weaving meanwhile changes nothing."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)  # what is still mounted, say, stays
    copy, known = home / "client", os.environ.get("PYTHONPATH", "")
    source, skipped = Path(wan26.__file__).parent, shutil.ignore_patterns("__pycache__")
    shutil.copytree(source, copy / "wan26", dirs_exist_ok=True, ignore=skipped)
    environment = {**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{known}"}
    command = [sys.executable, "-m", "bench.crash", *arguments]
    return subprocess.run(command, env=environment, check=False).returncode


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.crash", description=__doc__)
    add = parser.add_argument
    add("--kills", type=int, default=500, help="at random moments (default %(default)s)")
    add("--orders", type=int, default=200, help="in each run at random (default %(default)s)")
    add("--seed", type=int, default=1, help="of all that is random (default %(default)s)")
    add("--only", nargs="+", choices=PARTS, default=PARTS, help="some parts")
    add("--cache", type=Path, default=Path(".bench"), help="where ledgers and videos lie")
    add("--write", action="store_true", help="put the tables into bench/README.md")
    given = parser.parse_args(arguments)
    if given.write and set(given.only) != set(PARTS):
        parser.error("--write wants all parts")
    return given


if __name__ == "__main__":
    sys.exit(main())
