"""The validated documents as nodes that know where they stand.

A `Node` is a value with its `Location`; following a `$ref` gives the node that it names, in whatever file that is. All
documents are read through `upgrade`, so the model sees one spelling of OpenAPI.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from specloom.diagnostics import Location
from specloom.openapi.rules import text_of
from specloom.openapi.upgrade import upgrade
from specloom.source.references import MOST_IN_A_ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from specloom.source.references import Documents

_Answer = TypeVar("_Answer")


@dataclass(slots=True)
class Tree:
    """All documents that the root refers to, in OpenAPI 3.2's spelling."""

    documents: Documents
    _roots: dict[str, Node] = field(default_factory=dict)
    _keys: dict[str, set[str]] = field(default_factory=dict)

    @property
    def root(self) -> Node:
        """The root document's node."""
        return self._root(self.documents.root.file)

    def node(self, at: Location) -> Node:
        """The node at a place. Raises KeyError if nothing stands there."""
        node = self._root(at.file)
        for step in at.pointer:
            node = node.inner(step)
        return node

    def says(self, key: str) -> bool:
        """Whether any mapping of the documents has a key: what nobody says need not be looked for."""
        for file, document in self.documents.documents.items():
            if file not in self._keys:
                self._keys[file] = _keys_in(document.value)
        return any(key in keys for keys in self._keys.values())

    def _root(self, file: str) -> Node:
        if file not in self._roots:
            at = Location(file)
            self._roots[file] = Node(self, at, upgrade(self.documents.value(at)))
        return self._roots[file]


class Node:
    """A value of a document and its place.

    The nodes of mappings and lists are made once and kept by the node around them, since the model comes to the same
    ones again and again; those of other values, which are most, are made when they are asked for.
    """

    __slots__ = ("_answers", "_inner", "_ref", "_target", "at", "tree", "value")

    def __init__(self, tree: Tree, at: Location, value: Any) -> None:
        self.tree = tree
        self.at = at
        self.value = value
        self._inner: dict[str | int, Node] | None = None
        self._ref: str | None = None
        self._target: Node | None = None
        self._answers: dict[Callable[[Node], Any], Any] | None = None

    def get(self, key: str) -> Node | None:
        """The member `key`, or None if this is not a mapping or has none."""
        value = self.value
        if isinstance(value, dict) and key in value:
            return self._node(key, value[key])
        return None

    def inner(self, step: str | int) -> Node:
        """The member or element `step`. Raises KeyError if there is none."""
        try:
            return self._node(step, self.value[step])
        except (IndexError, TypeError) as error:
            raise KeyError(self.at.child(step)) from error

    def items(self, key: str = "") -> Iterator[tuple[str, Node]]:
        """The members of this mapping (or of its member `key`), in document order; none if it is not a mapping."""
        node = self.get(key) if key else self
        if node is not None and isinstance(node.value, dict):
            for name, value in node.value.items():
                yield name, node._node(name, value)

    def elements(self, key: str = "") -> Iterator[Node]:
        """The elements of this list (or of the list under `key`); none if it is not a list."""
        node = self.get(key) if key else self
        if node is not None and isinstance(node.value, list):
            for index, value in enumerate(node.value):
                yield node._node(index, value)

    def text(self, key: str, default: str = "") -> str:
        """The string under `key`; a number or boolean there as it was written; `default` for anything else."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        if isinstance(value, str):
            return value
        if not isinstance(value, int | float):
            return default
        written = text_of(self.tree.documents, self.at.child(key))
        return written if written is not None else default

    def flag(self, key: str) -> bool:
        """Whether `key` is true."""
        return isinstance(self.value, dict) and self.value.get(key) is True

    @property
    def names_reference(self) -> bool:
        """Whether a `$ref` or `$dynamicRef` stands here, whether or not it leads somewhere."""
        return self._reference() is not None

    def follow(self) -> Node:
        """The node that this one's `$ref` names, through further ones; itself where there is none or it dangles."""
        target = self.reference()
        if target is None:
            return self
        node, seen = self, {self.at}
        while target is not None and target.at not in seen:
            seen.add(target.at)
            if len(seen) > MOST_IN_A_ROW:
                return self
            node, target = target, target.reference()
        return node

    def reference(self) -> Node | None:
        """The node that this one's `$ref` names, one step; None where there is none or it dangles."""
        ref = self._reference()
        # What stands here may have changed since (`unfold_data`).
        if ref is not self._ref:
            self._ref = ref
            self._target = None if ref is None else self._resolved(ref)
        return self._target

    def once(self, ask: Callable[[Node], _Answer]) -> _Answer:
        """What a function says of this node; it is asked once, so that it must say the same each time."""
        if self._answers is None:
            self._answers = {}
        if ask not in self._answers:
            self._answers[ask] = ask(self)
        answer: _Answer = self._answers[ask]
        return answer

    def _reference(self) -> str | None:
        if not isinstance(self.value, dict):
            return None
        # A dynamic reference is read as the plain one that it is where nobody extends the schema.
        ref = self.value.get("$ref", self.value.get("$dynamicRef"))
        return ref if isinstance(ref, str) else None

    def _resolved(self, ref: str) -> Node | None:
        at = self.tree.documents.resolve(self.at, ref)
        try:
            return None if at is None else self.tree.node(at)
        except KeyError:
            return None

    def _node(self, step: str | int, value: Any) -> Node:
        if not isinstance(value, dict | list):
            return Node(self.tree, self.at.child(step), value)
        if self._inner is None:
            self._inner = {}
        kept = self._inner.get(step)
        if kept is None or kept.value is not value:
            kept = self._inner[step] = Node(self.tree, self.at.child(step), value)
        return kept


def _keys_in(value: Any) -> set[str]:
    found: set[str] = set()
    waiting = [value] if isinstance(value, dict | list) else []
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            found.update(here)
        inner = here.values() if isinstance(here, dict) else here
        waiting.extend([one for one in inner if isinstance(one, dict | list)])
    return found
