import io
import tempfile
from pathlib import Path

from bodies_may_be_files_or_text import BodiesMayBeFilesOrText, Upload, errors
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
things = BodiesMayBeFilesOrText(http_client=vendor.http).things


def sent() -> tuple[str, bytes]:
    return vendor.last.headers["content-type"], vendor.last.content


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "a.bin")
    path.write_bytes(b"1234")
    things.send_bytes(body=path)
    assert sent() == ("application/octet-stream", b"1234")
    assert vendor.last.headers["content-length"] == "4"
things.send_bytes(body=io.BytesIO(b"56"))
assert sent() == ("application/octet-stream", b"56")
things.send_image(body=Upload(b"gif", content_type="image/gif"))
assert sent() == ("image/gif", b"gif")
things.send_image(body=b"raw")
assert sent() == ("application/octet-stream", b"raw")
things.send_text(body="é")
assert sent() == ("text/plain", "é".encode())
things.send_xml(body="<a/>")
assert sent() == ("application/xml", b"<a/>")
things.send_xml(body=b"<a/>")
assert sent() == ("application/xml", b"<a/>")
things.send_lines(body=[{"n": 1}, {"n": 2}])
assert sent() == ("application/jsonl", b'{"n":1}\n{"n":2}\n')
try:
    things.send_lines(body=[{"n": 1}, {"n": 0}])
    raise AssertionError("nothing was found")
except errors.InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/1/n"]
things.send_patch(n=1)
assert sent() == ("application/merge-patch+json", b'{"n":1}')
things.send_patch(n=1, send_as="application/json")
assert sent() == ("application/json", b'{"n":1}')
things.send_patch(extra_body=b"<n/>", send_as="application/xml")
assert sent() == ("application/xml", b"<n/>")
