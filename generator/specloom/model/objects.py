"""Objects: records with fields, and maps whose keys are data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.model.names import FIELD_NAMES, Scope, pascal, pinned_first, snake
from specloom.model.shapes import (
    Shape,
    annotation,
    extra_schemas,
    limits_of,
    merged_shape,
    narrows,
    wire_name_of,
)
from specloom.model.types import (
    ABSENT,
    Anything,
    Constant,
    Field,
    MapOf,
    Named,
    OneOf,
    Record,
    Scalar,
    Type,
)

if TYPE_CHECKING:
    from specloom.model.schemas import Schemas
    from specloom.openapi.tree import Node


def object_type(schemas: Schemas, shape: Shape, context: str, *, claimed: bool) -> Type:
    """A record where the document names properties, else a map."""
    if not shape.properties:
        told = _extra(schemas, shape, f"{context}Value")
        return MapOf(Anything() if told is None else told)
    name = schemas.declare(context, "Object", shape, claimed=claimed)
    if not claimed and not shape.derived:
        schemas.keep(shape.node, Named(name))
    schemas.declared[name] = _record(schemas, shape, name)
    return Named(name)


def base_record(schemas: Schemas, shape: Shape, name: str) -> Type:
    """The parent of a family by itself, under the name that is kept for it."""
    if not shape.properties:
        return MapOf(Anything())
    schemas.declare(name, "", shape, claimed=True)
    schemas.declared[name] = _record(schemas, shape, name)
    return Named(name)


def _record(schemas: Schemas, shape: Shape, name: str) -> Record:
    told = {
        wire: nodes
        for wire, nodes in shape.properties.items()
        if _can_be_field(schemas, wire, nodes)
    }
    names = _field_names(told)
    fields = tuple(
        _field(schemas, shape, name, wire, nodes, names[wire]) for wire, nodes in told.items()
    )
    return Record(
        name=name,
        wire_name=wire_name_of(shape, name),
        module="",
        doc=shape.doc,
        fields=fields,
        extra=_extra(schemas, shape, f"{name}Extra"),
        deprecated=shape.node.flag("deprecated"),
        at=shape.node.at,
    )


def _field_names(told: dict[str, list[Node]]) -> dict[str, str]:
    scope, wires = Scope(FIELD_NAMES), list(told)
    firsts = [nodes[0] for nodes in told.values()]
    return {
        wires[place]: scope.claim(firsts[place].text("x-name") or snake(wires[place]) or "field")
        for place in pinned_first(firsts)
    }


def _extra(schemas: Schemas, shape: Shape, context: str) -> Type | None:
    """The type of the properties that have no name, by `additionalProperties` and `patternProperties`."""
    told = [
        schemas.type_of(one, f"{context}{number or ''}")
        for number, one in enumerate(extra_schemas(shape))
    ]
    found = tuple(dict.fromkeys(told))
    if not found:
        return None
    return next((one for one in found if isinstance(one, Anything)), None) or (
        found[0] if len(found) == 1 else OneOf(found)
    )


def _can_be_field(schemas: Schemas, wire: str, nodes: list[Node]) -> bool:
    if any(node.value is False for node in nodes):
        return False  # the property that may not be there
    if _is_fit_for_field(wire):
        return True
    message = "a name with quotes, backslashes or controls is no field; its value lies in `extra`"
    schemas.report.warning("fallback", message, nodes[0].at.at_key())
    return False


def _is_fit_for_field(wire: str) -> bool:
    """Whether a property can be a field of a record: msgspec takes no name that JSON has to escape."""
    return not any(char in '"\\' or char < " " for char in wire)


def _field(
    schemas: Schemas, shape: Shape, owner: str, wire: str, nodes: list[Node], name: str
) -> Field:
    first, last = nodes[0], nodes[-1]
    doc = annotation(last, "description")
    examples = annotation(first, "examples")
    return Field(
        name=name,
        wire_name=wire,
        type=_field_type(schemas, shape, wire, nodes, f"{owner}{pascal(wire) or 'Field'}"),
        required=wire in shape.required,
        doc=doc if isinstance(doc, str) else "",
        default=annotation(last, "default"),
        example=examples[0] if isinstance(examples, list) and examples else ABSENT,
        limits=limits_of(first),
        read_only=any(map(is_received, nodes)),
        write_only=any(node.flag("writeOnly") for node in nodes),
        deprecated=any(node.flag("deprecated") for node in nodes),
        assumed=first.text("x-assumed"),
        at=first.at,
    )


def is_received(member: Node) -> bool:
    """Whether only answers have a property (`readOnly`), whichever part of its schema says so."""
    holders = [member, member.follow()]
    holders += [part.follow() for holder in holders for part in holder.elements("allOf")]
    return any(holder.flag("readOnly") for holder in holders)


def _field_type(schemas: Schemas, shape: Shape, wire: str, nodes: list[Node], context: str) -> Type:
    """The type of a property; of several schemas that speak of it, what all say together."""
    telling = [node for node in nodes if narrows(node)] or nodes[:1]
    if len(telling) == 1:
        found = schemas.type_of(telling[0], context)
    else:
        found = schemas.type_of_shape(merged_shape(telling[0], telling), context)
    return found if found != Scalar("string") else _tag(schemas, shape, wire) or found


def _tag(schemas: Schemas, shape: Shape, wire: str) -> Type | None:
    """The one value that names a child in its family, so that nobody has to fill it in."""
    told = schemas.families.value_of(shape.node) if not shape.derived else None
    return Constant(told[1]) if told is not None and told[0] == wire else None
