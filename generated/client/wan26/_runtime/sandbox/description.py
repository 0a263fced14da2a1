"""What the sandbox plays: the shape of `api.json`, which the generator writes."""

# No deferred annotations here: msgspec reads these types at run time.
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

__all__ = [
    "Answer",
    "CostPaths",
    "Description",
    "ErrorPaths",
    "LifeCycle",
    "Operation",
    "Parameter",
    "Price",
    "Result",
    "Rule",
    "Security",
    "Step",
    "VendorCode",
    "load_description",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of an operation; `place` is path, query, header or cookie."""

    name: str
    place: str
    required: bool = False
    schema: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """One way to authenticate; where the kind is api-key, `name` and `place` say where.

    The kinds bearer, oauth2, openid and basic are looked for; another one is taken as given.
    """

    kind: str
    name: str = "Authorization"
    place: str = "header"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an operation may answer; `schema` refers to `definitions` by `#/$defs/Name`."""

    content_type: str = "application/json"
    schema: Mapping[str, Any] = field(default_factory=dict)
    examples: Sequence[Any] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A further call of a life cycle: the operation's name, and the source of each parameter."""

    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A state that is known by an HTTP status or by a path that selects something."""

    state: str
    when: str | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Where a finished job has its value and the URLs of its files."""

    value: str | None = None
    files: Sequence[str] = ()
    content_type: str = "video/mp4"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPaths:
    """Where an error's code and message stand; the first path that can be written counts."""

    code: Sequence[str] = ()
    message: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPaths:
    """Where the last poll says what the job cost."""

    amount: str | None = None
    discount: str | None = None
    reserved: str | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeCycle:
    """How a job is submitted, polled and collected: the fields of `x-job` under the same names."""

    poll: Step
    id: Sequence[str] = ()
    status: Sequence[str] = ()
    states: Mapping[str, Sequence[str | int | float | bool]] = field(default_factory=dict)
    rules: Sequence[Rule] = ()
    result: Result = field(default_factory=Result)
    error: ErrorPaths = field(default_factory=ErrorPaths)
    cost: CostPaths | None = None


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
class Operation:
    """A method at a path; `check` is its key under `requests` of `_schemas.json`."""

    name: str
    method: str
    path: str
    secured: bool = True
    parameters: Sequence[Parameter] = ()
    check: str | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    job: LifeCycle | None = None
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
    answers refer to.
    """

    name: str
    title: str = ""
    env_prefix: str = ""
    security: Sequence[Security] = ()
    operations: Sequence[Operation] = ()
    error_codes: Mapping[str, VendorCode] = field(default_factory=dict)
    error: ErrorPaths = field(default_factory=ErrorPaths)
    assumed: Mapping[str, Any] = field(default_factory=dict)
    definitions: Mapping[str, Any] = field(default_factory=dict)


def load_description(path: Path) -> Description:
    """Read an `api.json`; `msgspec.ValidationError` names the place that is wrong."""
    return msgspec.json.decode(path.read_bytes(), type=Description)
