"""What a server sends by itself, webhooks and callbacks, as the types of the document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl

from .answers import MISSING, charset_of, media_type, names_json, parse_json, text_of
from .decoding import DecodingError, decode, decode_value
from .effects import Caught
from .errors import APIError
from .fitting import fit
from .shapes import (
    Choice,
    Items,
    Marked,
    Members,
    Nullable,
    Record,
    Scalar,
    Shape,
    fields_of,
    shape_of,
    variants_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["received"]

_FORM = "application/x-www-form-urlencoded"
_NAME = re.compile(r'[;\s]name\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))', re.IGNORECASE)
# A file has a name, or a type that is not that of a text.
_FILE = re.compile(
    r"[;\s]filename\*?\s*=|^content-type:(?!\s*(?:text/|application/json))",
    re.IGNORECASE | re.MULTILINE,
)

# A member that a form has: text, or bytes where it is none.
Told: TypeAlias = "tuple[str, str | bytes]"


def received(body: bytes | str, content_type: str, kind: Callable[[], Any]) -> Any:
    """A body as its type, open to whatever came: what does not fit is kept, and said once.

    Args:
        body: as it came.
        content_type: how it is written: JSON, a form, or anything that is given as it came.
        kind: gives the type, when it is needed.

    Raises:
        APIError: it is not JSON, and should be.
    """
    content = body.encode("utf-8") if isinstance(body, str) else bytes(body)
    told, type_ = media_type(content_type), kind()
    if type_ is bytes:
        return content
    shape = shape_of(type_)
    if told == _FORM:
        pairs = parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True)
        return decode_value(_members(pairs, shape), type_)
    if _takes(str, shape) and not names_json(told):
        return _text(content, content_type, or_bytes=_takes(bytes, shape))
    if told.startswith("multipart/") and type_ is not Any:
        return decode_value(_members(_parts(content, shape), shape), type_)
    try:
        return decode(content, type_)
    except DecodingError as error:
        if type_ is Any and not names_json(told):
            return _text(content, content_type, or_bytes=True)
        raise APIError(f"the body of the webhook is {error}") from error


def _takes(kind: type, shape: Shape) -> bool:
    match shape:
        case Scalar(type=scalar):
            return scalar is kind
        case Nullable(inner=inner):
            return _takes(kind, inner)
        case Choice(variants=variants):
            return any(_takes(kind, one) for one in variants)
    return False


def _text(content: bytes, content_type: str, *, or_bytes: bool) -> str | bytes:
    """A body that is no JSON; as bytes, if they may be had, where nobody says how to read them."""
    if or_bytes and charset_of(content_type) is None:
        with Caught(UnicodeDecodeError):
            return content.decode("utf-8")
        return content
    return text_of(content, content_type)


def _parts(content: bytes, shape: Shape) -> Iterable[Told]:
    """The named parts of a `multipart` body; its first line says what is between them.

    What is sent as a file and taken as bytes is bytes: it may look like text, or like base64.
    """
    shapes, other = _shapes(shape)
    mark = content.lstrip(b"\r\n").partition(b"\r\n")[0].rstrip()
    if not mark.startswith(b"--"):
        return
    for part in (b"\r\n" + content).split(b"\r\n" + mark)[1:]:
        head, found, value = part.partition(b"\r\n\r\n")
        heads = head.decode("utf-8", "replace")
        named = _NAME.search(heads)
        if found and named is not None:
            name = re.sub(r"\\(.)", r"\1", named[1] or named[2] or "")
            told: str | bytes = value
            is_file = _FILE.search(heads) and "base64" not in heads.lower()
            if not (is_file and _takes_bytes(shapes.get(name, other))):
                with Caught(UnicodeDecodeError):
                    told = value.decode("utf-8")
            yield name, told


def _takes_bytes(shape: Shape | None) -> bool:
    if isinstance(shape, Items):
        return _takes_bytes(shape.rest)
    return shape is not None and _takes(bytes, shape)


def _members(pairs: Iterable[Told], shape: Shape) -> dict[str, Any]:
    """The members of a form, each in JSON's terms; those that come more than once are a list."""
    shapes, other = _shapes(shape)
    found: dict[str, list[str | bytes]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: _member(values, shapes.get(name, other)) for name, values in found.items()}


def _shapes(shape: Shape) -> tuple[dict[str, Shape], Shape | None]:
    """The shapes of an object's members by name, and that of others; a union has all of them."""
    match shape:
        case Nullable(inner=inner):
            return _shapes(inner)
        case Record(model=model):
            return {name: field.shape for name, field in fields_of(model).items()}, None
        case Members(value=value):
            return {}, value
        case Choice() | Marked():
            told = shape.variants if isinstance(shape, Choice) else variants_of(shape.marker)
            each = [_shapes(one) for one in told]
            others = (other for _, other in each if other is not None)
            named = {name: one for shapes, _ in reversed(each) for name, one in shapes.items()}
            return named, next(others, None)
    return {}, None


def _member(values: list[str | bytes], shape: Shape | None) -> Any:
    if shape is None:
        return values[0] if len(values) == 1 else values
    inner = shape.inner if isinstance(shape, Nullable) else shape
    if isinstance(inner, Items):
        whole = _of_text(values[0], inner) if len(values) == 1 else None
        rest = inner.rest
        if isinstance(whole, list) or rest is None:
            return whole if isinstance(whole, list) else values
        return [_of_text(value, rest) for value in values]
    told = [_of_text(value, shape) for value in values]
    return told[0] if len(told) == 1 else told


def _of_text(text: str | bytes, shape: Shape) -> Any:
    """What a form writes as text: the text where that is of the shape, else the JSON that it is."""
    if isinstance(text, bytes) or fit(text, shape) is not None:
        return text
    value = parse_json(text.encode("utf-8", "replace"))
    if value is not MISSING and value is not None and fit(value, shape) is not None:
        return value
    return None if isinstance(shape, Nullable) and text in ("", "null") else text
