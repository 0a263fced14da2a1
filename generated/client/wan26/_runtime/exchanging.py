"""One request and its whole answer, within one time limit; and the pauses between attempts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .answers import MISSING, Parsed, in_utf8, parse_json, retry_after
from .effects import Close, Failure, Notify, Trace, now, read_chunk, send, wall
from .errors import printable
from .logs import without_keys
from .oauth import authorized

if TYPE_CHECKING:
    from .effects import Core, Reply, Request
    from .session import Session

__all__ = ["Exchange", "Head", "Listener", "Response", "backoff", "exchange", "read_body"]

LONGEST_ANSWER = 64 * 2**20  # bytes, decoded: no answer of an API is longer, a bomb is
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer as it came: for `on_response`. Of one that is streamed the content is empty."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
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


@dataclass(slots=True, kw_only=True)
class Exchange:
    """What became of one request: an answer, or a failure, or a part of an answer and a failure."""

    request: Request
    trace: Trace
    reply: Reply | None = None
    failure: Failure | None = None
    hint: float | None = None  # seconds that the server asks to wait
    _parts: list[bytes] = field(default_factory=list, repr=False)
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

    def parsed(self, session: Session) -> Parsed:
        """The body, looked at inside the envelope."""
        content = in_utf8(self.content, self.headers.get("content-type", ""))
        return Parsed(content, session.settings.envelope)

    def __str__(self) -> str:
        if self.failure is not None:
            error = self.failure.error
            head = f"HTTP {self.status}, then " if self.status is not None else ""
            told = printable(without_keys(self.request, str(error)), 500)
            return f"{head}{type(error).__name__}: {told}"
        return f"HTTP {self.status}"


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

    def ask(other: Request) -> Core[Exchange]:
        return _exchange(session, other, timeout)

    ready = yield from authorized(session, request, ask, timeout)
    made = yield from _exchange(session, ready, timeout, into, listener)
    if made.status == 401 and ready is not request:
        tokens = session.settings.credentials.tokens
        tokens.drop(ready.headers.get("Authorization", ""))
        if request.route == "call" and not request.spent:
            ready = yield from authorized(session, request, ask, timeout)
            made = yield from _exchange(session, ready, timeout, into, listener)
    return made


def _exchange(
    session: Session,
    request: Request,
    timeout: float | None,
    into: list[Exchange] | None = None,
    listener: Listener | None = None,
) -> Core[Exchange]:
    made = Exchange(request=request, trace=Trace())
    if into is not None:
        into.append(made)
    started = yield from now()
    session.log.sending(request)
    outcome = yield from send(request, made.trace, timeout)
    if isinstance(outcome, Failure):
        made.failure = outcome
    else:
        made.reply = outcome
        if not (request.streamed and made.succeeded):
            made.failure = yield from read_body(made, outcome, started, timeout)
        made.hint = retry_after(outcome.headers, (yield from wall()))
    elapsed = (yield from now()) - started
    _log(session, made, elapsed)
    if listener is not None and made.reply is not None and made.failure is None:
        yield Notify(listener, _response(made, made.reply, elapsed))
    return made


def read_body(
    made: Exchange, reply: Reply, started: float, timeout: float | None
) -> Core[Failure | None]:
    """Read an answer to its end; gives why that was not possible, None if it was."""
    while True:
        chunk = yield from read_chunk(reply)
        if isinstance(chunk, Failure):
            return chunk
        if not chunk:
            return None
        if not made.take(chunk):
            yield Close(reply)
            error = ValueError(f"the answer is longer than {LONGEST_ANSWER} bytes")
            return Failure(error, transient=False)
        if timeout is not None and (yield from now()) - started > timeout:
            yield Close(reply)
            return Failure(TimeoutError("the answer did not end in time"), timed_out=True)


def _log(session: Session, made: Exchange, elapsed: float) -> None:
    session.log.answered(made.request, str(made), elapsed, made.request_id)
    sandbox = made.headers.get("x-sandbox")
    if sandbox is not None:
        session.log.once("this is the sandbox: nothing is generated, nothing is billed")


def _response(made: Exchange, reply: Reply, elapsed: float) -> Response:
    return Response(
        status_code=reply.status,
        headers=reply.headers,
        content=made.content,
        url=reply.url,
        elapsed=elapsed,
        operation=made.request.operation,
    )


def backoff(attempt: int, hint: float | None) -> tuple[float, float]:
    """Seconds to pause after an attempt (0 is the first), and the share that chance may take."""
    if hint is not None:
        return hint, 0.0
    return min(FIRST_PAUSE * 2.0**attempt, LONGEST_PAUSE), 0.25
