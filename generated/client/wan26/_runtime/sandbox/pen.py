"""One walk along a path through a body, that grows what is missing as the schema has it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from .borrowed import (
    IndexSelector,
    NameSelector,
    Path,
    Query,
    SliceSelector,
)
from .grounds import Ground, Schemas

if TYPE_CHECKING:
    from .borrowed import Location, Segment, Selector

__all__ = ["Leaf", "Pen", "UnwritableError", "at", "found", "removed", "replaced"]

# What is written at a place: of its number, what stands there, and what may.
Leaf: TypeAlias = Callable[[int, Any, Schemas], Any]

_FAR = 20  # elements that are made for an index
_FREE = "output"  # the name of a member that may have any


class UnwritableError(Exception):
    """The path names no place where something can be written."""


class Pen:
    """Writes `leaf` at all places of a path.

    The last list on the way gets `count` elements, those before it one; None leaves all as long as
    they are.
    """

    def __init__(self, ground: Ground, leaf: Leaf, count: int | None) -> None:
        self._ground, self._leaf, self._count = ground, leaf, count
        self._number = 0

    def write(self, value: Any, segments: Sequence[Segment], schemas: Schemas) -> Any:
        """The value, itself changed.

        Raises:
            UnwritableError: there is no one place to write at.
        """
        if not segments:
            self._number += 1
            return self._leaf(self._number - 1, value, schemas)
        if segments[0].descendant:
            return self._write_below(value, segments)
        inner = self._ground.within(schemas)
        if isinstance(value, str) and _opens(value):
            return json.dumps(self.write(json.loads(value), segments, inner))
        if inner and (value is None or isinstance(value, str)):
            is_free = value is None and not any(each.get("required") for each in inner)
            return json.dumps(self.write({} if is_free else None, segments, inner))
        selector, rest = segments[0].selectors[0], segments[1:]
        if isinstance(selector, NameSelector):
            return self._write_member(value, selector, rest, schemas)
        if isinstance(selector, IndexSelector | SliceSelector) or _is_list(value, schemas):
            return self._write_items(value, selector, rest, schemas)
        return self._write_members(value, selector, rest, schemas)

    def _write_member(
        self, value: Any, selector: NameSelector, rest: Sequence[Segment], schemas: Schemas
    ) -> Any:
        members = value if isinstance(value, dict) else self._made(schemas, dict)
        within = self._ground.step(schemas, selector)
        members[selector.name] = self.write(members.get(selector.name), rest, within)
        return members

    def _write_members(
        self, value: Any, selector: Selector, rest: Sequence[Segment], schemas: Schemas
    ) -> Any:
        """Each member of an object; what is none where members of it are wanted stays."""
        members = value if isinstance(value, dict) else self._made(schemas, dict)
        for name in self._meant(members, rest, schemas):
            within = self._ground.step(schemas, NameSelector(name=name, at=selector.at))
            members[name] = self.write(members.get(name), rest, within)
        return members

    def _meant(
        self, members: dict[str, Any], rest: Sequence[Segment], schemas: Schemas
    ) -> list[str]:
        """The names of the members that are meant, of which there are to be as many as wanted."""
        named = {name for schema in schemas for name in schema.get("properties", {})}
        holds = [name for name in members if not rest or isinstance(members[name], dict | list)]
        if self._count is None:
            return holds
        wanted = self._wanted(rest, ())
        for name in [each for each in holds if each not in named][wanted:]:
            del members[name]
            holds.remove(name)
        numbers = (f"{_FREE}_{number}" if number else _FREE for number in range(wanted + 1))
        free = (name for name in numbers if name not in holds)
        return [*holds, *islice(free, max(0, wanted - len(holds)))]

    def _write_items(
        self, value: Any, selector: Selector, rest: Sequence[Segment], schemas: Schemas
    ) -> Any:
        items = value if isinstance(value, list) else self._made(schemas, list)
        within = self._ground.step(schemas, selector)
        for index in self._chosen(items, selector, rest, schemas):
            while index >= len(items):
                items.append(copy.deepcopy(items[0]) if items else self._ground.sample(within))
            items[index] = self.write(items[index], rest, within)
        return items

    def _chosen(
        self, items: list[Any], selector: Selector, rest: Sequence[Segment], schemas: Schemas
    ) -> Sequence[int]:
        """The indexes that are meant; a list of any length is given the one that is wanted."""
        match selector:
            case IndexSelector(index=index):
                place = index if index >= 0 else max(0, len(items) + index)
            case SliceSelector(start=start):
                place = max(0, start or 0)
            case _ if self._count is None:
                return range(len(items))
            case _:
                wanted = self._wanted(rest, schemas)
                del items[wanted:]
                return range(wanted)
        if place > _FAR:
            raise UnwritableError
        return (place,)

    def _wanted(self, rest: Sequence[Segment], schemas: Schemas) -> int:
        is_last = all(isinstance(each.selectors[0], NameSelector) for each in rest)
        least = [int(schema.get("minItems", 0)) for schema in schemas]
        return max(1, *least, (self._count or 1) if is_last else 1)

    def _write_below(self, value: Any, segments: Sequence[Segment]) -> Any:
        """What `..` selects can be overwritten; nothing can be made for it."""
        locations = found(value, segments)
        if not locations:
            raise UnwritableError
        for number, location in enumerate(locations):
            value = replaced(value, location, self._leaf(number, at(value, location), ()))
        return value

    def _made(self, schemas: Schemas, kind: type) -> Any:
        """A container as the schema has it."""
        fitting = tuple(each for each in schemas if _may_be(each, kind))
        made = self._ground.sample(fitting) if fitting else None
        return made if isinstance(made, kind) else kind()


def found(body: Any, segments: Sequence[Segment]) -> list[Location]:
    """Where the segments lead to, from the root."""
    query = Query(start="$", segments=tuple(segments), at=0)
    return [node.location for node in Path("", query).nodes(body)]


def at(body: Any, location: Location) -> Any:
    """What stands there."""
    for step in location:
        body = body[step]
    return body


def replaced(body: Any, location: Location, value: Any) -> Any:
    """The body, itself changed, with another value there."""
    if not location:
        return value
    at(body, location[:-1])[location[-1]] = value
    return body


def removed(body: Any, location: Location, *, with_empty: bool = False) -> Any:
    """A copy without what stands there, and without what is left empty by that."""
    changed = copy.deepcopy(body)
    while location:
        holder = at(changed, location[:-1])
        del holder[location[-1]]
        location = location[:-1]
        if holder or not with_empty:
            break
    return changed


def _opens(value: str) -> bool:
    """Whether it is a text that holds an object or a list."""
    if value[:1] not in ("{", "["):
        return False
    try:
        return isinstance(json.loads(value), dict | list)
    except ValueError:
        return False


def _is_list(value: Any, schemas: Schemas) -> bool:
    if isinstance(value, list | dict):
        return isinstance(value, list)
    return any(_may_be(each, list) for each in schemas) or not schemas


def _may_be(schema: Any, kind: type) -> bool:
    named = schema.get("type")
    names = named if isinstance(named, list) else [named]
    if kind is list:
        return "array" in names or (
            named is None and ("items" in schema or "prefixItems" in schema)
        )
    further = "properties" in schema or "additionalProperties" in schema
    return "object" in names or (named is None and further)
