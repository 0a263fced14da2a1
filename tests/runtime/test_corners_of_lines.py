"""Corners of our own connections: what a server, a name or a slow program may do to them."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import threading
import time
import warnings
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from specloom.targets.client.runtime.async_lines import AsyncLines
from specloom.targets.client.runtime.effects import Request, Trace
from specloom.targets.client.runtime.heads import Outgoing, written
from specloom.targets.client.runtime.incoming import Incoming
from specloom.targets.client.runtime.lines import Lines

from .loopback import Loopback, answer

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADERS = {"User-Agent": "tests"}


def plain(method: str = "GET", url: str = "http://127.0.0.1:9/x", **given: Any) -> Outgoing:
    made = written(Request(method=method, url=url, headers=HEADERS, **given))
    assert made is not None
    return made


@pytest.mark.parametrize("name", ["Host: other", "X: y", "Transfer-Encoding: chunked, X"])
def test_a_name_with_a_value_in_it_is_no_name(name: str) -> None:
    url = "http://127.0.0.1:9/x"
    assert written(Request(method="GET", url=url, headers={**HEADERS, name: "z"})) is None


@pytest.mark.parametrize("length", ["", "5, 6", "-5", "+5", "5 5", "9" * 21])
@pytest.mark.parametrize(("method", "status"), [("HEAD", "200"), ("GET", "204"), ("GET", "304")])
def test_a_length_that_is_none_is_an_error_though_there_is_no_body(
    method: str, status: str, length: str
) -> None:
    incoming = Incoming(plain(method))
    with pytest.raises(httpx2.RemoteProtocolError):
        incoming.feed(f"HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n".encode())


@pytest.mark.parametrize("framing", ["Content-Length: 0", "Transfer-Encoding: chunked"])
def test_what_comes_once_an_answer_has_ended_ends_the_connection(framing: str) -> None:
    incoming = Incoming(plain())
    incoming.feed(f"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n".encode())
    if not incoming.ended:
        incoming.feed(b"0\r\n\r\n")
        assert incoming.part() == b""
    assert (incoming.ended, incoming.reusable) == (True, True)
    incoming.feed(b"HTTP/1.1 200 OK\r\n")
    assert not incoming.reusable


class Hasty(Loopback):
    """Says something behind each answer, or hangs up, a moment later."""

    def __init__(self, behind: bytes) -> None:
        super().__init__()
        self.behind = behind
        self.said = threading.Event()

    def _one(self, line: socket.socket) -> bool:
        if not super()._one(line):
            return False
        if self.behind:
            line.sendall(self.behind)
        else:
            line.shutdown(socket.SHUT_WR)
        self.said.set()
        return True


@pytest.mark.parametrize("behind", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad"])
def test_what_came_while_the_loop_was_busy_is_seen_before_a_request_is_sent(behind: bytes) -> None:
    async def get(lines: AsyncLines, asked: Outgoing) -> bytes:
        return await (await lines.send(asked, Trace())).read()

    async def later(server: Hasty) -> list[bytes]:
        lines, asked = AsyncLines(ssl.create_default_context, 9), plain(url=f"{server.url}/x")
        got = []
        for _ in range(3):
            got.append(await get(lines, asked))
            assert server.said.wait(9)  # and nothing else runs on the loop
            server.said.clear()
        await lines.close()
        return got

    with Hasty(behind) as server:
        server["GET /x"] = answer(200, b"good", connection="keep-alive")
        assert asyncio.run(later(server)) == [b"good"] * 3
        assert server.connections == 3


def test_an_answer_that_comes_before_the_request_was_sent_takes_its_connection_with_it() -> None:
    async def later(asked: Outgoing) -> None:
        lines = AsyncLines(ssl.create_default_context, 9)
        answered = await lines.send(asked, Trace())
        assert (answered.status, answered.ended) == (413, True)
        assert lines.idle.take(asked.origin) is None
        await lines.close()

    told = answer(413, b"", connection="keep-alive")
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            line, _ = listener.accept()
            with line:
                line.sendall(told)
                ended.wait(9)  # and nothing is read

        ended, thread = threading.Event(), threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        asyncio.run(later(plain("POST", url, content=bytes(50_000_000))))
        ended.set()
        thread.join()


@pytest.fixture
def silent() -> Iterator[tuple[str, int]]:
    """Where nobody answers who would connect."""
    with socket.socket() as listener, socket.socket() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting.connect(listener.getsockname())
        yield listener.getsockname()


def addresses(monkeypatch: pytest.MonkeyPatch, *given: tuple[str, int]) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", one) for one in given]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *told, **named: found)


def test_all_addresses_of_a_host_together_have_the_time_of_the_exchange(
    silent: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses(monkeypatch, silent, silent, silent)
    trace, begun = Trace(once=True), time.monotonic()
    with pytest.raises(httpx2.ConnectTimeout):
        Lines(ssl.create_default_context, 0).send(plain(), trace, begun + 0.5)
    assert time.monotonic() - begun < 0.9
    assert not trace.left


def test_nothing_was_sent_where_the_server_hung_up_before() -> None:
    async def later(asked: Outgoing, trace: Trace) -> None:
        loop = asyncio.get_running_loop()
        connect = loop.create_connection

        async def slowly(*given: Any, **named: Any) -> Any:
            made = await connect(*given, **named)
            while made[1].is_alive:
                await asyncio.sleep(0)
            for _ in range(5):
                await asyncio.sleep(0)
            return made

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(loop, "create_connection", slowly)
            with pytest.raises(httpx2.ConnectError):
                await AsyncLines(ssl.create_default_context, 0).send(asked, trace)

    with Loopback() as server:
        server.refuse, trace = 1, Trace(once=True)
        asyncio.run(later(plain("POST", f"{server.url}/x", content=b"x"), trace))
    assert not trace.left


def test_wherever_it_is_cancelled_no_connection_stays_open() -> None:
    async def later(url: str) -> None:
        lines, asked = AsyncLines(ssl.create_default_context, 0), plain(url=f"{url}/x")

        async def get() -> bytes:
            return await (await lines.send(asked, Trace())).read()

        for steps in range(30):
            for _ in range(3):
                task = asyncio.create_task(get())
                for _ in range(steps):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.wait([task])
        for _ in range(3):
            await asyncio.sleep(0)

    with Loopback() as server, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        server["GET /x"] = answer(200, b"good")
        asyncio.run(later(server.url.replace("127.0.0.1", "localhost")))
        gc.collect()
    assert not [str(one.message) for one in told if one.category is ResourceWarning]


def test_an_address_that_is_silent_leaves_time_for_the_next(silent: tuple[str, int]) -> None:
    with Loopback() as server:
        server["GET /x"] = answer(200, b"good")
        with pytest.MonkeyPatch.context() as patched:
            addresses(patched, silent, ("127.0.0.1", server.port))
            until = time.monotonic() + 2
            answered = Lines(ssl.create_default_context, 0).send(plain(), Trace(), until)
        assert answered.read(None) == b"good"
