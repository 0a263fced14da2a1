"""The tree of schemas that requests are checked by: rules with codes, references, bad patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import unquote

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Place", "Rule", "find_rule", "mentioned", "resolve", "usable"]

Place: TypeAlias = tuple[str | int, ...]

# Keywords behind which stands one name or index that the instance's path has too.
_NAMED_STEPS: Final = frozenset({"properties", "patternProperties", "prefixItems"})
_PLAIN_STEPS: Final = frozenset({"items", "additionalProperties", "unevaluatedProperties"})
_GROUPS: Final = frozenset({"$defs", "dependentSchemas", "properties"})
_DATA: Final = frozenset({"const", "default", "enum", "example", "examples"})


class Rule(Struct, frozen=True):
    """A schema with an error code that stands around a problem.

    `place` is where it stands in the evaluation, `steps` how many steps of the instance's path lie
    below it.
    """

    code: str
    place: Place
    steps: int


def find_rule(root: Any, path: Place) -> Rule | None:
    """The innermost schema with `x-error-code` on the way that an evaluation took."""
    walk = _Walk(root)
    found: Rule | None = None
    for index in range(len(path) + 1):
        code = walk.code()
        if code is not None:
            found, walk.steps = Rule(code, path[:index], 0), 0
        if index < len(path):
            walk.step(path[index], last=index == len(path) - 1)
    return Rule(found.code, found.place, walk.steps) if found else None


class _Walk:
    def __init__(self, root: Any) -> None:
        self._root = root
        self._group: str | int | None = None  # set while the next step is a name or index under it
        self.schema = root
        self.steps = 0

    def code(self) -> str | None:
        if self._group is not None or not isinstance(self.schema, dict):
            return None
        code = self.schema.get("x-error-code")
        return str(code) if isinstance(code, str | int) else None

    def step(self, step: str | int, last: bool) -> None:
        inner = _step(self.schema, step)
        if self._group is not None:
            self.steps += self._group in _NAMED_STEPS
            self.schema, self._group = inner, None
        elif step in ("$ref", "$dynamicRef"):
            self.schema = resolve(self._root, inner)
        else:
            # The error of a closed object is one of the object, not of a member that is too much.
            self.steps += step in _PLAIN_STEPS and (step == "items" or not last)
            grouping = isinstance(inner, list) or step in _NAMED_STEPS or step == "dependentSchemas"
            self.schema, self._group = inner, step if grouping else None


def _step(schema: Any, step: str | int) -> Any:
    if isinstance(schema, dict):
        return schema.get(step)
    if isinstance(schema, list) and isinstance(step, int) and step < len(schema):
        return schema[step]
    return None


def resolve(root: Any, reference: Any) -> Any:
    """What a reference within the document (`#/...`) points to; None where it is nothing."""
    if not isinstance(reference, str) or not reference.startswith("#"):
        return None
    value = root
    for part in reference[1:].split("/")[1:]:
        name = unquote(part).replace("~1", "/").replace("~0", "~")
        value = _step(value, int(name) if isinstance(value, list) and name.isdigit() else name)
    return value


def mentioned(schema: Any, value: Any, place: Place = ()) -> list[Place]:
    """The members of a value that a schema requires or describes, deepest last."""
    if not isinstance(schema, dict) or not isinstance(value, dict):
        return []
    found: list[Place] = []
    described = schema.get("properties", {})
    for name in [
        *described,
        *(name for name in schema.get("required", ()) if name not in described),
    ]:
        if name in value:
            inner = mentioned(described.get(name), value[name], (*place, name))
            found += inner or [(*place, name)]
    for part in schema.get("allOf", ()):
        found += mentioned(part, value, place)
    return found


def usable(schema: Any, compiles: Callable[[str], bool], dropped: list[str]) -> Any:
    """The schema without the patterns that do not compile; their texts go to `dropped`."""
    if isinstance(schema, list):
        return [usable(part, compiles, dropped) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return dict(_usable_members(schema, compiles, dropped))


def _usable_members(
    schema: dict[str, Any], compiles: Callable[[str], bool], dropped: list[str]
) -> Iterator[tuple[str, Any]]:
    for key, part in schema.items():
        if key in _DATA:
            yield key, part
        elif key in _GROUPS and isinstance(part, dict):
            yield key, {name: usable(inner, compiles, dropped) for name, inner in part.items()}
        elif key == "pattern" and isinstance(part, str) and not compiles(part):
            dropped.append(part)
        elif key == "patternProperties" and isinstance(part, dict):
            dropped += [pattern for pattern in part if not compiles(pattern)]
            kept = {pattern: inner for pattern, inner in part.items() if compiles(pattern)}
            yield key, {name: usable(inner, compiles, dropped) for name, inner in kept.items()}
        else:
            yield key, usable(part, compiles, dropped)
