"""`x-pagination` -> how the pages of a list follow each other, and what type an item has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from specloom.model.api import Pagination
from specloom.model.media import is_json, successes
from specloom.model.types import Anything, Type
from specloom.openapi.schema_paths import follow, parts_of
from specloom.targets.client.runtime import jsonpath

if TYPE_CHECKING:
    from specloom.model.schemas import Schemas
    from specloom.openapi.tree import Node

_FIRST = 1


def read_pagination(operation: Node, context: str, schemas: Schemas) -> Pagination | None:
    """How the pages of an operation's list follow each other; None where it declares nothing."""
    node = operation.get("x-pagination")
    if node is None:
        return None
    first = node.get("first")
    told: Any = first.value if first is not None else _FIRST
    return Pagination(
        style=node.text("style"),
        items=node.text("items"),
        item=_item_type(operation, node.text("items"), context, schemas),
        parameter=node.text("parameter"),
        cursor=node.text("cursor"),
        url=node.text("url"),
        first=told if isinstance(told, int) else _FIRST,
        total=node.text("total"),
        more=node.text("more"),
    )


def _item_type(operation: Node, path: str, context: str, schemas: Schemas) -> Type:
    """The type of what the list at `path` holds; a path may select the items themselves."""
    roots = [
        schema
        for _, answer in successes(operation)
        for media_type, content in answer.items("content")
        if (is_json(media_type) or media_type == "*/*")
        and (schema := content.follow().get("schema")) is not None
    ]
    for node in follow(jsonpath.parse(path), roots).nodes:
        parts = list(parts_of(node))
        held = next((items for part in parts if (items := part.get("items")) is not None), None)
        if held is not None:
            return schemas.type_of(held, f"{context}Item")
        if not any(part.text("type") == "array" for part in parts):
            return schemas.type_of(node, f"{context}Item")
    return Anything()
