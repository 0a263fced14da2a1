"""Lists as pages of what there is: how much is asked for, and what an envelope says of the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from .wordbook import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .intake import Call
    from .overlays import Overlay

__all__ = ["Page", "page_of", "tell"]

_LIMITS: Final = frozenset(
    (
        *("limit", "perpage", "pagesize", "size", "pagelimit", "maxresults", "first"),
        *("take", "top", "maxitems", "resultsperpage"),
    )
)
_OFFSETS: Final = frozenset(("offset", "skip", "start", "startindex", "from"))
_PAGES: Final = frozenset(("page", "pagenumber", "pageno", "pagenum", "pageindex"))
_CURSORS: Final = frozenset(
    (
        *("cursor", "after", "startingafter", "pagetoken", "nexttoken", "nextcursor"),
        *("nextpagetoken", "continuationtoken", "marker", "pagecursor", "pageafter"),
    )
)
_TOTALS: Final = frozenset(
    (
        *("total", "totalcount", "totalitems", "totalresults", "totalrecords", "totalelements"),
        *("count", "size", "totalentries", "resultcount", "numfound"),
    )
)
_MORE: Final = frozenset(("hasmore", "hasnext", "hasnextpage", "more", "istruncated"))
_LASTS: Final = frozenset(("last", "islast"))
_NEXTS: Final = frozenset(
    (
        *("next", "nextpage", "nextcursor", "nexturl", "nextlink", "nextpagetoken", "nexttoken"),
        *(
            "nextpageuri",
            "nexturi",
            "cursor",
            "nexthref",
            "after",
            "pagetoken",
            "continuationtoken",
        ),
        *("nextmarker", "endcursor"),
    )
)
_COUNTS: Final = frozenset(("pages", "pagecount", "totalpages", "lastpage", "numpages"))
_LEVELS: Final = 3
_MOST: Final = 100  # items of a page where nobody asks for fewer: of all of them the last


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list: its items by id, how many there are in all, and what comes next."""

    items: Mapping[str, Any]
    total: int
    start: int = 0
    limit: int | None = None
    follow: Mapping[str, Any] | None = None  # the query of the next page; None: this is the last
    cursor: str | None = None

    @property
    def has_more(self) -> bool:
        """Whether there is another page behind this one."""
        return self.start + len(self.items) < self.total


def page_of(call: Call, items: Mapping[str, Any], *, newest_first: bool = False) -> Page:
    """What a call asks for of a list; the newest items where it cannot ask for any."""
    query = call.parameters.get("query", {})
    named = {"".join(words_of(each.name)): each.name for each in call.operation.parameters}
    limit_name, limit = _asked(query, named, _LIMITS)
    offset_name, offset = _asked(query, named, _OFFSETS)
    page_name, page = _asked(query, named, _PAGES)
    cursor_name = next((named[each] for each in named if each in _CURSORS), None)
    keys = list(items)
    size = limit or _MOST
    is_whole = limit_name is offset_name is page_name is cursor_name is None
    start = max(0, len(keys) - _MOST) if is_whole and not newest_first else offset or 0
    if page is not None and page_name:
        start = max(page - 1, 0) * size
    after = query.get(cursor_name or "")
    if isinstance(after, str) and after in keys:
        start = keys.index(after) + 1
    kept = keys[start : start + size]
    end = start + len(kept)
    follow: dict[str, Any] | None = None
    if end < len(keys) and kept:
        follow = _follow(
            (cursor_name, kept[-1]), (offset_name, end), (page_name, max(page or 1, 1) + 1)
        )
    return Page(
        items={key: items[key] for key in kept},
        total=len(keys),
        start=start,
        limit=size if limit else None,
        follow=follow,
        cursor=kept[-1] if follow is not None and cursor_name else None,
    )


def tell(overlay: Overlay, place: Sequence[str], page: Page, call: Call) -> None:
    """Let an envelope say what is true of the page: how many there are, whether more follow."""
    for told, value in list(_members(overlay.body, tuple(place), ())):
        name = "".join(words_of(told[-1]))
        if name in _TOTALS and _is_count(value):
            overlay.first_of(told, [page.total])
        elif name in _MORE and isinstance(value, bool):
            overlay.first_of(told, [page.has_more])
        elif name in _LASTS and isinstance(value, bool):
            overlay.first_of(told, [not page.has_more])
        elif name in _COUNTS and _is_count(value):
            overlay.first_of(told, [-(-page.total // page.limit) if page.limit else 1, 1])
        elif name in _NEXTS and not isinstance(value, dict | list | bool):
            _follow_on(overlay, told, value, page, call)


def _follow_on(overlay: Overlay, told: Sequence[str], value: Any, page: Page, call: Call) -> None:
    """Write where the next page is; on the last one null, or nothing at all."""
    made: list[Any] = []
    if page.follow is not None:
        is_link = isinstance(value, str) and (":" in value or value.startswith(("/", "?")))
        link = f"{call.request.url.replace(query='')}?{urlencode(_sent(call) | {**page.follow})}"
        told_next = page.cursor if page.cursor is not None else next(iter(page.follow.values()))
        made = [link, told_next] if is_link else [told_next, link]
        made += [str(told_next)]
    if overlay.first_of(told, [*made, None]):
        return
    overlay.drop(told[:-1], [told[-1]])
    if _stands(overlay.body, told):
        overlay.first_of(told, ["", 0])


def _stands(body: Any, told: Sequence[str]) -> bool:
    for step in told:
        if not isinstance(body, dict) or step not in body:
            return False
        body = body[step]
    return True


def _sent(call: Call) -> dict[str, str]:
    return dict(call.request.query_params)


def _asked(
    query: Mapping[str, Any], named: Mapping[str, str], words: frozenset[str]
) -> tuple[str | None, int | None]:
    """The parameter of a kind that the operation has, and the number that was sent in it."""
    name = next((named[each] for each in named if each in words), None)
    value: object = query.get(name) if name is not None else None
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return name, int(value)
    return name, value if isinstance(value, int) and not isinstance(value, bool) else None


def _follow(*ways: tuple[str | None, Any]) -> dict[str, Any] | None:
    return next(({name: value} for name, value in ways if name is not None), None)


def _members(
    body: Any, without: tuple[str, ...], place: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The members of an envelope, outside of the list itself."""
    if not isinstance(body, dict) or len(place) >= _LEVELS:
        return
    for name, value in body.items():
        inner = (*place, name)
        if inner != without:
            yield inner, value
            yield from _members(value, without, inner)


def _is_count(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
