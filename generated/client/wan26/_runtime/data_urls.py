"""Small files that an answer holds itself, as `data:` URLs (RFC 2397)."""

from __future__ import annotations

import base64
from urllib.parse import unquote_to_bytes

from .answers import media_type
from .effects import Caught

__all__ = ["data_of", "kind_of"]

_BEGIN = "data:"
_MARK = ";base64"


def data_of(url: str) -> bytes | None:
    """The bytes that a `data:` URL holds; None of another URL, or where it cannot be read."""
    head, comma, rest = url.partition(",")
    if head[: len(_BEGIN)].lower() != _BEGIN or not comma:
        return None
    data = unquote_to_bytes(rest)
    if not head.lower().endswith(_MARK):
        return data
    with Caught(ValueError):
        return base64.b64decode(b"".join(data.split()), validate=True)
    return None


def kind_of(url: str) -> str | None:
    """The media type that a `data:` URL names; None of another URL, or where it names none."""
    head = url.partition(",")[0]
    return (
        media_type(head[len(_BEGIN) :]) or None if head[: len(_BEGIN)].lower() == _BEGIN else None
    )
