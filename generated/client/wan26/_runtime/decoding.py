"""Answers become objects: fast where they keep the document's promises, by hand where not."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any, Final

import msgspec

from .answers import read_json
from .building import Surprise, build
from .models import Model, read
from .shapes import Items, Nullable, Record, Scalar, Shape, UnionMarker, shape_of
from .unions import choose

__all__ = ["DecodingError", "blank", "decode", "decode_value", "log_to", "surprised"]

_MOST_SAID: Final = 10_000
# Values that do not fit their type, and types that msgspec has no way to read (such as constants
# of more than 64 bits).
_UNFIT: Final = (msgspec.DecodeError, TypeError, NotImplementedError)


class DecodingError(ValueError):
    """Bytes that are no JSON (or that nest too deeply to be read); `content` holds them."""

    def __init__(self, message: str, content: bytes) -> None:
        super().__init__(message)
        self.message = message
        self.content = content

    def __reduce__(self) -> tuple[type[DecodingError], tuple[str, bytes]]:
        return type(self), (self.message, self.content)


class _Voice:
    """Says each surprise once."""

    def __init__(self) -> None:
        # In a client this is the package's own name, `wan26`.
        self.logger = logging.getLogger(__name__.partition(".")[0])
        self._said: set[Surprise] = set()

    def say(self, surprises: list[Surprise]) -> None:
        for surprise in surprises:
            if surprise in self._said or len(self._said) >= _MOST_SAID:
                continue
            self._said.add(surprise)
            place, problem, harmless = surprise
            level = logging.INFO if harmless else logging.WARNING
            self.logger.log(level, "%s: %s", place, problem)


_voice = _Voice()


def log_to(name: str) -> None:
    """Name the logger that surprises are said to; without it, the name of the outer package."""
    _voice.logger = logging.getLogger(name)


def surprised(place: str, problem: str) -> None:
    """Say, once, that something came otherwise than the document promises."""
    _voice.say([(place, problem, False)])


def decode(content: bytes, type_: Any) -> Any:
    """Read JSON as a type, whatever it holds; `raw` of a model keeps the bytes.

    Unknown fields go to `extra`, what does not fit its type stays as it came, what is missing is
    `UNSET`; each of these is logged once.

    Raises:
        DecodingError: the bytes are no JSON.
    """
    decoder = _decoder(type_)
    if decoder is None:
        decoded = _build(_read(content), shape_of(type_))
    else:
        try:
            decoded = read(decoder.decode, content)
        except (UnicodeDecodeError, RecursionError, *_UNFIT):
            decoded = _build(_read(content), shape_of(type_))
    if isinstance(decoded, Model):
        vars(decoded)["_raw"] = content
    return decoded


def decode_value(value: Any, type_: Any) -> Any:
    """Read a value of JSON, parsed already, as a type; as `decode`, but without `raw`."""
    try:
        return read(lambda given: msgspec.convert(given, type_, dec_hook=_choose_variant), value)
    except (RecursionError, *_UNFIT):
        return _build(value, shape_of(type_))


def blank(type_: Any) -> Any:
    """What stands for something absent: a record whose fields are `UNSET`, an empty list or map."""
    shape = shape_of(type_)
    inner = shape.inner if isinstance(shape, Nullable) else shape
    return build([] if isinstance(inner, Items) else {}, inner, [])


@cache
def _decoder(type_: Any) -> msgspec.json.Decoder[Any] | None:
    try:
        return msgspec.json.Decoder(type_, dec_hook=_choose_variant)
    except (TypeError, NotImplementedError) as error:
        # Such as a constant `true` or a union of two models: all of it is built by hand.
        _voice.logger.debug("%s is decoded slowly: %s", type_, error)
        return None


def _choose_variant(type_: type, value: Any) -> Any:
    if not isinstance(type_, UnionMarker):
        raise NotImplementedError(f"no way to decode {type_!r}")
    shape = choose(type_, value)
    if shape is None:
        return _build(value, shape_of(type_))
    if isinstance(shape, Record | Scalar):
        target = shape.model if isinstance(shape, Record) else shape.type
        try:
            return msgspec.convert(value, target, dec_hook=_choose_variant)
        except _UNFIT:
            pass
    return _build(value, shape, type_.__name__)


def _build(value: Any, shape: Shape, place: str = "") -> Any:
    surprises: list[Surprise] = []
    built = build(value, shape, surprises, place)
    _voice.say(surprises)
    return built


def _read(content: bytes) -> Any:
    try:
        return read_json(content)
    except RecursionError:
        raise DecodingError("the JSON nests too deeply", content) from None
    except ValueError as error:
        raise DecodingError(f"not JSON: {error}", content) from error
