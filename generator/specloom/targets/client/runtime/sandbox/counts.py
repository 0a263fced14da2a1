"""How many a request asks for, and which page of a list, by the names that APIs have for that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Page", "members", "page_of", "plain_name", "wanted"]

T = TypeVar("T")

_COUNTS = ("n", "count", "numimages", "numoutputs", "batchsize", "numvideos", "numberofimages")
_LISTS = ("prompts", "inputs", "urls", "url", "items", "requests", "texts", "instances", "tasks")
_LIMITS = ("limit", "perpage", "pagesize", "size", "maxresults", "first", "take")
_OFFSETS = ("offset", "skip", "start")
_PAGES = ("page", "pagenumber", "pageno")
_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A part of a list; `more` tells whether any come after it, `total` how many there are."""

    items: Sequence[T]
    total: int
    more: bool


def wanted(*parts: Any) -> int:
    """How many of what it makes a request asks for: by a number, or by a list of its inputs."""
    found = members(*parts)
    for name in _COUNTS:
        number = found.get(name)
        if isinstance(number, int) and not isinstance(number, bool) and number > 0:
            return min(number, _MOST)
    for name in _LISTS:
        items = found.get(name)
        if isinstance(items, list) and items:
            return min(len(items), _MOST)
    return 1


def page_of(items: Sequence[T], query: Mapping[str, Any]) -> Page[T]:
    """The page that a query asks for; all without one."""
    found = {plain_name(name): value for name, value in query.items()}
    limit = next(_numbers(found, _LIMITS), None)
    start = next(_numbers(found, _OFFSETS), 0)
    page = next(_numbers(found, _PAGES), None)
    if page is not None and limit:
        start = max(0, page - 1) * limit
    end = len(items) if not limit else start + limit
    return Page(items=items[start:end], total=len(items), more=end < len(items))


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


def _numbers(found: Mapping[str, Any], names: Sequence[str]) -> Iterator[int]:
    for name in names:
        value = found.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            yield value
