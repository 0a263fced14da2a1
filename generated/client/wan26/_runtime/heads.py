"""A request and its answer as HTTP/1.1 writes them; nothing here knows of sockets.

What is plain is written and read here, since that is nearly all there is and has to be quick. What
is not plain is left to those who know it all: a request to httpx2, an answer to h11.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import h11

    from .effects import Request

__all__ = [
    "FIELD_NAME",
    "LONGEST_HEAD",
    "Headers",
    "Origin",
    "Outgoing",
    "broken",
    "is_address",
    "texts",
    "written",
]

LONGEST_HEAD = 100 * 1024  # bytes, as httpx2 has it

FIELD_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
# A URL that httpx2 would send as it stands: nothing in it is quoted, resolved or made lower case.
_URL = re.compile(
    r"(https?://(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)(?::[1-9][0-9]{0,4})?)"
    r"(/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/|\[\]\\^]|%[0-9A-Fa-f]{2})*"
    r"(?:\?(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/|\[\]\\^?`{}]|%[0-9A-Fa-f]{2})*)?)"
)
_FIELDS = re.compile(
    rf"(?:{FIELD_NAME}: (?:[\x21-\x7e\x80-\xff]+(?:[ \t]+[\x21-\x7e\x80-\xff]+)*)?\r\n)*"
)
# What says how a message is framed, or that is said for every request.
_OURS = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "expect", "upgrade", "te"}
)
_METHOD = re.compile("[A-Z]+")


class Origin(NamedTuple):
    """Who is asked."""

    scheme: str
    host: str
    port: int
    authority: str  # as the header `Host` has it


@lru_cache(1000)  # files lie wherever a server says
def _origin(text: str) -> Origin | None:
    scheme, _, rest = text.partition("://")
    host, _, told = rest.partition(":")
    usual = 443 if scheme == "https" else 80
    port = int(told or usual)
    # Of four numbers, and of ports, some are none: httpx2 says which.
    is_number = not re.search("[a-z_]", host.rpartition(".")[2])
    if port > 65535 or (is_number and not is_address(host)):
        return None
    return Origin(scheme, host, port, host if port == usual else f"{host}:{port}")


def is_address(host: str) -> bool:
    """Whether a host is an address of IPv4, not a name."""
    numbers = host.split(".")
    return len(numbers) == 4 and all(_is_octet(one) for one in numbers)


def _is_octet(text: str) -> bool:
    return text.isdecimal() and text == str(int(text)) and int(text) < 256


@cache
def _encodings() -> str:
    """The content encodings that httpx2 can read here."""
    zstd = any(_is_there(name) for name in ("compression.zstd", "backports.zstd"))
    brotli = any(_is_there(name) for name in ("brotli", "brotlicffi"))
    return "gzip, deflate" + ", br" * brotli + ", zstd" * zstd


def _is_there(name: str) -> bool:
    from importlib.util import find_spec

    parent, dot, _ = name.rpartition(".")
    return (not dot or find_spec(parent) is not None) and find_spec(name) is not None


class Outgoing:
    """A request as it goes over the line. Its repr shows nothing, since a key is in it."""

    __slots__ = ("_head", "content", "method", "origin", "target")

    def __init__(self, method: str, origin: Origin, target: str, head: str, content: bytes) -> None:
        self.method = method
        self.origin = origin
        self.target = target
        self.content = content
        self._head = head

    def parts(self) -> Iterable[memoryview]:
        """What is sent: views, of which the repr shows nothing."""
        head = memoryview(self._head.encode("latin-1"))
        if len(self.content) > _APART:
            return [head, memoryview(self.content)]
        return [memoryview(b"".join((head, self.content)))]

    @property
    def url(self) -> str:
        """Where it goes."""
        return f"{self.origin.scheme}://{self.origin.authority}{self.target}"

    def to_h11(self) -> h11.Connection:
        """A connection that has sent it."""
        import h11

        lines = self._head.encode("latin-1").split(b"\r\n")[1:-2]
        pairs = [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]
        line = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        line.send(h11.Request(method=self.method, target=self.target, headers=pairs))
        if self.content:
            line.send(h11.Data(data=self.content))
        line.send(h11.EndOfMessage())
        return line


_APART = 65536  # bytes of a body that are not worth copying


def written(request: Request) -> Outgoing | None:
    """A request as it goes over the line; None where httpx2 has to make something of it first."""
    content, fields = request.content, request.headers
    found = _URL.fullmatch(request.url)
    if found is None or not isinstance(content, bytes | None) or "/." in found[2]:
        return None
    origin, names = _origin(found[1]), {name.lower() for name in fields}
    if origin is None or not _OURS.isdisjoint(names) or "user-agent" not in names:
        return None
    if any(":" in name for name in names):  # it would be read as another name, and its value
        return None
    if not all(isinstance(value, str) for value in fields.values()):
        return None
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    is_fit = _FIELDS.fullmatch(lines) and lines.count("\n") == len(fields)
    if not is_fit or _METHOD.fullmatch(request.method) is None:
        return None
    lines += "" if "accept" in names else "Accept: */*\r\n"
    lines += "" if "accept-encoding" in names else f"Accept-Encoding: {_encodings()}\r\n"
    if content or request.method in ("POST", "PUT", "PATCH"):
        lines += f"Content-Length: {len(content or b'')}\r\n"
    first = f"{request.method} {found[2]} HTTP/1.1\r\nHost: {origin.authority}\r\n"
    head = f"{first}Connection: keep-alive\r\n{lines}\r\n"
    return Outgoing(request.method, origin, found[2], head, content or b"")


class Headers(Mapping[str, str]):
    """The headers of an answer, by their names in any case; what comes twice stands in one."""

    __slots__ = ("_values", "pairs")

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs
        self._values: dict[str, str] = {}
        for name, value in pairs:
            low = name.lower()
            before = self._values.get(low)
            self._values[low] = value if before is None else f"{before}, {value}"

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a header."""
        return self._values.get(name.lower(), default)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({self._values!r})"


def texts(raw: bytes) -> str:
    """What headers say: in UTF-8, else in Latin-1."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def broken(kind: str, told: object) -> Exception:
    """An exception of httpx2, which is needed only where something goes wrong."""
    import httpx2

    made: type[httpx2.TransportError] = getattr(httpx2, kind)
    return made(str(told))
