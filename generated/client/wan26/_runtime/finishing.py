"""From a job that has ended to what was paid for, or to the error that says why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from .answers import MISSING, Parsed, media_type, names_json, passes
from .bookkeeping import note_state
from .calling import call_error
from .contents import PAGES, decoded, pick, success, typed
from .discretion import Discreet
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
from .file_links import Link, NoLink, links_of
from .hints import OF_THE_KEY, result_hint
from .operations import Result
from .polling import job_error, look, unkeyed_hint
from .requests import unkeyed
from .result_calls import ResultCall, asked, calls_of, is_further
from .vendors import make_error, read_code, usual_message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .effects import Core, Request
    from .exchanging import Exchange
    from .operations import State
    from .records import Record

__all__ = ["Finished", "Link", "NoLink", "finish", "fresh_link", "gap_error", "last_answer"]


class Finished(Discreet, Struct, frozen=True, kw_only=True):
    """A job that succeeded: the typed answer, its bytes, the value and the files in it.

    `until` is when its files are thrown away, in seconds since 1970; `gaps` are the places of the
    calls that gave nothing of it, and why.
    """

    unsaid = ("answer", "content", "value")

    record: Record
    answer: Any
    content: bytes
    value: Any
    links: tuple[Link, ...]
    until: float | None = None
    gaps: Mapping[int, APIError] = {}
    called: int = 0  # so many calls were made for it


class _Part(Struct, frozen=True, kw_only=True):
    """What one call for a result gave; of a file there is no answer to be read."""

    answer: Any
    parsed: Parsed
    content: bytes
    value: Any
    links: tuple[Link, ...]
    is_file: bool = False


_NONE = _Part(answer=None, parsed=Parsed(b""), content=b"", value=None, links=())


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


def finish(record: Record, deadline: float | None = None) -> Core[Finished]:
    """What a job that has ended came to.

    Args:
        record: the job.
        deadline: until when calls for its result are tried again, by the monotonic clock.

    Raises:
        JobFailedError: it failed; other classes of JobError say what else it came to.
        JobResultError: it succeeded, and the answer holds no file where there must be one.
    """
    if record.state == "succeeded" and _is_untold(record):
        yield from look(record, record.timeout)
    if record.state != "succeeded" and record.refusal is None:
        raise job_error(record)
    finished = yield from _finished(record, deadline)
    if record.refusal is not None:  # asked again, and no longer refused
        yield from _judged(record, "succeeded", None)
    declared = record.job.result
    if declared is not None and declared.files and not finished.links and not declared.optional:
        raise _without_file(record, finished.content)
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
    return bool(declared.files) and not links_of(record, parsed)


def _finished(record: Record, deadline: float | None) -> Core[Finished]:
    declared = record.job.result or Result()
    answer, content = last_answer(record), record.content
    parsed = Parsed(content, record.session.settings.envelope)
    parts: list[_Part] = []
    gaps: Mapping[int, APIError] = {}
    value = answer if declared.value is None else parsed.first(declared.value)
    links = links_of(record, parsed)
    if record.file is not None and not is_further(declared):
        links = (_polled_link(record, record.file),)
    if is_further(declared):
        calls, is_list = calls_of(record, declared)
        parts, gaps = yield from _called(record, declared, calls, deadline)
        values = [part.value for part in parts]
        value = values if is_list else next(iter(values), None)
        links = _numbered(parts)
        if parts and not is_list and not parts[0].is_file:
            answer, content = parts[0].answer, parts[0].content
    until = yield from _until(record, declared, [*(part.parsed for part in parts), parsed])
    return Finished(
        record=record,
        answer=answer,
        content=content,
        value=value,
        links=tuple(replace(link, until=until) for link in links),
        until=until,
        gaps=gaps,
        called=len(parts),
    )


def _numbered(parts: list[_Part]) -> tuple[Link, ...]:
    """The links of all parts; the file of one has the same number where another part is missing."""
    if all(len(part.links) <= 1 for part in parts):
        return tuple(
            replace(link, index=at) for at, part in enumerate(parts) for link in part.links
        )
    links = (link for part in parts for link in part.links)
    return tuple(replace(link, index=at) for at, link in enumerate(links))


def _called(
    record: Record, declared: Result, calls: tuple[ResultCall, ...], deadline: float | None
) -> Core[tuple[list[_Part], Mapping[int, APIError]]]:
    """What the calls for a result give; what some do not give keeps back nothing of the others.

    Raises:
        APIError: none of them gives anything.
    """
    parts: list[_Part] = []
    gaps: dict[int, APIError] = {}
    refusals: list[bytes] = []
    for place, one in enumerate(calls):
        try:
            parts.append((yield from _part(record, declared, one, deadline, refusals)))
        except APIError as error:
            gaps[place] = error
            parts.append(_NONE)
    if not gaps or len(gaps) < len(calls):
        return parts, gaps
    if len(refusals) == len(calls):
        yield from _judged(record, "failed", refusals[0])
    passing = (one for one in gaps.values() if not isinstance(one, JobFailedError))
    raise next(passing, gaps[0])


def _until(record: Record, declared: Result, answers: list[Parsed]) -> Core[float | None]:
    """When the files are thrown away: so long after the success, or as an answer says."""
    told: Any = declared.expires
    if isinstance(told, str):
        told = next((found for one in answers if (found := one.first(told)) is not None), None)
    if told is None:
        return None
    ago = (yield from now()) - record.since
    return moment_of(told, (yield from wall()) - ago)


def _without_file(record: Record, content: bytes, made: Exchange | None = None) -> APIError:
    again = f", and asking again failed: {record.trouble}" if record.trouble else ""
    why = f"its answer names no file{again}"
    if made is not None:
        why = f"the call for its result gives no file (HTTP {made.status}, and nothing in it)"
    return make_error(
        record.session,
        JobResultError,
        f"job {printable(record.id, 200)} succeeded, but {why}",
        answer=content,
        request_id=record.request_id,
        retryable=bool(again) or made is not None,
        **record.facts(),
        hint=f"the answer is at .answer; {record.resume_line}.wait() asks again",
    )


def gap_error(finished: Finished, result: Any) -> APIError:
    """The exception for a result of which some parts are missing; it carries the others."""
    record, gaps = finished.record, finished.gaps
    missing = ", ".join(str(place + 1) for place in gaps)
    first = next(iter(gaps.values()))
    error = make_error(
        record.session,
        JobResultError,
        f"job {printable(record.id, 200)} succeeded, but not all of its result is there: "
        f"part {missing} of {finished.called}: {first.message}",
        answer=finished.content,
        request_id=first.request_id,
        retryable=any(one.retryable for one in gaps.values()),
        hint=f"the other parts are at .result; {record.resume_line}.result() asks again for all",
        **record.facts(),
    )
    if isinstance(error, JobResultError):
        error.result = result
    return error


def _part(
    record: Record,
    declared: Result,
    call: ResultCall,
    deadline: float | None,
    refusals: list[bytes],
) -> Core[_Part]:
    """Make one call for the result; a 4xx is a refusal, unless it is about the key."""
    last, made = yield from asked(call, deadline)
    status = made.status or 0
    if not made.succeeded:
        refused = made.failure is None and not passes(status) and 400 <= status < 500
        if refused and status not in OF_THE_KEY:
            refusals.append(made.content)
        raise _no_result(record, made, refused=refused)
    if _is_empty(last, made):
        raise _without_file(record, made.content, made)
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
        links=links_of(record, parsed),
    )


def _is_empty(call: ResultCall, made: Exchange) -> bool:
    """Whether nothing came where the document promises a file."""
    declared = call.answer(made.headers.get("content-type", ""))
    if declared is None or not declared.content_type or names_json(declared.content_type):
        return False
    return made.status in (204, 205) or not (made.left or made.content)


def _judged(record: Record, state: State, refusal: bytes | None) -> Core[None]:
    """Take what the call for the result tells of a job that is done, and write it down."""
    record.refusal = refusal
    record.move(state, record.status, record.since)
    yield from note_state(record)


def _polled_link(record: Record, request: Request) -> Link:
    """The last poll itself was answered by the file."""
    return Link(
        index=0,
        url=unkeyed(record.session, request.url),
        media_type=media_type(record.headers.get("content-type", "")) or None,
        request=replace(request, leaves=None, streamed=True),
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
        if made.hint is not None:
            again = f"the server asks to wait {made.hint:.0f} s; {again}"
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
        hint=unkeyed_hint(record, made) or result_hint(made.status or 0, line),
        **record.facts(),
    )


def fresh_link(record: Record, index: int, timeout: float | None) -> Core[Link | NoLink]:
    """Poll once for a fresh link to a file; says why there is none to be had."""
    try:
        yield from look(record, timeout)
        if record.trouble:  # by this poll: one that tells how the job stands ends it
            return NoLink(why=record.trouble, retryable=True)
        finished = yield from finish(record)
    except (APIConnectionError, APIStatusError, JobError) as error:
        return _no_link(error)
    gap = next(iter(finished.gaps.values()), None)
    if gap is not None:  # the numbers of the others may be other ones
        return _no_link(gap)
    found = (link for link in finished.links if link.index == index)
    return next(found, NoLink())


def _no_link(error: APIError) -> NoLink:
    why = f"HTTP {error.status_code}" if isinstance(error, APIStatusError) else error.message
    passing = error.retryable and not isinstance(error, JobError)
    return NoLink(why=why, retryable=passing, hint=error.hint)
