import io
from email import message_from_bytes
from typing import Any, cast

from bodies_are_written_as_the_document_says import BodiesAreWrittenAsTheDocumentSays, errors
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
things = BodiesAreWrittenAsTheDocumentSays(http_client=vendor.http).things


def sent() -> tuple[str, bytes]:
    return vendor.last.headers["content-type"], vendor.last.content


def parts() -> list[tuple[str | None, str | None, bytes]]:
    """Name, media type and content of each part."""
    head = f"Content-Type: {vendor.last.headers['content-type']}\r\n\r\n".encode()
    told = cast("list[Any]", message_from_bytes(head + vendor.last.content).get_payload())
    return [
        (
            one.get_param("name", header="content-disposition"),
            one.get("content-type"),
            one.get_payload(decode=True),
        )
        for one in told
    ]


# A text is written in the charset that its type names.
things.send_csv(body="é")
assert sent() == ("text/csv; charset=iso-8859-1", b"\xe9")
try:
    things.send_csv(body="☃")
    raise AssertionError("Latin-1 has no snowman")
except errors.InvalidRequestError as error:
    assert "iso-8859-1" in str(error)

# What no client writes is text, and so are numbers.
things.send_plain(body="n=1")
assert sent() == ("text/plain", b"n=1")
things.send_number(body=12)
assert sent() == ("text/plain", b"12")
things.send_events(body="data: 1\n\n")
assert sent() == ("text/event-stream", b"data: 1\n\n")
things.send_any(body=cast("Any", {"n": 1}))
assert sent() == ("application/json", b'{"n":1}')

# Bytes are the body where the document says so, however they are given; base64 where it says that.
for content in (b"{}", io.BytesIO(b"{}")):
    things.send_whole(body=content)
    assert sent() == ("application/json", b"{}")
things.send_base64(body=b"{}")
assert sent() == ("application/json", b'"e30="')

things.send_parts(
    text=b"\xff", texts=[b"\xff", b"a"], file=b"\xff", inner={"x": "1"}, noted="a,b", small=1e-7
)
assert parts() == [
    ("text", None, b"/w=="),
    ("texts", "text/x-base64", b"/w=="),
    ("texts", "text/x-base64", b"YQ=="),
    ("file", "application/octet-stream", b"\xff"),
    ("inner", "application/json", b'{"x":"1"}'),
    ("noted", "text/csv", b"a,b"),
    ("small", None, b"0.0000001"),
]
assert vendor.last.content.count(b"X-Kind: k\r\n") == 1
things.send_mixed(body=[{"n": 1}, "a,b", b"c"])
kind = vendor.last.headers["content-type"]
assert kind.startswith('multipart/related; type="application/json"; boundary=')
assert parts() == [
    (None, "application/vnd.thing+json", b'{"n":1}'),
    (None, "text/csv", b"a,b"),
    (None, "text/csv", b"c"),
]

things.send_several(ids=[1, 2], send_as="application/x-www-form-urlencoded")
assert sent() == ("application/x-www-form-urlencoded", b"ids=1,2")
things.ask(all={"ids": [1, 2], "box": {"k": "v"}})
assert vendor.target == "/query?ids=1,2&box%5Bk%5D=v"
things.find(form={"a": "b c", "d": "e"}, xml="<a/>", deep="<n>1</n>")
assert vendor.target == ("/find?form=a%3Db%2Bc%26d%3De&xml=%3Ca%2F%3E&deep=%3Cn%3E1%3C%2Fn%3E")
