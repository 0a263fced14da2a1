import asyncio
from typing import Any, assert_type

from lines_of_json_are_iterators import (
    AsyncLinesOfJsonAreIterators,
    LinesOfJsonAreIterators,
    Stream,
    models,
)
from tests.answering import Reply, Vendor

LINES = (b'\xef\xbb\xbf{"n": 1}\r\n\n{"n"', b": 2}\n", b'  {"n": 3}')


def vendor_of(content_type: str, *chunks: bytes) -> Vendor:
    return Vendor(Reply(content_type=content_type, chunks=chunks))


vendor = vendor_of("application/x-ndjson", *LINES)
things = LinesOfJsonAreIterators(http_client=vendor.http).things.read_lines()
assert_type(things, Stream[models.Thing])
assert next(things) == models.Thing(n=1)
assert vendor.streams[0].read == 1
assert [one.n for one in things] == [2, 3]
assert vendor.streams[0].closed

vendor = vendor_of("application/octet-stream", *LINES)
client = LinesOfJsonAreIterators(http_client=vendor.http)
assert [one.n for one in client.things.read_list()] == [1, 2, 3]

# RFC 7464: what was cut off is left out, and so is a number that may have been.
vendor = vendor_of(
    "application/json-seq", b'\x1e{"n": 1}\n\x1e{"n": 2', b'}\n\x1e\x1e{"n": 3}\n\x1e4'
)
client = LinesOfJsonAreIterators(http_client=vendor.http)
assert [one.n for one in client.things.read_sequence()] == [1, 2, 3]

# A text that stands for all lines says nothing of one.
vendor = vendor_of("application/stream+json", b'{"a": 1}\n[2]\nthree\n')
client = LinesOfJsonAreIterators(http_client=vendor.http)
anything: list[Any] = list(client.things.read_anything())
assert anything == [{"a": 1}, [2], "three"]


async def later() -> None:
    told = vendor_of("application/x-ndjson", *LINES)
    client = AsyncLinesOfJsonAreIterators(http_client=told.async_http)
    assert [one.n async for one in await client.things.read_lines()] == [1, 2, 3]
    assert told.streams[0].closed


asyncio.run(later())
