"""What a request must be before anything is done for it."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .description import Operation, Security, VendorCode

__all__ = [
    "LARGEST_BODY",
    "LARGEST_FILE",
    "Match",
    "RefusalError",
    "carries_key",
    "drop_invalid_range",
    "is_known",
    "read_raw",
    "refuse_stranger",
]

LARGEST_BODY = 1_000_000  # bytes
LARGEST_FILE = 64_000_000  # where files are taken
_SCHEMES = {"bearer": "bearer", "oauth2": "bearer", "openid": "bearer", "basic": "basic"}
_INVALID = "invalid"  # a key with this in it is refused
_RANGE = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")
_RANGES = re.compile(
    r"(?i:bytes)=[ \t]*{0}(?:[ \t]*,[ \t]*{0})*[ \t]*".replace(
        "{0}", "(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})"
    )
)


class RefusalError(Exception):
    """An answer that says no: an HTTP status, a code and a message."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = dict(headers or {})

    @classmethod
    def of(cls, code: str, known: VendorCode, message: str = "") -> RefusalError:
        """The answer with one of the vendor's codes."""
        status = known.status or (400 if known.kind == "request" else 500)
        return cls(status, code, message or known.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The operation that a method and a path mean, and the parameters in the path.

    `parameters` are decoded texts, `raw` the same as they were sent, percent-encoded. `twins` are
    further operations that the path may mean, where only parameters or bodies tell them apart.
    """

    operation: Operation
    parameters: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, str] = field(default_factory=dict)
    twins: tuple[Match, ...] = ()


def refuse_stranger(security: Sequence[Security], operation: Operation, request: Request) -> None:
    """Refuse a request without a key, or with one that says itself that it is `invalid`.

    Any other key does, since nothing here costs money.
    """
    if not security or not operation.secured:
        return
    places = operation.ways if operation.ways is not None else [[at] for at in range(len(security))]
    ways = [[security[at] for at in way] for way in places]
    if not ways or any(all(_is_accepted(each, request) for each in way) for way in ways):
        return
    told = " or ".join(" and ".join(map(_asked, way)) for way in ways)
    is_sent = any(_presented(each, request) for way in ways for each in way)
    wrong = f"a key with {_INVALID!r} in it is refused" if is_sent else "no API key was sent"
    challenge = _challenge([each for way in ways for each in way])
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    raise RefusalError(401, "unauthorized", f"{wrong}; send {told}", headers)


def carries_key(security: Sequence[Security], request: Request) -> bool:
    """Whether a secret is in the request, be it the right one or not."""
    keys = (way for way in security if way.kind == "api-key")
    return "authorization" in request.headers or any(_presented(way, request) for way in keys)


def is_known(request: Request, etag: str) -> bool:
    """Whether the request has the file already (RFC 9110, 13.1.2: the weak comparison)."""
    tags = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
    return "*" in tags or etag in [tag.removeprefix("W/") for tag in tags]


def drop_invalid_range(request: Request) -> None:
    """Take a `Range` out of the request that it is to be served without (RFC 9110, 14.2)."""
    text = request.headers.get("range", "")
    ranges = _RANGES.fullmatch(text) and _RANGE.findall(text)
    if ranges and all(not last or not first or int(first) <= int(last) for first, last in ranges):
        return
    kept = [(name, value) for name, value in request.scope["headers"] if name != b"range"]
    request.scope["headers"] = kept


async def read_raw(request: Request, largest: int = LARGEST_BODY) -> bytes:
    """The bytes of the body.

    Raises:
        RefusalError: 413 for a body that is too large, 400 for one that was cut off.
    """
    content = bytearray()
    try:
        async for chunk in request.stream():
            content += chunk
            if len(content) > largest:
                raise RefusalError(413, "too_large", f"the body is larger than {largest} bytes")
    except ClientDisconnect:
        raise RefusalError(400, "invalid_request", "the body was cut off") from None
    return bytes(content)


def _is_accepted(way: Security, request: Request) -> bool:
    """Whether the key is there and none of those that are refused; what cannot be seen is."""
    key = _presented(way, request)
    return way.kind not in (*_SCHEMES, "api-key") or (key != "" and _INVALID not in key.lower())


def _presented(way: Security, request: Request) -> str:
    """The secret that was sent; a user's name and password as one."""
    if way.kind in _SCHEMES:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        is_one = scheme.lower() == _SCHEMES[way.kind] and len(token.split()) == 1
        return "" if not is_one else _opened(token) if way.kind == "basic" else token
    if way.kind != "api-key":
        return ""
    sent = {"query": request.query_params, "header": request.headers, "cookie": request.cookies}
    return str(sent.get(way.place, {}).get(way.name) or "")


def _opened(token: str) -> str:
    """User and password of Basic authentication, or the token where it is none of these."""
    try:
        return b64decode(token.strip(), validate=True).decode("utf-8", "replace") or token
    except ValueError:
        return token


def _challenge(ways: Sequence[Security]) -> str:
    """What a refused caller is told in a header: one scheme is enough (RFC 9110, 11.6.1).

    Keys have no challenge.
    """
    kinds = [_SCHEMES.get(way.kind, "") for way in ways]
    if "bearer" in kinds:
        return "Bearer"
    return 'Basic realm="sandbox"' if "basic" in kinds else ""


def _asked(way: Security) -> str:
    if way.kind in _SCHEMES:
        return f"Authorization: {_SCHEMES[way.kind].capitalize()} YOUR_API_KEY"
    return f"the {way.place} parameter {way.name}"
