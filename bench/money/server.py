"""A server on loopback that breaks in one way, and counts the jobs that it has made."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, cast

if TYPE_CHECKING:
    from typing import BinaryIO

    from bench.money.faults import Fault

__all__ = ["JOB", "KEY", "LATE", "DeafLine", "FaultyServer", "Line", "OnceLine"]

KEY = "sk-bench-key-that-must-not-travel"
JOB = "JOB"  # stands for the job's id in what a server answers
LATE = 6.0  # seconds: an answer that comes later than any client of the bench waits
_HTML = b"<html><head><title>Bad Gateway</title></head><body><center>nginx</center></body></html>"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came, body and all."""

    method: str
    target: str
    head: str
    body: bytes

    @property
    def with_key(self) -> bool:
        """Whether the key travelled in it."""
        return KEY in f"{self.target}\n{self.head}"


class FaultyServer(socketserver.ThreadingTCPServer):
    """Answers POSTs by making jobs; the first `times` of them meet the fault, None is all.

    Args:
        answer: what a fresh job is told with; the word JOB in it becomes the job's id.
        fault: what goes wrong; None is nothing.
        times: how many POSTs meet it.
        told: what any job is told as; without it there is none.
        other: where a redirect points to.
        line: how a connection is served.
        listening: False refuses connections until `listen` is called.
    """

    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False
    request_queue_size = 50

    def __init__(
        self,
        answer: dict[str, Any],
        fault: Fault | None = None,
        times: int | None = None,
        *,
        told: dict[str, Any] | None = None,
        other: FaultyServer | None = None,
        line: type[socketserver.StreamRequestHandler] | None = None,
        listening: bool = True,
    ) -> None:
        super().__init__(("127.0.0.1", 0), line or Line, bind_and_activate=False)
        self.server_bind()
        self.answer, self.fault, self.times = answer, fault, times
        self.told, self.other = told, other
        self.jobs = self.posts = self.posts_with_key = 0
        self._counting = threading.Lock()
        self._closing = threading.Event()
        self._serving: threading.Thread | None = None
        if listening:
            self.listen()

    def listen(self) -> None:
        """Take connections from now on."""
        self.server_activate()
        self._serving = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._serving.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        if self._serving is not None:
            self.shutdown()
        self.server_close()

    def reply(self, request: Request) -> bytes:
        """The answer to a request; empty drops the line."""
        if request.method != "POST":
            return _answer(404 if self.told is None else 200, json.dumps(self.told or {}).encode())
        with self._counting:
            self.posts += 1
            self.posts_with_key += request.with_key
            meets = self.fault is not None and (self.times is None or self.posts <= self.times)
            fault = self.fault if meets else None
            if fault is None or fault.makes_job:
                self.jobs += 1
            made = self.jobs
        good = _answer(200, self._told(made))
        return good if fault is None else self._broken(fault, good, request)

    def _told(self, number: int) -> bytes:
        text = json.dumps(self.answer).replace(JOB, f"job-{number}").replace("URL", self.url)
        return text.encode()

    def _broken(self, fault: Fault, good: bytes, request: Request) -> bytes:
        if fault.answer == "drop":
            return b""
        if fault.answer == "late":
            self._closing.wait(LATE)
            return good
        if fault.answer == "html":
            return _answer(fault.status, _HTML, kind="text/html")
        if fault.answer == "cut":
            whole = json.dumps(self.answer).encode()
            return _answer(200, whole[: len(whole) // 2])
        if fault.answer == "no-id":
            return _answer(200, json.dumps(_without_id(self.answer)).encode())
        more = {"retry-after": fault.hint} if fault.hint else {}
        if fault.answer == "redirect" and self.other is not None:
            more["location"] = f"http://localhost:{self.other.port}{request.target}"
        said = {"error": {"code": str(fault.status), "message": "told by the bench"}}
        return _answer(fault.status, json.dumps(said).encode(), **more)


class Line(socketserver.StreamRequestHandler):
    """One connection: request after request, until one is dropped."""

    def handle(self) -> None:
        """Answer until the other side has gone."""
        with suppress(OSError):
            while (request := _read(cast("BinaryIO", self.rfile))) is not None:
                reply = cast("FaultyServer", self.server).reply(request)
                if not reply:
                    return
                self.wfile.write(reply)


class OnceLine(socketserver.StreamRequestHandler):
    """One connection: kept open after the first request, closed when the next one comes."""

    def handle(self) -> None:
        """Answer once."""
        with suppress(OSError):
            request = _read(cast("BinaryIO", self.rfile))
            if request is not None:
                self.wfile.write(cast("FaultyServer", self.server).reply(request))
                self.rfile.readline()


class DeafLine(socketserver.StreamRequestHandler):
    """One connection: what is said to whoever begins with TLS is no TLS."""

    def handle(self) -> None:
        """Say something, and leave."""
        with suppress(OSError):
            self.wfile.write(_answer(400, b"{}"))


def _read(file: BinaryIO) -> Request | None:
    """The next request of a connection; None where there is none, or not a whole one."""
    first = file.readline().decode("latin-1").split()
    if len(first) < 3:
        return None
    lines = []
    while (line := file.readline()) not in {b"\r\n", b"\n", b""}:
        lines.append(line.decode("latin-1").strip())
    named = {
        name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)
    }
    if named.get("transfer-encoding", "").lower() == "chunked":
        body = b""
        while size := int(file.readline().split(b";")[0] or b"0", 16):
            body += file.read(size)
            file.readline()
        file.readline()
    else:
        length = int(named.get("content-length", 0))
        body = file.read(length)
        if len(body) < length:
            return None
    return Request(first[0], first[1], "\n".join(lines), body)


def _answer(status: int, body: bytes, *, kind: str = "application/json", **more: str) -> bytes:
    headers = {"content-type": kind, "content-length": str(len(body))}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Told\r\n{head}\r\n".encode() + body


def _without_id(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_id(one) for key, one in value.items() if not _is_id(one)}
    return value


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and JOB in value
