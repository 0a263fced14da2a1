"""The command line of a woven package, as literal data: its one positional and an option for every argument."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.model.types import ABSENT, Constant, Enumeration, ListOf, Named, Scalar, Type
from specloom.model.unions import real_type
from specloom.python.spelling import Code
from specloom.targets.client.expressions import construct
from specloom.targets.client.ranges import range_text

if TYPE_CHECKING:
    from specloom.model.api import Api, Argument, Operation, Resource


def command_of(api: Api) -> tuple[Resource, Operation] | None:
    """The operation that `python -m package` runs: the first that submits one job; None where there is none."""
    for resource in api.resources:
        for operation in resource.operations:
            if operation.job is not None and not operation.job.makes_several:
                return resource, operation
    return None


def command_data(api: Api) -> Code:
    """The `Command(...)` of the package; empty where no operation makes jobs from a text."""
    found = command_of(api)
    if found is None:
        return Code("")
    resource, operation = found
    arguments = operation.signature.arguments
    first = next(
        (one for one in arguments if one.required and _kind(api, one.type) == "string"), None
    )
    if first is None:
        return Code("")
    return construct(
        "Command",
        operation=f"{resource.name}.{operation.companions['generate']}",
        submit=operation.qualified,
        program=f"python -m {api.package}",
        description=api.summary or api.title,
        positional=first.name,
        positional_help=" ".join(first.doc.split()),
        arguments=tuple(_argument(api, one) for one in arguments if one is not first),
    )


def _argument(api: Api, one: Argument) -> Code:
    doc = " ".join(part for part in (" ".join(one.doc.split()), range_text(one.limits)) if part)
    return construct(
        "Argument",
        name=one.name,
        kind=_kind(api, one.type),
        choices=_choices(api, one.type),
        help=doc,
        default=one.default if isinstance(one.default, str | int | float) else ABSENT,
        required=True if one.required else None,
    )


def _kind(api: Api, given: Type) -> str:
    """How a flag's text is read; what a plain word cannot say is JSON."""
    kind = real_type(given)
    if isinstance(kind, ListOf) and _kind(api, kind.item) == "string":
        return "strings"
    if isinstance(kind, Named):
        declared = api.declaration(kind)
        return declared.kind if isinstance(declared, Enumeration) else "json"
    if isinstance(kind, Constant) and isinstance(kind.value, str):
        return "string"
    if isinstance(kind, Scalar):
        plain = {"date": "string", "date-time": "string", "bytes": "json", "null": "json"}
        return plain.get(kind.kind, kind.kind)
    return "json"


def _choices(api: Api, given: Type) -> tuple[str | int, ...]:
    kind = real_type(given)
    declared = api.declaration(kind) if isinstance(kind, Named) else None
    return (
        tuple(member.value for member in declared.members)
        if isinstance(declared, Enumeration)
        else ()
    )
