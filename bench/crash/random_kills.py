"""Kills at random moments of runs over many orders, resumed until the end."""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.crash.judging import Figures
from bench.crash.lives import Run
from bench.crash.served import Served

if TYPE_CHECKING:
    from pathlib import Path

    from bench.crash.lives import Worker

__all__ = ["Kind", "kill_at_random"]

_EARLIEST, _LATEST = 0.1, 1.3  # seconds after its start at which a worker is killed
_SPEED = "25"  # of the sandbox: a job takes 0.16 s


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a run is worked: the words for each worker; one for each that runs at once."""

    name: str
    workers: tuple[tuple[str, ...], ...]
    jumps: bool = False  # in time


KINDS = (
    Kind(name="threads", workers=((),)),
    Kind(name="asyncio", workers=(("--awaited",),)),
    Kind(name="two workers on one ledger", workers=((), ("--awaited",))),
    Kind(name="threads, a clock that jumps", workers=((),), jumps=True),
)


def kill_at_random(home: Path, kills: int, orders: int, seed: int) -> list[Figures]:
    """Kill so many times, over as many runs as that takes; figures for each kind of run."""
    home.mkdir(parents=True, exist_ok=True)
    dice = random.Random(seed)
    found = {kind.name: Figures(what=f"at random, {kind.name}") for kind in KINDS}
    number, start = 0, time.monotonic()
    while (left := kills - sum(figures.kills for figures in found.values())) > 0:
        kind = KINDS[number % len(KINDS)]
        folder = home / f"run-{number:03}"
        folder.mkdir()
        _one_run(folder, kind, found[kind.name], orders, left, dice)
        number += 1
        done = sum(figures.kills for figures in found.values())
        wrong = sum(len(figures.wrong) for figures in found.values())
        told = f"{done} of {kills} kills in {number} runs, {time.monotonic() - start:.0f} s"
        print(f"{told}, {wrong} wrong", file=sys.stderr, flush=True)
    return [figures for figures in found.values() if figures.runs]


def _one_run(
    folder: Path, kind: Kind, figures: Figures, orders: int, kills: int, dice: random.Random
) -> None:
    """One ledger, killed until its orders are done or there have been enough kills."""
    faults = ("--fault", "submit:slow-answer@0.3", "--slow-answer", "0.15")
    options = ("--speed", _SPEED, *faults, "--seed", str(dice.randrange(10**6)))
    with Served(home=folder, options=options) as served:
        run = Run(folder=folder, served=served, figures=figures, orders=orders)
        before = figures.kills
        workers = [_started(run, kind, at, dice) for at in range(len(kind.workers))]
        while figures.kills - before < kills:
            at = dice.randrange(len(workers))
            code = workers[at].ended(dice.uniform(_EARLIEST, _LATEST))
            if code is not None:  # it had nothing left to do
                if code != 0:
                    run.note([workers[at].broken(code)])
                break
            workers[at].kill()
            run.killed(quiet=len(workers) == 1)
            workers[at] = _started(run, kind, at, dice)
        for worker in workers:
            run.note(worker.finish())
        run.check_told()
        run.conclude(*kind.workers[0])


def _started(run: Run, kind: Kind, at: int, dice: random.Random) -> Worker:
    jumps = {"CRASH_CLOCK": str(dice.randrange(10**6))} if kind.jumps else {}
    return run.worker(*kind.workers[at], **jumps)
