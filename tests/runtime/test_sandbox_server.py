"""The sandbox as a server, with the data of spec/wan26.yaml."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import av
import httpx2
import pytest

from specloom.targets.client.runtime.sandbox import library, requests
from specloom.targets.client.runtime.sandbox.overrides import SandboxError
from specloom.targets.client.runtime.sandbox.serving import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from specloom.targets.client.runtime.sandbox.faces import Faces
    from specloom.targets.client.runtime.sandbox.movie import Movie

KEY = {"Authorization": "Bearer sandbox"}
SHORT = {"size": "1280*720", "duration": 2}


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def shared(wan26_sandbox: type[Sandbox]) -> Iterator[Sandbox]:
    with wan26_sandbox(dice=lambda _: 4) as running:
        yield running


@pytest.fixture
def sandbox(shared: Sandbox) -> Sandbox:
    shared.reset()
    return shared


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=sandbox.url, headers=KEY, timeout=60) as client:
        yield client


def order(prompt: str = "A kitten", **parameters: Any) -> dict[str, Any]:
    told = {**SHORT, **parameters}
    return {"model": "wan26_t2v", "input": {"prompt": prompt}, "parameters": told}


def submit(http: httpx2.Client, body: Any = None, **headers: str) -> str:
    answer = http.post("/v1/videos", json=body or order(), headers=headers)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def poll(http: httpx2.Client, job: str) -> Any:
    answer = http.get(f"/v1/videos/{job}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_job_is_submitted_polled_and_its_video_fetched(http: httpx2.Client) -> None:
    first = http.post("/v1/videos", json=order(seed=3))
    assert first.status_code == 200
    assert first.json()["status"] == "in_queue"
    assert "output" not in first.json()
    task = poll(http, first.json()["id"])
    assert task["id"] == first.json()["id"]
    assert task["status"] == task["output"][0]["status"] == "done"
    assert task["usage"] == {"cost": "0.20", "discount": 0}
    assert "error" not in task
    (content,) = task["output"][0]["content"]
    assert content["type"] == "video"
    video = httpx2.get(content["url"], timeout=60)
    assert video.headers["content-type"] == "video/mp4"
    assert video.content[4:8] == b"ftyp"
    assert int(video.headers["content-length"]) == len(video.content)


def test_the_video_has_the_size_and_the_length_of_the_order(
    http: httpx2.Client, tmp_path: Path
) -> None:
    url = poll(http, submit(http, order(size="720*1280", duration=3)))["output"][0]["content"][0][
        "url"
    ]
    (tmp_path / "video.mp4").write_bytes(http.get(url).content)
    with av.open(str(tmp_path / "video.mp4")) as container:
        video = container.streams.video[0]
        assert (video.width, video.height) == (720, 1280)
        assert container.duration is not None
        assert abs(container.duration / 1_000_000 - 3) < 1 / 24
        assert len(container.streams.audio) == 1  # the default of the document


def test_a_job_walks_through_its_states_by_the_clock(
    wan26_sandbox: type[Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, made = Clock(), threading.Event()

    def wait_for_it(_movie: Movie, _faces: Faces, path: Path, stopped: Callable[[], bool]) -> None:
        made.wait(60)
        assert not stopped()
        path.write_bytes(b"film")

    monkeypatch.setattr(library, "encode_movie", wait_for_it)
    with (
        wan26_sandbox(speed=2, clock=clock) as sandbox,
        httpx2.Client(base_url=sandbox.url, headers=KEY) as http,
    ):
        job = submit(http)
        clock.now += 0.49
        assert poll(http, job)["status"] == "in_queue"
        clock.now += 0.02
        assert poll(http, job)["status"] == "processing"
        clock.now += 1.48
        assert poll(http, job)["status"] == "processing"
        clock.now += 0.02
        assert poll(http, job)["status"] == "processing"  # the film is not made yet
        made.set()
        while poll(http, job)["status"] == "processing":
            pass
        assert poll(http, job)["status"] == "done"
        url = poll(http, job)["output"][0]["content"][0]["url"]
        assert http.get(url).content == b"film"


def test_the_same_request_and_seed_give_the_same_file(http: httpx2.Client) -> None:
    tags = [
        http.head(
            poll(http, submit(http, order(seed=seed)))["output"][0]["content"][0]["url"]
        ).headers["etag"]
        for seed in (1, 1, 2)
    ]
    assert tags[0] == tags[1] != tags[2]


def test_parts_of_a_file_are_served(http: httpx2.Client) -> None:
    url = poll(http, submit(http))["output"][0]["content"][0]["url"]
    whole = http.get(url)
    part = http.get(url, headers={"Range": "bytes=100-199", "If-Range": whole.headers["etag"]})
    assert part.status_code == 206
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
    assert part.content == whole.content[100:200]
    rest = http.get(url, headers={"Range": "bytes=1000-"})
    assert rest.content == whole.content[1000:]
    assert http.get(url, headers={"Range": "bytes=0-9", "If-Range": '"old"'}).status_code == 200
    beyond = http.get(url, headers={"Range": f"bytes={len(whole.content)}-"})
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(whole.content)}"


def test_a_file_needs_no_key_but_its_address(http: httpx2.Client) -> None:
    url = poll(http, submit(http))["output"][0]["content"][0]["url"]
    assert httpx2.head(url, timeout=60).status_code == 200
    assert httpx2.head(url[:-5] + "x.mp4").status_code == 404


@pytest.mark.parametrize(
    "headers", [{}, *({"Authorization": text} for text in ("Bearer", "sandbox", "Bearer a b"))]
)
def test_without_a_key_nothing_is_done(sandbox: Sandbox, headers: dict[str, str]) -> None:
    answer = httpx2.post(f"{sandbox.url}/v1/videos", json=order(), headers=headers)
    assert answer.status_code == 401
    assert "key" in answer.json()["error"]["message"]
    assert answer.headers["www-authenticate"] == "Bearer"
    assert sandbox.jobs_created == 0


def test_every_answer_says_that_it_comes_from_a_sandbox(http: httpx2.Client) -> None:
    for path in ("/v1/videos/x", "/nowhere", "/_sandbox/report", "/_sandbox/files/x.mp4"):
        answer = http.get(path)
        assert answer.headers["x-sandbox"] == "wan26"
        assert answer.headers["x-request-id"] != http.get(path).headers["x-request-id"]


REFERENCES = ["https://example.com/a.mp4"]


@pytest.mark.parametrize(
    ("references", "parameters", "code"),
    [
        (REFERENCES * 3, {"audio": False}, "001026001"),
        (REFERENCES, {"audio": True}, "001026002"),
        (REFERENCES, {"audio": False, "duration": 7}, "001026003"),
    ],
)
def test_a_broken_rule_is_answered_with_its_code(
    http: httpx2.Client, sandbox: Sandbox, references: list[str], parameters: Any, code: str
) -> None:
    body = order(**{"duration": 5, **parameters})
    body["input"]["reference_video_urls"] = references
    answer = http.post("/v1/videos", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code
    assert sandbox.jobs_created == 0


def test_all_other_problems_are_told_at_once(http: httpx2.Client) -> None:
    body = order(size="1:1", duration=99)
    del body["input"]["prompt"]
    answer = http.post("/v1/videos", json=body)
    assert answer.status_code == 400
    for word in ("size", "duration", "prompt"):
        assert word in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 400), (b"{", 400), (b"\xff", 400), (b"[" * 100_000, 400), (b" " * 1_000_001, 413)],
    ids=["empty", "cut", "no text", "deep", "large"],
)
def test_a_body_that_is_no_json_or_too_large_is_refused(
    http: httpx2.Client, content: bytes, status: int
) -> None:
    answer = http.post("/v1/videos", content=content)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
    assert requests.LARGEST_BODY == 1_000_000


def test_what_is_not_there_is_404_and_a_wrong_method_405(http: httpx2.Client) -> None:
    assert http.get("/v1/videos/unknown").status_code == 404
    assert http.get("/v2").status_code == 404
    wrong = http.get("/v1/videos")
    assert wrong.status_code == 405
    assert wrong.headers["allow"] == "POST"
    assert http.delete("/v1/videos/x").status_code == 405


def test_a_header_asks_for_an_error_of_the_vendor(http: httpx2.Client, sandbox: Sandbox) -> None:
    answer = http.post("/v1/videos", json=order(), headers={"X-Sandbox-Fail": "001026099"})
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "001026099"
    assert sandbox.jobs_created == 0
    unknown = http.post("/v1/videos", json=order(), headers={"X-Sandbox-Fail": "7"})
    assert unknown.status_code == 400
    assert "001026099" in unknown.json()["error"]["message"]


def test_a_header_asks_for_a_job_that_fails(http: httpx2.Client, sandbox: Sandbox) -> None:
    job = submit(http, **{"X-Sandbox-Fail-Job": "001026095"})
    task = poll(http, job)
    assert task["status"] == "failed"
    assert task["error"]["code"] == "001026095"
    assert task["error"]["message"]
    assert "output" not in task
    assert "usage" not in task
    assert http.get(f"/_sandbox/files/{job}.mp4").status_code == 404
    assert sandbox.report()["charged"] == {}


def test_the_report_counts_jobs_and_play_money(http: httpx2.Client, sandbox: Sandbox) -> None:
    submit(http)
    submit(http, {"model": "wan26_t2v", "input": {"prompt": "the defaults: 5 s at 1080P"}})
    submit(http, **{"X-Sandbox-Fail-Job": "001026095"})
    report = http.get("/_sandbox/report").json()
    assert report["jobs_created"] == sandbox.jobs_created == 3
    assert report["jobs_by_state"] == {"succeeded": 2, "failed": 1}
    assert report["charged"] == {"USD": "0.95"}
    sandbox.reset()
    assert sandbox.jobs_created == 0


def test_play_prices_and_a_discount_can_be_set(wan26_sandbox: type[Sandbox]) -> None:
    with (
        wan26_sandbox(prices={"720P": "1.00"}, discount="0.25") as sandbox,
        httpx2.Client(base_url=sandbox.url, headers=KEY) as http,
    ):
        assert poll(http, submit(http))["usage"] == {"cost": "1.50", "discount": 0.5}


OTHER = """
base_url = "http://127.0.0.1:1"
[assumed]
envelope = "$.data"
submit.path = "/api/v3/tasks"
get.path = "/api/v3/tasks/{id}"
job.id = "$.data.task_id"
job.status = "$.state"
job.states.queued = ["WAITING"]
job.states.succeeded = ["OK"]
error.code = "$.code"
error.message = "$.msg"
errors."001026099".status = 503
submit.body.input.reference_video_urls = "/references"
"""


def test_what_is_assumed_can_be_set_otherwise(wan26_sandbox: type[Sandbox], tmp_path: Path) -> None:
    config = tmp_path / "other.toml"
    config.write_text(OTHER, "utf-8")
    with (
        wan26_sandbox(config=config) as sandbox,
        httpx2.Client(base_url=sandbox.url, headers=KEY) as http,
    ):
        assert http.post("/v1/videos", json=order()).status_code == 404
        first = http.post("/api/v3/tasks", json=order()).json()
        assert first["state"] == "WAITING"
        assert "id" not in first["data"]
        assert "status" not in first["data"]
        last = http.get(f"/api/v3/tasks/{first['data']['task_id']}").json()
        assert last["state"] == "OK"
        assert last["data"]["usage"]["cost"] == "0.20"
        assert last["data"]["output"][0]["content"][0]["url"].startswith(sandbox.url)
        failed = http.post("/api/v3/tasks", json=order(), headers={"X-Sandbox-Fail": "001026099"})
        assert failed.status_code == 503
        assert failed.json()["code"] == "001026099"
        moved = {**order(audio=False, duration=7), "references": REFERENCES}
        assert http.post("/api/v3/tasks", json=moved).json()["code"] == "001026003"


def test_an_unknown_assumed_key_is_an_error_that_knows_better(wan26_sandbox: type[Sandbox]) -> None:
    with pytest.raises(SandboxError, match=r"did you mean 'job\.status'"):
        wan26_sandbox(assumed={"job.statsu": "$.x"}).start()


def test_without_examples_answers_are_samples_of_the_schema(
    wan26_sandbox: type[Sandbox], tmp_path: Path
) -> None:
    data = json.loads(wan26_sandbox.data.read_text("utf-8"))
    for operation in data["operations"]:
        operation["answers"]["200"]["examples"] = []

    bare = tmp_path / "api.json"
    bare.write_text(json.dumps(data), "utf-8")

    class Bare(Sandbox):
        data = bare
        schemas = wan26_sandbox.schemas

    with Bare() as sandbox, httpx2.Client(base_url=sandbox.url, headers=KEY) as http:
        first = http.post("/v1/videos", json=order()).json()
        assert first["status"] == "in_queue"
        assert not {"output", "usage", "error"} & set(first)
        task = poll(http, first["id"])
        assert task["output"][0]["content"][0]["type"] == "video"
        assert task["usage"] == {"cost": "0.20", "discount": 0}
        assert "error" not in task


def test_characters_without_a_glyph_are_named(http: httpx2.Client) -> None:
    answer = http.post("/v1/videos", json=order("a \U0010fffd b"))
    assert answer.headers["x-sandbox-missing-glyphs"] == "U+10FFFD"
    assert "x-sandbox-missing-glyphs" not in http.post("/v1/videos", json=order()).headers


def test_a_file_that_is_there_already_is_not_sent_again(http: httpx2.Client) -> None:
    url = poll(http, submit(http))["output"][0]["content"][0]["url"]
    etag = http.head(url).headers["etag"]
    for tags in (etag, f'"x", W/{etag}', "*"):
        answer = http.get(url, headers={"If-None-Match": tags})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert http.get(url, headers={"If-None-Match": '"x"'}).status_code == 200


@pytest.mark.parametrize("text", ["chunks=0-9", "bytes=9-0", "bytes=a-b", "bytes", "bytes=-"])
def test_a_range_that_is_none_is_passed_over(http: httpx2.Client, text: str) -> None:
    url = poll(http, submit(http))["output"][0]["content"][0]["url"]
    answer = http.get(url, headers={"Range": text})
    assert answer.status_code == 200
    assert len(answer.content) == int(answer.headers["content-length"])
