"""A server on loopback that does as it is told, and counts; and a clock that needs no time."""

from __future__ import annotations

import json
import socket
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self, cast

from specloom.targets.client.runtime.drivers import Clock

DROP = b""  # the line is dropped after the request was read


@dataclass
class Received:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def answer(status: int = 200, body: Any = None, /, **headers: Any) -> bytes:
    """An HTTP answer; a body that is not bytes is written as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-").lower(): str(value) for name, value in headers.items()}
    named = {
        "content-type": "application/json",
        "content-length": str(len(content)),
        "connection": "close",
        **named,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Told\r\n{head}\r\n".encode() + content


class Loopback:
    """Answers are told by `server["POST /v1/videos"] = [first, second, ...]`; the last one stays."""

    def __init__(self, *, listening: bool = True) -> None:
        self.received: list[Received] = []
        self.connections = 0
        self.answers: dict[str, list[Any]] = defaultdict(lambda: [answer(404, {})])
        self.refuse = 0  # so many connections are closed before a byte is read
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))  # without `listen`, connections are refused
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._threads: list[threading.Thread] = []
        self._open: set[socket.socket] = set()
        self._closing = False
        self._accepting = threading.Thread(target=self._accept)
        if listening:
            self.listen()

    def listen(self) -> None:
        self._listener.listen()
        self._accepting.start()

    def __setitem__(self, route: str, answers: Any) -> None:
        self.answers[route] = list(answers) if isinstance(answers, list) else [answers]

    @property
    def submits(self) -> int:
        return sum(one.method == "POST" and one.path == "/v1/videos" for one in self.received)

    def seen(self, route: str) -> list[Received]:
        return [one for one in self.received if f"{one.method} {one.path}" == route]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._closing = True
        if self._accepting.ident is not None:
            with socket.create_connection(("127.0.0.1", self.port)):
                pass  # wakes the one that accepts
            self._accepting.join()
        self._listener.close()
        for line in list(self._open):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            line, _ = self._listener.accept()
            if self._closing:
                line.close()
                return
            self.connections += 1
            self._open.add(line)
            thread = threading.Thread(target=self._serve, args=(line,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, line: socket.socket) -> None:
        with suppress(OSError), line:
            if self.refuse > 0:
                self.refuse -= 1
            else:
                while self._one(line):
                    pass
        self._open.discard(line)

    def _one(self, line: socket.socket) -> bool:
        request = _read(line)
        if request is None:
            return False
        self.received.append(request)
        told = self.answers[f"{request.method} {request.path}"]
        given = told.pop(0) if len(told) > 1 else told[0]
        reply = cast("bytes", given(request) if callable(given) else given)
        line.sendall(reply)
        return b"connection: close" not in reply and reply != DROP


def _read(line: socket.socket) -> Received | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = line.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (row.partition(":") for row in rest)
    }
    while len(body) < int(headers.get("content-length", 0)):
        more = line.recv(65536)
        if not more:
            return None  # the line broke off
        body += more
    if headers.get("transfer-encoding") == "chunked":
        whole = _unchunked(line, body)
        if whole is None:
            return None
        body = whole
    path, _, query = target.partition("?")
    return Received(method, path, query, headers, body)


def _unchunked(line: socket.socket, data: bytes) -> bytes | None:
    while not data.endswith(b"0\r\n\r\n"):
        more = line.recv(65536)
        if not more:
            return None  # the line broke off
        data += more
    body = b""
    while data:
        size, _, rest = data.partition(b"\r\n")
        body, data = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return body


class FakeClock(Clock):
    """Time passes only by sleeping, and chance is none."""

    def __init__(self) -> None:
        self.moment = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.moment

    def wall(self) -> float:
        return 1_700_000_000.0 + self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)

    def chance(self) -> float:
        return 0.0
