"""What a JSON Schema validator finds, in one readable line each.

The validator quotes whole instances and schemas and stops at "is not valid under any of the given schemas"; here each
complaint is followed down to the key or value that caused it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specloom.openapi.suggestions import did_you_mean, listing, quoted

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

__all__ = ["Finding", "Step", "findings"]

Step = str | int
# Gives the schema that a `$ref` names, where the keys that it declares are wanted.
Follow = Callable[[Any], Any]

_ARTICLES = {"array": "a list", "object": "a mapping", "integer": "an integer", "null": "null"}
_LONGEST_MESSAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A complaint: where (`key`: at the key, not the value), which keyword complains, what it says."""

    pointer: tuple[Step, ...]
    key: bool = False
    keyword: str
    message: str
    hint: str = ""


def findings(
    error: ValidationError,
    base: tuple[Step, ...] = (),
    *,
    follow: Follow = lambda schema: schema,
) -> Iterator[Finding]:
    """What `error` comes down to. `base` leads to the value that was validated."""
    pointer = (*base, *error.relative_path)
    keyword = str(error.validator)
    if keyword in {"oneOf", "anyOf"}:
        yield from _alternatives(error, pointer, follow)
    elif "propertyNames" in error.relative_schema_path and isinstance(_given(error), str):
        message = f"{quoted(_given(error))} is not a key that may stand here"
        place = (*pointer, _given(error))
        yield Finding(
            pointer=place, key=True, keyword="propertyNames", message=message, hint=_hint(error)
        )
    elif keyword in {"additionalProperties", "unevaluatedProperties"}:
        yield from _unknown_keys(error, pointer, follow)
    else:
        at_key = keyword in {"required", "dependentRequired", "minProperties"} and bool(pointer)
        yield Finding(
            pointer=pointer,
            key=at_key and isinstance(pointer[-1], str),
            keyword=keyword,
            message=_message(error),
            hint=_hint(error),
        )


def _asked(error: ValidationError) -> Any:
    return error.validator_value


def _given(error: ValidationError) -> Any:
    return error.instance


def _alternatives(
    error: ValidationError, pointer: tuple[Step, ...], follow: Follow
) -> Iterator[Finding]:
    branches: dict[Step, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    keyword = str(error.validator)
    if not branches:
        yield Finding(pointer=pointer, keyword=keyword, message=_many_forms(error))
        return
    # A mapping that is no reference was not meant as one.
    meant = [branch for branch in branches.values() if not _wants_reference(branch)]
    meant = meant or list(branches.values())
    typed = [branch for branch in meant if not _is_other_type(branch)]
    if not typed:
        yield Finding(pointer=pointer, keyword="type", message=_type_message(meant, error))
    elif len(typed) > 1 and all(_is_missing(branch) for branch in typed):
        # "a or b is missing" is one complaint, however many branches say it.
        names = [listing([_missing(inner) for inner in branch], "and") for branch in typed]
        message = f"{listing(list(dict.fromkeys(names)), 'or')} is missing"
        is_named = bool(pointer) and isinstance(pointer[-1], str)
        yield Finding(pointer=pointer, key=is_named, keyword="required", message=message)
    elif len(typed) > 1 and (told := _discriminator(typed)) is not None:
        # "neither a nor b nor c": one complaint about the value that tells the branches apart.
        first = told[0]
        allowed = [quoted(str(value)) for error in told for value in _constants(error) or ()]
        yield Finding(
            pointer=(*pointer, *first.relative_path),
            keyword="enum",
            message=f"{_word(_given(first))} is not one of {listing(allowed, 'and')}",
            hint=did_you_mean(str(_given(first)), [word.strip("`") for word in allowed]),
        )
    else:
        yield from _nearest(typed, pointer, follow)


def _many_forms(error: ValidationError) -> str:
    names = [name for form in _asked(error) for name in form.get("required", ())]
    present = [quoted(name) for name in names if name in _given(error)]
    if len(present) > 1:
        return f"{listing(present, 'and')} exclude each other"
    return "this fits more than one of the allowed forms, and it must fit exactly one"


def _nearest(
    branches: list[list[ValidationError]], base: tuple[Step, ...], follow: Follow
) -> Iterator[Finding]:
    def nearness(branch: list[ValidationError]) -> tuple[bool, int, int]:
        is_other = any(_constants(error) is not None for error in branch)
        return is_other, -max(len(error.relative_path) for error in branch), len(branch)

    for inner in min(branches, key=nearness):
        yield from findings(inner, base, follow=follow)


def _discriminator(branches: list[list[ValidationError]]) -> list[ValidationError] | None:
    """The error about one and the same value in every branch, if each is told by a value there."""
    for candidate in branches[0]:
        place = list(candidate.relative_path)
        told = [
            next(
                (one for one in branch if list(one.relative_path) == place and _constants(one)),
                None,
            )
            for branch in branches
        ]
        errors = [error for error in told if error is not None]
        if len(errors) == len(branches):
            return errors
    return None


def _constants(error: ValidationError) -> list[Any] | None:
    """The one value that a branch is told by; None if the error is another."""
    if error.validator == "const":
        return [_asked(error)]
    is_single = error.validator == "enum" and len(_asked(error)) == 1
    return list(_asked(error)) if is_single else None


def _wants_reference(branch: list[ValidationError]) -> bool:
    return any(_is_missing([error]) and _missing(error) == "`$ref`" for error in branch)


def _is_other_type(branch: list[ValidationError]) -> bool:
    return any(error.validator == "type" and not error.relative_path for error in branch)


def _is_missing(branch: list[ValidationError]) -> bool:
    return all(error.validator == "required" and not error.relative_path for error in branch)


def _type_message(branches: list[list[ValidationError]], error: ValidationError) -> str:
    wanted: list[str] = []
    for branch in branches:
        for inner in branch:
            if inner.validator == "type" and not inner.relative_path:
                wanted += _types(_asked(inner))
    return f"this must be {listing(list(dict.fromkeys(wanted)), 'or')}, not {_told(_given(error))}"


def _types(value: Any) -> list[str]:
    names = value if isinstance(value, list) else [value]
    return [_ARTICLES.get(str(name), f"a {name}") for name in names]


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return quoted(json.dumps(value, ensure_ascii=False))


def _word(value: Any) -> str:
    return quoted(value) if isinstance(value, str) else _told(value)


def _unknown_keys(
    error: ValidationError, pointer: tuple[Step, ...], follow: Follow
) -> Iterator[Finding]:
    known = _declared(error.schema, follow)
    for key in _given(error) if isinstance(_given(error), dict) else ():
        # A key that is declared but faulty counts as unevaluated too; its own fault has been said.
        if key not in known and _is_refused(key, error):
            yield Finding(
                pointer=(*pointer, key),
                key=True,
                keyword=str(error.validator),
                message=f"{quoted(key)} is not a key that may stand here",
                hint=did_you_mean(key, known) or _allowed(known),
            )


def _is_refused(key: str, error: ValidationError) -> bool:
    if error.validator == "unevaluatedProperties":
        return repr(key) in error.message
    patterns = error.schema.get("patternProperties", {}) if isinstance(error.schema, dict) else {}
    return not any(re.search(pattern, key) for pattern in patterns)


def _allowed(known: list[str]) -> str:
    return f"it may hold {listing([quoted(key) for key in known], 'and')}" if known else ""


def _declared(schema: Any, follow: Follow) -> list[str]:
    """The keys that a schema and the parts of its `allOf` name."""
    if not isinstance(schema, dict):
        return []
    parts = [name for part in schema.get("allOf", ()) for name in _declared(follow(part), follow)]
    return [*schema.get("properties", {}), *parts]


def _missing(error: ValidationError) -> str:
    for name in _asked(error):
        if error.message.startswith(repr(name)):
            return quoted(name)
    return "a key"


def _hint(error: ValidationError) -> str:
    if error.validator == "enum" and isinstance(_given(error), str):
        return did_you_mean(_given(error), [one for one in _asked(error) if isinstance(one, str)])
    if error.validator == "required" and isinstance(_given(error), dict):
        if _given(error).get("in") == "path" and _missing(error) == "`required`":
            return "every path parameter must say `required: true`"
        missing = _missing(error).strip("`")
        declared = _declared(error.schema, lambda schema: schema)
        spare = [key for key in _given(error) if key not in declared]
        near = did_you_mean(missing, spare)
        return near.replace("did you mean", "is it", 1).rstrip("?") + ", misspelt?" if near else ""
    forbidden = error.validator == "not" and "pattern" in _asked(error)
    if (forbidden or error.validator in {"pattern", "minLength"}) and isinstance(
        error.schema, dict
    ):
        return str(error.schema.get("description", ""))
    return ""


def _message(error: ValidationError) -> str:
    write = _MESSAGES.get(str(error.validator))
    if write is not None:
        return write(error)
    text = " ".join(error.message.split())
    return (
        text if len(text) <= _LONGEST_MESSAGE else f"this is not what `{error.validator}` asks for"
    )


def _enum(error: ValidationError) -> str:
    words = all(isinstance(one, str) for one in [_given(error), *_asked(error)])
    allowed = [quoted(one) if words else _told(one) for one in _asked(error)]
    return f"{quoted(_given(error)) if words else _told(_given(error))} is not one of {listing(allowed, 'and')}"


def _only(error: ValidationError) -> str:
    return f"this must be {_told(_asked(error))}, not {_told(_given(error))}"


def _type(error: ValidationError) -> str:
    wanted = listing(_types(_asked(error)), "or")
    return f"this must be {wanted}, not {_told(_given(error))}"


def _excluded(error: ValidationError) -> str:
    names = _asked(error).get("required") if isinstance(_asked(error), dict) else None
    if isinstance(names, list) and len(names) > 1:
        return f"{listing([quoted(name) for name in names], 'and')} exclude each other"
    return "this is a form that is not allowed here"


def _count(words: str, thing: str) -> Callable[[ValidationError], str]:
    def write(error: ValidationError) -> str:
        number = _asked(error)
        return f"this must have {words} {number} {thing}{'' if number == 1 else 's'}"

    return write


def _bound(words: str) -> Callable[[ValidationError], str]:
    def write(error: ValidationError) -> str:
        return f"this must {words.format(_asked(error))}"

    return write


def _dependent(error: ValidationError) -> str:
    text = " ".join(error.message.split())
    return (
        text.replace("'", "`")
        if len(text) <= _LONGEST_MESSAGE
        else "a key that this needs is missing"
    )


_MESSAGES: dict[str, Callable[[ValidationError], str]] = {
    "required": lambda error: f"{_missing(error)} is missing",
    "type": _type,
    "enum": _enum,
    "const": _only,
    "pattern": lambda error: (
        f"{_told(_given(error))} does not match the pattern {quoted(str(_asked(error)))}"
    ),
    "format": lambda error: f"{_told(_given(error))} is not a valid `{_asked(error)}`",
    "not": _excluded,
    "uniqueItems": lambda error: "an item of this list stands in it twice",
    "contains": lambda error: "this list lacks an item that it must have",
    "dependentRequired": _dependent,
    "minimum": _bound("be {} or more"),
    "maximum": _bound("be {} or less"),
    "exclusiveMinimum": _bound("be more than {}"),
    "exclusiveMaximum": _bound("be less than {}"),
    "multipleOf": _bound("be a multiple of {}"),
    "minLength": _count("at least", "character"),
    "maxLength": _count("at most", "character"),
    "minItems": _count("at least", "item"),
    "maxItems": _count("at most", "item"),
    "minProperties": _count("at least", "key"),
    "maxProperties": _count("at most", "key"),
    "None": lambda error: "nothing may stand here",
}
