"""Logging under the client's name: a line for each request, no key and no prompt in it."""

from __future__ import annotations

import logging
import re
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from .answers import MISSING, parse_json
from .effects import Caught
from .errors import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .effects import Request

__all__ = [
    "SHORTEST_KEY",
    "Log",
    "Veiled",
    "bare_url",
    "harmless",
    "redacted_headers",
    "without_keys",
    "without_queries",
    "without_sent_keys",
]

_OPEN_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "content-type",
        "content-length",
        "range",
        "if-range",
        "user-agent",
    }
)


def bare_url(url: str) -> str:
    """The URL without its query, which may hold keys and signatures, and without a user or data."""
    if url[:5].lower() == "data:":
        return printable(url.partition(",")[0])
    with Caught(ValueError):
        parts = urlsplit(url)
        return printable(
            urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
        )
    return printable(re.split(r"[?#]", url, maxsplit=1)[0].rpartition("@")[2])


def redacted_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers of a request, with all values hidden but those that are harmless for sure."""
    return {
        name: value if name.lower() in _OPEN_HEADERS else "[redacted]"
        for name, value in headers.items()
    }


def _outlined(value: Any) -> Any:
    """A JSON value with its texts replaced by their lengths: prompts are not logged."""
    if isinstance(value, dict):
        return {name: _outlined(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_outlined(element) for element in value]
    return f"<{len(value)} characters>" if isinstance(value, str) else value


class Veiled(str):
    """A text with a key in it: it is sent as it is, and its repr shows nothing of it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'[redacted]'"


# To the next space, or what no URL holds: brackets and single quotes may stand in a query.
_QUERY = re.compile(r"\?[^\s\"<>]+")
SHORTEST_KEY = 8  # shorter ones, such as `sandbox`, are words that a message may hold


def without_queries(text: str) -> str:
    """The text with the queries of its URLs cut: they may hold keys and signatures of links."""
    return _QUERY.sub("?...", text)


def without_sent_keys(request: Request, text: str) -> str:
    """The text without the keys in the headers of a request, which its server may say back."""
    for value in request.headers.values():
        told = value.split("; ") if isinstance(value, Veiled) else []  # a cookie has several
        for key in (value, *told, *(one.rpartition(" ")[2] for one in told)) if told else ():
            if len(key) >= SHORTEST_KEY:
                text = text.replace(key, "[redacted]")
    return text


def without_keys(request: Request, text: str) -> str:
    """What others say of a request, such as a transport that failed: no key, and no query."""
    return without_queries(without_sent_keys(request, text))


def harmless(request: Request, error: Exception) -> Exception:
    """The error, or where it tells a key a copy without: its frames and causes tell it too.

    A key in the URL stands in each frame of the transport, whatever the error says.
    """
    told, cause = [str(error)], error.__cause__ or error.__context__
    while cause is not None and len(told) < _LONGEST_CHAIN:
        told.append(str(cause))
        cause = cause.__cause__ or cause.__context__
    if not isinstance(request.url, Veiled) and all(without_keys(request, t) == t for t in told):
        return error
    kind, said = type(error), without_keys(request, told[0])
    with Caught(Exception):
        made = kind(said)
        if str(made) == said:
            return made
    named: type[Exception] = type(kind.__name__, (Exception,), {"__module__": kind.__module__})
    return named(said)


_LONGEST_CHAIN = 20  # causes of an error that are looked at

_sends: ContextVar[bool] = ContextVar("sends", default=False)


class _Shortened(logging.Filter):
    """Cuts the queries of URLs out of what is logged: by us, and by the transport as it sends.

    They hold the signatures of links, and whoever has such a link has the file.
    """

    def __init__(self, *, sending_only: bool) -> None:
        super().__init__()
        self._sending_only = sending_only

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record."""
        if _sends.get() or not self._sending_only:
            told = record.getMessage()
            short = without_queries(told)
            if short != told:
                record.msg, record.args = short, None
        return True


_SHORTENED = _Shortened(sending_only=True)
_OWN = _Shortened(sending_only=False)
# A filter of a logger does not see what the loggers below it say.
_TRANSPORT = (
    "httpx2",
    *(f"httpcore2.{name}" for name in ("connection", "http11", "http2", "proxy", "socks")),
)


class Log:
    """The log of one client; what is said `once` is said once in its life."""

    def __init__(self, name: str) -> None:
        self.logger = logging.getLogger(name)
        self.logger.addFilter(_OWN)
        self._said: set[str] = set()
        self._lock = threading.Lock()
        for transport in _TRANSPORT:
            logging.getLogger(transport).addFilter(_SHORTENED)

    def once(self, message: str) -> None:
        """Warn of something, the first time that it is seen."""
        if message in self._said:
            return
        with self._lock:
            if message in self._said:
                return
            self._said.add(message)
        self.logger.warning("%s", message)

    def sending(self, request: Request) -> None:
        """Outline a request at debug level; until it is answered, the transport says less."""
        _sends.set(True)
        if self.logger.isEnabledFor(logging.DEBUG):
            body = parse_json(request.held)
            self.logger.debug(
                "%s: %s %s headers=%s body=%s",
                request.operation,
                request.method,
                bare_url(request.url),
                redacted_headers(request.headers),
                None if body is MISSING else printable(_outlined(body)),
            )

    def answered(
        self,
        request: Request,
        outcome: object,
        seconds: float,
        request_id: str | None,
        job_id: str | None = None,
    ) -> None:
        """One line for each request."""
        _sends.set(False)
        if not self.logger.isEnabledFor(logging.INFO):
            return  # to say all of it takes its time
        self.logger.info(
            "%s: %s %s %s %.0f ms request_id=%s%s",
            request.operation,
            request.method,
            bare_url(request.url),
            without_keys(request, str(outcome)),
            seconds * 1000,
            printable(request_id) if request_id else None,
            f" job={printable(job_id, 200)}" if job_id else "",
        )
