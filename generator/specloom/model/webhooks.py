"""Webhooks and callbacks: what the server sends by itself, and what a program reads it as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.model.api import Webhook
from specloom.model.bodies import read_body
from specloom.model.names import Scope, pascal, pinned_first, snake
from specloom.model.operations import usual_operations
from specloom.model.types import Anything

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.operation_names import Found
    from specloom.model.schemas import Schemas
    from specloom.openapi.tree import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A call that the server makes, before it has its name: `wanted` is what that is made of."""

    node: Node
    method: str
    wire_name: str
    wanted: str
    operation: str = ""
    path: str = ""


def read_webhooks(root: Node, found: list[Found], schemas: Schemas) -> Iterator[Webhook]:
    """The webhooks of a document, then the callbacks of its operations, each in document order."""
    sent = [*_webhooks(root), *(each for one in found if one.is_first for each in _callbacks(one))]
    names = _names(sent)
    yield from (_webhook(one, name, schemas) for one, name in zip(sent, names, strict=True))


def _webhooks(root: Node) -> Iterator[_Sent]:
    for name, holder in root.items("webhooks"):
        for number, (method, node) in enumerate(_operations(holder)):
            wanted = f"{method} {name}" if number else name
            yield _Sent(node=node, method=method, wire_name=name, wanted=wanted)


def _callbacks(one: Found) -> Iterator[_Sent]:
    owner = one.key if one.node.text("operationId") else one.qualified
    for name, holder in one.node.items("callbacks"):
        paths = [(path, item) for path, item in holder.follow().items() if path[:2] != "x-"]
        each = [(path, *operation) for path, item in paths for operation in _operations(item)]
        for number, (path, method, node) in enumerate(each):
            yield _Sent(
                node=node,
                method=method,
                wire_name=name,
                wanted=f"{owner} {name} {method}" if number else f"{owner} {name}",
                operation=one.qualified,
                path=path,
            )


def _operations(holder: Node) -> Iterator[tuple[str, Node]]:
    item = holder.follow()
    yield from usual_operations(item)
    yield from item.items("additionalOperations")


def _names(sent: list[_Sent]) -> Iterator[str]:
    """The name of each, in document order; pinned ones (`x-name`) are claimed first."""
    scope = Scope()
    claimed: dict[int, str] = {}
    for number in pinned_first([one.node for one in sent]):
        node, own = sent[number].node, snake(sent[number].wanted)
        wanted = node.text("x-name") or own
        claimed[number] = scope.claim(wanted, own, snake(node.text("operationId")))
    yield from (claimed[number] for number in range(len(sent)))


def _webhook(one: _Sent, name: str, schemas: Schemas) -> Webhook:
    node = one.node
    body = read_body(node, pascal(name), schemas)
    content = body.contents[0] if body is not None and body.contents else None
    return Webhook(
        name=name,
        wire_name=one.wire_name,
        method=one.method.upper(),
        summary=node.text("summary"),
        doc=node.text("description"),
        type=content.type if content is not None else Anything("it has no body"),
        content_type=content.media_type if content is not None else "",
        operation=one.operation,
        path=one.path,
        deprecated=node.flag("deprecated"),
        at=node.at,
    )
