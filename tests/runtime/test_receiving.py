"""What a server sends by itself: parts that are files are not taken for text."""

from __future__ import annotations

import pytest
from msgspec import UNSET, UnsetType

from specloom.targets.client.runtime.models import Model
from specloom.targets.client.runtime.receiving import received


class Parts(Model, kw_only=True):
    file: bytes | UnsetType = UNSET
    files: list[bytes] | UnsetType = UNSET


def parts(name: str, head: str, content: bytes) -> Parts:
    heads = f'Content-Disposition: form-data; name="{name}"{head}\r\n\r\n'.encode()
    body = b"--m\r\n" + heads + content + b"\r\n--m--\r\n"
    made = received(body, "multipart/form-data; boundary=m", lambda: Parts)
    assert isinstance(made, Parts)
    return made


@pytest.mark.parametrize("content", [b"abcd", b"\xff\xfe", b"hello you", b""])
@pytest.mark.parametrize("head", ['; filename="a"', "\r\nContent-Type: image/png"])
def test_a_file_is_its_bytes_even_where_they_look_like_base64(head: str, content: bytes) -> None:
    assert parts("file", head, content).file == content
    assert parts("files", head, content).files == [content]


@pytest.mark.parametrize(
    "head",
    ["", '; filename="a"\r\nContent-Transfer-Encoding: base64', "\r\nContent-Type: text/plain"],
)
def test_bytes_that_are_written_as_text_are_base64(head: str) -> None:
    assert parts("file", head, b"YWJj").file == b"abc"
