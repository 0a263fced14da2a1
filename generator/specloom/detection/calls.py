"""The calls of a life cycle as `x-job` writes them: the operation, and where each of its parameters comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specloom.detection.answers import below
from specloom.openapi.schema_paths import parts_of, types_of, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from specloom.detection.answers import View
    from specloom.openapi.operations import Operation
    from specloom.openapi.tree import Node

__all__ = ["Caller", "needed_members", "needed_parameters"]

_SCALARS = {"string", "integer", "number", "boolean"}


def needed_parameters(operation: Operation) -> dict[tuple[str, str], Node]:
    """The parameters without which an operation cannot be called, by place and name."""
    return {
        (place, name): node
        for (place, name), node in operation.parameters().items()
        if place == "path" or (node.flag("required") and not _has_default(node))
    }


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
        """The step that calls `operation`; None if it cannot be named or a parameter has no source."""
        step = self.named_step(operation)
        parameters = {}
        for (place, name), node in needed_parameters(operation).items():
            source = known.get(name) or self._source(place, name, node)
            if source is None:
                return None
            parameters[name] = source
        optional = {name for _, name in operation.parameters()} - parameters.keys()
        parameters |= {name: source for name, source in known.items() if name in optional}
        if step is not None and parameters:
            step["parameters"] = parameters
        return step

    def named_step(self, operation: Operation) -> dict[str, Any] | None:
        """The step with nothing but the operation; None if it stands in another file and has no id."""
        name = operation.node.text("operationId")
        if name in self.named and self.named[name].node.at == operation.node.at:
            return {"operationId": name}
        if operation.node.at.file != operation.node.tree.root.at.file:
            return None
        steps = (
            str(step).replace("~", "~0").replace("/", "~1") for step in operation.node.at.pointer
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
