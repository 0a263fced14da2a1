"""Parents that name their children by a discriminator: what stands for a parent is one of its children.

A child says `allOf: [{$ref: <parent>}, ...]`, or stands in the discriminator's mapping; children may have children. A
value that no child is named by is the parent itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from specloom.model.choices import constants_of, mapped
from specloom.model.shapes import shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from specloom.diagnostics import Location
    from specloom.openapi.tree import Node


@dataclass(frozen=True, slots=True)
class Family:
    """A parent with its children: all of them, in the document's order, and which values of a property name them."""

    wire_name: str
    members: tuple[Node, ...]
    values: tuple[tuple[str, Node], ...]


@dataclass(slots=True)
class Families:
    """The parents and children among the components of a document."""

    _names: dict[Location, str] = field(default_factory=dict)
    _children: dict[Location, list[Node]] = field(default_factory=dict)
    _parents: dict[Location, list[Node]] = field(default_factory=dict)
    _found: dict[Location, Family | None] = field(default_factory=dict)

    def learn(self, components: Iterable[Node]) -> None:
        """Take the components; aliases stand for what they name."""
        for holder in components:
            node = holder.follow()
            self._names.setdefault(node.at, str(holder.at.pointer[-1]))
            parents = [part.follow() for part in node.elements("allOf") if part.names_reference]
            if node.at in self._parents or not parents:
                continue
            self._parents[node.at] = parents
            for parent in parents:
                self._children.setdefault(parent.at, []).append(node)

    def of(self, node: Node) -> Family | None:
        """The family of which `node` is the parent; None where it has no children that a discriminator names."""
        if node.at not in self._children and node.get("discriminator") is None:
            return None
        if node.at not in self._found:
            self._found[node.at] = None  # asked for again while it is looked for: a circle
            self._found[node.at] = self._look(node)
        return self._found[node.at]

    def descend(self, node: Node, parent: Node) -> bool:
        """Whether `node` says `allOf` the parent, itself or through others."""
        return any(one.at == parent.at for one in self._ancestors(node))

    def lists_heirs(self, parent: Node, child: Node) -> bool:
        """Whether a parent leads to its children, by a discriminator or among its choices, and `child` is one."""
        if not self.descend(child, parent):
            return False
        if self.of(parent) is not None:
            return True
        choices = [part.follow() for key in ("oneOf", "anyOf") for part in parent.elements(key)]
        return any(one.at == child.at or self.descend(child, one) for one in choices)

    def value_of(self, node: Node) -> tuple[str, str] | None:
        """The property that names a child and its only value there; None for a parent, and where it has several."""
        if node.at not in self._parents or self.of(node) is not None:
            return None
        told: set[tuple[str, str]] = set()
        for parent in self._ancestors(node):
            family = self.of(parent)
            if family is not None:
                values = [value for value, one in family.values if one.at == node.at]
                told |= {(family.wire_name, value) for value in values}
        return told.pop() if len(told) == 1 else None

    def _look(self, node: Node) -> Family | None:
        holder = self._holder(node, set())
        if holder is None or shape_of(node).choices:
            return None  # nothing tells its children apart, or it lists its variants itself
        wire_name = holder.text("propertyName")
        targets = {
            value: target
            for value, ref in holder.items("mapping")
            if (target := mapped(ref)) is not None
        }
        own = holder.at == node.at.child("discriminator")
        members = {one.at: one for one in self._descendants(node)}
        members |= {one.at: one for one in targets.values() if own and one.at not in members}
        members.pop(node.at, None)
        if not members:
            return None
        shared = {one.at for one in shape_of(node).properties.get(wire_name, [])}
        values = {value: one for value, one in targets.items() if one.at in members}
        named = {one.at for one in values.values()}
        for one in members.values():
            if one.at not in named:
                told = constants_of(one, wire_name, shared) or [self._name(one)]
                for value in told:
                    values.setdefault(value, one)
        return Family(wire_name, tuple(members.values()), tuple(values.items()))

    def _name(self, node: Node) -> str:
        """The name of a child: its component's, else that of its place or file."""
        steps = node.at.pointer
        return self._names.get(node.at) or str(
            steps[-1] if steps else PurePosixPath(node.at.file).stem
        )

    def _holder(self, node: Node, seen: set[Location]) -> Node | None:
        """The discriminator of a schema, or of the nearest one that it inherits from."""
        if node.at in seen:
            return None
        seen.add(node.at)
        found = node.get("discriminator")
        if found is not None and found.text("propertyName"):
            return found
        for part in node.elements("allOf"):
            inherited = self._holder(part.follow(), seen)
            if inherited is not None:
                return inherited
        return None

    def _descendants(self, node: Node) -> list[Node]:
        return _reached(node, self._children)

    def _ancestors(self, node: Node) -> list[Node]:
        return _reached(node, self._parents)


def _reached(start: Node, onward: dict[Location, list[Node]]) -> list[Node]:
    """What is reached from a schema, nearest first, without itself."""
    found: dict[Location, Node] = {}
    waiting = list(onward.get(start.at, ()))
    while waiting:
        one = waiting.pop(0)
        if one.at not in found and one.at != start.at:
            found[one.at] = one
            waiting.extend(onward.get(one.at, ()))
    return list(found.values())
