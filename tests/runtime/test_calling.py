"""Plain calls: what is sent, what comes back, and what may be sent twice."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.contents import typed
from specloom.targets.client.runtime.errors import (
    AdviceWarning,
    APIConnectionError,
    APIError,
    APIStatusError,
    InternalServerError,
    InvalidRequestError,
    NotFoundError,
    RateLimitError,
)
from specloom.targets.client.runtime.operations import Answer, Body

from .loopback import DROP, FakeClock, Loopback, answer
from .videos_api import VideosClient
from .videos_api.errors import TooManyReferencesError
from .videos_api.videos import SEARCH, SUBMIT, Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.targets.client.runtime.client import Response
    from specloom.targets.client.runtime.operations import Operation

KEY = "sk-0123456789abcdef"
GET = "GET /v1/videos/a"
SEARCHED = "GET /v1/search"
RENAMED = "POST /v1/videos/a/name"
TASK = {"id": "a", "status": "done"}


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        yield made


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def client(server: Loopback, clock: FakeClock) -> Iterator[VideosClient]:
    with VideosClient(api_key=KEY, base_url=server.url, clock=clock) as made:
        yield made


def test_an_answer_is_typed_and_keeps_its_bytes(client: VideosClient, server: Loopback) -> None:
    server[GET] = answer(200, TASK)
    task = client.videos.get("a")
    assert isinstance(task, Task)
    assert (task.status, task.raw) == ("done", b'{"id": "a", "status": "done"}')


def test_parameters_travel_in_their_places(client: VideosClient, server: Loopback) -> None:
    server[SEARCHED] = answer(200, [TASK])
    found = client.videos.search(
        tag=["a b", "c&d"],
        group="g",
        session="s",
        extra_query={"more": ["1", "2"]},
        extra_headers={"x-group": "replaced", "X-More": "m"},
    )
    assert [task.id for task in found] == ["a"]
    received = server.received[0]
    assert received.query == "tag=a%20b&tag=c%26d&more=1&more=2"
    assert received.headers["x-group"] == "replaced"
    assert received.headers["x-more"] == "m"
    assert received.headers["cookie"] == "session=s"
    assert received.headers["accept"].startswith("application/json, text/plain")
    assert received.headers["user-agent"].startswith("tests.runtime.videos_api/1.0 python/3.")


def test_a_path_cannot_be_left_by_a_parameter(client: VideosClient, server: Loopback) -> None:
    server["GET /v1/videos/..%2Fkeys%3Fx"] = answer(200, TASK)
    client.videos.get("../keys?x")
    for bad in ("", ".."):
        with pytest.raises(InvalidRequestError):
            client.videos.get(bad)
    assert len(server.received) == 1


def test_answers_are_picked_by_status_range_and_default(
    client: VideosClient, server: Loopback
) -> None:
    search: Any = client.videos.search
    server[SEARCHED] = answer(206, b"caf\xc3\xa9", content_type="text/plain; charset=utf-8")
    assert search() == "café"
    server[SEARCHED] = answer(299, b"\x00\x01", content_type="application/octet-stream")
    assert search() == b"\x00\x01"
    server[SEARCHED] = answer(204, b"")
    assert search() is None


def test_an_answer_that_is_no_json_is_an_error(client: VideosClient, server: Loopback) -> None:
    server[GET] = answer(200, b"<html>", content_type="text/html")
    with pytest.raises(APIError, match="not JSON"):
        client.videos.get("a")


@pytest.mark.parametrize("told", [DROP, answer(500, {}), answer(503, {}), answer(408, {})])
def test_what_is_idempotent_is_tried_again(
    client: VideosClient, server: Loopback, clock: FakeClock, told: bytes
) -> None:
    server[GET] = [told, told, answer(200, TASK)]
    assert client.videos.get("a").id == "a"
    assert clock.slept == [0.5, 1.0]
    server[GET] = told
    with pytest.raises((APIConnectionError, APIStatusError)):
        client.videos.get("a")
    assert len(server.received) == 6


@pytest.mark.parametrize("told", [DROP, answer(500, {}), answer(408, {}), answer(200, b"x")])
def test_a_post_is_not_sent_again(
    client: VideosClient, server: Loopback, clock: FakeClock, told: bytes
) -> None:
    server[RENAMED] = told
    with pytest.raises(APIError):
        client.videos.rename("a", name="b")
    assert (len(server.received), clock.slept) == (1, [])


def test_a_post_that_was_not_taken_is_sent_again(
    client: VideosClient, server: Loopback, clock: FakeClock
) -> None:
    server[RENAMED] = [answer(429, {}, retry_after=3), answer(200, TASK)]
    assert client.videos.rename("a", name="b").id == "a"
    assert clock.slept == [3.0]


def test_a_post_that_was_not_sent_is_sent_again(clock: FakeClock) -> None:
    with (
        Loopback(listening=False) as server,
        VideosClient(api_key=KEY, base_url=server.url, clock=clock) as client,
        pytest.raises(APIConnectionError) as caught,
    ):
        client.videos.rename("a", name="b")
    assert caught.value.billed == "no"
    assert clock.slept == [0.5, 1.0]


def test_a_server_that_asks_for_hours_gets_an_error(
    client: VideosClient, server: Loopback, clock: FakeClock
) -> None:
    server[GET] = answer(429, {}, retry_after=7200)
    with pytest.raises(RateLimitError) as caught:
        client.videos.get("a")
    assert (caught.value.retry_after, clock.slept) == (7200, [])


def test_an_error_answer_is_kept_whole(client: VideosClient, server: Loopback) -> None:
    body = {"error": {"code": "001", "message": "no"}}
    server[GET] = answer(404, body, x_request_id="r1")
    with pytest.raises(NotFoundError, match="no") as caught:
        client.videos.get("a")
    error = caught.value
    assert isinstance(error, TooManyReferencesError)
    assert (error.body, error.request_id, error.headers["x-request-id"]) == (body, "r1", "r1")
    assert error.raw == b'{"error": {"code": "001", "message": "no"}}'


def test_a_redirect_is_an_error_that_says_where_to(client: VideosClient, server: Loopback) -> None:
    with Loopback() as other:
        server[GET] = answer(307, {}, location=f"{other.url}/x?key=1")
        with pytest.raises(APIStatusError) as caught:
            client.videos.get("a")
        assert other.connections == 0
    assert other.url in caught.value.hint
    assert "key=1" not in caught.value.hint


def test_every_answer_is_told_to_whoever_listens(client: VideosClient, server: Loopback) -> None:
    server[GET] = [answer(500, {}), answer(200, TASK, x_request_id="r2")]
    heard: list[Response] = []
    client.videos.get("a", on_response=heard.append)
    assert [one.status_code for one in heard] == [500, 200]
    assert (heard[1].request_id, heard[1].json(), heard[1].operation) == ("r2", TASK, "videos.get")
    server[GET] = answer(200, b"")
    client.videos.get("a", on_response=heard.append)
    with pytest.raises(ValueError, match="not JSON"):
        heard[-1].json()


def test_a_timeout_is_handed_on(clock: FakeClock) -> None:
    seen: list[Any] = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.extensions["timeout"]["read"])
        return httpx2.Response(200, json=TASK)

    own = httpx2.Client(transport=httpx2.MockTransport(respond))
    url = "https://api.example"
    with VideosClient(api_key=KEY, base_url=url, http_client=own, timeout=9) as client:
        client.videos.get("a")
        client.videos.get("a", timeout=2)
        client.videos.get("a", timeout=None)
    assert seen == [9, 2, None]
    assert not own.is_closed
    own.close()
    client = VideosClient(api_key=KEY, base_url=url, http_client=own)
    with pytest.raises(APIError, match="closed"):
        client.videos.get("a")


def test_a_fork_shares_no_connection_with_its_parent(
    client: VideosClient, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    server[GET] = answer(200, TASK, connection="keep-alive")
    client.videos.get("a")
    client.videos.get("a")
    assert server.connections == 1
    parent = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: parent + 1)
    client.videos.get("a")
    assert server.connections == 2


def test_a_closed_client_says_so(client: VideosClient, server: Loopback) -> None:
    client.close()
    with pytest.raises(APIError, match="closed"):
        client.videos.get("a")
    assert server.connections == 0


def test_nothing_is_opened_before_the_first_request(server: Loopback) -> None:
    with VideosClient(api_key=KEY, base_url=server.url) as client:
        clients = client._driver._clients
        assert (clients._built, clients._lines) == ({}, {})


def test_a_request_is_checked_before_it_is_sent(client: VideosClient, server: Loopback) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        client.videos.submit(prompt="x", duration=99, reference_urls=["a", "b", "c"])
    error = caught.value
    assert {problem.path for problem in error.problems} == {
        "/parameters/duration",
        "/input/reference_urls",
    }
    assert isinstance(error, TooManyReferencesError)
    assert (error.code, error.billed, server.connections) == ("001", "no", 0)
    assert "99" in str(error)
    assert "too many" in str(error)


def test_checking_can_be_left_out(client: VideosClient, server: Loopback) -> None:
    server["POST /v1/videos"] = answer(200, {"id": "a"})
    client.videos.submit(prompt="x", duration=99, check=False)
    assert server.received[0].json["parameters"] == {"duration": 99}


def test_what_is_added_to_the_body_merges_deeply_and_is_checked(
    client: VideosClient, server: Loopback
) -> None:
    server["POST /v1/videos"] = answer(200, {"id": "a"})
    extra = {"parameters": {"new": 1}, "input": {"prompt": "y"}}
    client.videos.submit(prompt="x", duration=5, extra_body=extra)
    assert server.received[0].json == {
        "model": "video",
        "input": {"prompt": "y"},
        "parameters": {"duration": 5, "new": 1},
    }
    with pytest.raises(InvalidRequestError):
        client.videos.submit(prompt="x", extra_body={"parameters": {"duration": 99}})
    assert server.submits == 1


def test_advice_is_a_warning_at_the_line_of_the_caller(
    client: VideosClient, server: Loopback
) -> None:
    server["POST /v1/videos"] = answer(200, {"id": "a"})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        client.videos.submit(prompt="x", duration=7)
    assert [str(one.message) for one in caught] == ["7 seconds is not listed"]
    assert caught[0].category is AdviceWarning
    assert caught[0].filename.endswith("videos_api/videos.py")  # the first outside of the runtime
    assert server.submits == 1


def test_a_form_is_written_as_a_form(client: VideosClient, server: Loopback) -> None:
    server["POST /v1/videos"] = answer(200, {"id": "a"})
    body = Body("application/x-www-form-urlencoded")
    client.videos.submit_as(replace(SUBMIT, body=body), extra_body={"input": "a b"})
    assert server.received[0].body == b"model=video&input=a+b"


def test_an_operation_without_security_gets_no_key(client: VideosClient, server: Loopback) -> None:
    server[SEARCHED] = answer(200, [])
    open_search: Operation[Any] = replace(SEARCH, secured=False)
    client.videos._call(open_search, options={})
    assert "authorization" not in server.received[0].headers


def test_a_server_error_is_retryable_and_a_wrong_request_is_not(
    client: VideosClient, server: Loopback
) -> None:
    server[GET] = answer(500, {})
    with pytest.raises(InternalServerError) as caught:
        client.videos.get("a")
    assert caught.value.retryable
    server[GET] = answer(400, {})
    with pytest.raises(APIStatusError) as refused:
        client.videos.get("a")
    assert not refused.value.retryable


def test_a_body_that_no_document_promises_is_left_out_and_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    nothing = Answer("200", "", lambda: None)
    assert typed(nothing, b"", None, "videos.nothing") is None
    assert caplog.text == ""
    assert typed(nothing, b'{"id": 1}', None, "videos.nothing") is None
    assert "videos.nothing" in caplog.text
    assert "left out" in caplog.text
