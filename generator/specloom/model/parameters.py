"""The parameters of an operation: declared ones, shared ones, and those that only its path names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from specloom.model.api import Parameter, Place
from specloom.model.encodings import read_encodings
from specloom.model.media import FORM, examples_of, is_json, is_structured, plain
from specloom.model.names import Scope, pascal, pinned_first, snake
from specloom.model.shapes import annotation, limits_of
from specloom.model.types import ABSENT, Anything, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.diagnostics import Location
    from specloom.model.api import Encoding
    from specloom.model.operation_names import Found
    from specloom.model.schemas import Schemas
    from specloom.model.types import Type
    from specloom.openapi.tree import Node

PLACES: Final[dict[str, Place]] = {
    "path": "path",
    "query": "query",
    "querystring": "querystring",
    "header": "header",
    "cookie": "cookie",
}
_RULES = frozenset(
    {
        *("enum", "const", "pattern", "minLength", "maxLength", "multipleOf", "not", "if"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "propertyNames"),
        *("minItems", "maxItems", "uniqueItems", "contains", "required", "dependentRequired"),
        *("minProperties", "maxProperties", "dependentSchemas", "x-error-code"),
    }
)
_NO_TEXT = ("integer", "number", "boolean")
_WITHIN = ("items", "additionalProperties")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_EXPRESSION = re.compile(r"\{([^{}]*)\}")


def declared_parameters(found: Found) -> list[Node]:
    """The parameters of an operation, its own instead of those of its path that have their name and place.

    A path parameter that its path does not name goes nowhere, and is left out; headers that OpenAPI says are described
    elsewhere are so too, but for `Authorization` where nothing describes it.
    """
    holders = [
        node.follow()
        for node in [*found.item.elements("parameters"), *found.node.elements("parameters")]
    ]
    by_key = {_key(node): node for node in holders}
    named = set(_EXPRESSION.findall(found.path))
    return [
        node
        for node in by_key.values()
        if (wire := node.text("name"))
        and (place := node.text("in")) in PLACES
        and (place != "path" or wire in named)
        and not (place == "header" and _is_set_by_client(wire, found))
    ]


def _key(node: Node) -> tuple[str, str]:
    """What tells a parameter from all others: its name, without case where it is a header's, and its place."""
    name, place = node.text("name"), node.text("in")
    return name.lower() if place == "header" else name, place


def read_parameters(found: Found, context: str, schemas: Schemas) -> Iterator[Parameter]:
    """The parameters of an operation, named; `context` is what types are called that stand in them."""
    declared = declared_parameters(found)
    scope = Scope()
    names = _names(declared, scope)
    for place, node in enumerate(declared):
        yield _parameter(node, context, names[place], schemas)
    told = {node.text("name") for node in declared if node.text("in") == "path"}
    for wire in dict.fromkeys(_EXPRESSION.findall(found.path)):
        if wire not in told:
            name = _name(wire)
            yield Parameter(
                name=scope.claim(name, f"{name}_path"),
                wire_name=wire,
                place="path",
                type=Scalar("string"),
                required=True,
                at=found.item.at.at_key(),
            )


def content_schema(node: Node) -> tuple[str, Node | None]:
    """The media type of a parameter, empty where it has a style, and its schema."""
    for media_type, content in node.items("content"):
        return media_type, content.follow().get("schema")
    return "", node.get("schema")


def _names(declared: list[Node], scope: Scope) -> dict[int, str]:
    """The names of parameters by their places in the list."""
    names = {}
    for place in pinned_first(declared):
        node = declared[place]
        name = node.text("x-name") or _name(node.text("name"))
        names[place] = scope.claim(name, f"{name}_{PLACES[node.text('in')]}")
    return names


def _name(wire: str) -> str:
    return snake(wire, digits="p") or "parameter"


def _parameter(node: Node, context: str, name: str, schemas: Schemas) -> Parameter:
    wire, place = node.text("name"), PLACES[node.text("in")]
    content, schema = content_schema(node)
    explode = node.get("explode")
    is_told = explode is not None and isinstance(explode.value, bool)
    return Parameter(
        name=name,
        wire_name=wire,
        place=place,
        type=_type(content, schema, f"{context}{pascal(wire)}", schemas),
        required=place == "path" or node.flag("required"),
        style=node.text("style"),
        explode=explode.value if explode is not None and is_told else None,
        allow_reserved=node.flag("allowReserved"),
        content=content,
        encodings=_encodings(node, place, schemas),
        has_rules=schema is not None and is_checked(content, schema),
        doc=node.text("description"),
        default=annotation(schema, "default") if schema is not None else ABSENT,
        example=_first_example(node, schema),
        limits=limits_of(schema) if schema is not None else limits_of(node),
        deprecated=node.flag("deprecated"),
        assumed=node.text("x-assumed"),
        at=node.at,
    )


def _type(content: str, schema: Node | None, context: str, schemas: Schemas) -> Type:
    """The type of a parameter; text where its media type is one that no client writes."""
    if schema is None:
        return Anything()
    if _is_written(content, schema):
        return schemas.type_of(schema, context)
    message = f"a parameter of `{content}` is given as text: no client writes its structure"
    schemas.report.warning("fallback", message, schema.at)
    return Scalar("string")


def _is_written(content: str, schema: Node) -> bool:
    """Whether a client can write a parameter in its media type, empty where it has a style."""
    is_known = not content or is_json(content) or plain(content) == FORM
    return is_known or not is_structured(schema.follow())


def _encodings(node: Node, place: Place, schemas: Schemas) -> tuple[Encoding, ...]:
    """How the members of a form are written that is the whole query."""
    contents = [one.follow() for _, one in node.items("content")] if place == "querystring" else []
    return read_encodings(contents[0], "form", schemas.report) if contents else ()


def _is_set_by_client(wire: str, found: Found) -> bool:
    """Headers that OpenAPI says are described elsewhere (Parameter Object, `name`)."""
    if wire.lower() != "authorization":
        return wire.lower() in {"accept", "content-type"}
    root = found.node.tree.root
    return any(holder.get("security") is not None for holder in (found.node, root))


def _first_example(node: Node, schema: Node | None) -> object:
    """An example of a parameter: its own, else its schema's."""
    for _, value in examples_of(node):
        return value
    listed = annotation(schema, "examples") if schema is not None else ABSENT
    return listed[0] if isinstance(listed, list) and listed else ABSENT


def is_checked(content: str, schema: Node) -> bool:
    """Whether a parameter of this media type is checked: it asks for more than text, and is not given as text."""
    return _is_written(content, schema) and _has_rules(schema, set())


def _has_rules(node: Node, seen: set[Location]) -> bool:
    """Whether a schema asks for more than text, anywhere inside."""
    node = node.follow()
    if node.at in seen or not isinstance(node.value, dict):
        return False
    seen.add(node.at)
    said = node.value.get("type")
    types = said if isinstance(said, list) else [said]
    if _RULES & node.value.keys() or any(one in _NO_TEXT for one in types):
        return True
    inside = [member for _, member in node.items("properties")]
    inside += [member for key in _WITHIN if (member := node.get(key)) is not None]
    inside += [part for key in _LISTS for part in node.elements(key)]
    return any(_has_rules(part, seen) for part in inside)
