"""Reading a request: who sends it, its parameters and its body, and all that is wrong with it."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote

from . import preferences
from .contents import is_json, read_content, without_files
from .description import Body
from .facets import Facets
from .fitting import Fitting
from .places import move
from .requests import LARGEST_BODY, LARGEST_FILE, RefusalError, read_raw, refuse_stranger
from .routes import shape_of
from .spellings import ABSENT, claimed, from_cookies, from_header, from_path, from_query, pairs_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from starlette.requests import Request

    from .checking import Checking
    from .description import Description, Operation, Parameter
    from .preferences import Preference
    from .requests import Match
    from .spellings import Pairs

__all__ = ["Call", "Intake", "loosely"]

_WRONG: Final = (400, 422)
_UNTAKEN: Final = (413, 415)
_ANY_WORD: Final = "sandbox"
_SHOWN: Final = 200  # characters of a value that is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as its operation reads it.

    `parameters` are typed by their schemas, under place and name; `body` is JSON-like (bytes where
    it is a file), with its members where the document has them; `sent` is the same as it came.
    """

    request: Request
    operation: Operation
    match: Match
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    body: Any = None
    sent: Any = None
    raw: bytes = b""
    media_type: str = ""
    facets: Facets = field(default_factory=lambda: Facets({}, {}))  # of the body's schema

    @property
    def members(self) -> frozenset[str]:
        """The members that the body's schema names."""
        return self.facets.names()

    def names(self) -> Iterator[str]:
        """All that may be sent by a name: parameters, members, and members of these."""
        yield from (each.name for each in self.operation.parameters)
        for name in self.members:
            yield from (name, *self.facets.member(name).names())


class Intake:
    """Takes requests in."""

    def __init__(
        self, description: Description, checking: Checking, fitting: Fitting | None = None
    ) -> None:
        self._description, self._checking = description, checking
        self._fitting = fitting or Fitting(description.definitions)

    async def take(
        self, match: Match, request: Request, moves: Sequence[tuple[str, str]] = ()
    ) -> Call:
        """The request, read; `moves` are pairs of JSON Pointers (`Layout.moves`).

        Raises:
            RefusalError: 401, 413, 415, or 400/422 as the operation declares, with all problems.
        """
        ways = self._ways(match)
        raw = await self._raw(ways, request)
        first: RefusalError | None = None
        for way in ways:
            try:
                return self._read(way, request, raw, moves)
            except RefusalError as refusal:
                if refusal.code not in self._description.error_codes:
                    refusal.status = _status(way.operation, refusal.status)
                first = first or refusal
        raise first or RefusalError(400, "invalid_request", "nothing takes this request")

    async def chosen(self, match: Match, request: Request) -> Match:
        """Of several operations at one method and path the one that takes the request.

        Where none does, it is the first whose parameters are as they have to be.
        """
        shape = shape_of(match.operation.path)
        ways = [each for each in (match, *match.twins) if shape_of(each.operation.path) == shape]
        if len(ways) == 1:
            return match
        found = [way for way in ways if self._is_meant(way, request)] or ways
        raw = await request.body() if len(found) > 1 else b""
        fitting = (way for way in found if len(found) == 1 or self._takes(way, request, raw))
        best = next(fitting, found[0])
        return replace(best, twins=tuple(way for way in found if way is not best))

    def _is_meant(self, match: Match, request: Request) -> bool:
        """Whether what has to be sent is there and right, and what stands behind a `#`."""
        behind = match.operation.path.partition("#")[2].lstrip("?")
        told = {**request.query_params, **{k.lower(): v for k, v in request.headers.items()}}
        pairs = [pair.partition("=") for pair in behind.split("&") if "=" in pair]
        known = [(name, value) for name, _, value in pairs if {name, name.lower()} & told.keys()]
        if any(value not in (told.get(name), told.get(name.lower())) for name, value in known):
            return False
        sent = [(each, value) for each, value in self._sent(match, request) if each.required]
        return not any(
            value is ABSENT or self._faults(each, self._alone(each, value)) for each, value in sent
        )

    def _takes(self, match: Match, request: Request, raw: bytes) -> bool:
        try:
            self._read(match, request, raw, ())
        except RefusalError:
            return False
        return True

    def preference(self, operation: Operation, request: Request) -> Preference:
        """What is preferred beside what the document declares."""
        own = [each for each in operation.parameters if each.name.lower() == "prefer"]
        return preferences.read(
            request, lambda text: any(self._declares(each, text) for each in own)
        )

    def _ways(self, match: Match) -> list[Match]:
        """The operations that a path means: of the best template whose parameters fit."""
        ways = [match, *match.twins]
        fitting = (
            [way for way in ways if way is ways[-1] or self._leads(way)] if match.twins else ways
        )
        shape = shape_of(fitting[0].operation.path)
        return [way for way in fitting if shape_of(way.operation.path) == shape]

    def _leads(self, match: Match) -> bool:
        """Whether the parameters in a path are what they should be."""
        for each in match.operation.parameters:
            raw = match.raw.get(each.name)
            if each.place == "path" and raw is not None:
                facets = Facets(each.schema, self._description.definitions)
                if self._faults(each, from_path(each, facets, raw)):
                    return False
        return True

    async def _raw(self, ways: Sequence[Match], request: Request) -> bytes:
        """The bytes of the body, once it is clear that somebody sends it who may."""
        refuse_stranger(self._description.security, ways[0].operation, request)
        kinds = {body.kind for way in ways for body in _bodies(way.operation)}
        is_file = not kinds.isdisjoint(("binary", "multipart"))
        return await read_raw(request, LARGEST_FILE if is_file else LARGEST_BODY)

    def _read(
        self, match: Match, request: Request, raw: bytes, moves: Sequence[tuple[str, str]]
    ) -> Call:
        operation = match.operation
        refuse_stranger(self._description.security, operation, request)
        parameters, problems = self._parameters(match, request)
        bodies = _bodies(operation)
        body = _content(bodies, request) if bodies else None
        value: Any = None
        facets = self._checking.facets(body.check if body is not None else "")
        if body is not None and _is_there(raw, request, operation, bodies):
            value = read_content(body, _content_type(request, body), raw, facets)
        elif operation.body_required:
            problems.append("the body is missing")
        sent = copy.deepcopy(value)
        for source, home in moves:
            move(value, source, home)
        is_ruled = body is not None and _is_ruled(body, value, raw, facets)
        check = body.check if body is not None and is_ruled else ""
        told = without_files(value)
        self._checking.refuse_wrong(check, told, problems, _WRONG[1])
        return Call(
            request=request,
            operation=operation,
            match=match,
            parameters=parameters,
            body=value,
            sent=sent,
            raw=raw,
            media_type=_content_type(request, body) if body is not None else "",
            facets=facets,
        )

    def _parameters(
        self, match: Match, request: Request
    ) -> tuple[dict[str, dict[str, Any]], list[str]]:
        """The parameters that were sent, typed, and what is wrong with them."""
        told: dict[str, dict[str, Any]] = {}
        missing: list[str] = []
        problems: list[str] = []
        for parameter, sent in self._sent(match, request):
            name = f"{parameter.place} parameter {parameter.name}"
            if sent is ABSENT:
                missing += [name] if parameter.required else []
                continue
            value = self._alone(parameter, sent)
            faults = self._faults(parameter, value)
            told.setdefault(parameter.place, {})[parameter.name] = value
            problems += [f"{name}: {fault}" for fault in faults]
        return told, [f"missing: {', '.join(missing)}", *problems] if missing else problems

    def _sent(self, match: Match, request: Request) -> Iterator[tuple[Parameter, Any]]:
        parameters = match.operation.parameters
        pairs = pairs_of(request.scope.get("query_string", b"").decode("latin-1"))
        cookies = _cookies(request)
        for each in parameters:
            facets = Facets(each.schema, self._description.definitions)
            if each.place == "path":
                raw = match.raw.get(each.name, match.parameters.get(each.name))
                yield each, ABSENT if raw is None else from_path(each, facets, raw)
            elif each.place == "query":
                yield each, from_query(each, facets, pairs, claimed(parameters, "query"))
            elif each.place == "header":
                yield each, from_header(each, facets, self._header(each, request))
            elif each.place == "cookie":
                yield each, from_cookies(each, facets, cookies, claimed(parameters, "cookie"))
            elif each.place == "querystring":
                yield each, _query_string(each, facets, request)

    def _header(self, parameter: Parameter, request: Request) -> Sequence[str]:
        """The values of a header: of `Prefer` those that the document knows."""
        values = request.headers.getlist(parameter.name)
        if parameter.name.lower() != "prefer" or self._declares(parameter, ",".join(values)):
            return values
        return preferences.others(values)

    def _declares(self, parameter: Parameter, text: str) -> bool:
        """Whether the document itself says that a header may be so, and not just anything."""
        is_open = not self._faults(parameter, _ANY_WORD)
        return not is_open and not self._faults(parameter, text)

    def _alone(self, parameter: Parameter, value: Any) -> Any:
        """The only element of a list, where the parameter is one value and no list after all."""
        if not (isinstance(value, list) and len(value) == 1 and self._faults(parameter, value)):
            return value
        facets = Facets(parameter.schema, self._description.definitions)
        only = facets.typed(value[0]) if isinstance(value[0], str) else value[0]
        return value if self._faults(parameter, only) else only

    def _faults(self, parameter: Parameter, value: Any) -> list[str]:
        faults = self._fitting.faults(parameter.schema, value)
        return [message[:_SHOWN] for _, message in faults]


def loosely(content: bytes, media_type: str) -> Any:
    """A body that nothing has checked yet; None where it is neither JSON nor a form."""
    if media_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        return dict(parse_qsl(content.decode("utf-8", "replace"))) or None
    try:
        return json.loads(content)
    except ValueError:
        return None


def _bodies(operation: Operation) -> Sequence[Body]:
    """The contents that an operation takes; a description that only names a check means JSON."""
    if operation.bodies or operation.check is None:
        return operation.bodies
    return (Body(media_type="application/json", check=operation.check),)


def _content(bodies: Sequence[Body], request: Request) -> Body:
    """The declared content that the request's media type is; without one, the first.

    Raises:
        RefusalError: 415, none is.
    """
    told = request.headers.get("content-type", "")
    name = _plain(told)
    if not name:
        return bodies[0]
    best = max(bodies, key=lambda body: _likeness(told, body.media_type))
    if _likeness(told, best.media_type):
        return best
    known = ", ".join(body.media_type for body in bodies)
    message = f"bodies of {name[:_SHOWN]} are not taken, but those of {known}"
    raise RefusalError(415, "unsupported_media_type", message, {"Accept": known})


def _likeness(told: str, declared: str) -> int:
    """How much a media type is a declared one; 0 where it is not."""
    name, known = _plain(told), _plain(declared)
    ranked = (
        "".join(told.lower().split()) == "".join(declared.lower().split()),
        name == known,
        is_json(name) and known == "application/json",
        "*" in known and fnmatchcase(name, known),
        name == "application/json" and is_json(known),
    )
    return len(ranked) - ranked.index(True) if True in ranked else 0


def _plain(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _content_type(request: Request, body: Body) -> str:
    return request.headers.get("content-type") or body.media_type


def _is_there(raw: bytes, request: Request, operation: Operation, bodies: Sequence[Body]) -> bool:
    """Whether there is a body; an empty one is one where its media type allows it."""
    if raw or not operation.bodies:
        return True
    kinds = {body.kind for body in bodies}
    may_be_empty = bool(kinds & {"text", "binary", "stream", "form"})
    return may_be_empty and "content-type" in request.headers and operation.body_required


def _is_ruled(body: Body, value: Any, raw: bytes, facets: Facets) -> bool:
    """Whether the schema speaks of the value: not of parts without names, nor of nothing."""
    if body.kind == "multipart":
        return isinstance(value, dict) and (not facets.types or "object" in facets.types)
    return bool(raw) or value is not None


def _status(operation: Operation, usual: int) -> int:
    """The status that an operation has for a wrong request: the usual one, if it can be.

    Else one of those that only say that it is wrong; what breaks a rule alone is 422 only where
    that is declared itself.
    """
    if usual not in (*_WRONG, *_UNTAKEN):
        return usual
    declared = operation.answers.keys()
    is_covered = usual != _WRONG[1] and not declared.isdisjoint(("4XX", "default"))
    if str(usual) in declared or is_covered:
        return usual
    others = (status for status in _WRONG if str(status) in declared)
    return next(others, usual if usual in _UNTAKEN else _WRONG[0])


def _cookies(request: Request) -> Pairs:
    parts = ";".join(request.headers.getlist("cookie")).split(";")
    told = (part.strip().partition("=") for part in parts if part.strip())
    return [(name, value) for name, _, value in told]


def _query_string(parameter: Parameter, facets: Facets, request: Request) -> Any:
    """The value that is the whole query."""
    raw = request.scope.get("query_string", b"")
    if not raw:
        return ABSENT
    if is_json(parameter.content_type):
        raw = unquote(raw.decode("latin-1")).encode()
    kind = "json" if is_json(parameter.content_type) else "form"
    body = Body(media_type=parameter.content_type, kind=kind)
    return read_content(body, parameter.content_type, raw, facets)
