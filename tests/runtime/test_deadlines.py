"""A server that drips gets no more time than one that is silent; and no body is without end."""

from __future__ import annotations

import asyncio
import gc
import gzip
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from specloom.targets.client.runtime import exchanging
from specloom.targets.client.runtime.async_drivers import AsyncDriver
from specloom.targets.client.runtime.drivers import SyncDriver
from specloom.targets.client.runtime.effects import Failure, Request, Trace, read_chunk, send
from specloom.targets.client.runtime.errors import (
    APIConnectionError,
    APITimeoutError,
    JobFailedError,
    SubmitUncertainError,
)
from specloom.targets.client.runtime.streams import Transport, within

from .loopback import FakeClock, Loopback, _read, answer
from .videos_api import AsyncVideosClient, VideosClient

if TYPE_CHECKING:
    from specloom.targets.client.runtime.effects import Core, Route

KEY = "sk-0123456789abcdef"
ROUTE = "POST /v1/videos"
TASK = b'{"id": "task_1", "status": "done"}'
DROPS, PAUSE, TIMEOUT = 75, 0.02, 0.25  # the whole answer takes six times as long as the timeout


def head(*lines: bytes) -> bytes:
    return b"\r\n".join((b"HTTP/1.1 200 OK", b"Connection: close", *lines, b"", b""))


def dripping_head() -> list[bytes]:
    told = head(b"X-A: " + b"a" * DROPS, b"Content-Length: %d" % len(TASK))
    start = told.index(b"aaaa")
    drops = [told[at : at + 1] for at in range(start, start + DROPS)]
    return [told[:start], *drops, told[start + DROPS :] + TASK]


def processing() -> list[bytes]:
    told = head(b"Content-Length: %d" % len(TASK)) + TASK
    return [*[b"HTTP/1.1 102 Processing\r\n\r\n"] * DROPS, told]


def empty_gzip() -> list[bytes]:
    """A body of which the first bytes, the name of a file, decode to nothing."""
    packed = gzip.compress(TASK)
    packed = packed[:3] + b"\x08" + packed[4:10] + b"n" * DROPS + b"\0" + packed[10:]
    told = head(b"Content-Encoding: gzip", b"Content-Length: %d" % len(packed))
    return [told, *(packed[at : at + 1] for at in range(DROPS)), packed[DROPS:]]


def dripping_body() -> list[bytes]:
    body = b" " * DROPS + TASK
    told = head(b"Content-Length: %d" % len(body))
    return [told, *[b" "] * DROPS, TASK]


WAYS = {way.__name__: way for way in (dripping_head, processing, empty_gzip, dripping_body)}


class Dripping(Loopback):
    """Answers part by part; whoever waits to the end gets a good answer."""

    def __init__(self, parts: list[bytes]) -> None:
        self.parts = parts
        self.over = threading.Event()
        super().__init__()

    def __exit__(self, *error: object) -> None:
        self.over.set()
        super().__exit__(*error)

    def _one(self, line: socket.socket) -> bool:
        request = _read(line)
        if request is not None:
            self.received.append(request)
            for part in self.parts:
                line.sendall(part)
                if self.over.wait(PAUSE):
                    break
        return False


def submit(kind: str, url: str, **settings: Any) -> str:
    given = {"api_key": KEY, "base_url": url, "clock": FakeClock(), **settings}
    if kind == "sync":
        with VideosClient(**given) as client:
            return client.videos.submit(prompt="x").id

    async def later() -> str:
        async with AsyncVideosClient(**given) as client:
            return (await client.videos.submit(prompt="x")).id

    return asyncio.run(later())


KINDS = pytest.mark.parametrize("kind", ["sync", "async"])


@KINDS
@pytest.mark.parametrize("way", WAYS)
def test_a_submit_whose_answer_drips_past_the_deadline_is_uncertain(kind: str, way: str) -> None:
    with Dripping(WAYS[way]()) as server:
        with pytest.raises(SubmitUncertainError) as caught:
            submit(kind, server.url, timeout=TIMEOUT)
        assert (caught.value.fate, server.submits) == ("unanswered", 1)
        assert isinstance(caught.value.__cause__, httpx2.TimeoutException | TimeoutError)


@KINDS
@pytest.mark.parametrize("way", WAYS)
def test_what_drips_within_the_deadline_is_read_to_its_end(kind: str, way: str) -> None:
    with Dripping(WAYS[way]()) as server:
        assert submit(kind, server.url, timeout=60) == "task_1"


@pytest.mark.parametrize("way", WAYS)
def test_a_call_whose_answer_drips_is_out_of_time(way: str) -> None:
    with (
        Dripping(WAYS[way]()) as server,
        VideosClient(api_key=KEY, base_url=server.url, timeout=TIMEOUT, max_retries=0) as client,
        pytest.raises(APITimeoutError),
    ):
        client.videos.get("a")


@KINDS
def test_a_deadline_before_the_first_byte_is_not_sent(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it never answers the TLS greeting
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(APITimeoutError) as caught:
            submit(kind, url, timeout=TIMEOUT, max_retries=1)
        gc.collect()  # a connection left open is a warning, and so an error
    assert caught.value.billed == "no"


def test_no_connection_is_opened_when_time_is_up() -> None:
    with (
        Loopback() as server,
        httpx2.Client(transport=_transport()) as client,
        pytest.raises(httpx2.ConnectTimeout),
        within(time.monotonic() - 1),
    ):
        client.get(server.url)
    assert server.received == []


def fetched(url: str, route: Route) -> Core[bytes | Failure]:
    """One answer through the bare driver."""
    reply = yield from send(Request(method="GET", url=url, route=route), Trace(), TIMEOUT)
    if isinstance(reply, Failure):
        return reply
    parts = b""
    while True:
        chunk = yield from read_chunk(reply)
        if isinstance(chunk, Failure):
            return chunk
        if not chunk:
            return parts
        parts += chunk


def fetch(kind: str, url: str, route: Route) -> bytes | Failure:
    if kind == "sync":
        driver = SyncDriver()
        try:
            return driver.run(fetched(url, route))
        finally:
            driver.close()

    async def later() -> bytes | Failure:
        driver = AsyncDriver()
        try:
            return await driver.run(fetched(url, route))
        finally:
            await driver.close()

    return asyncio.run(later())


@KINDS
def test_a_file_that_goes_on_coming_may_take_longer_than_the_silence_allowed(kind: str) -> None:
    with Dripping(dripping_body()) as server:
        assert fetch(kind, server.url, "download") == b" " * DROPS + TASK


@KINDS
@pytest.mark.parametrize("way", ["dripping_head", "processing", "empty_gzip"])
def test_a_file_of_which_nothing_comes_is_silent(kind: str, way: str) -> None:
    with Dripping(WAYS[way]()) as server:
        outcome = fetch(kind, server.url, "download")
    assert isinstance(outcome, Failure)
    assert outcome.timed_out
    assert outcome.transient


def test_proxies_of_the_environment_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with Loopback() as proxy, Loopback() as server:
        proxy["GET " + server.url + "/x"] = answer(200, b"by the proxy")
        server["GET /x"] = answer(200, b"straight")
        monkeypatch.setenv("http_proxy", proxy.url)
        assert fetch("sync", server.url + "/x", "call") == b"by the proxy"
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert fetch("sync", server.url + "/x", "call") == b"straight"


def test_a_large_body_is_written_whole() -> None:
    body = bytes(range(256)) * 4096  # a megabyte: many pieces
    with Loopback() as server, httpx2.Client(transport=_transport()) as client:
        server["POST /x"] = answer(200, {})
        with within(time.monotonic() + 60):
            client.post(server.url + "/x", content=body)
        assert server.received[0].body == body


def _transport() -> Transport:
    return Transport(httpx2.create_ssl_context, 0)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> int:
    """Answers may be a hundred bytes long."""
    monkeypatch.setattr(exchanging, "LONGEST_ANSWER", 100)
    return 100


@KINDS
def test_a_submit_with_an_answer_without_end_is_uncertain(kind: str, short: int) -> None:
    with Loopback() as server:
        bomb = gzip.compress(TASK[:-1] + b', "x": "' + b"x" * 100_000 + b'"}')
        server[ROUTE] = answer(200, bomb, content_encoding="gzip")
        with pytest.raises(SubmitUncertainError, match=f"longer than {short} bytes") as caught:
            submit(kind, server.url)
        assert server.submits == 1
        assert len(caught.value.body) <= short


def test_a_body_of_just_the_longest_length_is_read(short: int) -> None:
    with Loopback() as server:
        server[ROUTE] = answer(200, TASK.ljust(short))
        assert submit("sync", server.url) == "task_1"


@pytest.mark.usefixtures("short")
def test_a_call_with_an_answer_without_end_is_made_once() -> None:
    with Loopback() as server:
        server["GET /v1/videos/a"] = answer(200, b" " * 101)
        with (
            VideosClient(api_key=KEY, base_url=server.url, clock=FakeClock()) as client,
            pytest.raises(APIConnectionError, match="longer than"),
        ):
            client.videos.get("a")
        assert len(server.received) == 1


@pytest.mark.usefixtures("short")
def test_a_poll_with_an_answer_without_end_goes_on() -> None:
    with Loopback() as server:
        done = answer(200, {"id": "a", "status": "failed"})
        server["GET /v1/videos/a"] = [answer(200, b" " * 101), done]
        with (
            VideosClient(api_key=KEY, base_url=server.url, clock=FakeClock()) as client,
            pytest.raises(JobFailedError),
        ):
            client.jobs.resume("videos.submit~a").wait()
        assert len(server.received) == 2
