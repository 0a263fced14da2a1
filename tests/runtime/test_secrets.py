"""Keys and signatures do not show: not in frames that an error's trackers keep, not in logs."""

from __future__ import annotations

import asyncio
import logging
import traceback
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.client import AsyncClient, Client
from specloom.targets.client.runtime.errors import (
    APIConnectionError,
    APIError,
    AuthenticationError,
    ConfigurationError,
    InvalidRequestError,
    JobFailedError,
)
from specloom.targets.client.runtime.operations import ApiKey, Basic

from .loopback import DROP, FakeClock, Loopback, answer
from .videos_api import API, AsyncVideosClient, VideosClient
from .videos_api.videos import LIFE, SUBMIT, AsyncVideo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "sk-0123456789abcdef"
TAKEN = answer(200, {"id": "t1", "status": "in_queue"})


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "BASE_URL", "CONFIG"):
        monkeypatch.delenv(f"VIDEOS_{name}", raising=False)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        made["POST /v1/videos"] = TAKEN
        yield made


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"base_url": "http://api.example"},
        {"base_url": "ftp://x"},
        {"api_key": KEY + "\nx", "base_url": "https://x"},
        {"api_key": KEY + "é", "base_url": "https://x"},
        {"api_key": KEY.encode(), "base_url": "https://x"},
        {"base_url": "https://x", "assumed": {"no": 1}},
        {"base_url": "https://x", "timeout": "a minute"},
    ],
)
def test_no_frame_of_a_constructor_shows_the_key(kind: Any, wrong: dict[str, Any]) -> None:
    given = {"api_key": KEY, **wrong}
    with pytest.raises(ConfigurationError) as caught:
        kind(API, **given)
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    inner = [frame for frame in told.stack if "targets" in frame.filename]
    assert inner
    assert all(KEY not in str(frame.locals) for frame in inner)


def test_no_frame_shows_the_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDEOS_API_KEY", KEY)
    with pytest.raises(ConfigurationError) as caught:
        VideosClient()
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert all(KEY not in str(frame.locals) for frame in told.stack)


@pytest.mark.parametrize(
    "scheme",
    [None, ApiKey(name="X-Key"), ApiKey(name="k", place="query"), ApiKey(name="k", place="cookie")],
)
def test_no_frame_of_a_request_shows_the_key(server: Loopback, scheme: ApiKey | None) -> None:
    api = API if scheme is None else replace(API, security=(scheme,))
    with VideosClient(api=api, api_key=KEY, base_url=server.url) as client:
        with pytest.raises(InvalidRequestError) as caught:
            client.videos.submit(prompt="x", extra_headers={"a b": "c"})
        client.videos.submit(prompt="x")
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    inner = [frame for frame in told.stack if "targets" in frame.filename]
    assert "_checked_headers" in [frame.name for frame in inner]
    assert all(KEY not in str(frame.locals) for frame in inner)
    assert KEY in str(server.received[0])  # it is sent all the same


def test_a_half_built_client_has_a_repr() -> None:
    half = VideosClient.__new__(VideosClient)
    assert repr(half) == "<VideosClient not set up>"


def test_a_key_that_is_no_text_is_refused_by_its_kind() -> None:
    with pytest.raises(ConfigurationError, match="must be a text"):
        VideosClient(api_key=b"bytes-key", base_url="https://x")
    with pytest.raises(ConfigurationError, match="must be a text") as caught:
        VideosClient(api_key=5, base_url="https://x")
    assert caught.value.billed == "no"


@pytest.mark.parametrize("client", [VideosClient, AsyncVideosClient])
def test_no_log_shows_the_signature_of_a_link(
    server: Loopback, client: Any, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    link = f"{server.url}/first.mp4?Signature=s3cret"
    done = {"id": "t1", "status": "done", "output": [{"url": link}]}
    server["GET /v1/videos/t1"] = server["POST /v1/videos"] = answer(200, done)
    server["GET /first.mp4"] = answer(302, {}, location="/second.mp4?Signature=s3cret")
    server["GET /second.mp4"] = answer(200, b"RIFF", content_type="audio/wav")

    async def fetch(made: AsyncVideosClient) -> None:
        async with made:
            await (await made.videos.generate(prompt="x")).save(tmp_path / "a.wav")

    caplog.set_level(1)
    made = client(api_key=KEY, base_url=server.url)
    if isinstance(made, AsyncVideosClient):
        asyncio.run(fetch(made))
    else:
        made.videos.generate(prompt="x").save(tmp_path / "a.wav")
        made.close()
    names = {one.name for one in caplog.records}
    assert "httpx2" in names
    assert "s3cret" not in caplog.text
    assert "/second.mp4?..." in caplog.text
    assert KEY not in caplog.text


def test_what_others_log_stays_as_it_is(server: Loopback, caplog: pytest.LogCaptureFixture) -> None:
    with VideosClient(api_key=KEY, base_url=server.url) as client:
        client.videos.submit(prompt="x")
    caplog.set_level(logging.INFO)
    logging.getLogger("httpx2").info("GET %s", "http://x/?q=theirs")
    assert "q=theirs" in caplog.text


def test_a_server_that_says_the_key_back_does_not_get_it_into_the_error(server: Loopback) -> None:
    told = {"error": {"code": "x", "message": f"bad key Bearer {KEY}"}}
    server["POST /v1/videos"] = answer(401, told)
    with (
        VideosClient(api_key=KEY, base_url=server.url) as client,
        pytest.raises(AuthenticationError) as caught,
    ):
        client.videos.submit(prompt="A boat")

    assert KEY not in str(caught.value)
    assert "[the key]" in str(caught.value)


def whole(error: BaseException | None) -> str:
    """All that is told of an error and its causes, with the locals of our frames."""
    told = "".join(traceback.format_exception(error))
    while error is not None:
        for frame in traceback.TracebackException.from_exception(error, capture_locals=True).stack:
            if "targets" in frame.filename or "http" in frame.filename:
                told += str(frame.locals)
        error = error.__cause__ or error.__context__
    return told


PLACES = (None, *(ApiKey(name="k", place=place) for place in ("header", "query", "cookie")))


@pytest.mark.parametrize("scheme", PLACES)
@pytest.mark.parametrize("kind", [httpx2.ConnectError, httpx2.ReadError])
def test_a_transport_that_tells_the_request_does_not_tell_the_key(
    scheme: ApiKey | None, kind: type[httpx2.TransportError], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(request: httpx2.Request) -> httpx2.Response:
        raise kind(f"failed for {request.url}, {request.headers.raw}")

    caplog.set_level(logging.INFO)
    api = API if scheme is None else replace(API, security=(scheme,))
    http = httpx2.Client(transport=httpx2.MockTransport(fail))
    made = VideosClient(
        api=api, api_key=KEY, base_url="https://x.example", http_client=http, max_retries=0
    )
    for call in (lambda: made.videos.get("t1"), lambda: made.videos.submit(prompt="x")):
        with pytest.raises(APIError) as caught:
            call()
        assert "failed for https://x.example/v1/videos" in str(caught.value)
        assert KEY not in whole(caught.value)
        assert kind.__name__ in whole(caught.value)
    assert "failed for https://x.example/v1/videos" in caplog.text
    assert KEY not in caplog.text


def test_no_log_of_polling_tells_the_key(
    server: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    def answered(request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET":
            raise httpx2.ReadError(f"failed for {request.url}")
        return httpx2.Response(200, json={"id": "t1", "status": "in_queue"})

    http = httpx2.Client(transport=httpx2.MockTransport(answered))
    api = replace(API, security=(ApiKey(name="k", place="query"),))
    made = VideosClient(api=api, api_key=KEY, base_url=server.url, http_client=http)
    job = made.videos.submit(prompt="x")
    job.refresh()
    assert "polling goes on" in caplog.text
    assert KEY not in caplog.text


IN_QUERY = replace(API, security=(ApiKey(name="k", place="query"),))


@pytest.mark.parametrize("client", [VideosClient, AsyncVideosClient])
@pytest.mark.parametrize("cut", [False, True])
def test_no_frame_of_a_broken_line_shows_a_key_in_the_url(
    server: Loopback, client: Any, cut: bool
) -> None:
    server["GET /v1/videos/t1"] = answer(200, {}, content_length=900) if cut else DROP
    made = client(api=IN_QUERY, api_key=KEY, base_url=server.url, max_retries=0)
    with pytest.raises(APIConnectionError) as caught:
        got(made)
    assert "RemoteProtocolError" in str(caught.value.__cause__.__class__)
    assert KEY not in whole(caught.value)
    assert KEY in str(server.received[0])


def got(client: VideosClient | AsyncVideosClient) -> None:
    if isinstance(client, VideosClient):
        client.videos.get("t1")
        return

    async def later() -> None:
        async with client:
            await client.videos.get("t1")

    asyncio.run(later())


def test_an_answer_tells_its_url_and_its_repr_does_not(server: Loopback) -> None:
    server["GET /v1/videos/t1"] = answer(200, {})
    seen: list[Any] = []
    with VideosClient(api=IN_QUERY, api_key=KEY, base_url=server.url) as client:
        client.videos.get("t1", on_response=seen.append)
    assert seen[0].url == f"{server.url}/v1/videos/t1?k={KEY}"
    assert KEY not in repr(seen[0])


def test_a_key_that_a_function_gives_is_not_said_back_either(server: Loopback) -> None:
    told = {"error": {"code": "x", "message": f"bad key {KEY}"}}
    server["GET /v1/videos/t1"] = answer(401, told)
    for api in (API, IN_QUERY):
        with (
            VideosClient(api=api, api_key=lambda: KEY, base_url=server.url) as client,
            pytest.raises(AuthenticationError, match="bad key") as caught,
        ):
            client.videos.get("t1")
        assert KEY not in str(caught.value)


def test_names_and_short_words_stay_in_what_is_told(server: Loopback) -> None:
    server["GET /v1/videos/t1"] = answer(401, {"error": {"code": "x", "message": "ReadTimeout"}})
    for user, password in (("meadmeadmead", "me"), ("ReadTimeout", "0123456789")):
        given = {"username": user, "password": password}
        with (
            VideosClient(
                api=replace(API, security=(Basic(),)), credentials=given, base_url=server.url
            ) as client,
            pytest.raises(AuthenticationError, match="ReadTimeout"),
        ):
            client.videos.get("t1")


def test_a_key_that_is_given_as_the_name_of_a_user_is_secret(server: Loopback) -> None:
    server["GET /v1/videos/t1"] = answer(401, {"error": {"code": "x", "message": f"no {KEY}"}})
    given = {"username": KEY, "password": ""}
    with (
        VideosClient(
            api=replace(API, security=(Basic(),)), credentials=given, base_url=server.url
        ) as client,
        pytest.raises(AuthenticationError, match="no ") as caught,
    ):
        client.videos.get("t1")
    assert KEY not in str(caught.value)


def made_of(kind: str, url: str, work: Any, **settings: Any) -> Any:
    """What work with the sync client gives, or with the async one."""
    given: dict[str, Any] = {"api_key": KEY, "base_url": url, "clock": FakeClock(), **settings}
    if kind == "sync":
        with VideosClient(**given) as client:
            return work(client)

    async def later() -> Any:
        async with AsyncVideosClient(**given) as client:
            return await work(client)

    return asyncio.run(later())


def collect(kind: str, path: Path, prompt: str = "x") -> Any:
    def work(client: Any) -> Any:
        return client.videos.submit(prompt=prompt).wait().save(path, sidecar=True)

    async def later(client: Any) -> Any:
        job = await client.videos.submit(prompt=prompt)
        return await (await job.wait()).save(path, sidecar=True)

    return work if kind == "sync" else later


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("scheme", PLACES)
def test_no_key_goes_with_a_link_be_it_on_the_api_s_own_server(
    server: Loopback, kind: str, scheme: ApiKey | None, tmp_path: Path
) -> None:
    api = API if scheme is None else replace(API, security=(scheme,))
    done = {"id": "t1", "status": "done", "output": [{"url": f"{server.url}/a.wav"}]}
    server["GET /v1/videos/t1"] = answer(200, done, set_cookie="session=of-the-api")
    server["GET /a.wav"] = answer(200, b"RIFF", content_type="audio/wav")
    made_of(kind, server.url, collect(kind, tmp_path / "a.wav"), api=api)
    assert KEY in str(server.seen("GET /v1/videos/t1")[0])
    fetched = server.seen("GET /a.wav")[0]
    assert KEY not in str(fetched)
    assert not {"authorization", "cookie"} & set(fetched.headers)
    for path in tmp_path.iterdir():
        assert KEY.encode() not in path.read_bytes()


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_redirect_to_another_host_takes_nothing_along(
    server: Loopback, kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Loopback() as elsewhere:
        named = server.url.replace("http://", "http://user:pass-of-the-link@")
        done = {"id": "t1", "status": "done", "output": [{"url": f"{named}/a.wav"}]}
        server["GET /v1/videos/t1"] = answer(200, done)
        other = f"http://localhost:{elsewhere.port}/b.wav"
        server["GET /a.wav"] = answer(302, {}, location=other, set_cookie="of=the-first")
        elsewhere["GET /b.wav"] = answer(200, b"RIFF", content_type="audio/wav")
        path = made_of(kind, server.url, collect(kind, tmp_path / "a.wav"))
        told = elsewhere.seen("GET /b.wav")[0]
    assert path.read_bytes() == b"RIFF"
    assert not {"authorization", "cookie", "referer"} & set(told.headers)
    assert KEY not in str(told)
    ours = [one.getMessage() for one in caplog.records if one.name == API.package]
    assert ours
    assert "pass-of-the-link" not in "".join(ours)
    assert "pass-of-the-link" not in (tmp_path / "a.wav.json").read_text()


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("scheme", PLACES)
def test_a_poll_that_the_server_points_elsewhere_carries_no_key(
    server: Loopback, kind: str, scheme: ApiKey | None
) -> None:
    api = API if scheme is None else replace(API, security=(scheme,))
    operation = replace(SUBMIT, job=replace(LIFE, poll=replace(LIFE.poll, url="$.poll")))
    with Loopback() as elsewhere:
        told = {"id": "t1", "status": "in_queue", "poll": f"{elsewhere.url}/poll"}
        server["POST /v1/videos"] = answer(200, told)
        elsewhere["GET /poll"] = answer(200, {"id": "t1", "status": "failed"})

        def work(client: Any) -> Any:
            return client.videos.submit_as(operation).refresh()

        async def later(client: Any) -> Any:
            body = {"input": {"prompt": "x"}}
            job = await client.videos._submit(operation, AsyncVideo, body=body, options={})
            return await job.refresh()

        made_of(kind, server.url, work if kind == "sync" else later, api=api)
        (polled,) = elsewhere.received
    assert KEY not in str(polled)
    assert not {"authorization", "cookie", "k"} & set(polled.headers)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_key_that_rotates_is_asked_for_at_every_request(server: Loopback, kind: str) -> None:
    asked: list[str] = []

    def rotate() -> str:
        asked.append(f"{KEY}-{len(asked)}")
        return asked[-1]

    waits = answer(200, {"id": "t1", "status": "in_queue"})
    server["GET /v1/videos/t1"] = [waits, waits, answer(200, {"id": "t1", "status": "failed"})]

    def work(client: Any) -> Any:
        return client.videos.submit(prompt="x").wait()

    async def later(client: Any) -> Any:
        return await (await client.videos.submit(prompt="x")).wait()

    with pytest.raises(JobFailedError):
        made_of(kind, server.url, work if kind == "sync" else later, api_key=rotate)
    sent = [one.headers["authorization"] for one in server.received]
    assert sent == [f"Bearer {key}" for key in asked]
    assert len(set(sent)) == 4


PROMPT = "a very private kitten"


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_no_log_tells_a_prompt_a_key_or_a_signature(
    server: Loopback, kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """At any level, whatever the servers say back."""
    caplog.set_level(1)
    said = {"error": {"code": "x", "message": f"{PROMPT} {KEY} ?sig=s3cret"}}
    done = {
        "id": "t1",
        "status": "done",
        "prompt": PROMPT,
        "key": KEY,
        "output": [{"url": f"{server.url}/a.wav?sig=s3cret&key={KEY}"}],
    }
    server["POST /v1/videos"] = [
        *(answer(429, said), answer(200, {"id": "t1", "status": "in_queue", "prompt": PROMPT}))
    ]
    polls = [answer(503, said), answer(200, done)]
    server["GET /v1/videos/t1"] = polls
    server["GET /a.wav"] = [
        *(DROP, answer(503, said), answer(302, said, location="/b.wav?sig=s3cret"))
    ]
    server["GET /b.wav"] = answer(200, b"RIFF", content_type="audio/wav")
    made_of(kind, server.url, collect(kind, tmp_path / "a.wav", PROMPT))
    server["POST /v1/videos"] = answer(400, said)
    with pytest.raises(APIError):
        made_of(kind, server.url, collect(kind, tmp_path / "b.wav", PROMPT))
    assert "videos.get" in caplog.text
    assert "<21 characters>" in caplog.text  # the outline of the body
    for secret in (PROMPT, KEY, "s3cret"):
        assert secret not in caplog.text
        assert all(secret not in str(one.args) for one in caplog.records)


def test_a_key_does_not_go_over_plain_http_to_where_the_server_points(server: Loopback) -> None:
    """Not even to the same name: another scheme is another origin."""
    operation = replace(SUBMIT, job=replace(LIFE, poll=replace(LIFE.poll, url="$.poll")))
    seen: list[httpx2.Request] = []

    def answered(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        told = {"id": "t1", "status": "in_queue", "poll": "http://api.example/poll"}
        return httpx2.Response(200, json=told)

    http = httpx2.Client(transport=httpx2.MockTransport(answered))
    with VideosClient(api_key=KEY, base_url="https://api.example", http_client=http) as client:
        client.videos.submit_as(operation).refresh()
    assert [str(one.url) for one in seen][1:] == ["http://api.example/poll"]
    assert "authorization" in seen[0].headers
    assert "authorization" not in seen[1].headers
