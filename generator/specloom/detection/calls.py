"""The calls of a life cycle as `x-job` writes them: the operation, and where each of its parameters comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specloom.detection.answers import below
from specloom.openapi.schema_paths import parts_of, types_of, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from specloom.detection.answers import View
    from specloom.diagnostics import Location
    from specloom.openapi.operations import Operation
    from specloom.openapi.tree import Node

__all__ = ["Caller", "needed_members", "needed_parameters", "reached"]

_SCALARS = {"string", "integer", "number", "boolean"}


def needed_parameters(operation: Operation) -> dict[tuple[str, str], Node]:
    """The parameters without which an operation cannot be called, by place and name."""
    return {
        (place, name): node
        for (place, name), node in operation.parameters().items()
        if place == "path" or (node.flag("required") and not _has_default(node))
    }


def reached(operation: Operation) -> Location:
    """Where an operation stands in the root document, or would, were its path item not in another file."""
    at, root = operation.node.at, operation.node.tree.root.at
    if at.file == root.file:
        return at
    further = ("additionalOperations",) if at.pointer[-2:-1] == ("additionalOperations",) else ()
    return root.child("paths", operation.path, *further, at.pointer[-1])


def _has_default(parameter: Node) -> bool:
    schema = parameter.get("schema")
    return schema is not None and schema.get("default") is not None


def needed_members(operation: Operation) -> list[str]:
    """The members of its body without which an operation cannot be called."""
    held, body = operation.node.get("requestBody"), operation.body()
    if held is None or body is None or not held.follow().flag("required"):
        return []
    names = [str(name.value) for part in parts_of(body) for name in part.elements("required")]
    return list(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Caller:
    """Writes the calls that follow one submit.

    Attributes:
        named: The operations of the document by id.
        submit: What was called first.
        views: The objects in its answer.
    """

    named: Mapping[str, Operation]
    submit: Operation
    views: Sequence[View]

    def call(self, operation: Operation, known: Mapping[str, str]) -> dict[str, Any] | None:
        """The step that calls `operation`; None if a parameter has no source."""
        step = self.named_step(operation)
        parameters = {}
        for (place, name), node in needed_parameters(operation).items():
            source = known.get(name) or self._source(place, name, node)
            if source is None:
                return None
            parameters[name] = source
        optional = {name for _, name in operation.parameters()} - parameters.keys()
        parameters |= {name: source for name, source in known.items() if name in optional}
        if parameters:
            step["parameters"] = parameters
        return step

    def named_step(self, operation: Operation) -> dict[str, Any]:
        """The step with nothing but the operation."""
        name = operation.node.text("operationId")
        if name in self.named and self.named[name].node.at == operation.node.at:
            return {"operationId": name}
        steps = (
            str(step).replace("~", "~0").replace("/", "~1") for step in reached(operation).pointer
        )
        return {"operationRef": "#/" + "/".join(steps)}

    def _source(self, place: str, name: str, node: Node) -> Any:
        schema = node.get("schema")
        words = words_of(schema) if schema is not None else None
        if words is not None and len(words) == 1:
            return words[0][0]
        if (place, name) in self.submit.parameters() and place != "cookie":
            return f"$request.{place}.{name}"
        for view in self.views:
            member = view.members.get(name)
            if member is not None and types_of(member) <= _SCALARS and "[" not in view.path:
                return below(view, name)
        return None
