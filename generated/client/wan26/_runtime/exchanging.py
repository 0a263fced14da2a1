"""One request and its whole answer, within one time limit; who is told; the pauses in between."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from .answers import MISSING, Parsed, in_utf8, parse_json, retry_after
from .discretion import Discreet
from .effects import Close, Failure, Notify, ReadChunk, Send, Trace
from .errors import ConfigurationError, printable
from .logs import bare_url, redacted_headers, without_keys

if TYPE_CHECKING:
    from .effects import Core, Reply, Request
    from .session import Session

__all__ = [
    "Broken",
    "Exchange",
    "Head",
    "Listener",
    "Response",
    "Sending",
    "announce",
    "backoff",
    "conclude",
    "exchange",
    "permitted",
    "read_body",
    "tell_broken",
    "told_of",
]

LONGEST_ANSWER = 64 * 2**20  # bytes, decoded: no answer of an API is longer, a bomb is
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0


class Sending(Discreet, Struct, frozen=True, kw_only=True):
    """A request that is about to be sent: for `on_request`. No secret is in it, but the content.

    Attributes:
        operation: what it is for.
        method: GET, POST, ...
        url: without its query, which may hold a key or a signature.
        headers: with all values hidden but those that are harmless for sure.
        content: the body, as far as it is held in memory; empty where a token is fetched.
    """

    unsaid = ("content",)

    operation: str
    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes


class Broken(Struct, frozen=True, kw_only=True):
    """A request that got no whole answer: for `on_failure`.

    Attributes:
        operation: what it was for.
        method: GET, POST, ...
        url: without its query.
        error: what went wrong, in words without keys.
        elapsed: seconds.
        timed_out: whether time was up.
        sent: whether a byte of it may have left.
    """

    operation: str
    method: str
    url: str
    error: str
    elapsed: float
    timed_out: bool
    sent: bool


class Response(Discreet, Struct, frozen=True, kw_only=True):
    """An answer as it came: for `on_response`.

    The content is empty where it is streamed, is a file, or holds a token.
    """

    unsaid = ("content",)

    status_code: int
    headers: Mapping[str, str]
    content: bytes
    url: str
    elapsed: float  # seconds
    operation: str

    @property
    def request_id(self) -> str | None:
        """What the server calls the request."""
        return self.headers.get("x-request-id")

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            ValueError: it is none.
        """
        value = parse_json(self.content)
        if value is MISSING:
            raise ValueError("the body is not JSON")
        return value


Listener = Callable[[Response], object]


class Head:
    """An answer whose body is still to come: the parent of streams and downloads."""

    _made: Exchange

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self._made.status or 0

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers."""
        return self._made.headers

    @property
    def request_id(self) -> str | None:
        """What the server calls the request."""
        return self._made.request_id

    def __repr__(self) -> str:
        operation = self._made.request.operation
        return f"<{type(self).__name__} of {operation}: HTTP {self.status_code}>"


class Exchange(Discreet, Struct, kw_only=True):
    """What became of one request: an answer, or a failure, or a part of an answer and a failure."""

    unsaid = ("reply", "_parts")  # a `location` may be signed

    request: Request
    trace: Trace
    timeout: float | None = None  # seconds that it has; of a file, seconds of silence
    reply: Reply | None = None
    failure: Failure | None = None
    hint: float | None = None  # seconds that the server asks to wait
    job_id: str | None = None  # for the log, where the URL does not tell it
    is_token: bool = False  # its bodies are secret
    _parts: list[bytes] = field(default_factory=list)
    _size: int = 0

    def take(self, chunk: bytes) -> bool:
        """Add the next part of the body; False where that would be too much."""
        self._size += len(chunk)
        if self._size > LONGEST_ANSWER:
            return False
        self._parts.append(chunk)
        return True

    @property
    def content(self) -> bytes:
        """The body, as far as it came."""
        if len(self._parts) > 1:  # joined once: adding part to part copies all of it every time
            self._parts = [b"".join(self._parts)]
        return self._parts[0] if self._parts else b""

    @property
    def status(self) -> int | None:
        """The HTTP status, where an answer came."""
        return self.reply.status if self.reply is not None else None

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers."""
        return self.reply.headers if self.reply is not None else {}

    @property
    def request_id(self) -> str | None:
        """What the server calls the request."""
        return self.headers.get("x-request-id")

    @property
    def succeeded(self) -> bool:
        """Whether a whole answer came, and it is a 2xx."""
        return self.failure is None and self.status is not None and 200 <= self.status < 300

    @property
    def left(self) -> bool:
        """Whether it is a file, of which only the head was read."""
        leaves = self.request.leaves
        return leaves is not None and self.succeeded and leaves(self.headers)

    def parsed(self, session: Session) -> Parsed:
        """The body, looked at inside the envelope."""
        content = in_utf8(self.content, self.headers.get("content-type", ""))
        return Parsed(content, session.settings.envelope)

    def __str__(self) -> str:
        if self.failure is not None:
            error = self.failure.error
            head = f"HTTP {self.status}, then " if self.status is not None else ""
            what = "end" if self.status is not None else "answer"
            late = "connection" if self.status is None and self.trace.not_sent else what
            told = without_keys(self.request, told_of(self.failure, self.timeout, late))
            return f"{head}{type(error).__name__}: {printable(told, 500)}"
        return "interrupted" if self.status is None else f"HTTP {self.status}"


def told_of(failure: Failure, timeout: float | None, missed: str) -> str:
    """What a failure says; where time was up, with the seconds that there were.

    Args:
        failure: how it broke off.
        timeout: seconds that there were.
        missed: what did not come in time.
    """
    told = str(failure.error)
    says_it = isinstance(failure.error, TimeoutError) and told  # one of our own
    if not failure.timed_out or timeout is None or says_it:
        return told
    late = f"no {missed} within {timeout:g} s"
    return f"{told} ({late})" if told else late


def exchange(
    session: Session,
    request: Request,
    timeout: float | None,
    into: list[Exchange] | None = None,
    listener: Listener | None = None,
) -> Core[Exchange]:
    """Send a request and read its answer to the end; of a streamed one that succeeds, the head.

    A token that it needs is fetched before. Where the server refuses that token (401: nothing was
    done), it is fetched once more, except for a submit.

    Args:
        session: the client's session.
        request: what to send.
        timeout: seconds for all of it; a server that drips does not get more.
        into: receives the exchange before anything is sent, so that an interruption finds it.
        listener: told of the answer; in the async client it may be a coroutine function.
    """
    ready = request
    if request.grant is not None:
        ready = yield from permitted(session, request, timeout)
    made = yield from _exchange(session, _begun(ready, into), timeout, listener)
    if made.status == 401 and ready is not request:
        tokens = session.settings.credentials.tokens
        tokens.drop(ready.headers.get("Authorization", ""))
        if request.route == "call" and not request.spent:
            ready = yield from permitted(session, request, timeout)
            made = yield from _exchange(session, _begun(ready, into), timeout, listener)
    return made


def permitted(session: Session, request: Request, timeout: float | None) -> Core[Request]:
    """The request with the token that it needs, fetched where none is held."""

    def ask(other: Request) -> Core[Exchange]:
        return _exchange(session, Exchange(request=other, trace=Trace(), is_token=True), timeout)

    from .oauth import authorized  # few need a token

    return (yield from authorized(session, request, ask, timeout))


def _begun(request: Request, into: list[Exchange] | None) -> Exchange:
    made = Exchange(request=request, trace=Trace(once=request.route == "submit"))
    if into is not None:
        into.append(made)
    return made


def _exchange(
    session: Session, made: Exchange, timeout: float | None, listener: Listener | None = None
) -> Core[Exchange]:
    request, clock, process = made.request, session.clock, os.getpid()
    yield from announce(session, made)
    if request.route == "submit" and os.getpid() != process:
        raise ConfigurationError("a submit that was begun by a process is not sent by its fork")
    started, made.timeout = clock.now(), timeout
    outcome: Reply | Failure = yield Send(request, made.trace, timeout)
    if isinstance(outcome, Failure):
        made.failure = outcome
    else:
        made.reply = outcome
        if made.left:
            yield Close(outcome)
        elif not (request.streamed and made.succeeded):
            made.failure = yield from read_body(session, made, outcome, started, timeout)
        if "retry-after" in outcome.headers:
            made.hint = retry_after(outcome.headers, clock.wall())
    yield from conclude(session, made, clock.now() - started, listener)
    return made


def announce(session: Session, made: Exchange) -> Core[None]:
    """Tell the hooks and the log that a request is about to be sent.

    What a hook raises is raised here: nothing has been sent.
    """
    request, told = made.request, session.hooks.on_request
    if told is not None:
        sending = Sending(
            operation=request.operation,
            method=request.method,
            url=bare_url(request.url),
            headers=redacted_headers(request.headers),
            content=b"" if made.is_token else request.held,
        )
        yield Notify(told, sending)
    session.log.sending(request)


def conclude(
    session: Session, made: Exchange, elapsed: float, listener: Listener | None = None
) -> Core[None]:
    """Tell the log, the hooks and the listener of this call what became of a request."""
    _log(session, made, elapsed)
    if made.failure is not None:
        yield from tell_broken(session, made, elapsed)
    elif made.reply is not None:
        listeners = [one for one in (session.hooks.on_response, listener) if one is not None]
        response = _response(made, made.reply, elapsed) if listeners else None
        for told in listeners:
            yield Notify(told, response)


def tell_broken(session: Session, made: Exchange, elapsed: float) -> Core[None]:
    """Tell the hooks that a request got no whole answer."""
    told, request, failure = session.hooks.on_failure, made.request, made.failure
    if told is not None and failure is not None:
        broken = Broken(
            operation=request.operation,
            method=request.method,
            url=bare_url(request.url),
            error=session.settings.redacted(str(made)),
            elapsed=elapsed,
            timed_out=failure.timed_out,
            sent=not made.trace.not_sent,
        )
        yield Notify(told, broken)


def read_body(
    session: Session, made: Exchange, reply: Reply, started: float, timeout: float | None
) -> Core[Failure | None]:
    """Read an answer to its end; gives why that was not possible, None if it was."""
    while not reply.body.ended:
        chunk: bytes | Failure = yield ReadChunk(reply)
        if isinstance(chunk, Failure):
            return chunk
        if not chunk:
            break
        if not made.take(chunk):
            yield Close(reply)
            error = ValueError(f"the answer is longer than {LONGEST_ANSWER} bytes")
            return Failure(error, transient=False)
        if timeout is not None and session.clock.now() - started > timeout:
            yield Close(reply)
            told = f"the answer did not end within {timeout:g} s"
            return Failure(TimeoutError(told), timed_out=True)
    return None


def _log(session: Session, made: Exchange, elapsed: float) -> None:
    session.log.answered(made.request, made, elapsed, made.request_id, made.job_id)
    if "x-sandbox" in made.headers:
        session.log.once("this is the sandbox: nothing is generated, nothing is billed")


def _response(made: Exchange, reply: Reply, elapsed: float) -> Response:
    return Response(
        status_code=reply.status,
        headers=reply.headers,
        content=b"" if made.is_token else made.content,
        url=reply.url,
        elapsed=elapsed,
        operation=made.request.operation,
    )


def backoff(attempt: int, hint: float | None) -> tuple[float, float]:
    """Seconds to pause after an attempt (0 is the first), and the share that chance may take."""
    if hint is not None:
        return hint, 0.0
    return min(FIRST_PAUSE * 2.0**attempt, LONGEST_PAUSE), 0.25
