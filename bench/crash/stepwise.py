"""A kill at every named step of the life cycle, sync and async."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from bench.crash.judging import Figures
from bench.crash.lives import KILLED, Run
from bench.crash.served import Served
from bench.crash.steps import STEPS

if TYPE_CHECKING:
    from pathlib import Path

    from bench.crash.evidence import Evidence
    from bench.crash.lives import Worker
    from bench.crash.steps import Step

__all__ = ["kill_at_steps"]

_PATIENCE = 30.0  # seconds for a worker to come to its step
_LOOKS = 0.02  # seconds between two looks whether the sandbox has its job
ORDERS = 2  # one that dies, and one that is still to come


def kill_at_steps(home: Path) -> list[Figures]:
    """Kill a worker at each step, then let another one go on; figures for sync and async."""
    home.mkdir(parents=True, exist_ok=True)
    options = ("--speed", "0", "--slow-answer", "60", "--slow-queue", "2")
    found = []
    with Served(home=home, options=options) as served:
        for kind, words in (("sync", ()), ("async", ("--awaited",))):
            figures = Figures(what=f"each of {len(STEPS)} steps, {kind}")
            for number, step in enumerate(STEPS):
                folder = home / f"{kind}-{number:02}"
                folder.mkdir()
                run = Run(folder=folder, served=served, figures=figures, orders=ORDERS)
                _kill_at(run, step, words)
                told = f"{kind}, {step.name}: {len(figures.wrong)} wrong so far"
                print(told, file=sys.stderr, flush=True)
            found.append(figures)
    return found


def _kill_at(run: Run, step: Step, words: tuple[str, ...]) -> None:
    options = ("--threads", "1", *words, *(("--fault", step.fault) if step.fault else ()))
    environment = {"CRASH_AT": step.name} if step.arm is not None else {}
    worker = run.worker(*options, **environment)
    code = worker.ended(_PATIENCE) if step.arm is not None else _kill_when_asked(run, worker)
    if code != KILLED:
        worker.kill()
        run.note([f"not killed at '{step.name}': {worker.broken(code or 0)}"])
        return
    run.note(_told_wrong(run.killed(), step))
    run.conclude("--threads", "1", *words)


def _kill_when_asked(run: Run, worker: Worker) -> int | None:
    """Kill the worker once the sandbox has its job, and has not answered."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and len(run.served.jobs()) == run.since:
        time.sleep(_LOOKS)
    return worker.kill()


def _told_wrong(seen: Evidence, step: Step) -> list[str]:
    """Whether the kill fell where it should have: a bench that misses its step proves nothing."""
    doubtful, jobs = sum(row.is_doubtful for row in seen.rows), len(seen.after)
    wrong = []
    if jobs != step.jobs:
        wrong.append(f"{jobs} jobs at '{step.name}'")
    if doubtful != step.doubted:
        wrong.append(f"{doubtful} uncertain at '{step.name}'")
    return wrong
