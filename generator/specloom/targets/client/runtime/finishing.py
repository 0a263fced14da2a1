"""From a job that has ended to what was paid for, or to the error that says why there is none."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from .answers import MISSING, Parsed, media_type, names_json, passes
from .calling import call_error
from .contents import PAGES, decoded, pick, success, typed
from .effects import Caught, now, wall
from .errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    JobError,
    JobFailedError,
    JobResultError,
    printable,
)
from .expiry import moment_of
from .hints import result_hint
from .operations import Result
from .polling import job_error, look
from .result_calls import ResultCall, asked, calls_of, is_further
from .vendors import make_error, read_code, usual_message

if TYPE_CHECKING:
    from .effects import Core, Request
    from .exchanging import Exchange
    from .records import Record

__all__ = ["Finished", "Link", "NoLink", "finish", "fresh_link", "last_answer"]

_WEB = re.compile(r"\s*https?://[^\s/]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One file of a result, as the answer names it, or that a call of the API answers with.

    `request` asks the API itself for it, with the key; `until` is when it is thrown away, in
    seconds since 1970.
    """

    index: int
    url: str = field(repr=False)  # without a request: whoever has it can fetch the file
    media_type: str | None
    request: Request | None = field(default=None, repr=False)
    until: float | None = None


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
    """A job that succeeded: the typed answer, its bytes, the value and the files in it.

    `until` is when its files are thrown away, in seconds since 1970.
    """

    record: Record
    answer: Any = field(repr=False)
    content: bytes = field(repr=False)
    value: Any = field(repr=False)
    links: tuple[Link, ...]
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one call for a result gave; of a file there is no answer to be read."""

    answer: Any
    parsed: Parsed
    content: bytes
    value: Any
    links: tuple[Link, ...]
    is_file: bool = False


def last_answer(record: Record) -> Any:
    """The last answer of a job, typed; None before the first."""
    if record.answered is None or not record.content:
        return None
    # A poll that no operation describes answers as the submit does, whatever its status.
    choose = pick if record.job.poll.operation is not None else success
    declared = choose(record.answered, record.code, "application/json")
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
    declared = record.job.result
    if declared is not None and declared.files and not finished.links and not declared.optional:
        raise _without_file(finished)
    return finished


def _is_untold(record: Record) -> bool:
    """Whether the submit's answer says `done` and names no file: a poll may name it."""
    declared = record.job.result
    if declared is None or record.seen:
        return False
    if is_further(declared):
        return record.sources(of_submit=False).lack(declared)
    parsed = record.parsed()
    has_value = declared.value is not None and parsed.first(declared.value) is not None
    if declared.optional and has_value:
        return False
    return bool(declared.files) and not _links(record, parsed)


def _finished(record: Record) -> Core[Finished]:
    declared = record.job.result or Result()
    answer, content = last_answer(record), record.content
    parsed = Parsed(content, record.session.settings.envelope)
    parts: list[_Part] = []
    value = answer if declared.value is None else parsed.first(declared.value)
    links = _links(record, parsed)
    if is_further(declared):
        calls, is_list = calls_of(record, declared)
        for one in calls:
            part = yield from _part(record, declared, one)
            parts.append(part)
        values = [part.value for part in parts]
        value = values if is_list else next(iter(values), None)
        links = tuple(link for part in parts for link in part.links)
        if parts and not is_list and not parts[0].is_file:
            answer, content = parts[0].answer, parts[0].content
    until = yield from _until(record, declared, [*(part.parsed for part in parts), parsed])
    return Finished(
        record=record,
        answer=answer,
        content=content,
        value=value,
        links=tuple(replace(link, index=at, until=until) for at, link in enumerate(links)),
        until=until,
    )


def _until(record: Record, declared: Result, answers: list[Parsed]) -> Core[float | None]:
    """When the files are thrown away: so long after the success, or as an answer says."""
    told: Any = declared.expires
    if isinstance(told, str):
        told = next((found for one in answers if (found := one.first(told)) is not None), None)
    if told is None:
        return None
    ago = (yield from now()) - record.since
    return moment_of(told, (yield from wall()) - ago)


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


def _part(record: Record, declared: Result, call: ResultCall) -> Core[_Part]:
    """Make one call for the result; a 4xx is the job's failure."""
    last, made = yield from asked(call)
    status = made.status or 0
    if not made.succeeded:
        refused = made.failure is None and not passes(status) and 400 <= status < 500
        raise _no_result(record, made, refused=refused)
    if made.left:
        link = _own_link(last, made)
        none = Parsed(b"")
        return _Part(answer=None, parsed=none, content=b"", value=None, links=(link,), is_file=True)
    answer, parsed = _fetched(record, last, made), made.parsed(record.session)
    return _Part(
        answer=answer,
        parsed=parsed,
        content=made.content,
        value=answer if declared.value is None else parsed.first(declared.value),
        links=_links(record, parsed),
    )


def _own_link(call: ResultCall, made: Exchange) -> Link:
    """The call itself is the file: asked for again, with the key where it is the API's own."""
    return Link(
        index=0,
        url=call.request(secured=False).url,
        media_type=media_type(made.headers.get("content-type", "")) or None,
        request=replace(call.request(), leaves=None, streamed=True) if call.is_own else None,
    )


def _fetched(record: Record, call: ResultCall, made: Exchange) -> Any:
    """The result call's answer, typed; as it came where it does not fit its type.

    Raises:
        JobResultError: it is not JSON, and should be.
    """
    kind, parsed = made.headers.get("content-type", ""), made.parsed(record.session)
    declared = call.answer(kind)
    is_file = declared is not None and not names_json(declared.content_type)
    if is_file and names_json(kind) and parsed.is_json:
        return parsed.inner  # a file was promised: a word about it came
    with Caught(Exception) as caught:
        if is_file and media_type(kind) in PAGES:
            raise ValueError(f"a web page ({media_type(kind)}) came instead of a file")
        return decoded(record.session, call.operation, made)
    if parsed.is_json:
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
    parsed = made.parsed(session)
    code, message = read_code(parsed, record.job.error, session.api.error)
    message = message or usual_message(parsed)
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
    if declared is not None and declared.optional:  # a text is no file, and leads nowhere
        named = [node for node in named if _WEB.match(node)]
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
