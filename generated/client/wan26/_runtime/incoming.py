"""An answer as HTTP/1.1 writes it, on its way in: what is plain is read here, the rest by h11.

Plain is what has a length and one head. The rest (chunks, interim answers, a body to the end of the
line, HTTP/1.0) is h11's, and so is the judgement of what is none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .heads import FIELD_NAME, LONGEST_HEAD, Headers, broken, texts

if TYPE_CHECKING:
    from .heads import Outgoing

__all__ = ["Incoming"]

_HEAD = re.compile(
    rb"HTTP/1\.1 ([2-5][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?\r\n"
    + rf"((?:{FIELD_NAME}:[\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n".encode("latin-1")
)
_BLANK = re.compile(rb"\n\r?\n")  # where a head ends, as h11 has it
_SIZE = re.compile(r"[0-9]{1,19}")
_BODILESS = ("204", "304")
_READ = 65536  # bytes that are asked for at once
_READ_OF_A_BODY = 1 << 20
_NONE = Headers([])


class Incoming:
    """An answer: fed with what comes, it gives the head, then the body part by part.

    Attributes:
        status: of its head, as soon as that is there; 0 until then.
        headers: of its head.
        ended: whether all of it has come and was given.
        reusable: whether the connection may carry another request, once it has ended.
    """

    __slots__ = (
        "_asked",
        "_buffer",
        "_left",
        "_other",
        "_over",
        "ended",
        "headers",
        "reusable",
        "status",
    )

    def __init__(self, asked: Outgoing) -> None:
        self._asked = asked
        self._buffer = b""
        self._left = 0  # bytes of a plain body that have still to be given
        self._over = False  # no more will come
        self._other: _ByH11 | None = None
        self.status = 0
        self.headers = _NONE
        self.ended = False
        self.reusable = False

    @property
    def wanted(self) -> int:
        """How many bytes are worth asking for at once."""
        return min(max(self._left - len(self._buffer), _READ), _READ_OF_A_BODY)

    @property
    def held(self) -> int:
        """How many bytes have come and were not given yet, about."""
        return len(self._buffer) if self._other is None else self._other.held

    def feed(self, data: bytes) -> None:
        """Take what has come; none at the end of the line.

        Raises:
            httpx2.RemoteProtocolError: it is no answer.
        """
        if self.ended:  # what comes behind an answer belongs to nobody
            self.reusable = False
            return
        self._over = self._over or not data
        if self._other is not None:
            self._other.feed(data)
            self._take_head(self._other)
            return
        self._buffer = self._buffer + data if self._buffer else data
        if not self.status:
            self._read_head()

    def part(self) -> bytes | None:
        """The next bytes of the body, none at its end; None where more has to come first.

        Raises:
            httpx2.RemoteProtocolError: it breaks off, or is no HTTP.
        """
        if self._other is not None:
            part = self._other.part()
            self.ended = part == b""
            self.reusable = self._other.reusable and not self._over
            return part
        if self._left and not self._buffer:
            if self._over:
                told = "peer closed connection without sending complete message body"
                raise broken("RemoteProtocolError", f"{told} ({self._left} bytes are missing)")
            return None
        part, self._buffer = self._buffer[: self._left], self._buffer[self._left :]
        self._left -= len(part)
        self._check_end()
        return part

    def _check_end(self) -> None:
        if not self._left:
            self.ended = True
            self.reusable = self.reusable and not self._buffer and not self._over

    def _read_head(self) -> None:
        if self._over and not self._buffer:
            raise broken("RemoteProtocolError", "Server disconnected without sending a response.")
        is_whole = _BLANK.search(self._buffer) is not None
        if not is_whole and not self._over and len(self._buffer) <= LONGEST_HEAD:
            return
        found = _HEAD.match(self._buffer)
        if found is not None and self._is_plain(found):
            return
        self._other = _ByH11(self._asked, self._buffer, over=self._over)
        self._buffer = b""
        self._take_head(self._other)

    def _is_plain(self, found: re.Match[bytes]) -> bool:
        """Take a head whose body has a length, or that has none."""
        lines = texts(found[2]).split("\r\n")[:-1]
        named = (line.partition(":") for line in lines)
        headers = Headers([(name, value.strip(" \t")) for name, _, value in named])
        status = found[1].decode()
        is_bodiless = self._asked.method == "HEAD" or status in _BODILESS
        length = headers.get("content-length", "0" if is_bodiless else "")
        if "transfer-encoding" in headers or _SIZE.fullmatch(length) is None:
            return False
        self.status, self.headers = int(status), headers
        self._left = 0 if is_bodiless else int(length)
        self._buffer = self._buffer[found.end() :]
        self.reusable = headers.get("connection", "keep-alive").lower() == "keep-alive"
        self._check_end()
        return True

    def _take_head(self, other: _ByH11) -> None:
        if not self.status:
            self.status, self.headers = other.head() or (0, _NONE)


class _ByH11:
    """The same, read by h11."""

    def __init__(self, asked: Outgoing, data: bytes, *, over: bool) -> None:
        self._line = asked.to_h11()
        self.held = 0  # bytes that came since all that had come was given
        self.reusable = False
        for each in (data, b"") if over else (data,):
            self.feed(each)

    def feed(self, data: bytes) -> None:
        """Take what has come."""
        self.held += len(data)
        self._line.receive_data(data)

    def head(self) -> tuple[int, Headers] | None:
        """Status and headers, as soon as they are there; what comes before them is passed over."""
        import h11

        while isinstance(event := self._event(), h11.InformationalResponse):
            continue
        if not isinstance(event, h11.Response):
            return None
        told = event.headers.raw_items()
        return event.status_code, Headers([(texts(name), texts(value)) for name, value in told])

    def part(self) -> bytes | None:
        """The next bytes of the body; as those of an `Incoming`."""
        import h11

        event = self._event()
        if event is h11.NEED_DATA:
            self.held = 0
            return None
        if isinstance(event, h11.Data):
            return bytes(event.data)
        states = {self._line.our_state, self._line.their_state}
        self.reusable = states == {h11.DONE} and not self._line.trailing_data[0]
        return b""

    def _event(self) -> Any:
        import h11

        try:
            return self._line.next_event()
        except h11.RemoteProtocolError as error:
            raise broken("RemoteProtocolError", error) from error
