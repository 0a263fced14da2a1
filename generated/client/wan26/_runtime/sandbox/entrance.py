"""The way into the application: every method and path, and what goes wrong behind it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from starlette.requests import Request

from .requests import RefusalError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Entrance"]

_logger = logging.getLogger(__name__)


class Entrance:
    """Answers whatever is asked; a fault of the sandbox itself is logged, and `refuse` tells it."""

    def __init__(
        self,
        answer: Callable[[Request], Awaitable[ASGIApp]],
        refuse: Callable[[RefusalError, Request], ASGIApp],
    ) -> None:
        self._answer, self._refuse = answer, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive, send)
        try:
            answer = await self._answer(request)
        except RefusalError as refusal:
            answer = self._refuse(refusal, request)
        except Exception as error:
            _logger.exception("%s %s cannot be answered", request.method, request.url.path)
            told = f"the sandbox itself has failed: {type(error).__name__}"
            answer = self._refuse(RefusalError(500, "sandbox_error", told), request)
        await answer(scope, receive, send)
