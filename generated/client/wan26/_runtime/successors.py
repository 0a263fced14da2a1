"""Lists of whose pages the document says nothing: what an answer itself says of the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from .pages import next_link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .answers import Parsed
    from .exchanging import Exchange

__all__ = ["Successor", "successor"]

_HOLDERS = (
    *("meta", "pagination", "paging", "page_info", "pageInfo", "response_metadata"),
    *("links", "_links"),
)
_LINKS = (
    *("next", "next_url", "nextUrl", "next_page_url", "nextPageUrl"),
    *("next_page_uri", "nextPageUri", "next_page", "nextPage"),
)
_CURSORS = (
    *("next_cursor", "nextCursor", "next_page_token", "nextPageToken", "next_token", "nextToken"),
    *("continuation_token", "next_page_cursor"),
)
_MORE = ("has_more", "hasMore", "has_next", "hasNext")
_TOTALS = ("total", "total_count", "totalCount")


class Successor(Struct, frozen=True, kw_only=True):
    """The next page: its `url`, where the answer links to one; else whether there `may_be` one."""

    url: str | None = None
    may_be: bool = False


def successor(made: Exchange, parsed: Parsed, count: int) -> Successor:
    """What an answer says of the page after it.

    Args:
        made: the answer.
        parsed: its body.
        count: how many were found in it.
    """
    holders = list(_holders(parsed))
    more = [one[name] for one in holders for name in _MORE if isinstance(one.get(name), bool)]
    if False in more:
        return Successor()
    named = [one[name] for one in holders for name in _LINKS if one.get(name)]
    links = [next_link(made.headers.get("link", "")), *map(_link, named)]
    for url in links:
        if url:
            return Successor(url=url)
    cursors = [one[name] for one in holders for name in _CURSORS if one.get(name)]
    totals = [one[name] for one in holders for name in _TOTALS if type(one.get(name)) is int]
    is_short = any(total > count for total in totals)
    return Successor(may_be=bool(more or named or cursors or is_short))


def _holders(parsed: Parsed) -> Iterator[dict[str, Any]]:
    """What may speak of pages: the body, what its envelope holds, and the usual members."""
    for one in (parsed.inner, parsed.whole):
        if isinstance(one, dict):
            yield one
            yield from (held for name in _HOLDERS if isinstance(held := one.get(name), dict))


def _link(value: Any) -> str | None:
    """A link, bare or as `{"href": ...}`; None where it is a number, or a cursor."""
    told = value.get("href") if isinstance(value, dict) else value
    is_link = isinstance(told, str) and told.startswith(("http://", "https://", "/", "?"))
    return told if is_link else None
