"""Where the values of a JSON text stand in it, found when somebody asks, and no further than is asked."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from specloom.source.nodes import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["JsonNode", "root_node"]

_GAP = re.compile(r"[\s,:]*")
_KINDS = {"{": "mapping", "[": "sequence"}
# The decoder says where a value ends, faster than anything in Python; what it makes of objects is of no use.
_DECODER = json.JSONDecoder(object_pairs_hook=len, strict=False)


class JsonNode:
    """A value of a JSON text; what it holds is looked for when `value` is first asked for."""

    def __init__(self, text: str, start: int) -> None:
        self._text, self._start = text, start
        self._end = _DECODER.raw_decode(text, start)[1]

    @property
    def id(self) -> str:
        """What it is: `mapping`, `sequence` or `scalar`."""
        return _KINDS.get(self._text[self._start], "scalar")

    @cached_property
    def value(self) -> Any:
        """Pairs of nodes, nodes, or the text of a scalar."""
        if self.id == "scalar":
            written = self._text[self._start : self._end]
            return json.loads(written, strict=False) if written[0] == '"' else written
        nodes = list(self._inner())
        return nodes if self.id == "sequence" else list(zip(nodes[::2], nodes[1::2], strict=True))

    @property
    def start_mark(self) -> Place:
        """Where it begins."""
        return Place(self._start)

    @property
    def end_mark(self) -> Place:
        """Where it has ended."""
        return Place(self._end)

    def _inner(self) -> Iterator[JsonNode]:
        """The nodes in this one, keys among them."""
        index = _after_gap(self._text, self._start + 1)
        while index < self._end - 1:
            node = JsonNode(self._text, index)
            yield node
            index = _after_gap(self._text, node._end)


def root_node(text: str) -> JsonNode:
    """Return the node of a whole text, which is JSON."""
    return JsonNode(text, _after_gap(text, 0))


def _after_gap(text: str, index: int) -> int:
    found = _GAP.match(text, index)
    return found.end() if found is not None else index
