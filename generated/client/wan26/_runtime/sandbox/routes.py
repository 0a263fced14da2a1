"""Which operation a request means: its method, its path, and what some documents put in a query."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import parse_qsl, quote, unquote

from .requests import Match, RefusalError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from starlette.requests import Request

    from .description import Operation

__all__ = ["Routes", "bare", "raw_path", "shape_of"]

Rank: TypeAlias = tuple[tuple[bool, int, int], ...]

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_CLASS: Final = re.compile(r"\[[^\]]*\]")
_UNSAFE: Final = "/:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    """A path as it is looked for; routes that sort first say more."""

    operation: Operation
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    rank: tuple[bool, Rank, bool, int]


class Routes:
    """The operations of an API by their paths; `prefixes` are those of its servers (`/v1`).

    A server must hand over every method: Starlette's `Route` does so for an endpoint that is an
    object and no function.
    """

    def __init__(self, operations: Sequence[Operation], prefixes: Sequence[str] = ()) -> None:
        made = (
            _route(each, prefix)
            for each in operations
            for prefix in dict.fromkeys(("", *each.prefixes, *prefixes))
        )
        self._routes = sorted(made, key=lambda route: route.rank)

    def find(self, method: str, path: str, query: str = "") -> Match:
        """The operation; `path` and `query` are percent-encoded (`raw_path(request)`).

        Raises:
            RefusalError: 404 for an unknown path, 405 (with `Allow`) for a method it has not.
        """
        sent = set(parse_qsl(query, keep_blank_values=True))
        found = list(self._found(_normal(path), sent))
        for asked in (method, "GET") if method == "HEAD" else (method,):
            fitting = [match for match in found if match.operation.method == asked]
            if fitting:
                return _with_twins(fitting)
        if not found:
            raise RefusalError(404, "not_found", f"there is nothing at {unquote(path)}")
        allowed = _allowed(found)
        message = f"{method} is not for {unquote(path)}, but {allowed}"
        raise RefusalError(405, "method_not_allowed", message, {"Allow": allowed})

    def _found(self, path: str, sent: set[tuple[str, str]]) -> Iterator[Match]:
        """The templates that a path means: those with words in the same segments as the first.

        What is a path of words alone is not what a template beside it means, whatever the method.
        """
        words: list[bool] = []
        for route in self._routes:
            found = route.pattern.fullmatch(path)
            if found is None or not set(route.query) <= sent:
                continue
            own = [not is_open for is_open, _, _ in route.rank[1]]
            words = words or own
            if own == words:
                raw = dict(zip(route.names, found.groups(), strict=True))
                texts = {name: unquote(text) for name, text in raw.items()}
                yield Match(operation=route.operation, parameters=texts, raw=raw)


def _with_twins(fitting: Sequence[Match]) -> Match:
    """The first match, with the others."""
    first, *others = fitting
    return replace(
        first, twins=tuple(each for each in others if each.operation is not first.operation)
    )


def shape_of(path: str) -> str:
    """The template of a path without the names in it, nor a query or fragment behind it."""
    return _PLACEHOLDER.sub("{}", bare(path))


def bare(path: str) -> str:
    """A path without a query or fragment behind it."""
    return path.partition("?")[0].partition("#")[0]


def raw_path(request: Request) -> str:
    """The path of a request as it was sent, percent-encoded."""
    raw = request.scope.get("raw_path")
    if isinstance(raw, bytes):
        return raw.partition(b"?")[0].decode("latin-1")
    return quote(str(request.scope["path"]), safe=_UNSAFE)


def _allowed(found: Sequence[Match]) -> str:
    methods = list(dict.fromkeys(match.operation.method for match in found))
    if "GET" in methods and "HEAD" not in methods:
        methods.append("HEAD")
    return ", ".join(methods)


def _route(operation: Operation, prefix: str) -> _Route:
    """The route of an operation below the path of a server; a variable there is any word."""
    path, _, query = operation.path.partition("#")[0].partition("?")
    names: list[str] = []
    wide = _wide_names(operation)
    pattern = _pattern(_normal_template(prefix), [])
    pattern += _pattern(_normal_template(path), names, wide)
    return _Route(
        operation=operation,
        pattern=re.compile(pattern),
        names=tuple(names),
        query=tuple(parse_qsl(query, keep_blank_values=True)) if "{" not in query else (),
        rank=(bool(wide), _rank(prefix + path), bool(prefix), -len(query)),
    )


def _wide_names(operation: Operation) -> set[str]:
    """The parameters in the path whose values have slashes, by their patterns."""
    schemas = {each.name: each.schema for each in operation.parameters if each.place == "path"}
    patterns = {
        name: str(schema.get("pattern", ""))
        for name, schema in schemas.items()
        if isinstance(schema, Mapping)
    }
    return {name for name, text in patterns.items() if "/" in _CLASS.sub("", text)}


def _pattern(path: str, names: list[str], wide: Collection[str] = ()) -> str:
    """The regular expression of a path; a placeholder takes no slash, unless it is `wide`."""
    parts = _PLACEHOLDER.split(path)
    made = ""
    for at, part in enumerate(parts):
        if at % 2 == 0:
            made += re.escape(part)
        else:
            names.append(part)
            is_last = at == len(parts) - 2 and not parts[-1]
            if part in wide:
                made += "(.+)" if is_last else "(.+?)"
                continue
            made += "([^/]+)" if is_last or parts[at + 1].startswith("/") else "([^/]+?)"
    return made


def _rank(path: str) -> Rank:
    """Segment by segment: plain ones before templates, those that say more before others."""
    return tuple(
        ("{" in segment, -len(_PLACEHOLDER.sub("", segment)), segment.count("{"))
        for segment in path.split("/")
    )


def _normal_template(path: str) -> str:
    parts = _PLACEHOLDER.split(path)
    return "".join(
        f"{{{part}}}" if at % 2 else _normal(quote(part, safe=f"%{_UNSAFE}"))
        for at, part in enumerate(parts)
    )


def _normal(path: str) -> str:
    """One spelling of a percent-encoded path; what stands for a delimiter stays as it is sent."""
    return "".join(
        _spelled(part) if at % 2 else part
        for at, part in enumerate(re.split(r"(%[0-9A-Fa-f]{2})", path))
    )


def _spelled(triple: str) -> str:
    sign = chr(int(triple[1:], 16))
    return sign if sign.isascii() and (sign.isalnum() or sign in "-._~") else triple.upper()
