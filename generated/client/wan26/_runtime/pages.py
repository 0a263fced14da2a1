"""Lists that come page by page: what the next request is, and when there is none."""

from __future__ import annotations

import re
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar
from urllib.parse import urljoin

from msgspec import UNSET, Struct

from .answers import MISSING, Parsed, decimal
from .calling import answered
from .contents import decoded
from .decoding import decode_value
from .deferred import Deferred
from .effects import Caught, Emit
from .errors import APIError, printable
from .orders import prepared
from .settings import same_origin
from .vendors import make_error

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from . import jsonpath
    from .async_drivers import AsyncDriver
    from .drivers import SyncDriver
    from .effects import Core
    from .exchanging import Exchange
    from .operations import Operation, Pagination
    from .requests import Options
    from .session import Session
else:
    jsonpath = Deferred("jsonpath")

__all__ = ["AsyncPages", "Pages", "next_link", "walk"]

T = TypeVar("T")
P = TypeVar("P")

# RFC 8288, 3: `<target>; name=value; name="value"`, divided by commas.
_QUOTED: Final = r'"((?:[^"\\]|\\.)*)"'
_LINK: Final = re.compile(
    r"""<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s";,]*))?)*)"""
)
_PARAMETER: Final = re.compile(rf""";\s*([^\s=;,]+)\s*=\s*(?:{_QUOTED}|([^\s";,]*))""")
_ESCAPE: Final = re.compile(r"\\(.)")


class Pages(Generic[T, P]):
    """All items of a list, page after page, asked for as they are needed.

    Iterating begins with the first page every time; `pages()` gives the answers themselves.
    """

    def __init__(self, driver: SyncDriver, begin: Callable[[], Core[None]]) -> None:
        self._driver = driver
        self._begin = begin

    def __iter__(self) -> Iterator[T]:
        for page in self._driver.iterate(self._begin()):
            yield from page.items()

    def pages(self) -> Iterator[P]:
        """The answers, one a page."""
        for page in self._driver.iterate(self._begin()):
            yield page.answer()


class AsyncPages(Generic[T, P]):
    """All items of a list, page after page, asked for as they are needed; see `Pages`."""

    def __init__(self, driver: AsyncDriver, begin: Callable[[], Core[None]]) -> None:
        self._driver = driver
        self._begin = begin

    async def __aiter__(self) -> AsyncIterator[T]:
        async with aclosing(self._driver.iterate(self._begin())) as pages:
            async for page in pages:
                for item in page.items():
                    yield item

    async def pages(self) -> AsyncIterator[P]:
        """The answers, one a page."""
        async with aclosing(self._driver.iterate(self._begin())) as pages:
            async for page in pages:
                yield page.answer()


class _Page(Struct, frozen=True, kw_only=True):
    """One page: its answer, what of it is the list, and how the list is read."""

    session: Session
    operation: Operation[Any]
    paging: Pagination
    made: Exchange
    parsed: Parsed
    found: list[Any]

    def items(self) -> Iterator[Any]:
        """The items, typed."""
        kind = self.paging.type()
        return (decode_value(item, kind) for item in self.found)

    def answer(self) -> Any:
        """The whole answer, typed."""
        return decoded(self.session, self.operation, self.made)


class _Next(Struct, frozen=True):
    """The next request: other parameters, or the URL that the server gives."""

    parameters: Mapping[str, Any]
    url: str | None = None

    @property
    def mark(self) -> str:
        """What tells it apart from the others."""
        return self.url if self.url is not None else repr(sorted(self.parameters.items(), key=str))


def walk(
    session: Session,
    operation: Operation[Any],
    paging: Pagination,
    parameters: Mapping[str, Any],
    body: Any,
    options: Options,
    goes_on: Callable[[Any], bool] | None = None,
) -> Core[None]:
    """Emit page after page, until there is none or the server begins to repeat itself.

    `goes_on` tells whether a page is worth asking for another one.

    Raises:
        APIError: a page holds no list where the document says, or the next one lies at another
            server.
        APIStatusError: the server answered with an error.
    """
    changed = session.changed(operation)
    step: _Next | None = _Next({key: one for key, one in parameters.items() if one is not UNSET})
    seen: set[str] = set()
    last: bytes | None = None
    while step is not None:
        seen.add(step.mark)
        request = prepared(session, changed, step.parameters, body, options, url=step.url)
        timeout = options.get("timeout", session.timeout)
        made = yield from answered(session, changed, request, timeout, options.get("on_response"))
        page = _page(session, changed, paging, made)
        if _is_repeated(page, last):
            return _end_early(session, changed, "gives the same page again")
        yield Emit(page)
        step, last = _following(page, step), made.content
        if step is not None and goes_on is not None and not goes_on(page):
            return _end_early(session, changed, "gives nothing that is new")
        options = _following_options(paging, options)
        if step is not None and step.mark in seen:
            return _end_early(session, changed, "points to a page that was read already")


def _following_options(paging: Pagination, options: Options) -> Options:
    """What follows is the server's: it is not checked, and replaces what the caller had added."""
    added = options.get("extra_query", {})
    kept = {name: value for name, value in added.items() if name != paging.parameter}
    return {**options, "check": False, "extra_query": kept}


def _is_repeated(page: _Page, last: bytes | None) -> bool:
    """Whether a list that is counted, and says of no end, gives the same page again."""
    paging = page.paging
    is_counted = paging.style in ("page", "offset")
    return is_counted and page.parsed.first(paging.total) is None and page.made.content == last


def _end_early(session: Session, operation: Operation[Any], why: str) -> None:
    session.log.logger.warning(
        "%s: the server %s; the list ends here",
        operation.name,
        why,
    )


def _page(session: Session, operation: Operation[Any], paging: Pagination, made: Exchange) -> _Page:
    parsed = made.parsed(session)
    whole = parsed.inner if parsed.is_json else None
    path = jsonpath.parse(paging.items)
    nodes = path.find(whole) if whole is not MISSING else []
    if not nodes and not _may_be_empty(path, whole):
        raise make_error(
            session,
            APIError,
            f"{operation.name}: a page without a list at {paging.items}: "
            f"{printable(made.content[:200].decode('utf-8', 'replace'))}",
            request_id=made.request_id,
        )
    # Several lists are one list, in parts.
    are_lists = all(isinstance(node, list) for node in nodes)
    found = [item for node in nodes for item in node] if are_lists else nodes
    items = [] if nodes == [None] else found
    return _Page(
        session=session,
        operation=operation,
        paging=paging,
        made=made,
        parsed=parsed,
        found=items,
    )


def _may_be_empty(path: jsonpath.Path, whole: Any) -> bool:
    """Whether a path may select nothing at all: where it begins to choose there is something."""
    steps = path.segments
    fixed = next((at for at, one in enumerate(steps) if not one.singular), len(steps))
    begin = path.beginning(fixed).find(whole)
    return fixed < len(steps) and any(isinstance(one, list | dict) for one in begin)


def _following(page: _Page, step: _Next) -> _Next | None:
    """The request for the page after this one; None where this is the last."""
    paging, parsed = page.paging, page.parsed
    more = parsed.first(paging.more)
    if more is False or (not page.found and more is not True):
        return None
    if paging.style == "cursor":
        cursor = parsed.first(paging.cursor)
        usable = isinstance(cursor, str | int) and not isinstance(cursor, bool) and cursor != ""
        return _with(step, paging, cursor) if usable else None
    if paging.style in ("link-header", "next-url"):
        link = parsed.first(paging.url) if paging.style == "next-url" else None
        if paging.style == "link-header":
            link = next_link(page.made.headers.get("link", ""))
        return _at(page, step, link) if isinstance(link, str) and link else None
    return _counted(page, step)


def _counted(page: _Page, step: _Next) -> _Next | None:
    """By number or offset: until as many as there are in all have come."""
    paging = page.paging
    is_page = paging.style == "page"
    here = decimal(step.parameters.get(_key(step, paging), UNSET))
    start = int(here) if here is not None else (paging.first if is_page else 0)
    following = start + (1 if is_page else len(page.found))
    total = decimal(page.parsed.first(paging.total))
    reached = following - paging.first if is_page else following
    if following == start or (total is not None and reached >= total):
        return None
    return _with(step, paging, following)


def _key(step: _Next, paging: Pagination) -> str:
    """How the parameter is called among those given: by its place where a name is shared."""
    full = f"query.{paging.parameter}"
    return full if full in step.parameters else paging.parameter


def _with(step: _Next, paging: Pagination, value: Any) -> _Next:
    return _Next({**step.parameters, _key(step, paging): value})


def _at(page: _Page, step: _Next, link: str) -> _Next:
    """The page at a link, which must lie where the last one did: the key goes nowhere else."""
    here = page.made.reply.url if page.made.reply is not None else page.made.request.url
    with Caught(ValueError):
        url = urljoin(here, link)
        if same_origin(url, here):
            return _Next(step.parameters, url)
    raise make_error(
        page.session,
        APIError,
        f"{page.operation.name}: the next page lies at another server, and is not asked for: "
        f"{printable(link.partition('?')[0], 200)}",
        request_id=page.made.request_id,
    )


def next_link(header: str) -> str | None:
    """The target whose relation is `next` in a `Link` header (RFC 8288), if there is one."""
    for target, parameters in _LINK.findall(header):
        told = (
            (name.lower(), _ESCAPE.sub(r"\1", one) or other)
            for name, one, other in _PARAMETER.findall(parameters)
        )
        relation: str = next((value for name, value in told if name == "rel"), "")
        if "next" in relation.lower().split():
            return str(target).strip()
    return None
