"""A JSONPath followed through schemas: which schemas describe what it selects, or where it leaves them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from specloom.targets.client.runtime.jsonpath_syntax import (
    And,
    Call,
    Comparison,
    Expression,
    FilterSelector,
    IndexSelector,
    Literal,
    NameSelector,
    Not,
    Or,
    Query,
    Segment,
    Selector,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from specloom.diagnostics import Location
    from specloom.openapi.tree import Node
    from specloom.targets.client.runtime.jsonpath import Path

__all__ = [
    "Reached",
    "Unlisted",
    "Unreached",
    "allows_all",
    "follow",
    "parts_of",
    "property_names",
    "types_of",
    "words_of",
]


@dataclass(frozen=True, slots=True)
class Unreached:
    """Where a path leaves the schemas: the step (at an offset of the text), and what could stand there."""

    step: str
    at: int
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A word that a filter compares with something which never has it."""

    word: Any
    known: tuple[str, ...]


@dataclass(slots=True)
class Reached:
    """Schemas of what a path selects; `is_free` if some of it has no schema that says anything."""

    nodes: list[Node] = field(default_factory=list)
    is_free: bool = False
    missing: list[Unreached] = field(default_factory=list)
    unlisted: list[Unlisted] = field(default_factory=list)


def follow(path: Path, roots: Sequence[Node]) -> Reached:
    """Follow `path` through the schemas of a value; it is reached if one of the `roots` has it."""
    reached = Reached(list(roots), is_free=not roots)
    _run(path.query, reached, list(roots))
    return reached


def _run(query: Query, reached: Reached, roots: list[Node]) -> None:
    for segment in query.segments:
        if not reached.nodes:
            return
        before = reached.nodes
        if segment.descendant:
            before = list(_below(before))
        reached.nodes = []
        for selector in segment.selectors:
            _select(selector, segment, before, reached, roots)


def _select(
    selector: Selector, segment: Segment, before: list[Node], reached: Reached, roots: list[Node]
) -> None:
    found: list[Node] = []
    is_free = False
    for node in before:
        parts = list(parts_of(node))
        inner = [child for part in parts for child in _children(selector, part)]
        if segment.descendant:
            # A mapping with free keys, somewhere below, is no reason to think that it has this one.
            inner = [child for child in inner if child.at.pointer[-1] != "additionalProperties"]
        found += inner
        is_free = is_free or (not inner and (allows_all(node) or _is_open(selector, parts)))
    if found or is_free:
        reached.nodes += found
        reached.is_free = reached.is_free or not found
    elif not segment.descendant or isinstance(selector, NameSelector):
        reached.missing.append(_unreached(selector, before))
    if isinstance(selector, FilterSelector):
        for query, word in _queries(selector.condition):
            _follow_inner(query, word, found, reached, roots)


def _follow_inner(
    query: Query, word: Literal | None, found: list[Node], reached: Reached, roots: list[Node]
) -> None:
    start = roots if query.start == "$" else found
    if not start:
        return
    inner = Reached(list(start))
    _run(query, inner, roots)
    reached.missing += inner.missing
    reached.is_free = reached.is_free or inner.is_free
    listed = [words_of(node) for node in inner.nodes]
    if word is not None and word.value is not None and listed and None not in listed:
        known = tuple(str(value) for words in listed for value, _ in words or ())
        if str(word.value) not in known:
            reached.unlisted.append(Unlisted(word.value, known))


def _queries(condition: Expression) -> Iterator[tuple[Query, Literal | None]]:
    """The queries of a filter, each with the literal that it is compared with."""
    match condition:
        case Query():
            yield condition, None
        case Comparison(left=Query() as query, right=Literal() as word):
            yield query, word
        case Comparison(left=Literal() as word, right=Query() as query):
            yield query, word
        case _:
            for inner in _operands(condition):
                yield from _queries(inner)


def _operands(condition: Expression) -> tuple[Expression, ...]:
    match condition:
        case And(operands=operands) | Or(operands=operands):
            return operands
        case Not(operand=operand):
            return (operand,)
        case Comparison(left=left, right=right):
            return left, right
        case Call(arguments=arguments):
            return arguments
    return ()


def parts_of(node: Node) -> Iterator[Node]:
    """The schema and every schema that speaks of the same value: through `$ref`, `allOf`, `oneOf`, `anyOf`."""
    seen: set[Location] = set()
    waiting = [node]
    while waiting:
        here = waiting.pop(0)
        if here.at in seen or not isinstance(here.value, dict):
            continue
        seen.add(here.at)
        yield here
        target = here.reference()
        waiting += [target] if target is not None else []
        for key in ("allOf", "oneOf", "anyOf"):
            waiting += here.elements(key)
        for key in ("then", "else"):
            waiting += [part] if (part := here.get(key)) is not None else []
        text = here.get("contentSchema")
        if text is not None and "json" in here.text("contentMediaType"):
            waiting.append(text)


def allows_all(node: Node, seen: frozenset[Location] = frozenset()) -> bool:
    """Whether any value fits a schema, as one branch that says nothing makes it."""
    if not isinstance(node.value, dict):
        return node.value is True
    if node.at in seen:
        return False
    keys, seen = node.value.keys(), seen | {node.at}
    if any(not key.startswith("x-") for key in keys - _SAYING_NOTHING):
        return False
    target = node.reference()
    if node.names_reference and (target is None or not allows_all(target, seen)):
        return False
    choices = [list(node.elements(key)) for key in ("oneOf", "anyOf") if key in keys]
    free = all(any(allows_all(one, seen) for one in branches) for branches in choices)
    return free and all(allows_all(part, seen) for part in node.elements("allOf"))


def _children(selector: Selector, part: Node) -> Iterator[Node]:
    match selector:
        case NameSelector(name=name):
            properties = part.get("properties")
            declared = properties.get(name) if properties is not None else None
            if declared is not None:
                yield declared
                return
            for pattern, schema in part.items("patternProperties"):
                if _matches(pattern, name):
                    yield schema
            yield from _schema(part.get("additionalProperties"))
        case IndexSelector(index=index):
            places = list(part.elements("prefixItems"))
            if -len(places) <= index < len(places):
                yield places[index]
            else:
                yield from _schema(part.get("items"))
        case _:
            yield from part.elements("prefixItems")
            yield from _schema(part.get("items"))
            if not isinstance(selector, FilterSelector) or part.get("items") is None:
                for _, schema in part.items("properties"):
                    yield schema
                yield from _schema(part.get("additionalProperties"))


def _schema(node: Node | None) -> Iterator[Node]:
    if node is not None and isinstance(node.value, dict) and node.value:
        yield node


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return False


_TELLING = {
    "object": frozenset({"properties", "patternProperties", "additionalProperties"}),
    "array": frozenset({"items", "prefixItems"}),
}
_GATHERING = frozenset({"$ref", "allOf", "oneOf", "anyOf"})
_SAYING_NOTHING = _GATHERING | {
    *("$dynamicRef", "title", "description", "$comment", "default", "example", "examples"),
    *("deprecated", "readOnly", "writeOnly", "nullable", "discriminator", "externalDocs", "xml"),
}


def _is_open(selector: Selector, parts: list[Node]) -> bool:
    """Whether the step may be there although no schema tells it."""
    named = isinstance(selector, NameSelector)
    kinds = ["object"] if named else ["array"]
    if not isinstance(selector, NameSelector | IndexSelector):
        kinds = ["object", "array"]
    types = {name for part in parts for name in _said_types(part)}
    return any(
        (not types or kind in types) and _is_free(kind, [part for part in parts if part.value])
        for kind in kinds
    )


def _is_free(kind: str, parts: list[Node]) -> bool:
    """Whether the parts leave open what members a value of that kind has."""
    rest = "additionalProperties" if kind == "object" else "items"
    if any(
        part.value.get(rest) in (True, {}) and part.value.get(rest) is not False for part in parts
    ):
        return True
    told = [
        part
        for part in parts
        if any(part.value.get(key) not in (None, {}) for key in _TELLING[kind])
    ]
    # A variant that is any object is free, though another one lists its properties.
    return not told or any(
        kind in _own_types(part) and part not in told and not _GATHERING & part.value.keys()
        for part in parts
    )


def _said_types(part: Node) -> set[str]:
    return _own_types(part) or {_json_type(word) for word in _listed_words(part)}


def _own_types(part: Node) -> set[str]:
    declared = part.value.get("type") if isinstance(part.value, dict) else None
    names = declared if isinstance(declared, list) else [declared]
    return {name for name in names if isinstance(name, str)}


def _unreached(selector: Selector, before: Iterable[Node]) -> Unreached:
    known = tuple(dict.fromkeys(name for node in before for name in property_names(node)))
    match selector:
        case NameSelector(name=name, at=at):
            return Unreached(name, at, known)
        case IndexSelector(index=index, at=at):
            return Unreached(f"[{index}]", at)
        case _:
            return Unreached("[*]", selector.at)


def _below(nodes: Iterable[Node]) -> Iterator[Node]:
    seen: set[Location] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop(0)
        if node.at in seen:
            continue
        seen.add(node.at)
        yield node
        for part in parts_of(node):
            if part.at != node.at:
                seen.add(part.at)
            waiting += [schema for _, schema in part.items("properties")]
            waiting += [*part.elements("prefixItems"), *_schema(part.get("items"))]
            waiting += _schema(part.get("additionalProperties"))


def property_names(node: Node) -> tuple[str, ...]:
    """The properties that a schema and its parts declare, in document order."""
    names = (name for part in parts_of(node) for name, _ in part.items("properties"))
    return tuple(dict.fromkeys(names))


def types_of(node: Node) -> set[str]:
    """The JSON types that a schema allows, as far as it says so; empty if it does not. `null` is left out."""
    types: set[str] = set()
    if allows_all(node):
        return types
    for part in parts_of(node):
        types |= _own_types(part)
        keys = part.value.keys()
        if "type" not in keys:
            types |= {"object"} if "properties" in keys else set()
            types |= {"array"} if keys & {"items", "prefixItems"} else set()
            types |= _said_types(part)
    return types - {"null"}


def _json_type(value: Any) -> str:
    for kind, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string")):
        if isinstance(value, kind):
            return name
    return "null" if value is None else "array" if isinstance(value, list) else "object"


def _listed_words(part: Node) -> list[Any]:
    words = part.value.get("enum")
    listed = list(words) if isinstance(words, list) else []
    return [*listed, part.value["const"]] if "const" in part.value else listed


def words_of(
    node: Node, seen: frozenset[Location] = frozenset()
) -> list[tuple[Any, Location]] | None:
    """Every value that a schema lists (enum, const, booleans), with its place; None if it allows others.

    `seen` holds the schemas that are being looked at, so that a circle of references ends.
    """
    if node.at in seen:
        return None
    seen |= {node.at}
    choices = [part for key in ("oneOf", "anyOf") for part in node.elements(key)]
    if choices:
        listed = [words_of(choice, seen) for choice in choices]
        return None if None in listed else [word for words in listed for word in words or ()]
    target = node.reference()
    for part in (*([target] if target is not None else ()), *node.elements("allOf")):
        if (inner := words_of(part, seen)) is not None:
            return inner
    return _own_words(node)


def _own_words(node: Node) -> list[tuple[Any, Location]] | None:
    enum, const = node.get("enum"), node.get("const")
    if const is not None:
        return [(const.value, const.at)]
    if enum is not None and isinstance(enum.value, list):
        return [(item.value, item.at) for item in enum.elements() if item.value is not None]
    types = _own_types(node)
    if types - {"null"} == {"boolean"}:
        return [(True, node.at), (False, node.at)]
    return [] if types == {"null"} else None
