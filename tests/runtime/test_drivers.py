"""The two loops: what interrupts, what is given wrongly, and who is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from specloom.targets.client.runtime.async_drivers import AsyncDriver
from specloom.targets.client.runtime.drivers import SyncDriver
from specloom.targets.client.runtime.effects import Emit, Failure, Now, Reply, Request, Trace, send
from specloom.targets.client.runtime.errors import (
    APIConnectionError,
    ConfigurationError,
    SubmitUncertainError,
)

from .loopback import FakeClock, Loopback, answer
from .videos_api import AsyncVideosClient, VideosClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from specloom.targets.client.runtime.effects import Core

KEY = "sk-0123456789abcdef"
ROUTE = "POST /v1/videos"
GET = "GET /v1/videos/a"
TAKEN = answer(200, {"id": "task_1", "status": "in_queue"})
KINDS = pytest.mark.parametrize("kind", ["sync", "async"])


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        yield made


def run(kind: str, url: str, act: str = "submit", options: Any = None, **settings: Any) -> Any:
    """Submits a job, or gets one, through the sync or the async client."""
    given = {"api_key": KEY, "base_url": url, "clock": FakeClock(), **settings}
    words = ("a",) if act == "get" else ()
    call: dict[str, Any] = {**({"prompt": "x"} if act == "submit" else {}), **(options or {})}
    if kind == "sync":
        with VideosClient(**given) as client:
            return getattr(client.videos, act)(*words, **call)

    async def later() -> Any:
        async with AsyncVideosClient(**given) as client:
            return await getattr(client.videos, act)(*words, **call)

    return asyncio.run(later())


class Noted(KeyboardInterrupt):
    """An interruption that a core has seen."""


def noting(seen: list[str]) -> Core[None]:
    try:
        yield Emit("a value")
        yield Now()
    except GeneratorExit:
        seen.append("closed")
        raise
    except KeyboardInterrupt as error:
        error.add_note("a note")
        raise
    finally:
        seen.append("end")


def test_an_interruption_between_effects_is_raised_in_the_core() -> None:
    seen: list[str] = []
    values: Any = SyncDriver(clock=FakeClock()).iterate(noting(seen))
    assert next(values) == "a value"
    with pytest.raises(KeyboardInterrupt) as caught:
        values.throw(KeyboardInterrupt())
    assert caught.value.__notes__ == ["a note"]
    assert seen == ["end"]


def test_an_interruption_between_effects_is_raised_in_the_core_on_the_loop() -> None:
    seen: list[str] = []

    async def later() -> None:
        values: Any = AsyncDriver(clock=FakeClock()).iterate(noting(seen))
        assert await anext(values) == "a value"
        await values.athrow(KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt) as caught:
        asyncio.run(later())
    assert caught.value.__notes__ == ["a note"]
    assert seen == ["end"]


def translating() -> Core[None]:
    try:
        yield Emit("a value")
    except KeyboardInterrupt:
        raise Noted from None


def stubborn() -> Core[None]:
    try:
        yield Emit("a value")
    except KeyboardInterrupt:
        return


@pytest.mark.parametrize(("core", "kind"), [(translating, Noted), (stubborn, KeyboardInterrupt)])
def test_what_the_core_raises_goes_on_and_nothing_is_swallowed(
    core: Callable[[], Core[None]], kind: type[BaseException]
) -> None:
    values: Any = SyncDriver(clock=FakeClock()).iterate(core())
    next(values)
    with pytest.raises(KeyboardInterrupt) as caught:
        values.throw(KeyboardInterrupt())
    assert type(caught.value) is kind


def test_who_stops_iterating_closes_the_core() -> None:
    seen: list[str] = []
    values: Any = SyncDriver(clock=FakeClock()).iterate(noting(seen))
    next(values)
    values.close()
    assert seen == ["closed", "end"]


@KINDS
@pytest.mark.parametrize("wrong", ["other", "number", "class"])
def test_an_http_client_of_the_wrong_kind_is_refused_at_once(kind: str, wrong: str) -> None:
    kinds: dict[str, Any] = {"sync": httpx2.Client, "async": httpx2.AsyncClient}
    other = kinds["async" if kind == "sync" else "sync"]()
    given = {"other": other, "number": 5, "class": kinds[kind]}[wrong]
    client: Any = VideosClient if kind == "sync" else AsyncVideosClient
    with pytest.raises(ConfigurationError, match=f"needs httpx2.{kinds[kind].__name__}"):
        client(api_key=KEY, base_url="http://127.0.0.1:9", http_client=given)


@KINDS
@pytest.mark.parametrize("act", ["submit", "get"])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"timeout": "5"}, "timeout is a number of seconds or None, not '5'"),
        ({"timeout": True}, "timeout is a number"),
    ],
)
def test_what_no_request_can_be_made_of_is_said_and_not_sent(
    kind: str, act: str, wrong: dict[str, Any], said: str, server: Loopback
) -> None:
    clock = FakeClock()
    with pytest.raises(ConfigurationError, match=said) as caught:
        run(kind, server.url, act, wrong, clock=clock)
    assert caught.value.billed == "no"
    assert (server.connections, clock.slept) == (0, [])


def asking(url: str, headers: Any, trace: Trace) -> Core[Reply | Failure]:
    return (yield from send(Request(method="GET", url=url, headers=headers), trace, 9))


def ask(kind: str, url: str, headers: Any, trace: Trace) -> Reply | Failure:
    if kind == "sync":
        return SyncDriver().run(asking(url, headers, trace))
    return asyncio.run(AsyncDriver().run(asking(url, headers, trace)))


@KINDS
@pytest.mark.parametrize("headers", [{"X-A": 5}, {"X-A": "\ud800"}])
def test_headers_that_are_no_text_are_never_handed_on(kind: str, headers: Any) -> None:
    trace = Trace()
    with pytest.raises(ConfigurationError, match="no request can be made"):
        ask(kind, "http://127.0.0.1:9", headers, trace)
    assert not trace.handed
    assert trace.not_sent


@KINDS
def test_an_url_that_is_none_is_a_failure_that_stays(kind: str) -> None:
    outcome = ask(kind, "http://127.0.0.1:port", {}, Trace())
    assert isinstance(outcome, Failure)
    assert isinstance(outcome.error, httpx2.InvalidURL)
    assert not outcome.transient


@pytest.mark.parametrize("error", [TypeError("x"), ValueError("x")])
def test_what_the_caller_got_wrong_is_not_tried_again(error: Exception) -> None:
    asked: list[httpx2.Request] = []

    def refuse(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        raise error

    own = httpx2.Client(transport=httpx2.MockTransport(refuse))
    with pytest.raises(APIConnectionError) as caught:
        run("sync", "http://127.0.0.1:9", "get", http_client=own)
    assert type(error).__name__ in str(caught.value)
    assert len(asked) == 1


@KINDS
def test_a_hook_that_fails_before_anything_is_known_to_be_sent_says_so(
    kind: str, server: Loopback
) -> None:
    def fail(_: Any) -> None:
        raise RuntimeError("mine")

    async def fail_later(_: Any) -> None:
        raise RuntimeError("mine")

    own: Any = (
        httpx2.Client(event_hooks={"request": [fail]})
        if kind == "sync"
        else httpx2.AsyncClient(event_hooks={"request": [fail_later]})
    )
    with pytest.raises(SubmitUncertainError) as caught:
        run(kind, server.url, http_client=own)
    assert caught.value.fate == "untraced"
    assert "the transport does not tell whether a byte" in caught.value.known
    assert server.connections == 0


@pytest.mark.parametrize("act", ["submit", "get"])
def test_on_response_may_be_a_coroutine_function(act: str, server: Loopback) -> None:
    server[ROUTE] = TAKEN
    server[GET] = answer(200, {"id": "a", "status": "done"})
    told: list[int] = []

    async def listen(response: Any) -> None:
        await asyncio.sleep(0)
        told.append(response.status_code)

    run("async", server.url, act, {"on_response": listen})
    assert told == [200]


def answering(request: Request) -> Core[Reply | Failure]:
    return (yield from send(request, Trace(), 9))


@KINDS
@pytest.mark.parametrize(
    ("asked", "by_silence"),
    [({}, False), ({"streamed": True}, True), ({"route": "download"}, True)],
)
def test_a_stream_and_a_file_end_by_silence_and_all_else_by_the_whole_time(
    kind: str, asked: dict[str, Any], by_silence: bool, server: Loopback
) -> None:
    server[GET] = answer(200, {})
    request = Request(method="GET", url=f"{server.url}/v1/videos/a", **asked)

    async def later() -> Reply | Failure:
        driver = AsyncDriver()
        reply = await driver.run(answering(request))
        await driver.close()
        return reply

    if kind == "sync":
        driver = SyncDriver()
        reply = driver.run(answering(request))
        driver.close()
    else:
        reply = asyncio.run(later())
    assert isinstance(reply, Reply)
    assert (reply.deadline is None) is by_silence
    assert reply.silence == 9
