"""What the woven modules say of the life cycle of a job, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .operations import Operation

__all__ = [
    "CostPaths",
    "ErrorPaths",
    "Idempotency",
    "LifeCycle",
    "Listing",
    "Paths",
    "Progress",
    "Result",
    "Rule",
    "State",
    "Step",
    "Word",
]

Paths: TypeAlias = tuple[str, ...]
State: TypeAlias = Literal[
    "queued", "running", "succeeded", "failed", "cancelled", "expired", "missing"
]
Word: TypeAlias = str | int | float | bool


class ErrorPaths(Struct, frozen=True, kw_only=True):
    """Where a body carries an error's code and message; of several paths the first that selects."""

    code: Paths = ()
    message: Paths = ()


class CostPaths(Struct, frozen=True, kw_only=True):
    """Where answers carry money: `reserved` in the submit's, the others in the last poll's."""

    amount: str | None = None
    discount: str | None = None
    reserved: str | None = None
    currency: str | None = None


class Rule(Struct, frozen=True, kw_only=True):
    """Decides the state before the words do: by HTTP status, by a path that selects, or both."""

    state: State
    code: int | None = None
    when: str | None = None


class Step(Struct, frozen=True, kw_only=True):
    """A further call: values are constants, `$id`, paths, or `$request...`; a bare URL is asked.

    `numbers` are the JSON Pointers into `body` of the sources that go as numbers, text or not. What
    submits a job itself is sent `once`, and never again by itself.
    """

    operation: Operation[Any] | None = None
    url: str | None = None  # a path in the answer, or `$response.header.X`
    parameters: Mapping[str, Any] = {}
    body: Any = None
    numbers: Paths = ()
    once: bool = False


class Result(Struct, frozen=True, kw_only=True):
    """Where a finished job keeps what was paid for; `operation` or `url` make it a further call.

    `optional`: it may have no file, and what is no `http(s)` URL is none. `numbers` and
    `once` as in `Step`.
    """

    value: str | None = None
    files: Paths = ()
    expires: float | str | None = None  # seconds after success, or a path
    optional: bool = False
    operation: Operation[Any] | None = None
    url: str | None = None
    parameters: Mapping[str, Any] = {}
    body: Any = None
    numbers: Paths = ()
    once: bool = False


class Progress(Struct, frozen=True, kw_only=True):
    """How far a job says it is: a value, of a number or of what a path selects."""

    value: str
    of: float | str = 1


class Listing(Struct, frozen=True, kw_only=True):
    """A call that lists jobs, and where their ids stand in its answer.

    `names` are the keywords of parameters and sources that Python writes otherwise, `numbers` and
    `once` as in `Step`.
    """

    operation: Operation[Any]
    ids: str
    parameters: Mapping[str, Any] = {}
    body: Any = None
    numbers: Paths = ()
    once: bool = False
    names: Mapping[str, str] = {}


class Idempotency(Struct, frozen=True, kw_only=True):
    """Where a submit carries its key: `$request.header.X`, `.query.x` or `.body#/pointer`.

    `known` selects something in the refusal of a repeat whose key the server knows.
    """

    key: str
    repeat: Literal["replayed", "refused", "unknown"] = "unknown"
    is_id: bool = False
    known: str | None = None


class LifeCycle(Struct, frozen=True, kw_only=True):
    """How a job is followed from its submit to its result; seconds, JSONPaths, words."""

    poll: Step
    id: Paths = ()  # none: the URL of the poll is the id
    interval: float = 5
    timeout: float = 900
    status: Paths = ()
    states: Mapping[State, tuple[Word, ...]] = {}
    rules: tuple[Rule, ...] = ()
    refused: str | None = None
    not_taken: tuple[int, ...] = ()
    result: Result | None = None
    error: ErrorPaths = ErrorPaths()
    progress: Progress | None = None
    cost: CostPaths | None = None
    cancel: Step | None = None
    list: Listing | None = None
    idempotency: Idempotency | None = None
