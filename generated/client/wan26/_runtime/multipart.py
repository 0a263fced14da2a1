"""Multipart bodies: a part for each member, files streamed between the boundaries."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec

from .answers import names_json
from .effects import Caught
from .errors import InvalidRequestError, Problem, printable
from .forms import encoding_of, styled
from .parameters import plain
from .uploads import Streamed, Upload, file_name, is_file

if TYPE_CHECKING:
    from .operations import Encoding

__all__ = ["multipart", "random_boundary"]

# As browsers write names (WHATWG HTML, 4.10.21.8).
_ESCAPED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


def random_boundary() -> str:
    """A boundary that stands in no file."""
    return os.urandom(16).hex()


def multipart(
    body: Any,
    content_type: str,
    encodings: Sequence[Encoding],
    boundary: Callable[[], str] = random_boundary,
) -> tuple[Streamed, str]:
    """A multipart body and its `Content-Type`; of a list the parts have no names.

    Args:
        body: as `forms.to_fields` gives it.
        content_type: `multipart/form-data`, or another kind.
        encodings: how its members are written.
        boundary: what gives the text between the parts.
    """
    mark = boundary()
    pieces: list[Any] = []
    for head, content in _parts(body, encodings):
        _check_head(head)
        pieces += [_head(mark, head), content, b"\r\n"]
    given = [one.strip() for one in content_type.split(";")]
    kind = "; ".join(one for one in given if one and not one.lower().startswith("boundary="))
    pieces.append(f"--{mark}--\r\n".encode("ascii"))
    return Streamed(list(_joined(pieces))), f"{kind}; boundary={mark}"


Part = tuple[dict[str, str], Any]


def _parts(body: Any, encodings: Sequence[Encoding]) -> Iterator[Part]:
    if isinstance(body, Mapping):
        for name, value in body.items():
            yield from _named(name, value, encoding_of(name, encodings))
    else:
        others = encoding_of("", encodings)
        for at, item in enumerate(body if isinstance(body, list) else [body]):
            own = next((one for one in encodings if one.name == str(at)), others)
            yield from _part("", item, own)


def _named(name: str, value: Any, encoding: Encoding) -> Iterator[Part]:
    if encoding.base64:
        value = _as_text(value)
    pairs = None if _holds_file(value) else styled(encoding, value)
    if pairs is not None:
        for key, text in pairs:
            yield from _part(unquote(key), unquote(text), encoding_of(name, ()))
        return
    for item in value if isinstance(value, list) else [value]:
        yield from _part(name, item, encoding)


def _as_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    is_bytes = isinstance(value, bytes | bytearray | memoryview)
    return base64.b64encode(value).decode("ascii") if is_bytes else value


def _holds_file(value: Any) -> bool:
    return is_file(value) or (isinstance(value, list) and any(is_file(item) for item in value))


def _part(name: str, value: Any, encoding: Encoding) -> Iterator[Part]:
    """One part; null has none."""
    if value is None:
        return
    if is_file(value):
        yield _file(name, value if isinstance(value, Upload) else Upload(value), encoding)
        return
    kind = encoding.content_type.partition(",")[0].strip()
    is_json = isinstance(value, list | dict) or names_json(kind)
    if is_json:
        content = msgspec.json.encode(value)
        kind = kind if names_json(kind) else "application/json"
    else:
        content = plain(value).encode("utf-8")
    disposition = {"Content-Disposition": f'form-data; name="{_quoted(name)}"'} if name else {}
    told = {"Content-Type": kind} if kind and "*" not in kind else {}
    yield {**disposition, **told, **encoding.headers}, content


def _file(name: str, upload: Upload, encoding: Encoding) -> Part:
    filename = upload.filename if upload.filename is not None else file_name(upload.content)
    # The name of a file on disk may have bytes that are no characters.
    called = _quoted(filename or name or "file").encode("utf-8", "replace").decode("utf-8")
    kind = upload.content_type or _kind(called, encoding.content_type)
    told = f'form-data; name="{_quoted(name)}"' if name else "attachment"
    head = {
        "Content-Disposition": f'{told}; filename="{called}"',
        "Content-Type": kind,
        **encoding.headers,
        **upload.headers,
    }
    return head, upload.content


def _kind(filename: str, declared: str) -> str:
    """The media type of a file: the only one that the document gives, else what its name says."""
    kinds = [kind.strip() for kind in declared.split(",") if kind.strip()]
    if len(kinds) == 1 and "*" not in kinds[0]:
        return kinds[0]
    from mimetypes import guess_type

    return guess_type(filename)[0] or "application/octet-stream"


def _quoted(text: str) -> str:
    return text.translate(_ESCAPED)


def _check_head(head: Mapping[str, str]) -> None:
    for key, value in head.items():
        why = "a line break" if any(sign in key + value for sign in "\r\n\x00") else ""
        with Caught(UnicodeEncodeError) as caught:
            (key + value).encode()
        why = "half a character" if caught.error is not None else why
        if why:
            said = f"{printable(key, 100)} of a part has {why}"
            problem = Problem(path="", message=said)
            raise InvalidRequestError(f"a part cannot be sent: {said}", problems=(problem,))


def _head(mark: str, head: Mapping[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"--{mark}\r\n{lines}\r\n".encode()


def _joined(pieces: Sequence[Any]) -> Iterator[Any]:
    """What stands between two files as one piece."""
    for is_bytes, run in groupby(pieces, lambda piece: isinstance(piece, bytes)):
        if is_bytes:
            yield b"".join(run)
        else:
            yield from run
