"""Connections of our own: what goes over them, what does not, and what becomes of each."""

from __future__ import annotations

import asyncio
import gc
import gzip
import itertools
import socket
import ssl
import subprocess
import sys
import threading
import time
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h11
import httpx2
import pytest

from specloom.targets.client.runtime.async_lines import AsyncLines
from specloom.targets.client.runtime.effects import Request, Trace
from specloom.targets.client.runtime.errors import APIConnectionError
from specloom.targets.client.runtime.heads import Outgoing, written
from specloom.targets.client.runtime.incoming import Incoming
from specloom.targets.client.runtime.lines import Idle, Lines

from .loopback import FakeClock, Loopback, answer
from .videos_api import AsyncVideosClient, VideosClient

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sk-0123456789abcdef"
TLS = Path(__file__).parent / "tls"
TASK = {"id": "a", "status": "done"}
GET = "GET /v1/videos/a"
POST = "POST /v1/videos"
KINDS = pytest.mark.parametrize("kind", ["sync", "async"])
HEADERS = {"User-Agent": "tests", "Accept": "application/json"}


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        yield made


def plain(method: str = "GET", url: str = "http://127.0.0.1:9/x", **given: Any) -> Outgoing:
    made = written(Request(method=method, url=url, headers=HEADERS, **given))
    assert made is not None
    return made


def run(kind: str, url: str, *acts: str, **settings: Any) -> None:
    """Gets and submits, one after the other."""
    given = {"api_key": KEY, "base_url": url, "clock": FakeClock(), **settings}
    if kind == "sync":
        with VideosClient(**given) as client:
            for act in acts:
                client.videos.get("a") if act == "get" else client.videos.submit(prompt="x")
        return

    async def later() -> None:
        async with AsyncVideosClient(**given) as client:
            for act in acts:
                if act == "get":
                    await client.videos.get("a")
                else:
                    await client.videos.submit(prompt="x")

    asyncio.run(later())


# What is plain, and what is left to httpx2.


ODD = {
    "a user": {"url": "http://me:pw@127.0.0.1:9/x"},
    "dots that lead elsewhere": {"url": "http://127.0.0.1:9/a/../x"},
    "upper case": {"url": "http://EXAMPLE.com/x"},
    "what has to be quoted": {"url": "http://127.0.0.1:9/a b"},
    "a broken triple": {"url": "http://127.0.0.1:9/%zz"},
    "a name that is not ASCII": {"url": "http://bücher.example/x"},
    "no address": {"url": "http://999.0.0.1/x"},
    "no port": {"url": "http://127.0.0.1:99999/x"},
    "IPv6": {"url": "http://[::1]:9/x"},
    "a fragment": {"url": "http://127.0.0.1:9/x#y"},
    "another scheme": {"url": "ftp://127.0.0.1:9/x"},
    "its own host": {"headers": {**HEADERS, "Host": "other"}},
    "its own framing": {"headers": {**HEADERS, "Transfer-Encoding": "chunked"}},
    "a header that is none": {"headers": {**HEADERS, "X": 5}},
    "a header with a line break": {"headers": {**HEADERS, "X": "a\r\nY: b"}},
    "a header with spaces around": {"headers": {**HEADERS, "X": " a"}},
    "a header that is not Latin-1": {"headers": {**HEADERS, "X": "\u4e00"}},
    "no agent": {"headers": {}},
}


@pytest.mark.parametrize("given", ODD.values(), ids=ODD)
def test_what_is_not_plain_is_left_to_httpx2(given: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"method": "GET", "url": "http://127.0.0.1:9/x", "headers": HEADERS}
    assert written(Request(**usual)) is not None
    assert written(Request(**{**usual, **given})) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/v1/a%20b?c=d&e=%2F",
        "https://api.example.com/v1/x?q=a+b,c;d'e",
        "http://api.example.com:80/x",
        "https://api.example.com:443/a@b:c/~d",
        "http://localhost/a/b..c/?",
    ],
)
@pytest.mark.parametrize(("method", "content"), [("GET", None), ("POST", b""), ("PUT", b"abc")])
def test_a_plain_request_is_sent_as_httpx2_sends_it(
    method: str, url: str, content: bytes | None
) -> None:
    theirs = httpx2.Client().build_request(method, url, headers=HEADERS, content=content)
    line = plain(method, url, content=content).to_h11()
    made = plain(method, url, content=content)
    head, _, body = b"".join(made.parts()).partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    named = dict(one.split(": ") for one in rest)
    assert first == f"{method} {theirs.url.raw_path.decode()} HTTP/1.1"
    assert {name.lower(): value for name, value in named.items()} == dict(theirs.headers)
    assert body == (content or b"")
    assert line.our_state is h11.DONE


def test_no_repr_and_no_frame_of_a_line_shows_the_key(server: Loopback) -> None:
    server[GET] = b"nonsense\r\n\r\n"
    with (
        VideosClient(api_key=KEY, base_url=server.url, clock=FakeClock()) as client,
        pytest.raises(APIConnectionError) as caught,
    ):
        client.videos.get("a")
    error: BaseException | None = caught.value
    while error is not None:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        assert all(KEY not in str(frame.locals) for frame in told.stack)
        error = error.__cause__ or error.__context__
    assert KEY in server.received[0].headers["authorization"]


# Answers, plain and not.


def headed(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", *lines, "", "")).encode()


WHOLE = {
    "a length": headed("Content-Length: 5") + b"hello",
    "a length twice": headed("Content-Length: 5", "Content-Length: 5") + b"hello",
    "chunks": headed("Transfer-Encoding: chunked") + b"3\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n",
    "what comes before": b"HTTP/1.1 102 Processing\r\n\r\n" * 2
    + headed("Content-Length: 5")
    + b"hello",
    "no reason": b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
    "a folded header": headed("X: a", " b", "Content-Length: 5") + b"hello",
}
TO_THE_END = {
    "no length": headed() + b"hello",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "the last one": headed("Connection: close", "Content-Length: 5") + b"hello",
}


def received(data: bytes, size: int, asked: Outgoing) -> tuple[Incoming, bytes]:
    """An answer that comes in parts of a size, and then the end of the line."""
    incoming, body = Incoming(asked), b""
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    for part in (*parts, b""):
        incoming.feed(part)
        while incoming.status and not incoming.ended and (got := incoming.part()) is not None:
            body += got
        if incoming.ended:
            break
    return incoming, body


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("name", [*WHOLE, *TO_THE_END])
def test_an_answer_is_read_however_it_is_cut(name: str, size: int) -> None:
    incoming, body = received({**WHOLE, **TO_THE_END}[name], size, plain())
    assert (incoming.status, body, incoming.ended) == (200, b"hello", True)
    assert incoming.reusable is (name in WHOLE)


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", "200 OK"), ("GET", "204 No Content"), ("GET", "304 Not It")]
)
def test_an_answer_without_a_body_ends_with_its_head(method: str, status: str) -> None:
    incoming, body = received(headed("Content-Length: 5", status=status), 1000, plain(method))
    assert (body, incoming.ended, incoming.reusable) == (b"", True, True)
    assert incoming.headers["content-length"] == "5"


def test_headers_are_found_in_any_case_and_put_together() -> None:
    told = headed("Set-Cookie: a=1", "SET-COOKIE: b=2", "X-Name: caf\u00e9", "Content-Length: 0")
    headers = received(told, 1000, plain())[0].headers
    assert headers["set-cookie"] == headers.get("Set-Cookie") == "a=1, b=2"
    assert (headers["X-NAME"], "x-name" in headers, len(headers)) == ("caf\u00e9", True, 3)
    assert list(headers) == ["set-cookie", "x-name", "content-length"]
    with pytest.raises(KeyError):
        headers["x-other"]


def test_a_header_that_is_no_utf8_is_latin1() -> None:
    told = b"HTTP/1.1 200 OK\r\nX: caf\xe9\r\nContent-Length: 0\r\n\r\n"
    assert received(told, 1000, plain())[0].headers["x"] == "caf\u00e9"


BROKEN = {
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nConte",
    "half a body": headed("Content-Length: 9") + b"hello",
    "half a chunk": headed("Transfer-Encoding: chunked") + b"9\r\nhel",
    "no HTTP": b"SSH-2.0-OpenSSH_9\r\n\r\n",
    "lengths that differ": headed("Content-Length: 5", "Content-Length: 6") + b"hello",
    "a length that is none": headed("Content-Length: -5") + b"hello",
    "a head without end": headed("X: " + "a" * 200_000),
}


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize("name", BROKEN)
def test_an_answer_that_is_none_is_a_protocol_error(name: str, size: int) -> None:
    if size == 1 and name == "a head without end":
        size = 65536
    with pytest.raises(httpx2.RemoteProtocolError):
        received(BROKEN[name], size, plain())


def test_what_comes_behind_an_answer_ends_the_connection() -> None:
    incoming, body = received(WHOLE["a length"] + b"HTTP/1.1 200 OK", 1000, plain())
    assert (body, incoming.reusable) == (b"hello", False)


# Connections: which are kept, and which are left.


def kept(body: Any = None, **headers: Any) -> bytes:
    return answer(200, TASK if body is None else body, **{"connection": "keep-alive", **headers})


@KINDS
def test_calls_share_a_connection_and_submits_have_their_own(kind: str, server: Loopback) -> None:
    server[GET], server[POST] = kept(), kept({"id": "a"})
    run(kind, server.url, "get", "get", "get")
    assert server.connections == 1
    run(kind, server.url, "submit", "submit")
    assert server.connections == 3


@KINDS
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_connection_is_used_again_once_its_answer_is_read(
    kind: str, encoding: str, server: Loopback
) -> None:
    body = b'{"id": "a", "status": "done"}'
    packed = gzip.compress(body) if encoding == "gzip" else body
    server[GET] = kept(packed, content_encoding=encoding)
    run(kind, server.url, "get", "get")
    assert server.connections == 1


@KINDS
def test_a_connection_that_the_server_has_closed_is_not_used_again(kind: str) -> None:
    closing = threading.Event()

    class Closing(Loopback):
        """Says that it keeps the line, and closes it."""

        def _one(self, line: socket.socket) -> bool:
            super()._one(line)
            line.shutdown(socket.SHUT_RDWR)
            closing.set()
            return False

    with Closing() as made:
        made[GET] = kept()
        given = {"api_key": KEY, "base_url": made.url, "clock": FakeClock(), "max_retries": 0}
        if kind == "sync":
            with VideosClient(**given) as client:
                for _ in range(3):
                    client.videos.get("a")
                    assert closing.wait(9)
                    closing.clear()
        else:

            async def later() -> None:
                async with AsyncVideosClient(**given) as client:
                    for _ in range(3):
                        await client.videos.get("a")
                        assert await asyncio.to_thread(closing.wait, 9)
                        closing.clear()

            asyncio.run(later())
        assert (made.connections, len(made.received)) == (3, 3)


@KINDS
def test_an_answer_that_is_left_takes_its_connection_with_it(kind: str, server: Loopback) -> None:
    server["GET /x"] = [answer(200, b"x", content_length=9, connection="keep-alive"), kept()]
    asked = plain(url=f"{server.url}/x")

    async def later() -> None:
        lines = AsyncLines(ssl.create_default_context, 9)
        (await lines.send(asked, Trace())).close()
        assert lines.idle.take(asked.origin) is None
        answered = await lines.send(asked, Trace())
        while await answered.read():
            continue
        line = lines.idle.take(asked.origin)
        assert line is not None
        line.close()
        await lines.close()

    if kind == "async":
        asyncio.run(later())
        return
    lines = Lines(ssl.create_default_context, 9)
    lines.send(asked, Trace(), None).close()
    assert lines.idle.take(asked.origin) is None
    answered = lines.send(asked, Trace(), None)
    while answered.read(None):
        continue
    line = lines.idle.take(asked.origin)
    assert line is not None
    line.close()


@KINDS
@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_a_long_answer_that_is_read_slowly_is_whole(kind: str, framing: str) -> None:
    body = bytes(range(256)) * 20_000  # five megabytes: more than is held
    told = answer(200, body, connection="keep-alive")
    if framing == "chunks":
        parts = [body[at : at + 50_000] for at in range(0, len(body), 50_000)]
        chunked = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
        told = headed("Transfer-Encoding: chunked") + chunked + b"0\r\n\r\n"

    async def later(asked: Outgoing) -> bytes:
        lines, got = AsyncLines(ssl.create_default_context, 9), b""
        answered = await lines.send(asked, Trace())
        while part := await answered.read():
            got += part
            await asyncio.sleep(0)
        await lines.close()
        return got

    with Loopback() as server:
        server["GET /x"] = told
        asked = plain(url=f"{server.url}/x")
        if kind == "async":
            assert asyncio.run(later(asked)) == body
            return
        lines = Lines(ssl.create_default_context, 0)
        answered = lines.send(asked, Trace(), None)
        assert b"".join(iter(lambda: answered.read(None), b"")) == body


def test_one_async_client_serves_several_loops(server: Loopback) -> None:
    server[GET] = kept()
    client = AsyncVideosClient(api_key=KEY, base_url=server.url)

    async def get() -> Any:
        return (await client.videos.get("a")).id

    async def last() -> None:
        await client.videos.get("a")
        await client.close()

    with warnings.catch_warnings():  # a loop that is closed takes its connections with it, open
        warnings.simplefilter("ignore", ResourceWarning)
        assert [asyncio.run(get()), asyncio.run(get())] == ["a", "a"]
        asyncio.run(last())
        gc.collect()
    assert server.connections == 3


def test_threads_share_connections_one_at_a_time(server: Loopback) -> None:
    server[GET] = lambda asked: kept({"id": asked.headers["x-n"], "status": "done"})
    numbers = itertools.count()
    wrong: list[Any] = []
    with VideosClient(api_key=KEY, base_url=server.url) as client:

        def work() -> None:
            for _ in range(20):
                number = str(next(numbers))
                told = client.videos.get("a", extra_headers={"X-N": number}).id
                wrong.extend([told] if told != number else [])

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong
    assert len(server.received) == 160
    assert server.connections <= 8


class Held:
    """A connection that only says whether it was closed."""

    is_alive = True
    closed = False

    def close(self) -> None:
        self.closed = True


def test_what_waits_too_long_is_closed_whoever_comes_next(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    idle: Idle[Held] = Idle(2)
    here, there = plain().origin, plain(url="http://127.0.0.1:10/x").origin
    first, second, third, other = Held(), Held(), Held(), Held()
    for one in (first, second, third):
        idle.give(here, one)
    assert [one.closed for one in (first, second, third)] == [False, False, True]
    assert idle.take(here) is second
    moment += 6
    idle.give(there, other)
    assert first.closed
    assert idle.take(here) is None
    assert idle.take(there) is other
    idle.close()
    idle.give(there, other)
    assert other.closed


# TLS, and what is loaded.


@pytest.fixture
def secured() -> Iterator[tuple[str, list[str]]]:
    """The URL of a server behind TLS that nobody trusts who is not told to, and who connected."""
    connected: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)

        def serve() -> None:
            while not ended.is_set():
                try:
                    line, _ = listener.accept()
                except TimeoutError:
                    continue
                line.settimeout(9)
                try:
                    with context.wrap_socket(line, server_side=True) as secure:
                        connected.append(secure.version() or "")
                        while secure.recv(65536):
                            secure.sendall(kept())
                except OSError:
                    line.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"https://localhost:{listener.getsockname()[1]}", connected
        ended.set()
        thread.join()


@KINDS
def test_a_server_behind_tls_is_verified(
    kind: str, secured: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, connected = secured
    with pytest.raises(APIConnectionError, match="certificate verify failed") as caught:
        run(kind, url, "get", max_retries=0)
    assert caught.value.billed == "no"
    assert not connected
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "cert.pem"))
    run(kind, url, "get", "get")
    assert connected == ["TLSv1.3"]


def test_a_plain_call_needs_neither_httpx2_nor_tls(server: Loopback) -> None:
    server[GET] = kept()
    script = f"""
import sys
from tests.runtime.videos_api import VideosClient
with VideosClient(api_key={KEY!r}, base_url={server.url!r}) as client:
    print(client.videos.get("a").id)
print([name for name in ("httpx2", "httpcore2", "h11", "anyio", "ssl", "asyncio") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:2] == ["a", "[]"]
