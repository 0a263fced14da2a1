"""One try at a value that a schema accepts, member by member."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from .composites import Branch, Composite, gather, types_of
from .dice import Dice
from .scalars import boolean, number, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Attempt", "Way"]

_DEPTH: Final = 8
_FULL: Final = 4  # levels down to which optional members are made
_DEEPEST: Final = 24
_BUDGET: Final = 600  # values in one sample, before only what is required is made
_ITEMS: Final = 2
_CONDITIONS: Final = 4  # that follow from each other
_TURNS: Final = 4  # rounds in which choices take their ways by turns
_MANY: Final = 1000  # items of a list, however many are demanded


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a sample is tried: with examples or not, with what is optional, sent or received."""

    examples: bool = True
    optional: bool = True
    is_sent: bool = False
    round: int = 0


class Attempt:
    """One sample, tried in one way; `fits` tells whether a value is valid against a schema."""

    def __init__(
        self,
        definitions: Mapping[str, Any],
        fits: Callable[[Any, Any], bool],
        seeds: tuple[str | int, ...],
        way: Way,
    ) -> None:
        self._definitions, self._fits, self._way = definitions, fits, way
        self._seeds = (*seeds, way.round) if way.round > 1 else seeds
        self._made = 0

    def make(
        self, schema: Any, path: tuple[str, ...], met: frozenset[str] = frozenset(), depth: int = 0
    ) -> Any:
        """A value of the schema; `path` leads to it, `met` are the definitions around it."""
        self._made += 1
        dice = Dice(*self._seeds, *path)
        whole = self._chosen(gather(schema, self._definitions), met, dice)
        keywords = whole.keywords
        told = self._told(keywords, path, dice)
        if told is not _NOTHING:
            return told
        if depth > _DEEPEST:
            return None
        around = met | whole.met
        kind = self._kind(keywords, dice)
        if kind == "object":
            made = self._object(keywords, path, around, depth)
            return self._conditioned(whole, made, path, around, depth)
        if kind == "array":
            return self._array(keywords, path, around, depth)
        if kind in ("integer", "number"):
            name = next(reversed(path), "").rstrip("0123456789#")
            return number(keywords, name, dice, is_whole=kind == "integer")
        if kind == "boolean":
            return boolean(path[-1] if path else "", dice)
        if kind == "null":
            return None
        inner = keywords.get("contentSchema")
        if isinstance(inner, Mapping) and "json" in str(keywords.get("contentMediaType", "json")):
            return json.dumps(self.make(inner, path, around, depth + 1))
        return text(keywords, [step for step in path if not step.startswith("#")], dice)

    def _chosen(self, whole: Composite, met: frozenset[str], dice: Dice) -> Composite:
        """The composite with each of its choices made."""
        for _ in range(_DEEPEST):
            if not whole.choices:
                break
            branch = self._branch(whole, met, dice)
            whole = whole.with_branch(branch, self._definitions)
        return whole

    def _branch(self, whole: Composite, met: frozenset[str], dice: Dice) -> Branch:
        """A way that leads on: none in a circle, none that is only null, the first of the rest."""
        types = types_of(whole.keywords)
        ranked: list[tuple[int, int, Branch]] = []
        for at, branch in enumerate(whole.choices[0]):
            inner = gather(branch.schema, self._definitions)
            own = types_of(inner.keywords)
            strange = bool(types and own and not _share(types, own))
            circle = not inner.met.isdisjoint(met | whole.met)
            dull = own == ["null"] or inner.keywords.get("deprecated") is True
            ranked.append((8 * strange + 4 * circle + dull, at, branch))
        ranked.sort(key=lambda each: each[:2])
        best = [branch for rank, _, branch in ranked if rank == ranked[0][0]]
        if self._way.round <= 1:
            return best[0]
        if self._way.round <= _TURNS:  # one after the other: only the last may be unlike all others
            return best[(self._way.round - 1) % len(best)]
        return dice.pick([each[2] for each in ranked])

    def _told(self, keywords: Mapping[str, Any], path: tuple[str, ...], dice: Dice) -> Any:
        """What the schema says itself: a constant, an example, a default, a word of its `enum`."""
        if "const" in keywords:
            return copy.deepcopy(keywords["const"])
        if self._way.examples:
            examples = keywords.get("examples")
            suiting = [
                each
                for each in (examples if isinstance(examples, list) else ())
                if each is not None and _suits(keywords, each)
            ]
            at = _index(path)
            if at < len(suiting):
                return copy.deepcopy(suiting[at])
            default = keywords.get("default")
            if default not in (None, "", [], {}) and _suits(keywords, default) and not suiting:
                return copy.deepcopy(default)
        words = [each for each in keywords.get("enum", ()) if _suits(keywords, each)]
        told = [each for each in words if each is not None] or words
        if not told:
            return _NOTHING
        at = _index(path)
        return copy.deepcopy(told[(dice.below(len(told)) + at) % len(told)])

    def _kind(self, keywords: Mapping[str, Any], dice: Dice) -> str:
        types = [each for each in types_of(keywords) if each != "null"]
        if not types:
            return "null" if types_of(keywords) else "string"
        return types[0] if self._way.round < 3 else dice.pick(types)

    def _object(
        self, keywords: Mapping[str, Any], path: tuple[str, ...], met: frozenset[str], depth: int
    ) -> Any:
        members = keywords.get("properties", {})
        required = keywords.get("required", ())
        made = {
            name: self.make(members.get(name, True), (*path, name), met, depth + 1)
            for name in [*members, *(each for each in required if each not in members)]
            if name in required or self._is_wanted(members[name], met, depth)
        }
        for name, others in keywords.get("dependentRequired", {}).items():
            for other in others if name in made else ():
                if other not in made:
                    made[other] = self.make(
                        members.get(other, True), (*path, other), met, depth + 1
                    )
        most = keywords.get("maxProperties")
        if most is not None and len(made) > most:
            optional = [name for name in made if name not in required]
            for name in optional[: len(made) - most]:
                del made[name]
        self._add_others(made, keywords, path, met, depth)
        return made

    def _conditioned(
        self,
        whole: Composite,
        made: Any,
        path: tuple[str, ...],
        met: frozenset[str],
        depth: int,
    ) -> Any:
        """The object once more, with what follows from the conditions that it meets."""
        for _ in range(_CONDITIONS):
            for each in whole.conditions:
                holds = self._fits(each["if"], made)
                follows = each.get("then" if holds else "else", True)
                if follows is not True and not self._fits(follows, made):
                    dice = Dice(*self._seeds, *path)
                    branch = Branch(schema=follows)
                    more = replace(whole, choices=((branch,),))
                    whole = self._chosen(more, met, dice)
                    made = self._object(whole.keywords, path, met, depth)
                    break
            else:
                break
        return made

    def _is_wanted(self, schema: Any, met: frozenset[str], depth: int) -> bool:
        """Whether an optional member is made: none in a circle, none too deep."""
        if schema is False or not self._way.optional or self._made > _BUDGET:
            return False
        whole = gather(schema, self._definitions)
        keywords = whole.keywords
        if keywords.get("readOnly" if self._way.is_sent else "writeOnly") is True:
            return False
        if keywords.get("deprecated") is True or keywords.get("not") == {}:
            return False
        circles = not whole.met.isdisjoint(met)
        deep = depth >= _FULL and (bool(whole.met) or "object" in types_of(keywords))
        return not circles and not deep and depth < _DEPTH

    def _add_others(
        self,
        made: dict[str, Any],
        keywords: Mapping[str, Any],
        path: tuple[str, ...],
        met: frozenset[str],
        depth: int,
    ) -> None:
        """Members with free names: one where the schema has no others, more where demanded."""
        free = keywords.get("additionalProperties", keywords.get("unevaluatedProperties"))
        speaks = isinstance(free, Mapping) and not keywords.get("properties") and depth < _FULL
        circles = not gather(free, self._definitions).met.isdisjoint(met)
        wanted = max(
            keywords.get("minProperties", 0),
            1 if speaks and not made and self._way.optional and not circles else 0,
        )
        if keywords.get("maxProperties") == 0:
            return
        names = self._free_names(keywords, path)
        while len(made) < min(wanted, _MANY):
            name, schema = next(names)
            if name not in made:
                made[name] = self.make(schema, (*path, name), met, depth + 1)

    def _free_names(
        self, keywords: Mapping[str, Any], path: tuple[str, ...]
    ) -> Iterator[tuple[str, Any]]:
        members = keywords.get("properties", {})
        yield from members.items()
        free = keywords.get("additionalProperties", True)
        patterns = keywords.get("patternProperties", {})
        rule = gather(keywords.get("propertyNames", {}), self._definitions).keywords
        for at in range(100 * _MANY):
            dice = Dice(*self._seeds, *path, "name", at)
            if free is False and patterns:
                pattern, schema = dice.pick(list(patterns.items()))
                yield text({"pattern": pattern}, ("key",), dice), schema
            elif rule.get("enum"):
                yield str(rule["enum"][at % len(rule["enum"])]), free
            else:
                yield text(rule, ("tag",), dice) if at < 5 or rule else f"key{at}", free

    def _array(
        self, keywords: Mapping[str, Any], path: tuple[str, ...], met: frozenset[str], depth: int
    ) -> Any:
        firsts = keywords.get("prefixItems", [])
        items = keywords.get("items", True)
        low = keywords.get("minItems", 0)
        high = keywords.get("maxItems", _MANY)
        count = self._count(items, met, depth, max(low, len(firsts)))
        made: list[Any] = []
        for at in range(min(count + (_MANY if keywords.get("uniqueItems") else 0), 2 * _MANY)):
            schema = firsts[at] if at < len(firsts) else items
            if len(made) >= min(count, high) or schema is False:
                break
            value = self.make(schema, (*path, f"#{at}"), met, depth + 1)
            if not keywords.get("uniqueItems") or value not in made:
                made.append(value)
        sought = keywords.get("contains")
        if sought is not None and len(made) < high:
            made.append(self.make(sought, (*path, "#contained"), met, depth + 1))
        return made

    def _count(self, items: Any, met: frozenset[str], depth: int, low: int) -> int:
        if not self._way.optional or self._made > _BUDGET or depth >= _DEPTH:
            return low
        whole = gather(items, self._definitions)
        if items is True or items == {} or not whole.met.isdisjoint(met):
            return low
        is_object = "object" in types_of(whole.keywords)
        return max(low, 0 if is_object and depth >= _FULL else 1 if depth > 1 else _ITEMS)


_NOTHING: Final[Any] = object()
_JSON: Final[Mapping[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int, float),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def _index(path: tuple[str, ...]) -> int:
    """Which of a list the value is, itself or the thing that it belongs to."""
    found = next((step for step in reversed(path) if step.startswith("#")), "#0")[1:]
    return int(found) if found.isdecimal() else 0


def _share(types: list[str], others: list[str]) -> bool:
    wide = {*types, *(["integer"] if "number" in types else [])}
    return not wide.isdisjoint([*others, *(["integer"] if "number" in others else [])])


def _suits(keywords: Mapping[str, Any], value: Any) -> bool:
    """Whether an example is of the schema's type and among its words."""
    words = keywords.get("enum")
    if isinstance(words, list) and value not in words:
        return False
    types = types_of(keywords)
    if not types:
        return True
    if isinstance(value, bool):
        return "boolean" in types
    if isinstance(value, float) and not value.is_integer() and "number" not in types:
        return False
    return any(isinstance(value, _JSON.get(kind, (object,))) for kind in types)
