import asyncio
from typing import assert_type

import httpx2
from streams_of_events_are_iterators import (
    AsyncStream,
    AsyncStreamsOfEventsAreIterators,
    Stream,
    StreamsOfEventsAreIterators,
    errors,
    models,
)
from tests.answering import Reply, Vendor


def events(*chunks: bytes | Exception) -> Reply:
    return Reply(content_type="text/event-stream; charset=utf-8", chunks=chunks)


HELLO = (
    b'\xef\xbb\xbf: a comment\r\nid: 7\r\nevent: delta\r\ndata: {"delta":\r\ndata: "h\xc3',
    b'\xa9"}\r\n\r',
    b'\ndata: {"delta": "llo"}\n\ndata: [DONE]\n\ndata: {"delta": "never"}\n\n',
)

vendor = Vendor(events(*HELLO))
client = StreamsOfEventsAreIterators(http_client=vendor.http)
stream = client.chats.create_stream(prompt="hi", stream=True)
assert_type(stream, Stream[models.Chunk])
assert vendor.last.headers["accept"].startswith("text/event-stream")
assert vendor.body == {"prompt": "hi", "stream": True}
first = next(stream)
assert vendor.streams[0].read == 2, "nothing is read ahead"
assert first == models.Chunk(delta="hé")
assert stream.last_event is not None
assert (stream.last_event.name, stream.last_event.id) == ("delta", "7")
assert [chunk.delta for chunk in stream] == ["llo"]
assert vendor.streams[0].closed

# The other method asks for JSON.
vendor = Vendor({"text": "hello"})
client = StreamsOfEventsAreIterators(http_client=vendor.http)
assert client.chats.create(prompt="hi") == models.Chat(text="hello")
assert "event-stream" not in vendor.last.headers["accept"]

# One JSON in place of a stream is no stream; an error is an error before there is one.
for reply, status in (
    (Reply(body=b'{"text": "hello"}'), 200),
    (Reply(status=400, body=b'{"why": "x"}'), 400),
):
    vendor = Vendor(reply)
    client = StreamsOfEventsAreIterators(http_client=vendor.http)
    try:
        client.chats.create_stream()
    except errors.APIStatusError as error:
        assert (error.status_code, error.raw) == (status, reply.body)
    else:
        raise AssertionError("that is no stream")

# Leaving early closes the answer, by `with`, by `close()` and by forgetting it.
vendor = Vendor(events(*HELLO))
client = StreamsOfEventsAreIterators(http_client=vendor.http)
with client.chats.create_stream() as stream:
    next(stream)
assert vendor.streams[0].closed
assert next(stream, None) is None
stream = client.chats.create_stream()
del stream
assert vendor.streams[1].closed

# A stream that breaks off says so, with what came of the item.
vendor = Vendor(events(b'data: {"delta": "a"}\n\n', b'data: {"del', httpx2.ReadError("gone")))
client = StreamsOfEventsAreIterators(http_client=vendor.http)
stream = client.chats.create_stream()
assert next(stream).delta == "a"
try:
    next(stream)
except errors.StreamError as error:
    assert (error.count, error.partial) == (1, b'data: {"del')
else:
    raise AssertionError("the stream broke off")
assert vendor.streams[0].closed
assert len(vendor.requests) == 1

# Text stays text, also where it looks like JSON; an event that does not end is none.
vendor = Vendor(events(b"data: 1\r\rdata:  two\ndata\n\nevent: empty\n\n: end\ndata: lost"))
client = StreamsOfEventsAreIterators(http_client=vendor.http)
assert list(client.news.read()) == ["1", " two\n"]

# Items that are no JSON stay as they came.
vendor = Vendor(events(b"data: busy\n\n"))
client = StreamsOfEventsAreIterators(http_client=vendor.http)
raw: list[object] = list(client.chats.create_stream())
assert raw == ["busy"]

# A schema that speaks of `event` and `data` is the whole event.
vendor = Vendor(events(b'event: begun\ndata: {"delta": "x"}\n\nevent: odd\nid: 3\ndata: {}\n\n'))
client = StreamsOfEventsAreIterators(http_client=vendor.http)
begun, odd = client.turns.read()
assert begun == models.Turn(event=models.TurnEvent.BEGUN, data=models.Chunk(delta="x"))
assert str(odd.event) == "odd"
assert odd.extra == {"id": "3"}


async def later() -> None:
    told = Vendor(events(*HELLO))
    client = AsyncStreamsOfEventsAreIterators(http_client=told.async_http)
    stream = await client.chats.create_stream(prompt="hi")
    assert_type(stream, AsyncStream[models.Chunk])
    assert [chunk.delta async for chunk in stream] == ["hé", "llo"]
    async with await client.chats.create_stream() as stream:
        assert (await anext(stream)).delta == "hé"
    assert all(stream.closed for stream in told.streams)


asyncio.run(later())
