"""What servers may do to who waits for a result, lists jobs, or saves what several jobs made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import (
    APIStatusError,
    DownloadError,
    JobFailedError,
    JobResultError,
)
from specloom.targets.client.runtime.operations import (
    Answer,
    ApiKey,
    Operation,
    Parameter,
    Rule,
    Step,
)
from specloom.targets.client.runtime.operations import Result as ResultStep

from .desks import KEY, ROUTE, Desk, desk, server, told
from .loopback import Loopback, answer
from .videos_api import API
from .videos_api.videos import LIFE, SUBMIT, Task

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["desk", "server"]  # fixtures
POLLED = "GET /v1/videos/task_1"
PART = "GET /v1/results/task_1"
RESULT: Operation[Any] = Operation(
    name="results.get",
    method="GET",
    path="/v1/results/{id}",
    parameters=(Parameter("id", "path", required=True),),
    answers=(Answer("200", "application/json", lambda: dict),),
)
CALLED = ResultStep(operation=RESULT, parameters={"id": "$id"})


def living(**changes: Any) -> Operation[Task]:
    return replace(SUBMIT, job=replace(LIFE, **changes))


def done(desk: Desk, server: Loopback, result: ResultStep) -> Any:
    server[ROUTE], server[POLLED] = told("task_1", "in_queue"), told("task_1", "done")
    return desk(desk.open().videos.submit_as(living(result=result)))


@pytest.mark.parametrize("seconds", [3600, 999999999])
def test_a_result_call_is_not_waited_for_as_long_as_a_server_likes(
    desk: Desk, server: Loopback, seconds: int
) -> None:
    server[PART] = answer(503, {}, retry_after=seconds)
    with pytest.raises(APIStatusError, match=f"wait {seconds} s") as caught:
        desk(done(desk, server, CALLED).wait())
    assert "result() asks for its result again" in str(caught.value)
    assert len(server.seen(PART)) == 1
    assert sum(desk.clock.slept) < 10


def test_a_time_limit_holds_for_the_result_call_too(desk: Desk, server: Loopback) -> None:
    server[PART] = answer(503, {}, retry_after=60)
    with pytest.raises(APIStatusError, match="wait 60 s"):
        desk(done(desk, server, CALLED).wait(timeout=20))
    assert sum(desk.clock.slept) <= 20


def test_a_download_is_not_waited_for_as_long_as_a_server_likes(
    desk: Desk, server: Loopback, tmp_path: Path
) -> None:
    server["GET /a.mp4"] = answer(429, {}, retry_after=9999999)
    server[POLLED] = told("task_1", "done", output=[{"url": f"{server.url}/a.mp4"}])
    server[ROUTE] = told("task_1", "in_queue")
    result = desk(desk(desk.open().videos.submit_as(living())).wait())
    before = len(desk.clock.slept)
    with pytest.raises(DownloadError, match="wait 9999999 s"):
        desk(result.save(tmp_path / "a.mp4"))
    assert desk.clock.slept[before:] == []


FILE: Operation[bytes] = replace(RESULT, answers=(Answer("200", "application/pdf", lambda: bytes),))
PDF = answer(200, b"%PDF-1.7", content_type="application/pdf")


@pytest.mark.parametrize(
    "word",
    [answer(200, {"error": "log in"}), answer(200, b"<html>", content_type="text/html")],
    ids=["json", "page"],
)
def test_a_word_about_a_file_is_not_saved_as_the_file(
    desk: Desk, server: Loopback, tmp_path: Path, word: bytes
) -> None:
    result = replace(CALLED, operation=FILE)
    server[PART] = [PDF, word, PDF, PDF]
    file = desk(done(desk, server, result).wait())
    assert desk(file.save(tmp_path / "a.pdf")).read_bytes() == b"%PDF-1.7"
    server[PART] = [PDF, word]
    file = desk(done(desk, server, result).wait())
    with pytest.raises(DownloadError, match="came instead of the file") as caught:
        desk(file.save(tmp_path / "b.pdf"))
    assert caught.value.job_id == "task_1"
    assert not (tmp_path / "b.pdf").exists()


def test_a_poll_that_is_answered_by_the_file_gives_the_file(
    desk: Desk, server: Loopback, tmp_path: Path
) -> None:
    rules = (Rule(code=202, state="running"), Rule(code=200, state="succeeded"))
    poll = replace(FILE, path="/v1/videos/{id}")
    life = living(
        poll=Step(operation=poll, parameters={"id": "$id"}),
        rules=rules,
        status=(),
        states={},
        result=None,
    )
    server[ROUTE] = told("task_1", "in_queue")
    server[POLLED] = [answer(202, {}), PDF]
    api = replace(API, security=(ApiKey(name="key", place="query"),))
    result = desk(desk(desk.open(api=api).videos.submit_as(life)).wait())
    assert (result.url, result.file.media_type) == (
        f"{server.url}/v1/videos/task_1",
        "application/pdf",
    )
    assert desk(result.save(tmp_path / "a.pdf")).read_bytes() == b"%PDF-1.7"
    assert all(one.query == f"key={KEY}" for one in server.seen(POLLED))


@pytest.mark.parametrize("status", [200, 204])
def test_nothing_is_no_file(desk: Desk, server: Loopback, status: int) -> None:
    empty = answer(status, b"", content_type="application/pdf", content_length=0)
    server[PART] = [empty, PDF]
    job = done(desk, server, replace(CALLED, operation=FILE))
    with pytest.raises(JobResultError, match=f"no file .HTTP {status}") as caught:
        desk(job.wait())
    assert caught.value.retryable
    assert desk(job.wait()).file.media_type == "application/pdf"


def test_who_is_refused_elsewhere_hears_that_the_key_was_not_sent(
    desk: Desk, server: Loopback
) -> None:
    with Loopback() as other:
        other["GET /poll"] = answer(401, {})
        server[ROUTE] = told("task_1", "in_queue", poll=f"{other.url}/poll?sig=1")
        life = living(poll=Step(url="$.poll"))
        with pytest.raises(APIStatusError, match="the key was not sent") as caught:
            desk(desk(desk.open().videos.submit_as(life)).wait())
        assert other.url in caught.value.hint
        assert "sig=1" not in caught.value.hint
        assert "check the API key" not in str(caught.value)


def test_a_server_that_asks_for_no_patience_is_not_stormed(desk: Desk, server: Loopback) -> None:
    server[ROUTE] = told("task_1", "in_queue")
    busy = answer(200, {"id": "task_1", "status": "processing"}, retry_after=0)
    server[POLLED] = [busy, busy, busy, told("task_1", "done", output=[{"url": "https://x/a"}])]
    desk(desk(desk.open().videos.submit_as(living())).wait())
    assert desk.clock.slept[1:] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("operation", [RESULT, FILE], ids=["read", "file"])
def test_what_one_of_several_calls_does_not_give_keeps_nothing_back(
    desk: Desk, server: Loopback, tmp_path: Path, operation: Operation[Any]
) -> None:
    whole = PDF if operation is FILE else answer(200, {"n": 1})
    parts = ResultStep(operation=operation, parameters={"id": "$.output[*].url"})
    server[ROUTE] = told("task_1", "in_queue")
    server[POLLED] = told("task_1", "done", output=[{"url": "a"}, {"url": "b"}])
    server["GET /v1/results/a"], server["GET /v1/results/b"] = answer(404, {}), whole
    job = desk(desk.open().videos.submit_as(living(result=parts)))
    with pytest.raises(JobResultError, match="part 1 of 2") as caught:
        desk(job.wait())
    assert job.state == "succeeded"
    found = caught.value.result
    if operation is FILE:
        path = desk(found.save(f"{tmp_path}/"))
        assert (path.name, path.read_bytes()) == ("task_1.2.pdf", b"%PDF-1.7")
    else:
        assert found.value == [None, {"n": 1}]
    server["GET /v1/results/b"] = answer(404, {})
    with pytest.raises(JobFailedError):
        desk(job.result())
    assert job.state == "failed"


def test_a_file_that_the_answer_holds_itself_is_saved_without_a_request(
    desk: Desk, server: Loopback, tmp_path: Path
) -> None:
    held = "data:image/png;base64,iVBORw0KGgo="
    server[ROUTE] = told("task_1", "in_queue")
    server[POLLED] = told(
        "task_1", "done", output=[{"url": held}, {"url": "data:text/plain,a%20b"}]
    )
    result = desk(desk(desk.open().videos.submit_as(living())).wait())
    before = len(server.received)
    first, second = result.files
    assert "iVBOR" not in repr(first)
    path = desk(first.save(f"{tmp_path}/", sidecar=True))
    assert (path.suffix, path.read_bytes()) == (".png", b"\x89PNG\r\n\x1a\n")
    assert desk(second.save(tmp_path / "a.txt")).read_bytes() == b"a b"
    with pytest.raises(DownloadError, match="8 bytes or more"):
        desk(first.save(tmp_path / "b.png", max_size=7))
    assert len(server.received) == before
