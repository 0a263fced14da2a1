"""The faults of a sandbox, and how they are ordered: `[WHERE:]NAME[@PROBABILITY][*TIMES]`."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .borrowed import suggest
from .overrides import SandboxError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

__all__ = [
    "CODE",
    "FAULTS",
    "PLACES",
    "Fault",
    "Order",
    "Severity",
    "list_faults",
    "read_order",
    "refuse_impossible",
]

CODE = "code"
PLACES: tuple[str, ...] = ("submit", "poll", "download", "call")
_JSON = ("submit", "poll", "call")
_GRAMMAR = "[WHERE:]NAME[@PROBABILITY][*TIMES]"
_SHOWN = 100  # characters of a wrong order
_ORDER = re.compile(
    r"(?:(submit|poll|download|call):)?(.*?)(?:@([0-9.]{1,20}))?(?:\*([0-9]{1,9}))?", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What can go wrong: its name, the kinds of request it makes sense for, what it does."""

    name: str
    where: tuple[str, ...]
    does: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Severity:
    """How bad a fault is: seconds for the first three, a factor for the last."""

    slow_answer: float = 30.0
    drip: float = 1.0
    retry_after: int = 1
    slow_queue: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A fault that somebody wants: where, how likely, how often at most (None: for ever)."""

    fault: Fault
    where: tuple[str, ...]
    code: str = ""
    probability: float = 1.0
    times: int | None = None

    @property
    def name(self) -> str:
        """The fault's name, and with it the vendor's code where there is one."""
        return f"{CODE}:{self.code}" if self.code else self.fault.name


def _table(where: tuple[str, ...], **does: str) -> Iterator[Fault]:
    for name, each in does.items():
        yield Fault(name=name.lstrip("_").replace("_", "-"), where=where, does=each)


FAULTS: tuple[Fault, ...] = (
    *_table(
        PLACES,
        drop_before_accept="reads the request, drops the line; nothing is done",
        drop_after_accept="does the work, then drops the line without an answer",
        slow_answer="does the work, answers after --slow-answer seconds",
        dripping_answer="does the work, sends the body a byte per --drip seconds",
        _408="answers 408; nothing is done",
        _429="answers 429 without a hint; nothing is done",
        _429_hint="answers 429 with Retry-After; nothing is done",
        _500="answers 500; nothing is done",
        _502="answers 502; nothing is done",
        _503="answers 503; nothing is done",
        _500_after_accept="does the work, then answers 500",
        _504_after_accept="does the work, then answers 504",
        html="does the work, answers 200 with a page of HTML",
        redirect="answers 307 to another host name; nothing is done",
    ),
    *_table(
        _JSON,
        cut_json="does the work, answers JSON that ends in its middle",
        cut_answer="does the work, drops the line in the middle of the body",
        wrong_content_type="does the work, answers the right JSON as text/plain",
    ),
    *_table(("submit", "poll"), code="is refused with the vendor's CODE; at poll: the job fails"),
    *_table(
        ("submit",),
        no_id="does the work, answers without the job's id",
        refused="answers 2xx with what the document calls a refusal; nothing is done",
    ),
    *_table(
        ("poll",),
        unknown_state="tells a state that the document does not name",
        done_without_file="tells of a finished job without its file",
        backwards="tells that the job runs, and at the next poll that it is queued",
        missing="answers 404 for the job",
        gone="answers 410 for the job",
        no_status="answers without the status",
        error_under_200="answers 200 with an error in the document's places",
        other_shape="answers a JSON array instead of an object",
        slow_queue="keeps the job queued --slow-queue times as long",
    ),
    *_table(
        ("download",),
        expired="answers 403 for this link; the next poll gives a fresh one",
        expired_for_ever="answers 403 for this link and for each fresh one",
        cut="drops the line in the middle of the file",
        stalled="stops in the middle of the file, the line stays open",
        wrong_length="tells a length that is larger than what comes",
        not_a_video="sends the right headers, but what is no video",
    ),
)
_LACKING = {
    "submit": "operation that submits a job",
    "poll": "job to be polled",
    "download": "file of a job",
    "call": "operation",
}
_KNOWN = {fault.name: fault for fault in FAULTS}


def read_order(text: str, codes: Collection[str]) -> Order:
    """The order that a text means; `codes` are the vendor's.

    Raises:
        SandboxError: it means none; the message names the ones that are known.
    """
    found = _ORDER.fullmatch(text.strip())
    where, named, chance, times = found.groups() if found else ("", text, None, None)
    name, _, code = (named or "").partition(":")
    fault = _KNOWN.get(name)
    if fault is None or bool(code) is not (name == CODE):
        raise _unknown(text)
    if code and code not in codes:
        listed = ", ".join(codes) or "none"
        close = suggest(code, list(codes))
        raise SandboxError(f"{_shown(text)}: there is no code {_shown(code)}{close} ({listed})")
    if where and where not in fault.where:
        raise SandboxError(f"{_shown(text)}: {name} is not for {where}, but {_places(fault)}")
    return Order(
        fault=fault,
        where=(where,) if where else fault.where,
        code=code,
        probability=_probability(text, chance),
        times=_times(text, times),
    )


def refuse_impossible(orders: Sequence[Order], possible: Collection[str], *, refuses: bool) -> None:
    """Refuse orders that can never strike.

    Args:
        orders: of the whole sandbox.
        possible: the kinds of request that the document knows.
        refuses: whether a submit of it may be refused by a good answer.

    Raises:
        SandboxError: one of them is only for kinds of request that never come.
    """
    for order in orders:
        named = f"{order.name} is {_many_or_few(order.where)}"
        if not set(order.where) & set(possible):
            lacking = " or ".join(_LACKING[where] for where in order.where)
            raise SandboxError(f"{named}, and the document has no {lacking}")
        if order.fault.name == "refused" and not refuses:
            raise SandboxError(f"{named} that can be refused, and the document has none")


def list_faults() -> str:
    """The table of all faults, for a terminal of 80 columns."""
    lines = [f"A fault is ordered as {_GRAMMAR}", f"where WHERE is one of {', '.join(PLACES)}.", ""]
    wide = max(len(_written(fault)) for fault in FAULTS) + 2
    where: tuple[str, ...] = ()
    for fault in FAULTS:
        if fault.where != where:
            where = fault.where
            lines.append(f"{_places(fault)}:")
        told = textwrap.wrap(fault.does, 77 - wide)
        lines.append(f"  {_written(fault):{wide}}{told[0]}")
        lines += [" " * (wide + 2) + more for more in told[1:]]
    return "\n".join(lines) + "\n"


def _unknown(text: str) -> SandboxError:
    prefixed = [f"{where}:{_written(fault)}" for fault in FAULTS for where in fault.where]
    close = suggest(text[:_SHOWN], [*map(_written, FAULTS), *prefixed])
    listed = ", ".join(map(_written, FAULTS))
    told = f"there is no fault {_shown(text)}{close}"
    return SandboxError(f"{told} (write {_GRAMMAR}; known: {listed})")


def _probability(text: str, told: str | None) -> float:
    try:
        chance = 1.0 if told is None else float(told)
    except ValueError:
        chance = -1.0
    if not 0 <= chance <= 1:
        raise SandboxError(f"{_shown(text)}: a probability is a number from 0 to 1")
    return chance


def _times(text: str, told: str | None) -> int | None:
    times = None if told is None else int(told)
    if times == 0:
        raise SandboxError(f"{_shown(text)}: a fault strikes once at least")
    return times


def _written(fault: Fault) -> str:
    return "code:CODE" if fault.name == CODE else fault.name


def _places(fault: Fault) -> str:
    return _many_or_few(fault.where)


def _many_or_few(where: tuple[str, ...]) -> str:
    return f"for {' and '.join(where)}" if len(where) < 3 else _many(where)


def _many(where: tuple[str, ...]) -> str:
    return f"for {', '.join(where[:-1])} and {where[-1]}"


def _shown(text: str) -> str:
    return repr(text[:_SHOWN])
