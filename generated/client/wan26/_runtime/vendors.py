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
from .hints import status_hint
from .logs import bare_url, without_keys, without_queries, without_sent_keys

if TYPE_CHECKING:
    from .effects import Request
    from .exchanging import Exchange
    from .operations import ErrorPaths, Operation, VendorCode
    from .session import Session

__all__ = [
    "connection_error",
    "make_error",
    "read_code",
    "status_error",
    "usual_message",
    "without_said_keys",
]

_CONFLICT = 409  # the state of things may change
# Where errors that no document describes say why, as most servers do.
_USUAL = (
    *("$.message", "$.error.message", "$.detail", "$.error", "$.error_description", "$.title"),
    *("$.detail[0].msg", "$.errors[0].message", "$.errors[0].detail", "$.errors[0]", "$.msg"),
)


def _texts(*paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path for group in paths for path in group)


def read_code(parsed: Parsed, *places: ErrorPaths) -> tuple[str | None, str | None]:
    """The vendor's code and message in an answer; None where they are not there."""
    code = parsed.anywhere(_texts(*(place.code for place in places)))
    message = parsed.anywhere(_texts(*(place.message for place in places)))
    named = isinstance(code, str | int) and not isinstance(code, bool)
    return printable(str(code), 200) if named else None, (
        printable(message) if isinstance(message, str) else None
    )


def usual_message(parsed: Parsed) -> str | None:
    """Why an error came, in the usual places; None where no text stands there."""
    for path in _USUAL:
        told = parsed.anywhere((path,))
        if isinstance(told, str) and told.strip():
            return printable(told.strip())
    return None


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
    redacted = session.settings.redacted
    if "known" in facts:  # in words of the transport, which may tell the request
        facts["known"] = redacted(without_queries(facts["known"]))
    if facts.get("request_id"):
        facts["request_id"] = redacted(facts["request_id"])
    return outcome(redacted(message), code=redacted(code) if code else code, **facts)


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
    code, message = _told(session, made, parsed, *places)
    known = session.api.error_codes.get(code) if code is not None else None
    answered = made.status or 0
    # Where HTTP says success, the code says what it stands for.
    status = answered if answered >= 300 else (known and known.status) or answered
    said = message or (printable(known.message) if known is not None and known.message else None)
    retryable = answered == _CONFLICT or passes(answered)
    facts = {"billed": "no", **facts} if _is_free(made.request) else facts
    submits = made.request.route == "submit" and facts.get("billed") == "no"
    facts["hint"] = _redirected(
        made, facts.get("hint") or _hint(session, made, known, submits=submits)
    )
    headers = {name: without_said_keys(session, made, one) for name, one in made.headers.items()}
    return make_error(
        session,
        status_class(status),
        said or f"{made.request.operation}: the server answered HTTP {answered}",
        code=code,
        status_code=answered,
        headers=headers,
        body=_body(parsed, made),
        raw=made.content,
        model=error_model(session, operation, made) if operation is not None else None,
        retry_after=made.hint,
        request_id=headers.get("x-request-id"),
        **{"retryable": True, **facts} if retryable else facts,
    )


def _told(
    session: Session, made: Exchange, parsed: Parsed, *places: ErrorPaths
) -> tuple[str | None, str | None]:
    """The code and the message of an error's body, without the keys that it says back."""
    code, message = read_code(parsed, *places, session.api.error)
    if message is None and (made.status or 0) >= 400:
        message = usual_message(parsed)
    code, message = (text and without_said_keys(session, made, text) for text in (code, message))
    return code, message


def _is_free(request: Request) -> bool:
    """Whether it asks and makes nothing: that costs nothing, whatever comes of it."""
    return request.route == "call" and request.method in ("GET", "HEAD")


def _redirected(made: Exchange, hint: str) -> str:
    """Where the server points to, before the hint."""
    location = made.headers.get("location")
    if not 300 <= (made.status or 0) < 400 or not location:
        return hint
    to = printable(location.partition("?")[0], 200)
    return f"the server points to {to}; {hint}"


def _hint(session: Session, made: Exchange, known: VendorCode | None, *, submits: bool) -> str:
    """What to do next, by the code and the status."""
    status, request = made.status or 0, made.request
    if status == 429 and made.hint is not None:
        return f"the server asks to wait {made.hint:.0f} s"
    return status_hint(
        status,
        kind=known.kind if known is not None else None,
        base_url=bare_url(session.settings.base_url),
        submits=submits,
        reads=request.method in ("GET", "HEAD"),
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
    again = failure is not None and failure.transient
    if made.request.route != "submit" and not facts.get("hint"):
        facts["hint"] = _hint_unanswered(made, again=again)
    if _is_free(made.request):
        facts["billed"] = "no"
    error = kind(
        f"{made.request.operation}: no answer ({printable(told, 500)})",
        **{"retryable": again, **facts},
    )
    error.__cause__ = failure.error if failure is not None else None
    return error


def _hint_unanswered(made: Exchange, *, again: bool) -> str:
    if not again:
        return "it would break off again: see what the message says"
    if made.trace.not_sent:
        return "nothing was sent: look at the line and the base URL, then try again"
    if _is_free(made.request):
        return "look at the line, then try again"
    return "it may have been done all the same: look before you try again"
