"""What a server of the API takes and gives, schema by schema: what a sandbox is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from specloom.model.bodies import body_kind, request_contents
from specloom.model.events import item_schema
from specloom.model.media import kind_of, preferred
from specloom.model.parameters import content_schema
from specloom.model.requests import SchemaView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.diagnostics import Location, Report
    from specloom.model.operation_names import Found
    from specloom.model.operations import Operations
    from specloom.openapi.tree import Node


def served(operations: Operations, report: Report) -> dict[str, Any]:
    """Answers, parameters and bodies by qualified operation, and the `$defs` that their schemas share."""
    view = SchemaView(report, operations.schemas.families, sent=False)
    answers = _Answers(view)
    firsts = [one for one in operations.found if one.is_first]
    twins: dict[Location, list[Found]] = {}
    for one in operations.found:
        twins.setdefault(one.node.at, []).append(one)
    return {
        "$defs": view.definitions,
        "answers": {one.qualified: _by_status(one, answers) for one in firsts},
        "parameters": {one.qualified: _parameters(one, view) for one in firsts},
        "bodies": {one.qualified: list(_bodies(one, twins[one.node.at])) for one in firsts},
    }


def _by_status(one: Found, answers: _Answers) -> dict[str, Any]:
    """By status: the schema of each content (an item's, where it is a stream), and of each header."""
    return {
        str(status).upper() if status != "default" else status: answers.of(holder.follow())
        for status, holder in one.node.items("responses")
    }


@dataclass(slots=True)
class _Answers:
    """The answers that were looked at: most operations refer to the same ones."""

    view: SchemaView
    _told: dict[Location, dict[str, Any]] = field(default_factory=dict)

    def of(self, answer: Node) -> dict[str, Any]:
        if answer.at not in self._told:
            self._told[answer.at] = {
                "contents": {
                    name: self.view.schema(schema)
                    for name, content in preferred(answer)
                    if (schema := _schema(name, content)) is not None
                },
                "headers": {
                    name: self.view.schema(schema)
                    for name, header in answer.items("headers")
                    if (schema := content_schema(header.follow())[1]) is not None
                    and name.lower() != "content-type"
                },
            }
        return self._told[answer.at]


def _schema(media_type: str, content: Node) -> Node | None:
    is_stream = kind_of(media_type, content) == "stream"
    return item_schema(content) if is_stream else content.get("schema")


def _parameters(one: Found, view: SchemaView) -> dict[str, Any]:
    return {
        f"{node.text('in')}:{node.text('name')}": _parameter(node, view.schema(schema))
        for holder in (one.item, one.node)
        for node in (element.follow() for element in holder.elements("parameters"))
        if (schema := content_schema(node)[1]) is not None
    }


def _parameter(node: Node, schema: Any) -> Any:
    """The schema of a parameter; one that may come without a value is met by none."""
    return {"anyOf": [schema, {"const": ""}]} if node.flag("allowEmptyValue") else schema


def _bodies(one: Found, twins: list[Found]) -> Iterator[dict[str, str]]:
    """The contents of a body as the document has them; `check` is the operation whose rules hold for each."""
    contents = request_contents(one.node)
    own = {other.request_type: other.qualified for other in twins if other.request_type}
    checked = {_told(content): own.get(name, "") for name, content in contents if name in own}
    for at, (name, content) in enumerate(contents):
        kind = body_kind(name, content)
        check = one.qualified if at == 0 else own.get(name) or checked.get(_told(content), "")
        if not check and at and _told(content) == _told(contents[0][1]):
            check = one.qualified
        is_ruled = kind not in ("text", "binary")
        yield {"media_type": name, "kind": kind, "check": check if is_ruled else ""}


def _told(content: Node) -> str:
    """What makes the schemas of two contents one."""
    schema = content.get("schema")
    return repr(schema.value) if schema is not None else ""
