"""JSON Schema -> types: what every schema of the document is, and which types are declared for it.

A component is declared once, under its own name; an inline object, enumeration or union is declared under a name made
of where it stands (`VideoTaskOutput`). What cannot be expressed becomes `Anything` with a warning at its place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from specloom.model.choices import (
    discriminated,
    flattened,
    is_nullable,
    kinds_differ,
    variant_name,
    with_base,
    without_null,
)
from specloom.model.enumerations import enumeration_members
from specloom.model.names import FIELD_NAMES, TYPE_NAMES, Scope, pascal, singular, snake
from specloom.model.shapes import (
    STRUCTURAL,
    Shape,
    annotation,
    extra_schema,
    implied_types,
    is_fit_for_field,
    limits_of,
    means_text,
    merged_shape,
    name_of,
    only_part,
    shape_of,
    string_kind,
    texts_of,
    wire_name_of,
)
from specloom.model.types import (
    ABSENT,
    Anything,
    Constant,
    Declaration,
    Discriminator,
    Enumeration,
    Field,
    ListOf,
    MapOf,
    Named,
    OneOf,
    Record,
    Scalar,
    ScalarKind,
    TupleOf,
    Type,
    Union,
)

if TYPE_CHECKING:
    from specloom.diagnostics import Location, Report
    from specloom.openapi.tree import Node

_NULL = Scalar("null")
_SCALARS: dict[str, ScalarKind] = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


@dataclass(slots=True)
class Schemas:
    """The declared types of an API, in the order in which they are met, and the way from a schema to its type."""

    report: Report
    declared: dict[str, Declaration | None] = field(default_factory=dict)
    _names: Scope = field(default_factory=lambda: Scope(TYPE_NAMES))
    _component_names: dict[Location, str] = field(default_factory=dict)
    _types: dict[Location, Type] = field(default_factory=dict)
    _open: set[Location] = field(default_factory=set)
    _inline: dict[Location, Type] = field(default_factory=dict)

    def reserve(self, components: list[tuple[str, Node]]) -> None:
        """Claim the names of all components before anything else is named; pinned ones (`x-name`) first."""
        for name, node in sorted(components, key=lambda pair: not pair[1].text("x-name")):
            wanted = node.text("x-name") or pascal(name) or "Type"
            claimed = self._names.claim(wanted)
            self._component_names[node.at] = claimed
            if claimed != wanted:
                self.report.warning(
                    "name-taken",
                    f"`{name}` becomes `{claimed}`, since `{wanted}` is taken",
                    node.at.at_key(),
                    hint="pin a name with x-name",
                )

    @property
    def declarations(self) -> tuple[Declaration, ...]:
        """All declared types, in the order in which their names were met."""
        return tuple(
            declaration for declaration in self.declared.values() if declaration is not None
        )

    def type_of(self, node: Node, context: str) -> Type:
        """The type of the schema at `node`; an inline type is named after `context`."""
        only = only_part(node)
        if only is not None:
            found = self.type_of(only, context)
            return (
                OneOf((*without_null(flattened(found)), _NULL)) if node.flag("nullable") else found
            )
        target = node.reference()
        if target is not None and not (STRUCTURAL & node.value.keys()):
            named = self._declared_type(target)
            return OneOf((named, _NULL)) if node.flag("nullable") else named
        if node.at in self._inline:  # met before: through another parent, or in a circle
            return self._inline[node.at]
        self._inline[node.at] = found = self._type_of_shape(shape_of(node), context)
        return found

    def _declared_type(self, target: Node) -> Type:
        """The type of a referred schema; its declaration is made at the first reference."""
        if target.at in self._types:
            return self._types[target.at]
        name = self._component_names.get(target.at)
        if name is None:
            name = self._component_names[target.at] = self._names.claim(name_of(target))
        if target.at in self._open:  # a circle: whatever this becomes, it has that name
            self.declared.setdefault(name, None)
            return Named(name)
        self._open.add(target.at)
        further = target.reference()
        if further is not None and not (STRUCTURAL & target.value.keys()):
            found = self._declared_type(further)
        else:
            found = self._type_of_shape(shape_of(target), name, claimed=True)
        self._open.discard(target.at)
        found = self._close_circle(name, found, target)
        self._types[target.at] = found
        return found

    def _close_circle(self, name: str, found: Type, target: Node) -> Type:
        """A circle that runs through no object (a list of itself) gets a name all the same: a union of one."""
        if name not in self.declared or self.declared[name] is not None:
            return found
        if isinstance(found, Named):
            self.declared.pop(name)
            self._warn_endless(name, target)
            return Anything("defined by nothing but itself")
        self.declared[name] = Union(
            name=name,
            wire_name=name,
            module="",
            doc=shape_of(target).doc,
            variants=(found,) if is_nullable(found) else flattened(found),
            at=target.at,
        )
        return Named(name)

    def _type_of_shape(self, shape: Shape, context: str, *, claimed: bool = False) -> Type:
        if shape.impossible:
            return Anything("nothing is allowed here")
        base = self._base_type(shape, context, claimed=claimed)
        nullable = shape.nullable or (
            shape.types is not None and "null" in shape.types and len(shape.types) > 1
        )
        if nullable and base != _NULL and not isinstance(base, Anything):
            variants = base.variants if isinstance(base, OneOf) else (base,)
            return OneOf((*without_null(variants), _NULL))
        return base

    def _base_type(self, shape: Shape, context: str, *, claimed: bool) -> Type:
        if shape.const is not ABSENT:
            return self._constant(shape)
        if shape.enum is not None:
            return self._enumeration(shape, shape.enum, context, claimed=claimed)
        if shape.choices:
            return self._choice(shape, context, claimed=claimed)
        types = tuple(name for name in shape.types or () if name != "null") or implied_types(shape)
        if shape.types == ("null",):
            return _NULL
        if len(types) > 1:
            found = tuple(
                self._simple_type(shape, name, f"{context}{pascal(name)}", claimed=False)
                for name in types
            )
            return OneOf(tuple(dict.fromkeys(found)))
        return self._simple_type(shape, types[0] if types else "", context, claimed=claimed)

    def _simple_type(self, shape: Shape, name: str, context: str, *, claimed: bool) -> Type:
        if name == "object":
            return self._object(shape, context, claimed=claimed)
        if name == "array":
            return self._array(shape, context)
        if name == "string":
            return Scalar(string_kind(shape))
        if name in _SCALARS:
            return Scalar(_SCALARS[name])
        if name:
            self.report.warning(
                "unknown-type", f"`{name}` is not a type of JSON Schema", shape.node.at
            )
            return Anything(f"unknown type {name}")
        return Anything()

    def _constant(self, shape: Shape) -> Type:
        if shape.const is None:
            return _NULL
        if isinstance(shape.const, str | int | float | bool):
            return Constant(shape.const)
        return self._fallback(shape, "a constant that is an object or a list")

    def _array(self, shape: Shape, context: str) -> Type:
        item_context = singular(context) if singular(context) != context else f"{context}Item"
        if shape.prefix_items is not None:
            parts = tuple(
                self.type_of(part, f"{context}{index}")
                for index, part in enumerate(shape.prefix_items.elements(), 1)
            )
            rest = (
                None
                if shape.items is None or shape.items.value is False
                else self.type_of(shape.items, item_context)
            )
            return TupleOf(parts, rest)
        if shape.items is None:
            return ListOf(Anything())
        return ListOf(self.type_of(shape.items, item_context))

    def _object(self, shape: Shape, context: str, *, claimed: bool) -> Type:
        told = extra_schema(shape)
        if not shape.properties:
            return MapOf(Anything() if told is None else self.type_of(told, f"{context}Value"))
        name = self._declare(context, claimed=claimed)
        self._inline[shape.node.at] = Named(name)
        scope = Scope(FIELD_NAMES)
        fields = tuple(
            self._field(shape, name, wire, nodes, scope)
            for wire, nodes in shape.properties.items()
            if self._can_be_field(wire, nodes[0])
        )
        extra = None if told is None else self.type_of(told, f"{name}Extra")
        self.declared[name] = Record(
            name=name,
            wire_name=wire_name_of(shape, name),
            module="",
            doc=shape.doc,
            fields=fields,
            extra=extra,
            deprecated=shape.node.flag("deprecated"),
            at=shape.node.at,
        )
        return Named(name)

    def _can_be_field(self, wire: str, node: Node) -> bool:
        if is_fit_for_field(wire):
            return True
        message = (
            "a name with quotes, backslashes or controls is no field; its value lies in `extra`"
        )
        self.report.warning("fallback", message, node.at.at_key())
        return False

    def _field(self, shape: Shape, owner: str, wire: str, nodes: list[Node], scope: Scope) -> Field:
        first = nodes[0]
        context = f"{owner}{pascal(wire) or 'Field'}"
        kind = (
            self.type_of(first, context)
            if len(nodes) == 1
            else self._type_of_shape(merged_shape(first, nodes), context)
        )
        doc = annotation(nodes[-1], "description")
        examples = annotation(first, "examples")
        return Field(
            name=scope.claim(first.text("x-name") or snake(wire) or "field"),
            wire_name=wire,
            type=kind,
            required=wire in shape.required,
            doc=doc if isinstance(doc, str) else "",
            default=annotation(nodes[-1], "default"),
            example=examples[0] if isinstance(examples, list) and examples else ABSENT,
            limits=limits_of(first),
            read_only=any(node.flag("readOnly") for node in nodes),
            write_only=any(node.flag("writeOnly") for node in nodes),
            deprecated=any(node.flag("deprecated") for node in nodes),
            assumed=first.text("x-assumed"),
            at=first.at,
        )

    def _enumeration(self, shape: Shape, enum: Node, context: str, *, claimed: bool) -> Type:
        values = list(dict.fromkeys(texts_of(enum))) if means_text(shape) else list(enum.value)
        nullable = None in values
        values = [value for value in values if value is not None]
        found = self._enumeration_type(shape, values, context, claimed=claimed)
        return OneOf((found, _NULL)) if nullable and found != _NULL else found

    def _enumeration_type(
        self, shape: Shape, values: list[Any], context: str, *, claimed: bool
    ) -> Type:
        if not values:
            return _NULL
        names = annotation(shape.enum_owner, "x-enum-varnames")
        if len(values) == 1 and isinstance(values[0], str | int | float) and names is ABSENT:
            return Constant(values[0])
        if all(isinstance(value, str) for value in values):
            return self._declare_enumeration(shape, "string", values, context, claimed=claimed)
        if all(isinstance(value, int) and not isinstance(value, bool) for value in values):
            return self._declare_enumeration(shape, "integer", values, context, claimed=claimed)
        if all(isinstance(value, str | int | float) for value in values):
            return OneOf(tuple(dict.fromkeys(Constant(value) for value in values)))
        return self._fallback(shape, "an enum of objects or lists")

    def _declare_enumeration(
        self, shape: Shape, kind: Any, values: list[Any], context: str, *, claimed: bool
    ) -> Named:
        name = self._declare(context, claimed=claimed)
        self.declared[name] = Enumeration(
            name=name,
            wire_name=wire_name_of(shape, name),
            module="",
            doc=shape.doc,
            kind=kind,
            members=tuple(enumeration_members(shape, values)),
            default=annotation(shape.node, "default"),
            at=shape.node.at,
        )
        return Named(name)

    def _choice(self, shape: Shape, context: str, *, claimed: bool) -> Type:
        parts = list(shape.choices[0].elements())
        if len(shape.choices) > 1:
            return self._fallback(shape, "several oneOf or anyOf at once")
        if shape.properties:
            variants = tuple(
                self._type_of_shape(with_base(shape, part), f"{context}{variant_name(part, index)}")
                for index, part in enumerate(parts, 1)
            )
        else:
            variants = tuple(
                self.type_of(part, f"{context}{variant_name(part, index)}")
                for index, part in enumerate(parts, 1)
            )
        flat = tuple(dict.fromkeys(inner for one in variants for inner in flattened(one)))
        if claimed and Named(context) in flat:
            self._warn_endless(context, shape.node)
            flat = tuple(one for one in flat if one != Named(context))
        real = without_null(flat)
        null = (_NULL,) if _NULL in flat else ()
        if any(isinstance(one, Anything) for one in real):
            return Anything()
        if len(real) <= 1:
            only = real[0] if real else _NULL
            return OneOf((only, *null)) if null and real else only
        if kinds_differ(real, self.declared):
            return OneOf((*real, *null))
        named = self._declare_union(shape, real, context, claimed=claimed)
        return OneOf((named, *null)) if null else named

    def _declare_union(
        self, shape: Shape, variants: tuple[Type, ...], context: str, *, claimed: bool
    ) -> Named:
        name = self._declare(context, claimed=claimed)
        self.declared[name] = Union(
            name=name,
            wire_name=wire_name_of(shape, name),
            module="",
            doc=shape.doc,
            variants=variants,
            discriminator=self._discriminator(shape),
            at=shape.node.at,
        )
        return Named(name)

    def _discriminator(self, shape: Shape) -> Discriminator | None:
        holder = shape.node.follow().get("discriminator") or shape.node.get("discriminator")
        if holder is None or not holder.text("propertyName"):
            return None
        wire_name = holder.text("propertyName")
        targets = discriminated(shape.node, list(shape.choices[0].elements()), wire_name)
        mapping = [(value, self._declared_type(target)) for value, target in targets.items()]
        return Discriminator(wire_name=wire_name, mapping=tuple(mapping))

    def _declare(self, wanted: str, *, claimed: bool) -> str:
        name = wanted if claimed else self._names.claim(wanted)
        self.declared.setdefault(name, None)
        return name

    def _warn_endless(self, name: str, node: Node) -> None:
        message = f"`{name}` is defined by itself; that part says nothing and is left out"
        self.report.warning("endless-schema", message, node.at)

    def _fallback(self, shape: Shape, what: str) -> Anything:
        message = f"{what} cannot be expressed exactly; any value is accepted here"
        self.report.warning("fallback", message, shape.node.at)
        return Anything(what)
