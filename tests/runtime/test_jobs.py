"""Handles: resumed elsewhere, iterated, interrupted; and what results hold."""

from __future__ import annotations

import asyncio
import os
import signal
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import (
    ConfigurationError,
    JobMissingError,
    JobResultError,
    JobTimeoutError,
    ManyFilesError,
)
from specloom.targets.client.runtime.operations import Step

from .loopback import FakeClock, Loopback, answer
from .videos_api import API, AsyncVideosClient, VideosClient
from .videos_api.videos import GET, LIFE, SUBMIT, Task, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "sk-0123456789abcdef"
POLLED = "GET /v1/videos/t1"


def told(status: Any, **members: Any) -> bytes:
    return answer(200, {"id": "t1", "status": status, **members})


def done(*urls: str, **members: Any) -> bytes:
    return told("done", output=[{"url": url} for url in urls], **members)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        made["POST /v1/videos"] = told("in_queue")
        yield made


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def client(server: Loopback, clock: FakeClock) -> Iterator[VideosClient]:
    with VideosClient(api_key=KEY, base_url=server.url, clock=clock) as made:
        yield made


def test_a_handle_tells_what_the_last_answer_said(client: VideosClient, server: Loopback) -> None:
    job = client.videos.submit(prompt="x")
    assert (job.id, job.status, job.state, job.token) == (
        "t1",
        "in_queue",
        "queued",
        "videos.submit~t1",
    )
    assert isinstance(job.answer, Task)
    assert job.answer.raw == job.raw == b'{"id": "t1", "status": "in_queue"}'
    server[POLLED] = told("processing", later=1)
    assert job.refresh() is job
    assert (job.status, job.state) == ("processing", "running")
    assert job.answer.extra == {"later": 1}
    assert repr(job) == "<Job videos.submit~t1: running>"


def test_elapsed_counts_from_the_submit(client: VideosClient, clock: FakeClock) -> None:
    job = client.videos.submit(prompt="x")
    clock.moment += 12
    assert job.elapsed == 12


def test_a_job_is_resumed_by_its_token_or_its_id(
    client: VideosClient, server: Loopback, clock: FakeClock
) -> None:
    server[POLLED] = [told("processing"), done("https://cdn.example/a.mp4")]
    for text in ("videos.submit~t1", "t1"):
        job = client.jobs.resume(text)
        assert (job.id, job.status, job.state, job.answer) == ("t1", None, None, None)
    assert server.received == []
    assert job.wait().url == "https://cdn.example/a.mp4"
    assert clock.slept == [5]  # a resumed job is asked at once
    assert server.submits == 0


def test_an_id_of_any_text_travels_in_a_token(client: VideosClient, server: Loopback) -> None:
    server["POST /v1/videos"] = answer(200, {"id": "a/ü ~?", "status": "in_queue"})
    server["GET /v1/videos/a%2F%C3%BC%20~%3F"] = told("processing")
    token = client.videos.submit(prompt="x").token
    assert all(sign.isalnum() or sign in "._~-" for sign in token)
    assert client.jobs.resume(token).refresh().status == "processing"


def test_what_a_poll_needs_beside_the_id_travels_too(
    client: VideosClient, server: Loopback
) -> None:
    poll = Step(operation=GET, parameters={"id": "$.region"})
    operation = replace(SUBMIT, job=replace(LIFE, poll=poll))
    server["POST /v1/videos"] = told("in_queue", region="eu")
    server["GET /v1/videos/eu"] = told("processing")
    token = client.videos.submit_as(operation).token
    assert client.jobs.resume(token).refresh().status == "processing"


@pytest.mark.parametrize("text", ["", "  ", "videos.submit~~%%%"])
def test_a_damaged_token_is_refused(client: VideosClient, text: str) -> None:
    with pytest.raises(ConfigurationError):
        client.jobs.resume(text)


def test_an_id_alone_does_not_do_where_several_operations_make_jobs(server: Loopback) -> None:
    kinds = (API.jobs[0], replace(API.jobs[0], name="images.submit"))
    api = replace(API, jobs=kinds)
    with VideosClient(api=api, api_key=KEY, base_url=server.url) as client:
        with pytest.raises(ConfigurationError, match=r"images\.submit"):
            client.jobs.resume("t1")
        assert client.jobs.resume("images.submit~t1").id == "t1"


def test_updates_are_iterated(client: VideosClient, server: Loopback) -> None:
    server[POLLED] = [told("processing"), done("https://cdn.example/a.mp4")]
    job = client.videos.submit(prompt="x")
    assert [update.state for update in job.updates()] == ["queued", "running", "succeeded"]
    polls = len(server.seen(POLLED))
    assert job.result().url == "https://cdn.example/a.mp4"
    assert len(server.seen(POLLED)) == polls


def test_updates_are_iterated_asynchronously(server: Loopback, clock: FakeClock) -> None:
    server[POLLED] = [told("processing"), done("https://cdn.example/a.mp4")]

    async def run() -> list[Any]:
        async with AsyncVideosClient(api_key=KEY, base_url=server.url, clock=clock) as client:
            job = await client.videos.submit(prompt="x")
            states = [update.state async for update in job.updates()]
            result = await job.result()
            resumed = await client.jobs.resume(job.token).refresh()
            return [states, result.url, resumed.state, result.job is job]

    expected = [["queued", "running", "succeeded"], "https://cdn.example/a.mp4", "succeeded", True]
    assert asyncio.run(run()) == expected


def test_updates_may_be_left_early(client: VideosClient, server: Loopback) -> None:
    server[POLLED] = told("processing")
    job = client.videos.submit(prompt="x")
    for update in job.updates():
        if update.state == "running":
            break
    assert len(server.seen(POLLED)) == 1


def test_waiting_is_taken_up_again_after_its_end(client: VideosClient, server: Loopback) -> None:
    server[POLLED] = told("processing")
    job = client.videos.submit(prompt="x")
    with pytest.raises(JobTimeoutError) as caught:
        job.wait(timeout=10)
    assert caught.value.job is job
    server[POLLED] = done("https://cdn.example/a.mp4")
    assert job.wait().files
    assert server.submits == 1


def test_a_missing_job_may_be_found_later(client: VideosClient, server: Loopback) -> None:
    server[POLLED] = [answer(404, {}), done("https://cdn.example/a.mp4")]
    job = client.videos.submit(prompt="x")
    with pytest.raises(JobMissingError):
        job.wait()
    assert job.wait().files


def test_what_is_done_stays_done(client: VideosClient, server: Loopback) -> None:
    server[POLLED] = [done("https://cdn.example/a.mp4"), told("processing")]
    job = client.videos.submit(prompt="x")
    job.wait()
    job.refresh()
    assert job.state == "succeeded"
    assert job.result().url == "https://cdn.example/a.mp4"


def test_the_result_of_a_job_that_runs_is_an_error(client: VideosClient, server: Loopback) -> None:
    server[POLLED] = told("processing")
    with pytest.raises(JobResultError, match="has not ended"):
        client.videos.submit(prompt="x").result()


def test_a_job_is_cancelled_where_the_api_can(client: VideosClient, server: Loopback) -> None:
    server["POST /v1/videos/t1/cancel"] = told("cancelled")
    server[POLLED] = told("cancelled")
    job = client.videos.submit(prompt="x")
    assert job.cancel().state == "cancelled"
    job = client.videos.submit_as(replace(SUBMIT, job=replace(LIFE, cancel=None)))
    with pytest.raises(ConfigurationError):
        job.cancel()


def test_ctrl_c_while_waiting_tells_how_to_resume(client: VideosClient, server: Loopback) -> None:
    server[POLLED] = told("processing")

    def stop(_: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as caught:
        client.videos.generate(prompt="x", on_update=stop)
    assert 'client.jobs.resume("videos.submit~t1")' in "".join(caught.value.__notes__)


def test_a_callback_that_fails_does_not_hide_the_job(client: VideosClient) -> None:
    def fail(_: Any) -> None:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine") as caught:
        client.videos.generate(prompt="x", on_update=fail)
    assert "videos.submit~t1" in "".join(caught.value.__notes__)


def test_generate_has_one_deadline_for_all(
    client: VideosClient, server: Loopback, clock: FakeClock
) -> None:
    server["POST /v1/videos"] = [answer(429, {}, retry_after=60), told("in_queue")]
    server[POLLED] = told("processing")
    with pytest.raises(JobTimeoutError):
        client.videos.generate(prompt="x", wait_timeout=100)
    assert clock.moment == 1100


def test_a_target_that_exists_is_refused_before_anything_is_paid(
    client: VideosClient, server: Loopback, tmp_path: Path
) -> None:
    target = tmp_path / "a.mp4"
    target.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        client.videos.generate(prompt="x", save_to=target)
    assert server.submits == 0
    assert target.read_bytes() == b"mine"


def test_a_result_holds_files_value_and_cost(client: VideosClient, server: Loopback) -> None:
    usage = {"cost": "0.70", "discount": 0.1}
    server[POLLED] = done("https://cdn.example/a.mp4?sig=1", usage=usage)
    result = client.videos.generate(prompt="x")
    assert result.value == [{"url": "https://cdn.example/a.mp4?sig=1"}]
    assert isinstance(result.answer, Task)
    assert (result.cost, result.discount, result.currency) == (
        Decimal("0.70"),
        Decimal("0.1"),
        "USD",
    )
    assert result.file.media_type == "video/mp4"
    assert result.usage.cost == "0.70"
    assert [output.url for output in result.output] == ["https://cdn.example/a.mp4?sig=1"]
    assert result.raw == result.answer.raw
    assert "sig" not in repr(result.file)
    assert repr(result) == "<Video t1: 1 file, cost 0.70 USD>"
    assert result.job.id == "t1"


def test_absent_fields_are_empty_and_unknown_costs_are_none(
    client: VideosClient, server: Loopback
) -> None:
    operation = replace(SUBMIT, job=replace(LIFE, result=None))
    server[POLLED] = told("done", usage=None)
    result = client.videos.submit_as(operation).wait()
    assert result.usage == Usage()
    assert result.output == []
    assert (result.cost, result.discount, result.files) == (None, None, [])
    with pytest.raises(JobResultError):
        result.url  # noqa: B018


def test_many_files_say_how_many_they_are(client: VideosClient, server: Loopback) -> None:
    server[POLLED] = done("https://a.example/1", "/relative/2")
    result = client.videos.generate(prompt="x")
    with pytest.raises(ManyFilesError, match="2 files") as caught:
        result.file  # noqa: B018
    assert caught.value.count == 2
    assert [file.url for file in result.files] == [
        "https://a.example/1",
        f"{server.url}/relative/2",
    ]


def test_the_url_of_the_poll_may_be_the_id(client: VideosClient, server: Loopback) -> None:
    with Loopback() as elsewhere:
        job = replace(LIFE, id=(), poll=Step(url="$.links.self"))
        operation = replace(SUBMIT, job=job)
        server["POST /v1/videos"] = answer(200, {"links": {"self": "../v1/videos/t1"}})
        server[POLLED] = told("processing")
        own = client.videos.submit_as(operation)
        assert own.refresh().status == "processing"
        assert own.id == f"{server.url}/v1/videos/t1"
        assert server.received[-1].headers["authorization"] == f"Bearer {KEY}"
        server["POST /v1/videos"] = answer(200, {"links": {"self": f"{elsewhere.url}/t1"}})
        elsewhere["GET /t1"] = told("processing")
        client.videos.submit_as(operation).refresh()
        assert "authorization" not in elsewhere.received[0].headers
