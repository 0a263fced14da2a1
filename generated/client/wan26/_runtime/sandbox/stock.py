"""Things made of requests: their fields, their ids, and what time they came to be."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from .dice import Dice
from .facets import Facets
from .overlays import Overlay, merged
from .rendering import success
from .shelves import identity, place_of_list, place_of_thing
from .wordbook import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from .description import Content, Operation
    from .intake import Call
    from .samples import Sampler
    from .shelves import Shelf
    from .things import Things

__all__ = ["Stock", "at", "key_of", "sayable"]

_CREATED: Final = frozenset(
    (
        *("created", "createdat", "createdon", "createtime", "createdate", "createdtime"),
        *("datecreated", "creationdate", "creationtime", "insertedat", "createddate"),
        *("createdtimestamp",),
    )
)
_UPDATED: Final = frozenset(
    (
        *("updated", "updatedat", "updatedon", "updatetime", "modified", "modifiedat"),
        *("modifiedon", "lastmodified", "dateupdated", "datemodified", "updateddate"),
        *("lastupdated", "modificationtime", "updatedtime"),
    )
)
_MILLIS: Final = 100_000_000_000  # numbers above are no seconds of our time
_TRIES: Final = 200


class Stock:
    """Makes and changes things; `things` keeps them, `clock` gives seconds since 1970."""

    def __init__(self, sampler: Sampler, things: Things, clock: Callable[[], float]) -> None:
        self._sampler, self._things, self._clock = sampler, things, clock

    def facets(self, schema: Any) -> Facets:
        """A schema with its variants."""
        return Facets(schema, self._sampler.definitions)

    def template(self, content: Content | None, *, is_made: bool = False) -> Any:
        """A body of a content: its first example that is valid, else one that is made."""
        if content is None:
            return None
        if not is_made:
            for each in content.examples:
                if self._sampler.fits(content.schema, each):
                    return copy.deepcopy(each)
        return self._sampler.value(content.schema)

    def model(self, shelf: Shelf, content: Content | None) -> tuple[Any, Any]:
        """The schema of a collection's things and one of them: as it is got, listed or created."""
        for method in ("GET", "PATCH", "PUT"):
            found = self._within(_json(shelf.on_one.get(method)))
            if found is not None:
                return found
        listed = _json(shelf.on_all.get("GET"))
        place = place_of_list(self.facets(listed.schema), ()) if listed is not None else None
        if listed is not None and place is not None:
            items = at(self.template(listed), place)
            facets = self._down(self.facets(listed.schema), place).items()
            if "object" in facets.types:
                item = items[0] if isinstance(items, list) and items else None
                made = item if isinstance(item, dict) else self._sampler.value(facets.schema)
                return facets.schema, made
        return self._within(content) or ({}, {})

    def _within(self, content: Content | None) -> tuple[Any, Any] | None:
        """The thing in a body: the only object in an envelope, or the body itself."""
        if content is None or "object" not in self.facets(content.schema).types:
            return None
        facets, body = self.facets(content.schema), self.template(content)
        inner = [name for name in facets.names() if "object" in facets.member(name).types]
        is_envelope = len(facets.names()) <= 3 and len(inner) == 1
        if is_envelope and identity(facets.names(), "id", "") is None:
            told = at(body, inner)
            if isinstance(told, dict):
                return facets.member(inner[0]).schema, told
        return (content.schema, body) if isinstance(body, dict) else None

    def create(
        self, call: Call, shelf: Shelf, collection: str, content: Content | None, key: str | None
    ) -> tuple[str, dict[str, Any]]:
        """A new thing of what was sent, kept under its id; `key` is an id that the caller chose."""
        schema, model = self.model(shelf, content)
        sent = call.body if isinstance(call.body, dict) else {}
        overlay = Overlay(self._sampler.fitting, schema, copy.deepcopy(model))
        facets = self.facets(schema)
        names = facets.names() or set(model)
        known = {name: value for name, value in sayable(sent).items() if name in names}
        overlay.lay((), known)
        overlay.drop((), [name for name in call.members if name not in sent])
        self._date(overlay, facets, _CREATED | _UPDATED)
        name = identity(names, shelf.parameter, collection)
        if key is None and name is not None and isinstance(sent.get(name), str | int):
            key = key_of(sent[name])
        if key is None or (name is not None and name not in sent):
            told = model.get(name) if isinstance(model, dict) and name else None
            schemas = [facets.member(name or "id").schema, *shelf.keys]
            value = self._fresh(schemas, collection, told, key)
            key = key_of(value) if key is None else key
            if name is not None:
                overlay.lay((), {name: value})
        thing = overlay.body if isinstance(overlay.body, dict) else {}
        self._things.put(collection, key, thing)
        return key, thing

    def _fresh(self, schemas: Sequence[Any], collection: str, told: Any, key: str | None) -> Any:
        """An id that no thing of the collection has, or the value of the one that was chosen.

        The first schema is that of the property, the others those of parameters that take it.
        """
        facets = self.facets(schemas[0])
        if key is not None:
            return facets.typed(key)
        kept = self._things.ever(collection)
        if "integer" in facets.types or "number" in facets.types:
            return self._counted(schemas[0], kept)
        values = (
            value
            for turn in range(len(kept), len(kept) + _TRIES)
            for value in self._drawn(schemas, told, Dice("id", collection, turn))
            if key_of(value) not in kept
        )
        return next(values, f"{collection}/{len(kept)}")

    def _drawn(self, schemas: Sequence[Any], told: Any, dice: Dice) -> Iterator[Any]:
        """Ids of the looks of the one that is told, and made up ones: the best of them first."""
        likes = [_varied(told, dice)] if isinstance(told, str) else []
        salt = str(dice.below(2**32))
        likes += [self._sampler.value(each or {"type": "string"}, "id", salt) for each in schemas]
        yield from (each for each in likes if all(self._takes(one, each) for one in schemas))
        yield from (each for each in likes if self._sampler.fits(schemas[0], each))

    def _takes(self, schema: Any, value: Any) -> bool:
        """Whether a value is what the schema of a property, or of a parameter, says."""
        fits = self._sampler.fits
        return fits(schema, value) or fits(schema, self.facets(schema).typed(key_of(value)))

    def _counted(self, schema: Any, kept: Collection[str]) -> int:
        numbers = [int(each) for each in kept if each.isdecimal() and len(each) < 18]
        first = max(numbers, default=0) + 1
        while first < _TRIES and not self._sampler.fits(schema, first):
            first += 1
        if self._sampler.fits(schema, first):
            return first
        made = self._sampler.value(schema, "id")
        return made if isinstance(made, int) else first

    def changed(
        self, call: Call, thing: Mapping[str, Any], schema: Any, *, is_whole: bool
    ) -> dict[str, Any]:
        """A thing after a PATCH (RFC 7396), or with `is_whole` after a PUT."""
        sent = sayable(call.body) if isinstance(call.body, dict) else {}
        facets = self.facets(schema)
        overlay = Overlay(self._sampler.fitting, schema, copy.deepcopy(dict(thing)))
        names = facets.names()
        if is_whole:
            overlay.drop((), [name for name in call.members if name not in sent])
        for name, value in sent.items():
            if names and name not in names:
                continue
            patched = value if is_whole else merged(thing.get(name), value)
            if value is None and not self._may_be_null(facets, name):
                overlay.drop((), [name])
            else:
                overlay.lay((), {name: patched})
        self._date(overlay, facets, _UPDATED)
        return overlay.body if isinstance(overlay.body, dict) else dict(thing)

    def known_by(self, key: str, shelf: Shelf, collection: str) -> tuple[Any, dict[str, Any]]:
        """A thing that nobody created, nor can: its schema and a sample with the id."""
        content = next((_json(each) for each in shelf.on_one.values() if _json(each)), None)
        schema, model = self.model(shelf, content)
        fields = dict(model) if isinstance(model, dict) else {}
        name = identity(fields, shelf.parameter, collection)
        overlay = Overlay(self._sampler.fitting, schema, fields)
        if name is not None:
            overlay.lay((), {name: self.facets(schema).member(name).typed(key)})
        return schema, overlay.body

    def body(self, content: Content, thing: Mapping[str, Any], *, is_echo: bool = False) -> Any:
        """A body that tells a thing; with `is_echo` only what it has in common with the thing."""
        template = self.template(content)
        facets = self.facets(content.schema)
        place = place_of_thing(facets, thing)
        overlay = Overlay(self._sampler.fitting, content.schema, template)
        if place is None:
            return template
        names = self._down(facets, place).names()
        if is_echo:
            overlay.lay(place, {name: thing[name] for name in thing if name in names})
        else:
            overlay.replace(place, thing, names)
        return overlay.body

    def _down(self, facets: Facets, place: Sequence[str]) -> Facets:
        for step in place:
            facets = facets.member(step)
        return facets

    def down(self, schema: Any, place: Sequence[str]) -> Facets:
        """What may stand at a place of a body."""
        return self._down(self.facets(schema), place)

    def with_key(
        self, content: Content | None, thing: Mapping[str, Any], shelf: Shelf, key: str
    ) -> Mapping[str, Any]:
        """A thing with its id also under the parameter's name, where an answer calls it so."""
        facets = self.facets(content.schema if content is not None else {})
        wanted = words_of(shelf.parameter)
        names = [name for name in facets.names() - thing.keys() if words_of(name) == wanted]
        return {**thing, **{name: facets.member(name).typed(key) for name in names}}

    def echoed(self, content: Content, value: Any, parameters: Mapping[str, str]) -> Any:
        """A body in which members that are called like parameters of the path have their values.

        An `id` alone may be that of something else.
        """
        if not isinstance(value, dict):
            return value
        sent = {words_of(name): text for name, text in parameters.items()}
        names = [name for name in value if len(words_of(name)) > 1 and words_of(name) in sent]
        overlay = Overlay(self._sampler.fitting, content.schema, value)
        facets = self.facets(content.schema)
        for name in names:
            overlay.lay((), {name: facets.member(name).typed(sent[words_of(name)])})
        return overlay.body

    def _may_be_null(self, facets: Facets, name: str) -> bool:
        return "null" in facets.member(name).types

    def _date(self, overlay: Overlay, facets: Facets, words: frozenset[str]) -> None:
        """Let the moments that are called so be now."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        seconds = int(now.timestamp())
        holder = overlay.body if isinstance(overlay.body, dict) else {}
        for name, value in list(holder.items()):
            if "".join(words_of(name)) not in words or isinstance(value, bool):
                continue
            if isinstance(value, int | float):
                overlay.lay((), {name: seconds * 1000 if value > _MILLIS else seconds})
            elif isinstance(value, str):
                is_day = len(value) == len("2026-01-01")
                overlay.lay(
                    (), {name: f"{now:%Y-%m-%d}" if is_day else f"{now:%Y-%m-%dT%H:%M:%SZ}"}
                )


def at(body: Any, place: Sequence[str]) -> Any:
    """What stands at a place of a body, or None."""
    for step in place:
        body = body.get(step) if isinstance(body, dict) else None
    return body


def key_of(value: Any) -> str:
    """An id as a path has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _json(operation: Operation | None) -> Content | None:
    """The JSON that an operation answers with if all goes well."""
    if operation is None:
        return None
    answer = success(operation)[1]
    contents = [answer, *answer.others] if answer is not None and answer.content_type else []
    return next((each for each in contents if each.kind == "json"), None)


def sayable(value: Any) -> Any:
    """What was sent, as an answer can tell it: of files nothing."""
    if isinstance(value, dict):
        return {name: sayable(each) for name, each in value.items() if not isinstance(each, bytes)}
    if isinstance(value, list):
        return [sayable(each) for each in value if not isinstance(each, bytes)]
    return value


def _varied(text: str, dice: Dice) -> str:
    """Another id of the same looks: what stands behind a prefix is drawn anew."""
    start = max(text.rfind("_"), text.find("-") if text.count("-") == 1 else -1) + 1
    made = text[:start]
    is_hex = all(sign in "0123456789abcdefABCDEF-" for sign in text[start:])
    for sign in text[start:]:
        if sign.isdecimal():
            made += dice.pick("0123456789")
        elif sign.isalpha() and sign.isascii():
            letters = "abcdef" if is_hex else "abcdefghijklmnopqrstuvwxyz"
            made += dice.pick(letters if sign.islower() else letters.upper())
        else:
            made += sign
    return made
