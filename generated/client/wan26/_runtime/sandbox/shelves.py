"""Which paths are collections and which are things in them, and where a body holds them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from .routes import bare, shape_of
from .wordbook import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .description import Description, Operation
    from .facets import Facets
    from .requests import Match

__all__ = [
    "Shelf",
    "Shelves",
    "answers_to",
    "collection_of",
    "identity",
    "place_of_list",
    "place_of_thing",
]

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_IDENTITIES: Final = (
    "id",
    "uuid",
    "guid",
    "key",
    "slug",
    "sid",
    "name",
    "code",
    "number",
    "handle",
)
_PLURALS: Final = (("ies", "y"), ("ses", "s"), ("s", ""))
_LEVELS: Final = 2


def collection_of(match: Match) -> tuple[str, str | None]:
    """The collection that a path means, as `Things` names it, and the id if it means a thing."""
    path = bare(match.operation.path).rstrip("/")
    collection, _, last = path.rpartition("/")
    alone = _PLACEHOLDER.fullmatch(last)

    def value(found: re.Match[str]) -> str:
        return quote(match.parameters.get(found[1], ""), safe="")

    if alone is None:
        return _PLACEHOLDER.sub(value, path), None
    return _PLACEHOLDER.sub(value, collection), match.parameters.get(alone[1], "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A collection: its operations by method, those of its things, and what the id is called."""

    on_all: Mapping[str, Operation]
    on_one: Mapping[str, Operation]
    parameter: str = ""

    @property
    def keys(self) -> list[Any]:
        """The schemas of the parameter that the id is sent in, wherever it is."""
        return [
            parameter.schema
            for operation in self.on_one.values()
            for parameter in operation.parameters
            if parameter.place == "path" and f"{{{parameter.name}}}" in _last(operation.path)
        ]

    @property
    def is_creatable(self) -> bool:
        """Whether things come to be here: by a POST, or by a PUT with an id of one's own."""
        return "POST" in self.on_all or "PUT" in self.on_one


class Shelves:
    """The collections of an API by the shapes of their paths."""

    def __init__(self, description: Description) -> None:
        self._at: dict[str, dict[str, Operation]] = {}
        self._parameters: dict[str, str] = {}
        for each in description.operations:
            shape = _shape(each.path)
            self._at.setdefault(shape, {}).setdefault(each.method, each)
            names = _PLACEHOLDER.findall(each.path)
            if shape.endswith("/{}"):
                self._parameters.setdefault(shape, names[-1])

    def of(self, operation: Operation) -> Shelf:
        """The collection that an operation belongs to, be it of all things or of one."""
        shape = _shape(operation.path)
        home = shape.removesuffix("/{}")
        one = f"{home}/{{}}"
        return Shelf(
            on_all=self._at.get(home, {}),
            on_one=self._at.get(one, {}),
            parameter=self._parameters.get(one, ""),
        )

    def parents(self, match: Match) -> Iterable[tuple[str, str]]:
        """The things that a path leads through, outermost first: collection and id of each."""
        segments = bare(match.operation.path).strip("/").split("/")
        told = [_filled(each, match) for each in segments]
        for at, segment in enumerate(segments[:-1]):
            alone = _PLACEHOLDER.fullmatch(segment)
            if alone is not None:
                yield "/" + "/".join(told[:at]), match.parameters.get(alone[1], "")


def identity(names: Iterable[str], parameter: str, collection: str) -> str | None:
    """The property of a thing that its id stands in; None where none of the names looks so."""
    known = {"".join(words_of(name)): name for name in reversed(list(names))}
    words = words_of(parameter)
    single = _single("".join(words_of(collection.rstrip("/").rpartition("/")[2])))
    sought = ["".join(words)]
    is_either = "or" in words and "id" in words
    sought += [words[-1]] if words and words[-1] in _IDENTITIES and not is_either else []
    sought += ["id", f"{single}id", *_IDENTITIES, single]
    return next((known[each] for each in sought if each in known), None)


def answers_to(thing: Any, key: str) -> bool:
    """Whether a thing is also called so: by its name, its number, its slug."""
    members = thing.items() if isinstance(thing, dict) else ()
    return any(
        isinstance(value, str | int) and str(value) == key
        for name, value in members
        if "".join(words_of(name)) in _IDENTITIES
    )


def place_of_thing(facets: Facets, names: Iterable[str]) -> tuple[str, ...] | None:
    """Where a body holds one thing: in itself or in an envelope; None where none has its names."""
    wanted = {"".join(words_of(name)) for name in names}
    best: tuple[int, int, tuple[str, ...]] = (0, 0, ())
    for place, each in _objects(facets, ()):
        shared = len(wanted & {"".join(words_of(name)) for name in each.names()})
        best = max(best, (shared, -len(place), place), key=lambda one: one[:2])
    return best[2] if best[0] else None


def place_of_list(facets: Facets, names: Iterable[str]) -> tuple[str, ...] | None:
    """Where a body holds the list of all things: the array whose items have most of the names."""
    wanted = {"".join(words_of(name)) for name in names}
    found: list[tuple[int, int, tuple[str, ...]]] = []
    for place, each in _arrays(facets, ()):
        shared = len(wanted & {"".join(words_of(name)) for name in each.items().names()})
        found.append((shared, -len(place), place))
    best = max(found, key=lambda one: one[:2], default=None)
    if best is None or (wanted and not best[0] and len(found) > 1):
        return None
    return best[2]


def _objects(facets: Facets, place: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], Facets]]:
    if "object" not in facets.types:
        return
    yield place, facets
    if len(place) < _LEVELS - 1:
        for name in facets.names():
            yield from _objects(facets.member(name), (*place, name))


def _arrays(facets: Facets, place: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], Facets]]:
    if "array" in facets.types:
        yield place, facets
    if "object" in facets.types and len(place) < _LEVELS:
        for name in sorted(facets.names()):
            yield from _arrays(facets.member(name), (*place, name))


def _last(path: str) -> str:
    """The last segment of a path."""
    return bare(path).rstrip("/").rpartition("/")[2]


def _shape(path: str) -> str:
    return shape_of(path).rstrip("/")


def _filled(segment: str, match: Match) -> str:
    return _PLACEHOLDER.sub(
        lambda found: quote(match.parameters.get(found[1], ""), safe=""), segment
    )


def _single(word: str) -> str:
    for plural, single in _PLURALS:
        if word.endswith(plural) and len(word) > len(plural) + 1:
            return word.removesuffix(plural) + single
    return word
