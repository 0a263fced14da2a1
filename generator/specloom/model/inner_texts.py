"""Paths of a life cycle that lead into a text which the document says is JSON (`contentMediaType`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from specloom.diagnostics import Location
from specloom.openapi.operations import Operation, operations_by_id, referred_operation
from specloom.openapi.schema_paths import follow, parts_of
from specloom.targets.client.runtime.jsonpath import JSONPathError, Path, TextPath, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from specloom.model.jobs import Job
    from specloom.openapi.tree import Node

__all__ = ["mark_texts"]


def mark_texts(job: Job, parts: Iterable[Node], submit: Node) -> Job:
    """The same with every path that leads into such a text marked (`TextPath`).

    Args:
        job: a life cycle.
        parts: its fields in the document.
        submit: the operation that submits.
    """
    called = [Operation(submit, submit, "", ""), *_called(parts)]
    bodies = [schemas for one in called for schemas in (one.answers(), one.refusals()) if schemas]
    is_told = any(_is_json_text(part) for schemas in bodies for part in _all(schemas))
    return cast("Job", _marked(job, bodies)) if is_told else job


def _called(parts: Iterable[Node]) -> Iterator[Operation]:
    """The operations that the steps of a life cycle name."""
    for part in parts:
        name, ref = part.text("operationId"), part.text("operationRef")
        found = None
        if ref:
            found = referred_operation(part.tree, part, ref)
        elif name:
            found = operations_by_id(part.tree).get(name)
        if found is not None:
            yield found


def _all(schemas: list[Node]) -> Iterator[Node]:
    """All schemas at or below some."""
    yield from schemas
    yield from follow(parse("$..*"), schemas).nodes


def _is_json_text(schema: Node) -> bool:
    return any("json" in part.text("contentMediaType") for part in parts_of(schema))


def _marked(value: Any, bodies: list[list[Node]]) -> Any:
    if isinstance(value, str):
        return _path(value, bodies)
    if isinstance(value, Location):
        return value
    if isinstance(value, tuple | list):
        return type(value)(_marked(member, bodies) for member in value)
    if isinstance(value, Mapping):
        return {name: _marked(member, bodies) for name, member in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        held = {one.name: getattr(value, one.name) for one in fields(value)}
        return replace(value, **{name: _marked(one, bodies) for name, one in held.items()})
    return value


def _path(text: str, bodies: list[list[Node]]) -> str:
    if text[:2] not in ("$.", "$["):
        return text
    try:
        path = parse(text)
    except JSONPathError:
        return text  # the lint has told it
    steps = [
        place
        for place, segment in enumerate(path.segments)
        if not segment.descendant and _leads_to_text(path, place, bodies)
    ]
    return TextPath(text, *steps) if steps else text


def _leads_to_text(path: Path, steps: int, bodies: list[list[Node]]) -> bool:
    begin = replace(path, query=replace(path.query, segments=path.segments[:steps]))
    reached = (node for schemas in bodies for node in follow(begin, schemas).nodes)
    return any(_is_json_text(node) for node in reached)
