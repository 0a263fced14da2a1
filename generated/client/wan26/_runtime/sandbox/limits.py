"""Request schemas as a server reads them: whole numbers have limits, some words may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .composites import gather
from .formats import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["limited", "relaxed"]

_DATA: Final = frozenset({"const", "default", "enum", "example", "examples"})
_GROUPS: Final = frozenset({"$defs", "dependentSchemas", "patternProperties", "properties"})


def limited(schema: Any) -> Any:
    """A schema whose whole numbers are no larger than their formats (`int32`, `int64`) are."""
    if isinstance(schema, list):
        return [limited(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _within(key, each) for key, each in schema.items()}
    low, high = WHOLE.get(str(schema.get("format")), (None, None))
    said = schema.get("type")
    if low is not None and high is not None and "integer" in (said or ()):
        made["minimum"] = max(_number(schema.get("minimum"), low), low)
        made["maximum"] = min(_number(schema.get("maximum"), high), high)
    return made


def relaxed(document: Any) -> Any:
    """A document of schemas in which only who demands it has to say which variant is meant.

    Clients are told at once that a discriminator's word is missing; servers take what the schemas
    allow, and where none of the variants demands the word, any of them may be meant.
    """
    definitions = document.get("$defs", {})

    def walk(schema: Any) -> Any:
        if isinstance(schema, list):
            return [walk(each) for each in schema]
        if not isinstance(schema, dict):
            return schema
        made = {key: each if key in _DATA else walk(each) for key, each in schema.items()}
        if isinstance(made.get("allOf"), list):
            made["allOf"] = _undemanding(made["allOf"], definitions)
        return made

    return walk(document)


def _within(key: str, value: Any) -> Any:
    if key in _DATA:
        return value
    if key in _GROUPS and isinstance(value, dict):
        return {name: limited(each) for name, each in value.items()}
    return limited(value)


def _number(value: Any, usual: int) -> float:
    return value if isinstance(value, int | float) else usual


def _undemanding(parts: list[Any], definitions: Mapping[str, Any]) -> list[Any]:
    """The parts, in which a word that tells variants apart is demanded only by these."""
    made: list[Any] = []
    for part in parts:
        wire = _told_by(part)
        variants = [each["then"] for each in parts if wire and _is_chosen(each, wire)]
        if variants and not _is_required(wire, variants, definitions):
            words = {"properties": part["properties"]}
            one_of = {"if": {"required": [wire]}, "then": words, "else": {"anyOf": variants}}
            made.append(one_of)
        else:
            made.append(part)
    return made


def _told_by(part: Any) -> str:
    """The property that a part demands to be one of some words, and nothing else."""
    if not isinstance(part, dict) or part.keys() != {"required", "properties"}:
        return ""
    names = part["required"]
    is_one = isinstance(names, list) and len(names) == 1 and list(part["properties"]) == names
    schema = part["properties"].get(names[0]) if is_one else None
    return names[0] if isinstance(schema, dict) and schema.keys() == {"enum"} else ""


def _is_chosen(part: Any, wire: str) -> bool:
    condition = part.get("if") if isinstance(part, dict) else None
    return isinstance(condition, dict) and condition.get("required") == [wire] and "then" in part


def _is_required(wire: str, variants: Iterable[Any], definitions: Mapping[str, Any]) -> bool:
    return any(wire in gather(each, definitions).keywords.get("required", ()) for each in variants)
