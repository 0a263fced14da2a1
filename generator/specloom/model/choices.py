"""Which choices need a name: variants that JSON's own kinds tell apart do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.model.names import pascal
from specloom.model.shapes import Shape, shape_of
from specloom.model.types import (
    Anything,
    Binary,
    Constant,
    Declaration,
    Enumeration,
    ListOf,
    MapOf,
    Named,
    OneOf,
    Record,
    Scalar,
    TupleOf,
    Type,
)
from specloom.openapi.tree import Node

if TYPE_CHECKING:
    from collections.abc import Mapping


def without_null(variants: tuple[Type, ...]) -> tuple[Type, ...]:
    """The variants that are not null."""
    return tuple(one for one in variants if one != Scalar("null"))


def kinds_differ(variants: tuple[Type, ...], declared: Mapping[str, Declaration | None]) -> bool:
    """Whether a value's JSON kind alone (string, number, object, ...) says which variant it is."""
    kinds = [_kind(one, declared) for one in variants]
    return all(kinds) and len(set(kinds)) == len(kinds)


def _kind(variant: Type, declared: Mapping[str, Declaration | None]) -> str:
    """The JSON kind of a type; empty where it has several or none is known."""
    match variant:
        case Scalar(kind=kind):
            return {"bytes": "string", "date": "string", "date-time": "string"}.get(kind, kind)
        case Constant():
            return ""  # a literal beside another of its kind is told apart by value, which needs the union
        case ListOf() | TupleOf():
            return "array"
        case MapOf():
            return "object"
        case Named(name=name):
            declaration = declared.get(name)
            if isinstance(declaration, Record):
                return "object"
            if isinstance(declaration, Enumeration):
                return declaration.kind
            return ""
        case OneOf() | Binary() | Anything():
            return ""


def is_nullable(kind: Type) -> bool:
    """Whether null is one of the values."""
    return kind == Scalar("null") or (isinstance(kind, OneOf) and Scalar("null") in kind.variants)


def with_base(shape: Shape, part: Node) -> Shape:
    """A variant together with the properties that stand beside the union."""
    merged = shape_of(part)
    for name, nodes in shape.properties.items():
        merged.properties.setdefault(name, []).extend(nodes)
    merged.required |= shape.required
    merged.doc = merged.doc or shape.doc
    return merged


def discriminated(union: Node, parts: list[Node], wire_name: str) -> dict[str, Node]:
    """The schema that each value of the property `wire_name` stands for.

    A mapping wins; then the constants that a variant gives the property; then the variant's own name
    (OpenAPI 3.2, Discriminator Object).
    """
    found: dict[str, Node] = {}
    holder = union.follow().get("discriminator")
    for value, ref in holder.items("mapping") if holder is not None else ():
        target = _mapped(ref)
        if target is not None:
            found[value] = target
    mapped = {target.at for target in found.values()}
    for part in parts:
        target = part.reference()
        if target is not None and target.at not in mapped:
            for value in _constants(target, wire_name) or [str(target.at.pointer[-1])]:
                found.setdefault(value, target)
    return found


def _constants(variant: Node, wire_name: str) -> list[str]:
    said: list[str] = []
    for node in shape_of(variant).properties.get(wire_name, []):
        told = shape_of(node)
        values = told.enum.value if told.enum is not None else [told.const]
        said += [value for value in values if isinstance(value, str)]
    return said


def _mapped(ref: Node) -> Node | None:
    """What a value of a discriminator's mapping names: a reference, or the bare name of a schema."""
    if not isinstance(ref.value, str):
        return None
    is_reference = "/" in ref.value or "#" in ref.value
    text = ref.value if is_reference else f"#/components/schemas/{ref.value}"
    return Node(ref.tree, ref.at, {"$ref": text}).reference()


def flattened(kind: Type) -> tuple[Type, ...]:
    """The variants of an inline choice; a type that is none, by itself."""
    return kind.variants if isinstance(kind, OneOf) else (kind,)


def variant_name(part: Node, index: int) -> str:
    """What a variant adds to the name of its union: its component, its title, its number."""
    target = part.reference()
    if target is not None:
        return pascal(str(target.at.pointer[-1]))
    return pascal(part.text("title")) or f"Variant{index}"
