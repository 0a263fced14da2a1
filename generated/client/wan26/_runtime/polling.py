"""Following a job to its end; whatever happens on the line, it is not lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from .answers import Parsed, passes
from .bookkeeping import note_state
from .contents import names_file, success
from .effects import Emit, Notify, Sleep, now
from .errors import (
    APIError,
    ConfigurationError,
    InvalidRequestError,
    JobCancelledError,
    JobError,
    JobExpiredError,
    JobFailedError,
    JobMissingError,
    JobTimeoutError,
    printable,
)
from .exchanging import Exchange, exchange
from .hints import OF_THE_KEY, elsewhere_hint, ended_hint, poll_hint
from .logs import bare_url
from .records import FINAL, Update, update_of
from .requests import follow_up
from .settings import same_origin
from .vendors import make_error, read_code, status_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .effects import Core, Effect, Request
    from .operations import LifeCycle, State, Word
    from .records import Record

__all__ = [
    "begin",
    "deadline_of",
    "emitting",
    "follow",
    "job_error",
    "judge",
    "look",
    "telling",
    "unkeyed_hint",
]

_GROWTH, _CEILING, _JITTER = 1.5, 6.0, 0.1
_LEAST = 1.0  # seconds that a poll gets at least, however near the deadline is

_OUTCOMES: dict[str, tuple[type[JobError], str]] = {
    "failed": (JobFailedError, "failed"),
    "cancelled": (JobCancelledError, "was cancelled"),
    "expired": (JobExpiredError, "has expired"),
    "missing": (JobMissingError, "is not found by the server"),
}


def judge(job: LifeCycle, status: int, parsed: Parsed) -> tuple[State | None, Word | None]:
    """The state and the vendor's word in a poll's answer: rules first, then 404, then the words.

    What is no 2xx speaks of the call and not of the job (`{"status": "failed"}` under a 401 or a
    502 is common), unless a rule names its status.
    """
    heard = 200 <= status < 300
    state, word = worded(job, parsed) if heard else (None, None)
    for rule in job.rules:
        by_code = heard if rule.code is None else rule.code == status
        if by_code and (rule.when is None or parsed.nodes(rule.when)):
            return rule.state, word
    return ("missing", None) if status == 404 else (state, word)


def worded(job: LifeCycle, parsed: Parsed) -> tuple[State | None, Word | None]:
    """The state and the vendor's word by the words alone: all that counts in a submit's answer."""
    word = parsed.first(job.status)
    if not isinstance(word, str | int | float):
        return None, None
    for state, words in job.states.items():
        # True equals 1, and is another word.
        if any(type(word) is type(known) and word == known for known in words):
            return state, word
    return None, word


def begin(record: Record, made: Exchange) -> None:
    """Take what the submit's answer tells: a job may be finished at once, where it is alone."""
    state, word = worded(record.job, made.parsed(record.session)) if record.alone else (None, None)
    _keep(record, made)
    record.request_id = made.request_id
    record.move(state or "queued", word, record.started)
    record.heard = None if word is None else record.started


def _keep(record: Record, made: Exchange) -> None:
    """Keep an answer, as the last one."""
    record.content, record.code = made.content, made.status or 0
    record.headers, record.asked = made.headers, made.request.url
    record.file = made.request if made.left else None


def take(record: Record, made: Exchange, moment: float) -> None:
    """Take what a poll's answer tells of a job."""
    parsed = made.parsed(record.session)
    state, word = judge(record.job, made.status or 0, parsed)
    if state == "missing" and record.given_up and not record.final:
        state = "cancelled"  # by us, and then it was thrown away
    if state == "succeeded" and record.refusal is not None:
        state = "failed"  # so said the call for its result
    if record.final and state not in FINAL:
        # What is done stays done: links are refreshed from answers that say so, and no others.
        record.session.log.once(f"{record.operation.name}: a finished job runs backwards: {word!r}")
        return
    if state is None and word is not None:
        text = printable(repr(word), 100)
        record.session.log.once(f"{record.operation.name}: unknown status {text}: waiting goes on")
    if state is not None and _backwards(record.state, state):
        record.session.log.once(f"{record.operation.name}: a job ran backwards, to {state}")
    _keep(record, made)
    record.request_id = made.request_id or record.request_id
    record.seen = record.seen or state != "missing"
    # An answer that says nothing of the job takes nothing back, but that it was not found.
    if state is not None or word is not None or record.state == "missing":
        record.move(state, word, moment)


def _backwards(before: State | None, state: State) -> bool:
    return before == "running" and state == "queued"


def look(record: Record, timeout: float | None) -> Core[float | None]:
    """Poll once; gives the seconds that the server asks to wait before the next poll.

    Whatever passes (429, 5xx, a broken line, a body that is not JSON) leaves the record as it was.

    Raises:
        APIStatusError: the server refuses to tell; the job may go on.
        ConfigurationError: the URL to poll is none that can be asked.
    """
    session = record.session
    yield from session.polls.wait()
    request = _poll(record)
    made = yield from exchange(session, request, timeout, listener=record.listener)
    record.quiet = None if made.hint is None else (yield from now()) + made.hint
    parsed, status = made.parsed(session), made.status
    if made.failure is not None and not made.failure.transient and made.trace.not_sent:
        raise record.misled(f"cannot be asked for: {made}") from made.failure.error
    if made.failure is not None or status is None:
        _pass_over(record, made, str(made))
        return made.hint
    if _tells(record.job, made, parsed):
        moment = yield from now()
        record.answered = record.job.poll.operation or record.operation
        take(record, made, moment)
        _remark(record, made, parsed, moment)
        yield from note_state(record)
    elif made.succeeded or passes(status):
        _pass_over(record, made, f"{made}, not JSON" if made.succeeded else str(made))
    else:
        hint = unkeyed_hint(record, made) or poll_hint(
            status, record.resume_line, ended=record.final
        )
        facts = {"hint": hint, "operation": record.job.poll.operation, **record.facts()}
        raise status_error(session, made, parsed, record.job.error, **facts)
    return made.hint


def unkeyed_hint(record: Record, made: Exchange) -> str:
    """What to do after a refusal of another server, which gets no key; empty after others."""
    base_url, url = record.session.settings.url_of(record.operation), made.request.url
    if made.status not in OF_THE_KEY or same_origin(url, base_url):
        return ""
    return elsewhere_hint(bare_url(url), bare_url(base_url), record.resume_line)


def _poll(record: Record) -> Request:
    """The request that asks how a job stands.

    Raises:
        ConfigurationError: nobody knows where to ask.
    """
    job = record.job
    if job.poll.operation is None and record.url is None:
        raise ConfigurationError(
            f"where job {printable(record.id, 200)} is asked for is not told by its id",
            hint="resume it by its token",
        )
    request = _bound(record)
    if not any(rule.when is None and rule.code is not None for rule in job.rules):
        return request
    # A status alone may tell the end, and then the body may be what was paid for.
    operation = job.poll.operation or record.operation
    looked_into = bool(job.status) or any(rule.when is not None for rule in job.rules)

    def leaves(headers: Mapping[str, str]) -> bool:
        kind = headers.get("content-type", "")
        return names_file(success(operation, 200, kind), kind, looked_into=looked_into)

    return replace(request, leaves=leaves)


def _bound(record: Record) -> Request:
    """The poll's request, of what the submit told.

    Raises:
        ConfigurationError: it told what cannot be sent, or nothing.
    """
    poll = record.job.poll
    body = record.sources(of_submit=True).body(poll)
    try:
        return follow_up(record.session, poll, record.url, record.parameters, body)
    except InvalidRequestError as error:
        raise record.misled(f"cannot be asked for: {error.message}") from error


def _tells(job: LifeCycle, made: Exchange, parsed: Parsed) -> bool:
    """Whether an answer tells how the job stands."""
    ruled = judge(job, made.status or 0, parsed)[0] is not None
    if made.left:
        return ruled
    if made.succeeded and made.status == 200:
        # A page of a gateway under 200 is no answer, whatever a rule says of 200.
        return parsed.is_json or (ruled and not made.content)
    return ruled or made.succeeded


def _pass_over(record: Record, made: Exchange, what: str) -> None:
    record.session.log.logger.warning("%s: %s, polling goes on", made.request.operation, what)
    record.puzzled(what, made.content)


def _remark(record: Record, made: Exchange, parsed: Parsed, moment: float) -> None:
    if judge(record.job, made.status or 0, parsed) != (None, None):
        record.understood(moment)
        return
    # Its message is not told: servers say prompts back.
    code, _ = read_code(parsed, record.job.error, record.session.api.error)
    said = f" (it says {printable(code, 100)})" if code else ""
    record.session.log.once(f"{record.operation.name}: an answer without a status{said}")
    record.puzzled(f"{made}, without a status{said}", made.content)


def follow(
    record: Record, timeout: float | None, tell: Callable[[Update], Effect] | None
) -> Core[None]:
    """Poll until the job has ended or time is up.

    Args:
        record: the job.
        timeout: seconds; None is what the document says.
        tell: makes the effect that tells an update; None tells nobody.

    Raises:
        JobTimeoutError: time is up; the job goes on.
        JobMissingError: the server does not find it.
    """
    with record.guarded():
        yield from _follow(record, timeout, tell)


def deadline_of(record: Record, timeout: float | None) -> Core[float]:
    """When time is up for a job, by the monotonic clock; None is what the document says."""
    return (yield from now()) + (record.job.timeout if timeout is None else timeout)


def _follow(
    record: Record, timeout: float | None, tell: Callable[[Update], Effect] | None
) -> Core[None]:
    moment, deadline = (yield from now()), (yield from deadline_of(record, timeout))
    interval, quiet = record.job.interval, record.quiet
    hint = None if quiet is None or quiet <= moment else quiet - moment
    if record.state is not None and tell is not None:
        yield tell(update_of(record, moment))
    # A job that was submitted just now gets its first interval; one that was resumed, or submitted
    # long enough ago, is asked at once.
    is_fresh = record.state is not None and not record.seen and moment < record.started + interval
    wait = hint is not None or (is_fresh and quiet is None)
    while not record.final:
        if wait:
            pause, jitter = _pause(interval, hint)
            interval = min(interval * _GROWTH, record.job.interval * _CEILING)
            left = max(0.0, deadline - moment)
            yield Sleep(pause, jitter) if pause < left else Sleep(left)
        wait = True
        moment = yield from now()
        left = max(deadline - moment, _LEAST)
        hint = yield from look(
            record, left if record.timeout is None else min(record.timeout, left)
        )
        moment = yield from now()
        if tell is not None:
            yield tell(update_of(record, moment))
        if record.state == "missing":
            raise job_error(record)
        if moment >= deadline and not record.final:
            raise _timed_out(record, moment)


def _pause(interval: float, hint: float | None) -> tuple[float, float]:
    """Seconds before the next poll, and the share that chance may take; `0` asks for no storm."""
    return (interval, _JITTER) if hint is None else (max(hint, min(interval, _LEAST)), 0.0)


def telling(callback: Callable[[Update], Any] | None) -> Callable[[Update], Effect] | None:
    """How a callback is told; None where there is none."""
    return None if callback is None else lambda update: Notify(callback, update)


def emitting(update: Update) -> Effect:
    """How who iterates is told."""
    return Emit(update)


def _timed_out(record: Record, moment: float) -> APIError:
    status = printable(record.status, 100) if record.status is not None else "unknown"
    return make_error(
        record.session,
        JobTimeoutError,
        f"job {printable(record.id, 200)} has not ended after {moment - record.started:.0f} s "
        f"(last status: {status}{_trouble(record, moment)}); it goes on",
        job=record.handle,
        job_id=record.id,
        answer=record.odd or record.content,
        request_id=record.request_id,
        retryable=True,
        hint=f"{record.resume_line}.wait() waits on; submitting again would be billed again",
    )


def _trouble(record: Record, moment: float) -> str:
    """Since when, and why, nothing is known of a job; empty where its last poll told."""
    if not record.troubled:
        return ""
    ago = f", {moment - record.heard:.0f} s ago" if record.heard is not None else ""
    polls = "poll" if record.troubled == 1 else f"{record.troubled} polls"
    return f"{ago}; the last {polls} did not tell the state: {record.trouble}"


def job_error(record: Record) -> APIError:
    """The exception for a job that ended without a result."""
    kind, what = _OUTCOMES[record.state or "failed"]
    code, message = read_code(record.parsed(), record.job.error)
    if code is None and message is None and record.submitted:
        submitted = Parsed(record.submitted, record.session.settings.envelope)
        code, message = read_code(submitted, record.job.error)
    known = record.session.api.error_codes.get(code) if code is not None else None
    facts: dict[str, Any] = {"hint": ended_hint(known.kind if known is not None else None)}
    if record.state == "missing":
        facts = {
            "retryable": True,
            "hint": f"it may be found later: {record.resume_line}.wait() resumes it",
        }
    return make_error(
        record.session,
        kind,
        f"job {printable(record.id, 200)} {what}" + (f": {message}" if message else ""),
        code=code,
        answer=record.content,
        request_id=record.request_id,
        **{**record.facts(), **facts},
    )
