"""Plain calls: a request, its answer decoded; tried again only where that cannot do harm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from .answers import MISSING, Parsed
from .decoding import decode, decode_value
from .effects import Sleep
from .errors import APIError
from .exchanging import Exchange, Listener, backoff, exchange
from .models import Model
from .vendors import connection_error, status_error

if TYPE_CHECKING:
    from .effects import Core, Request
    from .operations import Answer, Operation
    from .session import Session

__all__ = ["LONGEST_HINT", "call", "decoded"]

T = TypeVar("T")

_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})
_PASSING = frozenset({408, 425, 429})
LONGEST_HINT = 120.0  # seconds: a server that asks for more gets an error instead of patience


def call(
    session: Session,
    operation: Operation[T],
    request: Request,
    timeout: float | None,
    listener: Listener | None = None,
) -> Core[T]:
    """Send a request and decode its answer.

    Raises:
        APIConnectionError: no answer came, up to the last retry.
        APIStatusError: the server answered with an error.
    """
    attempt = 0
    while True:
        made = yield from exchange(session, request, timeout, listener=listener)
        if made.succeeded:
            return cast("T", decoded(session, operation, made))
        pause, jitter = backoff(attempt, made.hint)
        if not _repeatable(request, made) or attempt >= session.max_retries or pause > LONGEST_HINT:
            raise call_error(session, made)
        session.log.logger.warning("%s: %s, trying again in %.1f s", operation.name, made, pause)
        yield Sleep(pause, jitter)
        attempt += 1


def _repeatable(request: Request, made: Exchange) -> bool:
    status = made.status
    if status is None or made.failure is not None:
        transient = made.failure is not None and made.failure.transient
        return transient and (request.method in _IDEMPOTENT or made.trace.not_sent)
    if request.method in _IDEMPOTENT:
        return status in _PASSING or status >= 500
    return status == 429


def call_error(session: Session, made: Exchange) -> APIError:
    """The exception for a call that did not succeed."""
    if made.status is None or (made.failure is not None and 200 <= made.status < 300):
        return connection_error(made, billed="no" if made.trace.not_sent else "unknown")
    return status_error(session, made, made.parsed(session))


def decoded(session: Session, operation: Operation[Any], made: Exchange) -> Any:
    """An answer as the type that the operation gives for it; bytes where it is not JSON."""
    content_type = made.headers.get("content-type", "")
    answer = pick(operation, made.status or 0, content_type)
    return typed(answer, made.content, session.settings.envelope, operation.name)


def typed(answer: Answer | None, content: bytes, envelope: str | None, name: str) -> Any:
    """A body as the type of an answer, read inside the envelope where it has one."""
    kind = answer.type() if answer is not None else Any
    if not content or kind is None or kind is type(None):
        return None
    if kind is bytes:
        return content
    parsed = Parsed(content, envelope)
    if not parsed.is_json:
        if kind is str:
            return content.decode("utf-8", "replace")
        raise APIError(f"{name}: the answer is not JSON: {content[:200]!r}")
    if parsed.inner is parsed.whole or parsed.inner is MISSING:
        return decode(content, kind)
    value = decode_value(parsed.inner, kind)
    if isinstance(value, Model):
        vars(value)["_raw"] = content
    return value


def pick(operation: Operation[Any], status: int, content_type: str) -> Answer | None:
    """The answer that the document gives for a status: exact, by range, else the default."""
    wanted = content_type.partition(";")[0].strip().lower()
    for key in (str(status), f"{status // 100}XX", "default"):
        found = [answer for answer in operation.answers if answer.status.upper() == key.upper()]
        if found:
            fitting = (one for one in found if one.content_type.lower() == wanted)
            return next(fitting, found[0])
    return None
