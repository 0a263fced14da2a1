"""Building requests: URL, headers, key, body; the key goes to the API's own server only."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from msgspec import UNSET

from . import parameters as spelling
from .effects import Request, Route
from .encoding import to_wire
from .errors import ConfigurationError, InvalidRequestError, Problem, printable
from .operations import Bearer, Operation
from .pricing import merged
from .settings import same_origin

if TYPE_CHECKING:
    from .exchanging import Response
    from .operations import Security, Step
    from .session import Session

__all__ = ["GenerateOptions", "Options", "build_body", "build_request", "follow_up"]

_UNFIT = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")


class _Veiled(str):
    """A text with a key in it: it is sent as it is, and its repr shows nothing of it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'[redacted]'"


class Options(TypedDict, total=False):
    """What every method takes beside its own parameters."""

    extra_headers: Mapping[str, str]
    extra_query: Mapping[str, Any]
    extra_body: Mapping[str, Any]  # laid deeply over the body
    timeout: float | None  # seconds for one request
    check: bool  # False sends what breaks the document's rules
    idempotency_key: str
    on_response: Callable[[Response], object]


class GenerateOptions(Options, total=False):
    """What a method takes that submits, waits and saves."""

    wait_timeout: float | None  # seconds for all of it
    on_update: Callable[[Any], object]
    save_to: Any  # a path
    overwrite: bool  # whether a file that is there may be replaced


def build_request(
    session: Session,
    operation: Operation[Any],
    *,
    parameters: Mapping[str, Any],
    body: Any = UNSET,
    options: Options | None = None,
    route: Route = "call",
    url: str | None = None,
    stamp: tuple[str, str] | None = None,
) -> Request:
    """Build the request of an operation.

    Args:
        session: the client's session.
        operation: as set at run time.
        parameters: by their names on the wire (`query.id` where two places share a name).
        body: in JSON's terms, complete; `UNSET` is none.
        options: the caller's options; `extra_body` is already in the body.
        route: over which connections it goes.
        url: where the server itself gave the URL.
        stamp: a further header.
    """
    given: Options = options or {}
    query, headers, cookies = _spelled(operation, parameters, given)
    target = url if url is not None else session.settings.base_url + _path(operation, parameters)
    headers = {"Accept": _accepted(operation), "User-Agent": _agent(session), **headers}
    if operation.secured and same_origin(target, session.settings.base_url):
        _secure(session, headers, query, cookies)
    headers.update({"Cookie": _Veiled(spelling.cookie_text(cookies))} if cookies else {})
    headers.update([stamp] if stamp is not None else [])
    return Request(
        method=operation.method,
        url=_with_query(target, query),
        content=_content(operation, body, headers),  # before the headers: it adds one
        headers=_checked_headers(_laid_over(headers, given.get("extra_headers", {}))),
        route=route,
        operation=operation.name,
    )


def follow_up(
    session: Session, step: Step, url: str | None, parameters: Mapping[str, Any]
) -> Request:
    """The request of a further call."""
    operation: Operation[Any] = step.operation or Operation(name="poll", method="GET", path="")
    body = UNSET if step.body is None else step.body
    return build_request(session, operation, parameters=parameters, body=body, url=url)


def build_body(operation: Operation[Any], body: Any, extra: Mapping[str, Any] | None) -> Any:
    """The body in JSON's terms: moved as set at run time, with what the caller adds.

    Raises:
        InvalidRequestError: something in it has no JSON form.
    """
    if isinstance(body, bytes) and not _is_json(operation):
        return body
    try:
        wire = to_wire(body)
        added = to_wire(extra) if extra else UNSET
    except TypeError as error:
        problem = Problem(path=str(error).partition(":")[0], message=str(error))
        raise InvalidRequestError(
            f"the body cannot be sent: {error}", problems=(problem,)
        ) from error
    for source, target in operation.moves:
        wire = _moved(wire, source, target)
    if added is UNSET:
        return wire
    return added if wire is UNSET else merged(wire, added)


def _moved(body: Any, source: str, target: str) -> Any:
    *way, last = _steps(source)
    place = body
    for step in way:
        place = place.get(step) if isinstance(place, dict) else None
    if not isinstance(place, dict) or last not in place or source == target:
        return body
    value = place.pop(last)
    for step in reversed(_steps(target)):
        value = {step: value}
    return merged(body, value)


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _content(operation: Operation[Any], body: Any, headers: dict[str, str]) -> bytes | None:
    if body is UNSET or operation.body is None:
        return None
    headers["Content-Type"] = operation.body.content_type
    return _written(operation.body.content_type, body)


def _path(operation: Operation[Any], parameters: Mapping[str, Any]) -> str:
    path = operation.path
    for parameter in operation.parameters:
        if parameter.place == "path":
            value = _given(parameters, parameter.place, parameter.name)
            text = _spell(partial(spelling.path_text, parameter, value))
            path = path.replace("{" + parameter.name + "}", text)
    return path


def _given(parameters: Mapping[str, Any], place: str, name: str) -> Any:
    return parameters.get(f"{place}.{name}", parameters.get(name, UNSET))


def _spell(spell: Callable[[], Any]) -> Any:
    try:
        return spell()
    except (ValueError, TypeError) as error:
        name, _, message = str(error).partition(": ")
        problem = Problem(path=name, message=message or str(error))
        raise InvalidRequestError(
            f"a parameter cannot be sent: {error}", problems=(problem,)
        ) from error


def _spelled(
    operation: Operation[Any], parameters: Mapping[str, Any], options: Options
) -> tuple[spelling.Pairs, dict[str, str], spelling.Pairs]:
    query: spelling.Pairs = []
    headers: dict[str, str] = {}
    cookies: spelling.Pairs = []
    for parameter in operation.parameters:
        value = _given(parameters, parameter.place, parameter.name)
        if value is UNSET or parameter.place == "path":
            continue
        if parameter.place == "query":
            query += _spell(partial(spelling.query_pairs, parameter, value))
        elif parameter.place == "cookie":
            cookies += _spell(partial(spelling.cookie_pairs, parameter, value))
        elif text := _spell(partial(spelling.header_text, parameter, value)):
            headers[parameter.name] = text
    return query + _extra_pairs(options.get("extra_query", {})), headers, cookies


def _extra_pairs(extra: Mapping[str, Any]) -> spelling.Pairs:
    text = urlencode(
        {name: value for name, value in extra.items() if value is not UNSET}, doseq=True
    )
    pairs = (pair.partition("=") for pair in text.split("&") if pair)
    return [(name, value) for name, _, value in pairs]


def _with_query(url: str, query: spelling.Pairs) -> str:
    if not query:
        return url
    mark = "&" if urlsplit(url).query else "?"
    return _Veiled(f"{url}{mark}{spelling.query_text(query)}")


def _accepted(operation: Operation[Any]) -> str:
    kinds = dict.fromkeys(
        answer.content_type for answer in operation.answers if answer.content_type
    )
    return ", ".join(kinds) or "application/json"


def _agent(session: Session) -> str:
    api = session.api
    version = f"/{api.version}" if api.version else ""
    return f"{api.package}{version} python/{sys.version_info[0]}.{sys.version_info[1]}"


def _secure(
    session: Session, headers: dict[str, str], query: spelling.Pairs, cookies: spelling.Pairs
) -> None:
    secret = session.settings.secret()
    if secret is None:
        return
    scheme: Security = session.api.security[0]
    if isinstance(scheme, Bearer):
        headers["Authorization"] = _Veiled(f"Bearer {secret.reveal()}")
    elif scheme.place == "header":
        headers[scheme.name] = _Veiled(scheme.prefix + secret.reveal())
    else:
        pairs = query if scheme.place == "query" else cookies
        value = _Veiled(quote(scheme.prefix + secret.reveal(), safe=""))
        pairs.append((quote(scheme.name, safe=""), value))


def _laid_over(headers: dict[str, str], extra: Mapping[str, str]) -> dict[str, str]:
    replaced = {name.lower() for name in extra}
    kept = {name: value for name, value in headers.items() if name.lower() not in replaced}
    return {**kept, **extra}


def _checked_headers(headers: dict[str, str]) -> dict[str, str]:
    # Checked here, since the transport would find out only after it said that it began to send.
    for name, value in headers.items():
        if not _TOKEN.match(name):
            raise InvalidRequestError(f"{printable(name, 100)!r} is no name of a header")
        if _UNFIT.search(str(value)):
            raise InvalidRequestError(f"the header {name} has characters that no header can carry")
    return headers


def _is_json(operation: Operation[Any]) -> bool:
    return operation.body is None or _names_json(operation.body.content_type)


def _names_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _written(content_type: str, body: Any) -> bytes:
    kind = content_type.partition(";")[0].strip().lower()
    if isinstance(body, bytes):
        return body
    if _names_json(content_type):
        return msgspec.json.encode(body)
    if kind == "application/x-www-form-urlencoded" and isinstance(body, Mapping):
        return urlencode(body, doseq=True).encode("ascii")
    if isinstance(body, str):
        return body.encode("utf-8")
    raise ConfigurationError(f"no way to write a body of the type {printable(content_type, 100)}")
