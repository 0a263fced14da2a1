"""Where a further call takes its parameters from: `$id`, constants, paths, the submit itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from .answers import MISSING, Parsed, parse_json

if TYPE_CHECKING:
    from .exchanging import Exchange

__all__ = ["bind", "locate", "point"]

_REQUEST = "$request."
_RESPONSE = "$response.header."


def bind(
    parameters: Mapping[str, Any],
    job_id: str,
    parsed: Parsed,
    made: Exchange | None = None,
    path_parameters: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The values of a step's parameters; what its source does not give is left out."""
    bound: dict[str, Any] = {}
    for name, source in parameters.items():
        value = _value(source, job_id, parsed, made, path_parameters or {})
        if value is not None:
            bound[name] = value
    return bound


def _value(
    source: Any,
    job_id: str,
    parsed: Parsed,
    made: Exchange | None,
    path_parameters: Mapping[str, Any],
) -> Any:
    if not isinstance(source, str) or not source.startswith("$"):
        return source
    if source == "$id":
        return job_id
    if source.startswith(_REQUEST):
        return _sent(source.removeprefix(_REQUEST), made, path_parameters)
    if source.startswith(_RESPONSE):
        return made and made.headers.get(source.removeprefix(_RESPONSE))
    return parsed.first(source)


def _sent(source: str, made: Exchange | None, path_parameters: Mapping[str, Any]) -> Any:
    place, _, name = source.partition(".")
    if made is None:
        return None
    if place == "path":
        return path_parameters.get(name)
    if place == "query":
        return next(iter(parse_qs(urlsplit(made.request.url).query).get(name, [])), None)
    if place == "header":
        headers = {key.lower(): value for key, value in made.request.headers.items()}
        return headers.get(name.lower())
    found = point(parse_json(made.request.held), source.partition("#")[2])
    return None if found is MISSING else found


def point(value: Any, pointer: str) -> Any:
    """What a JSON Pointer points to; MISSING where there is nothing."""
    for step in pointer.split("/")[1:]:
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return MISSING
    return value


def locate(url: str | None, made: Exchange, parsed: Parsed) -> str | None:
    """The URL that the server gave for a further call, made absolute."""
    if url is None:
        return None
    if url.startswith(_RESPONSE):
        given: Any = made.headers.get(url.removeprefix(_RESPONSE))
    else:
        given = parsed.first(url)
    if not isinstance(given, str) or not given.strip():
        return None
    return urljoin(made.request.url, given.strip())
