"""Answers as HTTP has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["json_reply"]


def json_reply(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The body as JSON; None is no body."""
    if body is None:
        return Response(None, status, headers=dict(headers or {}))
    content = msgspec.json.encode(body)
    return Response(content, status, media_type="application/json", headers=dict(headers or {}))
