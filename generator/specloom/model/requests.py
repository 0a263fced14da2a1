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

from specloom.model.choices import discriminated
from specloom.model.names import Scope, pascal
from specloom.model.shapes import texts_of

if TYPE_CHECKING:
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
        "$schema",
    }
)
_EXAMPLES = frozenset({"examples"})
_DATA = frozenset({"enum", "const", "examples", "default"})
_MAPS = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})


@dataclass(slots=True)
class SchemaView:
    """Schemas gathered over all operations; `definitions` is the `$defs` that they share."""

    report: Report
    sent: bool = True
    definitions: dict[str, Any] = field(default_factory=dict)
    _names: dict[Location, str] = field(default_factory=dict)
    _scope: Scope = field(default_factory=Scope)

    def schema(self, node: Node) -> Any:
        """The schema at `node`, as what is sent has to meet it, or as what is received is made."""
        if not isinstance(node.value, dict):
            return node.value
        is_text = node.value.get("type") in ("string", ["string", "null"], ["null", "string"])
        view = {
            key: self._member(key, node.get(key), is_text=is_text)
            for key in node.value
            if self._is_checked(key)
        }
        target = node.reference()
        view.pop("$ref", None)
        if target is not None:
            view["$ref"] = f"#/$defs/{self._definition(target)}"
        view.pop("discriminator", None)
        if self.sent:
            self._demand_only_what_is_sent(node, view)
            self._choose_by_discriminator(node, view)
        return {"anyOf": [view, {"type": "null"}]} if view.pop("nullable", False) is True else view

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

    def _member(self, key: str, node: Node | None, *, is_text: bool) -> Any:
        if node is None:
            return None
        if key in _DATA:
            return texts_of(node) if key == "enum" and is_text else node.value
        if key == "pattern":
            return self._pattern(node)
        if key in _MAPS:
            return {name: self.schema(member) for name, member in node.items()}
        if isinstance(node.value, list):
            return [self.schema(element) for element in node.elements()]
        return self.schema(node)

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

    def _definition(self, target: Node) -> str:
        if target.at not in self._names:
            name = self._scope.claim(
                pascal(str(target.at.pointer[-1] if target.at.pointer else "Document")) or "Schema"
            )
            self._names[target.at] = name
            self.definitions[name] = {}
            self.definitions[name] = self.schema(target)
        return self._names[target.at]

    def _demand_only_what_is_sent(self, node: Node, view: dict[str, Any]) -> None:
        required = view.get("required")
        if not isinstance(required, list):
            return
        received = {
            name
            for name, member in node.items("properties")
            if member.follow().flag("readOnly") or member.flag("readOnly")
        }
        kept = [name for name in required if isinstance(name, str) and name not in received]
        if kept:
            view["required"] = kept
        else:
            del view["required"]

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
            {"required": [wire], "properties": {wire: {"enum": sorted(branches)}}},
            *(
                {
                    "if": {"properties": {wire: {"const": value}}},
                    "then": {"$ref": f"#/$defs/{name}"},
                }
                for value, name in branches.items()
            ),
        ]

    def _branches(self, node: Node, wire_name: str) -> dict[str, str]:
        """The definition that each value of the discriminator chooses; none if a variant has no name."""
        parts = [part for key in ("oneOf", "anyOf") for part in node.elements(key)]
        if any(part.reference() is None for part in parts):
            return {}
        chosen = discriminated(node, parts, wire_name)
        return {value: self._definition(target) for value, target in chosen.items()}
