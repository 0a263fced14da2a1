"""Answers that come bit by bit: typed items of events, JSON lines and JSON text sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

from .answers import MISSING, media_type, names_json, parse_json, text_of
from .calling import answered
from .contents import pick
from .decoding import DecodingError, decode, decode_value, surprised
from .effects import Caught, Close, Emit, Failure, read_chunk
from .errors import APIStatusError, StreamError, printable
from .events import Event, EventReader, LineReader, RecordReader, TooLongError
from .exchanging import Head, read_body
from .logs import without_keys
from .vendors import make_error

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
    from types import TracebackType

    from .effects import Core, Request
    from .exchanging import Exchange, Listener
    from .operations import Answer, Operation
    from .session import Session

__all__ = ["AsyncStream", "Stream", "items"]

T = TypeVar("T")

_EVENTS: Final = "text/event-stream"
_LINES: Final = frozenset(
    {
        *("application/jsonl", "application/x-jsonl", "application/jsonlines"),
        *("application/x-jsonlines", "application/ndjson", "application/x-ndjson"),
        *("application/stream+json", "application/x-json-stream", "application/json-lines"),
    }
)
_END: Final = "[DONE]"  # how many vendors end a stream of JSON; the standard has no word for it


class Stream(Head, Generic[T]):
    """The items of an answer, each as soon as it is there. Leave early by `with` or `close()`."""

    def __init__(self, values: Generator[Any, None, None]) -> None:
        self._values = values
        self._made = next(values)
        self.last_event: Event | None = None

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        item: T
        item, self.last_event = next(self._values)
        return item

    def close(self) -> None:
        """Leave the rest of the answer."""
        self._values.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncStream(Head, Generic[T]):
    """The items of an answer, each as soon as it is there. Leave by `async with` or `close()`."""

    def __init__(self, values: AsyncGenerator[Any, None], made: Exchange) -> None:
        self._values = values
        self._made = made
        self.last_event: Event | None = None

    @classmethod
    async def begin(cls, values: AsyncGenerator[Any, None]) -> Self:
        """Send the request, and wait for the head of its answer."""
        return cls(values, await anext(values))

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        item: T
        item, self.last_event = await anext(self._values)
        return item

    async def close(self) -> None:
        """Leave the rest of the answer."""
        await self._values.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def items(
    session: Session,
    operation: Operation[Any],
    request: Request,
    timeout: float | None,
    listener: Listener | None = None,
) -> Core[None]:
    """Emit the head of an answer (an `Exchange`), then each item with its event, if it has one.

    Raises:
        APIStatusError: the server answered with an error, or with one whole JSON, a page or a
            picture in place of a stream.
        StreamError: the stream broke off.
    """
    made = yield from answered(session, operation, request, timeout, listener)
    content_type = made.headers.get("content-type", "")
    if _is_whole(content_type):
        raise (yield from _no_stream(session, made, timeout))
    yield Emit(made)
    answer = pick(operation, made.status or 0, content_type)
    reader, count = _reader(answer, content_type), 0
    while True:
        chunk = yield from _next_chunk(session, made, reader, count)
        with Caught(TooLongError) as caught:
            for text in reader.feed(chunk) if chunk else reader.end():
                if _is_end(text, answer):
                    return
                yield Emit((_read(text, answer, operation.name), _event(text)))
                count += 1
        if caught.error is not None:
            raise _broken(session, made, reader, count, str(caught.error))
        if not chunk:
            _remark(session, made, reader)
            return


def _is_whole(content_type: str) -> bool:
    """Whether an answer is surely no stream; plain text and bytes may be one under a wrong name."""
    kind = media_type(content_type)
    if kind in _LINES or kind.endswith("json-seq"):
        return False
    is_page = kind == "text/html" or kind.endswith(("/xml", "+xml"))
    return names_json(kind) or is_page or kind.startswith(("image/", "audio/", "video/", "font/"))


def _remark(session: Session, made: Exchange, reader: _Reader) -> None:
    if isinstance(reader, EventReader) and reader.rest:
        said = f"{made.request.operation}: the stream ended inside an event, which is left out"
        session.log.logger.warning(said)


_Reader = EventReader | LineReader | RecordReader


def _reader(answer: Answer | None, content_type: str) -> _Reader:
    """How the items are told apart: as the answer itself says, else as the document does."""
    for kind in (media_type(content_type), media_type(answer.content_type if answer else "")):
        if kind == _EVENTS:
            return EventReader()
        if kind == "application/json-seq" or kind.endswith("+json-seq"):
            return RecordReader()
        if kind in _LINES:
            return LineReader()
    return LineReader()


def _next_chunk(session: Session, made: Exchange, reader: _Reader, count: int) -> Core[bytes]:
    """The next part of the answer; empty at its end."""
    if made.reply is None:
        return b""
    chunk = yield from read_chunk(made.reply)
    if not isinstance(chunk, Failure):
        return chunk
    told = without_keys(made.request, printable(chunk.error, 300))
    why = f"{type(chunk.error).__name__}: {told}"
    raise _broken(session, made, reader, count, why) from chunk.error


def _broken(session: Session, made: Exchange, reader: _Reader, count: int, why: str) -> Exception:
    """The exception for a stream that broke off, with what is left of it."""
    return make_error(
        session,
        StreamError,
        f"{made.request.operation}: the stream broke off after {count} items ({why})",
        count=count,
        partial=reader.rest,
        last_id=reader.last_id if isinstance(reader, EventReader) else "",
        request_id=made.request_id,
    )


def _no_stream(session: Session, made: Exchange, timeout: float | None) -> Core[Exception]:
    """The exception for something whole in place of a stream."""
    if made.reply is not None:
        made.failure = yield from read_body(session, made, made.reply, session.clock.now(), timeout)
        yield Close(made.reply)
    content_type = made.headers.get("content-type", "")
    parsed = made.parsed(session).whole
    is_json = parsed is not MISSING
    what = "one JSON" if is_json else media_type(content_type)
    return make_error(
        session,
        APIStatusError,
        f"{made.request.operation}: the server answered with {what} and not with a stream",
        hint="does the request ask for a stream (many APIs want stream=True)?",
        status_code=made.status or 0,
        headers=made.headers,
        body=parsed if is_json else text_of(made.content, content_type),
        raw=made.content,
        request_id=made.request_id,
    )


def _is_end(text: Event | bytes, answer: Answer | None) -> bool:
    """Whether this is the word that ends a stream of JSON."""
    is_text = answer is not None and (answer.items == "event" or answer.type() is str)
    word = text.data if isinstance(text, Event) else text.decode("utf-8", "replace")
    return not is_text and word.strip() == _END


def _event(text: Event | bytes) -> Event | None:
    return text if isinstance(text, Event) else None


def _read(text: Event | bytes, answer: Answer | None, name: str) -> Any:
    """An item as its type; what is no JSON stays as it came, which is said once."""
    kind = answer.type() if answer is not None else Any
    if isinstance(text, Event):
        if answer is not None and answer.items != "data":
            return decode_value(_whole(text, is_json=answer.items == "json-event"), kind)
        if kind is str:
            return text.data
        content = text.data.encode("utf-8", "surrogatepass")
    else:
        content = text
    with Caught(DecodingError):
        return decode(content, kind)
    if kind is not Any:
        surprised(name, "an item of the stream is no JSON and is given as it came")
    return content.decode("utf-8", "replace")


def _whole(event: Event, *, is_json: bool) -> dict[str, Any]:
    """An event as the object that OpenAPI 3.2 describes: what the server sent of it."""
    data: Any = parse_json(event.data.encode("utf-8", "surrogatepass")) if is_json else event.data
    told = {
        "event": event.name or None,
        "data": event.data if data is MISSING else data,
        "id": event.id,
        "retry": event.retry,
    }
    # `data: null` is data.
    return {key: value for key, value in told.items() if key == "data" or value is not None}
