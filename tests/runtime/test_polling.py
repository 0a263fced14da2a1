"""Waiting: no fault on the line loses a job, and every end is a named outcome."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import (
    AuthenticationError,
    JobCancelledError,
    JobExpiredError,
    JobFailedError,
    JobMissingError,
    JobResultError,
    JobTimeoutError,
)
from specloom.targets.client.runtime.operations import Answer, ErrorPaths, Operation, Progress, Rule
from specloom.targets.client.runtime.operations import Result as ResultStep

from .loopback import DROP, FakeClock, Loopback, answer
from .videos_api import AsyncVideosClient, VideosClient
from .videos_api.errors import GenerationError
from .videos_api.videos import GET, LIFE, SUBMIT, Task

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sk-0123456789abcdef"
SUBMITTED = "POST /v1/videos"
POLLED = "GET /v1/videos/t1"
FILE = [{"url": "https://cdn.example/a.mp4"}]


def told(status: Any, **members: Any) -> bytes:
    return answer(200, {"id": "t1", "status": status, **members})


DONE = told("done", output=FILE)


def changed(**job: Any) -> Any:
    return replace(SUBMIT, job=replace(LIFE, **job))


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        made[SUBMITTED] = told("in_queue")
        yield made


class Waiter:
    """Submits and waits through the sync or the async client."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.clock = FakeClock()
        self.updates: list[Any] = []

    def __call__(
        self, url: str, operation: Any = SUBMIT, timeout: float | None = None, **settings: Any
    ) -> Any:
        given = {"api_key": KEY, "base_url": url, "clock": self.clock, **settings}
        if self.kind == "sync":
            with VideosClient(**given) as client:
                job = client.videos.submit_as(operation)
                return job.wait(timeout=timeout, on_update=self.updates.append)

        async def told_to(update: Any) -> None:
            self.updates.append(update)

        async def wait() -> Any:
            async with AsyncVideosClient(**given) as client:
                job = await client.videos.submit_as(operation)
                return await job.wait(timeout=timeout, on_update=told_to)

        return asyncio.run(wait())


@pytest.fixture(params=["sync", "async"])
def wait(request: pytest.FixtureRequest) -> Waiter:
    return Waiter(request.param)


def test_a_job_is_followed_to_its_result(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = [told("in_queue"), told("processing"), told("processing"), DONE]
    result = wait(server.url)
    assert result.url == "https://cdn.example/a.mp4"
    assert [update.state for update in wait.updates] == [
        "queued",
        "queued",
        "running",
        "running",
        "succeeded",
    ]
    assert [update.in_state for update in wait.updates] == [0.0, 5.0, 0.0, 11.25, 0.0]
    assert wait.updates[-1].elapsed == 5 + 7.5 + 11.25 + 16.875
    assert wait.clock.slept == [5, 7.5, 11.25, 16.875]
    assert server.submits == 1


def test_an_update_prints_well_and_invents_no_share(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = [told("processing"), told("\x1b[31mnew"), DONE]
    wait(server.url)
    assert [str(update) for update in wait.updates[:3]] == [
        "queued (in_queue) for 0 s, 0 s in all",
        "running (processing) for 0 s, 5 s in all",
        "\\x1b[31mnew for 0 s, 12 s in all",
    ]


def test_progress_is_told_where_the_document_says_where(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = [told("processing", progress=40, of=50), DONE]
    wait(server.url, changed(progress=Progress(value="$.progress", of="$.of")))
    assert wait.updates[1].progress == 0.8
    assert "80%" in str(wait.updates[1])
    assert wait.updates[2].progress is None


def test_the_interval_grows_up_to_six_times(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = [*[told("processing")] * 9, DONE]
    wait(server.url)
    assert wait.clock.slept[-3:] == [30, 30, 30]


def test_jitter_shortens_and_never_lengthens(server: Loopback) -> None:
    server[POLLED] = DONE

    class Chancy(FakeClock):
        def chance(self) -> float:
            return 1.0

    wait = Waiter("sync")
    wait.clock = Chancy()
    wait(server.url)
    assert wait.clock.slept == [4.5]


def test_a_hint_is_obeyed_at_every_poll(wait: Waiter, server: Loopback) -> None:
    hinted = answer(200, {"status": "processing"}, retry_after=2)
    server[POLLED] = [hinted, answer(429, {}, retry_after=61), hinted, DONE]
    wait(server.url)
    assert wait.clock.slept == [5, 2, 61, 2]


PASSING: dict[str, Any] = {
    "429": answer(429, {}),
    "500": answer(500, {}),
    "503 with a state": answer(503, {"status": "failed"}),
    "429 with a state": answer(429, {"status": "failed", "output": [{"status": "failed"}]}),
    "503 of a vendor": answer(503, {"error": {"code": "095"}}),
    "408": answer(408, {}),
    "dropped": DROP,
    "html": answer(200, b"<html>", content_type="text/html"),
    "cut": answer(200, b'{"status": "done"', content_length=500),
    "cut, whole by its length": answer(200, b'{"status": "do'),
    "no status": answer(200, {"id": "t1"}),
    "error without status": answer(200, {"error": {"code": "095", "message": "m"}}),
    "a list": answer(200, [1]),
    "nothing": answer(204, b""),
    "unknown state": told("thinking"),
    "status of another kind": told({"a": 1}),
    "backwards": told("in_queue"),
}


@pytest.mark.parametrize("case", PASSING)
def test_what_passes_does_not_lose_the_job(wait: Waiter, server: Loopback, case: str) -> None:
    server[POLLED] = [told("processing"), PASSING[case], PASSING[case], DONE]
    assert wait(server.url).url == "https://cdn.example/a.mp4"
    assert server.submits == 1


@pytest.mark.parametrize("case", PASSING)
def test_what_stays_stops_at_the_deadline_with_the_handle(
    wait: Waiter, server: Loopback, case: str
) -> None:
    server[POLLED] = PASSING[case]
    with pytest.raises(JobTimeoutError) as caught:
        wait(server.url, timeout=100)
    error = caught.value
    assert error.job is not None
    assert (error.job_id, error.token, error.retryable) == ("t1", "videos.submit~t1", True)
    assert 'client.jobs.resume("videos.submit~t1").wait()' in str(error)
    assert wait.clock.moment == 1100
    assert server.submits == 1


def test_the_document_says_how_long_to_wait(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = told("processing")
    with pytest.raises(JobTimeoutError):
        wait(server.url)
    assert wait.clock.moment == 1900


def test_a_state_that_nobody_named_is_said_once(
    wait: Waiter, server: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    server[POLLED] = [*[told("thinking")] * 3, DONE]
    with caplog.at_level(logging.WARNING):
        wait(server.url)
    said = [record for record in caplog.records if "'thinking'" in record.getMessage()]
    assert len(said) == 1


def test_a_failure_is_of_the_vendors_class_and_of_the_jobs(wait: Waiter, server: Loopback) -> None:
    failed = answer(
        200,
        {"status": "failed", "error": {"code": "095", "message": "no \x07luck"}},
        x_request_id="r7",
    )
    server[POLLED] = failed
    with pytest.raises(GenerationError, match=r"no \\x07luck") as caught:
        wait(server.url)
    error = caught.value
    assert isinstance(error, JobFailedError)
    assert (error.code, error.kind, error.retryable) == ("095", "server", True)
    assert (error.request_id, error.job_id, error.billed) == ("r7", "t1", "unknown")
    assert b"no" in error.answer


def test_a_failure_that_was_billed_says_so(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = told("failed", usage={"cost": "0.10"})
    with pytest.raises(JobFailedError) as caught:
        wait(server.url)
    assert caught.value.billed == "yes"
    server[POLLED] = told("failed", usage={"cost": "0"})
    with pytest.raises(JobFailedError) as caught:
        wait(server.url)
    assert caught.value.billed == "no"


def test_the_error_of_the_submit_counts_where_the_poll_has_none(
    wait: Waiter, server: Loopback
) -> None:
    server[SUBMITTED] = told("in_queue", error={"code": "095", "message": "early"})
    server[POLLED] = told("failed")
    with pytest.raises(GenerationError, match="early"):
        wait(server.url)


@pytest.mark.parametrize(
    ("word", "kind"), [("cancelled", JobCancelledError), ("expired", JobExpiredError)]
)
def test_other_ends_have_their_classes(
    wait: Waiter, server: Loopback, word: str, kind: type[Exception]
) -> None:
    server[POLLED] = told(word)
    with pytest.raises(kind):
        wait(server.url)


def test_404_is_missing_and_not_failed(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = answer(404, {"error": {"code": "095"}})
    with pytest.raises(JobMissingError) as caught:
        wait(server.url)
    assert not isinstance(caught.value, JobFailedError)
    assert caught.value.retryable
    assert "videos.submit~t1" in caught.value.hint


def test_a_rule_may_say_otherwise(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = [answer(404, {}), DONE]
    assert wait(server.url, changed(rules=(Rule(code=404, state="running"),))).files
    server[POLLED] = answer(410, {})
    with pytest.raises(JobExpiredError):
        wait(server.url, changed(rules=(Rule(code=410, state="expired"),)))


def test_the_first_rule_that_matches_decides_before_the_words(
    wait: Waiter, server: Loopback
) -> None:
    server[POLLED] = told("done", output=[{"status": "failed"}])
    with pytest.raises(JobFailedError):
        wait(server.url)
    rules = (
        Rule(code=500, when="$.output", state="expired"),
        Rule(when="$.output", state="cancelled"),
        Rule(code=200, state="failed"),
    )
    with pytest.raises(JobCancelledError):
        wait(server.url, changed(rules=rules))


def test_a_state_under_a_refusal_is_not_the_jobs(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = answer(401, {"status": "failed"})
    with pytest.raises(AuthenticationError):
        wait(server.url)


def test_a_rule_by_status_needs_no_json(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = answer(410, b"<html>", content_type="text/html")
    with pytest.raises(JobExpiredError):
        wait(server.url, changed(rules=(Rule(code=410, state="expired"),)))
    server[POLLED] = [answer(200, b"<html>", content_type="text/html"), answer(202, b""), DONE]
    rules = (Rule(code=202, state="running"), Rule(code=200, state="succeeded"))
    assert wait(server.url, changed(rules=rules)).files
    assert [update.state for update in wait.updates[-2:]] == ["running", "succeeded"]


def test_status_paths_are_tried_in_order(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = answer(200, {"status": None, "output": [{"status": "done", **FILE[0]}]})
    assert wait(server.url).url


def test_words_may_be_numbers_and_booleans(wait: Waiter, server: Loopback) -> None:
    server[SUBMITTED] = answer(200, {"id": "t1", "status": 0})
    server[POLLED] = [told(1), told(False), told(True, output=FILE)]
    states = {"running": (0, 1, False), "succeeded": (True,)}
    assert wait(server.url, changed(states=states)).files
    assert [update.status for update in wait.updates] == [0, 1, False, True]


def test_a_job_may_be_finished_at_once(wait: Waiter, server: Loopback) -> None:
    server[SUBMITTED] = DONE
    assert wait(server.url).url == "https://cdn.example/a.mp4"
    assert wait.clock.slept == []
    assert server.seen(POLLED) == []


def test_done_without_a_file_is_an_error_with_the_raw_answer(
    wait: Waiter, server: Loopback
) -> None:
    server[POLLED] = told("done", usage={"cost": "0.5"})
    with pytest.raises(JobResultError) as caught:
        wait(server.url)
    assert b'"cost": "0.5"' in caught.value.answer
    assert (caught.value.billed, caught.value.job_id) == ("yes", "t1")


def test_a_server_that_refuses_to_tell_leaves_the_job_alone(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = answer(401, {})
    with pytest.raises(AuthenticationError) as caught:
        wait(server.url)
    assert caught.value.job is not None
    assert "the job may go on" in caught.value.hint


def test_the_error_places_of_the_job_count_in_refusals(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = answer(403, {"code": "095"})
    error = ErrorPaths(code=("$.code",))
    with pytest.raises(GenerationError):
        wait(server.url, changed(error=error))


RESULT: Operation[Task] = replace(
    GET, name="videos.result", path="/v1/results/{id}", answers=GET.answers
)
FURTHER = changed(
    result=ResultStep(
        operation=RESULT, parameters={"id": "$.result_id"}, files=("$.output[*].url",)
    )
)


def test_the_result_may_be_a_further_call(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = told("done", result_id="r1")
    server["GET /v1/results/r1"] = [answer(503, {}), answer(200, {"output": FILE})]
    assert wait(server.url, FURTHER).url == "https://cdn.example/a.mp4"


def test_a_4xx_of_the_result_call_is_the_jobs_failure(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = told("done", result_id="r1")
    server["GET /v1/results/r1"] = answer(422, {"error": {"code": "095", "message": "blocked"}})
    with pytest.raises(JobFailedError, match="blocked") as caught:
        wait(server.url, FURTHER)
    assert isinstance(caught.value, GenerationError)


def test_a_result_call_that_breaks_keeps_the_handle(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = told("done", result_id="r1")
    server["GET /v1/results/r1"] = answer(500, {})
    with pytest.raises(Exception, match="HTTP 500") as caught:
        wait(server.url, FURTHER)
    assert getattr(caught.value, "token", None) == "videos.submit~t1"


class Dripping(httpx2.BaseTransport):
    """Answers the submit, then drips, while time passes with every byte."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            return httpx2.Response(200, json={"id": "t1", "status": "in_queue"})
        return httpx2.Response(200, stream=_Drip(self.clock))


class _Drip(httpx2.SyncByteStream):
    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.clock.moment += 10
            yield b" "


def test_a_server_that_drips_gets_no_more_than_the_deadline() -> None:
    wait = Waiter("sync")
    own = httpx2.Client(transport=Dripping(wait.clock))
    with pytest.raises(JobTimeoutError):
        wait("http://127.0.0.1:9", timeout=200, http_client=own)
    assert wait.clock.moment <= 1200 + 10


def test_polls_keep_the_pace(server: Loopback) -> None:
    server[POLLED] = told("processing")
    clock = FakeClock()
    limits = {"limits.polls-per-second": 0.1}
    with VideosClient(api_key=KEY, base_url=server.url, clock=clock, assumed=limits) as client:
        job = client.videos.submit(prompt="x")
        job.refresh()
        job.refresh()
    assert clock.slept == [10.0]


def test_answers_of_types_that_no_operation_declares_are_read(
    wait: Waiter, server: Loopback
) -> None:
    server[POLLED] = DONE
    bare = replace(GET, answers=(Answer("201", "application/json", lambda: Task),))
    result = wait(server.url, changed(poll=replace(LIFE.poll, operation=bare)))
    assert result.answer == {"id": "t1", "status": "done", "output": FILE}
