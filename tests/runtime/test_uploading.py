"""Bodies with files over a real connection: streamed, sent again only where they can be read again."""

from __future__ import annotations

import asyncio
import io
import threading
from typing import TYPE_CHECKING, Any, ClassVar

import httpx2
import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import (
    APIConnectionError,
    InternalServerError,
    RateLimitError,
)
from specloom.targets.client.runtime.operations import Body, Operation
from specloom.targets.client.runtime.uploads import OpenBody, Streamed

from .loopback import FakeClock, Loopback, answer
from .videos_api import AsyncVideosClient, VideosClient
from .videos_api.videos import SUBMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = "sk-0123456789abcdef"
PUT = "PUT /v1/file"
RAW: Operation[Any] = Operation(
    name="videos.put", method="PUT", path="/v1/file", body=Body("application/octet-stream")
)
PARTS = Body("multipart/form-data")
BIG = b"0123456789abcdef" * 40_000


class Once:
    """A stream that nobody can rewind."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = iter(chunks)

    def read(self, size: int) -> bytes:
        return next(self.chunks, b"")


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        yield made


@pytest.fixture
def client(server: Loopback) -> Iterator[VideosClient]:
    with VideosClient(api_key=KEY, base_url=server.url, clock=FakeClock()) as made:
        yield made


def test_a_file_is_sent_again_from_where_it_stood(client: VideosClient, server: Loopback) -> None:
    server[PUT] = [answer(503, {}), answer(200, {})]
    file = io.BytesIO(b"--" + BIG)
    file.seek(2)
    client.videos._call(RAW, body=file, options={})
    assert [one.body for one in server.received] == [BIG, BIG]
    assert [one.headers["content-length"] for one in server.received] == [str(len(BIG))] * 2


def test_a_stream_that_was_read_is_not_sent_again(client: VideosClient, server: Loopback) -> None:
    server[PUT] = [answer(503, {}), answer(200, {})]
    with pytest.raises(InternalServerError):
        client.videos._call(RAW, body=Once(b"ab", b"cd"), options={})
    assert [one.body for one in server.received] == [b"abcd"]
    assert server.received[0].headers["transfer-encoding"] == "chunked"


@pytest.mark.parametrize(("file", "sent"), [(Once(b"a"), 1), (io.BytesIO(b"a"), 2)])
def test_a_submit_obeys_the_same_rule(
    client: VideosClient, server: Loopback, file: Any, sent: int
) -> None:
    server["POST /v1/videos"] = [answer(429, {}), answer(429, {})]
    operation = replace(SUBMIT, body=PARTS)
    with pytest.raises(RateLimitError):
        client.videos.submit_as(operation, extra_body={"file": file})
    assert server.submits >= 1
    assert (server.submits > 1) is (sent > 1)


def test_a_path_is_streamed_off_the_event_loop(server: Loopback, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(BIG)
    server[PUT] = [answer(503, {}), answer(200, {})]

    async def put() -> None:
        clock = FakeClock()
        async with AsyncVideosClient(api_key=KEY, base_url=server.url, clock=clock) as client:
            await client.videos._call(replace(RAW, body=PARTS), body={"file": path}, options={})

    asyncio.run(put())
    assert [BIG in one.body for one in server.received] == [True, True]
    assert b'name="file"; filename="a.mp4"\r\nContent-Type: video/mp4\r\n' in (
        server.received[0].body
    )


def test_what_a_file_does_wrong_is_no_fault_of_the_line(
    client: VideosClient, server: Loopback
) -> None:
    class Broken(Once):
        def read(self, size: int) -> bytes:
            raise OSError("the disk is gone")

    server[PUT] = answer(200, {})
    with pytest.raises(APIConnectionError, match="the disk is gone") as caught:
        client.videos._call(RAW, body=Broken(), options={})
    assert not caught.value.retryable
    # The server may not have noticed that there was one.
    assert server.connections <= 1
    assert server.seen(PUT) == []


def gone(folder: Path) -> Any:
    path = folder / "gone"
    path.write_bytes(b"1")
    return path, path.unlink


def shorter(folder: Path) -> Any:
    path = folder / "shorter"
    path.write_bytes(b"123")
    return path, lambda: path.write_bytes(b"1")


def closed(folder: Path) -> Any:
    file = io.BytesIO(b"1")
    return file, file.close


UNFIT = pytest.mark.parametrize("unfit", [gone, shorter, closed])


class Spoiling(FakeClock):
    """Something happens to the file while a repeat is waited for."""

    def __init__(self, spoil: Callable[[], object]) -> None:
        super().__init__()
        self.spoil = spoil

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.spoil()


def put_or_submit(kind: str, act: str, url: str, file: Any, clock: FakeClock) -> None:
    """Sends a file by PUT, or as a part of a submit, through the sync or the async client."""
    given: Any = {"api_key": KEY, "base_url": url, "clock": clock}
    options: Any = {"extra_body": {"first": b"1", "file": file}}
    submit = replace(SUBMIT, body=PARTS)
    if kind == "sync":
        with VideosClient(**given) as client:
            if act == "put":
                client.videos._call(RAW, body=file, options={})
            else:
                client.videos.submit_as(submit, **options)
        return

    async def later() -> None:
        async with AsyncVideosClient(**given) as client:
            if act == "put":
                await client.videos._call(RAW, body=file, options={})
            else:
                await client.videos.submit_as(submit, **options)

    asyncio.run(later())


@UNFIT
@pytest.mark.parametrize("act", ["put", "submit"])
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_file_that_is_spoilt_before_a_repeat_is_found_before_anything_is_sent(
    kind: str, act: str, unfit: Any, server: Loopback, tmp_path: Path
) -> None:
    server[PUT] = server["POST /v1/videos"] = answer(429, {})
    file, spoil = unfit(tmp_path)
    with pytest.raises(APIConnectionError, match="a file cannot be sent") as caught:
        put_or_submit(kind, act, server.url, file, Spoiling(spoil))
    assert (caught.value.billed, caught.value.retryable) == ("no", False)
    assert server.connections == len(server.received) == 1


@pytest.mark.parametrize("act", ["put", "submit"])
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_folder_is_no_file_and_nothing_is_sent(
    kind: str, act: str, server: Loopback, tmp_path: Path
) -> None:
    with pytest.raises(APIConnectionError, match="Is a directory") as caught:
        put_or_submit(kind, act, server.url, tmp_path, FakeClock())
    assert (caught.value.billed, server.connections) == ("no", 0)
    assert "try again" not in caught.value.hint


class Watched(io.FileIO):
    """A file that tells where it is used, and waits as it is told."""

    threads: ClassVar[set[int]] = set()
    made: ClassVar[list[Watched]] = []
    gate: ClassVar[threading.Event]
    arrived: ClassVar[threading.Event]

    def __init__(self, path: Any) -> None:
        super().__init__(path)
        self.made.append(self)
        self.threads.add(threading.get_ident())
        self.arrived.set()
        self.gate.wait()

    def read(self, size: int | None = -1) -> bytes:
        self.threads.add(threading.get_ident())
        return super().read(size)

    def close(self) -> None:
        self.threads.add(threading.get_ident())
        super().close()


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> type[Watched]:
    Watched.threads, Watched.made = set(), []
    Watched.gate, Watched.arrived = threading.Event(), threading.Event()
    monkeypatch.setattr(io, "FileIO", Watched)
    return Watched


def test_a_path_is_opened_read_and_closed_off_the_event_loop(
    watched: type[Watched], server: Loopback, tmp_path: Path
) -> None:
    path = tmp_path / "a"
    path.write_bytes(BIG)
    server[PUT] = answer(200, {})
    watched.gate.set()
    put_or_submit("async", "put", server.url, path, FakeClock())
    assert server.received[0].body == BIG
    assert threading.get_ident() not in watched.threads
    assert [one.closed for one in watched.made] == [True]


def test_who_is_cancelled_while_a_file_is_opened_closes_it(
    watched: type[Watched], server: Loopback, tmp_path: Path
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"1")

    async def run() -> None:
        async with AsyncVideosClient(api_key=KEY, base_url=server.url) as client:
            task = asyncio.create_task(client.videos._call(RAW, body=path, options={}))
            await asyncio.to_thread(watched.arrived.wait)
            task.cancel()
            await asyncio.sleep(0)
            watched.gate.set()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())
    assert [one.closed for one in watched.made] == [True]
    assert server.connections == 0


def test_a_cancelled_read_ends_before_anybody_else_may_read() -> None:
    gate, arrived, ended = threading.Event(), threading.Event(), threading.Event()

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            arrived.set()
            gate.wait(9)  # read on the loop, nobody would open it
            chunk = super().read(size)
            ended.set()
            return chunk

    async def run() -> None:
        body = OpenBody(Streamed([Slow(b"1")]))
        assert body.open() is None
        chunks: Any = body.awaited()
        task = asyncio.ensure_future(anext(chunks))
        await asyncio.to_thread(arrived.wait)
        for _ in range(3):  # a second one does not hurry it
            task.cancel()
            await asyncio.sleep(0)
            assert not task.done()
        gate.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()

    asyncio.run(run())


class Failing(httpx2.BaseTransport):
    """Reads a part of the body, and fails."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        stream: Any = request.stream
        next(iter(stream))
        raise httpx2.WriteError("gone")


def test_a_failed_upload_leaves_no_file_open(watched: type[Watched], tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(BIG)
    watched.gate.set()
    own = httpx2.Client(transport=Failing())
    client = VideosClient(
        api_key=KEY, base_url="https://x.example", http_client=own, clock=FakeClock()
    )
    with pytest.raises(APIConnectionError):
        client.videos._call(RAW, body=path, options={})
    assert [one.closed for one in watched.made] == [True] * 3
