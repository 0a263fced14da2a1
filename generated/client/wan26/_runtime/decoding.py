"""Answers become objects: fast where they keep the document's promises, by hand where not."""

from __future__ import annotations

import logging
import threading
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from .answers import read_json
from .building import Surprise, build, build_extra
from .effects import Caught
from .leftovers import Leftovers, opened
from .models import Model, read
from .shapes import Items, Members, Nullable, Record, Scalar, Shape, UnionMarker, shape_of
from .unions import choose

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DecodingError", "blank", "decode", "decode_value", "log_to", "surprised"]

T = TypeVar("T")

_MOST_SAID: Final = 10_000
# So many bytes of a type's answers are read by hand, and no answer counts less than the least.
_BY_HAND: Final = 2**16
_LEAST: Final = 2**13
# Values that do not fit their type, and types that msgspec has no way to read (such as constants
# of more than 64 bits).
_UNFIT: Final = (msgspec.DecodeError, TypeError, NotImplementedError)


# msgspec notes a class before it has seen all of it; what another thread reads as such a class
# meanwhile takes the process down with it.
_looking: Final = threading.RLock()
_halves: Final[list[Any]] = []  # types of which it was kept from seeing all


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
    `UNSET`; each of these is logged once, when it is found: unknown fields of types that have met
    many of them, when somebody asks for `extra` or sends the object again.

    Raises:
        DecodingError: the bytes are no JSON.
    """
    decoded = _reader(type_).decode(content)
    if isinstance(decoded, Model):
        vars(decoded)["_raw"] = content
    return decoded


def decode_value(value: Any, type_: Any) -> Any:
    """Read a value of JSON, parsed already, as a type; as `decode`, but without `raw`."""
    return _reader(type_).convert(value)


class _Reader:
    """Reads a type: its first answers by hand, all others by msgspec.

    By hand, no more types are loaded than an answer holds. For msgspec all are that it might hold,
    which are hundreds where objects link to each other; then it is many times as fast.
    """

    def __init__(self, type_: Any) -> None:
        self._type = type_
        self._shape = shape_of(type_)
        # So many bytes are read by hand: of the first answers, and of those with surprises.
        self._new = _BY_HAND if _is_of_records(self._shape) else 0
        self._odd = _BY_HAND

    def decode(self, content: bytes) -> Any:
        """Read JSON."""
        if self._is_new(len(content)):
            with Caught(RecursionError):
                return self._build(_read(content), cuts=False)
        if self._decoder is not None:
            with Caught(UnicodeDecodeError, RecursionError, *_UNFIT):
                return read(self._decoder.decode, content)
        if self._decoder is not None and self._is_often_odd(len(content)):
            with Caught(UnicodeDecodeError, RecursionError, *_UNFIT):
                return self._read_over(self._open_decoder.decode, content)
        return self._build(_read(content))

    def convert(self, value: Any) -> Any:
        """Read a value that is parsed already."""
        with Caught(RecursionError):
            return self.variant(value)
        return self._build(value)

    def variant(self, value: Any) -> Any:
        """Read a value that stands within another.

        Raises:
            RecursionError: it nests too deeply for msgspec, and so does what it stands in.
        """
        if self._is_new(0):
            with Caught(RecursionError):
                return self._build(value, cuts=False)
        if self._decoder is not None:
            with Caught(*_UNFIT):
                return read(self._convert, value)
        if self._decoder is not None and self._is_often_odd(0):
            with Caught(*_UNFIT):
                return self._read_over(self._convert_open, value)
        return self._build(value)

    def _is_new(self, size: int) -> bool:
        self._new -= max(size, _LEAST)
        return self._new >= 0

    def _is_often_odd(self, size: int) -> bool:
        self._odd -= max(size, _LEAST)
        return self._odd < 0 and self._open_type is not self._type

    def _read_over(self, decode: Callable[[T], Any], given: T) -> Any:
        """Read what is right but for unknown fields; those are found when they are asked for."""
        leftovers = Leftovers(given, self._shape, _keep)
        return read(partial(leftovers.read, decode), given)

    def _build(self, value: Any, *, cuts: bool = True) -> Any:
        return _build(value, self._shape, cuts=cuts)

    def _convert(self, value: Any) -> Any:
        return msgspec.convert(value, self._type, dec_hook=_choose_variant)

    def _convert_open(self, value: Any) -> Any:
        return msgspec.convert(value, self._open_decoder.type, dec_hook=_choose_variant)

    @cached_property
    def _open_type(self) -> Any:
        return opened(self._type)

    @cached_property
    def _open_decoder(self) -> msgspec.json.Decoder[Any]:
        return _looked_at(self._open_type)

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder[Any] | None:
        try:
            return _looked_at(self._type)
        except (TypeError, NotImplementedError) as error:
            # Such as a constant `true` or a union of two models: all of it is built by hand.
            _voice.logger.debug("%s is decoded slowly: %s", self._type, error)
            return None


_reader = cache(_Reader)


def _looked_at(type_: Any) -> msgspec.json.Decoder[Any]:
    """A decoder of a type, of which msgspec sees all or nothing any more.

    Raises:
        TypeError: it has no way to read the type, or may hold halves of others.
        NotImplementedError: it has no way to read the type.
    """
    with _looking:
        if _halves:
            raise TypeError(f"{_halves[0]} was not seen to its end")
        try:
            return msgspec.json.Decoder(type_, dec_hook=_choose_variant)
        except (TypeError, NotImplementedError):
            raise
        except BaseException:  # Ctrl-C, or a module that cannot be loaded now
            _halves.append(type_)
            raise


def _is_of_records(shape: Shape) -> bool:
    match shape:
        case Record():
            return True
        case Nullable(inner=inner) | Items(rest=inner) | Members(value=inner) if inner is not None:
            return _is_of_records(inner)
    return False


def blank(type_: Any) -> Any:
    """What stands for something absent: a record whose fields are `UNSET`, an empty list or map."""
    shape = shape_of(type_)
    inner = shape.inner if isinstance(shape, Nullable) else shape
    return build([] if isinstance(inner, Items) else {}, inner, [])


def _choose_variant(type_: type, value: Any) -> Any:
    if not isinstance(type_, UnionMarker):
        raise NotImplementedError(f"no way to decode {type_!r}")
    shape = choose(type_, value)
    if shape is None:
        return _build(value, shape_of(type_))
    if isinstance(shape, Record):
        return _reader(shape.model).variant(value)
    if isinstance(shape, Scalar):
        with Caught(*_UNFIT):
            return msgspec.convert(value, shape.type)
    return _build(value, shape, type_.__name__)


def _build(value: Any, shape: Shape, place: str = "", *, cuts: bool = True) -> Any:
    surprises: list[Surprise] = []
    built = build(value, shape, surprises, place, cuts=cuts)
    _voice.say(surprises)
    return built


def _keep(model: type[Model], extra: dict[str, Any]) -> dict[str, Any]:
    surprises: list[Surprise] = []
    kept = build_extra(model, extra, surprises)
    _voice.say(surprises)
    return kept


def _read(content: bytes) -> Any:
    try:
        return read_json(content)
    except RecursionError:
        raise DecodingError("the JSON nests too deeply", content) from None
    except ValueError as error:
        raise DecodingError(f"not JSON: {error}", content) from error
