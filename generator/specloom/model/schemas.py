"""JSON Schema -> types: what every schema of the document is, and which types are declared for it.

A component is declared once, under its own name; an inline object, enumeration or union is declared under a name made
of where it stands (`VideoTaskOutput`). What cannot be expressed becomes a wider type with a warning at its place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from specloom.model.choices import flattened, is_large, is_nullable
from specloom.model.enumerations import constant_type, enumeration_type
from specloom.model.inheritance import Families
from specloom.model.kinds import KINDS, implied_types, string_kind
from specloom.model.names import TYPE_NAMES, Scope, pascal, shortened, shortenings, singular
from specloom.model.objects import object_type
from specloom.model.shapes import (
    Shape,
    admits_null,
    names_of,
    only_part,
    only_reference,
    shape_of,
)
from specloom.model.types import (
    ABSENT,
    Anything,
    Declaration,
    ListOf,
    MapOf,
    Named,
    OneOf,
    Scalar,
    ScalarKind,
    TupleOf,
    Type,
    Union,
)
from specloom.model.unions import choice_type, family_type, or_null
from specloom.source.references import MOST_IN_A_ROW

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
    families: Families = field(default_factory=Families)
    base_names: dict[Location, str] = field(default_factory=dict)
    _names: Scope = field(default_factory=lambda: Scope(TYPE_NAMES))
    _component_names: dict[Location, str] = field(default_factory=dict)
    _types: dict[Location, Type] = field(default_factory=dict)
    _open: set[Location] = field(default_factory=set)
    _inline: dict[Location, Type] = field(default_factory=dict)
    _contexts: dict[tuple[str, str], list[Node]] = field(default_factory=dict)

    def reserve(self, components: list[tuple[str, Node]]) -> None:
        """Claim the names of all components before anything else is named; pinned ones (`x-name`) first.

        The parents of families come last: the component's name is that of the choice, the parent itself is its base.
        """
        self.families.learn(node for _, node in components)
        for name, node in sorted(components, key=lambda pair: not pair[1].text("x-name")):
            wanted = node.text("x-name") or shortened(pascal(name)) or "Type"
            claimed = self._names.claim(wanted)
            self._component_names[node.at] = claimed
            if claimed != wanted:
                self.report.warning(
                    "name-taken",
                    f"`{name}` becomes `{claimed}`, since `{wanted}` is taken",
                    node.at.at_key(),
                    hint="pin a name with x-name",
                )
        for _, node in components:
            named = node if only_reference(node) is None else node.follow()
            # A component that only says where its schema lies gives it its own name.
            name = self._component_names.setdefault(named.at, self._component_names[node.at])
            is_own = name == self._component_names[node.at]
            if is_own and named.at not in self.base_names and self.families.of(named) is not None:
                self.base_names[named.at] = self._names.claim(f"{name}Base", f"Base{name}")

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
            return or_null(found) if admits_null(node) else found
        target = only_reference(node)
        if target is not None:
            named = self.declared_type(target)
            return or_null(named) if admits_null(node) else named
        met = self._inline.get(node.at) or self._types.get(node.at)
        if met is not None:  # through another parent, by a reference, or in a circle
            return met
        twin = self._twin(node, context)
        found = self.type_of_shape(shape_of(node), context) if twin is None else twin
        self._inline[node.at] = found
        return found

    def _twin(self, node: Node, context: str) -> Type | None:
        """What the very same words became under the same name: in another media type, in another status."""
        others = self._contexts.setdefault((node.at.file, context), [])
        for other in others:
            if other.value == node.value and repr(other.value) == repr(node.value):
                return self._inline.get(other.at)
        others.append(node)
        return None

    def declared_type(self, target: Node) -> Type:
        """The type of a referred schema; its declaration is made at the first reference."""
        target = _meant(target)
        if target.at in self._types:
            return self._types[target.at]
        if target.at in self._inline:
            return self._inline[target.at]
        name = self._component_names.get(target.at)
        if name is None:
            wanted = map(shortened, names_of(target))
            name = self._component_names[target.at] = self._names.claim(*wanted)
        if target.at in self._open:  # a circle: whatever this becomes, it has that name
            self.declared.setdefault(name, None)
            return Named(name)
        self._open.add(target.at)
        found = self._target_type(target, name)
        self._open.discard(target.at)
        found = self._close_circle(name, found, target)
        self._types[target.at] = found
        return found

    def record_type(self, node: Node) -> Type:
        """The type of one member of a family; of one that is a parent too, the parent itself."""
        found = self.declared_type(node)
        return Named(self.base_names[node.at]) if node.at in self.base_names else found

    def _target_type(self, target: Node, name: str) -> Type:
        further = only_reference(target)
        if further is not None:
            found = self.declared_type(further)
            return or_null(found) if admits_null(target) else found
        return self.type_of_shape(shape_of(target), name, claimed=True)

    def _close_circle(self, name: str, found: Type, target: Node) -> Type:
        """A circle that runs through no object (a list of itself) gets a name all the same: a union of one.

        So does what is too large to be written wherever it is referred to: tuples of tuples of tuples.
        """
        is_circle = name in self.declared and self.declared[name] is None
        if not is_circle and (isinstance(found, Named) or not is_large(found)):
            return found
        if isinstance(found, Named):
            self.declared.pop(name)
            self.warn_endless(name, target)
            anything = Anything("defined by nothing but itself")
            # What was met on the way round is no more than this is.
            self._types.update((at, anything) for at, kind in self._types.items() if kind == found)
            return anything
        self.declared[name] = Union(
            name=name,
            wire_name=name,
            module="",
            doc=shape_of(target).doc,
            variants=(found,) if is_nullable(found) else flattened(found),
            at=target.at,
        )
        return Named(name)

    def type_of_shape(self, shape: Shape, context: str, *, claimed: bool = False) -> Type:
        """The type of a gathered schema, under the name `context`; `claimed` where that name is taken for it."""
        if shape.impossible:
            return self.fallback(shape, "a schema that nothing meets")
        if shape.contradiction:
            self.warn_fallback(shape, shape.contradiction, "a value may be of either type")
        for word, meant in shape.misnamed.items():
            taken = f"`{meant}` is taken" if meant else "any value is accepted"
            message = f"`{word}` is not a type of JSON Schema; {taken}"
            self.report.warning("unknown-type", message, shape.node.at)
        base = self._base_type(shape, context, claimed=claimed)
        nullable = shape.nullable or (
            shape.types is not None and "null" in shape.types and len(shape.types) > 1
        )
        return base if not nullable or isinstance(base, Anything) else or_null(base)

    def _base_type(self, shape: Shape, context: str, *, claimed: bool) -> Type:
        if shape.const is not ABSENT and not isinstance(shape.const, dict | list):
            return _NULL if shape.const is None else constant_type(shape.const)
        family = self.families.of(shape.node) if claimed and not shape.derived else None
        if family is not None and shape.node.at in self.base_names:
            return family_type(self, shape, family, context)
        types = tuple(name for name in shape.types or () if name != "null") or implied_types(shape)
        if shape.enum is not None:
            found = enumeration_type(self, shape, shape.enum, context, claimed=claimed)
            if found is not None:
                return found
        if shape.choices:
            return choice_type(self, shape, context, claimed=claimed)
        if shape.types == ("null",):
            return _NULL
        if len(types) > 1:
            several = tuple(
                self._simple_type(shape, name, f"{context}{pascal(name)}", claimed=False)
                for name in types
            )
            return OneOf(tuple(dict.fromkeys(several)))
        return self._simple_type(shape, types[0] if types else "", context, claimed=claimed)

    def _simple_type(self, shape: Shape, name: str, context: str, *, claimed: bool) -> Type:
        if name == "object":
            return object_type(self, shape, context, claimed=claimed)
        if name == "array":
            return self._array(shape, context)
        if name == "string":
            return Scalar(string_kind(shape))
        if name in _SCALARS:
            return Scalar(_SCALARS[name])
        if name not in KINDS and name:
            return Anything(f"unknown type {name}")
        return self._untyped(shape)

    def _untyped(self, shape: Shape) -> Type:
        """Of a schema that names no type: the kinds of the values that it lists; else anything, as it says."""
        listed = shape.enum.value if shape.enum is not None else [shape.const]
        if shape.enum is None and not isinstance(shape.const, dict | list):
            return Anything(shape.dangling)
        instead = "any value of its kind is accepted"
        self.warn_fallback(shape, "a value that is a certain object or list", instead)
        return _one_of(tuple(_kind_of(value) for value in listed))

    def _array(self, shape: Shape, context: str) -> Type:
        item_context = singular(context) if singular(context) != context else f"{context}Item"
        if shape.prefix_items is not None:
            parts = tuple(
                self.type_of(part, f"{context}{index}")
                for index, part in enumerate(shape.prefix_items.elements(), 1)
            )
            if shape.items is None or shape.items.value is False:
                return TupleOf(parts) if _is_whole(shape, parts) else ListOf(_one_of(parts))
            return TupleOf(parts, self.type_of(shape.items, item_context))
        if shape.items is None:
            return ListOf(Anything())
        return ListOf(self.type_of(shape.items, item_context))

    def declare(self, wanted: str, otherwise: str, shape: Shape, *, claimed: bool) -> str:
        """Keep the place of a declaration; the name is `wanted`, longer by a word where that is not free."""
        name = wanted
        if not claimed:
            ways = shortenings(wanted)
            name = self._names.claim(*ways, f"{ways[0]}{otherwise}")
            if name not in ways and ways == [wanted]:
                self._warn_taken(wanted, name, shape)
        self.declared.setdefault(name, None)
        return name

    def _warn_taken(self, wanted: str, name: str, shape: Shape) -> None:
        """Say that a component has the name of an inline type: it may be new, and the type's name an old one."""
        for at, own in self._component_names.items():
            if own == wanted:
                self.report.warning(
                    "name-taken",
                    f"the type here becomes `{name}`, since a component is called `{wanted}`",
                    shape.node.at,
                    related=[(f"`{wanted}`", at.at_key())],
                    hint="pin another name for the component with x-name",
                )

    def keep(self, node: Node, kind: Type) -> None:
        """Remember the type of an inline schema before it is complete, so that a circle finds it."""
        self._inline[node.at] = kind

    def warn_endless(self, name: str, node: Node) -> None:
        """Say that a schema is defined by itself."""
        message = f"`{name}` is defined by itself; that part says nothing and is left out"
        self.report.warning("endless-schema", message, node.at)

    def warn_fallback(self, shape: Shape, what: str, instead: str) -> None:
        """Say what cannot be expressed exactly, and what is done instead."""
        message = f"{what} cannot be expressed exactly; {instead}"
        self.report.warning("fallback", message, shape.node.at)

    def fallback(self, shape: Shape, what: str) -> Anything:
        """Any value, with the reason why it is no more than that."""
        self.warn_fallback(shape, what, "any value is accepted here")
        return Anything(what)


def _meant(target: Node) -> Node:
    """What a component is that says nothing but where its schema lies; itself where it leads round in a circle."""
    seen, meant = {target.at}, target
    while (further := only_reference(meant)) is not None and not admits_null(meant):
        if further.at in seen or len(seen) > MOST_IN_A_ROW:
            return target
        seen.add(further.at)
        meant = further
    return meant


def _one_of(kinds: tuple[Type, ...]) -> Type:
    found = tuple(dict.fromkeys(inner for kind in kinds for inner in flattened(kind)))
    if not found:
        return Anything()
    return found[0] if len(found) == 1 else OneOf(found)


def _is_whole(shape: Shape, parts: tuple[Type, ...]) -> bool:
    """Whether an array has all of its places: fewer are allowed only where the document says how few."""
    return shape.min_items is None or shape.min_items >= len(parts)


def _kind_of(value: object) -> Type:
    """The type of one of the values that the document lists."""
    inner = Anything("one of the objects or lists that the document names")
    if isinstance(value, dict):
        return MapOf(inner)
    if isinstance(value, list):
        return ListOf(inner)
    return constant_type(value) if isinstance(value, str | int | float) else _NULL
