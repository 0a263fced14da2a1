"""Reading answers: bodies that may not be JSON, envelopes, paths, hints to wait."""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec

from .effects import Caught
from .text_paths import TextPath

if TYPE_CHECKING:
    from collections.abc import Mapping

    from . import jsonpath

__all__ = [
    "MISSING",
    "Parsed",
    "WholePath",
    "charset_of",
    "decimal",
    "in_utf8",
    "media_type",
    "names_json",
    "parse_json",
    "passes",
    "read_json",
    "retry_after",
    "text_of",
]

_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([^\s"';]+)""", re.IGNORECASE)


_MOST_DIGITS = 30  # before the point, or zeros behind it
_LONGEST = 1e9  # seconds, about thirty years: no hint is longer


class _Missing:
    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


class WholePath(str):
    """A path that a user has set: it is read from the whole body, envelope and all."""

    __slots__ = ()


def _find(path: str, value: Any) -> list[jsonpath.Node]:
    """The nodes of a path, nulls among them; none where there is nothing else."""
    if value is MISSING:
        return []
    from .jsonpath import parse  # most answers are looked into by no path

    parsed = parse(str(path))
    found = _telling(parsed.nodes(value))
    if found or not isinstance(path, TextPath):
        return found  # what a prompt made somebody write is never looked into
    return _telling(parsed.nodes(value, _opened, path.steps))


def _telling(nodes: list[jsonpath.Node]) -> list[jsonpath.Node]:
    return nodes if any(node.value is not None for node in nodes) else []


def _opened(value: Any) -> Any:
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    inner = parse_json(value.encode("utf-8", "surrogatepass"))
    return value if inner is MISSING else inner


def media_type(content_type: str) -> str:
    """What a `Content-Type` names, without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def names_json(content_type: str) -> bool:
    """Whether a `Content-Type` says that a body is JSON."""
    kind = media_type(content_type)
    return kind in {"application/json", "text/json"} or kind.endswith("+json")


def passes(status: int) -> bool:
    """Whether an HTTP status speaks of the moment: the same request may do better later."""
    return status in (408, 425, 429) or status >= 500


def charset_of(content_type: str) -> str | None:
    """The charset that a `Content-Type` names."""
    found = _CHARSET.search(content_type)
    return found[1] if found else None


def text_of(content: bytes, content_type: str) -> str:
    """A body as text: in the charset that its `Content-Type` names, else in UTF-8."""
    with Caught(LookupError, ValueError):
        return content.decode(charset_of(content_type) or "utf-8-sig", "replace")
    return content.decode("utf-8", "replace")


def in_utf8(content: bytes, content_type: str) -> bytes:
    """A JSON text in UTF-8, as it should be, where its `Content-Type` names another charset.

    What is UTF-8 all the same stays: many servers name the charset of their pages.
    """
    if charset_of(content_type) is None:
        return content
    with Caught(ValueError):
        content.decode("utf-8")
        return content
    return text_of(content, content_type).encode("utf-8")


def read_json(content: bytes) -> Any:
    """The value of a JSON text: the one reader for what is typed and for what is looked up.

    Raises:
        ValueError: it is none.
        RecursionError: it nests too deeply.
    """
    with Caught(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return msgspec.json.decode(content)
    import json

    # Python's own reader takes what others write: NaN, a byte order mark, lone surrogates.
    return json.loads(content)


def parse_json(content: bytes) -> Any:
    """The value of a JSON text; MISSING where it is none, or nests too deeply."""
    if not content.strip():
        return MISSING
    with Caught(ValueError, RecursionError):
        return read_json(content)
    return MISSING


class Parsed:
    """A body as JSON, looked at inside its envelope."""

    __slots__ = ("inner", "whole")

    def __init__(self, content: bytes, envelope: str | None = None) -> None:
        self.whole: Any = parse_json(content)
        self.inner: Any = self.whole
        if envelope is not None:
            found = (node.value for node in _find(envelope, self.whole))
            self.inner = next((value for value in found if value is not None), MISSING)

    @classmethod
    def of(cls, value: Any) -> Self:
        """A value that is parsed already and has no envelope."""
        parsed = cls(b"")
        parsed.whole = parsed.inner = value
        return parsed

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON at all."""
        return self.whole is not MISSING

    def nodes(self, paths: tuple[str, ...] | str | None) -> list[Any]:
        """The values, none of them null, of the first path that selects any."""
        return [node.value for node in self.placed(paths) if node.value is not None]

    def placed(self, paths: tuple[str, ...] | str | None) -> list[jsonpath.Node]:
        """The nodes of the same path with their places, and those that are null."""
        for path in (paths,) if isinstance(paths, str) else paths or ():
            found = _find(path, self.whole if isinstance(path, WholePath) else self.inner)
            if found:
                return found
        return []

    def first(self, paths: tuple[str, ...] | str | None) -> Any:
        """The first node that is not null; None where there is none."""
        return next(iter(self.nodes(paths)), None)

    def anywhere(self, paths: tuple[str, ...]) -> Any:
        """The first node inside the envelope, else outside: errors often come without one."""
        found = self.first(paths)
        if found is None and self.inner is not self.whole:
            return self.first(tuple(WholePath(path) for path in paths))
        return found


def decimal(value: Any) -> Decimal | None:
    """A number or a numeric string as a decimal; None where it is neither, or out of all range."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    with Caught(InvalidOperation):
        number = Decimal(str(value).strip())
        # What is out of all range is no number: sums of it overflow, for good where it is kept.
        is_sane = number.is_finite() and abs(number.adjusted()) <= _MOST_DIGITS
        return number if is_sane else None
    return None


def retry_after(headers: Mapping[str, str], wall: float) -> float | None:
    """Seconds that `Retry-After` asks to wait, given in seconds or as a date; None without one."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    with Caught(ValueError, OverflowError):
        seconds = float(text)
        # NaN, negative and endless ones compare false: they are no hint.
        return min(seconds, _LONGEST) if 0 <= seconds < math.inf else None
    from email.utils import parsedate_to_datetime  # hints are seconds nearly always

    with Caught(ValueError, TypeError, OverflowError):
        return max(0.0, parsedate_to_datetime(text).timestamp() - wall)
    return None
