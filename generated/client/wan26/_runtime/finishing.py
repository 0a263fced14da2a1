"""From a job that has ended to what was paid for, or to the error that says why there is none."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from .answers import MISSING, Parsed, passes
from .binding import bind
from .calling import call_error
from .contents import decoded, pick, typed
from .effects import Caught, Sleep
from .errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    JobError,
    JobFailedError,
    JobResultError,
    printable,
)
from .exchanging import Exchange, backoff, exchange
from .hints import result_hint
from .operations import Result, Step
from .polling import job_error, look
from .requests import follow_up
from .vendors import make_error, read_code

if TYPE_CHECKING:
    from .effects import Core
    from .operations import Operation
    from .records import Record

__all__ = ["Finished", "Link", "NoLink", "finish", "fresh_link", "last_answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One file of a result, as the answer names it."""

    index: int
    url: str = field(repr=False)  # whoever has it can fetch the file
    media_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoLink:
    """No fresh link was to be had: why that failed, whether it passes, what to do.

    All of it is empty where the server was asked and has no other.
    """

    why: str = ""
    retryable: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A job that succeeded: the typed answer, its bytes, the value and the files in it."""

    record: Record
    answer: Any = field(repr=False)
    content: bytes = field(repr=False)
    value: Any = field(repr=False)
    links: tuple[Link, ...]


def last_answer(record: Record) -> Any:
    """The last answer of a job, typed; None before the first."""
    if record.answered is None or not record.content:
        return None
    declared = pick(record.answered, 200, "application/json")
    envelope, name = record.session.settings.envelope, record.operation.name
    with Caught(Exception) as caught:
        return typed(declared, record.content, envelope, name)
    # What is paid for is handed out, typed or not.
    return _untyped(record, record.content, caught.error)


def _untyped(record: Record, content: bytes, error: BaseException | None) -> Any:
    """The plain value of an answer that could not be typed; its text where it is not JSON."""
    session = record.session
    session.log.logger.warning(
        "%s: an answer is given as it came: %s", record.operation.name, printable(error, 500)
    )
    value = Parsed(content, session.settings.envelope).inner
    return content.decode("utf-8", "replace") if value is MISSING else value


def finish(record: Record) -> Core[Finished]:
    """What a job that has ended came to.

    Raises:
        JobFailedError: it failed; other classes of JobError say what else it came to.
        JobResultError: it succeeded, and the answer holds no file where there must be one.
    """
    if record.state == "succeeded" and _is_untold(record):
        yield from look(record, record.timeout)
    if record.state != "succeeded":
        raise job_error(record)
    finished = yield from _finished(record)
    if record.job.result is not None and record.job.result.files and not finished.links:
        raise _without_file(finished)
    return finished


def _is_untold(record: Record) -> bool:
    """Whether the submit's answer says `done` and names no file: a poll may name it."""
    declared = record.job.result
    if declared is None or not declared.files or declared.operation is not None:
        return False
    return record.answered is record.operation and not _links(record, record.parsed())


def _finished(record: Record) -> Core[Finished]:
    declared = record.job.result or Result()
    answer, content = last_answer(record), record.content
    if declared.operation is not None:
        made = yield from _fetch(record, declared)
        answer, content = _fetched(record, declared.operation, made), made.content
    parsed = Parsed(content, record.session.settings.envelope)
    value = answer if declared.value is None else parsed.first(declared.value)
    links = _links(record, parsed)
    return Finished(record=record, answer=answer, content=content, value=value, links=links)


def _without_file(finished: Finished) -> APIError:
    record = finished.record
    again = f", and asking again failed: {record.trouble}" if record.trouble else ""
    return make_error(
        record.session,
        JobResultError,
        f"job {printable(record.id, 200)} succeeded, but its answer names no file{again}",
        answer=finished.content,
        request_id=record.request_id,
        retryable=bool(again),
        **record.facts(),
        hint=f"the answer is at .answer; {record.resume_line}.wait() asks again",
    )


def _fetch(record: Record, declared: Result) -> Core[Exchange]:
    """Make the result call; what passes is tried again, a 4xx is the job's failure."""
    session, attempt = record.session, 0
    step = Step(operation=declared.operation, parameters=declared.parameters, body=declared.body)
    parameters = bind(step.parameters, record.id, record.parsed())
    while True:
        request = follow_up(session, step, None, parameters)
        made = yield from exchange(session, request, record.timeout, listener=record.listener)
        status = made.status or 0
        passing = made.failure is not None or passes(status)
        if made.succeeded:
            return made
        if not passing or attempt >= session.max_retries:
            raise _no_result(record, made, refused=not passing and 400 <= status < 500)
        yield Sleep(*backoff(attempt, made.hint))
        attempt += 1


def _fetched(record: Record, operation: Operation[Any], made: Exchange) -> Any:
    """The result call's answer, typed; as it came where it does not fit its type.

    Raises:
        JobResultError: it is not JSON, and should be.
    """
    with Caught(Exception) as caught:
        return decoded(record.session, operation, made)
    if made.parsed(record.session).is_json:
        return _untyped(record, made.content, caught.error)
    error = make_error(
        record.session,
        JobResultError,
        f"job {printable(record.id, 200)} succeeded, but its result cannot be read: "
        f"{printable(caught.error, 500)}",
        answer=made.content,
        request_id=made.request_id,
        hint=f"the answer is at .answer; {record.resume_line}.result() asks again",
        **record.facts(),
    )
    raise error from caught.error


def _no_result(record: Record, made: Exchange, *, refused: bool) -> APIError:
    session, line = record.session, record.resume_line
    if not refused:
        error = call_error(session, made)
        error.job, error.job_id, error.token = record.handle, record.id, record.token
        error.billed = record.billed
        again = f"the job is done: {line}.result() asks for its result again"
        is_redirect = 300 <= (made.status or 0) < 400
        error.hint = f"{error.hint}; {again}" if is_redirect else again
        return error
    code, message = read_code(made.parsed(session), record.job.error, session.api.error)
    return make_error(
        session,
        JobFailedError,
        f"job {printable(record.id, 200)} has no result: {message or made}",
        code=code,
        answer=made.content,
        request_id=made.request_id,
        hint=result_hint(made.status or 0, line),
        **record.facts(),
    )


def _links(record: Record, parsed: Parsed) -> tuple[Link, ...]:
    declared = record.job.result
    nodes = parsed.nodes(declared.files) if declared is not None else []
    where = record.session.settings.base_url + "/"
    named = [node for node in nodes if isinstance(node, str) and node.strip()]
    return tuple(_link(where, index, node) for index, node in enumerate(named))


def _link(where: str, index: int, node: str) -> Link:
    """A link made absolute; one that is no URL stays as it came, and spoils no other."""
    with Caught(ValueError):
        url = urljoin(where, node)
        return Link(index=index, url=url, media_type=mimetypes.guess_type(urlsplit(url).path)[0])
    return Link(index=index, url=node, media_type=None)


def fresh_link(record: Record, index: int, timeout: float | None) -> Core[Link | NoLink]:
    """Poll once for a fresh link to a file; says why there is none to be had."""
    try:
        yield from look(record, timeout)
        if record.trouble:  # by this poll: one that tells how the job stands ends it
            return NoLink(why=record.trouble, retryable=True)
        finished = yield from finish(record)
    except (APIConnectionError, APIStatusError, JobError) as error:
        return _no_link(error)
    found = (link for link in finished.links if link.index == index)
    return next(found, NoLink())


def _no_link(error: APIError) -> NoLink:
    why = f"HTTP {error.status_code}" if isinstance(error, APIStatusError) else error.message
    passing = error.retryable and not isinstance(error, JobError)
    return NoLink(why=why, retryable=passing, hint=error.hint)
