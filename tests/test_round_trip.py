"""The woven client against its sandbox, and against a server that knows nothing of either."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import av
import pytest
from wan26 import AsyncWan26, Size, Wan26
from wan26.errors import (
    AdviceWarning,
    BadRequestError,
    ConfigurationError,
    InternalGenerationError,
    InvalidRequestError,
    JobFailedError,
    JobMissingError,
    JobTimeoutError,
    ManyFilesError,
    ReferenceVideosCountError,
    ReferenceVideosDurationError,
    ReferenceVideosWithAudioError,
    SubmitUncertainError,
    TaskCreationError,
)
from wan26.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUICK = {
    "job.poll.interval": 0.01,
    "limits.submits-per-second": 1000,
    "limits.polls-per-second": 1000,
}
SMALL: dict[str, Any] = {"size": Size.LANDSCAPE_720P, "duration": 5}
KEY = "sandbox"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(speed=0) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Wan26]:
    with Wan26(KEY, base_url=sandbox.url, assumed=QUICK) as made:
        yield made


def test_a_video_is_made_and_lies_on_disk(client: Wan26, tmp_path: Path) -> None:
    states: list[str] = []
    job = client.videos.submit(prompt="A kitten running in the moonlight", seed=7, **SMALL)
    video = job.wait(on_update=lambda update: states.append(str(update.state)))
    path = video.save(tmp_path / "kitten.mp4")

    assert states[-1] == "succeeded"
    assert video.usage.cost == "0.50"
    assert str(video.cost) == "0.50"
    assert [file.url for file in video.files] == [video.url]
    with av.open(str(path)) as movie:
        picture = movie.streams.video[0]
        assert (picture.width, picture.height) == (1280, 720)
        assert len(movie.streams.audio) == 1


def test_the_async_client_does_the_same(sandbox: Sandbox, tmp_path: Path) -> None:
    async def make() -> tuple[str, bytes]:
        async with AsyncWan26(KEY, base_url=sandbox.url, assumed=QUICK) as client:
            job = await client.videos.submit(prompt="A kitten", seed=7, audio=False, **SMALL)
            task = await client.videos.get(job.id)
            assert task.id == job.id
            video = await (await job.refresh()).wait()
            path = await video.save(tmp_path / "kitten.mp4")
            return str(video.usage.cost), path.read_bytes()[4:8]

    assert asyncio.run(make()) == ("0.50", b"ftyp")


def test_one_call_submits_waits_and_saves(client: Wan26, tmp_path: Path) -> None:
    video = client.videos.generate(prompt="A boat", save_to=tmp_path / "boat.mp4", **SMALL)

    assert (tmp_path / "boat.mp4").stat().st_size > 10_000
    assert video.answer.status == "done"


def test_a_job_is_taken_up_again_by_its_id_and_by_its_token(client: Wan26) -> None:
    job = client.videos.submit(prompt="A boat", **SMALL)

    assert client.jobs.resume(job.id).wait().url == client.jobs.resume(job.token).wait().url


def test_updates_tell_each_look_and_then_there_is_a_result(client: Wan26) -> None:
    job = client.videos.submit(prompt="A boat", **SMALL)

    assert [update.state for update in job.updates()][-1] == "succeeded"
    assert job.result().url.endswith(".mp4")


@pytest.mark.parametrize(
    ("wrong", "expected", "path"),
    [
        (
            {"reference_video_urls": ["https://a/1"] * 3, "audio": False},
            ReferenceVideosCountError,
            "reference_video_urls",
        ),
        (
            {"reference_video_urls": ["https://a/1"], "audio": True},
            ReferenceVideosWithAudioError,
            "audio",
        ),
        (
            {"reference_video_urls": ["https://a/1"], "audio": False, "duration": 7},
            ReferenceVideosDurationError,
            "duration",
        ),
        ({"size": "1:1"}, InvalidRequestError, "size"),
        ({"size": "480P"}, InvalidRequestError, "size"),
        ({"duration": 1}, InvalidRequestError, "duration"),
        ({"duration": 16}, InvalidRequestError, "duration"),
        ({"duration": 5.5}, InvalidRequestError, "duration"),
        ({"seed": 2147483648}, InvalidRequestError, "seed"),
        ({"seed": -1}, InvalidRequestError, "seed"),
        ({"audio_url": "ftp://a/1.mp3"}, InvalidRequestError, "audio_url"),
        ({"shot_type": "several"}, InvalidRequestError, "shot_type"),
    ],
)
def test_a_wrong_request_is_refused_before_it_is_sent(
    client: Wan26,
    sandbox: Sandbox,
    wrong: dict[str, Any],
    expected: type[InvalidRequestError],
    path: str,
) -> None:
    before = sandbox.jobs_created
    with pytest.raises(expected) as caught:
        client.videos.submit(prompt="A boat", **wrong)

    assert isinstance(caught.value, InvalidRequestError)
    assert [problem for problem in caught.value.problems if path in problem.path]
    assert caught.value.billed == "no"
    assert sandbox.jobs_created == before


def test_all_problems_are_told_at_once(client: Wan26) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        client.videos.submit(prompt="A boat", size="1:1", duration=99, seed=-1)

    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"prompt": "x" * 1501}, "1500"),
        ({"duration": 7}, "5, 10 and 15"),
        ({"shot_type": "multi", "prompt_extend": False}, "prompt_extend"),
        ({"reference_video_urls": ["https://a/1"], "duration": 5}, "audio"),
    ],
)
def test_advice_is_a_warning_and_the_request_is_sent(
    client: Wan26, given: dict[str, Any], words: str
) -> None:
    asked: dict[str, Any] = {"prompt": "A boat", "size": Size.SQUARE_720P, **given}
    with pytest.warns(AdviceWarning, match=words):
        job = client.videos.submit(**asked)

    assert job.id


def test_a_prompt_of_1500_chinese_characters_needs_no_advice(client: Wan26) -> None:
    assert client.videos.submit(prompt="月" * 1500, **SMALL).id  # a warning would be an error here


def test_a_vendor_code_on_submit_and_in_a_poll_has_one_class(client: Wan26) -> None:
    with pytest.raises(ReferenceVideosCountError) as refused:
        client.videos.submit(
            prompt="A boat", extra_headers={"X-Sandbox-Fail": "001026001"}, **SMALL
        )
    job = client.videos.submit(
        prompt="A boat", extra_headers={"X-Sandbox-Fail-Job": "001026095"}, **SMALL
    )
    with pytest.raises(InternalGenerationError) as failed:
        job.wait()

    assert isinstance(refused.value, BadRequestError)
    assert refused.value.billed == "no"
    assert isinstance(failed.value, JobFailedError)
    assert failed.value.job_id == job.id


def test_a_5xx_with_a_known_code_is_uncertain_and_is_not_sent_again(
    client: Wan26, sandbox: Sandbox
) -> None:
    with pytest.raises(TaskCreationError) as caught:
        client.videos.submit(
            prompt="A boat", extra_headers={"X-Sandbox-Fail": "001026099"}, **SMALL
        )

    assert isinstance(caught.value, SubmitUncertainError)
    assert caught.value.billed == "unknown"


def test_a_job_that_nobody_knows_is_missing_and_not_failed(client: Wan26) -> None:
    with pytest.raises(JobMissingError) as caught:
        client.jobs.resume("no-such-task").wait()

    assert "resume" in str(caught.value)


def test_giving_up_waiting_leaves_the_job_and_says_how_to_resume(tmp_path: Path) -> None:
    with Sandbox(speed=0.001) as slow, Wan26(KEY, base_url=slow.url, assumed=QUICK) as client:
        job = client.videos.submit(prompt="A boat", **SMALL)
        with pytest.raises(JobTimeoutError) as caught:
            job.wait(timeout=0)

        assert f'client.jobs.resume("{job.token}")' in str(caught.value)
        assert caught.value.job is job
        assert client.videos.get(job.id).status in {"in_queue", "processing"}
        assert slow.jobs_created == 1


def test_an_estimate_knows_the_tier_and_only_prices_that_were_given(sandbox: Sandbox) -> None:
    with Wan26(KEY, base_url=sandbox.url) as unpriced:
        assert unpriced.videos.estimate().amount is None
        assert unpriced.videos.estimate().tier == "1080P"
    with Wan26(KEY, base_url=sandbox.url, prices={"720P": "0.10"}) as priced:
        assert str(priced.videos.estimate(size=Size.SQUARE_720P, duration=10).amount) == "1.00"
        assert priced.videos.estimate(size=Size.SQUARE_1080P).amount is None


def test_without_a_named_server_only_the_key_sandbox_is_accepted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("WAN26_API_KEY", "WAN26_BASE_URL", "WAN26_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    assert Wan26("sandbox").base_url == "http://127.0.0.1:8026"
    with pytest.raises(ConfigurationError, match="WAN26_BASE_URL"):
        Wan26("sk-live-0123456789")
    with pytest.raises(ConfigurationError, match="WAN26_API_KEY"):
        Wan26()


OTHER = {
    **QUICK,
    "submit.path": "/v2/tasks",
    "get.path": "/v2/tasks/{id}/state",
    "job.id": "$.data.task_id",
    "job.status": "$.data.state",
    "envelope": "$.data",
    "job.states.succeeded": ["SUCCESS"],
    "job.states.running": ["BUSY"],
    "job.states.queued": ["WAITING"],
    "submit.body.input.reference_video_urls": "/parameters/reference_video_urls",
}


def test_the_sandbox_plays_what_is_assumed_otherwise(tmp_path: Path) -> None:
    with (
        Sandbox(speed=0, assumed=OTHER) as other,
        Wan26(KEY, base_url=other.url, assumed=OTHER) as client,
    ):
        video = client.videos.generate(prompt="A boat", save_to=tmp_path / "boat.mp4", **SMALL)

        assert video.usage.cost == "0.50"
        assert client.videos.get(video.job.id).output


class _Stranger(BaseHTTPRequestHandler):
    """A gateway written by hand: other paths, another id field, an envelope, two files."""

    bodies: list[dict[str, Any]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.bodies.append({"path": self.path, **body})
        self._answer({"code": 0, "data": {"task_id": 4711, "state": "WAITING"}})

    def do_GET(self) -> None:
        urls = [f"http://{self.headers['host']}/{name}.mp4" for name in "ab"]
        content = [{"type": "video", "url": url, "jobId": "r"} for url in urls]
        usage = {"cost": "1.50", "discount": 0.5}
        self._answer(
            {
                "code": 0,
                "data": {"state": "SUCCESS", "output": [{"content": content}], "usage": usage},
            }
        )

    def _answer(self, value: Any) -> None:
        text = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


@pytest.fixture
def stranger() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    bodies: list[dict[str, Any]] = []
    handler = type("Handler", (_Stranger,), {"bodies": bodies})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", bodies
        server.shutdown()


def test_another_server_is_a_matter_of_settings(
    stranger: tuple[str, list[dict[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, bodies = stranger
    settings = tmp_path / "wan26.toml"
    lines = [f"{json.dumps(key)} = {json.dumps(value)}" for key, value in OTHER.items()]
    settings.write_text("\n".join([f'base_url = "{url}"', "[assumed]", *lines]))
    monkeypatch.delenv("WAN26_BASE_URL", raising=False)
    monkeypatch.setenv("WAN26_CONFIG", str(settings))
    monkeypatch.setenv("WAN26_API_KEY", "sk-live-0123456789")

    with Wan26() as client:
        video = client.videos.generate(
            prompt="A boat", reference_video_urls=["https://a/1"], audio=False, duration=5
        )

    assert bodies[0]["path"] == "/v2/tasks"
    assert bodies[0]["input"] == {"prompt": "A boat"}
    assert bodies[0]["parameters"]["reference_video_urls"] == ["https://a/1"]
    assert video.job.id == "4711"
    assert (video.usage.cost, str(video.discount)) == ("1.50", "0.5")
    assert len(video.files) == 2
    with pytest.raises(ManyFilesError, match="2 files"):
        _ = video.url


def test_a_key_for_assumptions_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"submit\.path"):
        Wan26("sandbox", assumed={"submit.pth": "/v2"})


def _run(sandbox: Sandbox, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = folder / "quick.toml"
    settings.write_text(
        "\n".join(["[assumed]", *(f'"{key}" = {value}' for key, value in QUICK.items())])
    )
    environment = {
        **os.environ,
        "WAN26_API_KEY": KEY,
        "WAN26_BASE_URL": sandbox.url,
        "WAN26_CONFIG": str(settings),
        "COLUMNS": "60",
    }
    command = [sys.executable, "-m", "wan26", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_command_makes_a_video(sandbox: Sandbox, tmp_path: Path) -> None:
    done = _run(
        sandbox,
        tmp_path,
        "a kitten in the moonlight",
        "-o",
        "kitten.mp4",
        "--size",
        "1280*720",
        "--duration",
        "5",
    )

    assert done.returncode == 0, done.stderr
    assert "kitten.mp4" in done.stdout
    assert "0.50 USD" in done.stdout
    assert (tmp_path / "kitten.mp4").read_bytes()[4:8] == b"ftyp"


def test_the_command_refuses_and_rehearses_without_a_job(sandbox: Sandbox, tmp_path: Path) -> None:
    before = sandbox.jobs_created
    refused = _run(sandbox, tmp_path, "a kitten", "--size", "480P")
    rehearsed = _run(sandbox, tmp_path, "a kitten", "--dry-run")

    assert refused.returncode == 2
    assert "480P" in refused.stderr
    assert rehearsed.returncode == 0
    assert sandbox.jobs_created == before


def test_a_file_is_replaced_only_where_that_is_said(client: Wan26, tmp_path: Path) -> None:
    there = tmp_path / "boat.mp4"
    there.write_text("mine")
    with pytest.raises(FileExistsError, match="nothing was submitted"):
        client.videos.generate(prompt="A boat", save_to=there, **SMALL)
    assert there.read_text() == "mine"

    client.videos.generate(prompt="A boat", save_to=there, overwrite=True, **SMALL)
    assert there.read_bytes()[4:8] == b"ftyp"


def test_a_separator_at_the_end_means_a_folder(client: Wan26, tmp_path: Path) -> None:
    video = client.videos.generate(prompt="A boat", save_to=f"{tmp_path / 'new'}/", **SMALL)

    assert [path.suffix for path in (tmp_path / "new").iterdir()] == [".mp4"]
    assert video.job.id in next((tmp_path / "new").iterdir()).name
