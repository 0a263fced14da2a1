"""Every object of the documents once, with its kind and its place; files that are referred to are walked too."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from specloom.diagnostics import Location
from specloom.openapi.grammar import GRAMMAR, Kind, children

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.source.references import Documents

__all__ = ["Part", "walk"]


class Part(NamedTuple):
    """An object where the grammar speaks of one, or what stands where it speaks of a string and is none."""

    kind: Kind
    at: Location
    value: Any


def walk(documents: Documents) -> Iterator[Part]:
    """Every part of the root document in document order, then what it refers to outside the grammar's places.

    A value that several YAML aliases name is given once.
    """
    seen: set[tuple[int, Kind]] = set()
    asked: set[tuple[str, str, Kind]] = set()
    waiting = [Part("document", Location(documents.root.file), documents.root.value)]
    referred: deque[tuple[Location, str, Kind]] = deque()
    while waiting or referred:
        if not waiting:
            at, name, kind = referred.popleft()
            target = documents.resolve(at, name)
            if target is not None:
                waiting.append(Part(kind, target, documents.value(target)))
            continue
        part = waiting.pop()
        if isinstance(part.value, dict | list):
            if (id(part.value), part.kind) in seen:
                continue
            seen.add((id(part.value), part.kind))
        yield part
        ref = part.value.get("$ref") if isinstance(part.value, dict) else None
        if isinstance(ref, str) and not _is_walked(ref, part.at.file == documents.root.file):
            if (part.at.file, ref, part.kind) not in asked:
                referred.append((part.at, ref, part.kind))
            asked.add((part.at.file, ref, part.kind))
        inner = children(part.kind, part.value)
        waiting.extend([Part(k, part.at.child(*s), v) for s, k, v in reversed(inner)])


def _is_walked(ref: str, is_root: bool) -> bool:
    """Whether a reference leads to a place that the walk of the root document comes to anyway."""
    steps = ref.split("/")
    return (
        is_root
        and steps[:2] == ["#", "components"]
        and "".join(steps[2:3]) in GRAMMAR["components"]
    )
