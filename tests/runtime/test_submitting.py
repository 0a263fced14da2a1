"""The table of fates, row by row, sync and async: jobs created by one submit are never two."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import threading
import traceback
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ManyJobsError,
    RateLimitError,
    SubmitUncertainError,
)
from specloom.targets.client.runtime.operations import Idempotency

from .loopback import DROP, FakeClock, Loopback, answer
from .videos_api import AsyncVideosClient, VideosClient
from .videos_api.errors import GenerationError, TooManyReferencesError
from .videos_api.videos import LIFE, SUBMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "sk-0123456789abcdef"
TAKEN = answer(200, {"id": "task_1", "status": "in_queue"})
ROUTE = "POST /v1/videos"


def changed(**job: Any) -> Any:
    return replace(SUBMIT, job=replace(LIFE, **job))


class Submitter:
    """Submits one job through the sync or the async client; gives its id."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.clock = FakeClock()

    def __call__(
        self, url: str, operation: Any = SUBMIT, options: Any = None, **settings: Any
    ) -> str:
        given = {"api_key": KEY, "base_url": url, "clock": self.clock, **settings}
        options = options or {}
        if self.kind == "sync":
            with VideosClient(**given) as client:
                return client.videos.submit_as(operation, **options).id

        async def submit() -> str:
            async with AsyncVideosClient(**given) as client:
                return (await client.videos.submit_as(operation, **options)).id

        return asyncio.run(submit())

    def through(self, transport: Any) -> Any:
        return {"sync": httpx2.Client, "async": httpx2.AsyncClient}[self.kind](transport=transport)


@pytest.fixture(params=["sync", "async"])
def submit(request: pytest.FixtureRequest) -> Submitter:
    return Submitter(request.param)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        yield made


def test_an_answer_with_an_id_is_a_job(submit: Submitter, server: Loopback) -> None:
    server[ROUTE] = TAKEN
    assert submit(server.url) == "task_1"
    assert server.submits == 1
    assert server.received[0].headers["authorization"] == f"Bearer {KEY}"
    assert server.received[0].json == {"model": "video", "input": {"prompt": "x"}}


def test_a_refused_connection_is_not_sent_and_is_tried_again(submit: Submitter) -> None:
    with Loopback(listening=False) as server:
        with pytest.raises(APIConnectionError) as caught:
            submit(server.url, max_retries=3)
        assert caught.value.billed == "no"
        assert caught.value.retryable
        assert submit.clock.slept == [0.5, 1.0, 2.0]


def test_one_job_comes_of_a_refusal_that_passes(submit: Submitter) -> None:
    with Loopback(listening=False) as server:
        server[ROUTE] = TAKEN

        class Opening(FakeClock):
            def sleep(self, seconds: float) -> None:
                super().sleep(seconds)
                if len(self.slept) == 2:
                    server.listen()

        submit.clock = Opening()
        assert submit(server.url) == "task_1"
        assert server.submits == 1


def test_429_is_tried_again_after_the_seconds_that_it_asks_for(
    submit: Submitter, server: Loopback
) -> None:
    server[ROUTE] = [answer(429, {}, retry_after=7), answer(429, {}), TAKEN]
    assert submit(server.url) == "task_1"
    assert submit.clock.slept == [7.0, 1.0]
    assert server.submits == 3


def test_429_is_tried_again_at_the_date_that_it_asks_for(
    submit: Submitter, server: Loopback
) -> None:
    # The fake clock starts at 22:29:60 on that day.
    date = "Tue, 14 Nov 2023 22:30:30 GMT"
    server[ROUTE] = [answer(429, {}, retry_after=date), TAKEN]
    assert submit(server.url) == "task_1"
    assert submit.clock.slept == [30.0]


@pytest.mark.parametrize("hint", ["-1", "nan", "soon", "1e400"])
def test_a_hint_that_is_none_is_not_obeyed(submit: Submitter, server: Loopback, hint: str) -> None:
    server[ROUTE] = [answer(429, {}, retry_after=hint), TAKEN]
    assert submit(server.url) == "task_1"
    assert submit.clock.slept == [0.5]


def test_a_hint_of_ages_is_an_error_and_no_reason_to_hurry(
    submit: Submitter, server: Loopback
) -> None:
    server[ROUTE] = answer(429, {}, retry_after="999999999999")
    with pytest.raises(RateLimitError):
        submit(server.url)
    assert server.submits == 1
    assert submit.clock.slept == []


def test_a_hint_beyond_the_deadline_is_not_waited_for(submit: Submitter, server: Loopback) -> None:
    server[ROUTE] = answer(429, {}, retry_after=10_000)
    with pytest.raises(RateLimitError) as caught:
        submit(server.url)
    assert caught.value.retry_after == 10_000
    assert caught.value.billed == "no"
    assert submit.clock.slept == []
    assert server.submits == 1


def test_429_that_stays_is_an_error_that_cost_nothing(submit: Submitter, server: Loopback) -> None:
    server[ROUTE] = answer(429, {"error": {"code": "other", "message": "slow down"}})
    with pytest.raises(RateLimitError, match="slow down") as caught:
        submit(server.url)
    assert (caught.value.billed, caught.value.code, server.submits) == ("no", "other", 3)


def test_a_declared_status_was_not_taken(submit: Submitter, server: Loopback) -> None:
    server[ROUTE] = [answer(503, {}), TAKEN]
    assert submit(server.url, changed(not_taken=(503,))) == "task_1"
    assert server.submits == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 418])
def test_another_4xx_is_a_rejection_that_cost_nothing(
    submit: Submitter, server: Loopback, status: int
) -> None:
    server[ROUTE] = answer(status, {"error": {"code": "001", "message": "no"}}, x_request_id="r1")
    with pytest.raises(APIStatusError) as caught:
        submit(server.url)
    error = caught.value
    assert (error.status_code, error.billed, error.request_id) == (status, "no", "r1")
    assert not error.retryable or status == 409
    assert isinstance(error, TooManyReferencesError)
    assert server.submits == 1


def test_a_rejection_is_of_both_classes(submit: Submitter, server: Loopback) -> None:
    server[ROUTE] = answer(400, {"error": {"code": "001"}})
    with pytest.raises(BadRequestError) as caught:
        submit(server.url)
    assert isinstance(caught.value, TooManyReferencesError)
    assert type(caught.value).__name__ == "TooManyReferencesError"
    assert "too many" in str(caught.value)
    assert pickle.loads(pickle.dumps(caught.value)).code == "001"  # noqa: S301


def test_a_declared_refusal_under_200_is_a_rejection(submit: Submitter, server: Loopback) -> None:
    server[ROUTE] = answer(200, {"id": "x", "failure": {"why": "quota"}})
    with pytest.raises(APIStatusError) as caught:
        submit(server.url, changed(refused="$.failure"))
    assert (caught.value.billed, server.submits) == ("no", 1)


UNCERTAIN: dict[str, Any] = {
    "dropped after it was read": (DROP, None),
    "500": (answer(500, {"oops": 1}), 500),
    "503": (answer(503, b"busy", content_type="text/plain", retry_after=1), 503),
    "408": (answer(408, {}), 408),
    "html": (answer(200, b"<html>gateway</html>", content_type="text/html"), 200),
    "cut json": (answer(200, b'{"id": "task_1", "sta', content_length=900), 200),
    "cut json, whole by its length": (answer(200, b'{"id": "task_1", "sta'), 200),
    "no id": (answer(200, {"status": "in_queue"}), 200),
    "null id": (answer(200, {"id": None}), 200),
    "empty id": (answer(200, {"id": " "}), 200),
    "id of another kind": (answer(200, {"id": {"a": 1}}), 200),
    "true is no id": (answer(200, {"id": True}), 200),
    "one id of two": (answer(200, {"id": [None]}), 200),
    "no content": (answer(204, b""), 204),
    "error under 200": (answer(200, {"error": {"code": "095", "message": "m"}}), 200),
    "no http at all": (b"SSH-2.0-OpenSSH\r\n\r\n", None),
}


@pytest.mark.parametrize("case", UNCERTAIN)
def test_everything_else_is_uncertain_and_is_sent_once(
    submit: Submitter, server: Loopback, case: str
) -> None:
    told, status = UNCERTAIN[case]
    server[ROUTE] = told
    with pytest.raises(SubmitUncertainError) as caught:
        submit(server.url, max_retries=5)
    error = caught.value
    assert server.submits == 1
    assert submit.clock.slept == []
    assert (error.billed, error.status, error.retryable) == ("unknown", status, False)
    assert error.request is not None
    assert error.request.content == server.received[0].body
    assert error.known
    assert "second submit" in error.hint
    everything = f"{error!r} {error} {vars(error)} {error.request.headers}"
    assert KEY not in everything


def test_an_id_that_was_read_counts_even_if_the_line_breaks_behind_it(
    submit: Submitter, server: Loopback
) -> None:
    server[ROUTE] = answer(200, b'{"id": "task_1"}', content_length=900)
    assert submit(server.url) == "task_1"
    server[ROUTE] = answer(200, b'{"other": 1}', content_length=900)
    with pytest.raises(SubmitUncertainError) as caught:
        submit(server.url)
    assert (caught.value.fate, caught.value.body) == ("unanswered", b'{"other": 1}')


def test_the_uncertain_answer_is_kept(submit: Submitter, server: Loopback) -> None:
    told = answer(500, {"error": {"code": "095", "message": "broken"}}, x_request_id="r9")
    server[ROUTE] = told
    with pytest.raises(SubmitUncertainError, match="broken") as caught:
        submit(server.url)
    error = caught.value
    assert isinstance(error, GenerationError)
    assert error.body == b'{"error": {"code": "095", "message": "broken"}}'
    assert (error.headers["x-request-id"], error.request_id) == ("r9", "r9")
    assert error.fate == "unclear"
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert isinstance(again, GenerationError)
    assert isinstance(again, SubmitUncertainError)
    assert (again.body, str(again)) == (error.body, str(error))


def test_a_line_that_is_dropped_before_the_request_was_read_is_uncertain(
    submit: Submitter, server: Loopback
) -> None:
    server.refuse = 1
    server[ROUTE] = TAKEN
    with pytest.raises(SubmitUncertainError) as caught:
        submit(server.url)
    assert (caught.value.fate, server.submits) == ("unanswered", 0)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(submit: Submitter, server: Loopback, status: int) -> None:
    with Loopback() as other:
        server[ROUTE] = answer(status, {}, location=f"{other.url}/v1/videos?secret=1")
        with pytest.raises(SubmitUncertainError) as caught:
            submit(server.url)
        assert (server.submits, other.connections) == (1, 0)
        assert "redirect" in caught.value.known
        assert "secret" not in str(caught.value)


def test_each_submit_has_a_connection_of_its_own(server: Loopback) -> None:
    server[ROUTE] = answer(200, {"id": "a"}, connection="keep-alive")
    with VideosClient(api_key=KEY, base_url=server.url, clock=FakeClock()) as client:
        client.videos.submit(prompt="x")
        client.videos.submit(prompt="x")
    assert (server.submits, server.connections) == (2, 2)


class Silent(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """A transport that tells nothing, and fails or hangs up as it is told."""

    def __init__(self, error: BaseException, events: tuple[str, ...] = ()) -> None:
        self.error = error
        self.events = events
        self.sent = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.sent += 1
        for event in self.events:
            request.extensions["trace"](event, {})
        raise self.error

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.sent += 1
        for event in self.events:
            await request.extensions["trace"](event, {})
        raise self.error


@pytest.mark.parametrize(
    "error", [httpx2.ConnectError("x"), httpx2.PoolTimeout("x"), ValueError("x"), OSError("x")]
)
def test_no_trace_is_uncertain(submit: Submitter, error: Exception) -> None:
    transport = Silent(error)
    with pytest.raises(SubmitUncertainError) as caught:
        submit("http://127.0.0.1:9", http_client=submit.through(transport))
    assert (caught.value.fate, transport.sent) == ("untraced", 1)


def test_a_trace_that_shows_no_start_of_the_headers_is_not_sent(submit: Submitter) -> None:
    transport = Silent(httpx2.ConnectTimeout("x"), ("connection.connect_tcp.started",))
    with pytest.raises(APITimeoutError) as caught:
        submit("http://127.0.0.1:9", http_client=submit.through(transport))
    assert (caught.value.billed, transport.sent) == ("no", 3)


@pytest.mark.parametrize("prefix", ["http11", "http2"])
def test_what_decides_is_the_trace_and_not_the_class_of_the_error(
    submit: Submitter, prefix: str
) -> None:
    transport = Silent(httpx2.ConnectError("x"), (f"{prefix}.send_request_headers.started",))
    with pytest.raises(SubmitUncertainError) as caught:
        submit("http://127.0.0.1:9", http_client=submit.through(transport))
    assert (caught.value.fate, transport.sent) == ("unanswered", 1)


class SendsAgain(httpx2.Auth):
    def auth_flow(self, request: httpx2.Request) -> Any:
        yield request
        yield request


def test_an_auth_flow_does_not_send_a_submit_again(submit: Submitter, server: Loopback) -> None:
    server[ROUTE] = answer(401, {})
    kinds: dict[str, Any] = {"sync": httpx2.Client, "async": httpx2.AsyncClient}
    own = kinds[submit.kind](auth=SendsAgain(), follow_redirects=True)
    with pytest.raises(AuthenticationError):
        submit(server.url, http_client=own)
    assert server.submits == 1


def interrupted(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def test_a_transport_that_retries_is_stopped_before_it_sends_a_submit_again(
    server: Loopback,
) -> None:
    server[ROUTE] = [answer(503, {}), TAKEN]

    class Retrying(httpx2.HTTPTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            super().handle_request(request).close()
            return super().handle_request(request)

    with (
        httpx2.Client(transport=Retrying()) as through,
        VideosClient(api_key=KEY, base_url=server.url, http_client=through) as client,
        pytest.raises(SubmitUncertainError) as caught,
    ):
        client.videos.submit(prompt="x")
    assert "a second time" in caught.value.known
    assert server.submits == 1


def test_an_async_transport_that_retries_is_stopped_too(server: Loopback) -> None:
    server[ROUTE] = [answer(503, {}), TAKEN]

    class Retrying(httpx2.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            refused = await super().handle_async_request(request)
            await refused.aclose()
            return await super().handle_async_request(request)

    async def submit() -> None:
        async with (
            httpx2.AsyncClient(transport=Retrying()) as through,
            AsyncVideosClient(api_key=KEY, base_url=server.url, http_client=through) as client,
        ):
            await client.videos.submit(prompt="x")

    with pytest.raises(SubmitUncertainError):
        asyncio.run(submit())
    assert server.submits == 1


def test_ctrl_c_after_the_first_byte_leaves_word_of_the_money(
    server: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    gate = threading.Event()

    def stop(_: Any) -> bytes:
        os.kill(os.getpid(), signal.SIGINT)
        gate.wait()
        return DROP

    server[ROUTE] = stop
    with pytest.raises(KeyboardInterrupt) as caught:
        Submitter("sync")(server.url)
    gate.set()
    assert isinstance(caught.value.__cause__, SubmitUncertainError)
    assert caught.value.__cause__.fate == "unanswered"
    assert "may have created a job" in interrupted(caught.value)
    assert any("may have created a job" in record.getMessage() for record in caplog.records)
    assert server.submits == 1


def test_cancellation_after_the_first_byte_leaves_word_of_the_money(server: Loopback) -> None:
    gate, arrived = threading.Event(), threading.Event()

    def hold(_: Any) -> bytes:
        arrived.set()
        gate.wait()
        return DROP

    server[ROUTE] = hold

    async def run() -> BaseException:
        async with AsyncVideosClient(api_key=KEY, base_url=server.url) as client:
            task = asyncio.create_task(client.videos.submit(prompt="x"))
            await asyncio.to_thread(arrived.wait)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError as error:
                return error
            raise AssertionError("it was not cancelled")

    try:
        error = asyncio.run(run())
    finally:
        gate.set()
    assert isinstance(error.__cause__, SubmitUncertainError)
    assert server.submits == 1


def test_an_interruption_before_the_first_byte_says_nothing_of_money(submit: Submitter) -> None:
    transport = Silent(KeyboardInterrupt(), ("connection.connect_tcp.started",))
    with pytest.raises(KeyboardInterrupt) as caught:
        submit("http://127.0.0.1:9", http_client=submit.through(transport))
    assert caught.value.__cause__ is None
    assert not getattr(caught.value, "__notes__", [])


def test_what_breaks_after_the_job_is_there_tells_how_to_resume_it(
    submit: Submitter, server: Loopback
) -> None:
    server[ROUTE] = TAKEN

    def fail(_: Any) -> None:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine") as caught:
        submit(server.url, options={"on_response": fail})
    assert 'client.jobs.resume("videos.submit~task_1")' in interrupted(caught.value)


def test_several_ids_are_several_jobs_and_none_is_lost(submit: Submitter, server: Loopback) -> None:
    server[ROUTE] = answer(200, {"ids": ["a", 7]})
    with pytest.raises(ManyJobsError) as caught:
        submit(server.url, changed(id=("$.ids[*]",)))
    assert [job.id for job in caught.value.jobs] == ["a", "7"]
    assert "videos.submit~a" in str(caught.value)


HEADER_KEY = Idempotency(key="$request.header.Idempotency-Key")
BODY_KEY = Idempotency(key="$request.body#/meta/key")


def key_of(place: Idempotency, server: Loopback, index: int) -> Any:
    received = server.received[index]
    return (
        received.json["meta"]["key"] if place is BODY_KEY else received.headers["idempotency-key"]
    )


@pytest.mark.parametrize("place", [HEADER_KEY, BODY_KEY])
def test_a_declared_key_makes_the_uncertain_repeatable(
    submit: Submitter, server: Loopback, place: Idempotency
) -> None:
    server[ROUTE] = [DROP, answer(500, {}), TAKEN]
    assert submit(server.url, changed(idempotency=place)) == "task_1"
    keys = {key_of(place, server, index) for index in range(3)}
    assert len(keys) == 1
    assert len(server.received) == 3


def test_the_key_of_the_caller_is_sent(submit: Submitter, server: Loopback) -> None:
    server[ROUTE] = TAKEN
    submit(server.url, changed(idempotency=HEADER_KEY), {"idempotency_key": "order-42"})
    assert server.received[0].headers["idempotency-key"] == "order-42"


def test_without_a_declared_key_none_is_sent(submit: Submitter, server: Loopback) -> None:
    server[ROUTE] = TAKEN
    submit(server.url)
    assert "idempotency-key" not in server.received[0].headers
    with pytest.raises(ConfigurationError, match="idempotency"):
        submit(server.url, options={"idempotency_key": "order-42"})
    assert server.submits == 1


@pytest.mark.parametrize("last", [answer(400, {}), answer(429, {}), answer(500, {})])
def test_a_doubt_outlives_what_comes_after_it(
    submit: Submitter, server: Loopback, last: bytes
) -> None:
    server[ROUTE] = [DROP, last]
    with pytest.raises(SubmitUncertainError) as caught:
        submit(server.url, changed(idempotency=HEADER_KEY))
    assert caught.value.status is None


def test_a_refused_repeat_proves_that_the_first_arrived(
    submit: Submitter, server: Loopback
) -> None:
    server[ROUTE] = [DROP, answer(409, {})]
    with pytest.raises(SubmitUncertainError, match="the first arrived"):
        submit(server.url, changed(idempotency=HEADER_KEY))
    server[ROUTE] = [DROP, answer(400, {})]
    by_key = Idempotency(key="$request.header.X-Key", repeat="refused", is_id=True)
    assert submit(server.url, changed(idempotency=by_key), {"idempotency_key": "mine"}) == "mine"


@pytest.mark.parametrize("told", [DROP, answer(500, {}), answer(307, {}, location="/v1/videos")])
def test_the_method_does_not_matter(submit: Submitter, server: Loopback, told: bytes) -> None:
    server["GET /v1/videos"] = told
    with pytest.raises(SubmitUncertainError):
        submit(server.url, replace(SUBMIT, method="GET"))
    assert len(server.received) == 1


def test_what_cannot_be_sent_is_an_error_of_nobodys_money(
    submit: Submitter, server: Loopback
) -> None:
    bad: list[tuple[dict[str, Any], Callable[[APIError], bool]]] = [
        ({"extra_headers": {"X": "a\nb"}}, lambda error: error.billed == "no"),
        ({"extra_body": {"x": float("nan")}}, lambda error: error.billed == "no"),
    ]
    for options, holds in bad:
        with pytest.raises(APIError) as caught:
            submit(server.url, options=options)
        assert holds(caught.value)
    assert server.connections == 0


def test_options_that_do_not_exist_are_refused(submit: Submitter, server: Loopback) -> None:
    with pytest.raises(TypeError, match="durration"):
        submit(server.url, options={"durration": 5})
    assert server.connections == 0


def test_submits_keep_the_pace(server: Loopback) -> None:
    server[ROUTE] = TAKEN
    clock = FakeClock()
    limits = {"limits.submits-per-second": 2}
    with VideosClient(api_key=KEY, base_url=server.url, clock=clock, assumed=limits) as client:
        for _ in range(3):
            client.videos.submit(prompt="x")
    assert clock.slept == [0.5, 0.5]
