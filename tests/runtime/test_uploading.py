"""Bodies with files over a real connection: streamed, sent again only where they can be read again."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from specloom.targets.client.runtime.errors import InternalServerError, RateLimitError
from specloom.targets.client.runtime.operations import Body, Operation

from .loopback import FakeClock, Loopback, answer
from .videos_api import AsyncVideosClient, VideosClient
from .videos_api.videos import SUBMIT

if TYPE_CHECKING:
    from collections.abc import Iterator
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
    with pytest.raises(Exception, match="the disk is gone"):
        client.videos._call(RAW, body=Broken(), options={})
    assert server.seen(PUT) == []
