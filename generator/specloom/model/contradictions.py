"""Schemas that nothing meets by the letter, and what their authors mean by them.

Two habits are so common that a client which kept to the letter would refuse every request: an object that is closed to
the properties which stand beside it in an `allOf`, and a `oneOf` of which one part allows whatever another one does.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

from specloom.model.kinds import implied_types
from specloom.model.shapes import Shape, narrows, shape_of
from specloom.model.types import ABSENT

if TYPE_CHECKING:
    from specloom.diagnostics import Location
    from specloom.openapi.tree import Node

_LISTS = frozenset({"allOf", "oneOf", "anyOf"})
_CLOSING = ("additionalProperties", "unevaluatedProperties")
_LIMITING = frozenset(
    {
        *("pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum"),
        *("exclusiveMaximum", "multipleOf", "enum", "const", "not", "if", "format", "items"),
        *("minItems", "maxItems", "minProperties", "maxProperties", "propertyNames", "contains"),
        *("dependentRequired", "dependentSchemas", "patternProperties", "contentMediaType"),
    }
)


def is_closed(node: Node) -> bool:
    """Whether the schema at `node` says itself that it allows no further properties."""
    holders = (node.get(key) for key in _CLOSING)
    return any(holder is not None and holder.value is False for holder in holders)


def closed_to_others(node: Node) -> frozenset[Location]:
    """The places of those parts of a schema that are closed to properties which stand beside them."""
    if not isinstance(node.value, dict) or _LISTS.isdisjoint(node.value):
        return frozenset()
    choices = [part for key in ("oneOf", "anyOf") for part in node.elements(key)]
    if not any(is_closed(part.follow()) for part in [*choices, *node.elements("allOf")]):
        return frozenset()
    shape = shape_of(node)
    every = {name for part in choices for name in shape_of(part).properties} | set(shape.properties)
    closed = [(part.follow(), every) for part in node.elements("allOf")]
    closed += [(part.follow(), set(shape.properties)) for part in choices]
    return frozenset(
        part.at
        for part, beside in closed
        if is_closed(part) and beside - set(shape_of(part).properties)
    )


def overlap(parts: list[Node]) -> bool:
    """Whether one part of a `oneOf` allows all that another one does, so that the other one is never met alone."""
    shapes = [(part.follow(), shape_of(part)) for part in parts]
    if sum(shape.nullable or "null" in (shape.types or ()) for _, shape in shapes) > 1:
        return True
    return any(_allows(one, other, wider) for (wider, one), (_, other) in permutations(shapes, 2))


def _allows(one: Shape, other: Shape, node: Node) -> bool:
    """Whether what is of the shape `other` is of the shape `one` too."""
    if _same([one.node], [other.node]) or not narrows(one.node):
        return True
    kinds, others = _kinds(one), _kinds(other)
    if not kinds or not others or not others <= kinds | {"null"}:
        return False
    if others <= {"null"} or one.choices or one.enum is not None or one.const is not ABSENT:
        return False
    if kinds != {"object"}:
        return not _LIMITING & node.value.keys() and not one.properties
    return _allows_object(one, other) and not (_LIMITING - {"items"}) & node.value.keys()


def _allows_object(one: Shape, other: Shape) -> bool:
    closed = one.additional is not None and one.additional.value is not True
    if closed or one.patterns or not one.required <= other.required:
        return False
    shared = one.properties.keys() & other.properties.keys()
    return all(_same(one.properties[name], other.properties[name]) for name in shared)


def _same(nodes: list[Node], others: list[Node]) -> bool:
    return [node.follow().value for node in nodes] == [node.follow().value for node in others]


def _kinds(shape: Shape) -> set[str]:
    kinds = set(shape.types or implied_types(shape)) - {"null"}
    return kinds | {"integer"} if "number" in kinds else kinds
