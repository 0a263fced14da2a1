"""Small job APIs for tests of the sandbox, and what a client would ask of them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx2
import yaml
from tests.runtime.shop import played

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specloom.targets.client.runtime.sandbox.serving import Sandbox

WORDS = {
    "queued": ["waiting"],
    "running": ["working"],
    "succeeded": ["ready"],
    "failed": ["broken"],
    "cancelled": ["stopped"],
    "expired": ["gone"],
}
JOB: dict[str, Any] = {
    "type": "object",
    "required": ["id", "status"],
    "properties": {
        "id": {"type": "string"},
        "status": {"enum": [word for words in WORDS.values() for word in words]},
        "url": {"type": "string", "format": "uri"},
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        },
    },
}
LIFE: dict[str, Any] = {
    "id": "$.id",
    "poll": {"operationId": "get_job", "parameters": {"id": "$id"}},
    "status": "$.status",
    "states": WORDS,
    "result": {"files": "$.url"},
    "error": {"code": "$.error.code", "message": "$.error.message"},
}
ID = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def answer(schema: Any, status: str = "200", media_type: str = "application/json") -> Any:
    """The responses of an operation."""
    return {status: {"description": "ok", "content": {media_type: {"schema": schema}}}}


def api(
    life: Any = None,
    *,
    told: Any = None,
    first: Any = None,
    paths: Any = None,
    submit: Any = None,
    poll: Any = None,
) -> str:
    """A document: `told` is the schema of a poll's answer, `first` that of the submit's."""
    told = JOB if told is None else told
    prompt = {"type": "object", "properties": {"prompt": {"type": "string"}}}
    submitting = {
        "operationId": "submit_job",
        "requestBody": {"content": {"application/json": {"schema": prompt}}},
        "responses": answer(told if first is None else first, "202"),
        "x-job": LIFE if life is None else life,
    }
    polling = {"operationId": "get_job", "parameters": ID, "responses": answer(told)}
    return yaml.safe_dump(
        {
            "openapi": "3.1.0",
            "info": {"title": "Small jobs", "version": "1"},
            "paths": {
                "/jobs": {"post": {**submitting, **(submit or {})}},
                "/jobs/{id}": {"get": {**polling, **(poll or {})}},
                **(paths or {}),
            },
        }
    )


@contextmanager
def serving(
    document: str, folder: Path, **settings: Any
) -> Iterator[tuple[Sandbox, httpx2.Client]]:
    """A sandbox of the document and a client of it."""
    with (
        played(document, folder, **settings) as sandbox,
        httpx2.Client(base_url=sandbox.url, timeout=60) as http,
    ):
        yield sandbox, http


def created(http: httpx2.Client, body: Any = None, **headers: str) -> Any:
    """The answer to a submit."""
    sent = {"prompt": "a kite"} if body is None else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    told = http.post("/jobs", json=sent, headers=named)
    assert told.status_code == 202, told.text
    return told.json()


def polled(http: httpx2.Client, job: Any) -> Any:
    """The answer to a poll."""
    told = http.get(f"/jobs/{job}")
    assert told.status_code == 200, told.text
    return told.json()
