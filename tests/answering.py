"""A vendor in memory: what scripts give a woven client as its server."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import httpx2

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer that is not simply a 200 with JSON.

    `chunks` come one after the other in place of the body; an exception among them is raised where it stands.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: tuple[bytes | Exception, ...] | None = None


class Chunks(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body that comes in chunks; knows how many were read, and whether it was closed."""

    def __init__(self, chunks: tuple[bytes | Exception, ...]) -> None:
        self._chunks = chunks
        self.read = 0
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.read += 1
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in iter(self):
            yield chunk

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


class Vendor:
    """Gives its answers one after the other, the last one ever again, and keeps what it was asked.

    An answer is a `Reply`, or any value of JSON.
    """

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.requests: list[httpx2.Request] = []
        self.streams: list[Chunks] = []

    @property
    def http(self) -> httpx2.Client:
        """A client that reaches nobody but this vendor."""
        return httpx2.Client(transport=httpx2.MockTransport(self._answer))

    @property
    def async_http(self) -> httpx2.AsyncClient:
        """As `http`, for the async client."""
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))

    @property
    def last(self) -> httpx2.Request:
        """The last request."""
        return self.requests[-1]

    @property
    def target(self) -> str:
        """Path and query of the last request, as they were sent."""
        return self.last.url.raw_path.decode("ascii")

    @property
    def plain_target(self) -> str:
        """Path and query of the last request without percent-encoding."""
        return unquote(self.target)

    @property
    def body(self) -> Any:
        """The JSON of the last request."""
        return json.loads(self.last.content)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Reply):
            has_body = answer.body or answer.chunks is not None
            named = (
                {"content-type": answer.content_type} if has_body and answer.content_type else {}
            )
            headers = {**named, **answer.headers}
            if answer.chunks is not None:
                self.streams.append(Chunks(answer.chunks))
                stream = self.streams[-1]
                return httpx2.Response(answer.status, stream=stream, headers=headers)
            return httpx2.Response(answer.status, content=answer.body, headers=headers)
        return httpx2.Response(200, json=answer)
