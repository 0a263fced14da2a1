"""Lists as pages of what there is: how much is asked for, and what an envelope says of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from .borrowed import NameSelector, parse
from .description import Pages
from .wordbook import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .intake import Call
    from .overlays import Overlay

__all__ = ["Page", "matching", "page_of", "tell", "totals"]

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
_ENDS: Final = {"firstid": 0, "lastid": -1}
_OFFSET: Final = "offset"  # in the URL of the next page, where the document has no parameter for it
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
    query, pages = _query(call), call.operation.pages or Pages()
    named = {"".join(words_of(each.name)): each.name for each in call.operation.parameters}
    limit_name, limit = _asked(query, named, _LIMITS)
    limit = limit if limit is not None else _usual(call, limit_name)
    declared = dict.fromkeys(("cursor", "offset", "page"), "") | {pages.style: pages.parameter}
    offset_name, offset = _asked(query, named, _OFFSETS, declared["offset"])
    page_name, page = _asked(query, named, _PAGES, declared["page"])
    known = (named[each] for each in named if each in _CURSORS)
    cursor_name = declared["cursor"] or next(known, None)
    is_whole = limit_name is offset_name is page_name is cursor_name is None
    if pages.style == "next-url" and offset_name is page_name is cursor_name is None:
        offset_name, offset = _asked(query, {"offset": _OFFSET}, _OFFSETS)
    keys = list(items)
    size = limit or _MOST
    start = max(0, len(keys) - _MOST) if is_whole and not newest_first else offset or 0
    if page is not None and page_name:
        start = max(page - pages.first, 0) * size
    after = str(query.get(cursor_name or "", ""))
    if after in keys:
        start = keys.index(after) + 1
    kept = keys[start : start + size]
    end = start + len(kept)
    follow: dict[str, Any] | None = None
    if end < len(keys) and kept:
        next_page = max(page if page is not None else pages.first, pages.first) + 1
        follow = _follow((cursor_name, kept[-1]), (offset_name, end), (page_name, next_page))
    return Page(
        items={key: items[key] for key in kept},
        total=len(keys),
        start=start,
        limit=size if limit else None,
        follow=follow,
        cursor=kept[-1] if follow is not None and cursor_name else None,
    )


def matching(call: Call, items: Mapping[str, Any]) -> list[str]:
    """The keys of items that are as the query wants members of them to be."""
    kept = list(items)
    for name, wanted in call.parameters.get("query", {}).items():
        values = [_plain(each) for each in (wanted if isinstance(wanted, list) else [wanted])]
        has = [key for key in items if isinstance(items[key], dict) and name in items[key]]
        scalars = [key for key in has if not isinstance(items[key][name], dict | list)]
        if scalars and not _is_paging(call, name):
            kept = [key for key in kept if key in scalars and _plain(items[key][name]) in values]
    return kept


def tell(overlay: Overlay, place: Sequence[str], page: Page, call: Call) -> None:
    """Let an envelope say what is true of the page: how many there are, whether more follow."""
    for told, value in list(_members(overlay.body, tuple(place), ())):
        name = "".join(words_of(told[-1]))
        if name in _TOTALS and _is_count(value):
            overlay.first_of(told, [page.total])
        elif name in _LIMITS and _is_count(value) and page.limit:
            overlay.first_of(told, [page.limit])
        elif name in _ENDS and page.items:
            key = list(page.items)[_ENDS[name]]
            overlay.first_of(told, [key, int(key)] if key.isdecimal() else [key])
        elif name in _MORE and isinstance(value, bool):
            overlay.first_of(told, [page.has_more])
        elif name in _LASTS and isinstance(value, bool):
            overlay.first_of(told, [not page.has_more])
        elif name in _COUNTS and _is_count(value):
            overlay.first_of(told, [-(-page.total // page.limit) if page.limit else 1, 1])
        elif name in _NEXTS and not isinstance(value, dict | list | bool):
            _follow_on(overlay, told, value, page, call)
    if call.operation.pages is not None:
        _tell_declared(overlay, call.operation.pages, page, call)


def _tell_declared(overlay: Overlay, pages: Pages, page: Page, call: Call) -> None:
    """Write what `x-pagination` names."""
    last = next(iter(list(page.items)[-1:]), None) if pages.more else None
    cursor = page.cursor if page.cursor is not None else last
    numbers = [int(cursor)] if cursor is not None and cursor.isdecimal() else []
    link = None if page.follow is None else _link(call, page.follow)
    told: tuple[tuple[str, list[Any]], ...] = (
        (pages.total, [page.total]),
        (pages.more, [page.has_more]),
        (pages.cursor, [cursor, *numbers]),
        (pages.url, [link]),
    )
    for path, values in told:
        place = _names(path) if path else []
        if not place:
            continue
        if not overlay.first_of(place, values) and values[0] is None:
            overlay.drop(place[:-1], place[-1:])
            if _stands(overlay.body, place):
                overlay.first_of(place, [""])


def _names(path: str) -> list[str]:
    """The names on a path; none where it is more than names."""
    steps = [segment.selectors[0] for segment in parse(path).segments]
    names = [each.name for each in steps if isinstance(each, NameSelector)]
    return names if len(names) == len(steps) else []


def _link(call: Call, follow: Mapping[str, Any]) -> str:
    return f"{call.request.url.replace(query='')}?{urlencode(_sent(call) | {**follow})}"


def totals(names: Iterable[str], page: Page) -> dict[str, str]:
    """Of these headers those that tell how many there are, with that."""
    told = {name: "".join(words_of(name)).removeprefix("x") for name in names}
    return {name: str(page.total) for name, plain in told.items() if plain in _TOTALS}


def _follow_on(overlay: Overlay, told: Sequence[str], value: Any, page: Page, call: Call) -> None:
    """Write where the next page is; on the last one null, or nothing at all."""
    made: list[Any] = []
    if page.follow is not None:
        is_link = isinstance(value, str) and (":" in value or value.startswith(("/", "?")))
        link = _link(call, page.follow)
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


def _query(call: Call) -> dict[str, Any]:
    """The query as it was sent, over that what the document knows of it, typed."""
    return {**call.request.query_params, **call.parameters.get("query", {})}


def _asked(
    query: Mapping[str, Any], named: Mapping[str, str], words: frozenset[str], declared: str = ""
) -> tuple[str | None, int | None]:
    """The parameter of a kind that the operation has, and the number that was sent in it."""
    name = declared or next((named[each] for each in named if each in words), None)
    value: object = query.get(name) if name is not None else None
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return name, int(value)
    return name, value if isinstance(value, int) and not isinstance(value, bool) else None


def _usual(call: Call, name: str | None) -> int | None:
    """How many a page has by default, as the document says."""
    schemas = [each.schema for each in call.operation.parameters if each.name == name]
    defaults = [each.get("default") for each in schemas if isinstance(each, Mapping)]
    return next((each for each in defaults if type(each) is int and each > 0), None)


def _is_paging(call: Call, name: str) -> bool:
    """Whether a parameter says which page is wanted, and not what the items are to be."""
    pages = call.operation.pages
    words = _LIMITS | _OFFSETS | _PAGES | _CURSORS
    return "".join(words_of(name)) in words or (pages is not None and name == pages.parameter)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


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
