"""What a client checks before it sends: the rules of bodies and parameters, by qualified operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from specloom.model.bodies import body_kind, request_contents
from specloom.model.events import item_schema
from specloom.model.parameters import content_schema, declared_parameters, is_checked
from specloom.model.requests import SchemaView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.diagnostics import Report
    from specloom.model.operation_names import Found
    from specloom.model.operations import Operations
    from specloom.openapi.tree import Node


def request_checks(operations: Operations, report: Report) -> dict[str, Any]:
    """The data of `_schemas.json`: schema and advice of each body, rules of parameters, and their `$defs`."""
    view = SchemaView(report, operations.schemas.families)
    requests: dict[str, Any] = {}
    for one in operations.found:
        told: dict[str, Any] = {}
        for schema, is_item in _body_schema(one):
            advice = [given for holder in _advised(schema) for given in view.advice(holder)]
            body = view.schema(schema)
            told["body"] = {"type": "array", "items": body} if is_item else body
            told["advice"] = advice
        if rules := dict(_parameter_rules(one, view)):
            told["parameters"] = {"properties": rules}
        if told:
            requests[one.qualified] = told
    return {"$defs": view.definitions, "requests": requests}


def request_schemas(operation: Node) -> Iterator[Node]:
    """The schemas of bodies that have a structure, in every content of an operation."""
    for media_type, content in request_contents(operation):
        schema = content.get("schema")
        if schema is not None and body_kind(media_type, content) in {"json", "form", "multipart"}:
            yield schema


def checked_parameters(found: Found) -> dict[str, Node]:
    """The schemas that ask for more than text, by `<place>.<name>`."""
    told = ((node, *content_schema(node)) for node in declared_parameters(found))
    return {
        f"{node.text('in')}.{node.text('name')}": schema
        for node, content, schema in told
        if schema is not None and is_checked(content, schema)
    }


def _parameter_rules(found: Found, view: SchemaView) -> Iterator[tuple[str, Any]]:
    for key, schema in checked_parameters(found).items():
        yield key, view.schema(schema)


def _body_schema(found: Found) -> Iterator[tuple[Node, bool]]:
    """The schema of what an operation sends, and whether it is that of one item of many."""
    for media_type, content in request_contents(found.node):
        if found.request_type not in ("", media_type):
            continue
        kind = body_kind(media_type, content)
        schema = item_schema(content) if kind == "stream" else content.get("schema")
        if schema is not None and kind not in ("binary", "text"):
            yield schema, kind == "stream"
        return


def _advised(schema: Node) -> Iterator[Node]:
    """The request's schema, through its references: advice speaks of a whole body."""
    node: Node | None = schema
    seen = set()
    while node is not None and node.at not in seen:
        seen.add(node.at)
        yield node
        node = node.reference()
