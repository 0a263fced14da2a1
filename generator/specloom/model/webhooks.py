"""Webhooks and callbacks: what the server sends by itself, and what a program reads it as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.model.api import Webhook
from specloom.model.bodies import read_body
from specloom.model.names import Scope, pascal, snake
from specloom.model.types import Anything

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.operation_names import Found
    from specloom.model.schemas import Schemas
    from specloom.openapi.tree import Node

METHODS = ("post", "put", "patch", "get", "delete", "options", "head", "trace", "query")


def read_webhooks(root: Node, found: list[Found], schemas: Schemas) -> Iterator[Webhook]:
    """The webhooks of a document, then the callbacks of its operations, each in document order."""
    scope = Scope()
    for name, holder in root.items("webhooks"):
        told = list(_operations(holder))
        for method, node in told:
            own = name if len(told) == 1 else f"{method} {name}"
            yield _webhook(node, own, method, scope, schemas)
    for one in found:
        if not one.is_first:
            continue
        for name, holder in one.node.items("callbacks"):
            paths = [(path, item) for path, item in holder.follow().items() if path[:2] != "x-"]
            each = [(path, *operation) for path, item in paths for operation in _operations(item)]
            for path, method, node in each:
                own = f"{one.key if one.node.text('operationId') else one.qualified} {name}"
                own = own if len(each) == 1 else f"{own} {method}"
                yield _webhook(node, own, method, scope, schemas, one.qualified, path)


def _operations(holder: Node) -> Iterator[tuple[str, Node]]:
    item = holder.follow()
    for method in METHODS:
        node = item.get(method)
        if node is not None and isinstance(node.value, dict):
            yield method, node
    yield from ((name, node) for name, node in item.items("additionalOperations"))


def _webhook(
    node: Node,
    wire_name: str,
    method: str,
    scope: Scope,
    schemas: Schemas,
    operation: str = "",
    path: str = "",
) -> Webhook:
    pinned, own = node.text("x-name"), snake(wire_name)
    name = scope.claim(pinned or own, own, snake(node.text("operationId")))
    body = read_body(node, pascal(name), schemas)
    content = body.contents[0] if body is not None and body.contents else None
    return Webhook(
        name=name,
        wire_name=wire_name,
        method=method.upper(),
        summary=node.text("summary"),
        doc=node.text("description"),
        type=content.type if content is not None else Anything("it has no body"),
        content_type=content.media_type if content is not None else "",
        operation=operation,
        path=path,
        deprecated=node.flag("deprecated"),
        at=node.at,
    )
