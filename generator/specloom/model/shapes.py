"""A schema as one shape: `$ref` with siblings and `allOf` gathered into the keywords that decide a type.

JSON Schema says the same thing in many ways; a `Shape` is the one way in which `specloom.model.schemas` reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from specloom.model.names import pascal
from specloom.model.types import ABSENT, Limits, ScalarKind

if TYPE_CHECKING:
    from specloom.diagnostics import Location
    from specloom.openapi.tree import Node

# Keywords beside `$ref` that say something of the value, so that the reference alone is not the whole type.
STRUCTURAL = frozenset(
    {
        "type",
        "properties",
        "additionalProperties",
        "items",
        "prefixItems",
        "allOf",
        "oneOf",
        "anyOf",
        "enum",
        "const",
    }
)

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
    items: Node | None = None
    prefix_items: Node | None = None
    choices: list[Node] = field(default_factory=list)
    nullable: bool = False
    format: str = ""
    content_encoding: str = ""
    content_media_type: str = ""
    doc: str = ""
    impossible: bool = False
    # The declared schemas that were gathered into this one, so that a circle of `allOf` ends.
    gathered: set[Location] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.enum_owner = self.node


def shape_of(node: Node) -> Shape:
    """The shape of the schema at `node`; references and `allOf` inside it are followed."""
    shape = Shape(node)
    _gather(shape, node)
    return shape


def only_part(node: Node) -> Node | None:
    """The one schema of an `allOf` that says all there is: people wrap a reference so to describe it."""
    if not isinstance(node.value, dict) or STRUCTURAL & node.value.keys() != {"allOf"}:
        return None
    parts = list(node.elements("allOf"))
    return parts[0] if len(parts) == 1 and "$ref" not in node.value else None


def merged_shape(node: Node, parts: list[Node]) -> Shape:
    """The shape of several schemas that all hold, told as the schema at `node`."""
    shape = Shape(node)
    for part in parts:
        _gather(shape, part)
    return shape


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
    _gather_value(shape, node)
    _gather_object(shape, node)
    shape.items = node.get("items") or shape.items
    shape.prefix_items = node.get("prefixItems") or shape.prefix_items
    for part in node.elements("allOf"):
        _gather(shape, part)
    shape.choices.extend(
        choice for key in ("oneOf", "anyOf") if (choice := node.get(key)) and _chooses(choice)
    )


def _chooses(choice: Node) -> bool:
    """Whether the parts of a oneOf or anyOf are types; parts that only demand properties or limits are checks."""
    said = {
        "$ref",
        "type",
        "properties",
        "items",
        "prefixItems",
        "allOf",
        "oneOf",
        "anyOf",
        "enum",
        "const",
        "additionalProperties",
    }
    return any(
        isinstance(part.value, dict) and said & part.value.keys() for part in choice.elements()
    )


def _gather_value(shape: Shape, node: Node) -> None:
    types = _types(node)
    if types is not None:
        shape.types = types if shape.types is None else (_intersection(shape.types, types) or types)
    shape.nullable = shape.nullable or node.flag("nullable")
    if (enum := node.get("enum")) is not None and isinstance(enum.value, list):
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
    additional = node.get("additionalProperties")
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


def _intersection(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        name for name in left if name in right or (name == "number" and "integer" in right)
    )


def limits_of(node: Node) -> Limits:
    """What the schema at `node` asks of a value beyond its type; the nearest keyword wins over a referred one."""
    found: dict[str, Any] = {}
    chain = [node]
    while (target := chain[-1].reference()) is not None and target.at not in {
        link.at for link in chain
    }:
        chain.append(target)
    for link in [*reversed(chain)]:
        for keyword, name in _LIMITS.items():
            member = link.get(keyword)
            if (
                member is not None
                and isinstance(member.value, int | float)
                and not isinstance(member.value, bool)
            ):
                found[name] = member.value
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


def implied_types(shape: Shape) -> tuple[str, ...]:
    """The type that a schema without `type` means by its other keywords."""
    if shape.properties or shape.additional is not None:
        return ("object",)
    if shape.items is not None or shape.prefix_items is not None:
        return ("array",)
    if shape.format in {"date-time", "date", "uri", "uuid", "email"}:
        return ("string",)
    return ()


def string_kind(shape: Shape) -> ScalarKind:
    """What a string holds: text, base64, a date or a time."""
    if shape.content_encoding in {"base64", "base64url"} or shape.format == "byte":
        return "bytes"
    if shape.format == "date-time":
        return "date-time"
    if shape.format == "date":
        return "date"
    return "string"


def means_text(shape: Shape) -> bool:
    """Whether an enum means strings, even where YAML read a value as a number."""
    return shape.types is not None and set(shape.types) <= {"string", "null"}


def extra_schema(shape: Shape) -> Node | None:
    """The schema of the properties that have no name, where it says something."""
    told = shape.additional
    return told if told is not None and isinstance(told.value, dict) and told.value else None


def is_fit_for_field(wire: str) -> bool:
    """Whether a property can be a field of a record: msgspec takes no name that JSON has to escape."""
    return not any(char in '"\\' or char < " " for char in wire)


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


def name_of(target: Node) -> str:
    """The name that a schema outside of the components suggests: the last word of its place, else its file."""
    steps = [str(step) for step in target.at.pointer if not isinstance(step, int)]
    return (
        pascal(steps[-1])
        if steps
        else pascal(target.at.file.rsplit("/", 1)[-1].split(".")[0]) or "Type"
    )


def wire_name_of(shape: Shape, name: str) -> str:
    """The document's name of a component; `name` for everything else."""
    pointer = shape.node.at.pointer
    return str(pointer[-1]) if len(pointer) == 3 and pointer[0] == "components" else name
