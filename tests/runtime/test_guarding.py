"""Once a job is paid for, whatever goes wrong afterwards says which job it was."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.command import Command, main
from specloom.targets.client.runtime.errors import (
    APIError,
    JobResultError,
    RateLimitError,
    SubmitUncertainError,
)
from specloom.targets.client.runtime.operations import Answer, Operation
from specloom.targets.client.runtime.operations import Result as ResultStep

from .loopback import FakeClock, Loopback, answer
from .videos_api import AsyncVideosClient, VideosClient
from .videos_api.videos import LIFE, SUBMIT, Task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "sk-0123456789abcdef"
SUBMITTED = "POST /v1/videos"
POLLED = "GET /v1/videos/t1"
LINE = 'client.jobs.resume("videos.submit~t1")'


def told(status: Any, **members: Any) -> bytes:
    return answer(200, {"id": "t1", "status": status, **members})


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        made[SUBMITTED] = told("in_queue")
        made[POLLED] = told("done", output=[{"url": f"{made.url}/a.wav"}])
        made["GET /a.wav"] = answer(200, b"sound", content_type="audio/wav")
        yield made


class Maker:
    """Submits, waits and saves through the sync or the async client."""

    def __init__(self, kind: str, url: str) -> None:
        self.kind = kind
        self.clock = FakeClock()
        self.settings: dict[str, Any] = {"api_key": KEY, "base_url": url, "clock": self.clock}

    def generate(self, **options: Any) -> Any:
        if self.kind == "sync":
            with VideosClient(**self.settings) as client:
                return client.videos.generate(prompt="x", **options)

        async def run() -> Any:
            async with AsyncVideosClient(**self.settings) as client:
                return await client.videos.generate(prompt="x", **options)

        return asyncio.run(run())

    def submit(self, operation: Any = SUBMIT, **options: Any) -> Any:
        if self.kind == "sync":
            with VideosClient(**self.settings) as client:
                return client.videos.submit_as(operation, **options)

        async def run() -> Any:
            async with AsyncVideosClient(**self.settings) as client:
                return await client.videos.submit_as(operation, **options)

        return asyncio.run(run())


@pytest.fixture(params=["sync", "async"])
def make(request: pytest.FixtureRequest, server: Loopback) -> Maker:
    return Maker(request.param, server.url)


def notes(error: BaseException) -> str:
    return "\n".join(getattr(error, "__notes__", []))


def test_a_result_with_a_number_that_is_none_is_collected(make: Maker, server: Loopback) -> None:
    output = [{"url": f"{server.url}/a.wav"}]
    server[POLLED] = told("done", output=output, usage={"cost": "0.5", "discount": math.nan})
    result = make.generate()
    assert str(result.cost) == "0.5"
    assert result.discount is None
    assert math.isnan(result.answer.usage.discount)
    assert result.url == f"{server.url}/a.wav"


def test_an_answer_that_cannot_be_typed_is_given_as_it_came(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise ValueError("no such type")

    monkeypatch.setattr("specloom.targets.client.runtime.finishing.typed", fail)
    assert make.generate().answer["status"] == "done"


def test_a_result_call_that_answers_no_json_knows_its_job(server: Loopback) -> None:
    operation: Operation[Task] = Operation(
        name="videos.result",
        method="GET",
        path="/v1/result",
        answers=(Answer("200", "application/json", lambda: Task),),
    )
    server["GET /v1/result"] = answer(200, b"<html>")
    with VideosClient(api_key=KEY, base_url=server.url, clock=FakeClock()) as client:
        job = client.videos.submit_as(
            replace(SUBMIT, job=replace(LIFE, result=ResultStep(operation=operation)))
        )
        with pytest.raises(JobResultError) as caught:
            job.wait()
    assert (caught.value.job_id, caught.value.answer) == ("t1", b"<html>")


def test_a_malformed_link_spoils_no_other(make: Maker, server: Loopback) -> None:
    good = f"{server.url}/a.wav"
    server[POLLED] = told("done", output=[{"url": "http://[bad/x.mp4"}, {"url": good}])
    assert [file.url for file in make.generate().files] == ["http://[bad/x.mp4", good]


def test_a_file_that_cannot_be_written_loses_no_job(
    make: Maker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError("no space left")

    monkeypatch.setattr("specloom.targets.client.runtime.results._File._download", full)
    with pytest.raises(OSError, match="no space") as caught:
        make.generate(save_to=tmp_path / "a.wav")
    assert LINE in notes(caught.value)


def test_ctrl_c_while_saving_tells_how_to_resume(server: Loopback, tmp_path: Path) -> None:
    def stop(_: Any) -> bytes:
        os.kill(os.getpid(), signal.SIGINT)
        return answer(200, b"sound", content_type="audio/wav")

    server["GET /a.wav"] = stop
    with pytest.raises(KeyboardInterrupt) as caught:
        Maker("sync", server.url).generate(save_to=tmp_path / "a.wav")
    assert LINE in notes(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b'{"id": "t1", "x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b'{"id": "a\\ud800"}',
    ],
    ids=["deep", "surrogate"],
)
def test_a_submit_answered_with_what_cannot_be_read_is_uncertain(
    make: Maker, server: Loopback, content: bytes
) -> None:
    server[SUBMITTED] = answer(200, content)
    with pytest.raises(SubmitUncertainError) as caught:
        make.submit()
    assert caught.value.body == content
    assert server.submits == 1


@pytest.mark.parametrize("place", ["submissions.bind", "submissions.begin", "finishing.Parsed"])
def test_a_fault_of_our_own_after_the_submit_carries_the_token(
    make: Maker, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def fail(*_: Any) -> Any:
        raise RecursionError("ours")

    monkeypatch.setattr(f"specloom.targets.client.runtime.{place}", fail)
    with pytest.raises(RecursionError) as caught:
        make.generate()
    assert notes(caught.value).count(LINE) == 1


@pytest.mark.parametrize("method", ["wait", "result"])
def test_a_fault_while_finishing_carries_the_token(
    server: Loopback, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def fail(*_: Any) -> Any:
        raise RecursionError("ours")

    with VideosClient(api_key=KEY, base_url=server.url, clock=FakeClock()) as client:
        job = client.videos.submit(prompt="x")
        monkeypatch.setattr("specloom.targets.client.runtime.finishing.Parsed", fail)
        with pytest.raises(RecursionError) as caught:
            getattr(job, method)()
    assert notes(caught.value).count(LINE) == 1


def test_a_fault_between_the_id_and_the_handle_carries_the_token(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise KeyboardInterrupt

    for name in ("Job", "AsyncJob"):
        monkeypatch.setattr(f"specloom.targets.client.runtime.jobs.{name}", fail)
    with pytest.raises(KeyboardInterrupt) as caught:
        make.submit()
    assert LINE in notes(caught.value)


def test_the_id_is_logged_when_it_is_read(
    make: Maker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("ours")

    monkeypatch.setattr("specloom.targets.client.runtime.submissions.Submission.records", fail)
    with caplog.at_level(logging.INFO), pytest.raises(RuntimeError):
        make.submit()
    assert "videos.submit: created job t1" in caplog.messages


@pytest.mark.parametrize("where", ["on_response", "on_update"])
def test_an_error_of_the_callback_tells_of_the_job_whatever_its_class(
    make: Maker, where: str
) -> None:
    def fail(_: Any) -> None:
        raise APIError("mine", job_id="another")

    with pytest.raises(APIError, match="mine") as caught:
        make.generate(**{where: fail})
    assert notes(caught.value).count(LINE) == 1


def test_a_submit_waits_no_longer_than_a_call_does(make: Maker, server: Loopback) -> None:
    server[SUBMITTED] = answer(429, {}, retry_after=121)
    with pytest.raises(RateLimitError, match="121 s") as caught:
        make.submit()
    assert (caught.value.billed, caught.value.retry_after) == ("no", 121)
    assert make.clock.slept == []


def test_the_waits_of_a_submit_are_counted_together(make: Maker, server: Loopback) -> None:
    server[SUBMITTED] = answer(429, {}, retry_after=50)
    make.settings["max_retries"] = 5
    with pytest.raises(RateLimitError):
        make.submit()
    assert make.clock.slept == [50, 50]


def test_what_a_job_has_cost_is_said_in_every_error(server: Loopback) -> None:
    server[POLLED] = answer(403, {"usage": {"cost": "0.5"}})
    with VideosClient(api_key=KEY, base_url=server.url, clock=FakeClock()) as client:
        server[SUBMITTED] = told("in_queue", usage={"cost": "0.5"})
        job = client.videos.submit(prompt="x")
        with pytest.raises(APIError) as caught:
            job.refresh()
    assert caught.value.billed == "yes"


def test_an_answer_without_a_status_takes_nothing_back(server: Loopback) -> None:
    server[POLLED] = [told("processing"), answer(200, {"error": {"message": "busy"}})]
    with VideosClient(api_key=KEY, base_url=server.url, clock=FakeClock()) as client:
        job = client.videos.submit(prompt="x").refresh()
        assert (job.refresh().state, job.status) == ("running", "processing")


def test_a_misspelt_parameter_gets_a_hint(make: Maker, server: Loopback) -> None:
    with pytest.raises(TypeError, match="'duratoin'; did you mean 'duration'"):
        make.generate(duratoin=5)
    assert server.connections == 0


# The command.


@pytest.fixture
def _environment(monkeypatch: pytest.MonkeyPatch, server: Loopback) -> None:
    monkeypatch.setenv("VIDEOS_API_KEY", KEY)
    monkeypatch.setenv("VIDEOS_BASE_URL", server.url)


def run(*argv: str) -> int:
    command = Command(operation="videos.generate", positional="prompt", program="videos")
    return main(command, lambda **given: VideosClient(clock=FakeClock(), **given), argv)


class _Broken:
    encoding = "utf-8"

    def write(self, _: str) -> int:
        raise BrokenPipeError

    def flush(self) -> None:
        raise BrokenPipeError


@pytest.mark.usefixtures("_environment")
@pytest.mark.parametrize("stream", [None, _Broken()], ids=["closed", "broken"])
def test_a_terminal_that_is_gone_stops_no_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stream: Any
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    assert run("x", "-o", str(tmp_path / "a.wav")) == 0
    assert (tmp_path / "a.wav").read_bytes() == b"sound"


@pytest.mark.usefixtures("_environment")
@pytest.mark.parametrize("fault", ["download", "missing", "interrupt", "refused"])
def test_whatever_stops_the_command_names_the_flag_that_resumes(
    server: Loopback, tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    def stop(_: Any) -> bytes:
        os.kill(os.getpid(), signal.SIGINT)
        return told("processing")

    faults: dict[str, tuple[str, Any]] = {
        "download": ("GET /a.wav", answer(404, b"")),
        "missing": (POLLED, answer(404, {})),
        "interrupt": (POLLED, stop),
        "refused": (POLLED, answer(401, {})),
    }
    route, reply = faults[fault]
    server[route] = reply
    assert run("x", "-o", str(tmp_path / "a.wav")) == (3 if fault == "interrupt" else 1)
    err = capsys.readouterr().err
    assert "--resume videos.submit~t1" in err
    assert "client.jobs" not in err


@pytest.mark.usefixtures("_environment")
def test_a_disk_that_is_full_names_the_flag_that_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError("no space left")

    monkeypatch.setattr("specloom.targets.client.runtime.results._File._download", full)
    assert run("x", "-o", str(tmp_path / "a.wav")) == 1
    assert "--resume videos.submit~t1" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.usefixtures("_environment")
@pytest.mark.parametrize("argv", [[""], [" "], ["x", "--resume", "videos.submit~t1"]])
def test_no_prompt_and_two_jobs_are_bad_usage(server: Loopback, argv: list[str]) -> None:
    assert run(*argv) == 2
    assert server.connections == 0
