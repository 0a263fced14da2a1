"""Answers as HTTP has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["json_reply", "sendable"]

_PLAIN: Final = "".join(map(chr, range(0x20, 0x7F)))  # what headers take as it is


def json_reply(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The body as JSON; None is no body."""
    if body is None:
        return Response(None, status, headers=sendable(headers))
    content = msgspec.json.encode(body)
    return Response(content, status, media_type="application/json", headers=sendable(headers))


def sendable(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Headers with all that they cannot carry percent-encoded."""
    return {name: quote(text, safe=_PLAIN) for name, text in (headers or {}).items()}
