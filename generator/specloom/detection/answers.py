"""What answers hold, near their top: objects inside the usual envelopes, and their members."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.detection.words import set_of, singular, tokens_of
from specloom.openapi.schema_paths import parts_of, types_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from specloom.openapi.tree import Node

__all__ = ["View", "below", "items_of", "members_of", "prose_of", "step", "views_of"]

_ENVELOPES = set_of(
    "data result response attributes job task body payload item resource operation execution run"
    " action status state properties object value message output"
)
# `jobReference`, `taskInfo`: what a noun has beside it.
_NAMING = set_of("reference ref info detail metadata")
_DEEPEST = 3
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class View:
    """An object in an answer: the JSONPath that selects it, the member that holds it, its members.

    `declared` has every schema of each member: each variant of an object may have one of its own.
    """

    path: str
    holder: str
    declared: Mapping[str, Sequence[Node]]

    @property
    def members(self) -> Mapping[str, Node]:
        """Each member's first schema."""
        return {name: nodes[0] for name, nodes in self.declared.items()}


def step(path: str, name: str) -> str:
    """The JSONPath of a member."""
    if _PLAIN.fullmatch(name):
        return f"{path}.{name}"
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"{path}['{quoted}']"


def members_of(schema: Node) -> dict[str, Node]:
    """The properties of a schema and its parts, by name; of several with the same name, the first."""
    return {name: nodes[0] for name, nodes in _declared([schema]).items()}


def _declared(schemas: Iterable[Node]) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for schema in schemas:
        for part in parts_of(schema):
            for name, node in part.items("properties"):
                found.setdefault(name, []).append(node)
    return found


def items_of(schema: Node) -> Node | None:
    """What stands in an array; None if that is not said."""
    inner = (part.get("items") for part in parts_of(schema))
    return next((node for node in inner if node is not None and node.value), None)


def views_of(
    answers: Iterable[Node], nouns: frozenset[str] = frozenset(), *, element: str = "0"
) -> list[View]:
    """The objects of an answer, the outermost first; `nouns` name further envelopes.

    `element` says what a path takes from an answer that is a list: `0` or `*`.
    """
    found = list(_opened("$", "", list(answers), nouns, element))
    return sorted(found, key=lambda view: view.path.count(".") + view.path.count("["))


def _opened(
    path: str,
    holder: str,
    schemas: Sequence[Node],
    nouns: frozenset[str],
    element: str,
    depth: int = 0,
) -> Iterator[View]:
    lists = [schema for schema in schemas if types_of(schema) == {"array"}]
    inner = [node for schema in lists if (node := items_of(schema)) is not None]
    if depth == 0 and inner:
        yield from _opened(f"{path}[{element}]", holder, inner, nouns, element, 1)
    declared = _declared(schema for schema in schemas if schema not in lists)
    if declared:
        yield View(path, holder, declared)
    # What stands alone in an answer is the answer, whatever it is called.
    is_alone = depth == 0 and len(declared) == 1
    for name, nodes in declared.items() if depth < _DEEPEST else ():
        held = [node for node in nodes if "object" in types_of(node)]
        if held and (is_alone or _is_envelope(name, nouns)):
            yield from _opened(step(path, name), name, held, nouns, element, depth + 1)


def _is_envelope(name: str, nouns: frozenset[str]) -> bool:
    words = {singular(word) for word in tokens_of(name)} - _NAMING
    return name.lower() in _ENVELOPES or bool(words and words <= nouns)


def below(view: View, name: str) -> str:
    """The JSONPath of a member of a view."""
    return step(view.path, name)


def prose_of(schema: Node) -> str:
    """All that is written about a value in words."""
    return "\n".join(text for part in parts_of(schema) if (text := part.text("description")))
