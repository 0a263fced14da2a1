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
        return [schema for response in self._successes() for schema in _json_schemas(response)]

    def answers_with(self, status: int) -> list[Node]:
        """The schemas of its JSON answers with a status: its own, else those of its range, else the usual ones."""
        told = self._responses()
        keys = (str(status), f"{status // 100}XX", "default")
        response = next((told[key] for key in keys if key in told), None)
        return list(_json_schemas(response)) if response is not None else []

    def refusals(self) -> list[Node]:
        """The schemas of its JSON answers when it refuses: those with 4xx, and the usual ones."""
        told = self._responses().items()
        refusals = [one for status, one in told if status[:1] == "4" or status == "default"]
        return [schema for response in refusals for schema in _json_schemas(response)]

    @property
    def gives_file(self) -> bool:
        """Whether every success is a file: it has content, and none of it is JSON."""
        kinds = [kind for one in self._successes() for kind, _ in one.items("content")]
        return bool(kinds) and not any(_may_be_json(kind) for kind in kinds)

    @property
    def gives_nothing(self) -> bool:
        """Whether it is described as succeeding without any content, and as leading nowhere else."""
        good = [one for status, one in self._responses().items() if status[:1] in "23"]
        return bool(good) and not any(
            one.get("headers") or any(one.items("content")) for one in good
        )

    def _successes(self) -> list[Node]:
        told = self._responses()
        good = [response for status, response in told.items() if status[:1] == "2"]
        return good or [told["default"]] if good or "default" in told else []

    def _responses(self) -> dict[str, Node]:
        """Its responses by status; a range in capitals."""
        return {
            status if status == "default" else status.upper(): response.follow()
            for status, response in self.node.items("responses")
            if not status.startswith("x-")
        }


def _json_schemas(holder: Node) -> Iterator[Node]:
    for media_type, content in holder.items("content"):
        schema = content.follow().get("schema")
        if schema is not None and _may_be_json(media_type):
            yield schema


def _may_be_json(media_type: str) -> bool:
    kind = media_type.partition(";")[0].strip().lower()
    return kind.endswith(("/json", "+json")) or kind == "*/*"


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
