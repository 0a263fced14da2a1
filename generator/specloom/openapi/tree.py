"""The validated documents as nodes that know where they stand.

A `Node` is a value with its `Location`; following a `$ref` gives the node that it names, in whatever file that is. All
documents are read through `upgrade`, so the model sees one spelling of OpenAPI.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from specloom.diagnostics import Location
from specloom.openapi.rules import text_of
from specloom.openapi.upgrade import upgrade
from specloom.source.references import MOST_IN_A_ROW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.source.references import Documents


@dataclass(slots=True)
class Tree:
    """All documents that the root refers to, in OpenAPI 3.2's spelling."""

    documents: Documents
    _values: dict[str, Any] = field(default_factory=dict)

    @property
    def root(self) -> Node:
        """The root document's node."""
        at = Location(self.documents.root.file)
        return Node(self, at, self.value(at))

    def value(self, at: Location) -> Any:
        """The upgraded value at a place. Raises KeyError if nothing stands there."""
        if at.file not in self._values:
            self._values[at.file] = upgrade(self.documents.value(Location(at.file)))
        value = self._values[at.file]
        for step in at.pointer:
            try:
                value = value[step]
            except (IndexError, TypeError) as error:
                raise KeyError(at) from error
        return value


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a document and its place."""

    tree: Tree
    at: Location
    value: Any

    def get(self, key: str) -> Node | None:
        """The member `key`, or None if this is not a mapping or has none."""
        if isinstance(self.value, dict) and key in self.value:
            return Node(self.tree, self.at.child(key), self.value[key])
        return None

    def items(self, key: str = "") -> Iterator[tuple[str, Node]]:
        """The members of this mapping (or of its member `key`), in document order; none if it is not a mapping."""
        node = self.get(key) if key else self
        if node is not None and isinstance(node.value, dict):
            for name, value in node.value.items():
                yield name, Node(self.tree, node.at.child(name), value)

    def elements(self, key: str = "") -> Iterator[Node]:
        """The elements of this list (or of the list under `key`); none if it is not a list."""
        node = self.get(key) if key else self
        if node is not None and isinstance(node.value, list):
            for index, value in enumerate(node.value):
                yield Node(self.tree, node.at.child(index), value)

    def text(self, key: str, default: str = "") -> str:
        """The string under `key`; a number or boolean there as it was written; `default` for anything else."""
        node = self.get(key)
        if node is None:
            return default
        if isinstance(node.value, str):
            return node.value
        written = (
            text_of(self.tree.documents, node.at)
            if isinstance(node.value, int | float | bool)
            else None
        )
        return written if written is not None else default

    def flag(self, key: str) -> bool:
        """Whether `key` is true."""
        node = self.get(key)
        return node is not None and node.value is True

    @property
    def names_reference(self) -> bool:
        """Whether a `$ref` or `$dynamicRef` stands here, whether or not it leads somewhere."""
        return isinstance(self.value, dict) and isinstance(
            self.value.get("$ref", self.value.get("$dynamicRef")), str
        )

    def follow(self) -> Node:
        """The node that this one's `$ref` names, through further ones; itself where there is none or it dangles."""
        node, seen = self, {self.at}
        while (target := node.reference()) is not None and target.at not in seen:
            seen.add(target.at)
            if len(seen) > MOST_IN_A_ROW:
                return self
            node = target
        return node

    def reference(self) -> Node | None:
        """The node that this one's `$ref` names, one step; None where there is none or it dangles."""
        if not self.names_reference:
            return None
        # A dynamic reference is read as the plain one that it is where nobody extends the schema.
        ref = self.value.get("$ref", self.value.get("$dynamicRef"))
        at = self.tree.documents.resolve(self.at, ref)
        if at is None:
            return None
        try:
            return Node(self.tree, at, self.tree.value(at))
        except KeyError:
            return None
