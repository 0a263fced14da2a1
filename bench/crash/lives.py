"""Workers that are started, killed and started again, and what is there in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from bench.crash.evidence import Evidence, read_files, read_jobs, read_rows
from bench.crash.judging import Figures, charged, judge, measure
from bench.crash.person import decide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.crash.served import Served

__all__ = ["KILLED", "Run", "Worker"]

ROOT = Path(__file__).parents[2]
_PATIENCE = 120.0  # seconds for a worker that nobody kills
KILLED = -signal.SIGKILL  # how a process ends that was killed


@dataclass(slots=True, kw_only=True)
class Worker:
    """One process of the program under test."""

    folder: Path
    url: str
    options: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        command = [sys.executable, "-m", "bench.crash.worker", self.folder, self.url, *self.options]
        known = {name: value for name, value in os.environ.items() if not name.startswith("WAN26_")}
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                cwd=ROOT,
                env={**known, **self.environment},
                stdout=log,
                stderr=log,
            )

    @property
    def _log(self) -> Path:
        return self.folder / "worker.txt"

    def ended(self, seconds: float) -> int | None:
        """How it ended within that time; None where it did not."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> int:
        """Kill it by SIGKILL; gives how it ended."""
        self.process.kill()
        return self.process.wait()

    def finish(self) -> list[str]:
        """Let it come to its end; gives what is wrong with that."""
        code = self.ended(_PATIENCE)
        if code is None:
            self.kill()
            return [f"a worker did not end within {_PATIENCE:.0f} s"]
        return [] if code == 0 else [self.broken(code)]

    def broken(self, code: int) -> str:
        """What a worker said that ended in another way than by us."""
        said = self._log.read_text("utf-8", "replace").strip()
        return f"a worker ended with {code}: {said[-1500:]}"


@dataclass(slots=True, kw_only=True)
class Run:
    """One ledger and its orders, from the first worker to the end."""

    folder: Path
    served: Served
    figures: Figures
    orders: int
    since: int = 0  # jobs that the sandbox had before
    doubted: set[int] = field(default_factory=set)  # rows that a kill caught between intent and id

    def __post_init__(self) -> None:
        (self.folder / "out").mkdir(parents=True)
        self.since = len(self.served.jobs())
        self.figures.runs += 1

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return self.folder / "jobs.sqlite3"

    def worker(self, *options: str, **environment: str) -> Worker:
        """Start one."""
        return Worker(
            folder=self.folder,
            url=self.served.url,
            options=("--orders", str(self.orders), *options),
            environment=environment,
        )

    def killed(self, *, quiet: bool = True) -> Evidence:
        """Look around after a kill, and note which submits it caught between intent and id."""
        self.figures.kills += 1
        rows = read_rows(self.ledger, quiet=quiet)
        caught = [row for row in rows if row.state == "submitting" and row.is_doubtful]
        self.doubted |= {row.number for row in caught}
        return self.look(quiet=quiet)

    def look(self, *, quiet: bool = True, finished: bool = False) -> Evidence:
        """What is there now, judged."""
        seen = Evidence(
            before=read_jobs(self.served.jobs()[self.since :]),
            rows=read_rows(self.ledger, quiet=quiet),
            files=read_files(self.folder / "out"),
            after=read_jobs(self.served.jobs()[self.since :]),
            allowed=len(self.doubted),
            finished=finished,
            orders=frozenset(f"order-{number}" for number in range(self.orders)),
        )
        self.note(judge(seen))
        return seen

    def note(self, wrong: Sequence[str]) -> None:
        """Note what is wrong, each thing once."""
        told = [f"{self.folder.name}: {line}" for line in wrong]
        self.figures.wrong += [line for line in told if line not in self.figures.wrong]

    def conclude(self, *options: str) -> None:
        """Work to the end, let a person decide what is uncertain, and work to the end again."""
        self._finish(options)
        seen = self.look(finished=True)
        uncertain = sorted(str(row.key) for row in seen.rows if row.is_doubtful)
        self.figures.uncertain += len(uncertain)
        self.figures.doubted += len(self.doubted)
        if uncertain != self._recorded():
            self.note([f"uncertain are {uncertain}, the worker was told of {self._recorded()}"])
        adopted, released = decide(self.ledger, self.served.url, seen.after)
        self.figures.adopted += adopted
        if adopted + released != len(uncertain):
            self.note([f"{adopted} adopted, {released} released of {len(uncertain)} uncertain"])
        self._finish(options)
        self.doubted.clear()
        self._check_end(self.look(finished=True))

    def check_told(self) -> None:
        """See that workers were told of nothing as uncertain that is not."""
        uncertain = {row.key for row in read_rows(self.ledger, quiet=True) if row.is_doubtful}
        wrong = [key for key in self._recorded() if key not in uncertain]
        if wrong:
            self.note([f"a worker was told that {', '.join(wrong)} is uncertain, and it is not"])

    def _finish(self, options: Sequence[str]) -> None:
        self._told.unlink(missing_ok=True)
        self.note(self.worker(*options).finish())

    @property
    def _told(self) -> Path:
        return self.folder / "uncertain.txt"

    def _recorded(self) -> list[str]:
        """The orders that workers were told of as uncertain."""
        return sorted(set(self._told.read_text("utf-8").split())) if self._told.exists() else []

    def _check_end(self, seen: Evidence) -> None:
        """See that each order has one job and one whole file."""
        measure(self.figures, seen)
        self.figures.parts += len(list((self.folder / "out").glob("*.part")))
        counts = (len(seen.after), len(seen.rows), len(seen.files))
        if counts != (self.orders,) * 3:
            self.note([f"{self.orders} orders have {counts} jobs, rows and files in the end"])
        report = self.served.report()
        told = (report["jobs_created"], sum(map(Decimal, report["charged"].values())))
        listed = read_jobs(self.served.jobs())
        if told != (len(listed), charged(listed)):
            self.note([f"the sandbox reports {told}, and lists other jobs"])
        marks = [path.name for path in self.folder.glob("jobs.sqlite3-owner-*")]
        if marks:
            self.note([f"marks of dead processes: {', '.join(marks)}"])
