"""Objects become what JSON can hold; what was not given (`UNSET`) is left out."""

from __future__ import annotations

import base64
import datetime
import math
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from .models import Model
from .pointers import pointer

__all__ = ["given", "to_wire"]

_DEPTH: Final = 200
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def given(members: Mapping[str, Any]) -> dict[str, Any] | UnsetType:
    """The members that are not `UNSET`; `UNSET` where none is left."""
    kept = {name: value for name, value in members.items() if value is not UNSET}
    return kept or UNSET


def to_wire(value: Any) -> Any:
    """The JSON form of a value, in plain dicts, lists, strings, numbers, booleans and None.

    Models are written under their names on the wire, with `extra`; moments as RFC 3339 (without
    an offset where they have none), bytes as base64, decimals as numbers, UUIDs as strings,
    sets sorted.
    `UNSET` members and elements are left out; `UNSET` itself stays `UNSET`.

    Raises:
        TypeError: something in it has no JSON form; the message names its place.
    """
    return _wire(value, ())


def _wire(value: Any, place: tuple[str | int, ...]) -> Any:
    if value is None or value is UNSET or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return _wire(value.value, place)
    if isinstance(value, str):
        return _checked(str(value), place)
    if isinstance(value, int | float | Decimal):
        return _number(value, place)
    if len(place) > _DEPTH:
        raise _error("nests too deeply, or holds itself", place[:8])
    if isinstance(value, Model):
        return _model(value, place)
    if isinstance(value, Mapping):
        return _mapping(value, place)
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Sequence | AbstractSet):
        return _items(value, place)
    return _text(value, place)


def _items(value: Sequence[Any] | AbstractSet[Any], place: tuple[str | int, ...]) -> list[Any]:
    written = [_wire(item, (*place, index)) for index, item in enumerate(value)]
    kept = [item for item in written if item is not UNSET]
    return sorted(kept, key=repr) if isinstance(value, AbstractSet) else kept


def _checked(text: str, place: tuple[str | int, ...]) -> str:
    found = None if text.isascii() else _SURROGATE.search(text)
    if found is not None:
        raise _error(f"has half a character (a lone surrogate) at {found.start()}", place)
    return text


def _number(value: float | Decimal, place: tuple[str | int, ...]) -> int | float:
    if isinstance(value, int):
        return int(value)
    if not (value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)):
        raise _error(f"{value} is no number of JSON", place)
    whole = isinstance(value, Decimal) and value == value.to_integral_value()
    return int(value) if whole else float(value)


def _model(value: Model, place: tuple[str | int, ...]) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for name, wire_name in zip(
        value.__struct_fields__, value.__struct_encode_fields__, strict=True
    ):
        member = getattr(value, name)
        if member is not UNSET:
            written[wire_name] = _wire(member, (*place, wire_name))
    if vars(value):  # what lies beside the fields: most objects have nothing there
        written = {**_mapping(value.extra, place), **written}
    return written


def _mapping(value: Mapping[Any, Any], place: tuple[str | int, ...]) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for key, member in value.items():
        if not isinstance(key, str):
            raise _error(f"the key {key!r} is no string", place)
        name = str(key.value) if isinstance(key, Enum) else str(key)
        if not name.isascii() and _SURROGATE.search(name):
            raise _error(f"the key {name!r} has half a character (a lone surrogate)", place)
        if member is not UNSET:
            written[name] = _wire(member, (*place, name))
    return written


def _text(value: Any, place: tuple[str | int, ...]) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time | datetime.timedelta):
        return str(msgspec.to_builtins(value))
    raise _error(f"{type(value).__name__} has no JSON form", place)


def _error(message: str, place: Sequence[str | int]) -> TypeError:
    return TypeError(f"{pointer(place) or 'the value'}: {message}")
