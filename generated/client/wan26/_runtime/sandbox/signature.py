"""Every answer says that it comes from a sandbox, and has an id of its own."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Signed"]


class Signed:
    """Sets `X-Sandbox` and `x-request-id` on each answer of an application, errors included."""

    def __init__(self, app: ASGIApp, name: str) -> None:
        self._app, self._name = app, name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with two headers more."""

        async def sign(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-sandbox"] = self._name
                headers["x-request-id"] = f"sandbox-{token_hex(8)}"
            await send(message)

        await self._app(scope, receive, sign if scope["type"] == "http" else send)
