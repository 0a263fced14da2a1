"""A value that a schema would accept, for answers that the document gives no example of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

__all__ = ["properties", "resolve", "sample"]

_DEPTH = 8
_BY_FORMAT = {
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "time": "00:00:00Z",
    "email": "someone@example.com",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def sample(schema: Any, definitions: Mapping[str, Any], depth: int = 0) -> Any:
    """The constant, default, example or first word of the schema, else something of its type."""
    schema = resolve(schema, definitions)
    for key in ("const", "default", "example"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if isinstance(schema.get(key), list) and schema[key]:
            return schema[key][0]
    for key in ("oneOf", "anyOf"):
        if schema.get(key):
            return sample(schema[key][0], definitions, depth + 1)
    return _SAMPLES.get(_type(schema), _nothing)(schema, definitions, depth)


def resolve(schema: Any, definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema with the ones that it refers to, and its `allOf`, laid under it."""
    if not isinstance(schema, Mapping):
        return {}
    merged: dict[str, Any] = {}
    seen: set[str] = set()
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        for key, value in part.items():
            if key == "properties":
                merged[key] = {**value, **merged.get(key, {})}
            else:
                merged.setdefault(key, value)
        name = unquote(str(part.get("$ref", "")).rpartition("/")[2])
        if name in definitions and name not in seen:
            seen.add(name)
            waiting.append(definitions[name])
        waiting.extend(each for each in part.get("allOf", ()) if isinstance(each, Mapping))
    return merged


def properties(
    schema: Any, definitions: Mapping[str, Any], at: str = "", depth: int = 0
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The JSON Pointer and the schema of each property, outer ones before those within them."""
    within = {
        f"{at}/{name.replace('~', '~0').replace('/', '~1')}": resolve(each, definitions)
        for name, each in resolve(schema, definitions).get("properties", {}).items()
    }
    yield from within.items()
    if depth < _DEPTH:
        for pointer, each in within.items():
            yield from properties(each, definitions, pointer, depth + 1)


def _type(schema: Mapping[str, Any]) -> str:
    named = schema.get("type")
    if isinstance(named, list):
        named = next((each for each in named if each != "null"), "null")
    if isinstance(named, str):
        return named
    return "object" if "properties" in schema else "array" if "items" in schema else "null"


def _object(schema: Mapping[str, Any], definitions: Mapping[str, Any], depth: int) -> Any:
    if depth >= _DEPTH:
        return {}
    properties = schema.get("properties", {})
    return {name: sample(each, definitions, depth + 1) for name, each in properties.items()}


def _array(schema: Mapping[str, Any], definitions: Mapping[str, Any], depth: int) -> Any:
    if depth >= _DEPTH or "items" not in schema:
        return []
    return [sample(schema["items"], definitions, depth + 1)] * max(1, schema.get("minItems", 1))


def _string(schema: Mapping[str, Any], _definitions: Mapping[str, Any], _depth: int) -> Any:
    return _BY_FORMAT.get(schema.get("format", ""), "text")


def _number(schema: Mapping[str, Any], _definitions: Mapping[str, Any], _depth: int) -> Any:
    return schema.get("minimum", 0)


def _boolean(_schema: Mapping[str, Any], _definitions: Mapping[str, Any], _depth: int) -> Any:
    return True


def _nothing(_schema: Mapping[str, Any], _definitions: Mapping[str, Any], _depth: int) -> Any:
    return None


_SAMPLES: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any], int], Any]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _number,
    "number": _number,
    "boolean": _boolean,
}
