"""From an answer to the exception that it means: by the vendor's code, and by what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .answers import MISSING, Parsed, passes, text_of
from .contents import error_model
from .errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    compose,
    printable,
    status_class,
)
from .logs import without_keys, without_queries, without_sent_keys

if TYPE_CHECKING:
    from .exchanging import Exchange
    from .operations import ErrorPaths, Operation
    from .session import Session

__all__ = ["connection_error", "make_error", "read_code", "status_error", "without_said_keys"]

_CONFLICT = 409  # the state of things may change


def _texts(*paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path for group in paths for path in group)


def read_code(parsed: Parsed, *places: ErrorPaths) -> tuple[str | None, str | None]:
    """The vendor's code and message in an answer; None where they are not there."""
    code = parsed.anywhere(_texts(*(place.code for place in places)))
    message = parsed.anywhere(_texts(*(place.message for place in places)))
    named = isinstance(code, str | int) and not isinstance(code, bool)
    return str(code) if named else None, printable(message) if isinstance(message, str) else None


def make_error(
    session: Session,
    outcome: type[APIError],
    message: str,
    *,
    code: str | None = None,
    **facts: Any,
) -> APIError:
    """An exception for what happened, and of the vendor's class too where the code has one."""
    vendor = session.vendor_class(code)
    known = session.api.error_codes.get(code) if code is not None else None
    if vendor is not None:
        outcome = compose(vendor, outcome)
    if known is not None:
        facts = {"kind": known.kind, "retryable": known.kind == "server", **facts}
    if "known" in facts:  # in words of the transport, which may tell the request
        facts["known"] = session.settings.redacted(without_queries(facts["known"]))
    return outcome(session.settings.redacted(message), code=code, **facts)


def without_said_keys(session: Session, made: Exchange, text: str) -> str:
    """What a server says, without the keys that it says back.

    Those that the client has now are named so; the request may have had others.
    """
    return without_sent_keys(made.request, session.settings.redacted(text))


def status_error(
    session: Session,
    made: Exchange,
    parsed: Parsed,
    *places: ErrorPaths,
    operation: Operation[Any] | None = None,
    **facts: Any,
) -> APIError:
    """The exception for an answer with an error status, or for a 2xx that refuses.

    `operation` knows how the document describes the answer.
    """
    code, message = read_code(parsed, *places, session.api.error)
    message = without_said_keys(session, made, message or "")
    known = session.api.error_codes.get(code) if code is not None else None
    answered = made.status or 0
    # Where HTTP says success, the code says what it stands for.
    status = answered if answered >= 300 else (known and known.status) or answered
    said = message or (printable(known.message) if known is not None and known.message else None)
    retryable = answered == _CONFLICT or passes(answered)
    location = made.headers.get("location")
    if 300 <= answered < 400 and location:
        to = printable(location.partition("?")[0], 200)
        facts.setdefault("hint", f"redirects are not followed; the server points to {to}")
    if answered == 404 and not parsed.is_json:
        facts.setdefault("hint", "there may be no such path: check the base URL")
    return make_error(
        session,
        status_class(status),
        said or f"{made.request.operation}: the server answered HTTP {answered}",
        code=code,
        status_code=answered,
        headers=made.headers,
        body=_body(parsed, made),
        raw=made.content,
        model=error_model(session, operation, made) if operation is not None else None,
        retry_after=made.hint,
        request_id=made.request_id,
        **{"retryable": True, **facts} if retryable else facts,
    )


def _body(parsed: Parsed, made: Exchange) -> Any:
    if parsed.whole is not MISSING:
        return parsed.whole
    return text_of(made.content, made.headers.get("content-type", ""))


def connection_error(made: Exchange, **facts: Any) -> APIError:
    """The exception for a request that got no answer."""
    failure = made.failure
    kind = APITimeoutError if failure is not None and failure.timed_out else APIConnectionError
    told = without_keys(made.request, str(made))
    error = kind(
        f"{made.request.operation}: no answer ({printable(told, 500)})",
        **{"retryable": failure is not None and failure.transient, **facts},
    )
    error.__cause__ = failure.error if failure is not None else None
    return error
