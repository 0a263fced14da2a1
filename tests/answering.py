"""A vendor in memory: what scripts give a woven client as its server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import httpx2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer that is not simply a 200 with JSON."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"


class Vendor:
    """Gives its answers one after the other, the last one ever again, and keeps what it was asked.

    An answer is a `Reply`, or any value of JSON.
    """

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.requests: list[httpx2.Request] = []

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
            headers = {"content-type": answer.content_type} if answer.body else {}
            return httpx2.Response(answer.status, content=answer.body, headers=headers)
        return httpx2.Response(200, json=answer)
