"""Collecting a file: how large, how slow, under which link, named how."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from tests.answering import Reply as Told
from tests.answering import Vendor

from specloom.targets.client.runtime.containers import suffix_of
from specloom.targets.client.runtime.downloading import Transfer, save
from specloom.targets.client.runtime.effects import (
    Call,
    Close,
    Failure,
    ReadChunk,
    Reply,
    Send,
    Sleep,
)
from specloom.targets.client.runtime.effects import Request as Asked
from specloom.targets.client.runtime.errors import DownloadError, ResultExpiredError
from specloom.targets.client.runtime.finishing import Link, NoLink
from specloom.targets.client.runtime.flows import LEAST_RATE, WINDOW, Flow
from specloom.targets.client.runtime.parts import PartFile
from specloom.targets.client.runtime.results import _stem

from .loopback import Loopback, answer
from .test_downloading import (
    FILE,
    KEY,
    MP4,
    POLLED,
    WHOLE,
    Saver,
    cdn,
    cut,
    rest,
    server,
    target,
)
from .test_downloading import save as saver
from .test_files import REPORT
from .videos_api import AsyncVideosClient, VideosClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from specloom.targets.client.runtime.effects import Core

__all__ = ["cdn", "saver", "server", "target"]  # fixtures

Answered: TypeAlias = "Callable[[Asked], tuple[int, dict[str, str], Iterable[tuple[float, Any]]]]"
FRESH = "GET /fresh.mp4"
ENDLESS = (  # without a length
    b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\nconnection: close\r\n\r\n" + MP4
)


def there(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# How large


@pytest.mark.parametrize(
    "told",
    [
        cut(10, content_length=10**12),
        answer(206, MP4[:10], content_range=f"bytes 0-9/{10**12}", content_type="video/mp4"),
    ],
)
def test_a_file_that_says_it_is_too_large_is_refused_before_a_byte_is_written(
    saver: Saver,
    server: Loopback,
    cdn: Loopback,
    target: Path,
    told: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def write(file: PartFile, data: bytes) -> None:
        raise AssertionError("a byte was written")

    monkeypatch.setattr(PartFile, "write", write)
    cdn[FILE] = told
    with pytest.raises(DownloadError, match=rf"most is {16 * 2**30}.*max_size={10**12}") as caught:
        saver(server.url, target)
    assert not caught.value.retryable
    assert there(target.parent) == []
    assert len(cdn.received) == 1


@pytest.mark.parametrize("told", [WHOLE, ENDLESS])
def test_what_comes_is_counted_too(
    saver: Saver, server: Loopback, cdn: Loopback, target: Path, told: bytes
) -> None:
    cdn[FILE] = told
    with pytest.raises(DownloadError, match=f"the most is {len(MP4) - 1}: save"):
        saver(server.url, target, max_size=len(MP4) - 1)
    assert there(target.parent) == []
    server.received.clear()
    assert saver(server.url, target, max_size=len(MP4)).read_bytes() == MP4


@pytest.mark.parametrize("told", [(), (b"x" * 60, b"x" * 60)])
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_an_answer_that_is_a_file_has_a_largest_size_too(
    kind: str, told: tuple[bytes, ...], tmp_path: Path
) -> None:
    length = {} if told else {"content-length": "120"}
    vendor = Vendor(
        Told(content_type="application/pdf", headers=length, chunks=told or (b"x" * 120,))
    )
    given: dict[str, Any] = {"api_key": KEY, "base_url": "https://x.example"}

    async def later(size: int) -> Path:
        client = AsyncVideosClient(**given, http_client=vendor.async_http)
        made = await client.videos._download(REPORT, options={})
        return await made.save(tmp_path / "a.pdf", max_size=size)

    def fetch(size: int) -> Path:
        if kind == "async":
            return asyncio.run(later(size))
        client = VideosClient(**given, http_client=vendor.http)
        return client.videos._download(REPORT, options={}).save(tmp_path / "a.pdf", max_size=size)

    with pytest.raises(DownloadError, match="the most is 119"):
        fetch(119)
    assert there(tmp_path) == []
    assert vendor.streams[0].closed
    assert vendor.streams[0].read == (0 if length else 2)  # who says it is believed
    assert fetch(120).stat().st_size == 120


# How slow


class Line:
    """Carries a core out by hand; a chunk takes its time, and the last answer stays.

    An answer gives a status, headers, and chunks with the seconds that each takes.
    """

    def __init__(self, *answers: Answered) -> None:
        self.answers = list(answers)
        self.asked: list[Asked] = []
        self.closed = 0
        self.moment = 0.0
        self.writing = 0.0  # seconds that each blocking work takes

    def __call__(self, core: Core[Any]) -> Any:
        outcome: Any = None
        while True:
            try:
                outcome = self._perform(core.send(outcome))
            except StopIteration as end:
                return end.value

    def _perform(self, effect: Any) -> Any:
        match effect:
            case Send(request, _, timeout):
                self.asked.append(request)
                given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                return replied(given, request, timeout)
            case ReadChunk(reply):
                seconds, chunk = next(reply.body, (0, b""))
                self.moment += seconds
                return chunk
            case Close():
                self.closed += 1
            case Sleep(seconds):
                self.moment += seconds
            case Call(work):
                self.moment += self.writing
                return work()
            case _:
                return self.moment
        return None


def replied(answered: Answered, request: Asked, timeout: float | None) -> Reply:
    status, headers, chunks = answered(request)
    return Reply(
        status=status,
        headers={"content-type": "video/mp4", "etag": '"v1"', **headers},
        url=request.url,
        asked=request,
        body=iter(chunks),
        silence=timeout,
    )


def ranged(*chunks: tuple[float, Any], content: bytes = MP4) -> Answered:
    """Answers by range; the chunks are seconds, and how many bytes or what breaks the line."""

    def answered(request: Asked) -> tuple[int, dict[str, str], Iterator[tuple[float, Any]]]:
        start = int(request.headers.get("Range", "bytes=0-")[6:-1])
        span = f"bytes {start}-{len(content) - 1}/{len(content)}"
        headers = {"content-range": span} if start else {"content-length": str(len(content))}
        kind = {} if content is MP4 else {"content-type": "application/octet-stream"}
        return (206 if start else 200), {**headers, **kind}, told(start)

    def told(place: int) -> Iterator[tuple[float, Any]]:
        for seconds, size in chunks:
            if isinstance(size, int):
                yield seconds, content[place : place + size]
                place += size
            else:
                yield seconds, size

    return answered


def transfer(path: Path, timeout: float | None = 60, **given: Any) -> Transfer:
    client = VideosClient(api_key=KEY, base_url="https://x.example")
    facts: dict[str, Any] = {
        "session": client._session,
        "link": Link(index=0, url="https://cdn.example/a.mp4?sig=s3cret", media_type="video/mp4"),
        "overwrite": False,
        "timeout": timeout,
        "refresh": nothing,
        "facts": {},
        **given,
    }
    return Transfer(path=path, **facts)


def nothing(_: int) -> Core[Link | NoLink]:
    yield Sleep(0)
    return NoLink()


DRIP = [(5.0, 1)] * 10_000
BARE = Link(index=0, url="https://cdn.example/a", media_type=None)


def test_a_file_that_drips_for_ever_is_given_up(target: Path) -> None:
    line = Line(ranged(*DRIP))
    with pytest.raises(DownloadError, match="less than 1024 bytes a second") as caught:
        line(save(transfer(target)))
    assert caught.value.retryable
    assert line.moment < 5 * (WINDOW + 10)
    assert line.closed == len(line.asked) == 5
    assert there(target.parent) == []


def test_a_file_that_drips_is_taken_up_over_another_line(target: Path) -> None:
    line = Line(ranged(*DRIP), ranged((0, len(MP4))))
    assert line(save(transfer(target))).sha256 == hashlib.sha256(MP4).hexdigest()
    assert [one.headers.get("Range") for one in line.asked] == [None, "bytes=12-"]


def test_a_slow_line_that_keeps_the_least_rate_is_read_to_its_end(tmp_path: Path) -> None:
    content = b"x" * (LEAST_RATE * 300)
    line = Line(ranged(*[(5.0, LEAST_RATE * 5)] * 60, content=content))
    saved = line(save(transfer(tmp_path / "a.bin", link=BARE)))
    assert (saved.size, len(line.asked)) == (len(content), 1)


def test_one_less_than_the_least_rate_drips(tmp_path: Path) -> None:
    content = b"x" * (LEAST_RATE * 300)
    line = Line(ranged(*[(5.0, LEAST_RATE * 5 - 1)] * 61, content=content))
    with pytest.raises(DownloadError):
        line(save(transfer(tmp_path / "a.bin", link=BARE)))


def test_the_time_that_a_disk_takes_is_not_the_line_s(tmp_path: Path) -> None:
    content = b"x" * (3 << 20)
    line = Line(ranged(*[(0.1, 1 << 20)] * 2, *[(0.1, 1 << 10)] * 1024, content=content))
    line.writing = 10_000
    line(save(transfer(tmp_path / "a.bin", link=BARE)))
    assert len(line.asked) == 1


@pytest.mark.parametrize(("timeout", "tries"), [(60, 2), (300, 1), (None, 1)])
def test_a_silence_that_is_allowed_is_no_dripping(
    target: Path, timeout: float | None, tries: int
) -> None:
    line = Line(ranged((250, 10), (1, len(MP4))), ranged((0, len(MP4))))
    line(save(transfer(target, timeout)))
    assert len(line.asked) == tries


def test_a_byte_with_each_try_is_no_progress(target: Path) -> None:
    broken = Failure(ConnectionError("cut"))
    line = Line(ranged((0, 1), (0, broken)))
    with pytest.raises(DownloadError, match="cut"):
        line(save(transfer(target)))
    assert len(line.asked) == 5


def test_progress_over_a_line_that_breaks_at_each_try_goes_on(target: Path) -> None:
    broken = Failure(ConnectionError("cut"))
    line = Line(ranged((0, 600), (0, broken)))
    line(save(transfer(target)))
    assert len(line.asked) == -(-len(MP4) // 600) > 5


def test_parts_of_a_byte_are_no_progress_either(target: Path) -> None:
    def answered(request: Asked) -> Any:
        start = int(request.headers.get("Range", "bytes=0-")[6:-1])
        span = f"bytes {start}-{start}/{len(MP4)}"
        return 206, {"content-range": span}, [(1.0, MP4[start : start + 1])]

    line = Line(answered)
    with pytest.raises(DownloadError):
        line(save(transfer(target)))
    assert len(line.asked) == 5


def test_an_answer_that_is_a_file_may_not_drip_either() -> None:
    request = Asked(method="GET", url="https://x.example")
    reply = replied(lambda _: (200, {}, itertools.repeat((5.0, b"x"))), request, 60)
    line = Line()
    _, failure = line(Flow(reply).gather())
    assert failure is not None
    assert failure.timed_out
    assert line.moment == WINDOW


# Under which link


def fresh(cdn: Loopback, name: str = "fresh") -> bytes:
    return answer(
        200, {"id": "t1", "status": "done", "output": [{"url": f"{cdn.url}/{name}.mp4?sig=new"}]}
    )


def test_a_link_that_dies_in_the_middle_keeps_what_is_there(
    saver: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    server[POLLED] = fresh(cdn)
    cdn[FILE], cdn[FRESH] = [cut(5000), answer(403, {})], rest
    saver(server.url, target)
    assert target.read_bytes() == MP4
    assert saver.file.sha256 == hashlib.sha256(MP4).hexdigest()
    asked = cdn.seen(FRESH)[0].headers
    assert (asked["range"], asked["if-range"]) == ("bytes=5000-", '"v1"')


def test_another_file_under_the_fresh_link_is_fetched_whole(
    saver: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    server[POLLED] = fresh(cdn)
    cdn[FILE] = [answer(200, b"y" * 50, content_type="video/mp4", content_length=9999, etag='"v0"')]
    cdn[FILE] = [*cdn.answers[FILE], answer(410, {})]
    cdn[FRESH] = WHOLE
    saver(server.url, target)
    assert target.read_bytes() == MP4


@pytest.mark.parametrize("headers", [{"etag": ""}, {"etag": 'W/"v1"'}])
def test_without_a_strong_validator_a_fresh_link_begins_anew(
    saver: Saver, server: Loopback, cdn: Loopback, target: Path, headers: dict[str, str]
) -> None:
    server[POLLED] = fresh(cdn)
    dated = {**headers, "last_modified": "Sat, 01 Nov 2025 00:00:00 GMT"}
    cdn[FILE], cdn[FRESH] = [cut(5000, **dated), answer(403, {})], WHOLE
    saver(server.url, target)
    assert "range" in cdn.seen(FILE)[1].headers
    assert "range" not in cdn.seen(FRESH)[0].headers
    assert target.read_bytes() == MP4


def test_a_fresh_link_that_lived_may_die_too(
    saver: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    def further(received: Any) -> bytes:
        span = f"bytes 5000-{len(MP4) - 1}/{len(MP4)}"
        left = len(MP4) - 5000
        named = {"content_range": span, "content_length": left, "etag": '"v1"'}
        return answer(206, MP4[5000:9000], content_type="video/mp4", **named)

    server[POLLED] = [fresh(cdn), fresh(cdn, "last")]
    cdn[FILE] = [cut(5000), answer(403, {})]
    cdn[FRESH] = [further, answer(403, {})]
    cdn["GET /last.mp4"] = rest
    saver(server.url, target)
    assert target.read_bytes() == MP4
    assert cdn.seen("GET /last.mp4")[0].headers["range"] == "bytes=9000-"


def test_a_link_that_dies_in_the_middle_and_is_not_renewed_has_expired(
    saver: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    cdn[FILE] = [cut(5000), answer(403, {})]
    with pytest.raises(ResultExpiredError):
        saver(server.url, target)
    assert len(server.seen(POLLED)) == 1
    assert there(target.parent) == []


def test_a_part_of_another_version_is_not_appended(
    saver: Saver, server: Loopback, cdn: Loopback, target: Path
) -> None:
    def other(received: Any) -> bytes:
        told = rest(received).replace(b'etag: "v1"', b'etag: "v2"')
        return told.replace(b"x" * 100, b"y" * 100)

    cdn[FILE] = [cut(5000), other, WHOLE]
    saver(server.url, target)
    assert target.read_bytes() == MP4


# Named how


@pytest.mark.parametrize("name", ["t1", "0f8e-1_A", "a" * 100])
def test_an_id_that_a_file_can_be_named_as_is_its_name(name: str) -> None:
    assert _stem(name) == name


@pytest.mark.parametrize(
    "odd",
    [
        *("../../x", "/etc/passwd", "CON", "nul", "Com1", "\u00e9\u00e9", "...", "a" * 300),
        *("a/b", "a\\b", "a:b", "-rf", "a\0b", "\ud800", "猫", "a.b", ".bashrc", "~"),
    ],
)
def test_an_odd_id_gives_a_plain_name_of_its_own(odd: str) -> None:
    stem = _stem(odd)
    assert stem.isascii()
    assert 0 < len(stem) <= 110
    assert not set(stem) & set("/\\:\0~ ")
    assert stem[0] not in ".-"
    head, _, digest = stem.partition(".")
    assert head
    assert len(digest) == 8  # so that two of them do not meet
    assert stem != _stem(odd + "?")


def test_ids_that_clean_to_one_name_do_not_meet() -> None:
    names = [_stem(one) for one in ("a/b", "a_b", "a:b", "a b", "a__b")]
    assert len(set(names)) == len(names)


def test_an_odd_id_does_not_leave_the_folder(
    saver: Saver, server: Loopback, cdn: Loopback, tmp_path: Path
) -> None:
    told = {"id": "../../x", "status": "done", "output": [{"url": f"{cdn.url}/a.mp4"}]}
    server["POST /v1/videos"] = answer(200, told)
    cdn[FILE] = answer(
        200, MP4, content_type="video/mp4", content_disposition='attachment; filename="/evil.mp4"'
    )
    folder = tmp_path / "inner"
    folder.mkdir()
    path = saver(server.url, folder)
    assert path.parent == folder
    assert path.suffix == ".mp4"
    assert there(tmp_path) == ["inner"]


def test_the_second_file_of_a_job_is_not_the_first_of_another(
    server: Loopback, cdn: Loopback, tmp_path: Path
) -> None:
    cdn[FILE] = WHOLE
    links = [{"url": f"{cdn.url}/a.mp4"}] * 2
    server["POST /v1/videos"] = answer(200, {"id": "t1", "status": "done", "output": links})
    with VideosClient(api_key=KEY, base_url=server.url) as client:
        saved = [one.save(tmp_path).name for one in client.videos.generate(prompt="x").files]
    assert saved == ["t1.mp4", "t1.2.mp4"]


@pytest.mark.parametrize("kind", ["text/x-python", "application/x-sh", "text/html", "x/y", None])
def test_what_might_be_run_gets_no_end_that_says_so(kind: str | None) -> None:
    assert suffix_of(kind) == ""
    assert suffix_of("video/mp4") == ".mp4"


def test_the_end_of_a_link_is_no_end_of_a_name_that_might_be_run(
    server: Loopback, cdn: Loopback, tmp_path: Path
) -> None:
    told = {"id": "t1", "status": "done", "output": [{"url": f"{cdn.url}/evil.py"}]}
    server["POST /v1/videos"] = answer(200, told)
    cdn["GET /evil.py"] = answer(200, b"import os", content_type="text/x-python")
    assert Saver("sync")(server.url, tmp_path) == tmp_path / "t1"
