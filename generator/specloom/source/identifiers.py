"""What a file names by `$id`, `$self` and `$anchor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from specloom.source.keywords import keyword_objects

if TYPE_CHECKING:
    from collections.abc import Iterable

    from specloom.source.document import Document
    from specloom.source.keywords import Pointer

__all__ = ["Identifiers", "join", "read_identifiers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    """What a file names by `$id`, `$self` and `$anchor`.

    Attributes:
        resources: The absolute identifier to the place of its schema.
        anchors: The name to its place.
    """

    resources: dict[str, Pointer]
    anchors: dict[str, Pointer]


def read_identifiers(document: Document, texts: Iterable[str]) -> Identifiers:
    """Return what a document names; `texts` are all that it was written in."""
    resources: dict[str, Pointer] = {}
    anchors: dict[str, Pointer] = {}
    # Few documents have any, and the walk is long.
    words = ("$id", "$self", "$anchor", "$dynamicAnchor")
    if not any(word in text for text in texts for word in words):
        return Identifiers(resources=resources, anchors=anchors)
    bases: dict[Pointer, str] = {}
    for pointer, found in keyword_objects(document.value):
        for keyword in ("$anchor", "$dynamicAnchor"):
            if isinstance(found.get(keyword), str):
                anchors.setdefault(found[keyword], pointer)
        name = found.get("$id", found.get("$self"))
        if isinstance(name, str) and not name.startswith("#"):
            outer = (pointer[:length] for length in range(len(pointer), -1, -1))
            base = next((bases[place] for place in outer if place in bases), "")
            bases[pointer] = join(base, name).removesuffix("#")
            resources.setdefault(bases[pointer], pointer)
    return Identifiers(resources=resources, anchors=anchors)


def join(base: str, address: str) -> str:
    """Return an address made absolute, or as it is where it is none."""
    try:
        return urljoin(base, address)
    except ValueError:
        return address
