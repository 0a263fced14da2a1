"""What the woven modules say of an API: operations, life cycles, prices, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from .life_cycles import (
    CostPaths,
    ErrorPaths,
    Idempotency,
    LifeCycle,
    Listing,
    Paths,
    Progress,
    Result,
    Rule,
    State,
    Step,
    Word,
)
from .text_paths import TextPath

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "Answer",
    "Api",
    "ApiKey",
    "Authorization",
    "Basic",
    "Bearer",
    "Body",
    "CostPaths",
    "Encoding",
    "ErrorPaths",
    "Idempotency",
    "JobKind",
    "LifeCycle",
    "Limits",
    "Listing",
    "OAuth2",
    "Operation",
    "Pagination",
    "Parameter",
    "Paths",
    "Place",
    "Price",
    "Progress",
    "Result",
    "Rule",
    "Security",
    "Server",
    "State",
    "Step",
    "TextPath",
    "Variable",
    "VendorCode",
    "Word",
    "alike",
    "encoded",
]

T = TypeVar("T")

Place: TypeAlias = Literal["path", "query", "querystring", "header", "cookie"]


class Parameter(Struct, frozen=True):
    """A parameter under its name on the wire; `style` and `explode` as OpenAPI has them."""

    name: str
    place: Place
    style: str = ""  # empty: the usual one of the place
    explode: bool | None = None
    required: bool = False
    allow_reserved: bool = False
    content_type: str = ""  # set where the parameter is serialised by media type
    encodings: tuple[Encoding, ...] = ()  # of a form that is the whole query
    check: bool = False  # whether `_schemas.json` has rules for it


def alike(place: Place, *names: str, **same: Any) -> tuple[Parameter, ...]:
    """Parameters of one place that differ by nothing but their names."""
    return tuple(Parameter(name, place, **same) for name in names)


class Encoding(Struct, frozen=True):
    """How one member of a form is written, or one part: by media type, or by style."""

    name: str  # of a part of a list its number, none of all others
    content_type: str = ""
    style: str = ""
    explode: bool | None = None
    allow_reserved: bool = False
    base64: bool = False  # bytes are text; else they are a file
    headers: Mapping[str, str] = {}  # of every part


def encoded(*names: str, **same: Any) -> tuple[Encoding, ...]:
    """Encodings that differ by nothing but their names."""
    return tuple(Encoding(name, **same) for name in names)


class Body(Struct, frozen=True):
    """How a request body is written; `check` is its key in `_schemas.json`."""

    content_type: str
    check: str | None = None
    required: bool = False
    encodings: tuple[Encoding, ...] = ()
    others: tuple[Body, ...] = ()  # other media types whose members have encodings

    def encodings_of(self, content_type: str) -> tuple[Encoding, ...]:
        """How the members are written in a media type."""
        alike = (one for one in (self, *self.others) if one.content_type == content_type)
        return next((one.encodings for one in alike), ())


class Answer(Struct, frozen=True):
    """What answers of some statuses hold (`200`, `401 404 default`); the type is asked for late.

    Of a stream it is the type of an item: of an event its data, the whole event (`items="event"`),
    or the whole event whose data is JSON (`items="json-event"`).
    """

    status: str
    content_type: str
    type: Callable[[], Any]
    items: Literal["data", "event", "json-event"] = "data"


class Pagination(Struct, frozen=True, kw_only=True):
    """How the pages of a list follow each other; places in the answer are JSONPaths."""

    style: Literal["cursor", "page", "offset", "link-header", "next-url"]
    items: str
    type: Callable[[], Any]  # of an item
    parameter: str = ""  # of the query: carries the cursor, the number or the offset
    cursor: str | None = None
    url: str | None = None
    first: int = 1
    total: str | None = None
    more: str | None = None


class Price(Struct, frozen=True, kw_only=True):
    """What a request costs: a unit price for its tier, times a quantity found in its body."""

    per: str
    quantity: str | None = None
    tier_by: str | None = None
    # A value in the request -> the name of its tier; that -> a decimal number.
    tiers: Mapping[str, str] = {}
    unit_prices: Mapping[str, str] = {}
    defaults: Mapping[str, Any] = {}  # what the server fills in
    currency: str | None = None


class Operation(Struct, Generic[T], frozen=True, kw_only=True):
    """One operation; `T` is what its successful answer is decoded to."""

    name: str
    method: str
    path: str
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    answers: tuple[Answer, ...] = ()
    price: Price | None = None
    job: LifeCycle | None = None
    secured: bool | tuple[str, ...] = True  # the alternatives, where they are not the API's
    server: Server | None = None  # where it is not one of the API's
    pages: Pagination | None = None
    # Members of the body that travel elsewhere: pointer -> pointer.
    moves: tuple[tuple[str, str], ...] = ()

    def answering(self, *answers: Answer) -> Operation[Any]:
        """The same operation, asked for another content type where it succeeds."""
        errors = [replace(one, status=rest) for one in self.answers if (rest := _errors(one))]
        return replace(self, answers=(*answers, *errors))


def _errors(answer: Answer) -> str:
    return " ".join(status for status in answer.status.split() if not status.startswith("2"))


class Variable(Struct, frozen=True):
    """A variable of a server's URL: what stands there unless somebody says otherwise."""

    name: str
    default: str
    values: tuple[str, ...] = ()  # none: anything


class Server(Struct, frozen=True):
    """A server of the document; an assumed one is nobody's promise."""

    url: str
    assumed: bool = False
    name: str = ""
    variables: tuple[Variable, ...] = ()


class Bearer(Struct, frozen=True):
    """The key travels as `Authorization: Bearer ...`; `key` is the constructor's keyword for it."""

    key: str = "api_key"


class ApiKey(Struct, frozen=True, kw_only=True):
    """The key travels in a header, a query parameter or a cookie of this name."""

    name: str
    place: Literal["header", "query", "cookie"] = "header"
    prefix: str = ""
    key: str = "api_key"


class Basic(Struct, frozen=True):
    """User and password travel as `Authorization: Basic ...`; `other` names the password."""

    key: str = "username"
    other: str = "password"


class OAuth2(Struct, frozen=True, kw_only=True):
    """A token travels as `Authorization: Bearer ...`: a ready one, or one that is fetched.

    `application` are the keywords of its id and secret, none where no token can be fetched;
    `discovery` is where an OpenID provider tells the token's URL.
    """

    key: str = "api_key"
    application: tuple[str, ...] = ("client_id", "client_secret")
    token_url: str = ""
    discovery: str = ""
    scopes: tuple[str, ...] = ()


class Authorization(Struct, frozen=True):
    """What the caller gives is the whole header `Authorization`: no client knows the scheme."""

    key: str = "authorization"


Security: TypeAlias = Bearer | ApiKey | Basic | OAuth2 | Authorization


class VendorCode(Struct, frozen=True, kw_only=True):
    """One error code of the vendor; `class_name` is looked up in the package's `errors`."""

    class_name: str
    kind: str = ""
    message: str = ""
    status: int | None = None


class Limits(Struct, frozen=True, kw_only=True):
    """What the vendor allows, per second; None is not said."""

    submits_per_second: float | None = None
    polls_per_second: float | None = None


class JobKind(Struct, frozen=True, kw_only=True):
    """Where a job's operation and result classes are found when a job is resumed."""

    name: str  # the operation that submits: videos.submit
    module: str  # relative to the package: resources.videos
    operation: str
    result: str
    async_result: str


class Api(Struct, frozen=True, kw_only=True):
    """One API: names, servers, security, error codes, and what may be set at run time."""

    name: str
    package: str
    env_prefix: str
    title: str = ""
    version: str = ""
    servers: tuple[Server, ...] = ()
    security: tuple[Security, ...] = ()
    secured: tuple[str, ...] = ()  # alternatives, as keys; none: each scheme is one
    error_codes: Mapping[str, VendorCode] = {}
    error: ErrorPaths = ErrorPaths()
    limits: Limits = Limits()
    jobs: tuple[JobKind, ...] = ()
    assumed: Mapping[str, Any] = {}
