"""What the core asks of the world, and what the world answers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, TypeVar

from msgspec import Struct

from .discretion import Discreet

if TYPE_CHECKING:
    from .operations import OAuth2
    from .uploads import Streamed

__all__ = [
    "Call",
    "Caught",
    "Close",
    "Core",
    "Effect",
    "Emit",
    "Failure",
    "Notify",
    "Now",
    "ReadChunk",
    "Reply",
    "Request",
    "Route",
    "Send",
    "Sleep",
    "Trace",
    "Wall",
    "call",
    "now",
    "read_chunk",
    "send",
    "wall",
]

V = TypeVar("V")

Route: TypeAlias = Literal["submit", "call", "download"]


class Request(Discreet, Struct, frozen=True, kw_only=True):
    """A request as it is sent, over the connections of its `route`; its repr shows no secret."""

    unsaid = ("headers", "content", "leaves")

    method: str
    url: str
    headers: Mapping[str, str] = {}
    content: bytes | Streamed | None = None
    route: Route = "call"
    operation: str = ""
    grant: OAuth2 | None = None  # what its token is fetched with, before it is sent
    streamed: bool = False  # its answer is read as it comes, for as long as it is not silent
    # Of a success with such headers only the head is read: it is a file that nobody wants yet.
    leaves: Callable[[Mapping[str, str]], bool] | None = None

    @property
    def held(self) -> bytes:
        """Its body, as far as that is held in memory."""
        return self.content if isinstance(self.content, bytes) else b""

    @property
    def spent(self) -> bool:
        """Whether it cannot be sent again, since its body can be read only once."""
        return not isinstance(self.content, bytes | None) and self.content.spent


class Trace:
    """What the transport tells of one request: whether a byte of it may have left.

    `once` breaks off a transport that begins to send it a second time, as one that retries does, or
    HTTP/2 after a GOAWAY: the first may have arrived.
    """

    __slots__ = ("handed", "left", "once", "traced")

    def __init__(self, *, once: bool = False) -> None:
        self.once = once
        self.handed = False  # a transport was asked to send it
        self.traced = False  # that transport tells what it does
        self.left = False  # a byte may have left

    def note(self, event: str, facts: Mapping[str, Any]) -> None:
        """Take one event of httpx2's `trace` extension.

        Raises:
            ConnectionError: the request, which may leave once, is begun again.
        """
        self.traced = True
        request = facts.get("request")
        # The request that opens a proxy's tunnel is not ours.
        if event.endswith("send_request_headers.started") and (
            getattr(request, "method", None) != b"CONNECT"
        ):
            self.begin()

    def begin(self) -> None:
        """Note that its first byte is sent next.

        Raises:
            ConnectionError: as `note`.
        """
        if self.left and self.once:
            raise ConnectionError("the transport began to send a submit a second time")
        self.traced = self.left = True

    @property
    def not_sent(self) -> bool:
        """Whether it is certain that no byte left: no trace is uncertain."""
        return not self.handed or (self.traced and not self.left)


class Reply(Discreet, Struct, kw_only=True):
    """The head of an answer; its body is read in chunks."""

    unsaid = ("asked", "body")

    status: int
    headers: Mapping[str, str]
    url: str  # where it came from; the key may stand in it
    asked: Request
    body: Any  # gives its next part, and can be left: of `bodies_in` or of `lines`
    deadline: float | None = None  # when its body must have ended, on the network's clock
    silence: float | None = None  # where there is no deadline: seconds for each part of the body


class Failure(Struct, frozen=True):
    """A request, or the reading of its answer, broke off."""

    error: Exception
    timed_out: bool = False
    transient: bool = True  # False: the request itself is at fault, trying again cannot help


class Send(Struct, frozen=True):
    """Send a request: gives a Reply or a Failure, and tells the trace on the way."""

    request: Request
    trace: Trace
    timeout: float | None


class ReadChunk(Struct, frozen=True):
    """Read on: gives bytes, none at the end, or a Failure."""

    reply: Reply


class Close(Struct, frozen=True):
    """Leave an answer before its end."""

    reply: Reply


class Sleep(Struct, frozen=True):
    """Wait so many seconds, less a random share of at most `jitter`."""

    seconds: float
    jitter: float = 0.0


class Call(Struct, frozen=True):
    """Do blocking work; what it raises is raised in the core."""

    work: Callable[[], Any]


class Notify(Struct, frozen=True):
    """Tell the user's callback, which may be a coroutine function in the async client."""

    callback: Callable[[Any], Any]
    value: Any


class Emit(Struct, frozen=True):
    """Hand a value to who iterates."""

    value: Any


class Now(Struct, frozen=True):
    """The monotonic clock, in seconds."""


class Wall(Struct, frozen=True):
    """The time of day, in seconds since 1970: for hints that are dates."""


Effect: TypeAlias = Send | ReadChunk | Close | Sleep | Call | Notify | Emit | Now | Wall
Core: TypeAlias = Generator[Effect, Any, V]


def send(request: Request, trace: Trace, timeout: float | None) -> Core[Reply | Failure]:
    """Send a request."""
    outcome: Reply | Failure = yield Send(request, trace, timeout)
    return outcome


def read_chunk(reply: Reply) -> Core[bytes | Failure]:
    """Read the next part of a body; empty at its end."""
    chunk: bytes | Failure = yield ReadChunk(reply)
    return chunk


def now() -> Core[float]:
    """The monotonic clock, in seconds."""
    moment: float = yield Now()
    return moment


def wall() -> Core[float]:
    """Seconds since 1970."""
    moment: float = yield Wall()
    return moment


def call(work: Callable[[], V]) -> Core[V]:
    """Do blocking work, off the event loop where there is one."""
    value: V = yield Call(work)
    return value


class Caught:
    """Catches whatever is raised inside it, interruptions included, and keeps it as `error`."""

    def __init__(self, *kinds: type[BaseException]) -> None:
        self._kinds = kinds
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, self._kinds):
            return False
        self.error = error
        return True
