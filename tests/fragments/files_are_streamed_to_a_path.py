import asyncio
import tempfile
from pathlib import Path
from typing import assert_type

import httpx2
from files_are_streamed_to_a_path import (
    AsyncFilesAreStreamedToAPath,
    Download,
    FilesAreStreamedToAPath,
    errors,
)
from tests.answering import Reply, Vendor


def pdf(*chunks: bytes | Exception, length: int | None = None) -> Reply:
    headers = {"content-length": str(length)} if length is not None else {}
    return Reply(content_type="application/pdf", chunks=chunks, headers=headers)


def client_of(vendor: Vendor) -> FilesAreStreamedToAPath:
    return FilesAreStreamedToAPath(http_client=vendor.http)


folder = Path(tempfile.mkdtemp())
vendor = Vendor(pdf(b"%P", b"DF", length=4))
client = client_of(vendor)
report = client.files.get_report()
assert_type(report, Download)
assert vendor.streams[0].read == 0, "nothing is read before somebody asks"
assert (report.status_code, report.media_type, report.content_length) == (200, "application/pdf", 4)
saved = report.save(folder / "report.pdf")
assert saved.read_bytes() == b"%PDF"
assert vendor.streams[0].closed
assert [path.name for path in folder.iterdir()] == ["report.pdf"]

# In memory, or bit by bit; but only once.
with client.files.get_report() as report:
    assert report.read() == report.read() == b"%PDF"
with client.files.get_report() as report:
    assert list(report.iter_bytes()) == [b"%P", b"DF"]
    try:
        report.save(folder / "again.pdf")
    except RuntimeError as error:
        assert "read already" in str(error)
    else:
        raise AssertionError("the bytes are gone")

# A folder gets a file named after the operation; what is there is kept.
assert client.files.get_report().save(folder).name == "files_get_report.pdf"
try:
    client.files.get_report().save(saved)
except FileExistsError:
    assert client.files.get_report().save(saved, overwrite=True) == saved
else:
    raise AssertionError("the file is there")

# Not whole is not there.
for broken in (pdf(b"%P", length=4), pdf(b"%P", httpx2.ReadError("gone"))):
    vendor = Vendor(broken)
    for path in ("half.pdf", None):
        try:
            half = client_of(vendor).files.get_report()
            half.read() if path is None else half.save(folder / path)
        except errors.APIError:
            assert not (folder / "half.pdf").exists()
            assert not (folder / "half.pdf.part").exists()
        else:
            raise AssertionError("not all of it came")
    assert all(stream.closed for stream in vendor.streams)

# What is left, or forgotten, is closed; an error is an error before there is a file.
vendor = Vendor(pdf(b"%P", b"DF"))
client_of(vendor).files.get_report().close()
client_of(vendor).files.get_report()
assert [stream.closed for stream in vendor.streams] == [True, True]
vendor = Vendor(Reply(status=404, body=b'{"why": "none"}'))
try:
    client_of(vendor).files.get_report()
except errors.NotFoundError as error:
    assert error.model.why == "none"
else:
    raise AssertionError("404 is an error")

# Bytes are bytes, whatever the document calls them.
vendor = Vendor(Reply(content_type="image/jpeg", chunks=(b"\xff\xd8",)))
assert client_of(vendor).files.get_picture().read() == b"\xff\xd8"
assert client_of(vendor).files.get_hidden().read() == b"\xff\xd8"


async def later() -> None:
    told = Vendor(pdf(b"%P", b"DF", length=4))
    client = AsyncFilesAreStreamedToAPath(http_client=told.async_http)
    report = await client.files.get_report()
    assert (await report.save(folder / "later.pdf")).read_bytes() == b"%PDF"
    async with await client.files.get_report() as report:
        assert [chunk async for chunk in report.iter_bytes()] == [b"%P", b"DF"]
    assert await (await client.files.get_report()).read() == b"%PDF"
    await client.files.get_report()
    for _ in range(9):  # the loop closes what nobody holds any more
        await asyncio.sleep(0)
    assert [stream.closed for stream in told.streams] == [True] * 4


asyncio.run(later())
