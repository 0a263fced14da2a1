"""Keys and servers: where they come from, and where a key never goes."""

from __future__ import annotations

import logging
import pickle
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.credentials import Secret
from specloom.targets.client.runtime.errors import ConfigurationError
from specloom.targets.client.runtime.operations import Api, ApiKey, Server
from specloom.targets.client.runtime.settings import read_settings, same_origin

from .loopback import FakeClock, Loopback, answer
from .videos_api import API, AsyncVideosClient, VideosClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "sk-0123456789abcdef"
SERVER = "https://api.example"
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


def test_the_environment_is_asked_where_no_argument_is_given(
    monkeypatch: pytest.MonkeyPatch, server: Loopback
) -> None:
    monkeypatch.setenv("VIDEOS_API_KEY", f" {KEY}\n")
    monkeypatch.setenv("VIDEOS_BASE_URL", f"{server.url}/")
    with VideosClient() as client:
        client.videos.submit(prompt="x")
        assert client.base_url == server.url
    assert server.received[0].headers["authorization"] == f"Bearer {KEY}"
    with VideosClient(api_key="argument-first", base_url=server.url) as client:
        client.videos.submit(prompt="x")
    assert server.received[1].headers["authorization"] == "Bearer argument-first"


def test_without_a_key_the_variable_is_named() -> None:
    with pytest.raises(ConfigurationError, match="VIDEOS_API_KEY"):
        VideosClient(base_url=SERVER)


@pytest.mark.parametrize("client", [VideosClient, AsyncVideosClient])
def test_an_assumed_server_accepts_the_sandbox_key_only(client: Any) -> None:
    with pytest.raises(ConfigurationError, match="VIDEOS_BASE_URL") as caught:
        client(api_key=KEY)
    assert KEY not in str(caught.value)
    assert client(api_key="sandbox").base_url == "http://127.0.0.1:9"
    assert client(api_key=KEY, base_url="http://127.0.0.1:9").base_url == "http://127.0.0.1:9"


def test_a_key_that_is_asked_for_is_checked_at_every_request(server: Loopback) -> None:
    keys = iter(["first-key", "second-key", ""])
    with VideosClient(api_key=lambda: next(keys), base_url=server.url) as client:
        client.videos.submit(prompt="x")
        client.videos.submit(prompt="x")
        with pytest.raises(ConfigurationError, match="empty"):
            client.videos.submit(prompt="x")
    sent = [one.headers["authorization"] for one in server.received]
    assert sent == ["Bearer first-key", "Bearer second-key"]
    with (
        VideosClient(api_key=lambda: KEY) as client,
        pytest.raises(ConfigurationError, match="VIDEOS_BASE_URL"),
    ):
        client.videos.submit(prompt="x")


def test_a_named_server_of_the_document_accepts_any_key() -> None:
    api = replace(API, servers=(Server("https://named.example"),))
    assert VideosClient(api=api, api_key=KEY).base_url == "https://named.example"


@pytest.mark.parametrize("url", ["http://api.example", "http://10.0.0.1", "http://localhost.evil"])
def test_a_key_does_not_travel_in_the_open(url: str) -> None:
    with pytest.raises(ConfigurationError, match="plain HTTP"):
        VideosClient(api_key=KEY, base_url=url)
    assert VideosClient(api_key=KEY, base_url=url, allow_insecure=True).base_url == url
    assert VideosClient(api_key="sandbox", base_url=url).base_url == url


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://localhost", "http://[::1]:8"])
def test_loopback_is_private(url: str) -> None:
    assert VideosClient(api_key=KEY, base_url=url).base_url == url


@pytest.mark.parametrize(
    "url", ["api.example", "ftp://a", "https://", "https://u:p@a", "https://a?b=1", "http://a:x"]
)
def test_what_is_no_base_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="base URL"):
        VideosClient(api_key=KEY, base_url=url)


@pytest.mark.parametrize("key", ["a\nb", "schlüssel", "  "])
def test_a_key_that_no_header_carries_is_refused(key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        VideosClient(api_key=key, base_url=SERVER)
    assert key.strip() == "" or key not in str(caught.value)


def test_a_secret_does_not_show() -> None:
    secret = Secret(KEY)
    assert f"{secret} {secret!r}" == "Secret('...cdef') Secret('...cdef')"
    assert repr(Secret("short")) == "Secret('...')"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_the_key_is_in_no_text_about_the_client(
    server: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        VideosClient(api_key=KEY, base_url=server.url) as client,
    ):
        job = client.videos.submit(prompt="a secret prompt", extra_query={"token": "q-secret"})
        texts = f"{client!r} {vars(client)} {client._session!r} {job!r} {job._record!r}"
    assert KEY not in texts
    ours = [one.getMessage() for one in caplog.records if one.name.endswith("videos_api")]
    assert any("POST" in text and "HTTP 200" in text and "ms" in text for text in ours)
    for text in ours:
        assert KEY not in text
        assert "a secret prompt" not in text
        assert "q-secret" not in text


@pytest.mark.parametrize(
    ("scheme", "where"),
    [
        (ApiKey(name="X-Key"), "headers"),
        (ApiKey(name="key", place="query"), "query"),
        (ApiKey(name="key", place="cookie"), "headers"),
        (ApiKey(name="Authorization", prefix="Key "), "headers"),
    ],
)
def test_a_key_travels_where_the_document_says(
    server: Loopback, scheme: ApiKey, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    api = replace(API, security=(scheme,))
    with (
        caplog.at_level(logging.DEBUG, logger="tests"),
        VideosClient(api=api, api_key=KEY, base_url=server.url) as client,
    ):
        client.videos.submit(prompt="x")
    assert scheme.prefix + KEY in str(getattr(server.received[0], where))
    ours = [one.getMessage() for one in caplog.records if one.name.endswith("videos_api")]
    assert KEY not in "".join(ours)


def test_an_api_without_security_needs_no_key(server: Loopback) -> None:
    with VideosClient(api=replace(API, security=()), base_url=server.url) as client:
        client.videos.submit(prompt="x")
    assert "authorization" not in server.received[0].headers


def test_the_sandbox_is_named_once(server: Loopback, caplog: pytest.LogCaptureFixture) -> None:
    server["POST /v1/videos"] = answer(200, {"id": "t1"}, x_sandbox="videos")
    with VideosClient(api_key=KEY, base_url=server.url) as client:
        client.videos.submit(prompt="x")
        client.videos.submit(prompt="x")
    said = [one for one in caplog.records if "sandbox" in one.getMessage()]
    assert [one.levelname for one in said] == ["WARNING"]


CONFIG = """
base_url = "{url}"

[assumed]
submit.path = "/v2/tasks"
"get.path" = "/v2/tasks/{{id}}"
envelope = "$.data"
job.id = "$.data.task"
job.status = ["$.data.nothing", "$.data.word"]
"job.states.queued" = ["waiting"]
submit.body.reference_urls = "/references/urls"

[prices]
1080P = "0.15"
720P = 0.1
"""


def test_what_is_assumed_is_set_in_a_file(
    tmp_path: Path, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "videos.toml"
    config.write_text(CONFIG.format(url=server.url))
    monkeypatch.setenv("VIDEOS_CONFIG", str(config))
    waiting = {"data": {"task": 7, "word": "waiting", "id": "no"}}
    done = {"data": {"task": 7, "word": "done", "output": [{"url": "/a.mp4"}]}}
    server["POST /v2/tasks"] = answer(200, waiting)
    server["GET /v2/tasks/7"] = answer(200, done)
    with VideosClient(api_key=KEY, clock=FakeClock()) as client:
        job = client.videos.submit(prompt="x", reference_urls=["u"])
        assert (job.id, job.state, job.status) == ("7", "queued", "waiting")
        assert server.received[0].json == {
            "model": "video",
            "input": {"prompt": "x"},
            "references": {"urls": ["u"]},
        }
        result = job.wait()
        assert result.url == f"{server.url}/a.mp4"  # the document's own path, in the envelope
        assert result.output[0].url == "/a.mp4"
        assert result.raw == result.answer.raw == answer(200, done).partition(b"\r\n\r\n")[2]
        assert client.videos.estimate().amount == Decimal("0.75")
        assert client.videos.estimate(size="1280*720", duration=3).amount == Decimal("0.3")


def test_arguments_go_before_the_file(tmp_path: Path) -> None:
    config = tmp_path / "videos.toml"
    config.write_text(CONFIG.format(url="https://file.example"))
    client = VideosClient(
        api_key=KEY,
        config=config,
        base_url=SERVER,
        assumed={"submit.path": "/v3"},
        prices={"1080P": Decimal(1)},
    )
    assert client.base_url == SERVER
    assert client._session.settings.assumed.values["submit.path"] == "/v3"
    assert client._session.settings.assumed.values["get.path"] == "/v2/tasks/{id}"
    assert client.videos.estimate().amount == 5


def test_operations_may_be_named_with_their_resource(server: Loopback) -> None:
    server["POST /v9"] = TAKEN
    settings: dict[str, Any] = {"api_key": KEY, "base_url": server.url}
    with VideosClient(assumed={"videos.submit.path": "/v9"}, **settings) as client:
        client.videos.submit(prompt="x")
    assert server.received[0].path == "/v9"


def test_codes_and_polling_are_set_too(server: Loopback) -> None:
    clock = FakeClock()
    assumed = {
        "job.poll.interval": 60,
        "job.poll.timeout": 120,
        "job.not-taken": [503],
        "errors.095.kind": "request",
        "errors.095.status": 422,
        "job.refused": "$.error",
    }
    settings: dict[str, Any] = {"api_key": KEY, "base_url": server.url, "clock": clock}
    server["POST /v1/videos"] = [answer(503, {}), answer(200, {"error": {"code": "095"}})]
    with VideosClient(assumed=assumed, **settings) as client:
        with pytest.raises(Exception, match="broken") as caught:
            client.videos.submit(prompt="x")
        assert type(caught.value).__mro__[3].__name__ == "UnprocessableEntityError"
        assert getattr(caught.value, "kind", None) == "request"
        job = client.jobs.resume("t1")
        assert (job._record.job.interval, job._record.job.timeout) == (60, 120)


@pytest.mark.parametrize(
    ("key", "value", "match"),
    [
        ("submit.pth", "/x", r"did you mean 'submit\.path'\?"),
        ("nothing.like.it", "/x", r"known are: submit\.path, get\.path"),
        ("submit.path", "x", "begins with '/'"),
        ("submit.path", 5, "begins with '/'"),
        ("job.id", "id", "JSONPath"),
        ("job.id", "$.[", "JSONPath"),
        ("job.id", [], "JSONPath"),
        ("job.status", ["$.a", 3], "JSONPath"),
        ("job.poll.interval", 0, "number above 0"),
        ("job.poll.interval", True, "number above 0"),
        ("job.states.queued", {}, "no assumed value|list of words"),
        ("job.states.queued", [None], "list of words"),
        ("job.not-taken", ["503"], "HTTP status"),
        ("errors.095.status", 42, "HTTP status"),
        ("submit.body.reference_urls", "input", "JSON Pointer"),
    ],
)
def test_what_cannot_be_assumed_is_refused(key: str, value: Any, match: str) -> None:
    if value == {}:
        value = [[]]
    with pytest.raises(ConfigurationError, match=match):
        VideosClient(api_key=KEY, base_url=SERVER, assumed={key: value})


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("base_ur = 1", r"did you mean 'base_url'\?"),
        ("base_url = 1", "base URL"),
        ("base_url = 0", "base URL"),
        ("assumed = 1", r"\[assumed\]"),
        ("not toml", "cannot be read"),
        ("[prices]\na = 'cheap'", "the price of 'a'"),
        ("[prices]\na = -1", "the price of 'a'"),
    ],
)
def test_a_file_that_is_wrong_says_where(tmp_path: Path, text: str, match: str) -> None:
    config = tmp_path / "videos.toml"
    config.write_text(text)
    with pytest.raises(ConfigurationError, match=match):
        VideosClient(api_key=KEY, config=config)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        VideosClient(api_key=KEY, base_url=SERVER, config=tmp_path / "none.toml")


def test_an_estimate_without_prices_is_unknown_and_not_zero() -> None:
    estimate = VideosClient(api_key="sandbox").videos.estimate()
    assert (estimate.tier, estimate.quantity) == ("1080P", Decimal(5))
    assert estimate.amount is None
    assert str(estimate) == "5 x second (1080P), price unknown"
    strange = VideosClient(api_key="sandbox", prices={"1080P": "1"}).videos.estimate(size="9*9")
    assert (strange.tier, strange.amount) == (None, None)


def test_origins_are_compared_whole() -> None:
    assert same_origin("https://a.example/x", "https://A.example:443/y")
    for other in ("http://a.example", "https://a.example:8443", "https://a.example.evil"):
        assert not same_origin(other, "https://a.example")


@pytest.mark.parametrize("servers", [(), (Server("/v1"),)])
def test_an_api_without_a_server_asks_for_one(servers: tuple[Server, ...]) -> None:
    with pytest.raises(ConfigurationError, match="no server is named") as caught:
        read_settings(Api(name="plain", package="plain", env_prefix="PLAIN", servers=servers))

    assert "PLAIN_BASE_URL" in caught.value.hint


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("1.10", "1.10"),
        ("2.0-rc.1+b", "2.0-rc.1+b"),
        ("v2 — bêta\r\nX-A: 1", "v2%20%E2%80%94%20b%C3%AAta%0D%0AX-A%3A%201"),
        ("\ud800", "%3F"),
    ],
)
def test_any_version_of_an_api_is_told_in_ascii(server: Loopback, version: str, told: str) -> None:
    api = replace(API, version=version)
    with VideosClient(api=api, api_key=KEY, base_url=server.url) as client:
        client.videos.submit(prompt="x")
    agent = server.received[0].headers["user-agent"]
    assert agent.startswith(f"{API.package}/{told} python/")
