"""Hooks of a client: told of every request, whatever it is for, and of no secret."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from tests.answering import Reply as Told
from tests.answering import Vendor

from specloom.targets.client.runtime.errors import (
    APIConnectionError,
    DownloadError,
    SubmitUncertainError,
)
from specloom.targets.client.runtime.hooks import Hooks
from specloom.targets.client.runtime.operations import OAuth2
from specloom.targets.client.runtime.operations import Result as ResultStep

from .loopback import DROP, FakeClock, Loopback, answer
from .test_downloading import FILE, KEY, POLLED, WHOLE, cdn, cut, rest, server, target
from .test_files import REPORT
from .videos_api import API, AsyncVideosClient, VideosClient
from .videos_api.videos import GET, LIFE, SUBMIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["cdn", "server", "target"]  # fixtures
KINDS = pytest.mark.parametrize("kind", ["sync", "async"])
SUBMITTED = "POST /v1/videos"


class Heard:
    """What the hooks of one client were told, in order."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.all: list[tuple[str, Any]] = []

    def note(self, name: str) -> Callable[[Any], Any]:
        def tell(value: Any) -> None:
            self.all.append((name, value))

        async def tell_later(value: Any) -> None:
            await asyncio.sleep(0)
            self.all.append((name, value))

        return tell if self.kind == "sync" else tell_later

    @property
    def hooks(self) -> Hooks:
        return Hooks(
            on_request=self.note("request"),
            on_response=self.note("response"),
            on_failure=self.note("failure"),
        )

    @property
    def names(self) -> list[str]:
        return [f"{name} {value.operation}" for name, value in self.all]


def run(kind: str, url: str, hooks: Hooks, work: Callable[[Any], Any], **settings: Any) -> Any:
    """Do something with the sync client, or with the async one."""
    given = {"api_key": KEY, "base_url": url, "clock": FakeClock(), **settings}
    if kind == "sync":
        with VideosClient(**given) as client:
            client._session.hooks = hooks
            return work(client)

    async def later() -> Any:
        async with AsyncVideosClient(**given) as client:
            client._session.hooks = hooks
            return await work(client)

    return asyncio.run(later())


def collect(kind: str, path: Path) -> Callable[[Any], Any]:
    """Makes a video and saves it."""

    def work(client: Any) -> Any:
        return client.videos.generate(prompt="x").save(path)

    async def later(client: Any) -> Any:
        return await (await client.videos.generate(prompt="x")).save(path)

    return work if kind == "sync" else later


@KINDS
def test_every_request_of_a_job_is_told(
    kind: str, server: Loopback, cdn: Loopback, target: Path
) -> None:
    server[SUBMITTED] = answer(200, {"id": "t1", "status": "in_queue"})
    cdn[FILE] = [DROP, cut(5000), rest]
    told = Heard(kind)
    run(kind, server.url, told.hooks, collect(kind, target))
    assert told.names == [
        *("request videos.submit", "response videos.submit"),
        *("request videos.get", "response videos.get"),
        *("request download", "failure download"),
        *("request download", "response download", "failure download"),
        *("request download", "response download"),
    ]
    assert [value.status_code for name, value in told.all if name == "response"] == [
        *(200, 200, 200, 206)
    ]


def test_the_call_of_a_result_is_told(server: Loopback) -> None:
    step = ResultStep(operation=replace(GET, name="videos.result"), parameters={"id": "$id"})
    told = Heard("sync")
    operation = replace(SUBMIT, job=replace(LIFE, result=step))
    run(
        "sync",
        server.url,
        told.hooks,
        lambda client: client.videos.submit_as(operation).wait(),
    )
    assert told.names[-2:] == ["request videos.result", "response videos.result"]


def test_the_fetching_of_a_token_is_told_without_it(server: Loopback) -> None:
    where: dict[str, Any] = {"token_url": "/token"}
    grant = replace(OAuth2(), **where)
    server["POST /token"] = answer(200, {"access_token": "granted-token-1", "expires_in": 60})
    told = Heard("sync")
    api = replace(API, security=(grant,))
    given = {"client_id": "application", "client_secret": "secret-of-mine"}
    run(
        "sync",
        server.url,
        told.hooks,
        lambda client: client.videos.submit(prompt="x"),
        api=api,
        credentials=given,
        api_key=None,
    )
    assert told.names[0].endswith(": token")
    assert told.names[2:] == ["request videos.submit", "response videos.submit"]
    assert [value.content for _, value in told.all[:2]] == [b"", b""]
    assert "granted-token-1" not in str(told.all) + str([vars_of(one) for _, one in told.all])
    assert "Bearer granted-token-1" in str(server.received[1].headers)


def vars_of(value: Any) -> dict[str, Any]:
    names = [name for name in dir(value) if not name.startswith("_")]
    return {name: getattr(value, name) for name in names}


def test_a_stream_and_a_file_in_an_answer_are_told(tmp_path: Path) -> None:
    broken = Told(
        content_type="application/pdf",
        headers={"content-length": "9"},
        chunks=(b"%PDF", ConnectionError("cut")),
    )
    whole = Told(content_type="application/jsonl", chunks=(b"{}\n",))
    vendor, told = Vendor(broken, broken, whole), Heard("sync")

    def work(client: Any) -> None:
        with pytest.raises(DownloadError):
            client.videos._download(REPORT, options={}).save(tmp_path / "a")
        with pytest.raises(DownloadError):
            client.videos._download(REPORT, options={}).read()
        assert list(client.videos._stream(GET, parameters={"id": "a"}, options={}))

    run("sync", "https://x.example", told.hooks, work, http_client=vendor.http)
    told_of = ["request videos.report", "response videos.report", "failure videos.report"]
    assert told.names == [*told_of, *told_of, "request videos.get", "response videos.get"]
    assert told.all[2][1].error.endswith("ConnectionError: cut")


def test_what_is_sent_is_told_without_secrets(server: Loopback) -> None:
    told = Heard("sync")
    run(
        "sync",
        server.url,
        told.hooks,
        lambda client: client.videos.submit(prompt="a secret cat", extra_query={"q": "hidden"}),
    )
    sending, response = told.all[0][1], told.all[1][1]
    assert (sending.operation, sending.method) == ("videos.submit", "POST")
    assert sending.url == f"{server.url}/v1/videos"
    assert sending.headers["Authorization"] == "[redacted]"
    assert json.loads(sending.content)["input"] == {"prompt": "a secret cat"}
    for shown in (repr(sending), repr(response), str(told.all)):
        assert KEY not in shown
        assert "a secret cat" not in shown
        assert "hidden" not in shown


@KINDS
def test_a_request_that_breaks_is_told_with_what_may_have_left(
    kind: str, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    server[POLLED] = DROP
    told = Heard(kind)
    with pytest.raises(APIConnectionError):
        run(kind, server.url, told.hooks, lambda client: client.videos.get("t1"), max_retries=0)
    with Loopback(listening=False) as nobody, pytest.raises(APIConnectionError):
        run(kind, nobody.url, told.hooks, lambda client: client.videos.get("t1"), max_retries=0)
    run(kind, server.url, Hooks(), lambda client: client.videos.submit(prompt="x"))
    dropped, refused = (value for name, value in told.all if name == "failure")
    assert (dropped.sent, refused.sent) == (True, False)
    assert dropped.url == f"{server.url}/v1/videos/t1"
    assert not dropped.timed_out
    assert KEY not in repr(dropped)


@KINDS
def test_an_answer_that_breaks_off_is_a_failure(kind: str, server: Loopback) -> None:
    server[POLLED] = answer(200, {}, content_length=900)
    told = Heard(kind)
    with pytest.raises(APIConnectionError):
        run(kind, server.url, told.hooks, lambda client: client.videos.get("t1"), max_retries=0)
    run(kind, server.url, Hooks(), lambda client: client.videos.submit(prompt="x"))
    assert told.names == ["request videos.get", "failure videos.get"]
    assert told.all[1][1].error.startswith("HTTP 200, then ")


def failing(_: Any) -> None:
    raise ValueError("mine")


@KINDS
def test_what_is_raised_before_a_submit_keeps_it_from_being_sent(kind: str) -> None:
    with Loopback() as unused:
        hooks = Hooks(on_request=failing)
        with pytest.raises(ValueError, match="mine") as caught:
            run(kind, unused.url, hooks, lambda client: client.videos.submit(prompt="x"))
        assert unused.received == []
    assert caught.value.__cause__ is None
    assert not getattr(caught.value, "__notes__", [])


@KINDS
def test_what_is_raised_after_a_submit_tells_how_to_resume(kind: str, server: Loopback) -> None:
    hooks = Hooks(on_response=failing)
    with pytest.raises(ValueError, match="mine") as caught:
        run(kind, server.url, hooks, lambda client: client.videos.submit(prompt="x"))
    assert 'client.jobs.resume("videos.submit~t1")' in "".join(caught.value.__notes__)


@KINDS
def test_what_is_raised_over_a_broken_submit_tells_the_doubt(kind: str, server: Loopback) -> None:
    server[SUBMITTED] = DROP
    hooks = Hooks(on_failure=failing)
    with pytest.raises(ValueError, match="mine") as caught:
        run(kind, server.url, hooks, lambda client: client.videos.submit(prompt="x"))
    assert isinstance(caught.value.__cause__, SubmitUncertainError)


@KINDS
@pytest.mark.parametrize("name", ["on_request", "on_response", "on_failure"])
def test_what_is_raised_over_a_file_leaves_nothing_behind(
    kind: str, name: str, server: Loopback, cdn: Loopback, target: Path
) -> None:
    def fail(value: Any) -> None:
        if value.operation == "download":
            raise ValueError("mine")

    cdn[FILE] = DROP if name == "on_failure" else WHOLE
    hooks: dict[str, Any] = {name: fail}
    with pytest.raises(ValueError, match="mine"):
        run(kind, server.url, Hooks(**hooks), collect(kind, target))
    assert list(target.parent.iterdir()) == []
    assert len(cdn.received) == (0 if name == "on_request" else 1)


def test_the_client_is_told_before_the_call(server: Loopback) -> None:
    order: list[str] = []
    hooks = Hooks(on_response=lambda _: order.append("client"))
    run(
        "sync",
        server.url,
        hooks,
        lambda client: client.videos.submit(prompt="x", on_response=lambda _: order.append("call")),
    )
    assert order == ["client", "call"]


def test_a_line_of_the_log_says_what_a_request_is_for(
    server: Loopback, cdn: Loopback, target: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cdn[FILE] = WHOLE
    caplog.set_level(logging.INFO, logger=API.package)
    run("sync", server.url, Hooks(), collect("sync", target))
    lines = [one.getMessage() for one in caplog.records if one.name == API.package]
    first, last = lines[0], lines[-1]
    assert first.startswith(f"videos.submit: POST {server.url}/v1/videos HTTP 200 ")
    assert last.startswith(f"download: GET {cdn.url}/a.mp4 HTTP 200 ")
    assert last.endswith(" ms request_id=None job=t1")
