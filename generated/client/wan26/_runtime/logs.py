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

__all__ = ["Log", "bare_url", "redacted_headers"]

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
    """The URL without its query, which may hold keys and signatures, and without a user."""
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


_sends: ContextVar[bool] = ContextVar("sends", default=False)
_QUERY = re.compile(r"\?[^\s'\"#)\]]*")


class _Shortened(logging.Filter):
    """Cuts the queries of URLs out of what the transport logs while one of our requests is sent.

    They hold the signatures of links, and whoever has such a link has the file.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record."""
        if _sends.get():
            record.msg, record.args = _QUERY.sub("?...", record.getMessage()), None
        return True


_SHORTENED = _Shortened()
# A filter of a logger does not see what the loggers below it say.
_TRANSPORT = (
    "httpx2",
    *(f"httpcore2.{name}" for name in ("connection", "http11", "http2", "proxy", "socks")),
)


class Log:
    """The log of one client; what is said `once` is said once in its life."""

    def __init__(self, name: str) -> None:
        self.logger = logging.getLogger(name)
        self._said: set[str] = set()
        self._lock = threading.Lock()
        for transport in _TRANSPORT:
            logging.getLogger(transport).addFilter(_SHORTENED)

    def once(self, message: str) -> None:
        """Warn of something, the first time that it is seen."""
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
                "%s %s headers=%s body=%s",
                request.method,
                bare_url(request.url),
                redacted_headers(request.headers),
                None if body is MISSING else printable(_outlined(body)),
            )

    def answered(
        self, request: Request, outcome: str, seconds: float, request_id: str | None
    ) -> None:
        """One line for each request."""
        _sends.set(False)
        self.logger.info(
            "%s %s %s %.0f ms request_id=%s",
            request.method,
            bare_url(request.url),
            outcome,
            seconds * 1000,
            printable(request_id) if request_id else None,
        )
