"""What jsonschema-rs finds, in words for people: one finding for one cause."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from .pointers import pointer, steps
from .rules import Place, mentioned, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jsonschema_rs import ValidationError

__all__ = ["Finding", "dotted", "word"]

_BRANCHES: Final = ("anyOf", "oneOf")
_UNJUDGED: Final = ("BacktrackLimitExceeded", "RegexEngineFailure")
_NAMED: Final = ("format", "contentEncoding", "contentMediaType")
_MOST_SHOWN: Final = 12
_KINDS: Final = {
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
    type(None): "null",
}
_LIMITS: Final = {
    "minimum": "must be at least {limit}, not {value}",
    "maximum": "must be at most {limit}, not {value}",
    "exclusiveMinimum": "must be more than {limit}, not {value}",
    "exclusiveMaximum": "must be less than {limit}, not {value}",
    "multipleOf": "must be a multiple of {multiple_of}, not {value}",
    "minLength": "must have at least {limit} characters, has {count}",
    "maxLength": "must have at most {limit} characters, has {count}",
    "minItems": "must hold at least {limit} elements, holds {count}",
    "maxItems": "must hold at most {limit} elements, holds {count}",
    "minProperties": "must hold at least {limit} members, holds {count}",
    "maxProperties": "must hold at most {limit} members, holds {count}",
    "uniqueItems": "must not hold the same element twice",
    "contains": "lacks an element of the kind that must be there",
    "pattern": "{value} does not match the pattern {pattern}",
    "format": "{value} is no {format}",
    "contentEncoding": "is not encoded as {content_encoding}",
    "contentMediaType": "is no {content_media_type}",
    "const": "must be {expected_value}, not {value}",
    "falseSchema": "is not allowed here",
}


class Finding(Struct, frozen=True):
    """What is wrong: said of a place, found at another (the object that lacks it), by a rule."""

    place: Place
    at: Place
    message: str
    evaluation: Place
    schema_path: Place


def word(error: ValidationError, root: Any) -> list[Finding]:
    """The findings of an error; several where it bundles several, none where none is sure."""
    kind = error.kind.name
    facts = error.kind.as_dict()
    if type(error.kind).__name__.endswith(_UNJUDGED):
        return []
    if kind in _BRANCHES:
        return _branches(error, facts["context"], root)
    if kind == "required":
        return [_finding(error, "is required", facts["property"])]
    if kind in ("additionalProperties", "unevaluatedProperties"):
        known = _known_names(root, error)
        return [
            _finding(error, "is not known here" + _suggestion(name, known), name)
            for name in facts["unexpected"]
        ]
    if kind == "unevaluatedItems":
        return [_finding(error, "holds too many elements")]
    if kind == "propertyNames":
        return [_finding(error, f"the name {_json(facts['error'].instance)} is not allowed")]
    if kind == "not":
        return [_forbidden(error, facts["schema"])]
    return [_finding(error, _sentence(kind, facts, error))]


def dotted(path: str) -> str:
    """A JSON Pointer as people write a place: `output[0].url`; empty for the whole."""
    written = (f"[{step}]" if step.isdecimal() else f".{step}" for step in steps(path))
    return "".join(written).removeprefix(".")


def _finding(error: ValidationError, message: str, *below: str) -> Finding:
    return Finding(
        (*error.instance_path, *below),
        tuple(error.instance_path),
        message,
        tuple(error.evaluation_path),
        tuple(error.schema_path),
    )


def _sentence(kind: str, facts: dict[str, Any], error: ValidationError) -> str:
    value = error.instance
    if kind == "enum":
        options = facts["options"]
        shown = ", ".join(map(_bare, options[:_MOST_SHOWN]))
        rest = f" and {len(options) - _MOST_SHOWN} more" if len(options) > _MOST_SHOWN else ""
        return f"{_json(value)} is not one of {shown}{rest}{_suggestion(value, options)}"
    if kind == "type":
        return _type_sentence(facts["types"], value)
    template = _LIMITS.get(kind)
    if template is None:
        return error.message
    count = len(value) if isinstance(value, str | list | dict) else 0
    if facts.get("limit") == 1:  # one character, one element
        template = template.replace("s, ha", ", ha").replace("s, ho", ", ho")
    show = _bare if kind in _NAMED else _json
    words = {name: show(fact) for name, fact in facts.items()}
    return template.format(**{**words, "value": _json(value), "count": count})


def _type_sentence(types: list[str], value: Any) -> str:
    names = {"integer": "an integer", "array": "an array", "object": "an object", "null": "null"}
    wanted = " or ".join(names.get(name, f"a {name}") for name in types)
    return f"must be {wanted}, not {_KINDS.get(type(value), 'that')}"


def _branches(
    error: ValidationError, context: list[list[ValidationError]], root: Any
) -> list[Finding]:
    """What is wrong with the branch that was most likely meant."""
    branches = [branch for branch in context if branch]
    if len(branches) < len(context):
        return [_finding(error, "fits more than one of the forms of which it may have one")]
    depth = len(error.instance_path)
    missing = _missing(branches, depth)
    if missing:
        return [_finding(error, f"one of {', '.join(missing)} is required")]
    types = [_wrong_types(branch, depth) for branch in branches]
    if all(types):
        wanted = sorted({name for names in types for name in names})
        return [_finding(error, _type_sentence(wanted, error.instance))]
    meant = min(branches, key=lambda branch: _distance(branch, depth))
    findings = [finding for inner in meant for finding in word(inner, root)]
    return findings or [_finding(error, "fits none of the forms that it may have")]


def _missing(branches: list[list[ValidationError]], depth: int) -> list[str]:
    """The names of which one is required, where each branch lacks nothing but one of them."""
    names: list[str] = []
    for branch in branches:
        if len(branch) != 1 or branch[0].kind.name != "required":
            return []
        if len(branch[0].instance_path) != depth:
            return []
        names.append(branch[0].kind.as_dict()["property"])
    return list(dict.fromkeys(names)) if len(names) > 1 else []


def _wrong_types(branch: list[ValidationError], depth: int) -> list[str]:
    return [
        name
        for error in branch
        if error.kind.name == "type" and len(error.instance_path) == depth
        for name in error.kind.as_dict()["types"]
    ]


def _distance(branch: list[ValidationError], depth: int) -> tuple[int, int, int]:
    """How far the value is from a branch: another type, another constant, so many errors."""
    constants = sum(
        error.kind.name in ("const", "enum") and len(error.instance_path) <= depth + 1
        for error in branch
    )
    return len(_wrong_types(branch, depth)), constants, len(branch)


def _forbidden(error: ValidationError, schema: Any) -> Finding:
    """A `not`: said of the last of the members that must not go together."""
    places = mentioned(schema, error.instance)
    if not places:
        return _finding(error, "is not allowed")
    names = " and ".join(dotted(pointer((*error.instance_path, *place))) for place in places)
    together = "do not go together" if len(places) > 1 else "is not allowed so"
    below = [str(step) for step in places[-1]]
    return _finding(error, f"{names} {together}", *below)


def _known_names(root: Any, error: ValidationError) -> list[str]:
    schema = resolve(root, "#" + pointer(error.schema_path[:-1]).replace("%", "%25"))
    return list(schema.get("properties", ())) if isinstance(schema, dict) else []


def _suggestion(value: Any, known: Iterable[Any]) -> str:
    names = [name for name in known if isinstance(name, str)]
    if not isinstance(value, str):
        return ""
    from difflib import get_close_matches  # for mistakes only

    lowered = {name.lower(): name for name in names}
    close = get_close_matches(value.lower(), lowered, n=1, cutoff=0.6)
    return f"; did you mean {lowered[close[0]]}?" if close else ""


def _bare(value: Any) -> str:
    return value if isinstance(value, str) and value else _json(value)


def _json(value: Any) -> str:
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
