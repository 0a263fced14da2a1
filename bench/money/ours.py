"""Each fault for the woven client: sync and async, passing and staying."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.money.expected import Measured
from bench.money.meeting import PRICES, meet
from bench.money.network import PLACES
from wan26.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.money.expected import Line

__all__ = ["measure", "measured"]

_IMPATIENT = 1.0  # seconds for a request, where the server makes one wait
_POLLS = 3  # for which a slow queue lasts


def measured(line: Line) -> Iterator[Measured]:
    """All ways of one fault."""
    for passes in (True, False):
        if line.expected(passes=passes) is not None:
            for asynchronous in (False, True):
                yield measure(line, passes=passes, asynchronous=asynchronous)


def measure(line: Line, *, passes: bool, asynchronous: bool) -> Measured:
    """One way of one fault: one call, a ledger and a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        ask = _at_a_place if line.spec in PLACES else _in_the_sandbox
        return ask(line, Path(folder), passes=passes, asynchronous=asynchronous)


def _at_a_place(line: Line, folder: Path, *, passes: bool, asynchronous: bool) -> Measured:
    with PLACES[line.spec](passes, asynchronous) as place:
        ended = meet(
            place.options,
            folder,
            asynchronous=asynchronous,
            whole=place.whole,
            clock=place.clock,
            warm=place.warm,
        )
        return Measured(
            line=line,
            passes=passes,
            asynchronous=asynchronous,
            jobs=place.jobs(),
            ended=ended,
            strays=place.strays(),
        )


def _in_the_sandbox(line: Line, folder: Path, *, passes: bool, asynchronous: bool) -> Measured:
    fault = f"{line.spec}*1" if passes else line.spec
    with Sandbox(
        faults=(fault,), seed=1, prices=PRICES, one_film=True, slow_queue=_POLLS
    ) as sandbox:
        options: dict[str, Any] = {"api_key": "sandbox", "base_url": sandbox.url}
        if line.slow:
            options["timeout"] = _IMPATIENT
        ended = meet(options, folder, asynchronous=asynchronous, whole=True)
        report = sandbox.report()
    return Measured(
        line=line,
        passes=passes,
        asynchronous=asynchronous,
        jobs=report["jobs_created"],
        ended=ended,
        charged=sum(map(Decimal, report["charged"].values()), Decimal(0)),
        strays=report["foreign_requests_with_key"],
    )
