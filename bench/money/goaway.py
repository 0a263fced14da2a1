"""A server of HTTP/2 on loopback that says GOAWAY right after a request, and counts its jobs."""

from __future__ import annotations

import json
import shutil
import socketserver
import sys
import threading
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self, cast

from bench.running import run

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["GoAwayServer", "set_up"]

H2 = "h2==4.4.1"  # httpx2 speaks HTTP/2 where it is installed


def set_up(home: Path) -> None:
    """Install h2 into a folder of its own, and let Python find it last of all.

    Raises:
        RuntimeError: it cannot be installed.
    """
    folder = home / "h2"
    ready = folder / H2
    if not ready.exists():
        shutil.rmtree(folder, ignore_errors=True)
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--target",
            folder,
            H2,
        ]
        home.mkdir(parents=True, exist_ok=True)
        done = run(command, folder=home, seconds=300.0, environment={"PIP_CONSTRAINT": ""})
        if done.code:
            raise RuntimeError(f"{H2} cannot be installed: {done.errors[-800:]}")
        ready.touch()
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


class GoAwayServer(socketserver.ThreadingTCPServer):
    """Answers POSTs by making jobs; the first `times` of them meet a GOAWAY, None is all.

    Args:
        times: how many POSTs meet it.
        taken: whether they make a job all the same.
        told: whether the GOAWAY names their stream as one that was taken.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, *, times: int | None, taken: bool, told: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        self.times, self.taken, self.told = times, taken, told
        self.jobs = self.posts = 0
        self._counting = threading.Lock()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.shutdown()
        self.server_close()

    def posted(self) -> tuple[bool, int]:
        """Count a POST: whether it goes away, and the number of the job."""
        with self._counting:
            self.posts += 1
            away = self.times is None or self.posts <= self.times
            self.jobs += not away or self.taken
            return away, self.jobs


class _Line(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self._methods: dict[int, str] = {}
        connection = import_module("h2.connection")
        config = import_module("h2.config").H2Configuration(client_side=False)
        line = connection.H2Connection(config=config)
        line.initiate_connection()
        with suppress(OSError):
            self.request.sendall(line.data_to_send())
            while data := self.request.recv(65536):
                events = line.receive_data(data)
                away = sum(self._take(line, event) for event in events)
                self.request.sendall(line.data_to_send())
                if away:
                    return

    def _take(self, line: Any, event: Any) -> bool:
        """Take one event of h2; whether it led to a GOAWAY."""
        kind = type(event).__name__
        if kind == "RequestReceived":
            self._methods[event.stream_id] = _method(event.headers)
        return kind == "StreamEnded" and self._answer(line, event.stream_id)

    def _answer(self, line: Any, stream: int) -> bool:
        server = cast("GoAwayServer", self.server)
        status, told = "404", {}
        if self._methods.pop(stream) == "POST":
            away, number = server.posted()
            if away:
                # Streams of a client have odd numbers: the one before is the last that was taken.
                line.close_connection(last_stream_id=stream if server.told else max(0, stream - 2))
                return True
            status, told = "200", {"id": f"job-{number}", "status": "in_queue"}
        line.send_headers(stream, [(":status", status), ("content-type", "application/json")])
        line.send_data(stream, json.dumps(told).encode(), end_stream=True)
        return False


def _method(headers: list[tuple[Any, Any]]) -> str:
    """The method of a request; h2 gives names and values as bytes or text."""
    named = {
        str(name, "ascii") if isinstance(name, bytes) else name: value for name, value in headers
    }
    method = named[":method"]
    return str(method, "ascii") if isinstance(method, bytes) else str(method)
