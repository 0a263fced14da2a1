"""Parameters read back from text, in every style of OpenAPI, as `parameters.py` spells them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, unquote_plus

import msgspec

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from .description import Parameter
    from .facets import Facets

__all__ = [
    "ABSENT",
    "Pairs",
    "claimed",
    "deep",
    "from_cookies",
    "from_header",
    "from_path",
    "from_query",
    "pairs_of",
]

Pairs = list[tuple[str, str]]  # decoded names, percent-encoded values

ABSENT: Final[Any] = object()
_DELIMITERS: Final = {
    "spaceDelimited": re.compile(r"%20|\+| "),
    "pipeDelimited": re.compile(r"%7[Cc]|\|"),
}
_COMMA: Final = re.compile(r",")
_STEP: Final = re.compile(r"\[([^\[\]]*)\]")
_MOST: Final = 2000  # elements of a list that are named by numbers


def pairs_of(query: str) -> Pairs:
    """The pairs of a query, their values still encoded."""
    parts = (part.partition("=") for part in query.split("&") if part)
    return [(unquote_plus(name), value) for name, _, value in parts]


def from_query(
    parameter: Parameter, facets: Facets, pairs: Pairs, others: Collection[str] = ()
) -> Any:
    """The value in a query; `others` are the names of the other parameters."""
    found = [value for name, value in pairs if name == parameter.name]
    if parameter.content_type:
        return _decoded(unquote_plus(found[-1]), parameter, facets) if found else ABSENT
    style = parameter.style or "form"
    if style == "deepObject":
        return deep(parameter.name, facets, pairs)
    explode = parameter.explode if parameter.explode is not None else style == "form"
    if explode and "object" in facets.types and not found:
        return _exploded(facets, pairs, others)
    if not found:
        return ABSENT
    if "array" in facets.types and (explode or len(found) > 1):
        items = facets.items()
        return [items.typed(unquote_plus(value)) for value in found]
    if len(found) > 1:  # what is sent several times is no single value
        return [unquote_plus(value) for value in found]
    parts = _DELIMITERS.get(style, _COMMA).split(found[-1])
    return _flat(found[-1], parts, facets, plus=True)


def from_path(parameter: Parameter, facets: Facets, raw: str) -> Any:
    """The value in a path, of the percent-encoded text that stands for it."""
    if parameter.content_type:
        return _decoded(unquote(raw), parameter, facets)
    explode = bool(parameter.explode)
    if parameter.style == "matrix":
        return _matrix(parameter.name, raw, facets, explode=explode)
    if parameter.style == "label":
        if not raw.startswith("."):
            return unquote(raw)
        raw = raw[1:]
        is_plain = not facets.types & {"array", "object"}
        parts = [raw] if is_plain else raw.split("." if explode else ",")
        return _flat(raw, parts, facets, named=explode)
    return _flat(raw, raw.split(","), facets, named=explode)


def from_header(parameter: Parameter, facets: Facets, values: Sequence[str]) -> Any:
    """The value of a header that may come several times."""
    if not values:
        return ABSENT
    text = ",".join(values) if facets.types & {"array", "object"} else values[-1]
    if parameter.content_type:
        return _decoded(text, parameter, facets)
    parts = [part.strip() for part in text.split(",")]
    return _flat(text, parts, facets, named=bool(parameter.explode), decode=False)


def from_cookies(
    parameter: Parameter, facets: Facets, pairs: Pairs, others: Collection[str] = ()
) -> Any:
    """The value in cookies; only the style `cookie` leaves them unencoded."""
    if parameter.style != "cookie":
        return from_query(parameter, facets, pairs, others)
    plain = [(name, value.replace("%", "%25").replace("+", "%2B")) for name, value in pairs]
    return from_query(parameter, facets, plain, others)


def deep(name: str, facets: Facets, pairs: Pairs) -> Any:
    """The value that is spelled `name[member]=value`, as deep as it goes."""
    tree: dict[str, Any] = {}
    for told, value in pairs:
        steps = _STEP.findall(told[len(name) :])
        is_deep = told.startswith(f"{name}[") and told == name + "".join(f"[{s}]" for s in steps)
        if is_deep:
            _plant(tree, steps, unquote_plus(value))
    return _grown(tree, facets) if tree else ABSENT


def _plant(tree: dict[str, Any], steps: Sequence[str], text: str) -> None:
    for step in steps[:-1]:
        inner = tree.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        tree = inner
    last = steps[-1]
    told = tree.get(last)
    tree[last] = text if told is None else [*(told if isinstance(told, list) else [told]), text]


def _grown(tree: Any, facets: Facets) -> Any:
    if isinstance(tree, list):
        items = facets.items() if "array" in facets.types else facets
        return [items.typed(text) for text in tree]
    if not isinstance(tree, dict):
        typed = facets.typed(tree)
        is_list = "array" in facets.types and not {"string", "object"} & facets.types
        return [facets.items().typed(tree)] if is_list and typed is tree else typed
    is_counted = "array" in facets.types and all(not key or key.isdecimal() for key in tree)
    if is_counted:
        items = facets.items()
        flat: list[Any] = []
        for each in tree.values():
            flat += each if isinstance(each, list) else [each]
        return [_grown(each, items) for each in flat[:_MOST]]
    return {key: _grown(each, facets.member(key)) for key, each in tree.items()}


def _exploded(facets: Facets, pairs: Pairs, others: Collection[str]) -> Any:
    """The members of an object that are parameters of their own."""
    names = facets.names()
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in names or (facets.is_free and name not in others):
            inner = facets.member(name)
            if "array" in inner.types:
                members.setdefault(name, []).append(inner.items().typed(unquote_plus(value)))
            else:
                members[name] = inner.typed(unquote_plus(value))
    return members or ABSENT


def _flat(
    raw: str,
    parts: Sequence[str],
    facets: Facets,
    *,
    named: bool = False,
    decode: bool = True,
    plus: bool = False,
) -> Any:
    """A scalar, or the elements or members of which `parts` are the texts."""
    read = (unquote_plus if plus else unquote) if decode else str
    whole = read(raw)
    if facets.types & {"array", "object"} and whole[:1] in ("{", "["):
        return facets.typed(whole)
    if "object" in facets.types and "array" not in facets.types:
        told = _members([read(part) for part in parts], parts, read, named=named)
        return {name: facets.member(name).typed(text) for name, text in told} if told else whole
    if "array" in facets.types:
        items = facets.items()
        scalar = facets.types - {"array", "null"}
        if len(parts) == 1 and scalar:
            return facets.typed(whole)
        return [items.typed(read(part)) for part in parts]
    return facets.typed(whole)


def _members(words: Sequence[str], parts: Sequence[str], read: Any, *, named: bool) -> Pairs:
    if named:
        told = [part.partition("=") for part in parts]
        return [(read(name), read(text)) for name, sign, text in told if sign]
    return list(zip(words[::2], words[1::2], strict=True)) if len(words) % 2 == 0 else []


def _matrix(name: str, raw: str, facets: Facets, *, explode: bool) -> Any:
    told = [part.partition("=") for part in raw.split(";") if part]
    pairs = [(unquote(key), text) for key, _, text in told]
    if "object" in facets.types and explode:
        return {key: facets.member(key).typed(unquote(text)) for key, text in pairs}
    values = [text for key, text in pairs if key == name]
    if not raw.startswith(";") or not values:
        return unquote(raw)
    if "array" in facets.types and explode:
        return [facets.items().typed(unquote(text)) for text in values]
    return _flat(values[0], values[0].split(","), facets)


def _decoded(text: str, parameter: Parameter, facets: Facets) -> Any:
    """The value of a parameter that has a media type."""
    if "json" not in parameter.content_type:
        return facets.typed(text)
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text


def claimed(parameters: Iterable[Parameter], place: str) -> frozenset[str]:
    """The names of the parameters of a place."""
    return frozenset(each.name for each in parameters if each.place == place)
