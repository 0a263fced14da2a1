"""Tokens that are fetched: what a submit costs does not hang on them, and one call fetches one."""

from __future__ import annotations

import asyncio
import os
import pickle
from collections import Counter
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AuthenticationError,
    ConfigurationError,
    InternalServerError,
    RateLimitError,
    SubmitUncertainError,
)
from specloom.targets.client.runtime.held_tokens import Tokens
from specloom.targets.client.runtime.operations import Body, Idempotency, OAuth2, Operation

from .loopback import FakeClock
from .videos_api import API, AsyncVideosClient, VideosClient
from .videos_api.videos import LIFE, SUBMIT

URL = "https://x.example"
ENDPOINT = "/token"
WORDS = {"client_id": "my-application", "client_secret": "secret-0123456789"}
KEYED = replace(
    SUBMIT, job=replace(LIFE, idempotency=Idempotency(key="$request.header.Idempotency-Key"))
)
PUT: Operation[Any] = Operation(
    name="videos.put", method="PUT", path="/v1/file", body=Body("application/octet-stream")
)


class Server(httpx2.BaseTransport):
    """Answers each path as it is told, and counts; the last answer stays."""

    def __init__(self, **answers: list[Any]) -> None:
        token = httpx2.Response(200, json={"access_token": "token-123456", "expires_in": 30})
        self.answers = {"token": [token], **answers}
        self.asked: Counter[str] = Counter()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        name = request.url.path.rpartition("/")[2]
        self.asked[name] += 1
        told = self.answers[name]
        given = told.pop(0) if len(told) > 1 else told[0]
        made = given() if callable(given) else given
        if isinstance(made, Exception):
            raise made
        answer = cast("httpx2.Response", made)
        return httpx2.Response(answer.status_code, headers=answer.headers, content=answer.content)


def client_of(server: Server, **settings: Any) -> VideosClient:
    given = {"api": replace(API, security=(OAuth2(token_url=ENDPOINT),)), "credentials": WORDS}
    http = httpx2.Client(transport=server)
    return VideosClient(
        **{**given, "base_url": URL, "http_client": http, "clock": FakeClock(), **settings}
    )


def token(**more: Any) -> httpx2.Response:
    return httpx2.Response(200, json={"access_token": "token-123456", **more})


FAILURES: list[Any] = [httpx2.ConnectError("down"), httpx2.Response(401), httpx2.Response(400)]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_token_that_cannot_be_had_does_not_end_the_doubt_about_a_job(failure: Any) -> None:
    clock = FakeClock()

    def late() -> httpx2.ReadTimeout:
        clock.sleep(40)  # by then the token has ended
        return httpx2.ReadTimeout("slow")

    server = Server(token=[token(expires_in=30), failure], videos=[late])
    with pytest.raises(SubmitUncertainError) as caught:
        client_of(server, clock=clock).videos.submit_as(KEYED)
    assert (caught.value.billed, caught.value.retryable) == ("unknown", False)
    assert isinstance(caught.value.__cause__, APIError)
    assert server.asked["videos"] == 1


@pytest.mark.parametrize("failure", FAILURES)
def test_a_submit_whose_token_cannot_be_had_costs_nothing(failure: Any) -> None:
    server = Server(token=[failure])
    with pytest.raises((APIConnectionError, AuthenticationError)) as caught:
        client_of(server).videos.submit_as(SUBMIT)
    assert caught.value.billed == "no"
    assert server.asked["videos"] == 0


def test_what_a_listener_raises_is_not_taken_for_a_missing_token() -> None:
    server = Server(videos=[httpx2.Response(200, json={"id": "t1"})])

    def fail(_: Any) -> None:
        raise APIError("mine")

    with pytest.raises(APIError, match="mine") as caught:
        client_of(server).videos.submit_as(SUBMIT, on_response=fail)
    assert "videos.submit~t1" in caught.value.__notes__[0]
    assert caught.value.billed == "unknown"


def test_a_submit_is_not_sent_again_with_a_fresh_token() -> None:
    server = Server(videos=[httpx2.Response(401)])
    with pytest.raises(AuthenticationError) as caught:
        client_of(server).videos.submit_as(SUBMIT)
    assert caught.value.billed == "no"
    assert server.asked == {"token": 1, "videos": 1}


def test_a_refused_token_that_is_said_back_is_not_told() -> None:
    told = {"error": {"code": "x", "message": "who is token-123456?"}}
    server = Server(t1=[httpx2.Response(401, json=told)], videos=[httpx2.Response(401, json=told)])
    for call in (
        lambda: client_of(server).videos.get("t1"),
        lambda: client_of(server).videos.submit_as(SUBMIT),
    ):
        with pytest.raises(AuthenticationError, match="who is") as caught:
            call()
        assert "token-123456" not in str(caught.value)


class Once:
    """A stream that nobody can rewind."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = iter(chunks)

    def read(self, size: int) -> bytes:
        return next(self.chunks, b"")


@pytest.mark.parametrize(("body", "sent"), [(b"abc", 2), (Once(b"abc"), 1)])
def test_a_call_is_sent_again_with_a_fresh_token_if_its_body_can_be(body: Any, sent: int) -> None:
    server = Server(file=[httpx2.Response(401)])
    with pytest.raises(AuthenticationError):
        client_of(server).videos._call(PUT, body=body, options={})
    assert server.asked == {"token": sent, "file": sent}


def test_no_discovery_over_plain_http_names_who_gets_the_secret() -> None:
    server = Server(openid=[httpx2.Response(200, json={"token_endpoint": f"{URL}/token"})])
    open_one = OAuth2(discovery="http://login.example/openid")
    with pytest.raises(ConfigurationError, match="plain HTTP"):
        client_of(server, api=replace(API, security=(open_one,))).videos.get("t1")
    assert not server.asked


def test_an_uncertain_submit_of_an_open_file_is_pickled() -> None:
    server = Server(videos=[httpx2.Response(500)])
    operation = replace(SUBMIT, body=Body("multipart/form-data"))
    with Path(__file__).open("rb") as file, pytest.raises(SubmitUncertainError) as caught:
        client_of(server).videos.submit_as(operation, extra_body={"file": file})
    assert pickle.dumps(caught.value)


@pytest.mark.parametrize(("status", "kind"), [(503, InternalServerError), (429, RateLimitError)])
def test_a_token_endpoint_that_is_busy_says_nothing_of_the_secret(
    status: int, kind: type[APIError]
) -> None:
    server = Server(token=[httpx2.Response(status)])
    with pytest.raises(kind) as caught:
        client_of(server, max_retries=1).videos.get("t1")
    assert (caught.value.billed, caught.value.retryable) == ("no", True)
    assert server.asked == {"token": 2}


class Turns(FakeClock):
    """Time passes by sleeping, and others have their turn."""

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)
        await asyncio.sleep(0)


class Slow(httpx2.AsyncBaseTransport):
    """Answers tokens when the gate is open."""

    def __init__(self, status: int = 200) -> None:
        self.gate = asyncio.Event()
        self.status = status
        self.asked: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        name = request.url.path.rpartition("/")[2]
        self.asked[name] += 1
        if name != "token":
            return httpx2.Response(200, json={"id": "t1"})
        await self.gate.wait()
        # It ends at once: what is fetched is good for all that wait for it.
        told = {"access_token": "token-123456", "expires_in": 0}
        return httpx2.Response(self.status, json=told if self.status == 200 else {})


def async_client_of(server: Slow, **settings: Any) -> AsyncVideosClient:
    return AsyncVideosClient(
        api=replace(API, security=(OAuth2(token_url=ENDPOINT),)),
        credentials=WORDS,
        base_url=URL,
        http_client=httpx2.AsyncClient(transport=server),
        clock=Turns(),
        max_retries=0,
        **settings,
    )


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("status", [200, 503])
def test_of_several_calls_one_fetches_and_all_learn_how_it_ended(status: int) -> None:
    async def run() -> list[Any]:
        server = Slow(status)
        async with async_client_of(server) as client:
            calls = [asyncio.ensure_future(client.videos.get("t1")) for _ in range(5)]
            await turns(30)
            assert server.asked == {"token": 1}
            server.gate.set()
            ended = await asyncio.gather(*calls, return_exceptions=True)
            assert server.asked["token"] == 1
            return ended

    ended = asyncio.run(run())
    if status == 200:
        assert [task.id for task in ended] == ["t1"] * 5
    else:
        assert [type(error) for error in ended] == [InternalServerError] * 5
        assert len({id(error) for error in ended}) == 5


def test_nobody_waits_longer_for_the_token_of_another_than_it_may_take_itself() -> None:
    async def run() -> None:
        server = Slow()
        async with async_client_of(server) as client:
            first = asyncio.ensure_future(client.videos.get("t1"))
            await turns(5)
            with pytest.raises(APITimeoutError, match="no token in time") as caught:
                await client.videos.get("t1", timeout=1)
            assert (caught.value.billed, caught.value.retryable) == ("no", True)
            server.gate.set()
            assert (await first).id == "t1"

    asyncio.run(run())


def test_who_waited_fetches_where_the_first_was_interrupted() -> None:
    async def run() -> None:
        server = Slow()
        async with async_client_of(server) as client:
            first = asyncio.ensure_future(client.videos.get("t1"))
            await turns(5)
            second = asyncio.ensure_future(client.videos.get("t1"))
            await turns(5)
            first.cancel()
            server.gate.set()
            assert (await second).id == "t1"
            assert server.asked == {"token": 2, "t1": 1}

    asyncio.run(run())


def test_what_a_parent_process_fetches_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = Tokens()
    assert [tokens.begin("k")[1] for _ in range(2)] == [True, False]
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert [tokens.begin("k")[1] for _ in range(2)] == [True, False]
