"""Plain calls: a request, its answer decoded; tried again only where that cannot do harm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from .answers import passes
from .contents import decoded
from .effects import Sleep
from .exchanging import Exchange, Listener, backoff, exchange
from .vendors import connection_error, status_error

if TYPE_CHECKING:
    from .effects import Core, Request
    from .errors import APIError
    from .operations import Operation
    from .session import Session

__all__ = ["LONGEST_HINT", "answered", "call", "call_error", "repeatable"]

T = TypeVar("T")

_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})
LONGEST_HINT = 120.0  # seconds: a server that asks for more gets an error instead of patience


def call(
    session: Session,
    operation: Operation[T],
    request: Request,
    timeout: float | None,
    listener: Listener | None = None,
) -> Core[T]:
    """Send a request and decode its answer; see `answered`."""
    made = yield from answered(session, operation, request, timeout, listener)
    return cast("T", decoded(session, operation, made))


def answered(
    session: Session,
    operation: Operation[Any],
    request: Request,
    timeout: float | None,
    listener: Listener | None = None,
    *,
    once: bool = False,
) -> Core[Exchange]:
    """Send a request until it succeeds; the body of a streamed answer is still to come.

    What costs money is sent `once`: again only where no byte of it was sent.

    Raises:
        APIConnectionError: no answer came, up to the last retry.
        APIStatusError: the server answered with an error.
    """
    attempt = 0
    while True:
        made = yield from exchange(session, request, timeout, listener=listener)
        if made.succeeded:
            return made
        pause, jitter = backoff(attempt, made.hint)
        again = repeatable(request, made, once=once) and pause <= LONGEST_HINT
        if not again or attempt >= session.max_retries:
            raise call_error(session, made, operation)
        session.log.logger.warning("%s: %s, trying again in %.1f s", operation.name, made, pause)
        yield Sleep(pause, jitter)
        attempt += 1


def repeatable(request: Request, made: Exchange, *, once: bool = False) -> bool:
    """Whether a request may be sent again without harm; `once` as in `answered`."""
    status = made.status
    if request.spent or (once and not made.trace.not_sent):
        return False
    if status is None or made.failure is not None:
        transient = made.failure is not None and made.failure.transient
        return transient and (request.method in _IDEMPOTENT or made.trace.not_sent)
    if request.method in _IDEMPOTENT:
        return passes(status)
    return status == 429


def call_error(
    session: Session, made: Exchange, operation: Operation[Any] | None = None
) -> APIError:
    """The exception for a call that failed, with the answer that `operation` gives for it."""
    if made.status is None or (made.failure is not None and 200 <= made.status < 300):
        return connection_error(made, billed="no" if made.trace.not_sent else "unknown")
    return status_error(session, made, made.parsed(session), operation=operation)
