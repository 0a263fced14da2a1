"""The schema of an answer as the ground of its bodies: what may be where, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .borrowed import IndexSelector, NameSelector, SliceSelector, WildcardSelector, parse
from .composites import gather
from .overlays import Overlay

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .borrowed import Location, Segment, Selector
    from .samples import Sampler

__all__ = ["Ground", "Schemas"]

# What may stand at a place: an alternative is enough.
Schemas = tuple[Mapping[str, Any], ...]

_MOST = 12  # alternatives that are looked at


class Ground:
    """One schema; `definitions` are those that it refers to."""

    def __init__(self, schema: Any, definitions: Mapping[str, Any], sampler: Sampler) -> None:
        self._schema, self._definitions, self._sampler = schema, definitions, sampler

    @cached_property
    def root(self) -> Schemas:
        """What the whole body may be."""
        return self._alternatives((self._schema,))

    @cached_property
    def is_silent(self) -> bool:
        """Whether the schema says nothing of what may stand where."""
        told = ("properties", "items", "prefixItems")
        known = any(key in schema for schema in self.root for key in told)
        further = (schema.get("additionalProperties") for schema in self.root)
        return not known and not any(isinstance(each, Mapping) for each in further)

    def knows(self, path: str) -> bool:
        """Whether the schema says that something may stand there."""
        return bool(self.at(parse(path).segments))

    def at(self, segments: Sequence[Segment], schemas: Schemas | None = None) -> Schemas:
        """What may stand where the segments lead to."""
        found = self.root if schemas is None else schemas
        for segment in segments:
            if segment.descendant:
                return ()
            found = self.step(found, segment.selectors[0])
        return found

    def member(self, schemas: Schemas, name: str) -> Schemas:
        """What a member of that name may be."""
        return self.step(schemas, NameSelector(name=name, at=0))

    def has(self, schemas: Schemas, name: str) -> bool:
        """Whether a member of that name is spoken of."""
        return any(name in schema.get("properties", {}) for schema in schemas)

    def within_body(self, place: Location) -> Schemas:
        """What may stand at a place of a body."""
        found = self.root
        for step in place:
            is_name = isinstance(step, str)
            selector = NameSelector(name=str(step), at=0) if is_name else WildcardSelector(at=0)
            found = self.step(found, selector)
        return found

    def step(self, schemas: Schemas, selector: Selector) -> Schemas:
        """What may stand one step further, in a text that is JSON too."""
        if any("contentSchema" in schema for schema in schemas):
            schemas = (*schemas, *self.within(schemas))
        match selector:
            case NameSelector(name=name):
                return self._alternatives(_members(schemas, name))
            case IndexSelector(index=index):
                return self._alternatives(_items(schemas, index))
            case SliceSelector():
                return self._alternatives(_items(schemas, 0))
        return self._alternatives((*_items(schemas, 0), *_values(schemas)))

    def within(self, schemas: Schemas) -> Schemas:
        """What a text of that schema holds, where it is JSON itself."""
        return self._alternatives(
            each["contentSchema"] for each in schemas if "contentSchema" in each
        )

    def sample(self, schemas: Schemas, name: str = "", salt: str = "") -> Any:
        """A value of the first alternative that is not just null."""
        telling = (each for each in schemas if each.get("type") != "null")
        chosen = next(telling, next(iter(schemas), None))
        return None if chosen is None else self._sampler.value(chosen, name, salt)

    def overlay(self, body: Any) -> Overlay:
        """A body that is changed step by step."""
        return Overlay(self._sampler.fitting, self._schema, body)

    def faults(self, body: Any) -> int:
        """How much is wrong with a body; 0 where the schema cannot be used."""
        return len(self._sampler.fitting.faults(self._schema, body))

    def _alternatives(self, schemas: Any) -> Schemas:
        """The schemas with all that they refer to, and each branch of theirs."""
        found: list[Mapping[str, Any]] = []
        waiting = [each for each in schemas if isinstance(each, Mapping)]
        while waiting and len(found) < _MOST:
            whole = gather(waiting.pop(0), self._definitions)
            branches = [branch.schema for choice in whole.choices for branch in choice]
            if whole.keywords or not branches:
                found.append(whole.keywords)
            waiting.extend(each for each in branches if isinstance(each, Mapping))
        return tuple(found)


def _members(schemas: Schemas, name: str) -> Iterator[Any]:
    for schema in schemas:
        properties = schema.get("properties", {})
        if name in properties:
            yield properties[name] if isinstance(properties[name], Mapping) else {}
    for schema in schemas:
        if name not in schema.get("properties", {}) and schema.get("additionalProperties"):
            further = schema["additionalProperties"]
            if isinstance(further, Mapping):
                yield further


def _items(schemas: Schemas, index: int) -> Iterator[Any]:
    for schema in schemas:
        first = schema.get("prefixItems", ())
        if 0 <= index < len(first):
            yield first[index]
        elif "items" in schema:
            yield schema["items"] if isinstance(schema["items"], Mapping) else {}


def _values(schemas: Schemas) -> Iterator[Any]:
    for schema in schemas:
        yield from schema.get("properties", {}).values()
        if isinstance(schema.get("additionalProperties"), Mapping):
            yield schema["additionalProperties"]
