"""What faults do to an answer on its way to the client."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .lines import Line, capture

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

    from .faults import Severity
    from .lines import Whole
    from .patience import Patience

__all__ = ["Mischief"]

_PAGE = b"<!doctype html>\n<html><head><title>Welcome</title></head><body>Sign in</body></html>\n"
_NO_VIDEO = b"This is no video. "
_TOO_LONG = 1000  # bytes that a length tells and that never come


class Mischief:
    """Carries out the faults that the answer itself knows nothing of."""

    def __init__(self, severity: Severity, patience: Patience) -> None:
        self._severity, self._patience = severity, patience
        self._deeds: Mapping[str, Callable[[ASGIApp, Line], Awaitable[None]]] = {
            "drop-before-accept": _drop,
            "drop-after-accept": _drop,
            "slow-answer": self._answer_late,
            "dripping-answer": self._drip,
            "cut-answer": _cut,
            "cut": _cut,
            "stalled": self._stall,
            "wrong-length": _overstate,
        }

    def done_to(self, answer: ASGIApp, fault: str) -> ASGIApp:
        """The answer as it looks once the fault has struck."""
        twist, deed = _TWISTS.get(fault), self._deeds.get(fault)

        async def struck(scope: Scope, receive: Receive, send: Send) -> None:
            line = Line(scope=scope, receive=receive, send=send)
            if deed is not None:
                await deed(answer, line)
            elif twist is not None:
                whole = twist(await capture(answer, line))
                await line.begin(whole)
                await line.go_on(whole.body)
                await line.finish()
            else:
                await answer(scope, receive, send)

        return struck

    async def _answer_late(self, answer: ASGIApp, line: Line) -> None:
        if await self._patience.wait(line.receive, self._severity.slow_answer):
            await answer(line.scope, line.receive, line.send)
        else:
            await line.drop()

    async def _drip(self, answer: ASGIApp, line: Line) -> None:
        whole = await capture(answer, line)
        await line.begin(whole)
        for byte in whole.body:
            if not await self._patience.wait(line.receive, self._severity.drip):
                await line.drop()
                return
            await line.go_on(bytes((byte,)))
        await line.finish()

    async def _stall(self, answer: ASGIApp, line: Line) -> None:
        await _send_half(answer, line)
        await self._patience.wait(line.receive, None)
        await line.drop()


async def _drop(_answer: ASGIApp, line: Line) -> None:
    await line.drop()


async def _cut(answer: ASGIApp, line: Line) -> None:
    await _send_half(answer, line)
    await line.leave()


async def _send_half(answer: ASGIApp, line: Line) -> None:
    whole = await capture(answer, line)
    await line.begin(whole)
    await line.go_on(whole.body[: len(whole.body) // 2])


async def _overstate(answer: ASGIApp, line: Line) -> None:
    whole = await capture(answer, line)
    whole.headers["content-length"] = str(len(whole.body) + _TOO_LONG)
    await line.begin(whole)
    await line.go_on(whole.body)
    await line.leave()


def _show_page(whole: Whole) -> Whole:
    return replace(whole.instead(_PAGE, "text/html; charset=utf-8"), status=200)


def _cut_json(whole: Whole) -> Whole:
    return whole.instead(whole.body[: len(whole.body) // 2])


def _call_it_text(whole: Whole) -> Whole:
    return whole.instead(whole.body, "text/plain; charset=utf-8")


def _enclose(whole: Whole) -> Whole:
    return whole.instead(b"[" + whole.body + b"]")


def _show_no_video(whole: Whole) -> Whole:
    size = len(whole.body)
    return whole.instead((_NO_VIDEO * (size // len(_NO_VIDEO) + 1))[:size])


_TWISTS: Mapping[str, Callable[[Whole], Whole]] = {
    "html": _show_page,
    "cut-json": _cut_json,
    "wrong-content-type": _call_it_text,
    "other-shape": _enclose,
    "not-a-video": _show_no_video,
}
