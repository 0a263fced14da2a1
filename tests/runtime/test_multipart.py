"""Multipart bodies and the files in them: what stands between the boundaries, and what may be read again."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

import pytest

from specloom.targets.client.runtime import uploads
from specloom.targets.client.runtime.bodies import written
from specloom.targets.client.runtime.errors import ConfigurationError, InvalidRequestError
from specloom.targets.client.runtime.forms import to_fields
from specloom.targets.client.runtime.models import UNSET, Model
from specloom.targets.client.runtime.multipart import multipart, random_boundary
from specloom.targets.client.runtime.operations import Encoding
from specloom.targets.client.runtime.uploads import OpenBody, Streamed, Upload

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Once:
    """A stream that nobody can rewind; it tells nothing of its length."""

    def __init__(self, *chunks: Any) -> None:
        self.chunks = iter(chunks)

    def read(self, size: int) -> Any:
        return next(self.chunks, b"")


def sent(made: Streamed) -> Iterator[bytes]:
    body = OpenBody(made)
    assert body.open() is None
    chunks = body.blocking()
    assert not isinstance(chunks, bytes | None)
    yield from chunks
    body.close()


def text_of(body: Any, *encodings: Encoding, kind: str = "multipart/form-data") -> str:
    made, content_type = multipart(to_fields(body), kind, encodings, lambda: "mark")
    assert content_type == f"{kind}; boundary=mark"
    content = b"".join(sent(made))
    assert made.length == len(content)
    return content.decode()


def test_parts_stand_between_boundaries() -> None:
    assert text_of({"a": "é", "b": b"x"}) == (
        '--mark\r\nContent-Disposition: form-data; name="a"\r\n\r\né\r\n'
        '--mark\r\nContent-Disposition: form-data; name="b"; filename="b"\r\n'
        "Content-Type: application/octet-stream\r\n\r\nx\r\n"
        "--mark--\r\n"
    )


def test_a_body_without_parts_is_only_its_end() -> None:
    assert text_of({}) == "--mark--\r\n"
    assert text_of({"a": None, "b": UNSET, "c": []}) == "--mark--\r\n"


def test_parts_of_a_list_have_no_names() -> None:
    assert text_of([{"a": 1}, b"x"], kind="multipart/mixed") == (
        '--mark\r\nContent-Type: application/json\r\n\r\n{"a":1}\r\n'
        '--mark\r\nContent-Disposition: attachment; filename="file"\r\n'
        "Content-Type: application/octet-stream\r\n\r\nx\r\n--mark--\r\n"
    )


def test_names_cannot_break_out() -> None:
    head = text_of({'a"\r\nX: 1': Upload(b"", filename='"\n')}).partition("\r\n\r\n")[0]
    assert 'name="a%22%0D%0AX: 1"; filename="%22%0A"' in head


@pytest.mark.parametrize(
    "upload", [Upload(b"", content_type="a/b\r\nX: 1"), Upload(b"", headers={"X": "1\n2"})]
)
def test_headers_of_a_part_cannot_break_out(upload: Upload) -> None:
    with pytest.raises(InvalidRequestError, match="part"):
        text_of({"a": upload})


def test_a_part_may_have_headers_of_its_own() -> None:
    assert "X-Id: 7\r\n\r\nx" in text_of({"a": Upload(b"x", headers={"X-Id": "7"})})


@pytest.mark.parametrize(
    ("filename", "declared", "kind"),
    [
        ("a.png", "", "image/png"),
        ("a", "", "application/octet-stream"),
        ("a.png", "image/png, image/gif", "image/png"),
        ("a", "image/*", "application/octet-stream"),
        ("a.png", "x/y", "x/y"),
    ],
)
def test_the_media_type_of_a_file(filename: str, declared: str, kind: str) -> None:
    told = text_of({"a": Upload(b"", filename=filename)}, Encoding("a", content_type=declared))
    assert f"Content-Type: {kind}\r\n" in told


def test_files_are_sent_as_they_are_and_all_else_has_a_json_form() -> None:
    class Thing(Model):
        file: Any = UNSET
        count: int = 1

    assert to_fields(Thing(file=b"x")) == {"file": b"x", "count": 1}
    with pytest.raises(TypeError, match=r"/a/0: .*has no JSON form"):
        to_fields({"a": [object()]})


def test_a_path_is_read_once_for_each_attempt(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"123")
    made = Streamed([b"<", path, b">"])
    assert made.length == 5
    assert [b"".join(sent(made)) for _ in range(2)] == [b"<123>"] * 2
    assert not made.spent


def test_a_file_is_read_from_where_it_stands_and_stays_open() -> None:
    file = io.BytesIO(b"12345")
    file.seek(3)
    made = Streamed([file])
    assert made.length == 2
    assert [b"".join(sent(made)) for _ in range(2)] == [b"45"] * 2
    assert not made.spent
    assert not file.closed


def test_what_can_be_read_once_is_spent_with_its_first_byte() -> None:
    made = Streamed([b"<", Once(b"a", b"b")])
    assert made.length is None
    chunks = sent(made)
    assert next(chunks) == b"<"
    assert not made.spent
    assert next(chunks) == b"a"
    assert made.spent


def test_the_event_loop_gets_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12")

    async def all_of(made: Streamed) -> bytes:
        body = OpenBody(made)
        body.open()
        chunks = body.awaited()
        assert not isinstance(chunks, bytes | None)
        told = b"".join([chunk async for chunk in chunks])
        body.close()
        return told

    assert asyncio.run(all_of(Streamed([path, b"-", Once(b"3")]))) == b"12-3"


def test_what_is_no_file_of_bytes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="binary mode"):
        Streamed([io.StringIO("a")])
    with pytest.raises(TypeError, match="str"):
        list(sent(Streamed([Once("a")])))
    with pytest.raises(FileNotFoundError):
        Streamed([tmp_path / "gone"])
    with pytest.raises(TypeError, match="a path or an open file, not as str"):
        Streamed(["cat.jpg"])


def test_one_file_may_stand_in_several_places() -> None:
    file = io.BytesIO(b"12")
    assert b"".join(sent(Streamed([file, b"-", file]))) == b"12-12"


def test_of_many_files_only_some_are_open_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / f"{at}" for at in range(5)]
    for at, path in enumerate(paths):
        path.write_text(str(at))
    made, most = list[io.FileIO](), 0

    class Counted(io.FileIO):
        def __init__(self, path: Any) -> None:
            nonlocal most
            super().__init__(path)
            made.append(self)
            most = max(most, sum(not one.closed for one in made))

    monkeypatch.setattr(io, "FileIO", Counted)
    monkeypatch.setattr(uploads, "_HELD", 2)
    assert b"".join(sent(Streamed(paths))) == b"01234"
    assert most == 3
    assert all(one.closed for one in made)


def test_what_stands_between_two_files_is_one_piece(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"1")
    made, _ = multipart({"a": [b"1"] * 9, "b": path, "c": "x"}, "multipart/form-data", ())
    assert [isinstance(piece, bytes) for piece in made.pieces] == [True, False, True]


def test_a_name_on_disk_that_is_no_text_is_told_with_a_question_mark() -> None:
    text = text_of({"f": Upload(b"1", filename="\udcff.jpg")})
    assert 'filename="?.jpg"' in text


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        ({"a": "x"}, Encoding("a", headers={"X-A": "1\r\nX-Evil: 2"})),
        ({"a": b"x"}, Encoding("a", headers={"X-A": "1\r\nX-Evil: 2"})),
        ({"a": "x"}, Encoding("a", content_type="text/plain\r\nX-Evil: 2")),
        ({"a\ud800": "x"}, Encoding("a")),
    ],
)
def test_no_part_has_a_head_that_breaks_the_body(body: Any, encoding: Encoding) -> None:
    with pytest.raises(InvalidRequestError, match="cannot be sent"):
        multipart(body, "multipart/form-data", (encoding,))


def test_a_boundary_is_new_each_time() -> None:
    assert random_boundary() != random_boundary()


@pytest.mark.parametrize(
    ("body", "kind", "sent"),
    [
        ({"a": 1}, "application/json", (b'{"a":1}', "application/json")),
        ("a", "application/json", (b'"a"', "application/json")),
        ({"a": 1}, "x/unknown", (b'{"a":1}', "x/unknown")),
        ({"a": [1, 2]}, "application/x-www-form-urlencoded",
         (b"a=1&a=2", "application/x-www-form-urlencoded")),
        ("a", "text/*", (b"a", "text/plain")),
        (b"a", "*/*", (b"a", "application/octet-stream")),
        (Upload(b"a", content_type="x/y"), "image/*", (b"a", "x/y")),
        ([1, {"a": 2}], "application/x-ndjson", (b'1\n{"a":2}\n', "application/x-ndjson")),
        ([1], "application/json-seq", (b"\x1e1\n", "application/json-seq")),
    ],
)  # fmt: skip
def test_a_body_is_written_by_its_media_type(body: Any, kind: str, sent: tuple[bytes, str]) -> None:
    assert written(body, kind) == sent


def test_a_structure_has_no_way_into_text() -> None:
    with pytest.raises(ConfigurationError, match="text or bytes"):
        written({"a": 1}, "application/xml")
