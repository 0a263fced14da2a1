"""Operations that look as if they listed page by page and declare nothing: hints, with the line that would say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.openapi.operations import operations_of
from specloom.openapi.schema_paths import parts_of, types_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from specloom.diagnostics import Report
    from specloom.openapi.operations import Operation
    from specloom.openapi.tree import Node, Tree

__all__ = ["hint_pagination"]

_CURSORS = (
    *("cursor", "after", "starting_after", "page_token", "pageToken", "next_token", "nextToken"),
    *("page_cursor", "next_cursor", "start_cursor", "pagination_token", "continuation_token"),
)
_PAGES = ("page", "page_number", "pageNumber", "page_no", "pageNo")
_OFFSETS = ("offset", "skip", "startAt", "start_index", "startIndex")
_SIZES = (
    *("limit", "per_page", "perPage", "page_size", "pageSize", "size", "count"),
    *("max_results", "maxResults"),
)
_LISTS = ("data", "items", "results", "values", "entries", "records", "content")
_NEXT_CURSORS = (
    *("next_cursor", "nextCursor", "next_page_token", "nextPageToken", "next_token", "nextToken"),
    *("continuation_token", "next_page_cursor", "last_id", "end_cursor", "endCursor", "cursor"),
)
_NEXT_URLS = ("next_url", "nextUrl", "next_page_url", "nextPageUrl", "next_page_uri", "next")
_HOLDERS = ("meta", "pagination", "paging", "page_info", "pageInfo", "response_metadata", "links")
_TOTALS = ("total", "total_count", "totalCount")
_TOTAL_PAGES = ("total_pages", "totalPages", "page_count", "pageCount", "last_page")
_MORE = ("has_more", "hasMore", "has_next", "hasNext")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def hint_pagination(tree: Tree, report: Report) -> None:
    """Say of each operation that looks paged and declares no `x-pagination` how it could."""
    for operation in operations_of(tree):
        node = operation.node
        if operation.method == "get" and node.get("x-pagination") is None and not node.get("x-job"):
            found = _looks_paged(operation)
            if found is not None:
                report.hint(
                    "looks-paged",
                    f"`{operation.name}` looks as if it listed page by page ({found.why}); with "
                    "`x-pagination` the client can go through all pages",
                    node.at.at_key(),
                    hint=found.line,
                )


@dataclass(frozen=True, slots=True)
class _Found:
    """Why an operation looks paged, and the line that says so; empty where it cannot be told."""

    why: str
    line: str = ""


def _looks_paged(operation: Operation) -> _Found | None:
    answers = operation.answers()
    query = [name for place, name in operation.parameters() if place == "query"]
    items = next(iter(_list_path(answers)), "")
    if items and _has_link(operation):
        return _Found("a `Link` header", _line("link-header", items))
    url = _member(answers, _NEXT_URLS, is_url=True)
    if items and url:
        return _Found(f"`{url}` in its answer", _line("next-url", items, url=url))
    for names, ways in ((_CURSORS, _by_cursor), (_PAGES, _by_page), (_OFFSETS, _by_offset)):
        parameter = next((name for name in names if name in query), "")
        if parameter:
            line = ways(answers, items, parameter, query) if items else ""
            return _Found(f"its parameter `{parameter}`", line) if items or line else None
    return None


def _by_cursor(answers: list[Node], items: str, parameter: str, query: list[str]) -> str:
    cursor = _member(answers, _NEXT_CURSORS)
    more = _member(answers, _MORE)
    if not cursor and more and parameter in ("after", "starting_after"):
        cursor = f"{items}[-1].id" if _items_have_id(answers, items) else ""
    given = {"cursor": cursor, "parameter": parameter, "size": _size(query), "more": more}
    return _line("cursor", items, **given) if cursor else ""


def _by_page(answers: list[Node], items: str, parameter: str, query: list[str]) -> str:
    told = {"total": _member(answers, _TOTAL_PAGES), "more": _member(answers, _MORE)}
    return _line("page", items, parameter=parameter, size=_size(query), **told)


def _by_offset(answers: list[Node], items: str, parameter: str, query: list[str]) -> str:
    told = {"total": _member(answers, _TOTALS), "more": _member(answers, _MORE)}
    return _line("offset", items, parameter=parameter, size=_size(query), **told)


def _line(style: str, items: str, **given: str) -> str:
    said = {"style": style, "items": items, **given}
    return (
        f"x-pagination: {{{', '.join(f'{key}: {_yaml(one)}' for key, one in said.items() if one)}}}"
    )


def _yaml(text: str) -> str:
    """A scalar inside a flow mapping: brackets and commas would end it."""
    return f"'{text}'" if set(text) & set("[]{},:") else text


def _size(query: list[str]) -> str:
    return next((name for name in _SIZES if name in query), "")


def _has_link(operation: Operation) -> bool:
    return any(
        name.lower() == "link"
        for status, answer in operation.node.items("responses")
        if status.startswith("2")
        for name, _ in answer.follow().items("headers")
    )


def _list_path(answers: list[Node]) -> Iterator[str]:
    """Where the one list of an answer is: the answer itself, a usual name, or the only list there is."""
    for answer in answers:
        if types_of(answer) == {"array"}:
            yield "$"
            continue
        lists = [name for name, node in _properties(answer) if "array" in types_of(node)]
        usual = [name for name in _LISTS if name in lists]
        fit = [name for name in usual or (lists if len(lists) == 1 else []) if _PLAIN.match(name)]
        yield from (f"$.{name}" for name in fit[:1])


def _properties(schema: Node) -> list[tuple[str, Node]]:
    found: dict[str, Node] = {}
    for part in parts_of(schema):
        for name, node in part.items("properties"):
            found.setdefault(name, node)
    return list(found.items())


def _member(answers: list[Node], names: Iterable[str], *, is_url: bool = False) -> str:
    """The path of the first of these names in an answer, or in what speaks of its pages."""
    for answer in answers:
        own = dict(_properties(answer))
        inner = [
            (f"$.{holder}", dict(_properties(own[holder]))) for holder in _HOLDERS if holder in own
        ]
        for path, known in [("$", own), *inner]:
            for name in names:
                if name in known and _is_fit(known[name], name, is_url=is_url):
                    return f"{path}.{name}"
    return ""


def _is_fit(node: Node, name: str, *, is_url: bool) -> bool:
    """Whether a member can be what its name says: a link, a number, a truth value, a cursor."""
    kinds = types_of(node) - {"null"}
    if is_url:
        is_said = any(part.text("format") in ("uri", "url") for part in parts_of(node))
        return kinds == {"string"} and (name != "next" or is_said)
    if name in _MORE:
        return kinds == {"boolean"}
    numbers = (*_TOTALS, *_TOTAL_PAGES)
    return bool(kinds) and kinds <= (
        {"integer", "number"} if name in numbers else {"string", "integer"}
    )


def _items_have_id(answers: list[Node], items: str) -> bool:
    name = items.rpartition(".")[2]
    for answer in answers:
        listed = dict(_properties(answer)).get(name)
        for part in parts_of(listed) if listed is not None else ():
            held = part.get("items")
            if held is not None and "id" in dict(_properties(held)):
                return True
    return False
