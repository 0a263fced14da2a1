"""Faults of jobs: at their polls, at their downloads, and by the vendor's codes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.runtime.faulty import (
    CODE,
    LOST,
    QUICK,
    created,
    faulty,
    link,
    partly,
    poll,
    running,
    statuses,
    submit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

    from specloom.targets.client.runtime.sandbox.serving import Sandbox


@pytest.fixture(scope="module")
def shared(wan26_sandbox: type[Sandbox]) -> Iterator[tuple[Sandbox, httpx2.Client]]:
    with running(wan26_sandbox, **QUICK) as both:
        yield both


@pytest.fixture
def sandbox(shared: tuple[Sandbox, httpx2.Client]) -> Sandbox:
    shared[0].reset()
    return shared[0]


@pytest.fixture
def http(shared: tuple[Sandbox, httpx2.Client], sandbox: Sandbox) -> httpx2.Client:
    assert sandbox.jobs_created == 0
    return shared[1]


def test_a_code_refuses_a_submit(http: httpx2.Client, sandbox: Sandbox) -> None:
    answer = submit(http, f"code:{CODE}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, CODE)
    assert sandbox.jobs_created == 0
    assert sandbox.report()["faults"] == {f"code:{CODE}": 1}


def test_a_code_at_the_poll_is_the_end_of_the_job(http: httpx2.Client, sandbox: Sandbox) -> None:
    ordered, asked = created(http, f"poll:code:{CODE}"), created(http)
    tasks = [
        poll(http, ordered).json(),
        poll(http, asked, f"code:{CODE}").json(),
        poll(http, asked).json(),
    ]
    assert [task["status"] for task in tasks] == ["failed"] * 3
    assert [task["error"]["code"] for task in tasks] == [CODE] * 3
    assert sandbox.report()["charged"] == {}


def test_of_many_jobs_so_many_fail(wan26_sandbox: type[Sandbox]) -> None:
    with running(wan26_sandbox, faults=[f"poll:code:{CODE}*2"]) as (sandbox, http):
        for _ in range(3):
            poll(http, created(http))
        assert [job["state"] for job in sandbox.jobs()] == ["failed", "failed", "succeeded"]


def test_a_state_is_told_that_the_document_does_not_name(http: httpx2.Client) -> None:
    job = created(http, "poll:unknown-state*2")
    assert statuses(http, job, 3) == ["sandbox-unnamed"] * 2 + ["done"]


def test_a_finished_job_has_no_file(http: httpx2.Client, sandbox: Sandbox) -> None:
    job = created(http, "done-without-file*1")
    task = poll(http, job).json()
    assert (task["status"], task["usage"]["cost"]) == ("done", "0.30")
    assert "url" not in json.dumps(task)
    assert link(http, job)
    assert sandbox.report()["faults"] == {"done-without-file": 1}


def test_a_job_goes_backwards(http: httpx2.Client) -> None:
    job = created(http, "backwards*1")
    assert statuses(http, job, 4) == ["processing", "in_queue", "done", "done"]
    job = created(http, "backwards, done-without-file*1")
    assert statuses(http, job, 4) == ["processing", "in_queue"] * 2


@pytest.mark.parametrize(("fault", "status"), [("missing", 404), ("gone", 410)])
def test_a_job_is_not_found_for_a_while(http: httpx2.Client, fault: str, status: int) -> None:
    job = created(http, f"{fault}*2")
    assert [poll(http, job).status_code for _ in range(3)] == [status, status, 200]


def test_a_poll_tells_no_status(http: httpx2.Client) -> None:
    task = poll(http, created(http), "no-status").json()
    assert "status" not in task
    assert all("status" not in output for output in task["output"])  # the second place of it
    assert task["id"]


def test_an_error_comes_under_200(http: httpx2.Client) -> None:
    answer = poll(http, created(http), "error-under-200")
    assert answer.status_code == 200
    assert answer.json().keys() == {"error"}
    assert answer.json()["error"]["code"] == "sandbox_fault"


def test_a_poll_has_another_shape(http: httpx2.Client) -> None:
    job = created(http)
    (task,) = poll(http, job, "other-shape").json()
    assert task["id"] == job


def test_at_once_a_slow_queue_lasts_some_polls(http: httpx2.Client) -> None:
    assert statuses(http, created(http, "slow-queue"), 3) == ["in_queue", "in_queue", "done"]
    job = created(http)
    answers = [poll(http, job, "slow-queue*1"), poll(http, job)]
    assert [each.json()["status"] for each in answers] == ["in_queue", "in_queue"]


def test_by_the_clock_a_slow_queue_lasts_longer(wan26_sandbox: type[Sandbox]) -> None:
    now = [0.0]
    settings: Any = {"speed": 1, "clock": lambda: now[0], "slow_queue": 5}
    with running(wan26_sandbox, faults=["slow-queue*1"], **settings) as (_, http):
        slow, usual = created(http), created(http)
        now[0] = 4.9
        assert poll(http, slow).json()["status"] == "in_queue"
        assert poll(http, usual).json()["status"] != "in_queue"
        now[0] = 5.1
        assert poll(http, slow).json()["status"] == "processing"


def test_a_fault_of_a_job_needs_one(http: httpx2.Client, sandbox: Sandbox) -> None:
    for fault in ("gone", "slow-queue", f"code:{CODE}", "other-shape"):
        assert poll(http, "nobody", fault).status_code == 404
    assert http.get("/_sandbox/files/x.mp4", headers=faulty("not-a-video")).status_code == 404
    assert sandbox.report()["faults"] == {}


def test_a_link_expires_until_a_poll_gives_a_fresh_one(
    http: httpx2.Client, sandbox: Sandbox
) -> None:
    job = created(http, "expired")
    first = link(http, job)
    assert link(http, job) == first
    assert [http.get(first).status_code for _ in range(2)] == [403, 403]
    second = link(http, job)
    assert second == link(http, job) == f"{first}?token=1"
    assert http.get(second).status_code == 200
    assert http.get(first).status_code == 403
    assert sandbox.report()["faults"] == {"expired": 1}


@pytest.mark.parametrize(("fault", "times"), [("expired*2", 2), ("expired-for-ever", 4)])
def test_fresh_links_expire_as_well(http: httpx2.Client, fault: str, times: int) -> None:
    job = created(http, fault)
    answers = [http.get(link(http, job)).status_code for _ in range(4)]
    assert answers == [403] * times + [200] * (4 - times)


def test_a_download_is_cut_and_may_be_resumed(http: httpx2.Client, sandbox: Sandbox) -> None:
    job = created(http, "download:cut*1")
    url = link(http, job)
    answer, got = partly(http, url)
    length = int(answer.headers["content-length"])
    assert len(got) == length // 2
    assert sandbox.jobs()[0]["downloads"] == 0
    got += http.get(url, headers={"Range": f"bytes={len(got)}-"}).content
    assert sandbox.jobs()[0]["downloads"] == 1
    assert got == http.get(url).content
    assert sandbox.jobs()[0]["downloads"] == 2


def test_a_download_stops_and_the_line_stays(wan26_sandbox: type[Sandbox]) -> None:
    with running(wan26_sandbox, faults=["stalled"]) as (sandbox, http):
        url = link(http, created(http))
        with http.stream("GET", url) as answer:
            half = int(answer.headers["content-length"]) // 2
            chunks, got = answer.iter_raw(), 0
            while got < half:
                got += len(next(chunks))
            sandbox.stop()  # the line is held until then
            with pytest.raises(LOST):
                next(chunks)
    assert got == half


def test_a_download_tells_a_wrong_length(http: httpx2.Client) -> None:
    url = link(http, created(http, "wrong-length*1"))
    answer, got = partly(http, url)
    assert got == http.get(url).content
    assert int(answer.headers["content-length"]) == len(got) + 1000


def test_a_download_is_no_video(http: httpx2.Client, sandbox: Sandbox) -> None:
    url = link(http, created(http, "not-a-video*1"))
    wrong, right = http.get(url), http.get(url)
    assert wrong.content.startswith(b"This is no video. This is")
    assert len(wrong.content) == len(right.content)
    for name in ("content-type", "content-length", "etag"):
        assert wrong.headers[name] == right.headers[name]
    assert sandbox.jobs()[0]["downloads"] == 1


def test_a_download_is_a_page(http: httpx2.Client, sandbox: Sandbox) -> None:
    url = link(http, created(http, "download:html"))
    assert http.get(url).headers["content-type"] == "text/html; charset=utf-8"
    assert sandbox.jobs()[0]["downloads"] == 0
