"""Values that JSON Schemas allow, drawn by a seeded chance; `jsonschema` judges what was drawn before it is used."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from bench.wire.merging import UnsatisfiableError, merge, types_of
from bench.wire.texts import draw_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from bench.wire.document import Document

__all__ = ["UNKNOWN", "Drawer", "UnsatisfiableError", "plain_json"]

UNKNOWN = "zzUnknownField"
KINDS = ("boolean", "string", "integer", "number", "array", "object")
CHOICES = ("oneOf", "anyOf")
TRIES = 40
DEEP = 4  # below, only what is required
MOST = 150  # values in one drawing, before it keeps to what is required


def plain_json(value: Any) -> Any:
    """A drawn value with texts in place of bytes, as a validator of JSON takes it."""
    if isinstance(value, dict):
        return {key: plain_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain_json(item) for item in value]
    return "b" * len(value) if isinstance(value, bytes) else value


class Drawer:
    """Draws values for the schemas of a document.

    Args:
        document: Where references lead.
        random: The chance.
        extras: Whether objects that allow it get a field that the document does not name.
        plain: Whether strings keep to letters, and lists and objects hold something.
        files: Whether binary strings are drawn as bytes.
        full: Whether lists hold something, since a form has no word for an empty one.
    """

    def __init__(
        self,
        document: Document,
        random: Random,
        *,
        extras: bool = False,
        plain: bool = False,
        files: bool = False,
        full: bool = False,
    ) -> None:
        self.document, self.random = document, random
        self.extras, self.plain, self.files, self.full = extras, plain, files, full
        self._drawn = 0
        self._mean = 1.0  # how generous with what may be left out

    def valid(self, schema: Any) -> Any:
        """A value that the schema allows, as `jsonschema` says too.

        Raises:
            UnsatisfiableError: none was found in many tries; the message has the last reason.
        """
        reason, wants_extras = "", self.extras
        for number in range(TRIES):
            self._drawn, self._mean = 0, 1.0 if number < TRIES // 3 else 0.3
            if number >= TRIES // 2:
                self.extras = False
            if number >= TRIES * 3 // 4:
                self._mean = 0.0
            try:
                value = self.draw(schema, 0)
            except (
                UnsatisfiableError,
                LookupError,
                TypeError,
                ValueError,
                AttributeError,
            ) as error:
                reason = f"{type(error).__name__}: {error}"[:200]
                continue
            except RecursionError:
                reason = "it is endless"
                continue
            finally:
                self.extras = wants_extras
            try:
                problems = self.document.problems(schema, plain_json(value))
            except AttributeError as error:  # a schema that `referencing` cannot read
                raise UnsatisfiableError(f"nobody can judge it: {error}") from error
            if not problems:
                return value
            reason = problems[0]
        raise UnsatisfiableError(reason)

    def draw(self, schema: Any, depth: int) -> Any:
        """A value that the schema probably allows; what flattening cannot say is left to `valid`."""
        self._drawn += 1
        if depth > 40:
            raise UnsatisfiableError("it nests too deeply")
        flat = self.flat(schema, depth)
        if isinstance(flat.get("enum"), list):
            fitting = [value for value in flat["enum"] if _is_of(value, types_of(flat))]
            if not fitting:
                raise UnsatisfiableError("an enum without a value of its type")
            return self.random.choice(fitting)
        return getattr(self, f"_draw_{self._kind(flat, depth)}")(flat, depth)

    def flat(
        self,
        schema: Any,
        depth: int,
        base: dict[str, Any] | None = None,
        seen: frozenset[str] = frozenset(),
    ) -> dict[str, Any]:
        """What a schema asks for beside `base`, without references, `allOf` and choices; of choices one is taken."""
        base = base or {}
        if schema is False:
            raise UnsatisfiableError("a schema that allows nothing")
        if not isinstance(schema, dict):
            return base
        rest = {key: item for key, item in schema.items() if key not in {"$ref", "allOf", *CHOICES}}
        if "const" in rest:
            rest["enum"] = [rest.pop("const")]
        rest = merge(base, rest)
        if isinstance(ref := schema.get("$ref"), str):
            if ref in seen:
                raise UnsatisfiableError("a schema that refers to itself")
            target = self.document.at(ref)
            child = self._child(target, ref, seen) if isinstance(target, dict) else None
            rest = self.flat(child if child is not None else target, depth, rest, seen | {ref})
        for part in schema.get("allOf") or ():
            inner = frozenset() if not isinstance(part, dict) else seen | self._parents(part)
            rest = self.flat(part, depth, rest, inner)
        for key in CHOICES:
            if schema.get(key):
                rest = self._choose(rest, schema, key, depth, seen)
        return rest

    def _parents(self, part: dict[str, Any]) -> frozenset[str]:
        # A child must not be led back to itself by its parent's discriminator.
        return frozenset((f"{part['$ref']} as parent",)) if "$ref" in part else frozenset()

    def _child(self, target: dict[str, Any], ref: str, seen: frozenset[str]) -> Any:
        """One of the schemas that the discriminator of a parent names, with its word."""
        told = target.get("discriminator")
        mapping = told.get("mapping") if isinstance(told, dict) else None
        is_choice = any(target.get(key) for key in CHOICES)
        if not isinstance(mapping, dict) or is_choice or f"{ref} as parent" in seen:
            return None
        uri = ref.partition("#")[0]
        word, to = self.random.choice(list(mapping.items()))
        to = to if "#" in to else f"#/components/schemas/{to}"
        to = to if to.partition("#")[0] else uri + to
        if to == ref:
            return None
        name = told["propertyName"] if isinstance(told, dict) else ""
        return {
            "allOf": [{"$ref": to}, {"properties": {name: {"enum": [word]}}, "required": [name]}]
        }

    def _choose(
        self,
        rest: dict[str, Any],
        schema: dict[str, Any],
        key: str,
        depth: int,
        seen: frozenset[str],
    ) -> dict[str, Any]:
        branches = list(schema[key])
        self.random.shuffle(branches)
        if depth > DEEP or self._drawn > MOST:
            branches.sort(key=lambda branch: len(str(branch)))
        reason = "no branches"
        for branch in branches:
            try:
                named = merge(rest, self._named(schema, branch))
                return self.flat(branch, depth, named, seen)
            except UnsatisfiableError as error:
                reason = str(error)
        raise UnsatisfiableError(reason)

    def _named(self, schema: dict[str, Any], branch: Any) -> dict[str, Any]:
        """What the discriminator of a choice asks of its branch."""
        told = schema.get("discriminator")
        ref = branch.get("$ref") if isinstance(branch, dict) else None
        if not isinstance(told, dict) or not isinstance(ref, str):
            return {}
        name, mapping = told.get("propertyName"), told.get("mapping")
        last = ref.rpartition("/")[2]
        words = [
            word
            for word, to in (mapping.items() if isinstance(mapping, dict) else ())
            if isinstance(to, str) and to.rpartition("/")[2] == last
        ] or [last]
        own = self.flat({"$ref": ref}, DEEP + 1).get("properties", {}).get(name, {})
        given = self.flat(own, DEEP + 1).get("enum")
        fitting = [word for word in words if given is None or word in given]
        return (
            {"properties": {name: {"enum": fitting}}, "required": [name]}
            if fitting and name
            else {}
        )

    def _kind(self, flat: dict[str, Any], depth: int) -> str:
        kinds = types_of(flat) or _implied(flat)
        others = [kind for kind in kinds if kind != "null"]
        if "null" in kinds and (not others or (not self.plain and self._is_mean(0.15, depth))):
            return "null"
        known = [kind for kind in others if kind in KINDS]
        return self.random.choice(known or (["null"] if not others else _implied(flat)))

    def _is_mean(self, chance: float, depth: int) -> bool:
        return depth > DEEP or self._drawn > MOST or self.random.random() < chance

    def _draw_null(self, flat: dict[str, Any], depth: int) -> None:
        return None

    def _draw_boolean(self, flat: dict[str, Any], depth: int) -> bool:
        return self.random.random() < 0.5

    def _draw_string(self, flat: dict[str, Any], depth: int) -> Any:
        if self.files and (flat.get("format") == "binary" or _is_file(flat)):
            return b"\x00\xff\r\n--bytes " + self.random.randbytes(20)
        return draw_text(flat, self.random, plain=self.plain)

    def _draw_integer(self, flat: dict[str, Any], depth: int) -> int:
        low, high = _bounds(flat, 1)
        step = flat.get("multipleOf") or 1
        if isinstance(step, float) and not step.is_integer():
            step = 1
        first, last = math.ceil(low / step), math.floor(high / step)
        if first > last:
            raise UnsatisfiableError(f"no integer from {low} to {high}")
        return int(self.random.randint(first, min(last, first + 1000)) * step)

    def _draw_number(self, flat: dict[str, Any], depth: int) -> float:
        step = flat.get("multipleOf")
        low, high = _bounds(flat, 0.25 if step is None else step)
        if step:
            first, last = math.ceil(low / step), math.floor(high / step)
            if first > last:
                raise UnsatisfiableError(f"no number from {low} to {high}")
            return round(float(self.random.randint(first, min(last, first + 1000)) * step), 10)
        return float(low) if low == high else round(low + (min(high, low + 100) - low) / 2, 3)

    def _draw_array(self, flat: dict[str, Any], depth: int) -> list[Any]:
        first = flat.get("prefixItems") or []
        items = flat.get("items", not first)
        least = max(flat.get("minItems", 0), int(self.full or (self.plain and depth == 0)))
        most = flat.get("maxItems", max(least, 2))
        count = (
            least if self._is_mean(0.1, depth) else self.random.randint(least, min(most, least + 2))
        )
        count = max(count, least) if items is not False else min(max(count, len(first)), len(first))
        made: list[Any] = []
        for number in range(min(count, 2000)):
            schema = first[number] if number < len(first) else items
            for _ in range(20):
                try:
                    item = self.draw(schema, depth + 1)
                except UnsatisfiableError:
                    if len(made) >= least:
                        return made
                    raise
                if not flat.get("uniqueItems") or item not in made:
                    made.append(item)
                    break
        return made

    def _draw_object(self, flat: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = flat.get("properties") or {}
        required = flat.get("required") or []
        made: dict[str, Any] = {}
        for name in self._names(flat, depth):
            schema = properties.get(name, flat.get("additionalProperties", True))
            try:
                made[name] = self.draw(schema, depth + 1)
            except (UnsatisfiableError, LookupError):
                if name in required:
                    raise
        more = flat.get("additionalProperties", True)
        if isinstance(more, dict) and more and not self._is_mean(0.3, depth):
            made.update(self._more(flat, more, depth))
        elif self.extras and more is not False and flat.get("unevaluatedProperties") is not False:
            made[UNKNOWN] = {"deep": [1, None, "ä"]}
        if self.plain and depth == 0 and not made and properties:
            raise UnsatisfiableError("an object without members is no parameter")
        while len(made) < flat.get("minProperties", 0) and more is not False:
            made[f"more{len(made)}"] = self.draw(more, depth + 1)
        return made

    def _names(self, flat: dict[str, Any], depth: int) -> Iterator[str]:
        properties, required = flat.get("properties") or {}, flat.get("required") or []
        hidden = "readOnly" if self.document.direction == "request" else "writeOnly"
        room = flat.get("maxProperties", 1000) - len(required)
        names = [*properties, *(name for name in required if name not in properties)]
        for name in names:
            if name in required:
                yield name
                continue
            schema = self.document.follow(properties[name])
            is_hidden = isinstance(schema, dict) and schema.get(hidden) is True
            chance = 1 - self._mean * (0.7 if depth < 2 else 0.35)
            if room > 0 and not is_hidden and not self._is_mean(chance, depth):
                room -= 1
                yield name

    def _more(self, flat: dict[str, Any], more: dict[str, Any], depth: int) -> dict[str, Any]:
        """Entries of a map."""
        made: dict[str, Any] = {}
        for _ in range(2):
            try:
                name = self.draw(
                    flat.get("propertyNames", {"type": "string", "minLength": 3}), DEEP
                )
                made[str(name)] = self.draw(more, depth + 1)
            except (UnsatisfiableError, LookupError):
                break
        known = flat.get("properties") or {}
        return {name: item for name, item in made.items() if name not in known}


def _is_file(flat: dict[str, Any]) -> bool:
    return "contentMediaType" in flat and "contentEncoding" not in flat


def _implied(flat: dict[str, Any]) -> list[str]:
    """The types that keywords speak of where `type` is not there."""
    if {"properties", "additionalProperties", "required", "minProperties"} & flat.keys():
        return ["object"]
    if {"items", "prefixItems", "minItems"} & flat.keys():
        return ["array"]
    if {"pattern", "minLength", "maxLength", "format"} & flat.keys():
        return ["string"]
    if {"minimum", "maximum", "multipleOf"} & flat.keys():
        return ["number"]
    return ["string", "integer", "boolean"]


def _is_of(value: Any, kinds: list[str] | None) -> bool:
    if kinds is None:
        return True
    if isinstance(value, bool):
        return "boolean" in kinds
    names = {
        str: ("string",),
        int: ("integer", "number"),
        float: ("number",),
        list: ("array",),
        dict: ("object",),
        type(None): ("null",),
    }
    return any(name in kinds for name in names.get(type(value), ()))


def _bounds(flat: dict[str, Any], step: float) -> tuple[float, float]:
    low, high = flat.get("minimum"), flat.get("maximum")
    above, below = flat.get("exclusiveMinimum"), flat.get("exclusiveMaximum")
    if above is not None and (low is None or above >= low):
        low = above + step
    if below is not None and (high is None or below <= high):
        high = below - step
    if low is None:
        low = 1 if high is None or high >= 1 else high - 10
    return low, high if high is not None else low + 100
