"""What streams are made of, read as it comes: events, lines, records of a JSON text sequence.

Pure code: bytes in, events or texts out. Server-sent events to the letter of the HTML standard
(9.2.6), JSON text sequences as RFC 7464 has them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LONGEST_ITEM", "Event", "EventReader", "LineReader", "RecordReader", "TooLongError"]

LONGEST_ITEM = 16 * 2**20  # bytes: no event of an API is longer
_BOM = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"


class TooLongError(ValueError):
    """An item is longer than any that makes sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A server-sent event; `name` is empty where the server gives none, `retry` in milliseconds."""

    data: str
    name: str = ""
    id: str | None = None
    retry: int | None = None


class _Pieces:
    """Divides bytes at a pattern, across the chunks in which they come."""

    def __init__(self, divider: bytes) -> None:
        self._divider = re.compile(divider)
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The pieces that end in a chunk."""
        *ended, rest = self._divider.split(chunk)
        for piece in ended:
            whole = b"".join([*self._parts, piece])
            self._parts, self._size = [], 0
            yield whole
        if rest:
            self._parts.append(rest)
            self._size += len(rest)
        if self._size > LONGEST_ITEM:
            raise TooLongError(f"an item is longer than {LONGEST_ITEM} bytes")

    @property
    def rest(self) -> bytes:
        """What has begun and not ended."""
        return b"".join(self._parts)


class LineReader:
    """JSON lines: a text a line; blank ones say nothing, and the last one may lack its end."""

    def __init__(self) -> None:
        self._lines = _Pieces(rb"\n")
        self._is_first = True

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The texts that end in a chunk."""
        for line in self._lines.feed(chunk):
            yield from self._told(line)

    def end(self) -> Iterator[bytes]:
        """The text that ends with the stream."""
        yield from self._told(self._lines.rest)

    @property
    def rest(self) -> bytes:
        """What has begun and not ended."""
        return self._lines.rest

    def _told(self, line: bytes) -> Iterator[bytes]:
        text = (line.removeprefix(_BOM) if self._is_first else line).strip(_SPACE)
        self._is_first = False
        if text:
            yield text


class RecordReader:
    """A JSON text sequence: a text after each record separator (RFC 7464)."""

    def __init__(self) -> None:
        self._records = _Pieces(rb"\x1e")

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The texts that end in a chunk, since the next one begins."""
        for record in self._records.feed(chunk):
            yield from _record(record)

    def end(self) -> Iterator[bytes]:
        """The text that ends with the stream."""
        yield from _record(self._records.rest)

    @property
    def rest(self) -> bytes:
        """What has begun and not ended."""
        return self._records.rest


def _record(record: bytes) -> Iterator[bytes]:
    text = record.strip(_SPACE)
    # A number or a word without white space behind it may have been cut off (RFC 7464, 2.4).
    if text and (record[-1:] in _SPACE or text[:1] in b'{["'):
        yield text


@dataclass(slots=True)
class EventReader:
    """Server-sent events: an event a blank line; what has not ended with the stream is none."""

    last_id: str = ""
    retry: int | None = None
    _lines: _Pieces = field(default_factory=lambda: _Pieces(rb"\r\n|\n|\r"))
    _data: list[str] = field(default_factory=list)
    _size: int = 0
    _name: str = ""
    _id: str | None = None
    _retry: int | None = None
    _after_return: bool = False  # whether the chunk before ended in CR: an LF belongs to it
    _is_first: bool = True

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that end in a chunk."""
        if not chunk:
            return
        text = chunk[1:] if self._after_return and chunk[:1] == b"\n" else chunk
        self._after_return = text.endswith(b"\r")
        for line in self._lines.feed(text):
            told = line.removeprefix(_BOM) if self._is_first else line
            self._is_first = False
            if told:
                self._take(told.decode("utf-8", "replace"))
            else:
                yield from self._dispatch()

    def end(self) -> Iterator[Event]:
        """Nothing: an event that the stream does not end is none."""
        return iter(())

    @property
    def rest(self) -> bytes:
        """What has begun and not ended."""
        return "\n".join(self._data).encode("utf-8", "replace") + self._lines.rest

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
            self._size += len(value)
            if self._size > LONGEST_ITEM:
                raise TooLongError(f"an event is longer than {LONGEST_ITEM} characters")
        elif name == "event":
            self._name = value
        elif name == "id" and "\0" not in value:
            self.last_id = self._id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            # Digits beyond any pause are not worth a number.
            self.retry = self._retry = int(value[:18])

    def _dispatch(self) -> Iterator[Event]:
        if self._data:
            text = "\n".join(self._data)
            yield Event(data=text, name=self._name, id=self._id, retry=self._retry)
        self._data, self._size, self._name, self._id, self._retry = [], 0, "", None, None
