"""The one model: everything that any target knows of an API.

Plain, frozen data, neutral of Python's spelling. `name` is an identifier of the output, decided once in
`specloom.model.names`; `wire_name` is the document's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from specloom.model.media import label_of
from specloom.model.types import ABSENT, Declaration, Limits, Named, Type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specloom.diagnostics import Location
    from specloom.model.jobs import Job

Place = Literal["path", "query", "querystring", "header", "cookie"]
BodyKind = Literal["json", "text", "binary", "stream", "form", "multipart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerVariable:
    """A part of a server's URL that can be set; `values` are all that may stand there, none is anything."""

    name: str
    default: str
    values: tuple[str, ...] = ()
    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A base URL. One that is `assumed` is not a named server: only the key `sandbox` is accepted for it."""

    url: str
    name: str = ""
    doc: str = ""
    variables: tuple[ServerVariable, ...] = ()
    assumed: str = ""

    @property
    def usual_url(self) -> str:
        """The URL with the defaults of its variables."""
        url = self.url
        for variable in self.variables:
            url = url.replace(f"{{{variable.name}}}", variable.default)
        return url


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityScheme:
    """A way to authenticate; `wire_name` is the header, query or cookie parameter of an API key.

    `keywords` are those of the client's constructor: of a token, then of the id and secret of an application that
    fetches one (at `token_url`, or where `discovery` tells), with `scopes`; or of user and password.
    """

    name: str
    kind: Literal["bearer", "basic", "api-key", "oauth2", "openid", "mutual-tls", "unsupported"]
    place: Literal["header", "query", "cookie", ""] = ""
    wire_name: str = ""
    doc: str = ""
    keywords: tuple[str, ...] = ()
    token_url: str = ""
    discovery: str = ""
    scopes: tuple[str, ...] = ()
    pinned: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter that travels outside the body."""

    name: str
    wire_name: str
    place: Place
    type: Type
    required: bool
    style: str = ""
    explode: bool | None = None
    allow_reserved: bool = False
    has_rules: bool = False
    content: str = ""
    encodings: tuple[Encoding, ...] = ()  # of a form that is the whole query
    doc: str = ""
    default: Any = ABSENT
    example: Any = ABSENT
    limits: Limits = field(default_factory=Limits)
    deprecated: bool = False
    assumed: str = ""
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How a member of a form, or a part of a multipart body, is written (Encoding Object).

    Parts of a list are called by their number, and all others by nothing. Of `base64` bytes are text.
    """

    name: str
    base64: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)  # that every part has
    content_type: str = ""
    style: str = ""
    explode: bool | None = None
    allow_reserved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A body in one media type. `schema_at` is where its schema stands.

    Of a stream the type is an item's; `items` says whether those of an event stream are whole events.
    """

    media_type: str
    type: Type
    kind: BodyKind = "json"
    items: Literal["data", "event", "json-event"] = "data"
    encodings: tuple[Encoding, ...] = ()
    schema_at: Location | None = None
    examples: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a request carries."""

    contents: tuple[Content, ...]
    required: bool
    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server may answer: `status` is `200`, a range such as `4XX`, or `default`."""

    status: str
    doc: str = ""
    contents: tuple[Content, ...] = ()
    assumed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """A keyword of a woven method.

    `path` is where its value goes: `("input", "prompt")` in the body, or `(wire_name,)` for a parameter; an empty
    path is the whole body.
    """

    name: str
    place: Place | Literal["body"]
    path: tuple[str, ...]
    type: Type
    required: bool
    doc: str = ""
    default: Any = ABSENT
    example: Any = ABSENT
    limits: Limits = field(default_factory=Limits)
    deprecated: bool = False
    assumed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A constant that the client fills in, so that nobody has to; `path` as that of an `Argument`."""

    place: Place | Literal["body"] = "body"
    path: tuple[str, ...]
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted:
    """An object of the body whose properties stand in the method's signature (`x-signature`)."""

    path: tuple[str, ...]
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """How a method is called and how its call becomes a request."""

    arguments: tuple[Argument, ...]
    filled: tuple[Filled, ...] = ()
    lifted: tuple[Lifted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pagination:
    """How the pages of a list follow each other (`x-pagination`); places in RFC 9535, `item` is what the list holds."""

    style: str
    items: str
    item: Type
    parameter: str = ""
    cursor: str = ""
    url: str = ""
    first: int = 1
    total: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What decides the price of a request (`x-price`); a tier without a unit price has no known price."""

    per: str
    quantity: str
    tier_by: str = ""
    tiers: Mapping[str, str] = field(default_factory=dict)
    unit_prices: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A request that the server takes, but that is hardly what was meant (`x-advice`)."""

    effect: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call of the API. `name` is its method; `qualified` is `<resource>.<name>`.

    `security` are the alternatives, each the schemes that go together, as the document names them; `secured` is the
    same in keywords of the client (`"user_id app_key"`), None where it is what `Api.secured` says.

    `companions` are the further methods that belong to it, by what they are: `generate` and `estimate` of a job,
    `iterate` of a list, `stream` and `as_csv` where an answer has further kinds of content.
    """

    name: str
    qualified: str
    operation_id: str
    method: str
    path: str
    summary: str = ""
    doc: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    answers: tuple[Answer, ...] = ()
    signature: Signature
    security: tuple[tuple[str, ...], ...] = ()
    scopes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    secured: tuple[str, ...] | None = None
    server: Server | None = None
    job: Job | None = None
    companions: Mapping[str, str] = field(default_factory=dict)
    pages: Pagination | None = None
    price: Price | None = None
    advice: tuple[Advice, ...] = ()
    deprecated: bool = False
    assumed: str = ""
    at: Location

    @property
    def gives(self) -> Literal["value", "stream", "download"]:
        """How its own method gives a successful answer."""
        firsts = [answer.contents[0].kind for answer in self.successes if answer.contents]
        if self.job is not None or not firsts:
            return "value"
        is_stream = all(kind == "stream" for kind in firsts)
        is_file = all(kind == "binary" for kind in firsts)
        return "stream" if is_stream else "download" if is_file else "value"

    @property
    def successes(self) -> tuple[Answer, ...]:
        """The answers that mean success; `default` where no other does."""
        good = tuple(answer for answer in self.answers if answer.status.startswith("2"))
        return good or tuple(answer for answer in self.answers if answer.status == "default")

    def alternatives(self, key: str) -> tuple[tuple[Answer, Content], ...]:
        """The successful answers in the content that the companion `key` asks for, as `media.alternatives` has it."""
        found = []
        for answer in self.successes:
            fitting = (one for one in answer.contents[1:] if _is_called(one, key))
            found += [(answer, one) for one in list(fitting)[:1]]
        return tuple(found)


def _is_called(content: Content, key: str) -> bool:
    if key == "stream" or content.kind == "stream":
        return key == "stream" and content.kind == "stream"
    return key == f"as_{label_of(content.media_type)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Operations that belong together: the attribute `name` of the client, the class `class_name`."""

    name: str
    class_name: str
    doc: str = ""
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A call that the server makes: `type` is its body's. Of a callback, `operation` is who asked for it.

    `wire_name` is what the document calls the webhook, or the callback of that operation.
    """

    name: str
    wire_name: str
    method: str
    summary: str = ""
    doc: str = ""
    type: Type
    content_type: str = ""
    operation: str = ""
    path: str = ""
    deprecated: bool = False
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCode:
    """A code of the vendor's (`x-error-codes`); each becomes an exception class."""

    code: str
    class_name: str
    kind: str
    message: str
    doc: str = ""
    status: int | None = None
    assumed: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """Something that the vendor's page does not say. `key` sets it at run time, where that is possible."""

    key: str
    value: Any
    why: str
    at: Location


@dataclass(frozen=True, kw_only=True)
class Api:
    """An API, whole. `secured` are the usual alternatives; none says that each scheme is one."""

    title: str
    version: str
    summary: str = ""
    doc: str = ""
    source: str
    package: str
    client_name: str
    env_prefix: str
    servers: tuple[Server, ...]
    security_schemes: tuple[SecurityScheme, ...]
    secured: tuple[str, ...] = ()
    resources: tuple[Resource, ...]
    types: tuple[Declaration, ...]
    webhooks: tuple[Webhook, ...] = ()
    error_codes: tuple[ErrorCode, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()
    requests: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def declared(self) -> Mapping[str, Declaration]:
        """The declared types by their names."""
        return {one.name: one for one in self.types}

    def declaration(self, name: Named | str) -> Declaration:
        """The declared type of that name. Raises KeyError if there is none."""
        return self.declared[name.name if isinstance(name, Named) else name]

    def operation(self, qualified: str) -> Operation:
        """The operation of that qualified name. Raises KeyError if there is none."""
        for resource in self.resources:
            for operation in resource.operations:
                if operation.qualified == qualified:
                    return operation
        raise KeyError(qualified)
