"""Corners of life cycles: results that are files, links whose time is over, hints, several jobs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import (
    DownloadError,
    JobFailedError,
    JobResultError,
    ManyJobsError,
    ResultExpiredError,
)
from specloom.targets.client.runtime.expiry import moment_of
from specloom.targets.client.runtime.operations import (
    Answer,
    ApiKey,
    LifeCycle,
    Operation,
    Parameter,
    Step,
)
from specloom.targets.client.runtime.operations import Result as ResultStep

from .desks import KEY, ROUTE, Desk, desk, server, told
from .loopback import Loopback, answer
from .videos_api import API
from .videos_api.videos import LIFE, SUBMIT, Task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["desk", "server"]  # fixtures
POLLED = "GET /v1/videos/task_1"
FILE = "GET /v1/files/task_1"
SOUND = bytes(range(256)) * 40
WHOLE = answer(200, SOUND, content_type="audio/mpeg", etag='"v1"')
HALF = answer(200, SOUND[:5000], content_type="audio/mpeg", etag='"v1"', content_length=len(SOUND))
DOWNLOAD: Operation[bytes] = Operation(
    name="files.get",
    method="GET",
    path="/v1/files/{id}",
    parameters=(Parameter("id", "path", required=True), Parameter("kind", "query")),
    answers=(Answer("200", "audio/mpeg", lambda: bytes),),
)
CALLED = ResultStep(operation=DOWNLOAD, parameters={"id": "$id"}, expires=600)


def living(**changes: Any) -> Operation[Task]:
    job: LifeCycle = replace(LIFE, **changes)
    return replace(SUBMIT, job=job)


def rest(received: Any) -> bytes:
    start = int(received.headers["range"].removeprefix("bytes=").rstrip("-"))
    span = f"bytes {start}-{len(SOUND) - 1}/{len(SOUND)}"
    return answer(206, SOUND[start:], content_type="audio/mpeg", etag='"v1"', content_range=span)


@pytest.fixture
def cdn() -> Iterator[Loopback]:
    with Loopback() as made:
        yield made


def finished(desk: Desk, server: Loopback, result: ResultStep, **members: Any) -> Any:
    """The result of a job that is done."""
    server[ROUTE] = told("task_1", "in_queue")
    server[POLLED] = told("task_1", "done", **members)
    job = desk(desk.open().videos.submit_as(living(result=result)))
    return desk(desk(job.refresh()).result())


def test_a_file_of_the_api_is_taken_up_where_it_broke_off_with_the_key(
    desk: Desk, server: Loopback, tmp_path: Path
) -> None:
    server[FILE] = [WHOLE, HALF, rest]
    result = finished(desk, server, CALLED)
    assert desk(result.save(tmp_path / "a.mp3")).read_bytes() == SOUND
    asked = server.seen(FILE)
    assert [one.headers["authorization"] for one in asked] == [f"Bearer {KEY}"] * 3
    assert [one.headers.get("range") for one in asked] == [None, None, "bytes=5000-"]
    assert result.file.media_type == "audio/mpeg"
    assert server.submits == 1


def test_a_key_in_the_query_is_sent_and_not_shown(
    desk: Desk, server: Loopback, cdn: Loopback, tmp_path: Path
) -> None:
    server[ROUTE], server[POLLED] = told("task_1", "in_queue"), told("task_1", "done")
    server[FILE] = [WHOLE, answer(307, {}, location="/v1/moved?a=1")]
    server["GET /v1/moved"] = WHOLE
    api = replace(API, security=(ApiKey(name="key", place="query"),))
    job = desk(desk.open(api=api).videos.submit_as(living(result=CALLED)))
    result = desk(desk(job.refresh()).result())
    assert result.url == f"{server.url}/v1/files/task_1"
    assert desk(result.save(tmp_path / "a.mp3")).read_bytes() == SOUND
    assert result.url == f"{server.url}/v1/moved?a=1"
    queries = [one.query for one in server.received if one.method == "GET"]
    assert all(f"key={KEY}" in query for query in queries)


def test_a_link_that_the_api_led_to_is_asked_for_anew_when_it_dies(
    desk: Desk, server: Loopback, cdn: Loopback, tmp_path: Path
) -> None:
    server[FILE] = [
        answer(302, {}, location=f"{cdn.url}/old?sig=1"),
        answer(302, {}, location=f"{cdn.url}/new?sig=2"),
    ]
    cdn["GET /old"], cdn["GET /new"] = [WHOLE, answer(403, {})], WHOLE
    result = finished(desk, server, CALLED)
    assert result.url == f"{cdn.url}/old?sig=1"
    assert desk(result.save(tmp_path / "a.mp3")).read_bytes() == SOUND
    assert result.url == f"{cdn.url}/new?sig=2"
    assert not any("authorization" in one.headers for one in cdn.received)


def test_a_file_of_the_api_that_moves_meanwhile_is_found(
    desk: Desk, server: Loopback, cdn: Loopback, tmp_path: Path
) -> None:
    server[FILE] = [WHOLE, answer(302, {}, location=f"{cdn.url}/a")]
    cdn["GET /a"] = WHOLE
    result = finished(desk, server, CALLED)
    assert desk(result.save(tmp_path / "a.mp3")).read_bytes() == SOUND
    assert not any("authorization" in one.headers for one in cdn.received)


def test_a_file_of_the_api_that_is_gone_has_expired(
    desk: Desk, server: Loopback, tmp_path: Path
) -> None:
    server[FILE] = [WHOLE, answer(410, {})]
    result = finished(desk, server, CALLED)
    with pytest.raises(ResultExpiredError, match="HTTP 410"):
        desk(result.save(tmp_path / "a.mp3"))


@pytest.mark.parametrize("late", [True, False])
def test_a_refusal_after_the_time_of_a_link_asks_for_a_fresh_one(
    desk: Desk, server: Loopback, cdn: Loopback, tmp_path: Path, late: bool
) -> None:
    cdn["GET /old"], cdn["GET /new"] = answer(400, {}), WHOLE
    files = ResultStep(files=("$.output[*].url",), expires=600)
    result = finished(desk, server, files, output=[{"url": f"{cdn.url}/old"}])
    server[POLLED] = told("task_1", "done", output=[{"url": f"{cdn.url}/new"}])
    desk.clock.moment += 601 if late else 599
    if late:
        assert desk(result.save(tmp_path / "a.mp3")).read_bytes() == SOUND
    else:
        with pytest.raises(DownloadError, match="HTTP 400"):
            desk(result.save(tmp_path / "a.mp3"))


def test_files_are_kept_until_so_long_after_the_success(desk: Desk, server: Loopback) -> None:
    server[FILE] = WHOLE
    moment = desk.clock.wall()
    result = finished(desk, server, CALLED)
    assert result.expires_at == datetime.fromtimestamp(moment + 600, UTC)
    assert result.file.expires_at == result.expires_at


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (60, 1060.0),
        ("60", 1060.0),
        (1_800_000_000, 1_800_000_000.0),
        (1_800_000_000_000, 1_800_000_000.0),
        ("2030-01-02T03:04:05Z", 1893553445.0),
        ("2030-01-02T03:04:05", 1893553445.0),
        ("Wed, 02 Jan 2030 03:04:05 GMT", 1893553445.0),
        ("soon", None),
        (None, None),
        (True, None),
        ([], None),
    ],
)
def test_an_end_is_told_in_many_ways(value: Any, moment: float | None) -> None:
    assert moment_of(value, 1000.0) == moment


def test_an_end_that_no_calendar_has_is_none(desk: Desk, server: Loopback) -> None:
    files = ResultStep(files=("$.output[*].url",), expires="$.until")
    output = [{"url": "https://x/1"}]
    assert finished(desk, server, files, output=output, until=10**300).expires_at is None


def test_what_a_submit_asks_to_wait_is_waited_before_the_first_poll(
    desk: Desk, server: Loopback
) -> None:
    server[ROUTE] = answer(202, {"id": "task_1", "status": "in_queue"}, retry_after=20)
    server[POLLED] = told("task_1", "done", output=[{"url": "https://x/1"}])
    job = desk(desk.open().videos.submit(prompt="x"))
    desk.clock.moment += 8
    desk(job.wait())
    assert desk.clock.slept == [12.0]


def test_what_a_poll_asks_to_wait_is_waited_by_whoever_asks_next(
    desk: Desk, server: Loopback
) -> None:
    server[POLLED] = [
        answer(200, {"id": "task_1", "status": "processing"}, retry_after=30),
        answer(429, {}, retry_after=7),
        told("task_1", "done", output=[{"url": "https://x/1"}]),
    ]
    job = desk(desk.open().videos.submit(prompt="x"))
    desk(job.refresh())
    desk.clock.moment += 10
    desk(job.wait())
    assert desk.clock.slept == [20.0, 7.0]


def test_of_several_jobs_each_has_its_own_places(desk: Desk, server: Loopback) -> None:
    links = [{"id": f"t{n}", "status": "done", "link": f"/polls/{n}"} for n in (1, 2)]
    server[ROUTE] = answer(200, {"jobs": links})
    server["GET /polls/2"] = told("t2", "processing")
    life = living(
        id=("$.jobs[*].id",), poll=Step(url="$.jobs[*].link"), status=("$.status", "$..status")
    )
    with pytest.raises(ManyJobsError) as caught:
        desk(desk.open().videos.submit_as(life))
    first, second = caught.value.jobs
    # What an answer says of all of them says nothing of one.
    assert (first.state, second.state) == ("queued", "queued")
    desk(second.refresh())
    assert server.received[-1].path == "/polls/2"
    life = living(id=(), poll=Step(url="$.jobs[*].link"))
    with pytest.raises(ManyJobsError) as caught:
        desk(desk.open().videos.submit_as(life))
    assert [job.id for job in caught.value.jobs] == [f"{server.url}/polls/{n}" for n in (1, 2)]


def test_parts_that_do_not_belong_together_are_told(desk: Desk, server: Loopback) -> None:
    step = ResultStep(operation=DOWNLOAD, parameters={"id": "$.a[*]", "kind": "$.b[*]"})
    server["GET /v1/files/x"] = server["GET /v1/files/y"] = WHOLE
    result = finished(desk, server, step, a=["x", "y"], b=["p", "q"])
    assert [one.url.rpartition("/")[2] for one in result.files] == ["x?kind=p", "y?kind=q"]
    with pytest.raises(JobResultError, match=r"\[1, 2\] parts"):
        finished(desk, server, step, a=["x", "y"], b=["p"])
    assert finished(desk, server, step, a=[], b=[]).value == []


def test_a_result_that_the_answer_does_not_name_is_told(desk: Desk, server: Loopback) -> None:
    step = ResultStep(operation=DOWNLOAD, parameters={"id": "$.file", "kind": "$.kind"})
    with pytest.raises(JobResultError, match=r"names no id at \$.file") as caught:
        finished(desk, server, step, file=None)
    assert caught.value.job_id == "task_1"
    server["GET /v1/files/f1"] = WHOLE
    assert finished(desk, server, step, file="f1").url.endswith("/f1")


def test_a_redirect_without_an_end_is_no_result(desk: Desk, server: Loopback) -> None:
    server[FILE] = answer(302, {}, location="/v1/files/task_1")
    with pytest.raises(Exception, match="HTTP 302"):
        finished(desk, server, CALLED)
    assert len(server.seen(FILE)) == 5


def test_a_result_that_passes_is_asked_for_again(desk: Desk, server: Loopback) -> None:
    server[FILE] = [answer(503, {}, retry_after=3), answer(429, {}, retry_after=4), WHOLE]
    assert len(finished(desk, server, CALLED).files) == 1
    assert desk.clock.slept == [3.0, 4.0]
    server[FILE] = answer(402, {})
    with pytest.raises(JobFailedError):
        finished(desk, server, CALLED)


def test_a_job_that_was_done_at_once_is_asked_for_what_its_result_needs(
    desk: Desk, server: Loopback
) -> None:
    server[ROUTE] = told("task_1", "done")
    server[POLLED] = told("task_1", "done", file="f9")
    server["GET /v1/files/f9"] = WHOLE
    step = ResultStep(operation=DOWNLOAD, parameters={"id": "$.file"})
    job = desk(desk.open().videos.submit_as(living(result=step)))
    assert job.state == "succeeded"
    assert desk(job.result()).file.media_type == "audio/mpeg"


def test_where_a_job_is_asked_for_may_be_in_its_token_alone(desk: Desk, server: Loopback) -> None:
    server[ROUTE] = answer(200, {"id": "task_1", "link": "/polls/1"})
    server["GET /polls/1"] = told("task_1", "processing", usage={"cost": "0.1"})
    job = desk(desk.open().videos.submit_as(living(poll=Step(url="$.link"))))
    assert desk(job.refresh()).state == "running"
    # No operation describes the answer: it is typed as the submit's is.
    assert isinstance(job.answer, Task)
    job._record.url = None
    with pytest.raises(Exception, match="not told by its id") as caught:
        desk(job.refresh())
    assert getattr(caught.value, "hint", "") == "resume it by its token"


def test_what_is_reserved_is_what_the_submit_said(desk: Desk, server: Loopback) -> None:
    cost = replace(LIFE.cost, reserved="$.price", amount="$.price") if LIFE.cost else None
    server[ROUTE] = told("task_1", "in_queue", price=3)
    server[POLLED] = told("task_1", "done", price=2)
    job = desk(desk.open().videos.submit_as(living(cost=cost)))
    desk(job.refresh())
    amounts = [job._record.amount(which) for which in ("reserved", "amount")]
    assert [int(one) for one in amounts if one is not None] == [3, 2]


def test_a_job_whose_result_is_refused_has_failed(desk: Desk, server: Loopback) -> None:
    server[ROUTE], server[POLLED] = told("task_1", "in_queue"), told("task_1", "done")
    server[FILE] = answer(400, {"error": {"code": "nsfw", "message": "not shown"}})
    client = desk.open()
    job = desk(client.videos.submit_as(living(result=CALLED)))
    for _ in range(2):
        with pytest.raises(JobFailedError, match="not shown"):
            desk(job.wait())
        assert job.state == "failed"
    assert desk(job.refresh()).state == "failed"
    (row,) = desk(client.ledger.rows())
    assert (row.state, row.error_code) == ("failed", "nsfw")
    # Whoever asks again may have luck: the poll says that it is done.
    server[FILE] = WHOLE
    assert len(desk(job.result()).files) == 1
    assert job.state == "succeeded"
    assert desk(client.ledger.rows())[0].state == "succeeded"
    assert server.submits == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_job_whose_result_a_key_may_not_see_is_done(
    desk: Desk, server: Loopback, status: int
) -> None:
    server[ROUTE], server[POLLED] = told("task_1", "in_queue"), told("task_1", "done")
    server[FILE] = answer(status, {})
    job = desk(desk.open().videos.submit_as(living(result=CALLED)))
    with pytest.raises(JobFailedError, match="HTTP"):
        desk(job.wait())
    assert job.state == "succeeded"
