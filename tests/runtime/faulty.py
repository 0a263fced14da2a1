"""A sandbox with faults, and short words for what tests of it ask."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from specloom.targets.client.runtime.sandbox.serving import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


KEY = {"Authorization": "Bearer sandbox"}
BODY = {"model": "wan26_t2v", "input": {"prompt": "A kitten"}, "parameters": {"duration": 2}}
CODE = "001026095"
LOST = httpx2.TransportError


@contextmanager
def running(kind: type[Sandbox], **settings: Any) -> Iterator[tuple[Sandbox, httpx2.Client]]:
    with (
        kind(one_film=True, **settings) as sandbox,
        httpx2.Client(base_url=sandbox.url, headers=KEY, timeout=60) as http,
    ):
        yield sandbox, http


# What takes long elsewhere takes no time, and what is counted is small.
QUICK: dict[str, Any] = {"slow_answer": 0.001, "drip": 0, "slow_queue": 2, "retry_after": 7}


def faulty(fault: str) -> dict[str, str]:
    return {"X-Sandbox-Fault": fault} if fault else {}


def submit(http: httpx2.Client, fault: str = "") -> httpx2.Response:
    return http.post("/v1/videos", json=BODY, headers=faulty(fault))


def created(http: httpx2.Client, fault: str = "") -> str:
    answer = submit(http, fault)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def poll(http: httpx2.Client, job: str, fault: str = "") -> httpx2.Response:
    return http.get(f"/v1/videos/{job}", headers=faulty(fault))


def link(http: httpx2.Client, job: str) -> str:
    return str(poll(http, job).json()["output"][0]["content"][0]["url"])


def statuses(http: httpx2.Client, job: str, polls: int) -> list[str]:
    return [poll(http, job).json()["status"] for _ in range(polls)]


def partly(http: httpx2.Client, url: str, fault: str = "") -> tuple[httpx2.Response, bytes]:
    """An answer whose line is lost before its end, and what had come until then."""
    got = bytearray()

    def read_all(answer: httpx2.Response) -> None:
        for chunk in answer.iter_raw():
            got.extend(chunk)

    lost = pytest.raises(httpx2.RemoteProtocolError)
    with http.stream("GET", url, headers=faulty(fault)) as answer, lost:
        read_all(answer)
    return answer, bytes(got)


def changed(kind: type[Sandbox], folder: Path, change: Callable[[Any], None]) -> type[Sandbox]:
    described = json.loads(kind.data.read_text("utf-8"))
    change(described)
    api = folder / "api.json"
    api.write_text(json.dumps(described), "utf-8")

    class Changed(Sandbox):
        data = api
        schemas = kind.schemas

    return Changed
