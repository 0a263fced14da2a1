"""Which members of an OpenAPI document are keywords, which are chosen names, which are data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["keyword_objects"]

Pointer: TypeAlias = tuple[str | int, ...]

# The author names the members of these: `properties: {default: ...}` declares a `default`.
_NAMED = frozenset(
    {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}
    | {"paths", "webhooks", "pathItems", "responses", "callbacks"}
    | {"headers", "content", "links", "encoding", "examples", "x-jobs"}
)
# What these hold is not ours to read: a `$ref` in an example is part of the example.
_DATA = frozenset(
    {"example", "default", "enum", "const", "value", "dataValue", "mapping", "scopes"}
)
_OWN_EXTENSIONS = frozenset({"x-job", "x-jobs"})


def keyword_objects(value: Any) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Return every mapping whose keys are keywords, with its pointer, in document order."""
    waiting: list[tuple[Pointer, Any, bool]] = [((), value, False)]
    while waiting:
        pointer, found, holds_names = waiting.pop()
        if isinstance(found, list):
            inner = [((*pointer, at), item, False) for at, item in enumerate(found) if _holds(item)]
        elif not isinstance(found, dict):
            continue  # a whole file may be a text
        elif holds_names:
            inner = [
                ((*pointer, key), member, False) for key, member in found.items() if _holds(member)
            ]
        else:
            yield pointer, found
            inner = list(_members(pointer, found))
        waiting.extend(reversed(inner))


def _holds(value: Any) -> bool:
    return isinstance(value, dict | list)


def _members(pointer: Pointer, found: dict[str, Any]) -> Iterator[tuple[Pointer, Any, bool]]:
    for key, member in found.items():
        if not _holds(member):
            continue
        if key == "components" and isinstance(member, dict):
            for section, components in member.items():
                yield (*pointer, key, section), components, True
        elif not _is_data(key, member):
            yield (*pointer, key), member, key in _NAMED


def _is_data(key: str, member: Any) -> bool:
    if key in _DATA:
        return True
    if key == "examples":
        return isinstance(member, list)
    if key == "parameters":
        # Of a link: parameter names and what they are bound to.
        return isinstance(member, dict)
    return key.startswith("x-") and key not in _OWN_EXTENSIONS
