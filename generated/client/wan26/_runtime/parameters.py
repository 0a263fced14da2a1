"""Parameters become text, in every style of OpenAPI.

Paths and queries come out percent-encoded, delimiters and all: they are put into the URL as they
are, since `,` between values and `%2C` inside of one must stay apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias
from urllib.parse import quote, unquote

from msgspec import UNSET

from .answers import media_type, names_json
from .encoding import to_wire
from .operations import Parameter

__all__ = [
    "Pairs",
    "cookie_pairs",
    "cookie_text",
    "header_text",
    "path_text",
    "plain",
    "query_pairs",
    "query_text",
    "value_of",
]

Pairs: TypeAlias = list[tuple[str, str]]
Spelling: TypeAlias = Callable[[str], str]

_FORM: Final = "application/x-www-form-urlencoded"
_RESERVED: Final = ":/?#[]@!$&'()*+,;="
# What stays as it is under allowReserved: never what would end the part of the URL that it is in.
_RESERVED_IN_PATH: Final = "".join(sign for sign in _RESERVED if sign not in "/?#[]")
_RESERVED_IN_QUERY: Final = "".join(sign for sign in _RESERVED if sign not in "#[]&+=")
_DELIMITERS: Final = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}
_TRIPLE: Final = re.compile(r"(%[0-9A-Fa-f]{2})")
_UNFIT_FOR_HEADERS: Final = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_UNFIT_FOR_COOKIES: Final = re.compile(r"[^\x21-\x7e]|[\",;\\]")


def value_of(parameter: Parameter, given: Mapping[str, Any]) -> Any:
    """What is given for a parameter: by its name, or its place and name where two share one."""
    return given.get(f"{parameter.place}.{parameter.name}", given.get(parameter.name, UNSET))


def path_text(parameter: Parameter, value: Any) -> str:
    """The text that stands for the parameter in a path, percent-encoded.

    Raises:
        ValueError: it would change the path's structure: nothing at all, or only dots.
        TypeError: the value has no JSON form.
    """
    wire = _wired(parameter, value)
    spell = _percent(_RESERVED_IN_PATH if parameter.allow_reserved else "")
    text = _path_styled(parameter, wire, spell)
    if not unquote(text).strip("."):
        # `.` and `..` lead elsewhere, and so they do percent-encoded.
        raise ValueError(f"{parameter.name}: {text!r} cannot stand in a path")
    return text


def query_pairs(parameter: Parameter, value: Any) -> Pairs:
    """Names and values for the query, percent-encoded; none for null, `UNSET` and empty lists."""
    wire = _wired(parameter, value)
    spell = _percent(_RESERVED_IN_QUERY if parameter.allow_reserved else "")
    name = quote(parameter.name, safe="")
    if wire is None:
        return []
    if parameter.content_type or not isinstance(wire, list | dict):
        return [(name, spell(plain(wire)))]
    style = parameter.style or "form"
    if style == "deepObject":
        return _deep(name, wire, spell)
    if parameter.explode if parameter.explode is not None else style == "form":
        return [
            (name if key is None else quote(key, safe=""), spell(text))
            for key, text in _parts(wire)
        ]
    joined = _DELIMITERS.get(style, ",").join(_flat(wire, spell))
    return [(name, joined)] if wire else []


def query_text(pairs: Iterable[tuple[str, str]]) -> str:
    """The query of a URL, of pairs that are percent-encoded already."""
    return "&".join(f"{name}={text}" if name else text for name, text in pairs)


def header_text(parameter: Parameter, value: Any) -> str | None:
    """The text of a header; None for null, `UNSET` and empty lists, which send none.

    Raises:
        ValueError: a header cannot hold it: line breaks, controls, what is not Latin-1.
    """
    wire = _wired(parameter, value, is_ascii=True)
    if wire is None or wire in ([], {}):
        return None
    text = (
        _simple(wire, bool(parameter.explode), str) if not parameter.content_type else plain(wire)
    )
    found = _UNFIT_FOR_HEADERS.search(text)
    if found:
        raise ValueError(f"{parameter.name}: {found[0]!r} cannot stand in a header")
    return text


def cookie_pairs(parameter: Parameter, value: Any) -> Pairs:
    """Names and values of cookies; none for null, `UNSET` and empty lists.

    The style `form` is percent-encoded, the style `cookie` is not.

    Raises:
        ValueError: a cookie cannot hold it: blanks, quotes, commas, semicolons, backslashes.
    """
    if parameter.style != "cookie":
        return query_pairs(parameter, value)
    wire = _wired(parameter, value)
    if wire is None:
        return []
    if parameter.explode is False and isinstance(wire, list | dict):
        pairs = [(parameter.name, ",".join(_flat(wire, str)))] if wire else []
    elif isinstance(wire, list | dict):
        pairs = [(parameter.name if key is None else key, text) for key, text in _parts(wire)]
    else:
        pairs = [(parameter.name, plain(wire))]
    for name, text in pairs:
        found = _UNFIT_FOR_COOKIES.search(name + text)
        if found:
            raise ValueError(f"{parameter.name}: {found[0]!r} cannot stand in a cookie")
    return pairs


def cookie_text(pairs: Iterable[tuple[str, str]]) -> str:
    """The header `Cookie` of some pairs."""
    return "; ".join(f"{name}={text}" for name, text in pairs)


def _wired(parameter: Parameter, value: Any, *, is_ascii: bool = False) -> Any:
    """The value in JSON; written in its media type where it has one; None for `UNSET`.

    A style has no form for null: null members and elements are left out (RFC 6570, 2.3 and 3.2.1).
    """
    written = media_type(parameter.content_type)
    is_json = names_json(written)
    try:
        wire = to_wire(value if is_json else _with_digits(value))
    except TypeError as error:
        raise TypeError(f"{parameter.name}: {error}") from None
    if wire is UNSET:
        return None
    if is_json:
        return _json(wire, is_ascii=is_ascii)
    if written == _FORM and isinstance(wire, dict):
        members = [query_pairs(Parameter(key, "query"), one) for key, one in wire.items()]
        return query_text(pair for pairs in members for pair in pairs).replace("%20", "+")
    if isinstance(wire, dict):
        return {key: member for key, member in wire.items() if member is not None}
    return [item for item in wire if item is not None] if isinstance(wire, list) else wire


def _with_digits(value: Any) -> Any:
    """The value with its decimals as text, which keeps all of their digits."""
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}"
    if isinstance(value, list | tuple):
        return [_with_digits(item) for item in value]
    return value


def _percent(safe: str) -> Spelling:
    if not safe:
        return lambda text: quote(text, safe="")
    # What is reserved may stay, and so may what is percent-encoded already (RFC 6570, 3.2.3).
    return lambda text: "".join(
        part if index % 2 else quote(part, safe=safe)
        for index, part in enumerate(_TRIPLE.split(text))
    )


def _json(value: Any, *, is_ascii: bool = False) -> str:
    return json.dumps(value, ensure_ascii=is_ascii, separators=(",", ":"))


def plain(value: Any) -> str:
    """A scalar as text; what is nested deeper than a style can say, as JSON."""
    if isinstance(value, float) and "e" in repr(value):
        return f"{Decimal(repr(value)):f}"  # no exponent: few servers read one
    return value if isinstance(value, str) else _json(value)


def _parts(wire: list[Any] | dict[str, Any]) -> list[tuple[str | None, str]]:
    """Elements without a name, or members with theirs."""
    if isinstance(wire, list):
        return [(None, plain(item)) for item in wire]
    return [(key, plain(item)) for key, item in wire.items()]


def _flat(wire: list[Any] | dict[str, Any], spell: Spelling) -> list[str]:
    """Elements, or names and members by turns."""
    return [
        spell(word)
        for key, text in _parts(wire)
        for word in ((text,) if key is None else (key, text))
    ]


def _joined(
    wire: list[Any] | dict[str, Any], delimiter: str, explode: bool, spell: Spelling
) -> str:
    if explode and isinstance(wire, dict):
        return delimiter.join(f"{spell(key)}={spell(plain(item))}" for key, item in wire.items())
    return delimiter.join(_flat(wire, spell))


def _simple(wire: Any, explode: bool, spell: Spelling) -> str:
    if isinstance(wire, list | dict):
        return _joined(wire, ",", explode, spell)
    return spell(plain(wire))


def _path_styled(parameter: Parameter, wire: Any, spell: Spelling) -> str:
    if wire is None:
        raise ValueError(f"{parameter.name}: a path needs a value")
    explode = bool(parameter.explode)
    if parameter.content_type:
        return spell(plain(wire))
    if parameter.style == "matrix":
        return _matrix(quote(parameter.name, safe=""), wire, explode, spell)
    if parameter.style != "label":
        return _simple(wire, explode, spell)
    if isinstance(wire, list | dict):
        return "." + _joined(wire, "." if explode else ",", explode, spell)
    return "." + spell(plain(wire))


def _matrix(name: str, wire: Any, explode: bool, spell: Spelling) -> str:
    if not isinstance(wire, list | dict):
        pairs = [(name, spell(plain(wire)))]
    elif explode:
        pairs = [(name if key is None else spell(key), spell(text)) for key, text in _parts(wire)]
    else:
        pairs = [(name, ",".join(_flat(wire, spell)))]
    return "".join(f";{key}={text}" if text else f";{key}" for key, text in pairs)


def _deep(name: str, wire: Any, spell: Spelling) -> Pairs:
    """`name[member]=value`, as deep as it goes; items of lists are members by their number.

    That is what servers read that take objects in this way at all: a name that is repeated keeps
    its last value there.
    """
    if isinstance(wire, dict):
        members = ((f"{name}%5B{quote(key, safe='')}%5D", item) for key, item in wire.items())
        return [pair for key, item in members for pair in _deep(key, item, spell)]
    if isinstance(wire, list):
        numbered = ((f"{name}%5B{index}%5D", item) for index, item in enumerate(wire))
        return [pair for key, item in numbered for pair in _deep(key, item, spell)]
    return [] if wire is None else [(name, spell(plain(wire)))]
