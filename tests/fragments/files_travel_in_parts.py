import asyncio
import io
import tempfile
from email import message_from_bytes
from pathlib import Path
from typing import IO, Any, cast

import httpx2
from files_travel_in_parts import (
    AsyncFilesTravelInParts,
    FilesTravelInParts,
    Upload,
    errors,
    models,
)
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
client = FilesTravelInParts(http_client=vendor.http)


def parts(request: httpx2.Request) -> list[tuple[str | None, str | None, str | None, bytes]]:
    """Name, file name, media type and content of each part."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    told = []
    for part in cast("list[Any]", message_from_bytes(head + request.content).get_payload()):
        name = part.get_param("name", header="content-disposition")
        kind = part.get("content-type")
        told.append((name, part.get_filename(), kind, part.get_payload(decode=True)))
    return told


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "cat.jpg")
    path.write_bytes(b"\xff\xd8cat" * 100_000)
    client.pictures.upload(
        picture=path,
        thumbnail=b"small",
        more=[io.BytesIO(b"one"), Upload(b"two", filename='a "b"\r\nc.txt', content_type="x/y")],
        about=models.About(title="Cat"),
        labels=["a", "b"],
        sizes=[1, 2],
        stars=5,
        public=True,
        note=None,
    )
    assert parts(vendor.last) == [
        ("kind", None, None, b"photo"),
        ("picture", "cat.jpg", "image/jpeg", path.read_bytes()),
        ("thumbnail", "thumbnail", "image/png", b"small"),
        ("more", "more", "application/octet-stream", b"one"),
        ("more", "a %22b%22%0D%0Ac.txt", "x/y", b"two"),
        ("about", None, "application/json", b'{"title":"Cat"}'),
        ("labels", None, "application/json", b'"a"'),
        ("labels", None, "application/json", b'"b"'),
        ("sizes", None, None, b"1,2"),
        ("stars", None, None, b"5"),
        ("public", None, None, b"true"),
    ]
    assert int(vendor.last.headers["content-length"]) == len(vendor.last.content)

    async def put() -> None:
        async with AsyncFilesTravelInParts(http_client=vendor.async_http) as same:
            await same.pictures.upload(picture=path)

    asyncio.run(put())
    assert parts(vendor.last)[1] == ("picture", "cat.jpg", "image/jpeg", path.read_bytes())


class Once(io.RawIOBase):
    """What can be read once, and does not know how long it is."""

    def __init__(self) -> None:
        self.chunks = iter([b"ab", b"cd"])

    def read(self, size: int = -1, /) -> bytes:
        return next(self.chunks, b"")


client.pictures.upload(picture=cast("IO[bytes]", Once()))
assert vendor.last.headers["transfer-encoding"] == "chunked"
assert parts(vendor.last)[1][3] == b"abcd"

# Fields are checked as those of JSON are, all at once; a file has no rules.
try:
    client.pictures.upload(picture=b"x", stars=6, about={})
    raise AssertionError("nothing was found")
except errors.InvalidRequestError as error:
    assert sorted(problem.path for problem in error.problems) == ["/about/title", "/stars"]
sent = len(vendor.requests)
client.pictures.upload(picture=b"x", stars=6, check=False)
assert len(vendor.requests) == sent + 1
try:
    client.pictures.upload(picture=Path(folder, "gone.jpg"))
    raise AssertionError("there is no such file")
except FileNotFoundError:
    assert len(vendor.requests) == sent + 1
