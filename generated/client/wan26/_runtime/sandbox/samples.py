"""Values that a schema accepts, made up where there is no example: seeded and plausible."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from .attempts import Attempt, Way
from .composites import gather
from .fitting import Fitting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .description import Content

__all__ = ["Sampler", "properties"]

_DEPTH: Final = 8
_CUTS: Final = 40
_MOST_KEPT: Final = 5000  # samples


class Sampler:
    """Makes samples over shared `definitions`; the same for the same seed, schema and name."""

    def __init__(self, definitions: Mapping[str, Any], seed: str | int = "") -> None:
        self.definitions, self._seed = definitions, seed
        self.fitting = Fitting(definitions)
        self._kept: dict[tuple[str, str, str, bool, bool], Any] = {}

    def value(
        self,
        schema: Any,
        name: str = "",
        salt: str = "",
        *,
        is_sent: bool = False,
        is_short: bool = False,
    ) -> Any:
        """A value that is valid, or nearly so where the schema is too odd.

        Properties that only requests have are left out of it, or with `is_sent` those that only
        answers have; with `is_short` all that is optional.
        """
        key = (repr(schema), name, salt, is_sent, is_short)
        if key not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            ways = [replace(each, is_sent=is_sent) for each in (_SHORT if is_short else _WAYS)]
            self._kept[key] = self._best(schema, name, salt, ways)
        return copy.deepcopy(self._kept[key])

    def fits(self, schema: Any, value: Any) -> bool:
        """Whether a value is valid against a schema."""
        return self.fitting.fits(schema, value)

    def examples(self, content: Content) -> list[Any]:
        """Copies of those of a content's examples that are valid."""
        return [copy.deepcopy(each) for each in content.examples if self.fits(content.schema, each)]

    def _best(self, schema: Any, name: str, salt: str, ways: Sequence[Way]) -> Any:
        best: Any = None
        fewest = -1
        for way in ways:
            made = self._attempt((self._seed, name, salt), way).make(
                schema, (name,) if name else ()
            )
            made, faults = self._pruned(schema, made)
            if not faults:
                return made
            if fewest < 0 or faults < fewest:
                best, fewest = made, faults
        return best

    def _attempt(self, seeds: tuple[str | int, ...], way: Way) -> Attempt:
        return Attempt(self.definitions, self.fits, seeds, way)

    def _pruned(self, schema: Any, value: Any) -> tuple[Any, int]:
        """The value without the members that are wrong, where that makes it better."""
        faults = self.fitting.faults(schema, value)
        for _ in range(_CUTS):
            better = next(self._better(schema, value, faults), None)
            if better is None:
                break
            value, faults = better
        return value, len(faults)

    def _better(
        self, schema: Any, value: Any, faults: Sequence[tuple[list[str | int], str]]
    ) -> Iterator[tuple[Any, list[tuple[list[str | int], str]]]]:
        for place, _ in faults[:_CUTS]:
            for end in range(len(place), 0, -1):
                cut = _without(value, place[:end])
                left = self.fitting.faults(schema, cut)
                if len(left) < len(faults):
                    yield cut, left


_WAYS: Final = (
    Way(),
    Way(examples=False, round=1),
    *(Way(examples=False, round=at) for at in range(2, 6)),
    *(Way(examples=False, optional=False, round=at) for at in (1, 2, 3, 6, 7)),
)
_SHORT: Final = (Way(optional=False), *_WAYS)


def _without(value: Any, place: Sequence[str | int]) -> Any:
    """A copy without what stands at a place."""
    made = copy.deepcopy(value)
    holder = made
    for step in place[:-1]:
        holder = holder[step]
    del holder[place[-1]]
    return made


def _resolved(schema: Any, definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema with the ones that it refers to, and its `allOf`, laid under it."""
    return gather(schema, definitions).keywords if isinstance(schema, Mapping) else {}


def properties(
    schema: Any, definitions: Mapping[str, Any], at: str = "", depth: int = 0
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The JSON Pointer and the schema of each property, outer ones before those within them."""
    within = {
        f"{at}/{name.replace('~', '~0').replace('/', '~1')}": _resolved(each, definitions)
        for name, each in _resolved(schema, definitions).get("properties", {}).items()
    }
    yield from within.items()
    if depth < _DEPTH:
        for pointer, each in within.items():
            yield from properties(each, definitions, pointer, depth + 1)
