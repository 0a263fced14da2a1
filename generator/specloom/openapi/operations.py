"""The operations of a tree as rules ask for them: by id or reference, with their parameters, bodies and answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from specloom.openapi.tree import Node, Tree

__all__ = ["Operation", "operations_by_id", "operations_of", "referred_operation"]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation and the path that holds it."""

    node: Node
    item: Node
    path: str
    method: str

    @property
    def name(self) -> str:
        """Its operationId, or method and path where it has none."""
        return self.node.text("operationId") or f"{self.method.upper()} {self.path}"

    def parameters(self) -> Mapping[tuple[str, str], Node]:
        """Its parameters and those of its path, by place and name."""
        found = {}
        for holder in (self.item, self.node):
            for node in holder.elements("parameters"):
                parameter = node.follow()
                found[parameter.text("in"), parameter.text("name")] = parameter
        return found

    def body(self) -> Node | None:
        """The schema of its JSON body."""
        body = self.node.get("requestBody")
        return next(_json_schemas(body.follow()), None) if body is not None else None

    def answers(self) -> list[Node]:
        """The schemas of its JSON answers when it succeeds."""
        responses = [
            (status, response.follow())
            for status, response in self.node.items("responses")
            if not status.startswith("x-")
        ]
        good = [response for status, response in responses if status[:1] == "2"]
        good = good or [response for status, response in responses if status == "default"]
        return [schema for response in good for schema in _json_schemas(response)]


def _json_schemas(holder: Node) -> Iterator[Node]:
    for media_type, content in holder.items("content"):
        kind = media_type.partition(";")[0].strip().lower()
        schema = content.follow().get("schema")
        if schema is not None and (kind.endswith(("/json", "+json")) or kind == "*/*"):
            yield schema


def operations_of(tree: Tree) -> Iterator[Operation]:
    """The operations of all paths, in document order."""
    for path, reference in tree.root.items("paths"):
        item = reference.follow()
        for method in _METHODS:
            node = item.get(method)
            if node is not None and isinstance(node.value, dict):
                yield Operation(node, item, path, method)
        for method, node in item.items("additionalOperations"):
            yield Operation(node, item, path, method)


def operations_by_id(tree: Tree) -> dict[str, Operation]:
    """The operations that have an id, by it; of several with the same one, the first."""
    found: dict[str, Operation] = {}
    for operation in operations_of(tree):
        if name := operation.node.text("operationId"):
            found.setdefault(name, operation)
    return found


def referred_operation(tree: Tree, holder: Node, ref: str) -> Operation | None:
    """The operation that an `operationRef` at `holder` names."""
    at = tree.documents.resolve(holder.at, ref)
    return next((one for one in operations_of(tree) if one.node.at == at), None) if at else None
