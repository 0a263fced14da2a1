"""What a schema says with the ones that it refers to and with all of its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

__all__ = ["Branch", "Composite", "gather", "named", "types_of"]

_PARTS: Final = frozenset(
    {"$ref", "allOf", "oneOf", "anyOf", "discriminator", "if", "then", "else"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One way of a choice; where a discriminator tells them apart, `word` is its value there."""

    schema: Any
    word: str | None = None
    property: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """The keywords that hold together, the choices still to be made, and the definitions met."""

    keywords: Mapping[str, Any]
    choices: tuple[tuple[Branch, ...], ...] = ()
    conditions: tuple[Mapping[str, Any], ...] = ()  # each with `if`, and `then` or `else`
    met: frozenset[str] = field(default_factory=frozenset)

    def with_branch(self, branch: Branch, definitions: Mapping[str, Any]) -> Composite:
        """The first choice made: the branch holds too."""
        other = gather(branch.schema, definitions)
        keywords = both(self.keywords, other.keywords)
        if branch.word is not None:
            said = {"properties": {branch.property: _worded(branch.word, keywords, branch)}}
            keywords = both(keywords, {**said, "required": [branch.property]})
        waiting = [one for one in other.choices if not _is_made(one, keywords)]
        return Composite(
            keywords=keywords,
            choices=(*self.choices[1:], *waiting),
            conditions=(*self.conditions, *other.conditions),
            met=self.met | other.met,
        )


def gather(schema: Any, definitions: Mapping[str, Any]) -> Composite:
    """The schema with its references followed and its `allOf` laid together, outer parts first."""
    keywords: Mapping[str, Any] = {}
    choices: list[tuple[Branch, ...]] = []
    conditions: list[Mapping[str, Any]] = []
    met: set[str] = set()
    waiting = [schema]
    while waiting:
        part = waiting.pop(0)
        if not isinstance(part, Mapping):
            keywords = {**keywords, "not": {}} if part is False else keywords
            continue
        keywords = both(keywords, {key: one for key, one in part.items() if key not in _PARTS})
        choices += _choices(part)
        conditions += [part] if "if" in part else []
        inner = list(part.get("allOf", ()))
        name = named(part)
        if name in definitions and name not in met:
            met.add(name)
            inner.insert(0, definitions[name])
        waiting = inner + waiting
    return Composite(
        keywords=keywords,
        choices=tuple(choices),
        conditions=tuple(conditions),
        met=frozenset(met),
    )


def named(schema: Any) -> str:
    """The definition that a schema refers to, or nothing."""
    reference = schema.get("$ref") if isinstance(schema, Mapping) else None
    return unquote(reference.rpartition("/")[2]) if isinstance(reference, str) else ""


def types_of(keywords: Mapping[str, Any]) -> list[str]:
    """The types that a schema names, or those that its keywords speak of; none where it is open."""
    said = keywords.get("type")
    if isinstance(said, str):
        return [said]
    if isinstance(said, list):
        return [each for each in said if isinstance(each, str)]
    found = (kind for kind, words in _SPEAK_OF.items() if words & keywords.keys())
    return list(found)[:1]


_SPEAK_OF: Final[Mapping[str, frozenset[str]]] = {
    "object": frozenset(
        {"properties", "required", "additionalProperties", "minProperties", "patternProperties"}
    ),
    "array": frozenset({"items", "prefixItems", "minItems", "contains", "uniqueItems"}),
    "string": frozenset({"minLength", "maxLength", "pattern", "format", "contentEncoding"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "multipleOf"}),
}


def _choices(part: Mapping[str, Any]) -> list[tuple[Branch, ...]]:
    told = part.get("discriminator")
    if isinstance(told, Mapping) and told.get("mapping"):
        wire = str(told.get("propertyName", ""))
        words = told["mapping"].items()
        return [
            tuple(Branch(schema={"$ref": ref}, word=word, property=wire) for word, ref in words)
        ]
    found = (part.get(key) for key in ("oneOf", "anyOf"))
    return [tuple(Branch(schema=one) for one in each) for each in found if each]


def _is_made(choice: tuple[Branch, ...], keywords: Mapping[str, Any]) -> bool:
    """Whether the property that a discriminator names has its word already."""
    wire = choice[0].property
    return bool(wire) and "const" in gather(keywords.get("properties", {}).get(wire), {}).keywords


def _worded(word: str, keywords: Mapping[str, Any], branch: Branch) -> dict[str, Any]:
    """The constant as JSON has it: a mapping writes numbers and booleans as text."""
    said = types_of(gather(keywords.get("properties", {}).get(branch.property), {}).keywords)
    if "integer" in said and word.lstrip("-").isdecimal():
        return {"const": int(word)}
    if "boolean" in said and word in ("true", "false"):
        return {"const": word == "true"}
    return {"const": word}


def both(one: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keywords that hold together; what only one can say, the first says."""
    if not one or not other:
        return one or other
    made = dict(one)
    for key, value in other.items():
        made[key] = _TOGETHER.get(key, _first)(made[key], value) if key in made else value
    return made


def _first(one: Any, _other: Any) -> Any:
    return one


def _either(one: Any, other: Any) -> Any:
    return one if one == other else {"allOf": [one, other]}


def _members(one: Any, other: Any) -> Any:
    shared = {name: _either(one[name], other[name]) for name in one if name in other}
    return {**one, **other, **shared}


def _listed(one: Any, other: Any) -> Any:
    return list(dict.fromkeys([*one, *other]))


def _common(one: Any, other: Any) -> Any:
    kept = [each for each in one if each in other]
    return kept or one


def _types(one: Any, other: Any) -> Any:
    listed = one if isinstance(one, list) else [one]
    others = other if isinstance(other, list) else [other]
    wide = [*others, *(["integer"] if "number" in others else [])]
    kept = [each for each in listed if each in wide]
    if not kept and "number" in listed and "integer" in others:
        return "integer"
    return kept or one


def _smallest(one: Any, other: Any) -> Any:
    return min(one, other)


def _largest(one: Any, other: Any) -> Any:
    return max(one, other)


_TOGETHER: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    **dict.fromkeys(("properties", "patternProperties"), _members),
    **dict.fromkeys(("items", "additionalProperties", "contains"), _either),
    "required": _listed,
    "enum": _common,
    "type": _types,
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems"), _largest),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems"), _smallest),
    "minProperties": _largest,
    "maxProperties": _smallest,
}
