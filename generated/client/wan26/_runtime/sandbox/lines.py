"""The line to a client: what goes over it, and how it is dropped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from starlette.datastructures import MutableHeaders
from uvicorn.protocols.http.h11_impl import H11Protocol

from .patience import hung_up

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Line", "LineDroppedError", "LineProtocol", "Whole", "capture", "watch"]

_TRANSPORT = "sandbox.transport"


class LineDroppedError(ConnectionError):
    """The line would have been dropped here, but a test client has none."""


class LineProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it; the application finds the transport in its scope."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        app = self.app

        async def with_transport(scope: Any, receive: Any, send: Any) -> None:
            known = scope.get("extensions", {})
            scope["extensions"] = {**known, _TRANSPORT: self.transport}
            await app(scope, receive, send)

        self.app = with_transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One exchange with a client."""

    scope: Scope
    receive: Receive
    send: Send

    async def begin(self, whole: Whole) -> None:
        """Send the status and the headers, which need not be true of what follows."""
        start = {"type": "http.response.start", "status": whole.status}
        await self.send({**start, "headers": whole.headers.raw})

    async def go_on(self, body: bytes) -> None:
        """Send a part of the body."""
        await self.send({"type": "http.response.body", "body": body, "more_body": True})

    async def finish(self) -> None:
        """End the body."""
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    async def drop(self) -> None:
        """Cut the line at once; what was not sent yet is lost."""
        self._transport().abort()
        await hung_up(self.receive)

    async def leave(self) -> None:
        """Close the line when all that was sent has gone out, be the answer finished or not."""
        self._transport().close()
        await hung_up(self.receive)

    def _transport(self) -> asyncio.Transport:
        found: asyncio.Transport | None = self.scope.get("extensions", {}).get(_TRANSPORT)
        if found is None:
            raise LineDroppedError("a fault of the sandbox drops the line here")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """An answer that was not sent yet."""

    status: int
    headers: MutableHeaders
    body: bytes

    def instead(self, body: bytes, media_type: str | None = None) -> Whole:
        """The same with another body, and with its length in the headers."""
        headers = self.headers.mutablecopy()
        headers["content-length"] = str(len(body))
        if media_type is not None:
            headers["content-type"] = media_type
        return replace(self, headers=headers, body=body)


async def capture(answer: ASGIApp, line: Line) -> Whole:
    """What the answer would send."""
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    await answer(line.scope, line.receive, keep)
    start, *parts = sent
    body = b"".join(part.get("body", b"") for part in parts)
    return Whole(status=start["status"], headers=MutableHeaders(raw=start["headers"]), body=body)


def watch(answer: ASGIApp, served: Callable[[], None]) -> ASGIApp:
    """The answer; `served` is called when it brings the last byte of a file."""

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        left: int | None = None

        async def note(message: Message) -> None:
            nonlocal left
            if message["type"] == "http.response.start":
                left = _length(scope, message)
            elif left is not None:
                left -= len(message.get("body", b""))
                if left <= 0:
                    left = None
                    served()  # before it is sent: who has the file finds it counted
            await send(message)

        await answer(scope, receive, note)

    return watched


def _length(scope: Scope, start: Message) -> int | None:
    """How many bytes of the file follow, if they go on to its end."""
    headers = MutableHeaders(raw=start["headers"])
    if scope["method"] == "GET" and _brings_end(start["status"], headers):
        return int(headers["content-length"])
    return None


def _brings_end(status: int, headers: MutableHeaders) -> bool:
    span, _, total = headers.get("content-range", "").removeprefix("bytes ").partition("/")
    reached = status == 206 and total.isdecimal() and span.endswith(f"-{int(total) - 1}")
    return status == 200 or reached
