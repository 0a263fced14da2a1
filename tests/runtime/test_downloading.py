"""Files: whole or not at all, without the key, and never at the price of a second job."""

from __future__ import annotations

import asyncio
import hashlib
import os
from typing import TYPE_CHECKING, Any

import pytest

from specloom.targets.client.runtime.containers import is_mp4
from specloom.targets.client.runtime.errors import (
    DownloadError,
    ResultExpiredError,
)

from .loopback import DROP, FakeClock, Loopback, answer
from .videos_api import AsyncVideosClient, VideosClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "sk-0123456789abcdef"
POLLED = "GET /v1/videos/t1"
FILE = "GET /a.mp4"


def box(kind: bytes, content: bytes = b"") -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


MP4 = box(b"ftyp", b"isom") + box(b"mdat", bytes(range(256)) * 40) + box(b"moov", b"x" * 100)
WHOLE = answer(200, MP4, content_type="video/mp4", etag='"v1"')


def cut(at: int, **headers: Any) -> bytes:
    """The beginning of the file, under the length of all of it."""
    named = {"content_type": "video/mp4", "content_length": len(MP4), "etag": '"v1"', **headers}
    return answer(200, MP4[:at], **named)


def rest(received: Any) -> bytes:
    start = int(received.headers["range"].removeprefix("bytes=").rstrip("-"))
    span = f"bytes {start}-{len(MP4) - 1}/{len(MP4)}"
    return answer(206, MP4[start:], content_type="video/mp4", etag='"v1"', content_range=span)


class Saver:
    """Makes a video and saves it through the sync or the async client."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.clock = FakeClock()
        self.file: Any = None

    def __call__(self, url: str, path: Path, **options: Any) -> Path:
        given: dict[str, Any] = {"api_key": KEY, "base_url": url, "clock": self.clock}
        if self.kind == "sync":
            with VideosClient(**given) as client:
                result = client.videos.generate(prompt="x")
                self.clock.slept.clear()
                self.file = result.file
                return result.save(path, **options)

        async def save() -> Path:
            async with AsyncVideosClient(**given) as client:
                result = await client.videos.generate(prompt="x")
                self.clock.slept.clear()
                self.file = result.file
                return await result.save(path, **options)

        return asyncio.run(save())


@pytest.fixture(params=["sync", "async"])
def save(request: pytest.FixtureRequest) -> Saver:
    return Saver(request.param)


@pytest.fixture
def cdn() -> Iterator[Loopback]:
    with Loopback() as made:
        yield made


@pytest.fixture
def server(cdn: Loopback) -> Iterator[Loopback]:
    with Loopback() as made:
        done = {"id": "t1", "status": "done", "output": [{"url": f"{cdn.url}/a.mp4?sig=s3cret"}]}
        made["POST /v1/videos"] = answer(200, done)
        made[POLLED] = answer(200, done)
        yield made
        assert made.submits == 1  # whatever happened to the file


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "new" / "kitten.mp4"


def test_a_file_is_saved_whole(save: Saver, server: Loopback, cdn: Loopback, target: Path) -> None:
    cdn[FILE] = WHOLE
    assert save(server.url, target) == target
    assert target.read_bytes() == MP4
    assert [path.name for path in target.parent.iterdir()] == ["kitten.mp4"]
    assert save.file.sha256 == hashlib.sha256(MP4).hexdigest()
    assert (save.file.content_length, save.file.media_type) == (len(MP4), "video/mp4")


def test_a_file_is_on_disk_before_it_gets_its_name(
    server: Loopback, cdn: Loopback, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdn[FILE] = WHOLE
    synced: list[tuple[int, bool]] = []
    fsync = os.fsync

    def watch(handle: int) -> None:
        synced.append((os.fstat(handle).st_size, target.exists()))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watch)
    Saver("sync")(server.url, target)
    assert synced[0] == (len(MP4), False)
    assert synced[1][1]  # the folder, after the rename


def test_the_key_does_not_travel_with_a_download(
    save: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    with Loopback() as elsewhere:
        cdn[FILE] = answer(302, {}, location=f"{elsewhere.url}/b.mp4", set_cookie="a=b")
        elsewhere["GET /b.mp4"] = WHOLE
        save(server.url, target)
        for received in [*cdn.received, *elsewhere.received]:
            assert KEY not in str(received)
            assert "authorization" not in received.headers
    assert target.read_bytes() == MP4


def test_a_cut_file_is_taken_up_where_it_broke(
    save: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    cdn[FILE] = [cut(5000), rest]
    save(server.url, target)
    assert target.read_bytes() == MP4
    assert save.file.sha256 == hashlib.sha256(MP4).hexdigest()
    again = cdn.received[1].headers
    assert (again["range"], again["if-range"]) == ("bytes=5000-", '"v1"')


def test_a_server_that_knows_no_ranges_gives_all_of_it_again(
    save: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    cdn[FILE] = [cut(5000), WHOLE]
    save(server.url, target)
    assert target.read_bytes() == MP4
    assert save.file.sha256 == hashlib.sha256(MP4).hexdigest()


@pytest.mark.parametrize("etag", ["", 'W/"v1"'])
def test_without_a_strong_validator_it_starts_anew(
    save: Saver, server: Loopback, cdn: Loopback, target: Path, etag: str
) -> None:
    cdn[FILE] = [cut(5000, etag=etag), WHOLE]
    save(server.url, target)
    assert "range" not in cdn.received[1].headers
    assert target.read_bytes() == MP4


def test_a_range_that_was_not_asked_for_is_not_appended(
    save: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    wrong = answer(206, MP4[100:], content_range=f"bytes 100-{len(MP4) - 1}/{len(MP4)}")
    cdn[FILE] = [cut(5000), wrong, WHOLE]
    save(server.url, target)
    assert target.read_bytes() == MP4


@pytest.mark.parametrize("told", [DROP, answer(503, {}), answer(429, {}, retry_after=4)])
def test_what_passes_is_tried_again_in_its_own_scope(
    save: Saver, server: Loopback, cdn: Loopback, target: Path, told: bytes
) -> None:
    cdn[FILE] = [told, told, WHOLE]
    save(server.url, target)
    assert target.read_bytes() == MP4
    assert save.clock.slept in ([0.5, 1.0], [4.0, 4.0])


@pytest.mark.parametrize("told", [DROP, answer(503, {}), answer(400, {}), cut(0)])
def test_what_stays_is_an_error_and_leaves_nothing_behind(
    save: Saver, server: Loopback, cdn: Loopback, target: Path, told: bytes
) -> None:
    cdn[FILE] = told
    with pytest.raises(DownloadError) as caught:
        save(server.url, target)
    assert list(target.parent.iterdir()) == []
    error = caught.value
    assert (error.job_id, error.token) == ("t1", "videos.submit~t1")
    assert "s3cret" not in f"{error} {error!r}"
    assert "nothing is submitted" in error.hint


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_dead_link_is_asked_for_anew_once(
    save: Saver, server: Loopback, cdn: Loopback, target: Path, status: int
) -> None:
    polls = len(server.seen(POLLED))
    fresh = {"id": "t1", "status": "done", "output": [{"url": f"{cdn.url}/fresh.mp4"}]}
    server[POLLED] = answer(200, fresh)
    cdn[FILE] = answer(status, {})
    cdn["GET /fresh.mp4"] = WHOLE
    save(server.url, target)
    assert target.read_bytes() == MP4
    assert len(server.seen(POLLED)) == polls + 1
    assert save.file.url.endswith("/fresh.mp4")


def test_a_link_that_stays_dead_has_expired(
    save: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    cdn[FILE] = answer(403, {})
    with pytest.raises(ResultExpiredError):
        save(server.url, target)
    assert len(server.seen(POLLED)) == 1
    server[POLLED] = answer(404, {})
    with pytest.raises(ResultExpiredError):
        Saver("sync")(server.url, target)
    server.received.pop(0)


@pytest.mark.parametrize(
    "content",
    [
        b"<html>sorry</html>",
        box(b"ftyp", b"isom") + box(b"mdat", b"x" * 50),
        MP4[:-1],
        b"",
    ],
)
def test_what_is_no_whole_mp4_is_not_passed_off_as_one(
    save: Saver, server: Loopback, cdn: Loopback, target: Path, content: bytes
) -> None:
    cdn[FILE] = answer(200, content, content_type="video/mp4")
    with pytest.raises(DownloadError, match=r"kitten\.mp4\.part"):
        save(server.url, target)
    assert not target.exists()
    assert target.with_name("kitten.mp4.part").read_bytes() == content  # paid for: kept


def test_another_kind_of_file_is_not_looked_into(
    save: Saver, server: Loopback, cdn: Loopback, tmp_path: Path
) -> None:
    cdn[FILE] = answer(200, b"RIFF", content_type="audio/wav")
    assert save(server.url, tmp_path / "a.wav").read_bytes() == b"RIFF"


def test_a_file_that_is_there_stays_unless_told(
    save: Saver, server: Loopback, cdn: Loopback, tmp_path: Path
) -> None:
    target = tmp_path / "a.mp4"
    target.write_bytes(b"mine")
    cdn[FILE] = WHOLE
    with pytest.raises(FileExistsError):
        save(server.url, target)
    assert target.read_bytes() == b"mine"
    assert cdn.received == []
    server.received.clear()
    save(server.url, target, overwrite=True)
    assert target.read_bytes() == MP4


def test_a_folder_gets_a_file_named_after_the_job(
    save: Saver, server: Loopback, cdn: Loopback, tmp_path: Path
) -> None:
    cdn[FILE] = WHOLE
    assert save(server.url, tmp_path) == tmp_path / "t1.mp4"


def test_an_encoded_file_is_decoded(
    save: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    import gzip

    packed = gzip.compress(MP4)
    cdn[FILE] = answer(200, packed, content_type="video/mp4", content_encoding="gzip")
    save(server.url, target)
    assert target.read_bytes() == MP4


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/a", "data:,x"])
def test_only_links_on_the_web_are_followed(
    save: Saver, server: Loopback, target: Path, url: str
) -> None:
    done = {"id": "t1", "status": "done", "output": [{"url": url}]}
    server["POST /v1/videos"] = answer(200, done)
    with pytest.raises(DownloadError):
        save(server.url, target)


def test_boxes_may_say_their_size_in_64_bits_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a"
    large = (1).to_bytes(4, "big") + b"mdat" + (20).to_bytes(8, "big") + b"abcd"
    last = (0).to_bytes(4, "big") + b"mdat" + b"to the end"
    path.write_bytes(box(b"ftyp") + large + box(b"moov") + last)
    assert is_mp4(path)
    path.write_bytes(box(b"moov") + box(b"ftyp"))
    assert not is_mp4(path)
    path.write_bytes(box(b"ftyp") + box(b"moov") + (3).to_bytes(4, "big") + b"free")
    assert not is_mp4(path)


def pieces(size: int, **headers: Any) -> Any:
    """A server that gives so many bytes at a time, whatever it is asked for."""

    def piece(received: Any) -> bytes:
        asked = received.headers.get("range", "bytes=0-")
        start = int(asked.removeprefix("bytes=").rstrip("-"))
        end = min(start + size, len(MP4))
        span = f"bytes {start}-{end - 1}/{len(MP4)}"
        named = {"content_type": "video/mp4", "etag": '"v1"', **headers}
        return answer(206, MP4[start:end], content_range=span, **named)

    return piece


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.bin"])
def test_a_part_is_not_taken_for_the_whole(
    save: Saver, server: Loopback, cdn: Loopback, tmp_path: Path, name: str
) -> None:
    cdn[FILE] = pieces(1000)
    assert save(server.url, tmp_path / name).read_bytes() == MP4
    assert len(cdn.received) == -(-len(MP4) // 1000)
    assert save.clock.slept == []  # nothing has failed


def test_parts_whose_version_is_not_known_are_not_put_together(
    save: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    cdn[FILE] = pieces(1000, etag="")
    with pytest.raises(DownloadError):
        save(server.url, target)
    assert list(target.parent.iterdir()) == []
    assert len(cdn.received) < 10


@pytest.mark.parametrize("told", [WHOLE, answer(400, {}), answer(403, {})])
def test_the_part_of_somebody_else_stays(
    save: Saver, server: Loopback, cdn: Loopback, target: Path, told: bytes
) -> None:
    target.parent.mkdir()
    part = target.with_name("kitten.mp4.part")
    part.write_bytes(b"somebody else's")
    cdn[FILE] = told
    if told is WHOLE:
        assert save(server.url, target).read_bytes() == MP4
    else:
        with pytest.raises(DownloadError):
            save(server.url, target)
    assert part.read_bytes() == b"somebody else's"
    assert {path.name for path in target.parent.iterdir()} <= {part.name, target.name}


def test_two_that_save_to_one_path_do_not_mix(
    server: Loopback, cdn: Loopback, target: Path
) -> None:
    def meanwhile(received: Any) -> bytes:
        cdn[FILE] = WHOLE
        with VideosClient(api_key=KEY, base_url=server.url) as client:
            client.jobs.resume("t1").wait().save(target)
        return answer(200, MP4.replace(b"x", b"y"), content_type="video/mp4")

    cdn[FILE] = meanwhile
    with pytest.raises(FileExistsError, match=r"kept as .*kitten\.mp4\.part"):
        Saver("sync")(server.url, target)
    assert target.read_bytes() == MP4
    kept = target.with_name("kitten.mp4.part")
    assert kept.read_bytes() == MP4.replace(b"x", b"y")
