"""The document's JSON Schema as plain JSON: what a client checks before it sends, what a sandbox answers.

References lead into `$defs`, and what only people read is left out. In the view of requests, readOnly properties are
not demanded and a discriminator chooses its branch; a pattern that does not compile is a warning, and left to the
client. The view of answers keeps examples, of which a sandbox makes its answers; both keep defaults, which a server
fills in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from specloom.model.choices import discriminated, mapped, word_of
from specloom.model.contradictions import closed_to_others, overlap
from specloom.model.inheritance import Families, Family
from specloom.model.keywords import well_formed
from specloom.model.kinds import KINDS, meant_type
from specloom.model.names import Scope, pascal
from specloom.model.objects import is_received
from specloom.model.shapes import shape_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.diagnostics import Location, Report
    from specloom.openapi.tree import Node

_READ_BY_PEOPLE = frozenset(
    {
        "title",
        "description",
        "examples",
        "example",
        "deprecated",
        "externalDocs",
        "xml",
        "$comment",
        "$id",
        "id",
        "$schema",
        "$anchor",
        "$dynamicAnchor",
        "$vocabulary",
    }
)
_EXAMPLES = frozenset({"examples"})
_DATA = frozenset({"enum", "const", "examples", "default", "dependentRequired"})
_CHOICES = ("oneOf", "anyOf")
_LISTS = ("allOf", *_CHOICES)
_PARTS = frozenset({"$ref", *_LISTS})
_DEMANDING = frozenset({"required", *_LISTS})
_MAPS = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})


@dataclass(slots=True)
class SchemaView:
    """Schemas gathered over all operations; `definitions` is the `$defs` that they share."""

    report: Report
    families: Families = field(default_factory=Families)
    sent: bool = True
    definitions: dict[str, Any] = field(default_factory=dict)
    _names: dict[tuple[Location, bool, bool], str] = field(default_factory=dict)
    _scope: Scope = field(default_factory=Scope)

    def schema(
        self,
        node: Node,
        *,
        alone: bool = False,
        opened: bool = False,
        received: frozenset[str] = frozenset(),
    ) -> Any:
        """The schema at `node`, as what is sent has to meet it, or as what is received is made.

        `alone` leaves out what a parent says of its children: those mean the parent itself, and would go in a circle.
        `opened` leaves out that it allows no further properties: whoever names them beside it is closed instead.
        `received` are the properties that only answers have, of the schema of which this is a part.
        """
        if not isinstance(node.value, dict):
            return node.value
        closed = closed_to_others(node)
        demands = self.sent and not _DEMANDING.isdisjoint(node.value)
        received |= node.once(received_names) if demands else frozenset()
        parts = {
            key: [
                self._part(part, node, opened or part.follow().at in closed, received)
                for part in node.elements(key)
            ]
            for key in (("allOf",) if alone else _LISTS)
            if key in node.value
        }
        view = self._keywords(node, parts)
        self._close(view, by_parts=bool(closed), opened=opened)
        self._tell_apart(node, view)
        if self.sent:
            _demand_only_what_is_sent(view, received)
            self._choose_by_discriminator(node, view)
        elif not alone:
            self._tell_branches(node, view)
        family = None if alone else self.families.of(node)
        if family is not None and self.sent:
            view = self._branch_out(node, family)
        return {"anyOf": [view, {"type": "null"}]} if view.pop("nullable", False) is True else view

    def _keywords(self, node: Node, parts: dict[str, list[Any]]) -> dict[str, Any]:
        """What stands at `node`, with the views of its parts: the keywords that a validator knows."""
        is_text = node.value.get("type") in ("string", ["string", "null"], ["null", "string"])
        view = {
            key: parts[key] if key in parts else self._member(key, value, node, is_text=is_text)
            for key, value in node.value.items()
            if self._is_checked(key) and (key in parts or key not in _LISTS)
        }
        self._name_types(view)
        for key in ("$ref", "$dynamicRef", "discriminator"):
            view.pop(key, None)
        target = node.reference()
        if target is not None:
            view |= self._reference(target)
        return well_formed(view)

    def advice(self, schema: Node) -> list[dict[str, Any]]:
        """The advice at `schema` (`x-advice`), its conditions in the same view."""
        return [
            {
                "when": self.schema(when) if (when := advice.get("when")) is not None else False,
                "message": advice.text("message"),
                "effect": advice.text("effect"),
            }
            for advice in schema.elements("x-advice")
        ]

    def _is_checked(self, key: str) -> bool:
        if not self.sent and key in _EXAMPLES:
            return True
        return key not in _READ_BY_PEOPLE and (key == "x-error-code" or not key.startswith("x-"))

    def _member(self, key: str, value: Any, holder: Node, *, is_text: bool) -> Any:
        if key == "pattern":
            return self._pattern(holder.inner(key))
        if key in _MAPS:
            return {name: self.schema(member) for name, member in holder.inner(key).items()}
        if not isinstance(value, dict | list):
            return value
        if key in _DATA:
            return texts_of(holder.inner(key)) if key == "enum" and is_text else value
        if isinstance(value, list):
            return [self.schema(element) for element in holder.inner(key).elements()]
        return self.schema(holder.inner(key))

    def _pattern(self, node: Node) -> Any:
        try:
            re.compile(str(node.value))
        except re.error as error:
            self.report.warning(
                "pattern",
                f"the pattern may not be checked, since it does not compile here: {error}",
                node.at,
                hint="a client leaves out what its own engine cannot compile either",
            )
        return node.value

    def _reference(
        self, target: Node, *, alone: bool = False, opened: bool = False
    ) -> dict[str, str]:
        """A reference to a definition, which is made at the first; its name is part of a URI (RFC 3986)."""
        key = (target.at, alone, opened)
        if key not in self._names:
            step = str(target.at.pointer[-1] if target.at.pointer else "Document")
            suffix = f"{'Base' if alone else ''}{'Open' if opened else ''}"
            name = self._scope.claim(f"{pascal(step) or 'Schema'}{suffix}")
            self._names[key] = name
            self.definitions[name] = {}
            self.definitions[name] = self.schema(target, alone=alone, opened=opened)
        return {"$ref": f"#/$defs/{quote(self._names[key])}"}

    def _part(self, part: Node, node: Node, opened: bool, received: frozenset[str]) -> Any:
        """A child holds its parent's own rules, and not those that lead from the parent to its children."""
        parent = part.follow()
        alone = part.names_reference and self.families.lists_heirs(parent, node)
        is_all = isinstance(part.value, dict) and len(part.value) == 1
        if alone or (opened and part.names_reference and is_all):
            return self._reference(parent, alone=alone, opened=opened)
        return self.schema(part, opened=opened, received=received)

    def _close(self, view: dict[str, Any], *, by_parts: bool, opened: bool) -> None:
        """Closed to further properties, but not to those that its own parts name."""
        has_parts = by_parts or not _PARTS.isdisjoint(view)
        said = [
            view[key] for key in ("additionalProperties", "unevaluatedProperties") if key in view
        ]
        if (False in said and has_parts) or by_parts or opened:
            for key in ("additionalProperties", "unevaluatedProperties"):
                if view.get(key) is False:
                    del view[key]
            if not opened:
                view["unevaluatedProperties"] = False

    def _tell_apart(self, node: Node, view: dict[str, Any]) -> None:
        """A choice of which nothing meets one part alone is one of which several may be met.

        Who answers keeps to the letter as far as it goes.
        """
        if (
            self.sent
            and "oneOf" in view
            and "anyOf" not in view
            and overlap(list(node.elements("oneOf")))
        ):
            view["anyOf"] = view.pop("oneOf")

    def _branch_out(self, node: Node, family: Family) -> dict[str, Any]:
        """A parent is met by its own rules, and by those of the child that the discriminator names."""
        chosen = [
            {
                "if": {
                    "type": "object",
                    "required": [family.wire_name],
                    "properties": {family.wire_name: _is_word(value)},
                },
                "then": self._reference(one, alone=self._is_parent(one)),
            }
            for value, one in family.values
        ]
        return {"allOf": [self._reference(node, alone=True), *chosen]}

    def _is_parent(self, node: Node) -> bool:
        return self.families.of(node) is not None

    def _name_types(self, view: dict[str, Any]) -> None:
        """Words that are no types would make the whole schema unusable: what they mean stands there, or nothing."""
        said = view.get("type")
        words = [said] if isinstance(said, str) else said if isinstance(said, list) else []
        # A word that is no text means nothing, and may not even be looked up.
        words = [word if isinstance(word, str) else "" for word in words]
        if words and all(word in KINDS for word in words):
            return
        meant = [word if word in KINDS else meant_type(word)[0] for word in words]
        if meant and all(meant):
            view["type"] = list(dict.fromkeys(meant))
        else:
            view.pop("type", None)

    def _choose_by_discriminator(self, node: Node, view: dict[str, Any]) -> None:
        """Where a discriminator names the variant, only that one is checked, so that its problems are the ones told."""
        holder = node.get("discriminator")
        if holder is None or not isinstance(view.get("oneOf", view.get("anyOf")), list):
            return
        wire = holder.text("propertyName")
        branches = self._branches(node, wire)
        if not wire or not branches:
            return
        view.pop("oneOf", None)
        view.pop("anyOf", None)
        view["allOf"] = [
            *view.get("allOf", []),
            *self._demanded(node, wire, branches),
            *(
                {
                    "if": {"required": [wire], "properties": {wire: _is_word(value)}},
                    "then": reference,
                }
                for value, reference in branches.items()
            ),
        ]

    def _tell_branches(self, node: Node, view: dict[str, Any]) -> None:
        """Which definition each value of a discriminator means; no validator reads this, but who makes answers."""
        family = self.families.of(node)
        holder = node.get("discriminator")
        wire = family.wire_name if family else holder.text("propertyName") if holder else ""
        if family is not None:
            told = {
                value: self._reference(one, alone=self._is_parent(one))
                for value, one in family.values
            }
        else:
            told = self._branches(node, wire) if wire else {}
        mapping = {value: reference["$ref"] for value, reference in told.items()}
        if mapping:
            view["discriminator"] = {"propertyName": wire, "mapping": mapping}

    def _demanded(
        self, node: Node, wire: str, branches: dict[str, dict[str, str]]
    ) -> Iterator[dict[str, Any]]:
        """One of the named values has to be there, but where the document says what stands for all others."""
        holder = node.get("discriminator")
        rest = holder.get("defaultMapping") if holder is not None else None
        default = mapped(rest) if rest is not None else None
        words = [word for value in sorted(branches) for word in spoken(value)]
        named = {"required": [wire], "properties": {wire: {"enum": words}}}
        if default is None:
            yield named
        else:
            yield {"if": named, "else": self._reference(default)}

    def _branches(self, node: Node, wire_name: str) -> dict[str, dict[str, str]]:
        """The definition that each value of the discriminator chooses; none if a variant has no value."""
        parts = [part for key in _CHOICES for part in node.elements(key)]
        chosen = discriminated(node, parts, wire_name)
        reached = {target.at for target in chosen.values()}
        if any(not part.names_reference and part.at not in reached for part in parts):
            return {}
        return {value: self._reference(target) for value, target in chosen.items()}


def spoken(value: str) -> list[Any]:
    """A discriminator's value as a mapping writes it, and as JSON may write it."""
    other: bool | int | None = {"true": True, "false": False}.get(value)
    if other is None and value.removeprefix("-").isdecimal() and value.isascii():
        other = int(value)
    return [value] if other is None or word_of(other) != value else [value, other]


def _is_word(value: str) -> dict[str, Any]:
    words = spoken(value)
    return {"const": value} if len(words) == 1 else {"enum": words}


def _demand_only_what_is_sent(view: dict[str, Any], received: frozenset[str]) -> None:
    kept = [name for name in view.get("required", ()) if name not in received]
    if kept:
        view["required"] = kept
    else:
        view.pop("required", None)


def received_names(node: Node) -> frozenset[str]:
    """The properties of a schema that only answers have (`readOnly`), whichever of its parts says so."""
    shapes = [shape_of(node)]
    shapes += [shape_of(part) for choice in shapes[0].choices for part in choice.elements()]
    return frozenset(
        name
        for shape in shapes
        for name, members in shape.properties.items()
        if any(map(is_received, members))
    )
