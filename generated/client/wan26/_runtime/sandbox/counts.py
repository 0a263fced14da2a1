"""How many a request asks for, and which page of a list, by the names that APIs have for that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["can_say", "members", "only_list", "plain_name", "wanted"]

_THINGS = ("images", "outputs", "videos", "results", "samples", "variations")
_COUNTS = (
    *("n", "count", "batchsize", "batchcount", "samplecount", "imagecount", "videocount"),
    *(f"{number}{things}" for number in ("num", "numberof", "number") for things in _THINGS),
)
_LISTS = ("prompts", "inputs", "urls", "url", "items", "requests", "texts", "instances", "tasks")
_MOST = 20


def wanted(*parts: Any) -> int | None:
    """How many of what it makes a request asks for: by a number, or by a list of its inputs.

    None where it does not say it.
    """
    found = members(*parts)
    for name in _COUNTS:
        number = found.get(name)
        if isinstance(number, int) and not isinstance(number, bool) and number > 0:
            return min(number, _MOST)
    for name in _LISTS:
        items = found.get(name)
        if isinstance(items, list) and items:
            return min(len(items), _MOST)
    return None


def only_list(*parts: Any) -> int | None:
    """How long the one list is that a request has; None where there is none, or another."""
    lists = [value for value in members(*parts).values() if isinstance(value, list) and value]
    return min(len(lists[0]), _MOST) if len(lists) == 1 else None


def can_say(names: Iterable[str]) -> bool:
    """Whether a request with such members can say how many it asks for."""
    return not {plain_name(name) for name in names}.isdisjoint((*_COUNTS, *_LISTS))


def members(*parts: Any) -> dict[str, Any]:
    """The members of mappings and of those in them, under plain names; outer ones count first."""
    found: dict[str, Any] = {}
    for depth in (0, 1):
        for part in parts:
            for name, value in _at_depth(part, depth):
                found.setdefault(plain_name(name), value)
    return found


def plain_name(name: str) -> str:
    """A name as all spellings of it have it in common."""
    return name.lower().replace("_", "").replace("-", "")


def _at_depth(part: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if not isinstance(part, Mapping):
        return
    if depth == 0:
        yield from part.items()
        return
    for value in part.values():
        yield from _at_depth(value, depth - 1)
