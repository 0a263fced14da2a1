"""What a request must be before anything is done for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
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
    "find_operation",
    "is_known",
    "read_body",
    "read_raw",
    "refuse_parameters",
    "refuse_stranger",
]

LARGEST_BODY = 1_000_000  # bytes
LARGEST_FILE = 64_000_000  # where files are taken
_SCHEMES = {"bearer": "bearer", "oauth2": "bearer", "openid": "bearer", "basic": "basic"}
_RANGE = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")
_RANGES = re.compile(
    r"(?i:bytes)=[ \t]*{0}(?:[ \t]*,[ \t]*{0})*[ \t]*".replace(
        "{0}", "(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})"
    )
)
_PLACEHOLDER = re.compile(r"\\\{([^}]*)\\\}")


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


def find_operation(operations: tuple[Operation, ...], method: str, path: str) -> Match:
    """The operation, a path without placeholders before one with them.

    Raises:
        RefusalError: 404 for an unknown path, 405 for a method that it does not have.
    """
    matches = [match for each in operations if (match := _match(each, path)) is not None]
    matches.sort(key=lambda match: len(match.parameters))
    if not matches:
        raise RefusalError(404, "not_found", f"there is nothing at {path}")
    for match in matches:
        if match.operation.method == method:
            return match
    allowed = ", ".join(dict.fromkeys(match.operation.method for match in matches))
    message = f"{method} is not for {path}, but {allowed}"
    raise RefusalError(405, "method_not_allowed", message, {"Allow": allowed})


def refuse_stranger(security: Sequence[Security], operation: Operation, request: Request) -> None:
    """Refuse a request that carries no key; any key does, since nothing here costs money."""
    if not security or not operation.secured:
        return
    places = operation.ways if operation.ways is not None else [[at] for at in range(len(security))]
    ways = [[security[at] for at in way] for way in places]
    if ways and not any(all(_presented(each, request) for each in way) for way in ways):
        told = " or ".join(" and ".join(map(_asked, way)) for way in ways)
        headers = {"WWW-Authenticate": _challenge([each for way in ways for each in way])}
        raise RefusalError(401, "unauthorized", f"no API key was sent; send {told}", headers)


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


def refuse_parameters(operation: Operation, request: Request) -> None:
    """Refuse a request that lacks required parameters, all of them named."""
    sent = {"query": request.query_params, "header": request.headers, "cookie": request.cookies}
    missing = [
        f"{each.place} parameter {each.name}"
        for each in operation.parameters
        if each.required and each.place in sent and each.name not in sent[each.place]
    ]
    if missing:
        raise RefusalError(400, "invalid_request", f"missing: {', '.join(missing)}")


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


async def read_body(request: Request) -> Any:
    """The JSON of the body.

    Raises:
        RefusalError: 413 for a body that is too large, 400 for one that is no JSON.
    """
    content = await read_raw(request)
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusalError(400, "invalid_json", f"the body is no JSON: {error}") from error


def _match(operation: Operation, path: str) -> Match | None:
    names: list[str] = []

    def group(found: re.Match[str]) -> str:
        names.append(found[1].replace("\\", ""))
        return "([^/]+)"

    pattern = _PLACEHOLDER.sub(group, re.escape(operation.path))
    found = re.fullmatch(pattern, path)
    if found is None:
        return None
    return Match(operation=operation, parameters=dict(zip(names, found.groups(), strict=True)))


def _presented(way: Security, request: Request) -> bool:
    if way.kind in _SCHEMES:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == _SCHEMES[way.kind] and len(token.split()) == 1
    if way.kind != "api-key":
        return True  # nothing that a server on the loopback could see
    sent = {"query": request.query_params, "header": request.headers, "cookie": request.cookies}
    return bool(sent.get(way.place, {}).get(way.name))


def _challenge(ways: Sequence[Security]) -> str:
    """What a refused caller is told in a header: one scheme is enough (RFC 9110, 11.6.1)."""
    kinds = [_SCHEMES.get(way.kind, "") for way in ways]
    return 'Basic realm="sandbox"' if "basic" in kinds and "bearer" not in kinds else "Bearer"


def _asked(way: Security) -> str:
    if way.kind in _SCHEMES:
        return f"Authorization: {_SCHEMES[way.kind].capitalize()} YOUR_API_KEY"
    return f"the {way.place} parameter {way.name}"
