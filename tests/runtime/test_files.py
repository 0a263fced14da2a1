"""Pages, folders and links that are none: what a file is saved as, and what is refused."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from tests.answering import Reply, Vendor

from specloom.targets.client.runtime.errors import DownloadError, ManyFilesError
from specloom.targets.client.runtime.logs import bare_url
from specloom.targets.client.runtime.operations import Answer, Operation
from specloom.targets.client.runtime.parts import PartFile

from .loopback import Loopback, answer
from .test_downloading import FILE, KEY, WHOLE, Saver, cdn, save, server, target
from .videos_api import AsyncVideosClient, VideosClient

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["cdn", "save", "server", "target"]  # fixtures


@pytest.mark.parametrize("name", ["a.mov", "a", "a.bin"])
@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/octet-stream"])
def test_a_page_is_not_passed_off_as_the_video_of_the_link(
    save: Saver, server: Loopback, cdn: Loopback, tmp_path: Path, name: str, kind: str
) -> None:
    cdn[FILE] = answer(200, b"<html>login</html>", content_type=kind)
    with pytest.raises(DownloadError):
        save(server.url, tmp_path / name)
    assert not (tmp_path / name).exists()


def test_a_page_is_no_video_where_only_the_name_of_the_file_says_video(
    save: Saver, server: Loopback, cdn: Loopback, tmp_path: Path
) -> None:
    done = {"id": "t1", "status": "done", "output": [{"url": f"{cdn.url}/file"}]}
    server["POST /v1/videos"] = answer(200, done)
    cdn["GET /file"] = answer(200, b"<html>login</html>", content_type="text/html")
    with pytest.raises(DownloadError, match="web page"):
        save(server.url, tmp_path / "a.mov")
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_names_another_kind_of_media_is_believed(
    save: Saver, server: Loopback, cdn: Loopback, tmp_path: Path
) -> None:
    cdn[FILE] = answer(200, b"webm", content_type="video/webm")
    assert save(server.url, tmp_path / "a.webm").read_bytes() == b"webm"


def test_what_ends_with_a_separator_is_a_folder(
    save: Saver, server: Loopback, cdn: Loopback, tmp_path: Path
) -> None:
    cdn[FILE] = WHOLE
    folder: Any = f"{tmp_path}/new/"
    assert save(server.url, folder) == tmp_path / "new" / "t1.mp4"


def test_an_empty_path_is_refused(save: Saver, server: Loopback, cdn: Loopback) -> None:
    nowhere: Any = ""
    with pytest.raises(ValueError, match="the path is empty"):
        save(server.url, nowhere)
    assert cdn.received == []


@pytest.mark.parametrize("cost", [None, "0.5"])
def test_an_error_about_a_file_says_what_is_known_of_the_cost(
    save: Saver, server: Loopback, cdn: Loopback, target: Path, cost: str | None
) -> None:
    done = {"id": "t1", "status": "done", "output": [{"url": f"{cdn.url}/a.mp4"}]}
    server["POST /v1/videos"] = answer(200, {**done, "usage": {"cost": cost}} if cost else done)
    cdn[FILE] = answer(400, {})
    with pytest.raises(DownloadError) as caught:
        save(server.url, target)
    assert caught.value.billed == ("yes" if cost else "unknown")


def test_many_files_say_what_is_known_of_the_cost(server: Loopback) -> None:
    links = [{"url": "/a.mp4"}, {"url": "/b.mp4"}]
    done = {"id": "t1", "status": "done", "output": links, "usage": {"cost": "0.5"}}
    server["POST /v1/videos"] = answer(200, done)
    with (
        VideosClient(api_key=KEY, base_url=server.url) as client,
        pytest.raises(ManyFilesError) as caught,
    ):
        _ = client.videos.generate(prompt="x").file
    assert caught.value.billed == "yes"


def test_a_malformed_link_is_an_error_about_the_file(tmp_path: Path, server: Loopback) -> None:
    with VideosClient(api_key=KEY, base_url=server.url) as client:
        for url in (
            "http://[bad/x.mp4",
            "http://host:99999/x.mp4",
            "http:///x.mp4",
            "http://host/\ud800",
        ):
            result = client.videos.generate(prompt="x")
            file = result.file
            file._link = replace(file._link, url=url)
            with pytest.raises(DownloadError, match="no link") as caught:
                file.save(tmp_path / "a.mp4")
            assert caught.value.job_id == "t1"
            server.received.clear()
        client.videos.submit(prompt="x")


def test_urls_are_bare_however_malformed() -> None:
    assert bare_url("http://u:p@[bad/x.mp4?sig=1") == "[bad/x.mp4"
    assert bare_url("https://u:p@host/x.mp4?sig=1#f") == "https://host/x.mp4"


REPORT: Operation[Any] = Operation(
    name="videos.report",
    method="GET",
    path="/report",
    answers=(Answer("200", "application/pdf", lambda: bytes),),
)
ANY = replace(REPORT, answers=(Answer("200", "application/octet-stream", lambda: bytes),))


def test_a_page_is_not_passed_off_as_another_kind_of_file(tmp_path: Path) -> None:
    vendor = Vendor(Reply(content_type="text/html; charset=utf-8", chunks=(b"<html>login</html>",)))
    client = VideosClient(api_key=KEY, base_url="https://x.example", http_client=vendor.http)
    with pytest.raises(DownloadError, match="web page"):
        client.videos._download(REPORT, options={})
    assert vendor.streams[0].closed
    path = client.videos._download(ANY, options={}).save(tmp_path / "a.html")
    assert path.read_bytes() == b"<html>login</html>"


@pytest.mark.parametrize("kind", ["answer", "result"])
def test_who_is_cancelled_while_a_file_is_begun_leaves_nothing(
    kind: str, server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, arrived, begun = threading.Event(), threading.Event(), list[PartFile]()
    original = PartFile.open

    def slow(file: PartFile) -> None:
        arrived.set()
        gate.wait(9)
        original(file)
        begun.append(file)

    monkeypatch.setattr(PartFile, "open", slow)
    done = {"id": "t1", "status": "done", "output": [{"url": f"{server.url}/a.wav"}]}
    server["POST /v1/videos"] = answer(200, done)
    server["GET /report"] = answer(200, b"%PDF", content_type="application/pdf")

    async def run() -> None:
        async with AsyncVideosClient(api_key=KEY, base_url=server.url) as client:
            video = await client.videos.generate(prompt="x")
            saved: Any = video.save(tmp_path / "a")
            if kind == "answer":
                saved.close()
                saved = (await client.videos._download(REPORT, options={})).save(tmp_path / "a")
            task = asyncio.ensure_future(saved)
            await asyncio.to_thread(arrived.wait)
            task.cancel()
            await asyncio.sleep(0)
            gate.set()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())
    assert [file.file is not None and file.file.closed for file in begun] == [True]
    assert list(tmp_path.iterdir()) == []
