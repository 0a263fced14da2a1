"""Rules about the calls of a life cycle: the operation exists, and all that it needs is bound to something there is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.openapi.operations import Operation, referred_operation
from specloom.openapi.path_rules import SCALAR, STRING, Body, check_path
from specloom.openapi.schema_paths import parts_of
from specloom.openapi.suggestions import did_you_mean, listing, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from specloom.diagnostics import Report
    from specloom.openapi.tree import Node

__all__ = [
    "Step",
    "check_source",
    "check_step",
    "is_needed",
    "named_parameters",
    "step_sources",
    "usual_value",
]

_REQUEST = re.compile(r"\$request\.(path|query|header)\.(.+)")
_BODY = re.compile(r"\$request\.body#(/.*)")
# In a body, a text that is none of these is a constant: `$5` too.
_SOURCE = re.compile(r"\$(\Z|id\Z|[.\[]|request\.|response\.header\.)")
_PLACES = ("path", "query", "header", "cookie")


@dataclass(frozen=True, slots=True)
class Step:
    """A call of a life cycle; `body` is what the paths among its sources are read from."""

    node: Node
    submit: Operation
    by_id: Mapping[str, Operation]
    body: Body
    field: str
    has_id: bool = True


def check_step(step: Step, report: Report) -> Operation | None:
    """Check a call; return its operation where it names one that exists."""
    operation = _operation(step, report)
    for source in step_sources(step.node):
        check_source(source, step, report)
    url = step.node.get("url")
    if url is not None and isinstance(url.value, str) and url.value[1:2] in (".", "["):
        check_path(url, [step.body], report, STRING)
    if operation is not None:
        _check_parameters(step, operation, report)
        _check_request_body(step, operation, report)
    return operation


def step_sources(node: Node) -> Iterator[Node]:
    """What a call is bound to: its parameters, its headers, the texts in its body that are sources."""
    url = node.get("url")
    if url is not None and not (isinstance(url.value, str) and url.value[1:2] in (".", "[")):
        yield url
    parameters = node.get("parameters")
    yield from (source for _, source in (parameters.items() if parameters is not None else ()))
    waiting = [body] if (body := node.get("requestBody")) is not None else []
    while waiting:
        here = waiting.pop(0)
        if isinstance(here.value, dict):
            waiting += [member for _, member in here.items()]
        elif isinstance(here.value, list):
            waiting += here.elements()
        elif isinstance(here.value, str) and _SOURCE.match(here.value):
            yield here


def _operation(step: Step, report: Report) -> Operation | None:
    named, referred = step.node.get("operationId"), step.node.get("operationRef")
    if named is not None:
        operation = step.by_id.get(named.value)
        if operation is None:
            report.error(
                "unknown-operation",
                f"no operation is called {quoted(named.value)}",
                named.at,
                hint=did_you_mean(named.value, step.by_id),
            )
        return operation
    if referred is None:
        return None
    operation = referred_operation(step.node.tree, step.node, referred.value)
    if operation is None:
        report.error(
            "unknown-operation",
            f"{quoted(referred.value)} does not lead to an operation",
            referred.at,
            hint="it reads `#/paths/~1v1~1videos~1{id}/get`, with every `/` of the path as `~1`",
        )
    return operation


def _check_parameters(step: Step, operation: Operation, report: Report) -> None:
    declared = operation.parameters()
    bound: set[tuple[str, str]] = set()
    given = step.node.get("parameters")
    for name, source in given.items() if given is not None else ():
        found = named_parameters(name, declared)
        bound |= found
        if not found:
            report.error(
                "unknown-parameter",
                f"`{operation.name}` has no parameter {quoted(name)}",
                source.at.at_key(),
                related=[("the operation", operation.node.at.at_key())],
                hint=did_you_mean(name, [known for _, known in declared]),
            )
    if step.node.get("url") is not None:
        # The server gives the whole URL, with all that it needs.
        return
    missing = [
        quoted(name)
        for (place, name), node in declared.items()
        if (place, name) not in bound and is_needed(node) and usual_value(node) is None
    ]
    if missing:
        report.error(
            "unbound-parameter",
            f"`{operation.name}` needs {listing(missing, 'and')}, which is bound to nothing",
            step.node.at.at_key(),
            related=[("the operation", operation.node.at.at_key())],
            hint=f"for example `parameters: {{{missing[0].strip('`')}: $id}}`",
        )


def _check_request_body(step: Step, operation: Operation, report: Report) -> None:
    told, declared = step.node.get("requestBody"), operation.node.get("requestBody")
    related = [("the operation", operation.node.at.at_key())]
    if told is not None and declared is None:
        report.warning(
            "unexpected-body",
            f"`{operation.name}` takes no body, and gets one",
            told.at.at_key(),
            related=related,
            hint="describe it with the operation, or leave it out",
        )
    elif told is None and declared is not None and declared.follow().flag("required"):
        report.warning(
            "unbound-body",
            f"`{operation.name}` needs a body, and gets none",
            step.node.at.at_key(),
            related=related,
            hint="for example `requestBody: {ids: [$id]}`",
        )


def is_needed(parameter: Node) -> bool:
    """Whether a call cannot do without a parameter."""
    return parameter.flag("required") or parameter.text("in") == "path"


def usual_value(parameter: Node) -> Node | None:
    """What a client sends for a parameter that nothing is bound to: the only value that it may have, or its default."""
    schema = parameter.get("schema")
    if schema is None:
        return None
    held = schema.follow()
    words = list(held.elements("enum"))
    only = held.get("const") or (words[0] if len(words) == 1 else held.get("default"))
    return only if only is not None and only.value is not None else None


def named_parameters(name: str, declared: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The parameters that `name` or, as in a Link, `query.name` means."""
    place, _, rest = name.partition(".")
    return {
        (where, known)
        for where, known in declared
        if known == name or (place in _PLACES and (where, known) == (place, rest))
    }


def check_source(source: Node | None, step: Step, report: Report) -> None:
    """Check a value that begins with `$`: `$id`, a JSONPath, or a runtime expression; anything else is a constant."""
    text = source.value if source is not None else None
    if source is None or not isinstance(text, str) or not text.startswith("$"):
        return
    if text == "$id":
        if not step.has_id:
            report.error(
                "job-without-id",
                "`$id` is used, but the life cycle does not say where the id stands",
                source.at,
                hint="say `id: $.id`, with the place of the id in the answer to the submit",
            )
    elif text == "$" or text[1] in ".[":
        check_path(source, [step.body], report, SCALAR)
    elif found := _REQUEST.fullmatch(text):
        _check_request(source, (found[1], found[2]), step, report)
    elif found := _BODY.fullmatch(text):
        _check_body(source, found[1], step, report)
    elif not text.startswith("$response.header."):
        report.error(
            "unknown-source",
            f"{quoted(text)} is not a source of a value",
            source.at,
            hint="`$id`, a JSONPath such as `$.id`, `$request.{path,query,header}.NAME`,"
            " `$request.body#/pointer`, `$response.header.NAME`, or a constant",
        )


def _check_request(source: Node, wanted: tuple[str, str], step: Step, report: Report) -> None:
    declared = step.submit.parameters()
    # Clients may send headers that nobody declares.
    if wanted not in declared and wanted[0] != "header":
        report.error(
            "unknown-parameter",
            f"the submit has no {wanted[0]} parameter {quoted(wanted[1])}",
            source.at,
            hint=did_you_mean(wanted[1], [name for place, name in declared if place == wanted[0]]),
        )


def _check_body(source: Node, pointer: str, step: Step, report: Report) -> None:
    here = step.submit.body()
    for part in pointer[1:].split("/") if here is not None else ():
        name = part.replace("~1", "/").replace("~0", "~")
        members = dict(_members(here)) if here is not None else {}
        if not members:
            return
        here = members.get(name)
        if here is None:
            report.error(
                "unknown-parameter",
                f"the submit's body has no {quoted(name)} there",
                source.at,
                hint=did_you_mean(name, members),
            )
            return


def _members(schema: Node) -> Iterable[tuple[str, Node]]:
    return [member for part in parts_of(schema) for member in part.items("properties")]
