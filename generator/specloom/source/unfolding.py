"""Path items that stand in other files, laid into the root document, where overlays reach them."""

from __future__ import annotations

import copy
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from specloom.diagnostics import Location
from specloom.source.keywords import keyword_objects
from specloom.source.origins import Origin
from specloom.source.references import MOST_IN_A_ROW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specloom.source.references import Documents

__all__ = ["items_elsewhere"]

# What tells a reference from the name of a schema.
_FILES, _SUFFIXES = frozenset("#/"), (".yaml", ".yml", ".json")
_REFERENCES = ("$ref", "$dynamicRef", "operationRef")


def items_elsewhere(documents: Documents) -> Iterator[tuple[str, dict[str, Any], Origin]]:
    """Path items that the root only refers to, by their paths: each as it would stand in the root, and its origin.

    What they refer to stays where it is: their references are written anew, to lead there from the root.
    """
    paths = documents.root.value.get("paths")
    for path, item in list(paths.items()) if isinstance(paths, dict) else ():
        at = _home(documents, Location(documents.root.file, ("paths", path)), item)
        if at.file != documents.root.file:
            here = copy.deepcopy(documents.value(at))
            _lead_from(here, documents.documents[at.file].path, documents.root.path)
            yield path, here, Origin(at)


def _home(documents: Documents, at: Location, item: Any) -> Location:
    """Where the path item at a place really stands; the place itself where that cannot be found."""
    start = at
    for _ in range(MOST_IN_A_ROW):
        ref = item.get("$ref") if isinstance(item, dict) else None
        if not isinstance(ref, str):
            return at if isinstance(item, dict) else start
        target = documents.resolve(at, ref)
        if target is None:
            return start
        at, item = target, documents.value(target)
    return start


def _lead_from(item: dict[str, Any], old: Path, new: Path) -> None:
    """Write the references of a path item, which lead on from one file, so that they lead there from another."""
    met: set[int] = set()  # an alias of YAML stands in several places, and is written once
    for _, found in keyword_objects(item):
        if id(found) in met:
            continue
        met.add(id(found))
        for key in _REFERENCES:
            if isinstance(found.get(key), str):
                found[key] = _led(found[key], old, new)
        mapping = found.get("mapping")
        if "propertyName" in found and isinstance(mapping, dict):
            for name, told in mapping.items():
                if isinstance(told, str) and (_FILES & {*told} or told.endswith(_SUFFIXES)):
                    mapping[name] = _led(told, old, new)


def _led(ref: str, old: Path, new: Path) -> str:
    address, mark, fragment = ref.partition("#")
    if urlsplit(address).scheme:
        return ref
    target = old.parent / unquote(address) if address else old
    relative = os.path.relpath(target, new.parent.resolve())
    return f"{quote(relative.replace(os.sep, '/'))}{mark}{fragment}"
