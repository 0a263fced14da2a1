"""What a server sends by itself, webhooks and callbacks, as the types of the document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from .answers import media_type
from .decoding import DecodingError, decode, decode_value
from .errors import APIError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["received"]

_FORM = "application/x-www-form-urlencoded"


def received(body: bytes | str, content_type: str, kind: Callable[[], Any]) -> Any:
    """A body as its type, open to whatever came: what does not fit is kept, and said once.

    Args:
        body: as it came.
        content_type: how it is written: JSON, a form, or text.
        kind: gives the type, when it is needed.

    Raises:
        APIError: it is not JSON, and should be.
    """
    content = body.encode("utf-8") if isinstance(body, str) else bytes(body)
    told, type_ = media_type(content_type), kind()
    if told == _FORM:
        return decode_value(_members(content), type_)
    if type_ is bytes:
        return content
    if type_ is str and not told.endswith("json"):
        return content.decode("utf-8", "replace")
    try:
        return decode(content, type_)
    except DecodingError as error:
        raise APIError(f"the body of the webhook is {error}") from error


def _members(content: bytes) -> dict[str, Any]:
    """The members of a form; those that come more than once are a list."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True):
        held = found.get(name)
        if held is None:
            found[name] = value
        else:
            found[name] = [*held, value] if isinstance(held, list) else [held, value]
    return found
