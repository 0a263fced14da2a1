"""Bodies of forms: members become text by style or by media type; files stay what they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from msgspec import UNSET

from .answers import names_json
from .encoding import to_wire
from .models import Model
from .operations import Encoding, Parameter
from .parameters import Pairs, query_pairs, query_text
from .pointers import pointer
from .uploads import is_file

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["encoding_of", "form", "query_string", "styled", "to_fields", "without_files"]


def to_fields(value: Any) -> Any:
    """The members of a body in JSON's terms, but for the files among them.

    Raises:
        TypeError: something in it is no file and has no JSON form.
    """
    return _fields(value, ())


def without_files(fields: Any) -> tuple[Any, list[str]]:
    """The same as pure JSON, a text in place of each file, and the JSON Pointers of these."""
    places: list[str] = []
    return _told(fields, (), places), places


def form(body: Mapping[str, Any], encodings: Sequence[Encoding]) -> bytes:
    """A body of `application/x-www-form-urlencoded`, in UTF-8."""
    pairs: Pairs = []
    for name, value in body.items():
        pairs += _pairs(encoding_of(name, encodings), value)
    return query_text(pairs).replace("%20", "+").encode("ascii")


def encoding_of(name: str, encodings: Iterable[Encoding]) -> Encoding:
    """How a member is written."""
    return next((one for one in encodings if one.name == name), Encoding(name))


def styled(encoding: Encoding, value: Any) -> Pairs | None:
    """A member by its style, percent-encoded; None where its encoding names none."""
    if not (encoding.style or encoding.explode is not None or encoding.allow_reserved):
        return None
    parameter = Parameter(
        encoding.name,
        "query",
        style=encoding.style,
        explode=encoding.explode,
        allow_reserved=encoding.allow_reserved,
    )
    return query_pairs(parameter, value)


def _pairs(encoding: Encoding, value: Any) -> Pairs:
    """A member of a form: lists repeat its name, what is nested deeper is JSON."""
    if value is None:
        return []
    pairs = styled(encoding, value)
    if pairs is not None:
        return pairs
    is_json = names_json(encoding.content_type)
    items = value if isinstance(value, list) and not is_json else [value]
    kind = "application/json" if is_json else ""
    return [
        pair
        for item in items
        for pair in query_pairs(
            Parameter(encoding.name, "query", content_type=kind), _flat(item, is_json=is_json)
        )
    ]


def _flat(item: Any, *, is_json: bool) -> Any:
    """What a pair can hold: anything that is written as JSON, else a scalar."""
    if is_json or not isinstance(item, list | dict):
        return item
    return json.dumps(item, ensure_ascii=False, separators=(",", ":"))


def _fields(value: Any, place: tuple[str, ...]) -> Any:
    if is_file(value):
        return value
    if isinstance(value, Model):
        wires = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
        told = {wire: getattr(value, name) for name, wire in wires}
        return _fields({**value.extra, **told}, place)
    if isinstance(value, Mapping):
        kept = {key: member for key, member in value.items() if member is not UNSET}
        return {key: _fields(member, (*place, str(key))) for key, member in kept.items()}
    if isinstance(value, list | tuple):
        kept_items = [item for item in value if item is not UNSET]
        return [_fields(item, (*place, str(at))) for at, item in enumerate(kept_items)]
    try:
        return to_wire(value)
    except TypeError as error:
        raise TypeError(f"{pointer(place)}: {str(error).partition(': ')[2]}") from None


def _told(value: Any, place: tuple[str | int, ...], places: list[str]) -> Any:
    if is_file(value):
        places.append(pointer(place))
        return ""
    if isinstance(value, dict):
        return {name: _told(member, (*place, name), places) for name, member in value.items()}
    if isinstance(value, list):
        return [_told(item, (*place, at), places) for at, item in enumerate(value)]
    return value


def query_string(parameter: Parameter, value: Any) -> str:
    """The whole query of a URL (`in: querystring`), percent-encoded."""
    wire = to_wire(value)
    if names_json(parameter.content_type):
        return quote(json.dumps(wire, ensure_ascii=False, separators=(",", ":")), safe="")
    if isinstance(wire, dict):
        return form(wire, parameter.encodings).decode("ascii")
    return quote(str(wire), safe="=&")
