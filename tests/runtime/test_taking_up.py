"""What a dead run left of a file is taken up; what a living one writes is not touched."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from typing import TYPE_CHECKING, Any

import pytest

from specloom.targets.client.runtime import parts
from specloom.targets.client.runtime.downloading import Saved, save
from specloom.targets.client.runtime.errors import DownloadError
from specloom.targets.client.runtime.finishing import Link
from specloom.targets.client.runtime.parts import PartFile, PartNote

from .loopback import FakeClock, Loopback, answer
from .test_collecting import there, transfer
from .test_downloading import FILE, KEY, MP4, WHOLE, cdn, cut, rest, server, target
from .videos_api import AsyncVideosClient, VideosClient

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["cdn", "server", "target"]  # fixtures

NOTE: dict[str, Any] = {"validator": '"v1"', "total": len(MP4)}


@pytest.fixture
def part(target: Path) -> Path:
    """What a dead run has left."""
    target.parent.mkdir()
    part = target.with_name("kitten.mp4.part")
    part.write_bytes(MP4[:5000])
    return part


def take_up(cdn: Loopback, target: Path, clock: FakeClock | None = None, **given: Any) -> Saved:
    with VideosClient(api_key=KEY, base_url=cdn.url, clock=clock or FakeClock()) as client:
        link = Link(index=0, url=f"{cdn.url}/a.mp4", media_type="video/mp4")
        made = transfer(target, session=client._session, link=link, **given)
        return client._driver.run(save(made))


def test_what_a_dead_run_left_is_taken_up(cdn: Loopback, target: Path, part: Path) -> None:
    cdn[FILE] = rest
    saved = take_up(cdn, target, note=PartNote(path=str(part), **NOTE))
    assert target.read_bytes() == MP4
    assert saved.sha256 == hashlib.sha256(MP4).hexdigest()
    asked = cdn.received[0].headers
    assert (asked["range"], asked["if-range"]) == ("bytes=5000-", '"v1"')
    assert there(target.parent) == ["kitten.mp4"]


def test_of_another_version_nothing_is_taken_up(cdn: Loopback, target: Path, part: Path) -> None:
    part.write_bytes(b"y" * 5000)
    cdn[FILE] = WHOLE
    saved = take_up(cdn, target, note=PartNote(path=str(part), **NOTE))
    assert target.read_bytes() == MP4
    assert saved.sha256 == hashlib.sha256(MP4).hexdigest()


def test_of_a_whole_file_without_its_name_a_byte_is_asked_for(
    cdn: Loopback, target: Path, part: Path
) -> None:
    part.write_bytes(MP4)
    cdn[FILE] = rest
    take_up(cdn, target, note=PartNote(path=str(part), **NOTE))
    assert target.read_bytes() == MP4
    assert [one.headers["range"] for one in cdn.received] == [f"bytes={len(MP4) - 1}-"]


def test_what_somebody_writes_is_not_taken_over(cdn: Loopback, target: Path) -> None:
    """Two runs with the same note: one fetches, the other begins a file of its own."""

    def meanwhile(received: Any) -> bytes:
        cdn[FILE] = WHOLE
        note = PartNote(path=str(target.with_name("kitten.mp4.part")), **NOTE)
        take_up(cdn, target, note=note)
        return answer(200, MP4.replace(b"x", b"y"), content_type="video/mp4")

    cdn[FILE] = meanwhile
    with pytest.raises(FileExistsError, match=r"kept as .*kitten\.mp4\.part"):
        take_up(cdn, target)
    assert "range" not in cdn.received[1].headers
    assert target.read_bytes() == MP4
    assert target.with_name("kitten.mp4.part").read_bytes() == MP4.replace(b"x", b"y")


def test_a_file_that_was_taken_up_is_not_taken_over_either(
    cdn: Loopback, target: Path, part: Path
) -> None:
    note = PartNote(path=str(part), **NOTE)

    def meanwhile(received: Any) -> bytes:
        second = PartFile(path=target, overwrite=False)
        assert not second.take_up(note)
        return rest(received)

    cdn[FILE] = meanwhile
    take_up(cdn, target, note=note)
    assert target.read_bytes() == MP4


def elsewhere(part: Path) -> PartNote:
    moved = part.parent.parent / part.name
    moved.write_bytes(part.read_bytes())
    return PartNote(path=str(moved), **NOTE)


def linked(part: Path) -> PartNote:
    other = part.with_name("kitten.mp4.2.part")
    other.symlink_to(part)
    return PartNote(path=str(other), **NOTE)


def twice(part: Path) -> PartNote:
    part.with_name("mine").hardlink_to(part)
    return PartNote(path=str(part), **NOTE)


@pytest.mark.parametrize(
    "note",
    [
        lambda part: PartNote(path=str(part), validator="", total=None),
        lambda part: PartNote(path=str(part) + ".gone", **NOTE),
        lambda part: PartNote(path=str(part.with_name("another.mp4.part")), **NOTE),
        elsewhere,
        linked,
        twice,
    ],
)
def test_what_may_be_another_s_is_not_touched(
    cdn: Loopback, target: Path, part: Path, note: Callable[[Path], PartNote]
) -> None:
    part.with_name("another.mp4.part").write_bytes(MP4[:5000])
    cdn[FILE] = WHOLE
    take_up(cdn, target, note=note(part))
    assert "range" not in cdn.received[0].headers
    assert target.read_bytes() == MP4
    assert part.read_bytes() == part.with_name("another.mp4.part").read_bytes() == MP4[:5000]


def test_where_there_are_no_locks_nothing_is_taken_over(
    cdn: Loopback, target: Path, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_lock", lambda _: False)
    cdn[FILE] = WHOLE
    take_up(cdn, target, note=PartNote(path=str(part), **NOTE))
    assert part.read_bytes() == MP4[:5000]
    assert target.read_bytes() == MP4


def test_what_may_be_taken_up_is_told_before_a_byte_is_written(cdn: Loopback, target: Path) -> None:
    told: list[tuple[PartNote, int]] = []

    def keep(note: PartNote) -> None:
        told.append((note, target.with_name("kitten.mp4.part").stat().st_size))

    cdn[FILE] = [cut(5000), rest]
    take_up(cdn, target, keep=keep)
    path = str(target.absolute()) + ".part"
    assert told == [(PartNote(path=path, **NOTE), 0)]


@pytest.mark.parametrize("etag", ["", 'W/"v1"'])
def test_what_has_no_strong_validator_is_not_told(cdn: Loopback, target: Path, etag: str) -> None:
    told: list[PartNote] = []
    cdn[FILE] = cut(len(MP4), etag=etag, last_modified="Sat, 01 Nov 2025 00:00:00 GMT")
    take_up(cdn, target, keep=told.append)
    assert told == []


def test_a_version_that_is_over_is_taken_back(cdn: Loopback, target: Path) -> None:
    told: list[PartNote] = []
    cdn[FILE] = [cut(5000), answer(200, MP4, content_type="video/mp4")]
    take_up(cdn, target, keep=told.append)
    assert [note.validator for note in told] == ['"v1"', ""]


def test_what_keeps_a_note_may_block(server: Loopback, target: Path) -> None:
    threads: list[threading.Thread] = []
    server["GET /a.mp4"] = WHOLE

    def keep(_: PartNote) -> None:
        threads.append(threading.current_thread())

    async def later() -> None:
        async with AsyncVideosClient(api_key=KEY, base_url=server.url) as client:
            await client.videos.submit(prompt="x")
            link = Link(index=0, url=f"{server.url}/a.mp4", media_type="video/mp4")
            made = transfer(target, session=client._session, link=link, keep=keep)
            await client._driver.run(save(made))

    asyncio.run(later())
    assert threads
    assert threading.main_thread() not in threads


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize("how", ["interrupted", "broken", "refused"])
def test_what_was_told_stays_after_an_interruption(
    cdn: Loopback, target: Path, is_kept: bool, how: str
) -> None:
    def stop(received: Any) -> bytes:
        return answer(400 if how == "refused" else 503, {})

    class Impatient(FakeClock):
        def sleep(self, seconds: float) -> None:
            raise KeyboardInterrupt

    cdn[FILE] = [cut(5000), stop]
    errors = {"interrupted": KeyboardInterrupt, "broken": DownloadError, "refused": DownloadError}
    told: list[PartNote] = []
    keep, clock = told.append if is_kept else None, Impatient() if how == "interrupted" else None
    with pytest.raises(errors[how]):
        take_up(cdn, target, clock=clock, keep=keep)
    if is_kept and how != "refused":
        assert there(target.parent) == ["kitten.mp4.part"]
        cdn[FILE] = rest
        take_up(cdn, target, note=told[-1])
        assert target.read_bytes() == MP4
        assert cdn.received[-1].headers["range"] == "bytes=5000-"
    else:
        assert there(target.parent) == []
