"""What a life cycle leaves open of its further calls, and their operations tell: values that are usual, and kinds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from specloom.openapi.operations import Operation, operations_by_id, referred_operation
from specloom.openapi.schema_paths import follow, types_of
from specloom.openapi.step_rules import is_needed, named_parameters, usual_value
from specloom.targets.client.runtime.jsonpath import parse
from specloom.targets.client.runtime.pointers import pointer
from specloom.targets.client.runtime.sources import is_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.openapi.tree import Node

__all__ = ["number_places", "submits", "usual_parameters"]

_Place = tuple[str | int, ...]
_NUMBERS = frozenset({"integer", "number"})


def submits(step: Node) -> bool:
    """Whether a call names an operation that submits a job itself."""
    called = _called(step)
    return called is not None and called.node.get("x-job") is not None


def usual_parameters(step: Node) -> dict[str, Any]:
    """What a call sends for the parameters that it needs and does not bind: their only value, or the default."""
    called, given = _called(step), step.get("parameters")
    if called is None:
        return {}
    declared = called.parameters()
    names = [name for name, _ in given.items()] if given is not None else []
    bound = {each for name in names for each in named_parameters(name, declared)}
    # The query of a URL that the server gave is all there is.
    places = (
        ("header", "cookie")
        if step.get("url") is not None
        else ("path", "query", "header", "cookie")
    )
    names = [name for _, name in declared]
    return {
        name if names.count(name) == 1 else f"{place}.{name}": usual.value
        for (place, name), node in declared.items()
        if (place, name) not in bound and place in places and is_needed(node)
        if (usual := usual_value(node)) is not None
    }


def number_places(step: Node, submit: Node, ids: tuple[str, ...]) -> tuple[str, ...]:
    """The sources in the `requestBody` of a call for which a number is wanted, as JSON Pointers into it.

    Args:
        step: the call.
        submit: the operation that submits.
        ids: where its answer has the id, which tells what an id is where the body's schema does not.
    """
    body = step.get("requestBody")
    places = list(_sources(body.value, ())) if body is not None else []
    if not places:
        return ()
    called = _called(step)
    if called is not None and called.body() is None and called.node.get("requestBody") is not None:
        return ()  # a form, where all is text
    schema = called.body() if called is not None else None
    answers = Operation(submit, submit, "", "").answers()
    own = {kind for path in ids for kind in _types(path, answers)}
    found = []
    for place, source in places:
        path = "$" + "".join(f"[{json.dumps(part)}]" for part in place)
        wanted = _types(path, [schema] if schema is not None else [])
        if _is_number(wanted or (own if source == "$id" else set())):
            found.append(pointer(place))
    return tuple(found)


def _sources(value: Any, at: _Place) -> Iterator[tuple[_Place, str]]:
    """The texts in a body that are sources, with their places."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _sources(member, (*at, name))
    elif isinstance(value, list):
        for place, member in enumerate(value):
            yield from _sources(member, (*at, place))
    elif is_source(value):
        yield at, value


def _called(step: Node) -> Operation | None:
    """The operation that a call names."""
    ref = step.text("operationRef")
    if ref:
        return referred_operation(step.tree, step, ref)
    return operations_by_id(step.tree).get(step.text("operationId"))


def _types(path: str, roots: list[Node]) -> set[str]:
    """The JSON types of what a path selects in schemas; empty where they do not say."""
    found = [types_of(node) for node in follow(parse(path), roots).nodes] if roots else []
    return set().union(*found) if all(found) else set()


def _is_number(types: set[str]) -> bool:
    return bool(types & _NUMBERS) and "string" not in types
