"""An HTTP server of the standard library for the vendors that are written here by hand."""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["PNG", "Answer", "ByHand", "Call", "Listener", "answer"]

PNG = bytes.fromhex(  # a pixel
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c494441"
    "54789c631068f80000022401816f91e4640000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as it came; the names of its headers are in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def parts(self) -> list[str]:
        """The segments of the path, decoded one by one."""
        return [unquote(part) for part in self.path.strip("/").split("/")]

    @property
    def media_type(self) -> str:
        """What the body is, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def json(self) -> Any:
        """The body; None where it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def header(self, name: str) -> str:
        """The value of a header; empty without it."""
        return self.headers.get(name.lower(), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent back."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def answer(
    status: int, body: Any = None, /, kind: str = "application/json", **headers: str
) -> Answer:
    """An answer; a body that is not bytes is written as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if status == 204:
        return Answer(status=status, body=b"", headers=named)
    return Answer(status=status, body=content, headers={"Content-Type": kind, **named})


class _Threads(ThreadingHTTPServer):
    """Keeps what went wrong in its threads; a client that hangs up is none of it."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.failures: list[BaseException] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.failures.append(error)


class Listener:
    """Listens on a free port of loopback while it is entered; one request after the other."""

    def __init__(self, respond: Callable[[Call], Answer]) -> None:
        self._respond, self._lock = respond, threading.Lock()
        self._server = _Threads(self._handler())
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self.calls: list[Call] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more; raises what went wrong in here."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        for failure in self._server.failures:
            raise failure

    def _answered(self, call: Call) -> Answer:
        with self._lock:
            self.calls.append(call)
            return self._respond(call)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answered = self._answered

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                _exchange(self, answered)

            def do_POST(self) -> None:
                _exchange(self, answered)

            def do_DELETE(self) -> None:
                _exchange(self, answered)

            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                """Say nothing."""

        return Handler


class ByHand:
    """A server by hand while it is entered; the first of its listeners is the API, below `root`."""

    root = ""

    def __init__(self, *listeners: Listener) -> None:
        self._listeners = listeners

    @property
    def url(self) -> str:
        """The base URL of the API."""
        return f"{self._listeners[0].url}{self.root}"

    @property
    def calls(self) -> list[Call]:
        """All requests to the API."""
        return self._listeners[0].calls

    def __enter__(self) -> Self:
        for listener in self._listeners:
            listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        for listener in self._listeners:
            listener.stop()


def _exchange(handler: BaseHTTPRequestHandler, answered: Callable[[Call], Answer]) -> None:
    target = urlsplit(handler.path)
    call = Call(
        method=handler.command,
        path=target.path,
        query=parse_qs(target.query, keep_blank_values=True),
        headers={name.lower(): value for name, value in handler.headers.items()},
        body=_body(handler),
    )
    told = answered(call)
    handler.send_response(told.status)
    for name, value in told.headers.items():
        handler.send_header(name, value)
    if told.status != 204:
        handler.send_header("Content-Length", str(len(told.body)))
    handler.end_headers()
    handler.wfile.write(told.body)


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    """The body by its length, or by its chunks, as an upload may come."""
    if handler.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    chunks: list[bytes] = []
    while size := int(handler.rfile.readline().partition(b";")[0], 16):
        chunks.append(handler.rfile.read(size))
        handler.rfile.readline()
    handler.rfile.readline()
    return b"".join(chunks)
