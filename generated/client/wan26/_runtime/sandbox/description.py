"""What the sandbox plays: the shape of `api.json`, which the generator writes."""

# No deferred annotations here: msgspec reads these types at run time.
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from .sources import Source

__all__ = [
    "Answer",
    "Body",
    "Content",
    "CostPaths",
    "Description",
    "Encoding",
    "ErrorPaths",
    "Idempotency",
    "LifeCycle",
    "Listing",
    "Operation",
    "Pages",
    "Parameter",
    "Price",
    "Progress",
    "Result",
    "Rule",
    "Security",
    "Step",
    "VendorCode",
    "load_description",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of an operation; `place` is path, query, querystring, header or cookie.

    `style` and `explode` are as in OpenAPI, `content_type` takes their place where it is there.
    """

    name: str
    place: str
    required: bool = False
    schema: Mapping[str, Any] | bool = field(default_factory=dict)
    style: str = ""
    explode: bool | None = None
    content_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """One way to authenticate; where the kind is api-key, `name` and `place` say where.

    The kinds bearer, oauth2, openid and basic are looked for; another one is taken as given.
    """

    kind: str
    name: str = "Authorization"
    place: str = "header"


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How a member of a form or a part is written, where the document says so."""

    name: str = ""
    content_type: str = ""
    style: str = ""
    explode: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A content that a request may have; `kind` is json, form, multipart, stream, text or binary.

    `check` is its key under `requests` of `_schemas.json`, empty where nothing is checked.
    """

    media_type: str
    kind: str = "json"
    check: str = ""
    encodings: Sequence[Encoding] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A content that an answer may have; `schema` refers to `definitions` by `#/$defs/Name`.

    `kind` is json, text, binary or stream. The schema of a stream is that of one item; `items`
    says whether those of an event stream are `data` or whole events: `event`, `json-event`.
    """

    content_type: str = "application/json"
    kind: str = "json"
    items: str = "data"
    schema: Mapping[str, Any] | bool = field(default_factory=dict)
    examples: Sequence[Any] = ()
    example_names: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Content):
    """What an operation may answer: the content that clients ask for, and `others`.

    An empty `content_type` is an answer without any. `headers` are schemas by name.
    """

    others: Sequence[Content] = ()
    headers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A further call of a life cycle: an operation by its name, or a URL that an answer gives.

    `url` is a path or `$response.header.X`; parameters and the body are constants and sources.
    """

    operation: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    body: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A state that is known by an HTTP status or by a path that selects something."""

    state: str
    when: str | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Where a finished job has its value and its files' URLs; `step` is a call that gives them.

    `expires` is a number of seconds, or the path of the moment.
    """

    value: str | None = None
    files: Sequence[str] = ()
    step: Step | None = None
    expires: float | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPaths:
    """Where an error's code and message stand; the first path that can be written counts."""

    code: Sequence[str] = ()
    message: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a poll tells how far the job is, and out of how much: a number or its path."""

    value: str
    of: float | str = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPaths:
    """Where the last poll says what the job cost; `reserved` stands in the submit's answer."""

    amount: str | None = None
    discount: str | None = None
    reserved: str | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The call that lists jobs, and where their ids stand in its answer."""

    step: Step
    ids: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """Where a submit carries its key, and what a second one with the same key comes to."""

    key: str
    repeat: str = "unknown"
    is_id: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeCycle:
    """How a job is submitted, polled and collected: the fields of `x-job` under the same names."""

    poll: Step
    id: Sequence[str] = ()
    refused: str | None = None
    status: Sequence[str] = ()
    states: Mapping[str, Sequence[str | int | float | bool]] = field(default_factory=dict)
    rules: Sequence[Rule] = ()
    result: Result = field(default_factory=Result)
    error: ErrorPaths = field(default_factory=ErrorPaths)
    progress: Progress | None = None
    cost: CostPaths | None = None
    cancel: Step | None = None
    listing: Listing | None = None
    idempotency: Idempotency | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """How many units a request costs, of which tier; paths are read in its body over `defaults`."""

    per: str
    quantity: str | None = None
    tier_by: str | None = None
    tiers: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """How the pages of a list follow each other: `x-pagination` under the same names."""

    style: str = ""
    parameter: str = ""
    cursor: str = ""
    url: str = ""
    first: int = 1
    total: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A method at a path; `check` is its key under `requests` of `_schemas.json`.

    `ways` are the alternatives to authenticate, each the schemes that go together by their places
    in `Description.security`; None takes any one of these. `prefixes` are the paths of servers of
    its own.
    """

    name: str
    method: str
    path: str
    prefixes: Sequence[str] = ()
    secured: bool = True
    ways: Sequence[Sequence[int]] | None = None
    parameters: Sequence[Parameter] = ()
    check: str | None = None
    bodies: Sequence[Body] = ()
    body_required: bool = False
    answers: Mapping[str, Answer] = field(default_factory=dict)
    job: LifeCycle | None = None
    pages: Pages | None = None
    price: Price | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorCode:
    """An error code of the vendor; without a status kind `request` answers 400, all else 500."""

    name: str
    kind: str
    message: str
    status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """An API as the sandbox plays it.

    `error` says where an error answer has its code and message, `assumed` lists the keys that may
    be set at run time with the document's values, and `definitions` holds the schemas that
    answers refer to. `prefixes` are the paths of the servers' URLs; `{...}` in one is any word.
    """

    name: str
    title: str = ""
    env_prefix: str = ""
    prefixes: Sequence[str] = ()
    security: Sequence[Security] = ()
    operations: Sequence[Operation] = ()
    error_codes: Mapping[str, VendorCode] = field(default_factory=dict)
    error: ErrorPaths = field(default_factory=ErrorPaths)
    assumed: Mapping[str, Any] = field(default_factory=dict)
    definitions: Mapping[str, Any] = field(default_factory=dict)


def load_description(source: Source) -> Description:
    """Read an `api.json`; `msgspec.ValidationError` names the place that is wrong."""
    return msgspec.json.decode(source.read_bytes(), type=Description)
