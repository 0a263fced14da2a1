"""Sidecars: what is known of a file stands beside it, whole or not at all, and without secrets."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from specloom.targets.client.runtime import bookkeeping, sidecars
from specloom.targets.client.runtime.effects import Sleep
from specloom.targets.client.runtime.errors import DownloadError

from .loopback import FakeClock, Loopback, answer
from .test_downloading import FILE, KEY, MP4, POLLED, WHOLE, Saver, cdn, save, server, target
from .videos_api import AsyncVideosClient, VideosClient

if TYPE_CHECKING:
    from pathlib import Path

    from specloom.targets.client.runtime.effects import Core

__all__ = ["cdn", "save", "server", "target"]  # fixtures


def beside(path: Path) -> Any:
    return json.loads(path.with_name(path.name + ".json").read_text("utf-8"))


def done(cdn: Loopback, **members: Any) -> bytes:
    output = [{"url": f"{cdn.url}/a.mp4?sig=s3cret"}]
    return answer(200, {"id": "t1", "status": "done", "output": output, **members})


def saved(server: Loopback, path: Path, **options: Any) -> Any:
    """The sidecar of a video that is submitted with these options."""
    with VideosClient(api_key=KEY, base_url=server.url, clock=FakeClock()) as client:
        given: dict[str, Any] = {"prompt": "x", **options}
        client.videos.generate(**given).save(path, sidecar=True)
    return beside(path)


def test_a_sidecar_tells_all_that_is_known(
    save: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    server["POST /v1/videos"] = answer(200, {"id": "t1", "status": "in_queue"})
    server[POLLED] = done(cdn, usage={"cost": "0.50", "discount": 1e-7}, seed=7)
    cdn[FILE] = WHOLE
    save(server.url, target, sidecar=True)
    waited = save.clock.moment - 1000
    assert waited == 5
    assert beside(target) == {
        "file": "kitten.mp4",
        "size": len(MP4),
        "sha256": hashlib.sha256(MP4).hexdigest(),
        "media_type": "video/mp4",
        "url": f"{cdn.url}/a.mp4",
        "operation": "videos.submit",
        "job_id": "t1",
        "token": "videos.submit~t1",
        "request": {"model": "video", "input": {"prompt": "x"}},
        "seed": 7,
        "cost": "0.50",
        "discount": "0.0000001",
        "currency": "USD",
        "created": "2023-11-14T22:30:00.000Z",
        "finished": "2023-11-14T22:30:05.000Z",
        "saved": "2023-11-14T22:30:05.000Z",
        "versions": {"sidecar": 1, "package": "tests.runtime.videos_api", "api": "1.0"},
    }
    assert sorted(path.name for path in target.parent.iterdir()) == [
        "kitten.mp4",
        "kitten.mp4.json",
    ]


def test_without_being_asked_for_there_is_none(
    save: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    cdn[FILE] = WHOLE
    save(server.url, target)
    assert [path.name for path in target.parent.iterdir()] == ["kitten.mp4"]


def test_of_a_resumed_job_it_tells_what_is_known(
    server: Loopback, cdn: Loopback, target: Path
) -> None:
    cdn[FILE] = WHOLE
    with VideosClient(api_key=KEY, base_url=server.url, clock=FakeClock()) as client:
        client.jobs.resume("t1").wait().save(target, sidecar=True)
        client.videos.submit(prompt="x")
    told = beside(target)
    assert (told["job_id"], told["size"]) == ("t1", len(MP4))
    assert not {"request", "seed", "created", "finished", "cost", "currency"} & set(told)


@pytest.mark.parametrize(("added", "seed"), [({"seed": 3}, 3), ({"a": [{"seed": "9"}]}, "9")])
def test_a_seed_that_was_asked_for_is_told(
    server: Loopback, cdn: Loopback, target: Path, added: dict[str, Any], seed: Any
) -> None:
    cdn[FILE] = WHOLE
    told = saved(server, target, extra_body={"parameters": added})
    assert told["seed"] == seed
    assert told["request"]["parameters"] == added


def test_a_sidecar_that_is_there_stays_unless_told_and_nothing_is_fetched(
    save: Saver, server: Loopback, cdn: Loopback, tmp_path: Path
) -> None:
    target, told = tmp_path / "a.mp4", tmp_path / "a.mp4.json"
    told.write_bytes(b"mine")
    cdn[FILE] = WHOLE
    with pytest.raises(FileExistsError, match=r"a\.mp4\.json"):
        save(server.url, target, sidecar=True)
    assert told.read_bytes() == b"mine"
    assert cdn.received == []
    assert not target.exists()
    server.received.clear()
    save(server.url, target, sidecar=True, overwrite=True)
    assert beside(target)["job_id"] == "t1"


def test_a_file_that_does_not_come_has_no_sidecar(
    save: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    cdn[FILE] = answer(400, {})
    with pytest.raises(DownloadError):
        save(server.url, target, sidecar=True)
    assert list(target.parent.iterdir()) == []


def test_a_sidecar_is_on_disk_before_it_gets_its_name(
    server: Loopback, cdn: Loopback, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdn[FILE] = WHOLE
    synced: list[list[str]] = []
    fsync = os.fsync

    def watch(handle: int) -> None:
        synced.append(sorted(path.name for path in target.parent.iterdir()))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watch)
    saved(server, target)
    assert ["kitten.mp4", "kitten.mp4.json.part"] in synced


def test_a_sidecar_that_cannot_be_written_does_not_take_the_file_with_it(
    save: Saver, server: Loopback, cdn: Loopback, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[Any] = []

    def note(record: Any, index: int, file: Any) -> Core[None]:
        noted.append((record.id, index, file.sha256))
        yield Sleep(0)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    cdn[FILE] = WHOLE
    monkeypatch.setattr(bookkeeping, "note_saved", note)
    monkeypatch.setattr(sidecars, "_write", full)
    with pytest.raises(OSError, match="No space") as caught:
        save(server.url, target, sidecar=True)
    assert f"the file itself is saved as {target}" in caught.value.__notes__
    assert [path.name for path in target.parent.iterdir()] == ["kitten.mp4"]
    assert noted == [("t1", 0, hashlib.sha256(MP4).hexdigest())]


def test_no_secret_is_in_a_sidecar(server: Loopback, cdn: Loopback, target: Path) -> None:
    cdn[FILE] = WHOLE
    told = saved(
        server,
        target,
        prompt=f"Is it? So {KEY} is it?",
        extra_headers={"X-Own": "hidden-header"},
        extra_query={"q": "hidden-query"},
        extra_body={
            "callback": f"https://me.example/?key={KEY}",
            "reference": "https://bucket.example/cat.png?X-Amz-Signature=hidden-signature",
        },
    )
    text = target.with_name("kitten.mp4.json").read_text("utf-8")
    assert KEY not in text
    assert "s3cret" not in text
    assert "hidden" not in text
    assert told["request"]["input"]["prompt"] == "Is it? So [the key] is it?"
    assert told["request"]["reference"] == "https://bucket.example/cat.png?..."


@pytest.mark.parametrize("prompt", ["\ud800 half", "猫 \U0001f408", 'a "quote"\\n', "\0\x1b"])
def test_any_prompt_can_be_told(server: Loopback, cdn: Loopback, target: Path, prompt: str) -> None:
    cdn[FILE] = WHOLE
    with VideosClient(api_key=KEY, base_url=server.url, clock=FakeClock()) as client:
        video = client.videos.generate(prompt="x")
        # As a ledger may give it back: half a character cannot be sent.
        video._finished.record.request = {"prompt": prompt, prompt: 1}
        video.save(target, sidecar=True)
    assert beside(target)["request"] == {"prompt": prompt, prompt: 1}
    text = target.with_name("kitten.mp4.json").read_bytes().decode("utf-8")
    assert (prompt in text) == prompt.isprintable() or '"' in prompt


def test_a_file_in_the_body_is_told_by_its_hash(
    server: Loopback, cdn: Loopback, target: Path
) -> None:
    cdn[FILE] = WHOLE
    image = "data:image/png;base64," + "A" * 100_000
    told = saved(server, target, extra_body={"input": {"image": image}})
    digest = hashlib.sha256(image.encode()).hexdigest()
    assert told["request"]["input"]["image"].endswith(f"(100022 characters, sha256 {digest})")
    assert target.with_name("kitten.mp4.json").stat().st_size < 2000


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_generate_writes_it_too(kind: str, server: Loopback, cdn: Loopback, target: Path) -> None:
    cdn[FILE] = WHOLE
    given: dict[str, Any] = {"api_key": KEY, "base_url": server.url, "clock": FakeClock()}

    async def later() -> None:
        async with AsyncVideosClient(**given) as client:
            await client.videos.generate(prompt="x", save_to=target, sidecar=True)

    if kind == "async":
        asyncio.run(later())
    else:
        with VideosClient(**given) as client:
            client.videos.generate(prompt="x", save_to=target, sidecar=True)
    assert beside(target)["request"]["input"] == {"prompt": "x"}
