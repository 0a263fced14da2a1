"""Writing into a body so that a path selects something there, or nothing, and it stays valid."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from .borrowed import FilterSelector, IndexSelector, NameSelector, Segment, WildcardSelector, parse
from .conditions import ANYTHING, NOTHING, edits
from .pen import Pen, UnwritableError, at, found, removed, replaced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .borrowed import Location, Selector
    from .conditions import Edit
    from .grounds import Ground, Schemas
    from .pen import Leaf

__all__ = ["Scribe", "selects"]

_FREE = "output"  # the name of a member that may have any
_TIMES = 4  # that something may take the place of what was removed


class Scribe:
    """Writes in bodies of one ground, of which it gives changed copies."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def write(self, body: Any, path: str, *values: Any) -> Any:
        """The body with the first of the values that is valid there, else with the least wrong."""
        return self.fill(body, path, *(_constant(value) for value in values))

    def fill(self, body: Any, path: str, *leaves: Leaf, count: int = 1) -> Any:
        """The same with values that depend on their place; the last list gets `count` elements.

        A body in which the path names no place stays as it is. Where it picks by a filter, what
        was written is made such that the filter picks it.
        """
        segments = parse(path).segments
        ways = (self._written(body, segments, leaf, count) for leaf in leaves)
        if any(isinstance(each.selectors[0], FilterSelector) for each in segments):
            ways = (way if way is None else self.select(way, path) for way in ways)
        return self._best(body, ways)

    def grow(self, body: Any, path: str) -> Any:
        """The body with something at the path, where nothing stands there yet."""
        return body if selects(path, body) else self.fill(body, path, self._grown)

    def clear(self, body: Any, path: str, keeping: Sequence[str] = ()) -> Any:
        """The body without what the path selects, as far as the schema lets it go.

        It is removed, else null, else what holds it goes, else it is empty, else it stays; paths
        in `keeping` must go on to select what they do.
        """
        for _ in range(_TIMES):
            nodes = [each.location for each in parse(path).nodes(body) if each.value is not None]
            before = body
            for location in reversed(nodes):
                body = self._cleared(body, location, keeping)
            if body is before or not selects(path, body):
                break
        return body

    def select(self, body: Any, path: str) -> Any:
        """The body with what makes the path select something; the likeliest way that is valid."""
        if selects(path, body):
            return body
        ways = self._ways(body, path, wanted=True)
        return self._best(body, (way for way in ways if selects(path, way)))

    def unselect(self, body: Any, path: str, keeping: Sequence[str] = ()) -> Any:
        """The body with what makes the path select nothing; `keeping` are to be left alone."""
        if not selects(path, body):
            return body
        ways = [*self._ways(body, path, wanted=False), self.clear(body, path, keeping)]
        ways = [way for way in ways if not selects(path, way)]
        kept = {each: parse(each).first(body) for each in keeping}
        gentle = [way for way in ways if all(parse(at).first(way) == kept[at] for at in kept)]
        return self._best(body, gentle or ways)

    def _best(self, body: Any, ways: Iterable[Any]) -> Any:
        """The first way that is valid, else the one with the fewest faults, else the body."""
        tried: list[Any] = []
        for way in ways:
            if way is None:
                continue
            if self.ground.faults(way) == 0:
                return way
            tried.append(way)
        return min(tried, key=self.ground.faults, default=body)

    def _ways(self, body: Any, path: str, *, wanted: bool) -> Iterator[Any]:
        """The body, changed in each way that may make the path select something, or nothing."""
        segments = parse(path).segments
        for place, segment in enumerate(segments):
            selector = segment.selectors[0]
            if isinstance(selector, FilterSelector) and not segment.descendant:
                for way in edits(selector.condition, wanted=wanted):
                    yield from self._edited(body, segments, place, way, wanted)
                return
        if wanted:
            yield self._written(body, segments, self._grown, 1)

    def _edited(
        self, body: Any, segments: Sequence[Segment], place: int, way: Sequence[Edit], wanted: bool
    ) -> Iterator[Any]:
        """The body after the edits, made in the elements that the filter at that place looks at."""
        holder, rest = segments[:place], segments[place + 1 :]
        for edit in way:
            if edit.start == "$":
                body = self._edit(body, edit.segments, edit)
        for element in self._elements(body, holder, wanted):
            edited = body
            for edit in way:
                if edit.start == "@":
                    edited = self._edit(edited, (*holder, element, *edit.segments), edit)
            if wanted:
                edited = self._written(edited, (*holder, element, *rest), self._grown, None)
            if edited is not None:
                yield edited

    def _elements(self, body: Any, holder: Sequence[Segment], wanted: bool) -> Iterator[Segment]:
        """Steps to the elements: all of them at once (to deny it), or one after the other."""
        at_text = holder[-1].at if holder else 0
        if not wanted:
            yield _step(WildcardSelector(at=at_text))
            return
        nodes = [at(body, location) for location in found(body, holder)]
        schemas = self.ground.at(holder)
        if any(isinstance(node, list) for node in nodes) or _has_items(schemas):
            yield _step(IndexSelector(index=0, at=at_text))
            return
        known = [name for each in schemas for name in each.get("properties", {})]
        standing = [name for node in nodes if isinstance(node, dict) for name in node]
        for name in dict.fromkeys([*standing, *known, _FREE]):
            yield _step(NameSelector(name=name, at=at_text))

    def _edit(self, body: Any, segments: Sequence[Segment], edit: Edit) -> Any:
        if edit.value is NOTHING:
            for location in reversed(found(body, segments)):
                body = self._cleared(body, location, ())
            return body
        written = self._written(body, segments, self._leaf_of(edit), None)
        return body if written is None else written

    def _leaf_of(self, edit: Edit) -> Leaf:
        def leaf(number: int, old: Any, schemas: Schemas) -> Any:
            if edit.length is not None:
                return _sized(self._grown(number, old, schemas), edit.length)
            if edit.besides is not NOTHING:
                return _other(edit.besides, old, schemas)
            return self._grown(number, old, schemas) if edit.value is ANYTHING else edit.value

        return leaf

    def _cleared(self, body: Any, location: Location, keeping: Sequence[str]) -> Any:
        before = self.ground.faults(body)
        kept = [path for path in keeping if selects(path, body)]
        for less in _less(body, location):
            if all(selects(path, less) for path in kept) and self.ground.faults(less) <= before:
                return less
        return body

    def _grown(self, _number: int, old: Any, schemas: Schemas) -> Any:
        if old is not None:
            return old
        made = self.ground.sample(schemas)
        return "" if made is None else made

    def _written(
        self, body: Any, segments: Sequence[Segment], leaf: Leaf, count: int | None
    ) -> Any:
        """A changed copy; None where there is no place to write at."""
        try:
            pen = Pen(self.ground, leaf, count)
            return pen.write(copy.deepcopy(body), segments, self.ground.root)
        except UnwritableError:
            return None


def selects(path: str, body: Any) -> bool:
    """Whether the path selects something that is not null."""
    return parse(path).first(body) is not None


def _constant(value: Any) -> Leaf:
    return lambda _number, _old, _schemas: value


def _step(selector: Selector) -> Segment:
    return Segment(selectors=(selector,), descendant=False, at=selector.at)


def _has_items(schemas: Schemas) -> bool:
    return any("items" in each or "prefixItems" in each for each in schemas)


def _other(besides: Any, old: Any, schemas: Schemas) -> Any:
    """What may stand there, but for one value."""
    words = [word for schema in schemas for word in schema.get("enum", ())]
    known = [word for word in (old, *words) if word is not None and word != besides]
    if known:
        return known[0]
    if isinstance(besides, bool):
        return not besides
    return besides + 1 if isinstance(besides, int | float) else f"not-{besides}"


def _sized(value: Any, length: int) -> Any:
    if isinstance(value, str):
        return (value + "-" * length)[:length]
    items = value if isinstance(value, list) else []
    filler = items[0] if items else {}
    return (items + [copy.deepcopy(filler) for _ in range(length)])[:length]


def _less(body: Any, location: Location) -> Iterator[Any]:
    """The body without what stands there, in ways that take more and more."""
    if not location:
        return
    yield removed(body, location, with_empty=True)
    yield removed(body, location)
    yield replaced(copy.deepcopy(body), location, None)
    for end in range(len(location) - 1, 0, -1):
        yield removed(body, location[:end])
        yield replaced(copy.deepcopy(body), location[:end], None)
    value = at(body, location)
    if isinstance(value, str | list | dict):
        yield replaced(copy.deepcopy(body), location, type(value)())
