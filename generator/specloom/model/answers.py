"""The answers of an operation -> their contents, typed; and how its methods give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.model.answer_names import answer_contexts
from specloom.model.api import Answer, Content
from specloom.model.events import item_kind, item_schema
from specloom.model.media import (
    examples_of,
    is_string,
    is_structured,
    kind_of,
    plain,
    preferred,
    successes,
)
from specloom.model.types import Anything, Binary, Scalar, Type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.media import ContentKind
    from specloom.model.schemas import Schemas
    from specloom.openapi.tree import Node


def read_answers(
    operation: Node, context: str, schemas: Schemas, *, method: str
) -> Iterator[Answer]:
    """The answers of an operation, in document order; the first content of each is what a client asks for."""
    is_mixed, contexts = _is_mixed(operation), answer_contexts(operation, context)
    for status, holder in operation.items("responses"):
        node = holder.follow()
        found = list(preferred(node)) if method != "head" else []
        contents = [_content(kind, one, contexts[status], schemas) for kind, one in found]
        if found and _is_untyped(*found[0]):
            _say_untyped(*found[0], schemas)
        if is_mixed and contents and contents[0].kind == "stream":
            contents = [_as_text(contents[0], found[0][1], schemas), *contents]
        yield Answer(
            status=status.upper() if status != "default" else status,
            doc=node.text("description"),
            contents=tuple(contents),
            assumed=node.text("x-assumed"),
        )


def _is_untyped(media_type: str, content: Node) -> bool:
    """Whether the first content of an answer, which a client asks for, has a structure that nobody reads."""
    schema = content.get("schema")
    is_told = schema is not None and is_structured(schema.follow())
    return is_told and kind_of(media_type, content) == "text"


def _is_mixed(operation: Node) -> bool:
    """Whether some successes are streams and others are not, so that no method can give both."""
    good = [contents for _, node in successes(operation) if (contents := preferred(node))]
    kinds = {kind_of(*contents[0]) for contents in good}
    return "stream" in kinds and len(kinds) > 1


def _content(media_type: str, content: Node, context: str, schemas: Schemas) -> Content:
    kind = kind_of(media_type, content)
    schema = item_schema(content) if kind == "stream" else content.get("schema")
    return Content(
        media_type=media_type,
        type=_type(kind, media_type, content, context, schemas),
        kind=kind,
        items=item_kind(media_type, content) if kind == "stream" else "data",
        schema_at=schema.at if schema is not None else None,
        examples=dict(examples_of(content)),
    )


def _type(
    kind: ContentKind, media_type: str, content: Node, context: str, schemas: Schemas
) -> Type:
    schema = content.get("schema")
    if kind == "stream":
        return _item_type(media_type, content, context, schemas)
    if kind == "binary":
        return Binary()
    if kind == "text":
        return Scalar("string")
    return schemas.type_of(schema, context) if schema is not None else Anything()


def _item_type(media_type: str, content: Node, context: str, schemas: Schemas) -> Type:
    schema = item_schema(content)
    is_lines = plain(media_type) != "text/event-stream"
    if schema is None or (is_lines and is_string(schema.follow())):
        return Anything()  # a text that stands for all lines says nothing of one
    name = context.removesuffix("Response")
    return schemas.type_of(schema, f"{name}{'Item' if is_lines else 'Event'}")


def _as_text(stream: Content, content: Node, schemas: Schemas) -> Content:
    """A stream that a plain method gives as its text."""
    _say_untyped(stream.media_type, content, schemas)
    return Content(media_type=stream.media_type, type=Scalar("string"), kind="text")


def _say_untyped(media_type: str, content: Node, schemas: Schemas) -> None:
    message = f"answers of `{media_type}` are given as text: no client reads their structure"
    schemas.report.warning("untyped-answer", message, content.at.at_key())
