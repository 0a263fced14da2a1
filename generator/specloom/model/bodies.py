"""What a request carries: its contents by preference, their types, how their parts are written, where files go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from specloom.model.api import Body, Content
from specloom.model.encodings import read_encodings
from specloom.model.events import item_schema
from specloom.model.media import (
    EVENTS,
    FORM,
    examples_of,
    is_binary,
    is_json,
    is_structured,
    is_xml,
    kind_of,
    label_of,
    plain,
)
from specloom.model.types import Anything, Binary, ListOf, OneOf, Scalar, Type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.diagnostics import Report
    from specloom.model.api import BodyKind
    from specloom.model.schemas import Schemas
    from specloom.openapi.tree import Node

_RANKS: dict[BodyKind, int] = {
    "json": 0,
    "form": 2,
    "multipart": 3,
    "stream": 4,
    "text": 5,
    "binary": 5,
}
# What is sent where the document only says what kind of thing it is.
_MEANT = {"text/*": "text/plain", "multipart/*": "multipart/form-data"}


def body_kind(media_type: str, content: Node) -> BodyKind:
    """How a body of this media type is written."""
    name = plain(media_type)
    if name == FORM:
        return "form"
    if name.startswith("multipart/"):
        return "multipart"
    kind = kind_of(media_type, content)
    is_plain = name.startswith("text/") and not is_json(name)
    if name == EVENTS or (kind == "json" and is_plain):
        return "text"
    if kind == "binary" and is_json(media_type):
        return "binary"
    schema = content.get("schema")
    is_shaped = schema is not None and is_structured(schema.follow())
    return "binary" if kind == "json" and not is_json(name) and not is_shaped else kind


def request_contents(operation: Node) -> tuple[tuple[str, Node], ...]:
    """The contents of a request body, the one first that its method is made for.

    That is JSON, then a form, then parts, then anything else; a form or JSON whose schema speaks of files, which
    it could not carry, stands back behind parts.
    """
    return operation.once(_by_rank)


def _by_rank(operation: Node) -> tuple[tuple[str, Node], ...]:
    holder = operation.get("requestBody")
    if holder is None:
        return ()

    def rank(content: tuple[str, Node]) -> int:
        kind = body_kind(*content)
        if kind in ("json", "form") and _has_files(content[1]):
            return 4
        exact = plain(content[0]) == "application/json" or not is_json(content[0])
        return _RANKS[kind] + (0 if kind != "json" or exact else 1) + 2 * is_xml(content[0])

    told = [(name, node.follow()) for name, node in holder.follow().items("content")]
    return tuple(sorted(told, key=rank))


def request_shapes(operation: Node) -> Iterator[tuple[str, str]]:
    """The further shapes of a body, each with what its method is called after, and its media type.

    A shape is a further one where its schema is another; XML twins and other spellings of JSON are none.
    """
    contents = request_contents(operation)
    told = {_shape(*content) for content in contents[:1]}
    for media_type, content in contents[1:]:
        shape, label = _shape(media_type, content), _label(media_type, content)
        if (
            shape not in told
            and not is_xml(media_type)
            and body_kind(media_type, content) != "text"
        ):
            told.add(shape)
            yield label, media_type


def _shape(media_type: str, content: Node) -> str:
    kind = body_kind(media_type, content)
    if kind in ("text", "binary"):
        return kind
    schema = content.get("schema")
    return json.dumps(schema and schema.value, sort_keys=True, default=str)


def _label(media_type: str, content: Node) -> str:
    kind = body_kind(media_type, content)
    return kind if kind in ("form", "multipart") else label_of(media_type)


def read_body(operation: Node, context: str, schemas: Schemas, media_type: str = "") -> Body | None:
    """The body of an operation; `media_type` names the content that a further method is made for."""
    holder = operation.get("requestBody")
    if holder is None:
        return None
    node = holder.follow()
    found = [one for one in request_contents(operation) if media_type in ("", one[0])]
    _report_untyped(found, schemas.report)
    contents = tuple(
        _content(name, content, f"{context}Request", schemas) for name, content in found
    )
    return Body(contents=contents, required=node.flag("required"), doc=node.text("description"))


def _report_untyped(contents: list[tuple[str, Node]], report: Report) -> None:
    """Say which structures no client writes: those of text that is no twin of what the method is made for."""
    for media_type, content in contents:
        schema = content.get("schema")
        first = contents[0][1].get("schema")
        is_twin = schema is not None and first is not None and schema.value == first.value
        is_text = is_xml(media_type) or body_kind(media_type, content) == "text"
        if not is_text or (is_twin and content is not contents[0][1]):
            continue
        if content.get("itemSchema") is not None or (schema and is_structured(schema.follow())):
            message = (
                f"bodies of `{media_type}` are given as text: no client writes their structure"
            )
            report.warning("untyped-body", message, content.at.at_key())


def _content(media_type: str, content: Node, context: str, schemas: Schemas) -> Content:
    kind = body_kind(media_type, content)
    schema = item_schema(content) if kind == "stream" else content.get("schema")
    _report_lost_files(kind, content, schemas.report)
    return Content(
        media_type=_sent(media_type, kind),
        type=_type(kind, schema, context, schemas),
        kind=kind,
        encodings=read_encodings(content, kind, schemas.report),
        schema_at=schema.at if schema is not None else None,
        examples=dict(examples_of(content)),
    )


def _sent(media_type: str, kind: BodyKind) -> str:
    """The media type that is sent; a range of files stays, since each file knows its own."""
    if kind == "json" and "*" in plain(media_type):
        return "application/json"
    return _MEANT.get(plain(media_type), media_type)


def _type(kind: BodyKind, schema: Node | None, context: str, schemas: Schemas) -> Type:
    if kind == "binary":
        return Binary()
    if kind == "text":
        is_number = schema is not None and _is_number(schema.follow())
        own = schemas.type_of(schema, context) if schema is not None and is_number else None
        return own or OneOf((Scalar("string"), Binary()))
    if kind == "stream":
        name = f"{context}Item"
        return ListOf(schemas.type_of(schema, name) if schema is not None else Anything())
    return schemas.type_of(schema, context) if schema is not None else Anything()


def _is_number(schema: Node) -> bool:
    """Whether a text is a number or a boolean."""
    return schema.text("type") in {"integer", "number", "boolean"}


def with_files(schema: Node, kind: Type) -> Type:
    """The type of a member of a form, with its files: `kind` is what it would be in JSON."""
    node = schema.follow()
    if is_binary(node):
        types = node.value.get("type")
        may_be_null = isinstance(types, list) and "null" in types
        return OneOf((Binary(), Scalar("null"))) if may_be_null else Binary()
    items = node.get("items")
    if items is not None and isinstance(kind, ListOf):
        return ListOf(with_files(items, kind.item))
    parts = [one for key in ("allOf", "oneOf", "anyOf") for one in node.elements(key)]
    if any(is_binary(part.follow()) for part in parts):
        return OneOf((Binary(), kind))
    return kind


def _report_lost_files(kind: BodyKind, content: Node, report: Report) -> None:
    """Say which files are text to a client: those of a form in one line, and those of parts without names."""
    if kind not in ("form", "multipart"):
        return
    unnamed = [
        member
        for node in _objects(content)
        for member in [*node.elements("prefixItems"), node.get("additionalProperties")]
        if member is not None
    ]
    lost = [*unnamed, *(_members(content) if kind == "form" else [])]
    for member in lost:
        if _is_file(member.follow()):
            message = "a file that is no named part of a form is given as text"
            report.warning("fallback", message, member.at.at_key())


def _has_files(content: Node) -> bool:
    return any(_is_file(member.follow()) for member in _members(content))


def _members(content: Node) -> list[Node]:
    return [member for node in _objects(content) for _, member in node.items("properties")]


def _objects(content: Node) -> list[Node]:
    """The schemas that speak of a body as a whole."""
    schema = content.get("schema")
    if schema is None:
        return []
    node = schema.follow()
    return [node, *(part.follow() for part in node.elements("allOf"))]


def _is_file(node: Node) -> bool:
    items = node.get("items")
    parts = [node, *([items] if items is not None else []), *node.elements("anyOf")]
    return any(is_binary(part.follow()) for part in [*parts, *node.elements("oneOf")])
