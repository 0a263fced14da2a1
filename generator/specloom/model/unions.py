"""Choices between types (`oneOf`, `anyOf`, children of a parent): inline where JSON's kinds tell, else named."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from specloom.model.choices import (
    discriminated,
    flattened,
    is_nullable,
    kinds_differ,
    mapped,
    variant_names,
    without_null,
)
from specloom.model.objects import base_record
from specloom.model.shapes import (
    Shape,
    merged_shape,
    narrowed_shape,
    only_part,
    shape_of,
    wire_name_of,
)
from specloom.model.types import (
    Anything,
    Discriminator,
    Named,
    OneOf,
    Scalar,
    Type,
    Union,
)

if TYPE_CHECKING:
    from specloom.diagnostics import Location
    from specloom.model.inheritance import Family
    from specloom.model.schemas import Schemas
    from specloom.openapi.tree import Node

_NULL = Scalar("null")
_MOST_COMBINATIONS = 24


def or_null(kind: Type) -> Type:
    """The type that may be null besides; of any value nothing more is said."""
    if kind == _NULL or isinstance(kind, Anything):
        return kind
    return OneOf((*without_null(flattened(kind)), _NULL))


def real_type(kind: Type) -> Type:
    """The type of what is not null."""
    if isinstance(kind, OneOf) and is_nullable(kind):
        rest = without_null(kind.variants)
        return rest[0] if len(rest) == 1 else OneOf(rest)
    return kind


def choice_type(schemas: Schemas, shape: Shape, context: str, *, claimed: bool) -> Type:
    """The type of a shape with choices: each part together with what stands beside the choice."""
    single = _only_real(shape)
    if single is not None:
        part, null = single
        narrowed = narrowed_shape(shape, [part], shape.node)
        found = schemas.type_of_shape(narrowed, context, claimed=claimed)
        return or_null(found) if null else found
    columns = [_parts(choice) for choice in shape.choices]
    if len(columns) > 1 and math.prod(map(len, columns)) > _MOST_COMBINATIONS:
        return _everything(schemas, shape, context, claimed=claimed)
    combinations = list(itertools.product(*columns))
    by_place: dict[Location, Type] = {}
    variants: list[Type] = []
    for parts, added in zip(combinations, _names(combinations), strict=True):
        variant = _variant(schemas, shape, parts, f"{context}{added}")
        if len(parts) == 1:
            by_place[parts[0].follow().at] = by_place[parts[0].at] = variant
        variants.extend(flattened(variant))
    return _chosen(schemas, shape, tuple(variants), by_place, context, claimed=claimed)


def _only_real(shape: Shape) -> tuple[Node, bool] | None:
    """The one inline part that is not null, and whether null stands beside it: it needs no name of its own."""
    parts = _parts(shape.choices[0]) if len(shape.choices) == 1 else []
    real = [part for part in parts if shape_of(part).types != ("null",)]
    if len(real) != 1 or real[0].names_reference or only_part(real[0]) is not None:
        return None
    return real[0], len(real) < len(parts)


def _parts(choice: Node) -> list[Node]:
    """The parts of a choice, without those that nothing can meet."""
    return [part for part in choice.elements() if part.value is not False]


def _names(combinations: list[tuple[Node, ...]]) -> list[str]:
    if all(len(parts) == 1 for parts in combinations):
        return variant_names([parts[0] for parts in combinations])
    columns = zip(*combinations, strict=True)
    spoken: list[dict[Location, str]] = []
    for column in columns:
        parts = list({part.at: part for part in column}.values())
        names = zip(parts, variant_names(parts), strict=True)
        spoken.append({part.at: name for part, name in names})
    return [
        "".join(names[part.at] for names, part in zip(spoken, parts, strict=True))
        for parts in combinations
    ]


def _variant(schemas: Schemas, shape: Shape, parts: tuple[Node, ...], context: str) -> Type:
    if len(parts) == 1 and _says_all(shape, parts[0]):
        return schemas.type_of(parts[0], context)
    return schemas.type_of_shape(narrowed_shape(shape, list(parts)), context)


def _says_all(shape: Shape, part: Node) -> bool:
    """Whether a variant needs nothing of what stands beside the choice: it has those properties itself, or is null."""
    if not shape.properties:
        return True
    own = shape_of(part)
    if own.types == ("null",) or own.choices:
        return own.types == ("null",)
    return own.properties.keys() >= shape.properties.keys() and own.required >= shape.required


def _chosen(
    schemas: Schemas,
    shape: Shape,
    variants: tuple[Type, ...],
    by_place: dict[Location, Type],
    context: str,
    *,
    claimed: bool,
) -> Type:
    flat = tuple(dict.fromkeys(variants))
    if claimed and Named(context) in flat:
        schemas.warn_endless(context, shape.node)
        flat = tuple(one for one in flat if one != Named(context))
    real = without_null(flat)
    null = (_NULL,) if _NULL in flat else ()
    anything = [one for one in real if isinstance(one, Anything)]
    if anything:
        # A variant that the document leaves open opens the whole; one that could not be expressed says why.
        return next((one for one in anything if one.reason), anything[0])
    if len(real) <= 1:
        only = real[0] if real else _NULL
        return OneOf((only, *null)) if null and real else only
    told = _discriminator(schemas, shape, by_place)
    if told is None and kinds_differ(real, schemas.declared):
        return OneOf((*real, *null))
    if told is not None:
        known = {inner for one in real for inner in flattened(one)}
        further = [kind for _, kind in told.mapping if kind not in known]
        real = tuple(dict.fromkeys((*real, *further)))
    named = declare_union(schemas, shape, real, told, context, claimed=claimed)
    return OneOf((named, *null)) if null else named


def declare_union(
    schemas: Schemas,
    shape: Shape,
    variants: tuple[Type, ...],
    told: Discriminator | None,
    context: str,
    *,
    claimed: bool,
) -> Named:
    """Declare a union under a name of its own."""
    name = schemas.declare(context, "Choice", shape, claimed=claimed)
    schemas.declared[name] = Union(
        name=name,
        wire_name=wire_name_of(shape, name),
        module="",
        doc=shape.doc,
        variants=variants,
        discriminator=told,
        at=shape.node.at,
    )
    return Named(name)


def _discriminator(
    schemas: Schemas, shape: Shape, by_place: dict[Location, Type]
) -> Discriminator | None:
    holder = shape.node.get("discriminator") or shape.node.follow().get("discriminator")
    if holder is None or not holder.text("propertyName") or len(shape.choices) > 1:
        return None
    wire_name = holder.text("propertyName")
    targets = discriminated(shape.node, _parts(shape.choices[0]), wire_name)
    rest = holder.get("defaultMapping")
    default = mapped(rest) if rest is not None else None

    def type_at(target: Node) -> Type:
        found = by_place.get(target.follow().at)
        return found if found is not None else schemas.declared_type(target)

    return Discriminator(
        wire_name=wire_name,
        mapping=tuple((value, type_at(target)) for value, target in targets.items()),
        default=type_at(default) if default is not None else None,
    )


def family_type(schemas: Schemas, shape: Shape, family: Family, name: str) -> Type:
    """What stands for a parent: its children, told apart by a property; the parent itself for everything else."""
    schemas.declare(name, "", shape, claimed=True)
    base = base_record(schemas, shape, schemas.base_names[shape.node.at])
    members = {one.at: schemas.record_type(one) for one in family.members}
    told = Discriminator(
        wire_name=family.wire_name,
        mapping=tuple((value, members[one.at]) for value, one in family.values),
        default=base,
    )
    variants = dict.fromkeys((*members.values(), base))
    variants.pop(Named(name), None)
    return declare_union(schemas, shape, tuple(variants), told, name, claimed=True)


def _everything(schemas: Schemas, shape: Shape, context: str, *, claimed: bool) -> Type:
    """One object with the properties of all variants, where there are too many ways to combine them."""
    schemas.warn_fallback(shape, "too many choices at once", "an object may have the fields of all")
    parts = [part for choice in shape.choices for part in _parts(choice)]
    whole = merged_shape(shape.node, [shape.node, *parts])
    whole.choices, whole.types, whole.required = [], ("object",), set(shape.required)
    whole.enum, whole.const = None, shape.const
    return schemas.type_of_shape(whole, context, claimed=claimed)
