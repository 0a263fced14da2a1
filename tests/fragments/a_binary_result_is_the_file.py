import asyncio
import hashlib
import json
import tempfile
from pathlib import Path

from a_binary_result_is_the_file import ABinaryResultIsTheFile, AsyncABinaryResultIsTheFile, errors
from tests.runtime.loopback import Loopback, answer

folder = Path(tempfile.mkdtemp())
SOUND = bytes(range(256)) * 40
PATH = "GET /songs/s1/sound"
whole = answer(200, SOUND, content_type="audio/mpeg", etag='"v1"')


def begin(server: Loopback) -> None:
    for name in ("songs", "tables"):
        server[f"POST /{name}"] = answer(202, {"id": "s1", "state": "busy"})
        told = {"id": "s1", "state": "done", "names": ["a", "b"]}
        server[f"GET /{name}/s1"] = answer(200, told)


with Loopback() as server, Loopback() as cdn:
    begin(server)
    client = ABinaryResultIsTheFile(api_key="sk-1", base_url=server.url)
    server[PATH] = whole
    song = client.songs.submit().refresh().result()
    # It is not read before somebody saves it.
    assert song.answer.id == "s1"
    assert song.value is None
    assert json.loads(song.raw)["state"] == "done"
    assert (song.file.media_type, song.file.content_length) == ("audio/mpeg", None)
    assert song.file.url == f"{server.url}/songs/s1/sound?quality=high"
    assert song.expires_at is not None
    # It is asked for with the key, and streams to disk.
    path = song.save(folder / "song.mp3")
    assert path.read_bytes() == SOUND
    assert song.file.sha256 == hashlib.sha256(SOUND).hexdigest()
    assert [one.headers["x-key"] for one in server.seen(PATH)] == ["sk-1"] * 2
    assert [one.query for one in server.seen(PATH)] == ["quality=high"] * 2
    assert not list(folder.glob("*.part"))

    # A redirect to another server is followed without the key, and without what else is ours.
    server[PATH] = answer(302, {}, location=f"{cdn.url}/blob?signed=1")
    cdn["GET /blob"] = whole
    song = client.songs.submit().refresh().result()
    assert song.save(folder / "elsewhere.mp3").read_bytes() == SOUND
    assert {one.query for one in cdn.received} == {"signed=1"}
    assert not any("x-key" in one.headers for one in cdn.received)

    # At the same server the key goes with it.
    server[PATH] = answer(307, {}, location="/moved")
    server["GET /moved"] = whole
    assert client.songs.submit().refresh().result().save(folder / "moved").read_bytes() == SOUND
    assert all(one.headers["x-key"] == "sk-1" for one in server.seen("GET /moved"))

    # Several calls are several files.
    server["GET /table/a"] = answer(200, b"1,2", content_type="text/csv")
    server["GET /table/b"] = answer(200, b"3,4", content_type="text/csv; charset=utf-8")
    tables = client.tables.submit().refresh().result()
    assert tables.value == [None, None]
    saved = [file.save(f"{folder}/new/") for file in tables.files]
    assert [path.read_bytes() for path in saved] == [b"1,2", b"3,4"]

    # JSON is read all the same; a page to log in at is neither.
    server[PATH] = answer(200, {"url": "x"})
    assert client.songs.submit().refresh().result().value == {"url": "x"}
    for told, kind in (
        (answer(200, b"<html>", content_type="text/html"), errors.JobResultError),
        (answer(404, {}), errors.JobFailedError),
    ):
        server[PATH] = told
        try:
            client.songs.submit().refresh().result()
        except kind as error:
            assert isinstance(error, errors.JobError)
            assert error.job_id == "s1"
        else:
            raise AssertionError("there is no file")
    client.close()


async def meanwhile() -> None:
    with Loopback() as server:
        begin(server)
        server[PATH] = whole
        async with AsyncABinaryResultIsTheFile(api_key="sk-1", base_url=server.url) as client:
            job = await client.songs.submit()
            song = await (await job.refresh()).result()
            path = await song.save(folder / "async.mp3")
        assert path.read_bytes() == SOUND
        assert server.received[-1].headers["x-key"] == "sk-1"


asyncio.run(meanwhile())
