"""Bodies of requests by their media types: JSON, forms, parts, lines, text, bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, unquote_plus

import msgspec

from .description import Encoding, Parameter
from .requests import RefusalError
from .spellings import ABSENT, deep, from_query, pairs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .description import Body
    from .facets import Facets

__all__ = ["is_json", "read_content", "without_files"]

_WORD: Final = re.compile(r';\s*([\w!#$&+.^`|~*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))')
_MOST_PARTS: Final = 2000


@dataclass(slots=True)
class _Part:
    """One part of a body: a field of a form, or a file."""

    name: str = ""
    filename: str | None = None
    media_type: str = ""
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def is_json(media_type: str) -> bool:
    """Whether a media type carries JSON."""
    name = media_type.partition(";")[0].strip().lower()
    is_lines = name.endswith("+json-seq")
    return name in ("application/json", "text/json") or (name.endswith("+json") and not is_lines)


def read_content(body: Body, content_type: str, raw: bytes, facets: Facets) -> Any:
    """The value of a body; `facets` say what its members may be, files are bytes.

    Raises:
        RefusalError: 400, it is not what its media type says.
    """
    name = content_type.partition(";")[0].strip().lower()
    if body.kind == "form" or name == "application/x-www-form-urlencoded":
        return _form(body, _text(raw), facets)
    if name.startswith("multipart/"):
        parts = _parts(raw, _parameter(content_type, "boundary"))
        return _members(body, parts, facets) if name == "multipart/form-data" else raw
    if body.kind == "binary":
        return raw
    if body.kind == "stream":
        return [_json(line) for line in re.split(rb"[\n\x1e]", raw) if line.strip()]
    return _json(raw) if is_json(name) or body.kind == "json" else _text(raw)


def without_files(value: Any) -> Any:
    """The value with a text in place of each file, as schemas see it."""
    if isinstance(value, bytes):
        return ""
    if isinstance(value, dict):
        return {name: without_files(each) for name, each in value.items()}
    return [without_files(each) for each in value] if isinstance(value, list) else value


def _json(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusalError(400, "invalid_json", f"the body is no JSON: {error}") from error


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _encoding(body: Body, name: str) -> Encoding:
    return next((each for each in body.encodings if each.name == name), Encoding(name=name))


def _form(body: Body, text: str, facets: Facets) -> Any:
    """The members of a form in one line, by their encodings; what is not named stays text."""
    pairs = pairs_of(text)
    known = facets.names()
    roots = [name if name in known else name.partition("[")[0] for name, _ in pairs]
    made: dict[str, Any] = {}
    for name in dict.fromkeys(roots):
        encoding = _encoding(body, name)
        parameter = Parameter(
            name=name,
            place="query",
            style=encoding.style,
            explode=encoding.explode,
            content_type=encoding.content_type if is_json(encoding.content_type) else "",
        )
        inner = facets.member(name)
        is_plain = any(told == name for told, _ in pairs)
        value = from_query(parameter, inner, pairs, ()) if is_plain else deep(name, inner, pairs)
        if value is not ABSENT:
            made[name] = value
    return made


def _members(body: Body, parts: list[_Part], facets: Facets) -> Any:
    """The members of a form in parts; of a name that is repeated they make a list."""
    made: dict[str, Any] = {}
    known = facets.names()
    for name in dict.fromkeys(part.name for part in parts):
        inner = facets.member(name)
        same = [part for part in parts if part.name == name]
        is_list = "array" in inner.types
        holder = inner.items() if is_list else inner
        values = [_value(part, holder, _encoding(body, name)) for part in same]
        if is_list and len(values) == 1 and isinstance(values[0], list):
            made[name] = values[0]
        else:
            made[name] = values if is_list or len(values) > 1 else values[0]
    for name in {each.partition("[")[0] for each in made if "[" in each and each not in known}:
        pairs = [(part.name, _quoted(part.content)) for part in parts if part.filename is None]
        value = deep(name, facets.member(name), pairs)
        if value is not ABSENT and name in known:
            made = {key: each for key, each in made.items() if not key.startswith(f"{name}[")}
            made[name] = value
    return made


def _quoted(content: bytes) -> str:
    return "".join(f"%{byte:02X}" for byte in content)


def _value(part: _Part, facets: Facets, encoding: Encoding) -> Any:
    is_file = part.filename is not None and not facets.types
    if facets.is_binary or is_file:
        return part.content
    if is_json(part.media_type) or is_json(encoding.content_type):
        try:
            return msgspec.json.decode(part.content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return _text(part.content)
    return facets.typed(_text(part.content))


def _parameter(header: str, name: str) -> str:
    for key, quoted, plain in _WORD.findall(header):
        if key.lower() == name:
            return re.sub(r"\\(.)", r"\1", quoted) or plain
    return ""


def _parts(raw: bytes, boundary: str) -> list[_Part]:
    """The parts of a body (RFC 2046, 5.1)."""
    mark = b"--" + boundary.encode("latin-1", "replace")
    pieces = (b"\r\n" + raw).split(b"\r\n" + mark)
    if not boundary or len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise RefusalError(400, "invalid_body", "the body is not in parts as its header says")
    return [_part(piece) for piece in pieces[1:-1][:_MOST_PARTS]]


def _part(piece: bytes) -> _Part:
    head, _, content = piece.lstrip(b" \t").removeprefix(b"\r\n").partition(b"\r\n\r\n")
    headers: dict[str, str] = {}
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    told = headers.get("content-disposition", "")
    extended = _parameter(told, "filename*").rpartition("'")[2]
    filename = unquote(extended) or _parameter(told, "filename")
    return _Part(
        name=unquote_plus(_parameter(told, "name").replace("+", "%2B")),
        filename=filename if "filename" in told else None,
        media_type=headers.get("content-type", ""),
        content=content,
        headers=headers,
    )
