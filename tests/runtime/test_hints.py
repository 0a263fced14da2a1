"""Every error says what to do next, and says nothing that its other facts deny."""

from __future__ import annotations

import pickle
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    DownloadError,
    JobCancelledError,
    JobExpiredError,
    JobFailedError,
    JobMissingError,
    JobResultError,
    JobTimeoutError,
    ResultExpiredError,
)
from specloom.targets.client.runtime.operations import Result as ResultStep

from .loopback import DROP, FakeClock, Loopback, answer
from .test_polling import FURTHER, PASSING, Waiter
from .test_secrets import whole
from .videos_api import AsyncVideosClient, VideosClient
from .videos_api.videos import LIFE, SUBMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = "sk-0123456789abcdef"
LINE = 'client.jobs.resume("videos.submit~t1")'
SUBMITTED, POLLED, RESULT = "POST /v1/videos", "GET /v1/videos/t1", "GET /v1/results/r1"
QUEUED = answer(200, {"id": "t1", "status": "in_queue"})
STATUSES = (*range(400, 452), *range(500, 505))
PASS = (408, 425, 429, *range(500, 505))
PROMPT = "a very private kitten"


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        made[SUBMITTED] = QUEUED
        yield made


@pytest.fixture
def client(server: Loopback) -> Iterator[VideosClient]:
    made = VideosClient(api_key=KEY, base_url=server.url, clock=FakeClock(), max_retries=0)
    with made:
        yield made


@pytest.fixture(params=["sync", "async"])
def wait(request: pytest.FixtureRequest) -> Waiter:
    return Waiter(request.param)


def raised(work: Callable[[], object]) -> APIError:
    with pytest.raises(APIError) as caught:
        work()
    error = caught.value
    assert error.hint, error
    assert error.hint in str(error)
    if not error.retryable:
        assert "try again" not in error.hint
        assert "save again" not in error.hint
    return error


def test_every_status_of_a_submit_has_a_hint(client: VideosClient, server: Loopback) -> None:
    hints = {}
    for status in STATUSES:
        server[SUBMITTED] = answer(status, {})
        error = raised(lambda: client.videos.submit(prompt="x"))
        hints[status] = error.hint
        uncertain = status == 408 or status >= 500
        assert ("second submit" in error.hint) is uncertain
        assert error.billed == ("unknown" if uncertain else "no")
    assert hints[404] == f"no such path at {server.url}: check the base URL"
    assert hints[401] == "check the API key"
    assert "rights" in hints[403]
    assert "balance" in hints[402]
    assert hints[429] == "no job was created: wait, or submit more slowly"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_status_of_a_call_has_a_hint(
    client: VideosClient, server: Loopback, method: str
) -> None:
    for status in STATUSES:
        server["GET /v1/videos/a"] = server["POST /v1/videos/a/name"] = answer(status, {})
        get = method == "GET"
        error = raised(
            (lambda: client.videos.get("a"))
            if get
            else (lambda: client.videos.rename("a", name=""))
        )
        assert (error.retryable, error.billed) == (
            status in PASS or status == 409,
            "no" if get else "unknown",  # a question costs nothing
        )
        if status == 429:
            assert error.hint == "wait, or ask more slowly"
        if status >= 500:
            assert ("done it all the same" in error.hint) is not get


def test_every_status_of_a_poll_has_a_hint(client: VideosClient, server: Loopback) -> None:
    job = client.videos.submit(prompt="x")
    for status in STATUSES:
        if status in PASS:
            continue
        server[POLLED] = answer(status, {})
        error = raised(lambda: job.wait(timeout=1))
        assert (LINE in error.hint) is (status != 410)
        if status == 401:
            assert f"check the API key, then {LINE}.wait()" in error.hint
        if status == 410:
            assert "the job may go on" not in error.hint
            assert "look in your account" in error.hint
    server[POLLED] = answer(307, {}, location="https://elsewhere.example/x?sig=1")
    error = raised(lambda: client.jobs.resume("t1").wait())
    assert "points to https://elsewhere.example/x; the job may go on" in error.hint
    assert "sig=1" not in error.hint


def test_every_status_of_a_result_has_a_hint(client: VideosClient, server: Loopback) -> None:
    server[POLLED] = answer(200, {"id": "t1", "status": "done", "result_id": "r1"})
    job = client.videos.submit_as(FURTHER)
    for status in STATUSES:
        server[RESULT] = answer(status, {})
        error = raised(job.wait)
        if status in PASS or status in (401, 403):
            assert f"{LINE}.result()" in error.hint
        else:
            assert "may be billed again" in error.hint


def test_every_code_of_the_vendor_has_a_hint(client: VideosClient, server: Loopback) -> None:
    for code, wanted in {"001": "change the request", "095": "try again later"}.items():
        server[SUBMITTED] = answer(400, {"error": {"code": code}})
        error = raised(lambda: client.videos.submit(prompt="x"))
        assert wanted in error.hint
        assert error.retryable is (code == "095")


@pytest.mark.parametrize(
    ("told", "kind", "resumes"),
    [
        ({"status": "failed"}, JobFailedError, False),
        ({"status": "failed", "error": {"code": "001"}}, JobFailedError, False),
        ({"status": "failed", "error": {"code": "095"}}, JobFailedError, False),
        ({"status": "cancelled"}, JobCancelledError, False),
        ({"status": "expired"}, JobExpiredError, False),
        ({"status": "done"}, JobResultError, True),
        ({"status": "processing"}, JobTimeoutError, True),
        (None, JobMissingError, True),
    ],
)
def test_every_end_of_a_job_has_a_hint(
    wait: Waiter, server: Loopback, told: Any, kind: type[APIError], resumes: bool
) -> None:
    server[POLLED] = answer(404, {}) if told is None else answer(200, {"id": "t1", **told})
    error = raised(lambda: wait(server.url))
    assert isinstance(error, kind)
    assert (f"{LINE}.wait()" in error.hint) is resumes
    if not resumes:
        assert "a new submit is a new job and may be billed again" in error.hint


@pytest.mark.parametrize("case", [name for name in PASSING if name != "backwards"])
def test_a_wait_that_ends_says_what_the_polls_gave(
    wait: Waiter, server: Loopback, case: str
) -> None:
    server[POLLED] = PASSING[case]
    error = raised(lambda: wait(server.url, timeout=100))
    assert isinstance(error, JobTimeoutError)
    polls = len(server.seen(POLLED))
    telling = case == "unknown state"
    assert (f"s ago; the last {polls} polls did not tell the state: " in str(error)) is not telling
    body = PASSING[case].partition(b"\r\n\r\n")[2]
    if body:
        assert error.answer == body


def test_an_answer_that_tells_the_state_ends_the_trouble(wait: Waiter, server: Loopback) -> None:
    running = answer(200, {"id": "t1", "status": "processing"})
    server[POLLED] = [answer(500, {}), running]
    error = raised(lambda: wait(server.url, timeout=100))
    assert "(last status: processing); it goes on" in str(error)
    server[POLLED] = [running, answer(200, b"<html>", content_type="text/html")]
    error = raised(lambda: wait(server.url, timeout=100))
    assert "polls did not tell the state: HTTP 200, not JSON" in str(error)
    assert isinstance(error, JobTimeoutError)
    assert error.answer == b"<html>"
    assert wait.updates[-1].job.raw.endswith(b'"processing"}')


def test_done_without_a_file_is_asked_once_more(wait: Waiter, server: Loopback) -> None:
    server[SUBMITTED] = answer(200, {"id": "t1", "status": "done"})
    done = {"id": "t1", "status": "done", "output": [{"url": "https://cdn.example/a.mp4"}]}
    server[POLLED] = answer(200, done)
    assert wait(server.url).url == "https://cdn.example/a.mp4"
    assert len(server.seen(POLLED)) == 1
    server[POLLED] = answer(503, {})
    error = raised(lambda: wait(server.url))
    assert isinstance(error, JobResultError)
    assert error.retryable
    assert "asking again failed: HTTP 503" in str(error)
    assert len(server.seen(POLLED)) == 2


def done(server: Loopback, name: str = "a.mp4") -> bytes:
    link = f"{server.url}/{name}?sig=s3cret"
    return answer(200, {"id": "t1", "status": "done", "prompt": PROMPT, "output": [{"url": link}]})


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (answer(200, b"x", content_type="video/mp4"), "a.mp4.part: look at it"),
        (answer(200, b"<p>", content_type="text/html"), "sent a web page"),
        (answer(200, b"x" * 99, content_type="video/mp4"), "larger max_size, of 99 bytes"),
        (answer(400, {}), "nothing is submitted"),
        (answer(403, {}), "look in your account"),
        (answer(503, {}), "save again, nothing is submitted"),
        (DROP, "save again, nothing is submitted"),
    ],
)
def test_every_end_of_a_download_has_a_hint_and_the_line(
    client: VideosClient, server: Loopback, tmp_path: Path, file: bytes, words: str
) -> None:
    server[SUBMITTED] = server[POLLED] = done(server)
    server["GET /a.mp4"] = file
    result = client.videos.generate(prompt="x")
    error = raised(lambda: result.save(tmp_path / "a.mp4", max_size=50))
    assert isinstance(error, DownloadError)
    assert words in error.hint
    assert f"{LINE}.wait()" in error.hint


@pytest.mark.parametrize(
    ("poll", "why", "retryable", "hint"),
    [
        (answer(503, {}), "HTTP 503", True, "save again"),
        (DROP, "RemoteProtocolError", True, "save again"),
        (answer(200, b"<p>", content_type="text/html"), "HTTP 200, not JSON", True, "save again"),
        (answer(401, {}), "HTTP 401", False, "check the API key"),
    ],
)
def test_a_fresh_link_that_was_not_to_be_had_says_why(
    client: VideosClient,
    server: Loopback,
    tmp_path: Path,
    poll: bytes,
    why: str,
    retryable: bool,
    hint: str,
) -> None:
    server[SUBMITTED], server[POLLED] = done(server), poll
    server["GET /a.mp4"] = answer(403, {})
    result = client.videos.generate(prompt="x")
    error = raised(lambda: result.save(tmp_path / "a.mp4"))
    assert isinstance(error, ResultExpiredError)
    assert f"has expired (HTTP 403), and asking for a fresh link failed: {why}" in str(error)
    assert error.retryable is retryable
    assert hint in error.hint


@pytest.mark.parametrize("status", ["failed", "processing", "done", "cut"])
def test_no_frame_of_a_wait_shows_a_prompt(
    client: VideosClient, server: Loopback, status: str
) -> None:
    server[SUBMITTED] = answer(200, {"id": "t1", "status": "in_queue", "prompt": PROMPT})
    told = {"id": "t1", "status": status, "prompt": PROMPT}
    server[POLLED] = answer(200, told) if status != "cut" else answer(200, b'{"p": "' + b"x")
    job = client.videos.submit(prompt=PROMPT)
    with pytest.raises(APIError) as caught:
        job.wait(timeout=20)
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack
    inner = [frame for frame in frames if "targets" in frame.filename]
    assert inner
    assert all(PROMPT not in str(frame.locals) for frame in inner)


@pytest.mark.parametrize("file", [answer(403, {}), answer(503, {}), DROP, answer(200, b"x")])
def test_no_frame_of_a_save_shows_a_signature_or_a_prompt(
    client: VideosClient, server: Loopback, tmp_path: Path, file: bytes
) -> None:
    server[SUBMITTED] = server[POLLED] = done(server)
    server["GET /a.mp4"] = file
    result = client.videos.generate(prompt=PROMPT)
    with pytest.raises(DownloadError) as caught:
        result.save(tmp_path / "a.mp4")
    told = whole(caught.value)
    assert "s3cret" not in told
    assert PROMPT not in told


@pytest.mark.parametrize("place", ["code", "request id"])
@pytest.mark.parametrize("route", ["submit", "failed job"])
def test_a_key_that_is_said_back_is_redacted_everywhere(
    client: VideosClient, server: Loopback, place: str, route: str
) -> None:
    error = {"code": KEY if place == "code" else "x", "message": "no"}
    headers = {"x_request_id": KEY} if place == "request id" else {}
    if route == "submit":
        server[SUBMITTED] = answer(400, {"error": error}, **headers)
    server[POLLED] = answer(200, {"id": "t1", "status": "failed", "error": error}, **headers)
    made = raised(lambda: client.videos.generate(prompt="x"))
    assert KEY not in str(made)
    assert KEY not in f"{made.code} {made.request_id}"
    if isinstance(made, APIStatusError):
        assert KEY not in str(made.headers)
    if place == "request id":
        assert KEY.encode() not in pickle.dumps(made)


@pytest.mark.parametrize("kind", [VideosClient, AsyncVideosClient])
def test_a_time_out_says_how_long_it_was(server: Loopback, kind: Any) -> None:
    import asyncio
    import threading

    gate = threading.Event()
    server["GET /v1/videos/a"] = lambda _: (gate.wait(30) and answer(200, {})) or DROP
    made = kind(api_key=KEY, base_url=server.url, max_retries=0, timeout=0.1)

    async def later() -> None:
        async with made:
            await made.videos.get("a")

    try:
        with pytest.raises(APITimeoutError, match=r"no answer within 0\.1 s") as caught:
            made.videos.get("a") if kind is VideosClient else asyncio.run(later())
    finally:
        gate.set()
    assert (caught.value.retryable, caught.value.billed) == (True, "no")


def test_no_answer_has_a_hint(client: VideosClient, server: Loopback) -> None:
    server["GET /v1/videos/a"] = server["POST /v1/videos/a/name"] = DROP
    error = raised(lambda: client.videos.get("a"))
    assert isinstance(error, APIConnectionError)
    assert (error.billed, error.hint) == ("no", "look at the line, then try again")
    error = raised(lambda: client.videos.rename("a", name="b"))
    assert error.billed == "unknown"
    assert "look before you try again" in error.hint


def test_an_update_of_a_missing_job_says_so(wait: Waiter, server: Loopback) -> None:
    server[POLLED] = answer(404, {})
    raised(lambda: wait(server.url))
    assert str(wait.updates[-1]).startswith("missing for 0 s")


def test_a_job_without_declared_files_needs_none(client: VideosClient, server: Loopback) -> None:
    server[SUBMITTED] = answer(200, {"id": "t1", "status": "done"})
    operation = replace(SUBMIT, job=replace(LIFE, result=ResultStep(value="$.status")))
    assert client.videos.submit_as(operation).wait().value == "done"
    assert server.seen(POLLED) == []
