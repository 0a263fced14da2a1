"""Tokens of OAuth2: fetched with an application's id and secret, kept, renewed (RFC 6749, 4.4)."""

from __future__ import annotations

import math
from copy import copy
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlencode, urljoin

from msgspec.structs import replace

from .answers import parse_json, passes
from .effects import Caught, Request, Sleep, now
from .errors import (
    APIError,
    APITimeoutError,
    AuthenticationError,
    ConfigurationError,
    printable,
    status_class,
)
from .logs import Veiled, without_keys
from .vendors import connection_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from .effects import Core
    from .exchanging import Exchange
    from .held_tokens import Fetch
    from .operations import OAuth2
    from .session import Session

__all__ = ["authorized"]

_MARGIN = 60.0  # seconds before its end, at most, at which a token is renewed
_PAUSE = 0.05  # seconds between two looks whether another call has fetched the token
_LONGEST_PAUSE = 8.0

Ask: TypeAlias = "Callable[[Request], Core[Exchange]]"


def authorized(
    session: Session, request: Request, ask: Ask, timeout: float | None
) -> Core[Request]:
    """The request with the token that its `grant` asks for, fetched where none is held.

    Args:
        session: the client's session.
        request: what needs a token, or none.
        ask: sends the requests for one.
        timeout: seconds to wait for another call that fetches the same token.

    Raises:
        APIError: there is no token to be had; nothing was sent, so nothing is billed.
    """
    grant = request.grant
    if grant is None or any(name.lower() == "authorization" for name in request.headers):
        return request
    tokens = session.settings.credentials.tokens
    text = tokens.fresh(grant.key, (yield from now()))
    if text is None:
        fetch, is_ours = tokens.begin(grant.key)
        while not is_ours and (text := (yield from _awaited(grant, fetch, timeout))) is None:
            fetch, is_ours = tokens.begin(grant.key)  # that one was interrupted
        if text is None:
            text = yield from _obtained(session, grant, ask, fetch)
    return replace(request, headers={**request.headers, "Authorization": Veiled(f"Bearer {text}")})


def _awaited(grant: OAuth2, fetch: Fetch, timeout: float | None) -> Core[Veiled | None]:
    """The token that another call fetches; its failure is that of all who wait."""
    started = yield from now()
    while not fetch.ended:
        waited = (yield from now()) - started
        # What is no number of seconds is refused where the request is made.
        if isinstance(timeout, int | float) and waited > timeout:
            raise APITimeoutError(
                f"{grant.key}: there was no token in time", billed="no", retryable=True
            )
        yield Sleep(_PAUSE)
    if fetch.error is not None:
        raise copy(fetch.error) from fetch.error
    return fetch.text


def _obtained(session: Session, grant: OAuth2, ask: Ask, fetch: Fetch) -> Core[Veiled]:
    tokens = session.settings.credentials.tokens
    try:
        held = tokens.fresh(grant.key, (yield from now()))
        text = held or (yield from _fetched(session, grant, ask))
    except APIError as error:
        fetch.error = error
        raise
    else:
        fetch.text = text
        return text
    finally:
        tokens.end(grant.key, fetch)


def _fetched(session: Session, grant: OAuth2, ask: Ask) -> Core[Veiled]:
    tokens, base_url = session.settings.credentials.tokens, session.settings.base_url
    asked = yield from now()
    url = urljoin(f"{base_url}/", grant.token_url)
    if grant.discovery:
        url = yield from _discovered(session, grant, ask)
    session.settings.check_private(url)
    made = yield from _answer_of(session, grant, url, ask)
    told = parse_json(made.content)
    text = told.get("access_token") if isinstance(told, dict) and made.succeeded else None
    if not isinstance(text, str) or not (text.strip() and text.isascii() and text.isprintable()):
        raise _refused(session, made, told)
    tokens.keep(grant.key, Veiled(text), _end(asked, told.get("expires_in")))
    return Veiled(text)


def _end(asked: float, seconds: Any) -> float | None:
    # Some servers write it as a text; what is no number of seconds, or endless, is no end.
    with Caught(TypeError, ValueError, OverflowError):
        left = math.nan if isinstance(seconds, bool) else float(seconds)
        return asked + left - min(_MARGIN, left / 10) if math.isfinite(left) else None
    return None


def _answer_of(session: Session, grant: OAuth2, url: str, ask: Ask) -> Core[Exchange]:
    """What a token endpoint answers; asked with HTTP Basic, then with the secret in the form."""
    tokens = session.settings.credentials.tokens
    if url not in tokens.in_form:
        made = yield from _insistent(session, _token_request(session, grant, url), ask)
        # Some servers read the secret in the form only, and say so in different words.
        if made.status not in (400, 401) or _is_final(parse_json(made.content)):
            return made
    made = yield from _insistent(session, _token_request(session, grant, url, in_form=True), ask)
    if made.succeeded:
        tokens.in_form.add(url)
    return made


def _discovered(session: Session, grant: OAuth2, ask: Ask) -> Core[str]:
    """The token endpoint that an OpenID provider names in its metadata."""
    url = urljoin(f"{session.settings.base_url}/", grant.discovery)
    session.settings.check_private(url)  # whoever answers there chooses who gets the secret
    request = Request(
        method="GET",
        url=url,
        headers={"Accept": "application/json"},
        operation=f"{grant.key}: discovery",
    )
    made = yield from _insistent(session, request, ask)
    told = parse_json(made.content)
    endpoint = told.get("token_endpoint") if isinstance(told, dict) and made.succeeded else None
    if not isinstance(endpoint, str):
        why = printable(without_keys(request, str(made)), 500)
        raise ConfigurationError(f"{printable(url, 200)} names no token endpoint ({why})")
    return urljoin(url, endpoint)


def _token_request(session: Session, grant: OAuth2, url: str, *, in_form: bool = False) -> Request:
    credentials = session.settings.credentials
    name, secret = credentials.client(grant)
    scopes = grant.scopes if credentials.scopes is None else credentials.scopes
    form = {"grant_type": "client_credentials"} | ({"scope": " ".join(scopes)} if scopes else {})
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    if in_form:
        form |= {"client_id": name.reveal(), "client_secret": secret.reveal()}
    else:
        headers["Authorization"] = credentials.application_header(grant)
    return Request(
        method="POST",
        url=url,
        headers=headers,
        content=urlencode(form).encode("ascii"),
        operation=f"{grant.key}: token",
    )


def _insistent(session: Session, request: Request, ask: Ask) -> Core[Exchange]:
    """What the server answers; to fetch a token a second time does no harm."""
    for attempt in range(session.max_retries):
        made = yield from ask(request)
        failed = made.failure is not None and made.failure.transient
        if not failed and not passes(made.status or 0):
            return made
        pause = min(0.5 * 2.0**attempt, _LONGEST_PAUSE) if made.hint is None else made.hint
        yield Sleep(min(pause, _MARGIN))
    return (yield from ask(request))


def _is_final(told: Any) -> bool:
    """Whether a refusal speaks of something else than of how the secret was sent."""
    final = ("invalid_scope", "unauthorized_client", "unsupported_grant_type")
    return isinstance(told, dict) and told.get("error") in final


def _refused(session: Session, made: Exchange, told: Any) -> APIError:
    if made.status is None or made.failure is not None:
        return connection_error(made, billed="no")
    said = told if isinstance(told, dict) else {}
    words = [said.get(name) for name in ("error", "error_description")]
    why = ": ".join(printable(word, 300) for word in words if isinstance(word, str))
    hint = "give scopes=[...]: the server has not all those of the document"
    # A server that is busy says nothing of the secret.
    passing = passes(made.status)
    return (status_class(made.status) if passing else AuthenticationError)(
        session.settings.credentials.redacted(
            f"{made.request.operation}: the server gave none (HTTP {made.status}) {why}".rstrip()
        ),
        status_code=made.status,
        headers=made.headers,
        body=None,
        raw=b"",  # it may hold the secret, or a token
        billed="no",
        retryable=passing,
        retry_after=made.hint,
        hint=hint if said.get("error") == "invalid_scope" else "",
    )
