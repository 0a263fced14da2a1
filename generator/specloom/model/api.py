"""The one model: everything that any target knows of an API.

Plain, frozen data, neutral of Python's spelling. `name` is an identifier of the output, decided once in
`specloom.model.names`; `wire_name` is the document's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from specloom.model.types import ABSENT, Declaration, Limits, Named, Type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specloom.diagnostics import Location

Place = Literal["path", "query", "header", "cookie"]
State = Literal["queued", "running", "succeeded", "failed", "cancelled", "expired", "missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A base URL. One that is `assumed` is not a named server: only the key `sandbox` is accepted for it."""

    url: str
    doc: str = ""
    assumed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityScheme:
    """A way to authenticate; `wire_name` is the header, query or cookie parameter of an API key."""

    name: str
    kind: Literal["bearer", "basic", "api-key", "oauth2", "openid", "mutual-tls", "unsupported"]
    place: Literal["header", "query", "cookie", ""] = ""
    wire_name: str = ""
    doc: str = ""


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
    content: str = ""
    doc: str = ""
    default: Any = ABSENT
    example: Any = ABSENT
    limits: Limits = field(default_factory=Limits)
    deprecated: bool = False
    assumed: str = ""
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A body in one media type. `schema_at` is where its schema stands."""

    media_type: str
    type: Type
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
    place: Literal["path", "query", "header", "cookie", "body"]
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
    """A constant of the body that the client fills in, so that nobody has to."""

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
class Step:
    """A further call of a job's life cycle: an operation with bound parameters, or a URL that the server gave."""

    operation: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    request_body: Any = ABSENT
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Decides a state before the words do."""

    state: State
    code: int | None = None
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """Where a finished job's value and files are."""

    step: Step | None = None
    value: str = ""
    files: tuple[str, ...] = ()
    expires: float | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where progress is told, and out of how much."""

    value: str
    of: float | str = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Where the server tells what a job costs."""

    currency: str
    reserved: str = ""
    amount: str = ""
    discount: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The call that finds lost jobs."""

    step: Step
    ids: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """The key that makes a repeated submit safe."""

    key: str
    repeat: Literal["replayed", "refused", "unknown"] = "unknown"
    is_id: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The life cycle of a job (`x-job`), resolved once for every target. Times in seconds, places in RFC 9535."""

    id: tuple[str, ...]
    poll: Step
    interval: float
    timeout: float
    status: tuple[str, ...]
    states: Mapping[State, tuple[str | int | float | bool, ...]]
    rules: tuple[Rule, ...] = ()
    refused: str = ""
    not_taken: tuple[int, ...] = ()
    result: JobResult | None = None
    error_code: tuple[str, ...] = ()
    error_message: tuple[str, ...] = ()
    progress: Progress | None = None
    cost: Cost | None = None
    cancel: Step | None = None
    listing: Listing | None = None
    idempotency: Idempotency | None = None
    result_name: str
    at: Location


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
    """One call of the API. `name` is its method; `qualified` is `<resource>.<name>`."""

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
    job: Job | None = None
    generate_name: str = ""
    estimate_name: str = ""
    price: Price | None = None
    advice: tuple[Advice, ...] = ()
    deprecated: bool = False
    assumed: str = ""
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Operations that belong together: the attribute `name` of the client, the class `class_name`."""

    name: str
    class_name: str
    doc: str = ""
    operations: tuple[Operation, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """An API, whole."""

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
    resources: tuple[Resource, ...]
    types: tuple[Declaration, ...]
    error_codes: tuple[ErrorCode, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()
    requests: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)

    def declaration(self, name: Named | str) -> Declaration:
        """The declared type of that name. Raises KeyError if there is none."""
        wanted = name.name if isinstance(name, Named) else name
        for declared in self.types:
            if declared.name == wanted:
                return declared
        raise KeyError(wanted)

    def operation(self, qualified: str) -> Operation:
        """The operation of that qualified name. Raises KeyError if there is none."""
        for resource in self.resources:
            for operation in resource.operations:
                if operation.qualified == qualified:
                    return operation
        raise KeyError(qualified)
