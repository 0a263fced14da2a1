"""What stands in the ledger's rows, and what never does: the key, and prompts that are kept out."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import APIError, DownloadError, JobFailedError
from specloom.targets.client.runtime.intents import request_text
from specloom.targets.client.runtime.operations import Step
from specloom.targets.client.runtime.uploads import Upload

from .desks import KEY, ROUTE, Desk, desk, server, told
from .loopback import DROP, Loopback, answer
from .videos_api.videos import GET, LIFE, SUBMIT

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["desk", "server"]  # fixtures
POLLED = "GET /v1/videos/task_1"
PROMPT = 'a "kitten" in the moonlight, é'
STARTED = datetime.fromtimestamp(1_700_001_000, UTC)


def test_a_row_tells_the_life_of_its_job(desk: Desk, server: Loopback, tmp_path: Path) -> None:
    link = [{"url": f"{server.url}/a.wav"}]
    server[POLLED] = [
        answer(200, {"status": "processing"}, x_request_id="r1"),
        told("task_1", "dreaming"),
        answer(
            200,
            {"status": "done", "output": link, "usage": {"cost": "0.5", "discount": 0.1}},
            x_request_id="r2",
        ),
    ]
    server["GET /a.wav"] = answer(200, b"sound", content_type="audio/wav")
    client = desk.open(prices={"1080P": "0.1"})
    job = desk(client.videos.submit(prompt=PROMPT, key="order-1"))
    video = desk(job.wait())
    desk(video.save(tmp_path / "a.wav"))
    (row,) = desk(client.ledger.rows())
    assert [(change.state, change.status) for change in row.history] == [
        ("submitting", None),
        ("queued", None),
        ("running", "processing"),
        ("unknown", "dreaming"),
        ("succeeded", "done"),
    ]
    assert (row.row, row.key, row.state, row.status) == (1, "order-1", "succeeded", "done")
    assert (row.job_id, row.token, row.request_id) == ("task_1", job.token, "r2")
    assert (row.server, row.operation, row.parent) == (server.url, "videos.submit", None)
    assert (row.cost, row.discount, row.currency) == (Decimal("0.5"), Decimal("0.1"), "USD")
    assert (row.reserved, row.at_risk, row.error) == (0, False, None)
    assert row.request == server.received[0].json
    assert row.parameters == {}


def test_all_times_are_utc_and_stay(desk: Desk, server: Loopback) -> None:
    server[POLLED] = told("task_1", "done")
    client = desk.open()
    job = desk(client.videos.submit(prompt=PROMPT))
    for _ in range(2):
        desk.clock.sleep(60)
        desk(job.refresh())
    (row,) = desk(client.ledger.rows())
    later = STARTED + timedelta(seconds=60)
    assert (row.created, row.submitted, row.finished) == (STARTED, STARTED, later)
    assert row.changed == later  # what was told twice is written once
    assert [change.at for change in row.history] == [STARTED, STARTED, later]


def test_a_file_stands_in_its_row_with_its_hash(
    desk: Desk, server: Loopback, tmp_path: Path
) -> None:
    links = [{"url": f"{server.url}/a.wav"}, {"url": f"{server.url}/b.wav"}]
    server[POLLED] = told("task_1", "done", output=links)
    server["GET /a.wav"] = server["GET /b.wav"] = answer(200, b"sound", content_type="audio/wav")
    client = desk.open()
    made = desk(client.videos.generate(prompt="x"))
    (row,) = desk(client.ledger.rows())
    assert (row.file, row.sha256, row.files) == (None, None, ())
    for index in (1, 0):
        desk(made.files[index].save(tmp_path / f"{index}.wav"))
    (row,) = desk(client.ledger.rows())
    digest = hashlib.sha256(b"sound").hexdigest()
    assert (row.file, row.sha256) == (tmp_path / "0.wav", digest)
    told_of = [(one.number, one.size, one.media_type, one.saved) for one in row.files]
    assert told_of == [(0, 5, "audio/wav", True), (1, 5, "audio/wav", True)]


def test_a_file_that_is_on_its_way_is_taken_up_by_another_process(
    desk: Desk, server: Loopback, tmp_path: Path
) -> None:
    told_of = {"etag": '"v1"', "content_type": "audio/wav"}
    server[POLLED] = told("task_1", "done", output=[{"url": f"{server.url}/a.wav"}])
    server["GET /a.wav"] = [answer(200, b"sou", content_length=5, **told_of), answer(500, b"")]
    client = desk.open()
    with pytest.raises(DownloadError):
        desk(desk(client.videos.generate(prompt="x")).save(tmp_path / "a.wav"))
    (row,) = desk(client.ledger.rows())
    (file,) = row.files
    assert (file.path, file.saved, file.sha256, row.file) == (tmp_path / "a.wav", False, None, None)
    desk(client.close())
    rest = answer(206, b"nd", content_range="bytes 3-4/5", **told_of)
    server["GET /a.wav"] = rest
    (job,) = desk(desk.open().ledger.resume_all())
    saved = desk(desk(job.wait()).save(tmp_path / "a.wav"))
    assert saved.read_bytes() == b"sound"
    assert server.received[-1].headers["range"] == "bytes=3-"
    (row,) = desk(desk.open().ledger.rows())
    assert row.sha256 == hashlib.sha256(b"sound").hexdigest()


@pytest.mark.parametrize("prompts", [True, False])
def test_a_failed_job_tells_its_error(desk: Desk, server: Loopback, prompts: bool) -> None:
    server[POLLED] = told("task_1", "failed", error={"code": "095", "message": f"no {PROMPT}"})
    client = desk.open(ledger_prompts=prompts)
    with pytest.raises(JobFailedError):
        desk(client.videos.generate(prompt=PROMPT))
    (row,) = desk(client.ledger.rows())
    assert (row.state, row.error_code) == ("failed", "095")
    assert row.error == (f"no {PROMPT}" if prompts else None)
    assert row.at_risk  # that it failed does not say that it was free
    server[POLLED] = answer(404, {})
    desk(client.jobs.resume("task_1").refresh())
    assert desk.states(client) == ["failed"]


def test_what_is_not_found_can_be_found_later(desk: Desk, server: Loopback) -> None:
    server[POLLED] = [answer(404, {}), told("task_1", "processing")]
    client = desk.open()
    job = desk(client.videos.submit(prompt="x"))
    desk(job.refresh())
    (row,) = desk(client.ledger.rows())
    assert (row.state, row.finished, row.at_risk) == ("missing", None, True)
    desk(job.refresh())
    assert desk.states(client) == ["running"]


def test_what_the_poll_needs_beside_the_id_is_kept(desk: Desk, server: Loopback) -> None:
    server[ROUTE] = answer(200, {"id": "task_1", "region": "eu"})
    poll = Step(
        operation=replace(GET, path="/v1/{region}/{id}"),
        parameters={"id": "$id", "region": "$.region"},
    )
    submit = replace(SUBMIT, job=replace(LIFE, poll=poll))
    client = desk.open()
    job = desk(client.videos.submit_as(submit, key="k"))
    (row,) = desk(client.ledger.rows())
    assert row.token == job.token
    assert "~~" in job.token
    assert desk(desk.open().videos.submit_as(submit, key="k")).token == job.token


def test_what_the_server_reserves_itself_counts(desk: Desk, server: Loopback) -> None:
    server[ROUTE] = answer(200, {"id": "task_1", "held": "0.7"})
    cost = LIFE.cost
    assert cost is not None
    submit = replace(SUBMIT, job=replace(LIFE, cost=replace(cost, reserved="$.held")))
    client = desk.open(prices={"1080P": "0.1"})
    desk(client.videos.submit_as(submit))
    assert desk(client.ledger.rows())[0].reserved == Decimal("0.7")


# Prompts


def refusals(server: Loopback, text: str) -> list[Any]:
    """Answers of a server that says back what it was sent."""
    error = {"error": {"code": "001", "message": f"this is not allowed: {text}"}}
    return [
        answer(400, error),
        answer(500, error),
        answer(200, error),
        DROP,
        told("task_1", "failed", **error),
    ]


@pytest.mark.parametrize("index", range(5))
def test_prompts_can_be_kept_out(desk: Desk, server: Loopback, index: int) -> None:
    server[ROUTE] = server[POLLED] = refusals(server, PROMPT)[index]
    client = desk.open(ledger_prompts=False)
    with pytest.raises(APIError):
        desk(client.videos.generate(prompt=PROMPT, key="order-1"))
    (row,) = desk(client.ledger.rows())
    digest = hashlib.sha256(PROMPT.encode()).hexdigest()
    assert row.request["input"] == {"prompt": f"sha256:{digest}"}
    for text in ("kitten", "moonlight", "not allowed"):
        assert text.encode() not in desk.bytes
        assert text not in repr(row)


def test_prompts_are_told_apart_by_their_hashes(desk: Desk, server: Loopback) -> None:
    client = desk.open(ledger_prompts=False)
    first = desk(client.videos.submit(prompt=PROMPT, key="order-1"))
    with pytest.raises(APIError, match="another request"):
        desk(client.videos.submit(prompt=PROMPT + "!", key="order-1"))
    again = desk(desk.open().videos.submit(prompt=PROMPT, key="order-1"))
    assert again.token == first.token
    assert server.submits == 1


# Secrets


@pytest.mark.parametrize("index", range(5))
def test_the_key_never_stands_in_the_ledger(desk: Desk, server: Loopback, index: int) -> None:
    server[ROUTE] = server[POLLED] = refusals(server, f"the key {KEY}")[index]
    client = desk.open()
    with pytest.raises(APIError):
        desk(client.videos.generate(prompt=f"the key is {KEY}"))
    (row,) = desk(client.ledger.rows())
    assert KEY not in repr(row) + repr(row.history) + repr(row.files) + repr(client.ledger)
    assert KEY.encode() not in desk.bytes
    assert "the key is" in row.request["input"]["prompt"]


# What a request is, for its key


def digest_of(body: Any, **parameters: Any) -> str:
    return request_text(parameters, body, prompts=True).sha256


def test_the_same_request_is_the_same_however_it_is_given(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"abc")
    opened = io.BytesIO(b"-abc")
    opened.seek(1)
    given = [b"abc", bytearray(b"abc"), memoryview(b"abc"), path, opened, Upload(b"abc")]
    assert len({digest_of({"image": one}) for one in given}) == 1
    assert opened.tell() == 1
    assert digest_of({"image": b"abd"}) != digest_of({"image": b"abc"})
    assert digest_of({"a": 1, "b": UNSET}) == digest_of({"a": 1})
    assert digest_of((1, UNSET, 2)) == digest_of([1, 2])
    assert digest_of(UNSET) == digest_of(None)
    assert digest_of({}, id="a") != digest_of({}, id="b")


def test_a_stream_that_is_read_once_is_left_alone() -> None:
    ends = os.pipe()
    os.write(ends[1], b"abc")
    os.close(ends[1])
    with os.fdopen(ends[0], "rb", buffering=0) as stream:
        text = request_text({}, {"image": stream}, prompts=False).shown
        assert json.loads(text)["body"] == {"image": {"file": None}}
        assert stream.read() == b"abc"


def test_every_text_is_a_hash_without_prompts() -> None:
    body = {"a": ["secret", {"b": "secret"}], "n": 7, "t": True, "half": "\ud800"}
    text = request_text({"p": "secret"}, body, prompts=False).shown
    assert "secret" not in text
    shown = json.loads(text)
    assert (shown["body"]["n"], shown["body"]["t"]) == (7, True)
    assert shown["parameters"]["p"] == shown["body"]["a"][0] == shown["body"]["a"][1]["b"]


# On disk before anything else happens


def inside(desk: Desk) -> tuple[str, str | None]:
    with sqlite3.connect(f"{desk.path.as_uri()}?mode=ro", uri=True) as found:
        row = found.execute("SELECT state, job_id FROM jobs").fetchone()
    found.close()
    return tuple(row)


def test_the_intent_is_on_disk_before_the_request_and_the_id_before_the_poll(
    desk: Desk, server: Loopback
) -> None:
    seen: list[Any] = []

    def look(reply: bytes) -> Any:
        def told_of(_: Any) -> bytes:
            seen.append(inside(desk))
            return reply

        return told_of

    server[ROUTE] = look(told("task_1", "in_queue"))
    server[POLLED] = look(told("task_1", "done", output=[{"url": "/a.mp4"}]))
    desk(desk.open().videos.generate(prompt="x"))
    assert seen == [("submitting", None), ("queued", "task_1")]
