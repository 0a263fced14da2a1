"""A schema as one shape: `$ref` with siblings and `allOf` gathered into the keywords that decide a type.

JSON Schema says the same thing in many ways; a `Shape` is the one way in which `specloom.model.schemas` reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from specloom.model.kinds import KINDS, implied_types, meant_type
from specloom.model.names import pascal
from specloom.model.types import ABSENT, Limits

if TYPE_CHECKING:
    from specloom.diagnostics import Location
    from specloom.openapi.tree import Node

# Keywords beside `$ref` that say something of the value, so that the reference alone is not the whole type.
STRUCTURAL = frozenset(
    {
        "type",
        "properties",
        "patternProperties",
        "additionalProperties",
        "unevaluatedProperties",
        "items",
        "prefixItems",
        "allOf",
        "oneOf",
        "anyOf",
        "enum",
        "const",
    }
)

# Keywords that say no more than a type's kind; beside a reference they repeat what stands there.
_KIND = frozenset({"type"})

# Keywords that only narrow what a part of an `allOf` says; such a part makes a type of its own.
_NARROWING = STRUCTURAL | {"$ref", "$dynamicRef", "required", "format"}

# Keywords whose schemas name properties that may stand here, under conditions that only the request's check knows.
_CONDITIONAL = ("then", "else")

_LIMITS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "exclusive_minimum",
    "exclusiveMaximum": "exclusive_maximum",
    "multipleOf": "multiple_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_items",
    "maxItems": "max_items",
}


@dataclass(slots=True)
class Shape:
    """What all parts of one schema say together. `properties` holds every node that speaks of a property."""

    node: Node
    types: tuple[str, ...] | None = None
    enum: Node | None = None
    enum_owner: Node = field(init=False)
    const: Any = ABSENT
    properties: dict[str, list[Node]] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    additional: Node | None = None
    patterns: list[Node] = field(default_factory=list)
    items: Node | None = None
    prefix_items: Node | None = None
    choices: list[Node] = field(default_factory=list)
    nullable: bool = False
    format: str = ""
    content_encoding: str = ""
    content_media_type: str = ""
    doc: str = ""
    impossible: bool = False
    dangling: str = ""
    contradiction: str = ""
    # Words in the place of a type that are none, and what is taken for them.
    misnamed: dict[str, str] = field(default_factory=dict)
    # Made of several schemas, so that it is not what stands at `node`.
    derived: bool = False
    min_items: int | None = None
    # The declared schemas that were gathered into this one, so that a circle of `allOf` ends.
    gathered: set[Location] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.enum_owner = self.node


def shape_of(node: Node) -> Shape:
    """The shape of the schema at `node`; references and `allOf` inside it are followed.

    It is made once for each node, and belongs to everybody who asks: nobody changes it.
    """
    return node.once(_made_shape)


def _made_shape(node: Node) -> Shape:
    shape = Shape(node)
    _gather(shape, node)
    _add_conditional(shape, node)
    return shape


def only_part(node: Node) -> Node | None:
    """The one schema of an `allOf` that says all there is: people wrap a reference so to describe it."""
    if not isinstance(node.value, dict) or "$ref" in node.value:
        return None
    said = STRUCTURAL & node.value.keys()
    if said - _KIND != {"allOf"}:
        return None
    parts = [part for part in node.elements("allOf") if narrows(part)]
    if len(parts) != 1 or (said & _KIND and not _repeats_kind(node, parts[0])):
        return None
    return parts[0]


def only_reference(node: Node) -> Node | None:
    """What the `$ref` at `node` leads to, where it is the whole type."""
    target = node.reference()
    if target is None:
        return None
    said = STRUCTURAL & node.value.keys()
    return target if not said or (said == _KIND and _repeats_kind(node, target)) else None


def admits_null(node: Node) -> bool:
    """Whether the keywords at `node` itself, or a part of its `allOf` that says nothing else, allow null."""
    if node.flag("nullable") or "null" in (_types(node) or ()):
        return True
    return any(part.flag("nullable") for part in node.elements("allOf") if not narrows(part))


def narrows(part: Node) -> bool:
    """Whether a schema says something of the type of a value; notes about it do not."""
    return part.value is False or (
        isinstance(part.value, dict) and bool(_NARROWING & part.value.keys())
    )


def _repeats_kind(node: Node, part: Node) -> bool:
    """Whether the `type` at `node` is that of the part too, but for null."""
    shape = shape_of(part)
    told = set(shape.types or implied_types(shape)) - {"null"}
    return bool(told) and told <= set(_types(node) or ())


def merged_shape(node: Node, parts: list[Node]) -> Shape:
    """The shape of several schemas that all hold, told as the schema at `node`."""
    shape = Shape(node)
    shape.derived = True
    for part in parts:
        _gather(shape, part)
        _add_conditional(shape, part)
    return shape


def narrowed_shape(shape: Shape, parts: list[Node], node: Node | None = None) -> Shape:
    """Parts of choices together with what stands beside them, told as the schema at `node` (default: the first)."""
    merged = merged_shape(node or parts[0], parts)
    merged.properties = {
        name: [*shape.properties.get(name, []), *merged.properties.get(name, [])]
        for name in (*shape.properties, *merged.properties)
    }
    if shape.types is not None:
        _narrow_types(merged, shape.types)
    merged.required |= shape.required
    merged.patterns += shape.patterns
    merged.additional = merged.additional or shape.additional
    merged.items = merged.items or shape.items
    merged.doc = merged.doc or shape.doc
    return merged


def _gather(shape: Shape, node: Node) -> None:
    if node.at in shape.gathered:
        return
    shape.gathered.add(node.at)
    if node.value is False:
        shape.impossible = True
    if not isinstance(node.value, dict):
        return
    target = node.reference()
    if target is not None:
        _gather(shape, target)
    elif node.names_reference:
        shape.dangling = "a reference that leads nowhere"
    _gather_value(shape, node)
    _gather_object(shape, node)
    _gather_array(shape, node)
    for part in node.elements("allOf"):
        _gather(shape, part)
    shape.choices.extend(
        choice
        for key in ("oneOf", "anyOf")
        if (choice := node.get(key)) and _chooses(choice) and not _holds(choice, shape, node)
    )


def _chooses(choice: Node) -> bool:
    """Whether the parts of a oneOf or anyOf are types; parts that only demand properties or limits are checks."""
    said = STRUCTURAL | {"$ref", "$dynamicRef"}
    return any(
        isinstance(part.value, dict) and said & part.value.keys() for part in choice.elements()
    )


def _holds(choice: Node, shape: Shape, node: Node) -> bool:
    """Whether an inherited choice has this schema among its parts: a child of a union is one of it, not all."""
    if node.at == shape.node.at:
        return False
    return any(part.follow().at in shape.gathered for part in choice.elements())


def _gather_array(shape: Shape, node: Node) -> None:
    items = node.get("items") or node.get("unevaluatedItems")
    if items is not None and isinstance(items.value, list):  # as older drafts write tuples
        shape.prefix_items = items
        shape.items = node.get("additionalItems") or shape.items
    else:
        shape.items = items or shape.items
    shape.prefix_items = node.get("prefixItems") or shape.prefix_items
    least = node.get("minItems")
    if least is not None and isinstance(least.value, int):
        shape.min_items = max(least.value, shape.min_items or 0)


def _add_conditional(shape: Shape, node: Node) -> None:
    """The properties that only a condition names; they may stand here, and are never demanded."""
    holders = [
        holder
        for place in (node, *node.elements("allOf"))
        for holder in (
            *(place.get(key) for key in _CONDITIONAL),
            *(member for _, member in place.items("dependentSchemas")),
        )
        if holder is not None
    ]
    for holder in holders:
        for name, member in shape_of(holder).properties.items():
            if narrows(member[0]):
                shape.properties.setdefault(name, [*member])


def _gather_value(shape: Shape, node: Node) -> None:
    types = _types(node)
    if types is not None:
        _narrow_types(shape, tuple(_understood(shape, name) for name in types))
    shape.nullable = shape.nullable or node.flag("nullable")
    enum = node.get("enum")
    if enum is not None and isinstance(enum.value, list) and not _is_wider(enum, shape.enum):
        shape.enum, shape.enum_owner = enum, node
    if (const := node.get("const")) is not None:
        shape.const = const.value
    shape.format = node.text("format") or shape.format
    shape.content_encoding = node.text("contentEncoding") or shape.content_encoding
    shape.content_media_type = node.text("contentMediaType") or shape.content_media_type
    # The nearest description wins: what stands beside a reference speaks of this place, not of the type.
    if (doc := node.text("description")) and (not shape.doc or node.at == shape.node.at):
        shape.doc = doc


def _gather_object(shape: Shape, node: Node) -> None:
    for name, member in node.items("properties"):
        shape.properties.setdefault(name, []).append(member)
    required = node.get("required")
    if required is not None and isinstance(required.value, list):
        shape.required.update(name for name in required.value if isinstance(name, str))
    shape.patterns.extend(member for _, member in node.items("patternProperties"))
    additional = node.get("additionalProperties") or node.get("unevaluatedProperties")
    if additional is not None and (shape.additional is None or shape.additional.value is True):
        shape.additional = additional


def _types(node: Node) -> tuple[str, ...] | None:
    declared = node.get("type")
    if declared is None:
        return None
    if isinstance(declared.value, str):
        return (declared.value,)
    if isinstance(declared.value, list):
        return tuple(name for name in declared.value if isinstance(name, str))
    return None


def _understood(shape: Shape, name: str) -> str:
    """The type that a word means; the word itself where nobody can tell."""
    if name in KINDS:
        return name
    meant, format_ = meant_type(name)
    shape.misnamed[name] = meant
    shape.format = shape.format or format_
    return meant or name


def _narrow_types(shape: Shape, types: tuple[str, ...]) -> None:
    """Only what both say; where nothing is left, one of them is wrong, and a value may be of either."""
    told = shape.types
    if told is None:
        shape.types = types
        return
    kept = _intersection(told, types)
    if not kept and told and types:
        shape.contradiction = f"{' or '.join(told)} against {' or '.join(types)} at once"
    shape.types = kept or tuple(dict.fromkeys((*told, *types)))


def _intersection(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    """The types that both allow; an integer is a number."""
    narrow = ("integer",) if {"integer", "number"} <= {*left, *right} else ()
    kept = [name for name in left if name in right]
    shared = () if "number" in kept or "integer" in kept else narrow
    return (*kept, *shared)


def _is_wider(enum: Node, other: Node | None) -> bool:
    """Whether an enum holds all of another one's values, and more."""
    if other is None:
        return False
    return len(enum.value) > len(other.value) and all(value in enum.value for value in other.value)


def limits_of(node: Node) -> Limits:
    """What the schema at `node` asks of a value beyond its type; the nearest keyword wins over a referred one."""
    found: dict[str, Any] = {}
    chain = [node]
    while (target := chain[-1].reference()) is not None and target.at not in {
        link.at for link in chain
    }:
        chain.append(target)
    for link in [*reversed(chain)]:
        said = link.value if isinstance(link.value, dict) else {}
        for keyword in _LIMITS.keys() & said.keys():
            limit = said[keyword]
            if isinstance(limit, int | float) and not isinstance(limit, bool):
                found[_LIMITS[keyword]] = limit
        found["pattern"] = link.text("pattern") or found.get("pattern", "")
        found["format"] = link.text("format") or found.get("format", "")
        found["unique_items"] = link.flag("uniqueItems") or found.get("unique_items", False)
    return Limits(**found)


def annotation(node: Node, keyword: str) -> Any:
    """What `keyword` says at `node`, or where its `$ref` leads; ABSENT if nobody says it."""
    seen: set[Location] = set()
    link: Node | None = node
    while link is not None and link.at not in seen:
        seen.add(link.at)
        if (member := link.get(keyword)) is not None:
            return member.value
        link = link.reference()
    return ABSENT


def extra_schemas(shape: Shape) -> list[Node]:
    """The schemas of the properties that have no name, where they say something."""
    told = shape.additional
    said = [told] if told is not None and isinstance(told.value, dict) and told.value else []
    return [*shape.patterns, *said]


def texts_of(enum: Node) -> list[Any]:
    """The values of an enum of strings as they were written, where YAML read another kind."""
    raw = enum.tree.documents.raw
    return [
        (
            node.value
            if isinstance(node.value, str) or node.value is None
            else raw(node.at) or str(node.value)
        )
        for node in enum.elements()
    ]


def names_of(target: Node) -> list[str]:
    """The names that a schema outside of the components suggests, best first: its last word, or its file.

    Where that is taken, its file and its folders say whose it is, as far as these lie beside the root document.
    """
    root, file = target.tree.root.at.file, target.at.file
    own = file.removeprefix(f"{root.rpartition('/')[0]}/") if "/" in root else file
    folders = [] if own == file and own.startswith("/") else own.split("/")[:-1]
    steps = [str(step) for step in target.at.pointer if not isinstance(step, int)]
    parts = [*folders, file.rpartition("/")[2].split(".")[0], *steps[-1:]]
    told = [pascal(part) for part in parts]
    return ["".join(told[at:]) or "Type" for at in reversed(range(len(told)))]


def wire_name_of(shape: Shape, name: str) -> str:
    """The document's name of a component; `name` for everything else."""
    pointer = shape.node.at.pointer
    return str(pointer[-1]) if len(pointer) == 3 and pointer[0] == "components" else name
