"""The steps of a job's life at which the worker is killed: before or after a named function."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from wan26._runtime import books, drivers, effects, heads, owners, parts, postings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["STEPS", "Step", "arm"]

_FINAL = 3  # of the arguments of `Books.find`: what was found


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One place where a life may end.

    `arm` makes the worker kill itself there; without it the bench does so, once the sandbox has a
    job and keeps its answer back. `doubted` says that it lies between intent and id, `jobs` how
    many jobs there are then, `fault` what the sandbox is asked for.
    """

    name: str
    jobs: int
    arm: Callable[[], None] | None = None
    doubted: bool = False
    fault: str = ""


def arm(name: str) -> None:
    """Let this process die at a step."""
    step = next(step for step in STEPS if step.name == name)
    if step.arm is not None:
        step.arm()


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives that")


def _always(*_: Any, **__: Any) -> bool:
    return True


def _before(owner: Any, name: str, when: Callable[..., bool] = _always) -> Callable[[], None]:
    """What puts a death before a function."""

    def put() -> None:
        known = getattr(owner, name)

        def dying(*given: Any, **named: Any) -> Any:
            if when(*given, **named):
                _die()
            return known(*given, **named)

        setattr(owner, name, dying)

    return put


def _after(owner: Any, name: str, when: Callable[..., bool] = _always) -> Callable[[], None]:
    """What puts a death after a function."""

    def put() -> None:
        known = getattr(owner, name)

        def dying(*given: Any, **named: Any) -> Any:
            value = known(*given, **named)
            if when(*given, **named):
                _die()
            return value

        setattr(owner, name, dying)

    return put


def _comes_into(state: str) -> Callable[..., bool]:
    """Whether a change of state is written (`note_state`)."""
    return lambda _changed, _number, told, *_: bool(told == state)


def _is_found(state: str) -> Callable[..., bool]:
    """Whether that is what is found (`Books.find`)."""
    return lambda *given: bool(given[_FINAL].state == state)


def _is_whole(*given: Any) -> bool:
    """Whether the file that is noted is whole (`Books.note_file`)."""
    return given[_FINAL].sha256 is not None


def _is_part(*given: Any) -> bool:
    return not _is_whole(*given)


def _is_submit(trace: effects.Trace) -> bool:
    """Whether the first byte of a submit is sent next (`Trace.begin`)."""
    return trace.once


def _half_sent() -> None:
    """Die when the head of a POST is sent."""
    known = heads.Outgoing.parts

    def dying(asked: heads.Outgoing) -> Iterator[memoryview]:
        whole = b"".join(known(asked))
        is_post = asked.method == "POST"
        yield memoryview(whole[: whole.index(b"\r\n\r\n") + 4] if is_post else whole)
        if is_post:
            _die()

    setattr(heads.Outgoing, "parts", dying)  # noqa: B010 - as the others


def _half_written() -> None:
    """Die when half of what came is written."""
    known = parts.PartFile.write

    def dying(file: parts.PartFile, data: bytes) -> None:
        known(file, data[: len(data) // 2])
        if file.file is not None:
            file.file.flush()
        _die()

    setattr(parts.PartFile, "write", dying)  # noqa: B010 - as the others


_BOOKS, _PART = books.Books, parts.PartFile
_SLOW = "poll:slow-queue"


def _asleep() -> None:
    """Die where a poll's interval would be slept."""
    _before(drivers.Clock, "sleep")()
    _before(drivers.Clock, "asleep")()


STEPS = (
    Step(name="before the intent", jobs=0, arm=_before(_BOOKS, "begin")),
    Step(
        name="intent written, not committed",
        jobs=0,
        arm=_after(postings, "note_state", _comes_into("submitting")),
    ),
    Step(name="after the intent", jobs=0, arm=_after(_BOOKS, "begin"), doubted=True),
    Step(
        name="connected, before the first byte",
        jobs=0,
        arm=_before(effects.Trace, "begin", _is_submit),
        doubted=True,
    ),
    Step(
        name="the POST's head sent, its body not",
        jobs=0,
        arm=_half_sent,
        doubted=True,
    ),
    Step(name="the POST at the server", jobs=1, doubted=True, fault="submit:slow-answer"),
    Step(
        name="the answer read, the id not written",
        jobs=1,
        arm=_before(_BOOKS, "learn"),
        doubted=True,
    ),
    Step(
        name="the id written, not committed",
        jobs=1,
        arm=_after(postings, "note_state", _comes_into("queued")),
        doubted=True,
    ),
    Step(name="after the id", jobs=1, arm=_after(_BOOKS, "learn")),
    Step(name="between two polls", jobs=1, arm=_asleep, fault=_SLOW),
    Step(name="done, not written", jobs=1, arm=_before(_BOOKS, "find", _is_found("succeeded"))),
    Step(name="after done", jobs=1, arm=_after(_BOOKS, "find", _is_found("succeeded"))),
    Step(name="the .part file named", jobs=1, arm=_after(_BOOKS, "note_file", _is_part)),
    Step(name="half of the file", jobs=1, arm=_half_written),
    Step(name="all bytes, before their fsync", jobs=1, arm=_before(_PART, "finish")),
    Step(name="whole, before its rename", jobs=1, arm=_after(_PART, "finish")),
    Step(name="renamed, its folder not on disk", jobs=1, arm=_before(parts, "_sync_folder")),
    Step(name="renamed, not written", jobs=1, arm=_before(_BOOKS, "note_file", _is_whole)),
    Step(name="after the file", jobs=1, arm=_after(_BOOKS, "note_file", _is_whole)),
    Step(name="before closing", jobs=2, arm=_before(_BOOKS, "leave")),
    Step(name="rows given back, the mark not", jobs=2, arm=_before(owners, "_remove")),
    Step(name="after closing", jobs=2, arm=_after(_BOOKS, "leave")),
)
