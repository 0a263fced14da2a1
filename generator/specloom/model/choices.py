"""Which choices need a name: variants that JSON's own kinds tell apart do not."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import unquote

from specloom.model.kinds import implied_types
from specloom.model.names import Scope, pascal
from specloom.model.shapes import shape_of
from specloom.model.types import (
    ABSENT,
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
    from collections.abc import Collection, Iterator, Mapping

    from specloom.diagnostics import Location

_LARGE = 64  # types, one in another


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


def is_large(kind: Type) -> bool:
    """Whether a type holds more types, one in another, than can be read where it stands."""
    waiting, met = [kind], 0
    while waiting and met <= _LARGE:
        met += 1
        match waiting.pop():
            case ListOf(item=inner) | MapOf(value=inner):
                waiting.append(inner)
            case TupleOf(items=inner, rest=rest):
                waiting += [*inner, *([rest] if rest is not None else [])]
            case OneOf(variants=inner):
                waiting += inner
            case _:
                pass
    return met > _LARGE


def is_nullable(kind: Type) -> bool:
    """Whether null is one of the values."""
    return kind == Scalar("null") or (isinstance(kind, OneOf) and Scalar("null") in kind.variants)


def discriminated(union: Node, parts: list[Node], wire_name: str) -> dict[str, Node]:
    """The schema that each value of the property `wire_name` stands for.

    A mapping wins; then the constants that a variant gives the property; then the variant's own name
    (OpenAPI 3.2, Discriminator Object). A variant that is a choice itself gives what its own variants do.
    """
    found: dict[str, Node] = {}
    holder = union.get("discriminator") or union.follow().get("discriminator")
    for value, ref in holder.items("mapping") if holder is not None else ():
        target = mapped(ref)
        if target is not None:
            found[value] = target.follow()
    targets = {target.at for target in found.values()}
    told = [
        (part, list(_values(part.follow(), wire_name, set())))
        for part in parts
        if part.follow().at not in targets
    ]
    # What several variants say tells none of them apart.
    said = Counter(value for _, pairs in told for value, _ in pairs)
    for part, pairs in told:
        own = [(value, node) for value, node in pairs if said[value] == 1]
        named = [(named_by(part), part.follow())] if part.names_reference else []
        for value, node in own or named:
            found.setdefault(value, node)
    return found


def _values(node: Node, wire_name: str, seen: set[Location]) -> Iterator[tuple[str, Node]]:
    """The values that a variant gives the property, and the schema that each stands for."""
    if node.at in seen:
        return
    seen.add(node.at)
    inner = [part for key in ("oneOf", "anyOf") for part in node.elements(key)]
    if inner and not shape_of(node).properties:
        for value, target in discriminated(node, inner, wire_name).items():
            yield value, target
        return
    for value in constants_of(node, wire_name):
        yield value, node


def constants_of(
    variant: Node, wire_name: str, shared: Collection[Location] = frozenset()
) -> list[str]:
    """The values that a schema allows for a property, by their text; what is `shared` with others does not count."""
    allowed: list[str] | None = None
    for node in shape_of(variant).properties.get(wire_name, []):
        told = shape_of(node)
        if told.const is not ABSENT:
            said = [told.const]
        elif told.enum is not None:
            said = told.enum.value
        else:
            continue
        if node.at not in shared:
            words = [word_of(value) for value in said if isinstance(value, str | int)]
            allowed = words if allowed is None else [one for one in allowed if one in words]
    return allowed or []


def word_of(value: str | int) -> str:
    """A discriminating value as a mapping writes it: `true`, `1`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def named_by(part: Node) -> str:
    """The schema's name in a reference: the last word of its pointer, or of its file without the ending."""
    ref = str(part.value.get("$ref", part.value.get("$dynamicRef")))
    file, _, pointer = (unquote(text) for text in ref.partition("#"))
    step = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    return step or file.rpartition("/")[2].partition(".")[0]


def mapped(ref: Node) -> Node | None:
    """What a value of a discriminator's mapping names: the bare name of a schema, or a reference."""
    if not isinstance(ref.value, str):
        return None
    name = Node(ref.tree, ref.at, {"$ref": f"#/components/schemas/{ref.value}"}).reference()
    return name or Node(ref.tree, ref.at, {"$ref": ref.value}).reference()


def flattened(kind: Type) -> tuple[Type, ...]:
    """The variants of an inline choice; a type that is none, by itself."""
    return kind.variants if isinstance(kind, OneOf) else (kind,)


def variant_names(parts: list[Node]) -> list[str]:
    """What each variant adds to the name of its union: no name depends on a variant that stands further down.

    Its component, its title, a constant that it gives a property, its JSON kind, a property that none before it has;
    its number where nothing tells it apart.
    """
    scope, seen, names = Scope(), dict[str, None](), []
    for index, part in enumerate(parts, 1):
        wanted = [name for name in _names_of(part, seen) if name]
        free = next((name for name in wanted if scope.is_free(name)), "")
        names.append(scope.claim(free or f"Variant{index}"))
        seen |= dict.fromkeys(shape_of(part).properties)
    return names


def _names_of(part: Node, seen: dict[str, None]) -> Iterator[str]:
    target = part.reference()
    if target is not None:
        yield pascal(str(target.at.pointer[-1] if target.at.pointer else target.at.file))
    yield pascal(part.text("title"))
    shape = shape_of(part)
    for wire, nodes in shape.properties.items():
        told = constants_of(part, wire) if len(nodes) <= _MOST_SAID else []
        if len(told) == 1:
            yield pascal(told[0], digits=pascal(wire))
    kinds = [kind for kind in shape.types or implied_types(shape) if kind != "null"]
    if shape.enum is not None:
        yield "Enum"
    elif len(kinds) == 1 and kinds != ["object"]:
        yield {"array": "List"}.get(kinds[0], pascal(kinds[0]))
    elif shape.properties:
        fresh = [wire for wire in shape.properties if wire not in seen]
        needed = [wire for wire in fresh if wire in shape.required]
        missing = [wire for wire in seen if wire not in shape.properties]
        for word, wires in (("With", needed or fresh), ("Without", missing)):
            yield from (f"{word}{pascal(wire)}" for wire in wires[:1] if pascal(wire))
    elif kinds:
        yield "Map"


_MOST_SAID = 3  # nodes that speak of one property
