"""Submitting a job: at most one, however the line breaks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from .calling import LONGEST_HINT
from .effects import Caught, Sleep, call, now, wall
from .errors import APIError, SubmitUncertainError, printable
from .exchanging import Exchange, Listener, backoff, exchange
from .fates import Verdict, read_fate
from .logs import bare_url, redacted_headers
from .records import resuming
from .requests import unkeyed
from .vendors import connection_error, make_error, read_code, status_error, without_said_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .answers import Parsed
    from .bookkeeping import Entry
    from .effects import Core, Request
    from .errors import Billed
    from .operations import LifeCycle, Operation
    from .records import Guard
    from .session import Session

__all__ = ["Accepted", "Order", "submit"]


_HINT = "look in your account whether the job exists, and never just submit again; {}"


class Order(Struct, frozen=True, kw_only=True):
    """One submit to make: `key` is its idempotency key where the document declares one."""

    request: Request
    operation: Operation[Any]
    job: LifeCycle
    timeout: float | None
    guard: Guard
    deadline: float  # when trying again must have ended, on the monotonic clock
    token: Callable[[str, Exchange], str]  # of a job, by its id and the answer
    kept: Callable[[str], str]  # of a token, what the ledger may hold
    polled: Callable[[Exchange], str]  # where its one job is asked for, if no answer tells that
    key: str | None = None
    listener: Listener | None = None
    entry: Entry | None = None  # its row in the ledger

    def written(self, jobs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Jobs, id and token, as they are written into the ledger."""
        return tuple((job_id, self.kept(token)) for job_id, token in jobs)


class Accepted(Struct, frozen=True, kw_only=True):
    """The jobs that a submit has made; `exchange` may only have proven that they are there."""

    ids: tuple[str, ...]
    exchange: Exchange


class _Attempts(Struct, kw_only=True):
    """What has been tried so far: the first doubt outlives all later attempts."""

    session: Session
    order: Order
    tried: list[Exchange]
    told: APIError | None = None  # what this submit itself says

    def parsed(self, made: Exchange) -> Parsed:
        return made.parsed(self.session)

    def verdict(self, made: Exchange) -> Verdict:
        with Caught(Exception) as caught:
            order, parsed = self.order, self.parsed(made)
            verdict = read_fate(made, order.operation, order.job, parsed, order.polled)
            ids = tuple(unkeyed(self.session, one) for one in verdict.ids)
            verdict = replace(verdict, ids=tuple(dict.fromkeys(ids)))
            for job_id in verdict.ids:
                job_id.encode()  # half a surrogate pair names no job
            return verdict
        known = f"the server answered HTTP {made.status}, which cannot be read ({caught.error!r})"
        return Verdict(fate="uncertain", kind="unclear", known=printable(known, 500))

    @property
    def billed(self) -> Billed:
        """What a refusal costs; an earlier process may have created the job that it repeats."""
        entry = self.order.entry
        return "unknown" if entry is not None and entry.doubted else "no"

    def doubt(self) -> Exchange | None:
        """The first attempt of which nobody knows whether it created a job."""
        return next((made for made in self.tried if self.verdict(made).fate == "uncertain"), None)

    def jobs(self) -> tuple[tuple[str, str], ...]:
        """The jobs that were created, as far as their ids were read: id and token."""
        order = self.order
        return tuple(
            (job_id, order.token(job_id, made))
            for made in self.tried
            for job_id in self.verdict(made).ids
        )

    def repeatable(self, made: Exchange, verdict: Verdict) -> bool:
        """Whether the request may go out once more without a risk of a second job."""
        if self.order.request.spent:
            return False
        if verdict.fate == "not-sent":
            return made.failure is not None and made.failure.transient
        if verdict.fate == "not-taken":
            return True
        return verdict.fate == "uncertain" and self.order.key is not None

    def proven(self, made: Exchange, verdict: Verdict) -> bool:
        """Whether a refused repeat proves that an earlier attempt arrived."""
        idempotency = self.order.job.idempotency
        doubted = self.doubt() is not None or self.billed == "unknown"
        if idempotency is None or verdict.fate != "rejected" or not doubted:
            return False
        if idempotency.known is not None and not self.parsed(made).anywhere((idempotency.known,)):
            return False
        # A key or a path that is wrong proves nothing.
        return made.status == 409 or (idempotency.repeat == "refused" and made.status in (400, 422))

    def error(self) -> APIError:
        """The exception for all that was tried."""
        doubt, made = self.doubt(), self.tried[-1]
        if doubt is not None:
            return self.uncertain(doubt, self.verdict(doubt))
        if made.status is None:
            again = made.failure is not None and made.failure.transient
            hint = f"nothing was sent, so nothing was billed{': try again' if again else ''}"
            told = hint if self.billed == "no" else ""
            return connection_error(made, billed=self.billed, hint=told)
        paths = self.order.job.error
        facts: dict[str, Any] = {"billed": self.billed, "operation": self.order.operation}
        if made.hint is not None and self.verdict(made).fate == "not-taken":
            none = "no job was created; " if self.billed == "no" else ""
            facts["hint"] = f"{none}the server asks to wait {made.hint:.0f} s"
        return status_error(self.session, made, self.parsed(made), paths, **facts)

    def known_id(self) -> dict[str, str]:
        """Where the key is the job's id, the poll can ask for the job that nobody confirmed."""
        idempotency, key = self.order.job.idempotency, self.order.key
        return {"job_id": key} if idempotency is not None and idempotency.is_id and key else {}

    def uncertain(self, made: Exchange, verdict: Verdict, known: str = "") -> APIError:
        """The exception for an attempt of which nobody knows."""
        request = replace(
            made.request,
            url=bare_url(made.request.url),
            headers=redacted_headers(made.request.headers),
            # A file may be open, which no pickle takes; it tells nothing of what was sent.
            content=made.request.held or None,
        )
        code, message = None, None
        with Caught(Exception):  # an answer that cannot be looked into is kept all the same
            places = (self.order.job.error, self.session.api.error)
            code, message = read_code(self.parsed(made), *places)
        said = without_said_keys(self.session, made, f": {message}") if message else ""
        error = make_error(
            self.session,
            SubmitUncertainError,
            f"{made.request.operation} may have created a job that costs money{said}",
            code=code,
            request=request,
            fate=verdict.kind,
            status=made.status,
            headers=made.headers,
            body=made.content,
            known=known or f"{verdict.known} ({made})",
            request_id=made.request_id,
            retryable=False,
            **self.known_id(),
            **({"hint": _HINT.format(self.order.entry.hint)} if self.order.entry else {}),
        )
        error.__cause__ = made.failure.error if made.failure is not None else None
        return error


def submit(session: Session, order: Order) -> Core[Accepted]:
    """Submit a job.

    Args:
        session: the client's session.
        order: what to submit; its guard learns the ids of what comes of it.

    Raises:
        SubmitUncertainError: nobody knows whether there is a job; it is not sent again.
        APIConnectionError: no byte was sent, up to the last retry.
        APIStatusError: the server refused, or had no room up to the last retry.
    """
    attempts = _Attempts(session=session, order=order, tried=[])
    try:
        return (yield from _attempt(attempts))
    except BaseException as error:
        # Not by its class: a callback of the user's may raise an error of this client too.
        if error is attempts.told:
            yield from _concluded(attempts, error)
        else:  # an interruption does not wait, and a core that is being closed must not
            _conclude(attempts, error)
            _explain(attempts, error)
        raise


def _concluded(attempts: _Attempts, error: BaseException) -> Core[None]:
    """Write into the ledger how a submit ended, and once more where that is interrupted."""
    try:
        yield from call(partial(_conclude, attempts, error))
    except BaseException:
        _conclude(attempts, error)
        raise


def _conclude(attempts: _Attempts, error: BaseException) -> None:
    """Write into the ledger how a submit ended that gave no job, or was interrupted."""
    entry, moment = attempts.order.entry, attempts.session.clock.wall()
    if entry is None:
        return
    jobs = attempts.jobs()
    if jobs:
        entry.learn(attempts.order.written(jobs), moment)
    else:
        entry.conclude(error, moment, uncertain=attempts.doubt() is not None)


def _attempt(attempts: _Attempts) -> Core[Accepted]:
    session, order, waited = attempts.session, attempts.order, 0.0
    for attempt in range(session.max_retries + 1):
        if attempt > 0:  # the first has had its turn
            yield from session.submits.wait()
        made = yield from _asked(attempts)
        verdict = attempts.verdict(made)
        if verdict.fate == "job":
            return (yield from _learnt(order, Accepted(ids=verdict.ids, exchange=made), session))
        if attempts.proven(made, verdict):
            return (yield from _learnt(order, _arrived(attempts, made), session))
        if not attempts.repeatable(made, verdict) or attempt == session.max_retries:
            break
        pause, jitter = backoff(attempt, made.hint)
        waited += pause
        if waited > LONGEST_HINT or (yield from now()) + pause > order.deadline:
            break
        session.log.logger.warning(
            "%s: %s, trying again in %.1f s", order.request.operation, made, pause
        )
        yield Sleep(pause, jitter)
    attempts.told = attempts.error()
    raise attempts.told


def _asked(attempts: _Attempts) -> Core[Exchange]:
    """Send the request once; where no token is to be had for it, what came before is told."""
    order, sent = attempts.order, len(attempts.tried)
    try:
        return (
            yield from exchange(
                attempts.session, order.request, order.timeout, attempts.tried, order.listener
            )
        )
    except APIError as error:
        if len(attempts.tried) > sent:  # it is of a listener
            raise
        if attempts.doubt() is None:
            attempts.told, error.billed = error, attempts.billed
            raise
        attempts.told = attempts.error()
        raise attempts.told from error


def _learnt(order: Order, accepted: Accepted, session: Session) -> Core[Accepted]:
    """Pass the ids on the moment they are read: from here on, no fault loses them."""
    jobs = [(job_id, order.token(job_id, accepted.exchange)) for job_id in accepted.ids]
    order.guard.learn(jobs)
    for job_id in accepted.ids:
        said = printable(job_id, 200)
        session.log.logger.info("%s: created job %s", order.request.operation, said)
    if order.entry is not None:
        moment = yield from wall()
        yield from call(partial(order.entry.learn, order.written(jobs), moment))
    return accepted


def _arrived(attempts: _Attempts, made: Exchange) -> Accepted:
    """The repeat was refused since the first arrived: its job is known where its key is its id."""
    order = attempts.order
    if order.job.idempotency is not None and order.job.idempotency.is_id and order.key is not None:
        return Accepted(ids=(order.key,), exchange=made)
    doubt = attempts.doubt() or made
    known = f"the server refused a repeat with the same key (HTTP {made.status}): the first arrived"
    attempts.told = attempts.uncertain(doubt, attempts.verdict(doubt), known)
    raise attempts.told


def _explain(attempts: _Attempts, error: BaseException) -> None:
    """Leave word of the money when something else interrupts a submit: the interruption goes on.

    The note stands in the traceback, the uncertainty is the interruption's cause, and both are
    logged, because whoever catches an interruption seldom reads it.
    """
    logger, name = attempts.session.log.logger, attempts.order.request.operation
    jobs = attempts.jobs()
    doubt = attempts.doubt()
    if jobs:
        lines = ", ".join(f"{resuming(token)}.wait()" for _, token in jobs)
        note = f"{name} was interrupted after it created a job; {lines} resumes it"
    elif doubt is not None:
        uncertain = attempts.uncertain(doubt, attempts.verdict(doubt))
        error.__cause__ = error.__cause__ or uncertain
        note = f"{name} was interrupted: {uncertain}"
    else:
        return
    error.add_note(note)
    logger.error("%s", note)
