"""Building requests: URL, headers, key, body; the key goes to the API's own server only."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import quote, unquote_plus, urlsplit

from msgspec import UNSET
from msgspec.structs import replace

from . import parameters as spelling
from .deferred import Deferred
from .effects import Request, Route
from .errors import InvalidRequestError, Problem, printable
from .logs import Veiled
from .operations import ApiKey, Authorization, Basic, Bearer, Body, OAuth2, Operation, Parameter
from .settings import same_origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from . import bodies, forms
    from .exchanging import Response
    from .operations import Step
    from .session import Session
    from .uploads import Streamed
else:
    bodies, forms = Deferred("bodies"), Deferred("forms")

__all__ = [
    "GenerateOptions",
    "Options",
    "SubmitOptions",
    "build_request",
    "follow_up",
    "unkeyed",
]

_UNFIT = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_FRAGMENT = re.compile(r"#(?![^{}]*\}).*")  # of a path: tells operations apart, is never sent
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")


class Options(TypedDict, total=False):
    """What every method takes beside its own parameters."""

    extra_headers: Mapping[str, str]
    extra_query: Mapping[str, Any]
    extra_body: Any  # a mapping is laid deeply over the body, all else takes its place
    send_as: str  # another media type for the body, one that the document declares
    timeout: float | None  # seconds for one request
    check: bool  # False sends what breaks the document's rules
    idempotency_key: str
    on_response: Callable[[Response], object]


class SubmitOptions(Options, total=False):
    """What a method takes that submits."""

    key: str  # the caller's own name for the job in the ledger: the same key never pays twice


class GenerateOptions(SubmitOptions, total=False):
    """What a method takes that submits, waits and saves."""

    wait_timeout: float | None  # seconds for all of it
    on_update: Callable[[Any], object]
    save_to: Any  # a path
    overwrite: bool  # whether a file that is there may be replaced
    sidecar: bool  # whether a file beside the saved one tells what it was made from


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
    """Build the request of an operation, as set at run time.

    `parameters` go by their names on the wire (`query.id` where two places share a name). `body`
    is in JSON's terms and complete, `extra_body` included; `UNSET` is none. `url` is one that the
    server itself gave, `stamp` a further header, `route` says over which connections it goes.
    """
    given: Options = options or {}
    query, headers, cookies = _spelled(operation, parameters, given)
    server = session.settings.url_of(operation)
    target = url or server + _path(operation, parameters)
    headers = {"Accept": _accepted(operation), "User-Agent": _agent(session), **headers}
    grant = None
    if operation.secured and (url is None or same_origin(target, server)):
        grant = _secure(session, operation, headers, query, cookies)
    headers |= {"Cookie": Veiled(spelling.cookie_text(cookies))} if cookies else {}
    headers |= [stamp] if stamp is not None else []
    return Request(
        method=operation.method,
        url=_with_query(target if url is None else _without(target, query), query),
        content=_content(operation, body, headers, given),  # before the headers: it adds one
        headers=_checked_headers(_laid_over(headers, given.get("extra_headers", {}))),
        route=route,
        operation=operation.name,
        grant=grant,
    )


def follow_up(
    session: Session,
    step: Step,
    url: str | None,
    parameters: Mapping[str, Any],
    body: Any = UNSET,
) -> Request:
    """The request of a further call; where the server gave the URL, its query is all there is."""
    operation: Operation[Any] = step.operation or Operation(name="call", method="GET", path="")
    if body is not UNSET and operation.body is None:  # the life cycle says that there is one
        operation = replace(operation, body=Body("application/json"))
    return build_request(session, operation, parameters=parameters, body=body, url=url)


def _content(
    operation: Operation[Any], body: Any, headers: dict[str, str], options: Options
) -> bytes | Streamed | None:
    if body is UNSET or (operation.body is None and "send_as" not in options):
        return None
    declared = operation.body or Body("application/json")
    wanted = options.get("send_as", declared.content_type)
    content, headers["Content-Type"] = bodies.written(body, wanted, declared.encodings_of(wanted))
    if not isinstance(content, bytes) and content.length is not None:
        headers["Content-Length"] = str(content.length)
    return content


def _path(operation: Operation[Any], parameters: Mapping[str, Any]) -> str:
    path = _FRAGMENT.sub("", operation.path)
    path = f"/{path}" if path and path[0] not in "/?" else path
    for parameter in operation.parameters:
        if parameter.place == "path":
            value = spelling.value_of(parameter, parameters)
            text = _spell(partial(spelling.path_text, parameter, value))
            path = path.replace("{" + parameter.name + "}", text)
    return path


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
        value = spelling.value_of(parameter, parameters)
        if value is UNSET or parameter.place == "path":
            continue
        if parameter.place == "querystring":
            query.append(("", _spell(partial(forms.query_string, parameter, value))))
        elif parameter.place == "query":
            query += _spell(partial(spelling.query_pairs, parameter, value))
        elif parameter.place == "cookie":
            cookies += _spell(partial(spelling.cookie_pairs, parameter, value))
        elif (text := _spell(partial(spelling.header_text, parameter, value))) is not None:
            headers[parameter.name] = text
    return query + _extra_pairs(options.get("extra_query", {})), headers, cookies


def _extra_pairs(extra: Mapping[str, Any]) -> spelling.Pairs:
    """What the caller adds, as a document would have it: lists repeat a name, objects are deep."""
    pairs: spelling.Pairs = []
    for name, value in extra.items():
        style = "deepObject" if isinstance(value, Mapping) else ""
        added = Parameter(name, "query", style=style)
        pairs += _spell(partial(spelling.query_pairs, added, value))
    return pairs


def _without(url: str, query: spelling.Pairs) -> str:
    """A URL of the server's own, without what is told anew: it may echo the key."""
    head, mark, rest = url.partition("?")
    text, hash_mark, fragment = rest.partition("#")
    told = {unquote_plus(name) for name, _ in query}
    kept = [one for one in text.split("&") if unquote_plus(one.partition("=")[0]) not in told]
    return f"{head}{mark if kept else ''}{'&'.join(kept)}{hash_mark}{fragment}"


def unkeyed(session: Session, url: str) -> str:
    """A URL that a server names, without our keys: it is kept in tokens and in the ledger."""
    head, mark, rest = url.partition("?")
    if not mark:
        return url
    text, hash_mark, fragment = rest.partition("#")
    settings = session.settings
    is_own = "//" not in head or same_origin(url, settings.base_url)
    schemes = session.api.security if is_own else ()
    names = {one.name for one in schemes if isinstance(one, ApiKey) and one.place == "query"}

    def is_key(pair: str) -> bool:
        told = unquote_plus(pair)
        return told.partition("=")[0] in names or settings.redacted(told) != told

    kept = [one for one in text.split("&") if not is_key(one)]
    return f"{head}{mark if kept else ''}{'&'.join(kept)}{hash_mark}{fragment}"


def _with_query(url: str, query: spelling.Pairs) -> str:
    if not query:
        return url
    mark = "&" if urlsplit(url).query else "?"
    return Veiled(f"{url}{mark}{spelling.query_text(query)}")


def _accepted(operation: Operation[Any]) -> str:
    kinds = dict.fromkeys(
        answer.content_type for answer in operation.answers if answer.content_type
    )
    return ", ".join(kinds) or "application/json"


def _agent(session: Session) -> str:
    api = session.api
    # Percent-encoded: a version is any text, and a product's is a token (RFC 9110, 10.1.5).
    told = quote(api.version, safe="!#$&'*+^`|", errors="replace")
    version = f"/{told}" if told else ""
    return f"{api.package}{version} python/{sys.version_info[0]}.{sys.version_info[1]}"


def _secure(
    session: Session,
    operation: Operation[Any],
    headers: dict[str, str],
    query: spelling.Pairs,
    cookies: spelling.Pairs,
) -> OAuth2 | None:
    """Add what authenticates; gives what a token has still to be fetched with."""
    grant = None
    for scheme, secret in session.settings.secrets(operation):
        match scheme:
            case Bearer():
                headers["Authorization"] = Veiled(f"Bearer {secret.reveal()}")
            case Basic():
                headers["Authorization"] = Veiled(f"Basic {secret.reveal()}")
            case Authorization():
                headers["Authorization"] = Veiled(secret.reveal())
            case OAuth2():
                grant = scheme
            case ApiKey(place="header"):
                headers[scheme.name] = Veiled(scheme.prefix + secret.reveal())
            case ApiKey():
                pairs = query if scheme.place == "query" else cookies
                value = Veiled(quote(scheme.prefix + secret.reveal(), safe=""))
                pairs.append((quote(scheme.name, safe=""), value))
    return grant


def _laid_over(headers: dict[str, str], extra: Mapping[str, str]) -> dict[str, str]:
    replaced = {name.lower() for name in extra}
    kept = {name: value for name, value in headers.items() if name.lower() not in replaced}
    return {**kept, **extra}


def _checked_headers(headers: Mapping[str, Any]) -> dict[str, str]:
    # Checked here, since the transport would find out only after it said that it began to send.
    for name, value in headers.items():
        if not _TOKEN.match(name):
            raise InvalidRequestError(f"{printable(name, 100)!r} is no name of a header")
        if not isinstance(value, str):
            raise InvalidRequestError(f"the header {name} is text, not {type(value).__name__}")
        if _UNFIT.search(value):
            raise InvalidRequestError(f"the header {name} has characters that no header can carry")
    return dict(headers)
