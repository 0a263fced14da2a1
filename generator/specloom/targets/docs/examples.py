"""Example calls: values from the document's examples where it has any, else the plainest that fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specloom.model.names import RESOURCE_NAMES, snake
from specloom.model.types import (
    ABSENT,
    Constant,
    Enumeration,
    Limits,
    ListOf,
    MapOf,
    Named,
    OneOf,
    Record,
    Scalar,
    TupleOf,
    Type,
    Union,
)
from specloom.python.spelling import identifier, literal
from specloom.targets.docs.markdown import Markdown

if TYPE_CHECKING:
    from specloom.model.api import Api, Argument, Operation, Resource

_LONGEST_NAME = 24  # characters
_DEEPEST = 4  # records in records
_FILE = re.compile(r"https?://[^\s/?#]+/[^\s?#]*(\.[a-z0-9]{2,4})(?:[?#]|$)", re.IGNORECASE)
_SCALARS: Mapping[str, Any] = {
    "string": "...",
    "integer": 1,
    "number": 1.0,
    "boolean": True,
    "bytes": "",
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An argument of an example call; `value` is Python, `note` a remark behind it."""

    name: Markdown
    value: Markdown
    imported: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An example call: the method with its resource (`videos.submit`), and what it says."""

    method: Markdown
    given: tuple[Given, ...]

    def at(self, columns: int) -> Markdown:
        """The call as Python, on lines that stand `columns` in; one argument a line."""
        margin = " " * columns
        said = "".join(
            f"\n{margin}    {one.name}={one.value},{f'  # {one.note}' if one.note else ''}"
            for one in self.given
        )
        return Markdown(f"{self.method}({said}\n{margin})" if said else f"{self.method}()")

    @property
    def imports(self) -> tuple[str, ...]:
        """The enumerations that it names."""
        return tuple(dict.fromkeys(one.imported for one in self.given if one.imported))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """An operation as examples call it: it, the methods that belong to it, and what they come to.

    `estimate` says only what decides the price; `wrong` holds a value that is refused, where one is known.
    """

    submit: Call
    generate: Call
    estimate: Call
    wrong: Call | None
    variable: Markdown
    suffix: Markdown


def calling(api: Api, resource: Resource, operation: Operation) -> Calling:
    """How examples call an operation: what it requires, and what decides its price."""
    priced = operation.price.arguments if operation.price is not None else ()
    said = [one for one in operation.signature.arguments if one.required or one.name in priced]
    given = tuple(argument_given(api, operation, one) for one in said)
    wrong = _wrong(api, operation)

    def call(name: str, arguments: tuple[Given, ...] = given) -> Call:
        return Call(method=_python(f"{resource.name}.{name}"), given=arguments)

    return Calling(
        submit=call(operation.name),
        generate=call(operation.companions.get("generate", operation.name)),
        estimate=call(
            operation.companions.get("estimate", operation.name),
            tuple(one for one in given if one.name in priced),
        ),
        wrong=call(operation.name, _with(given, wrong)) if wrong is not None else None,
        variable=_python(variable(operation)),
        suffix=Markdown(_suffix(operation, api)),
    )


def argument_given(api: Api, operation: Operation, argument: Argument) -> Given:
    """An argument with its example value as Python."""
    sample = example(api, operation, argument)
    named = argument.type.name if isinstance(argument.type, Named) else ""
    member = _member(api, named, sample)
    if member:
        return Given(
            name=_python(argument.name), value=_python(f"{named}.{member}"), imported=named
        )
    return Given(name=_python(argument.name), value=Markdown(literal(sample)))


def _with(given: tuple[Given, ...], other: Given) -> tuple[Given, ...]:
    """The arguments with one replaced by another, or added."""
    if all(one.name != other.name for one in given):
        return (*given, other)
    return tuple(other if one.name == other.name else one for one in given)


def _python(name: str) -> Markdown:
    return Markdown(identifier(name))


def variable(operation: Operation) -> str:
    """What examples call the outcome: `video` for the result class `Video`."""
    name = snake(operation.job.result_name) if operation.job is not None else "answer"
    name = name if len(name) <= _LONGEST_NAME else "outcome"
    return f"{name}_" if name in RESOURCE_NAMES | {"client", "job", "result", "error"} else name


def _member(api: Api, named: str, sample: Any) -> str:
    """The member of an enumeration that has this value, if the package exports that enumeration."""
    declared = api.declaration(named) if named else None
    taken = {api.client_name, f"Async{api.client_name}", "Job", "AsyncJob", "UNSET", "APIError"}
    if not isinstance(declared, Enumeration) or named in taken:
        return ""
    return next((one.name for one in declared.members if one.value == sample), "")


def example(api: Api, operation: Operation, argument: Argument) -> Any:
    """A value for an argument: its own example, one of the whole body, its default, one that its type allows."""
    if argument.example is not ABSENT:
        return argument.example
    for body in _bodies(operation):
        found = _at(body, argument.path) if argument.place == "body" else ABSENT
        if found is not ABSENT:
            return found
    if argument.default is not ABSENT and argument.default is not None:
        return argument.default
    return _sample(api, argument.type, argument.limits, 0)


def _bodies(operation: Operation) -> Iterator[Any]:
    for content in operation.body.contents if operation.body is not None else ():
        yield from content.examples.values()


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        if not isinstance(value, Mapping) or step not in value:
            return ABSENT
        value = value[step]
    return value


def _sample(api: Api, kind: Type, limits: Limits, depth: int) -> Any:
    match kind:
        case Constant(value=value):
            return value
        case Scalar(kind=name):
            return _scalar(name, limits)
        case ListOf(item=item):
            return [_sample(api, item, Limits(), depth + 1)] if depth < _DEEPEST else []
        case TupleOf(items=items):
            return [_sample(api, item, Limits(), depth + 1) for item in items]
        case OneOf(variants=variants):
            return _sample(api, variants[0], limits, depth) if variants else None
        case Named(name=name):
            return _declared(api, name, limits, depth)
        case MapOf():
            return {}
        case _:
            return "..."


def _scalar(name: str, limits: Limits) -> Any:
    least = limits.minimum if limits.minimum is not None else limits.exclusive_minimum
    if name in {"integer", "number"} and least is not None:
        return least if limits.minimum is not None else least + 1
    if name == "string" and limits.format == "uri":
        return "https://example.com/file"
    return _SCALARS.get(name)


def _declared(api: Api, name: str, limits: Limits, depth: int) -> Any:
    match api.declaration(name):
        case Enumeration(members=members):
            return members[0].value if members else "..."
        case Union(variants=variants):
            return (
                _sample(api, variants[0], limits, depth + 1)
                if variants and depth < _DEEPEST
                else {}
            )
        case Record(fields=fields):
            asked = (one for one in fields if one.required and not one.read_only)
            return (
                {one.wire_name: _sample_field(api, one, depth) for one in asked}
                if depth < _DEEPEST
                else {}
            )


def _sample_field(api: Api, field: Any, depth: int) -> Any:
    return (
        field.example
        if field.example is not ABSENT
        else _sample(api, field.type, field.limits, depth + 1)
    )


def _suffix(operation: Operation, api: Api) -> str:
    """The ending of a result's file, as the examples of the answers have it; `.bin` where they have none."""
    polled = operation.job.poll.operation if operation.job is not None else ""
    answers = api.operation(polled).answers if polled else operation.answers
    examples = (
        one
        for answer in answers
        for content in answer.contents
        for one in content.examples.values()
    )
    found = (match for one in examples for match in map(_FILE.match, _strings(one)) if match)
    return next((match[1].lower() for match in found), ".bin")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _strings(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _strings(member)


def _wrong(api: Api, operation: Operation) -> Given | None:
    """An argument with a value that its schema refuses, to show what happens; None where none is sure."""
    for one in operation.signature.arguments:
        declared = api.declaration(one.type) if isinstance(one.type, Named) else None
        sample = ""
        if isinstance(declared, Enumeration) and declared.kind == "string":
            sample = literal("no such value")
        elif isinstance(one.type, Scalar) and one.limits.maximum is not None:
            sample = literal(one.limits.maximum + 1)
        if sample and one.place == "body":
            return Given(name=_python(one.name), value=Markdown(sample), note="not allowed")
    return None
