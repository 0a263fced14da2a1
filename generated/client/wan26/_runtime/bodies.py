"""A request body becomes what is sent: JSON, a form, parts, lines, text, or a file as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from .answers import charset_of, media_type, names_json
from .errors import ConfigurationError, InvalidRequestError, Problem, printable
from .forms import form
from .multipart import multipart
from .uploads import Streamed, Upload, is_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .operations import Encoding

__all__ = ["holds_files", "written"]

_FORM = "application/x-www-form-urlencoded"
_OPAQUE = "application/octet-stream"


def holds_files(content_type: str, body: object) -> bool:
    """Whether a body is, or may hold, files."""
    return media_type(content_type).startswith("multipart/") or is_file(body)


def written(
    body: Any, content_type: str, encodings: Sequence[Encoding] = ()
) -> tuple[bytes | Streamed, str]:
    """What is sent, and the `Content-Type` that says what it is.

    Raises:
        ConfigurationError: there is no way to write such a body in that type.
        InvalidRequestError: its charset cannot hold the text.
    """
    kind = media_type(content_type)
    if is_file(body):
        return _raw(body, content_type)
    if kind.startswith("multipart/"):
        return multipart(body, content_type, encodings)
    if names_json(content_type):
        return msgspec.json.encode(body), content_type
    if kind == _FORM and isinstance(body, Mapping):
        return form(body, encodings), content_type
    if isinstance(body, str):
        return _encoded(body, content_type), _as_plain(content_type)
    named = printable(content_type, 100)
    if kind == _FORM:
        raise ConfigurationError(f"a body of the type {named} is given as a mapping")
    is_text = kind.startswith("text/")
    if kind.endswith(("/xml", "+xml")) or (is_text and isinstance(body, list | dict)):
        raise ConfigurationError(f"a body of the type {named} is given as text or bytes")
    if "json" in kind and isinstance(body, list):
        return _lines(body, kind), content_type
    content = msgspec.json.encode(body)
    return content, _as_plain(content_type) if is_text else _as_json(content_type)


def _raw(body: Any, content_type: str) -> tuple[bytes | Streamed, str]:
    upload = body if isinstance(body, Upload) else Upload(body)
    kind = upload.content_type or content_type
    kind = _OPAQUE if "*" in kind else kind
    content = upload.content
    if isinstance(content, bytes | bytearray | memoryview):
        return bytes(content), kind
    return Streamed([content]), kind


def _lines(items: list[Any], kind: str) -> bytes:
    """JSON lines; a text sequence (RFC 7464) begins each of them with a sign of its own."""
    mark = b"\x1e" if kind.endswith("json-seq") else b""
    return b"".join(mark + msgspec.json.encode(item) + b"\n" for item in items)


def _encoded(text: str, content_type: str) -> bytes:
    """A text in the charset that its media type names, else in UTF-8."""
    charset = charset_of(content_type) or "utf-8"
    try:
        return text.encode(charset)
    except (LookupError, UnicodeError) as error:
        said = f"the charset {printable(charset, 50)} cannot hold it: {error}"
        problem = Problem(path="", message=said)
        raise InvalidRequestError(
            f"the body cannot be sent: {said}", problems=(problem,)
        ) from error


def _as_json(content_type: str) -> str:
    """A range that holds JSON is JSON."""
    return "application/json" if "*" in content_type else content_type


def _as_plain(content_type: str) -> str:
    """A range that holds text is plain text."""
    return content_type.replace("*/*", "text/plain").replace("text/*", "text/plain")
