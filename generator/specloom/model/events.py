"""The schemas of streams: what an item is, and whether it is the data of an event or the whole event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from specloom.model.media import EVENTS, is_string, plain
from specloom.openapi.operations import operations_of
from specloom.openapi.schema_paths import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.openapi.tree import Node, Tree

ItemKind = Literal["data", "event", "json-event"]

_FIELDS = frozenset({"event", "data", "id", "retry", "comment"})


def unfold_data(tree: Tree) -> None:
    """Read the JSON inside events' data as what it holds: `contentSchema` takes the place of the text around it."""
    for operation in operations_of(tree):
        for _, answer in operation.node.items("responses"):
            for media_type, content in answer.follow().items("content"):
                schema = item_schema(content.follow())
                if schema is not None and plain(media_type) == EVENTS:
                    _unfold(list(_data(schema)))


def _unfold(data: list[Node]) -> None:
    told = [node for node in data if _holds_json(node)]
    for node in data if told else ():
        meant = node.follow()
        inner = meant.get("contentSchema")
        if inner is not None and node in told:
            ref = inner.text("$ref") or f"#{_pointer(inner)}"
            own = {**meant.value, "$ref": ref, "contentSchema": inner.value}
            for key in ("type", "contentMediaType"):
                own.pop(key, None)
            # Here and not where a reference leads: what refers to it elsewhere means the text.
            node.value.clear()
            node.value.update(own)
        elif is_string(node) and node.get("const") is None:
            node.value.pop("type")  # what all events have in common: the variants know better


def _pointer(node: Node) -> str:
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in node.at.pointer)
    return "".join(f"/{quote(step)}" for step in steps)


def _holds_json(data: Node) -> bool:
    meant = data.follow()
    is_json = "json" in meant.text("contentMediaType") and meant.get("contentSchema") is not None
    return is_json and meant.at.file == data.at.file and isinstance(data.value, dict)


def item_schema(content: Node) -> Node | None:
    """The schema of one item: `itemSchema` (3.2), the items of a list of all (3.2), else the schema itself."""
    own = content.get("itemSchema")
    if own is not None:
        return own
    schema = content.get("schema")
    whole = schema.follow() if schema is not None else None
    if whole is not None and whole.text("type") == "array" and whole.get("items") is not None:
        return whole.get("items")
    return schema


def item_kind(media_type: str, content: Node) -> ItemKind:
    """Whether the items of an event stream are whole events; those of other streams are data."""
    schema = item_schema(content)
    if schema is None or plain(media_type) != EVENTS:
        return "data"
    named = {name for part in parts_of(schema) for name, _ in part.items("properties")}
    is_event = "data" in named and named <= _FIELDS
    # `id` beside `data` may as well be what the data says of itself, unless 3.2 speaks of events.
    is_told = content.get("itemSchema") is not None or "event" in named or named == {"data"}
    if not (is_event and is_told):
        return "data"
    return "event" if all(_is_text(node) for node in _data(schema)) else "json-event"


def _data(schema: Node) -> Iterator[Node]:
    for part in parts_of(schema):
        properties = part.get("properties")
        node = properties.get("data") if properties is not None else None
        if node is not None:
            yield node


def _is_text(data: Node) -> bool:
    node = data.follow()
    is_open = isinstance(node.value, dict) and not (
        {"$ref", "properties", "type", "allOf", "anyOf", "oneOf"} & node.value.keys()
    )
    return is_string(node) or node.get("const") is not None or is_open
