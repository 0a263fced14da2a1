"""The schemas of requests, each read when it is first asked for: most programs send few kinds."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import unquote

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Contracts"]

# What is not looked into stays bytes: a megabyte of them costs next to nothing, its objects do not.
_Sections: TypeAlias = dict[str, dict[str, msgspec.Raw]]
_sections: Final = msgspec.json.Decoder(_Sections)


class Contracts:
    """The text of `_schemas.json`; `load` gives it, at the first question."""

    def __init__(self, load: Callable[[], bytes]) -> None:
        self._load = load
        self._read: dict[str, dict[str, Any]] = {}

    def of(self, name: str) -> dict[str, Any]:
        """The document as far as one request needs it: that request, and what it refers to."""
        if name not in self._read:
            self._read[name] = self._gathered(("requests", name))
        return self._read[name]

    @cached_property
    def _parts(self) -> _Sections:
        return _sections.decode(self._load())

    def _gathered(self, first: tuple[str, str]) -> dict[str, Any]:
        gathered: dict[str, Any] = {"requests": {}}
        waiting = [first]
        while waiting:
            section, entry = waiting.pop()
            found = self._parts.get(section, {}).get(entry)
            if found is None or entry in gathered.setdefault(section, {}):
                continue
            gathered[section][entry] = part = json.loads(bytes(found))
            waiting.extend(_references(part))
        return gathered


def _references(schema: Any) -> Iterator[tuple[str, str]]:
    """Section and entry of each reference in a schema."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend(part.values())
            for keyword in ("$ref", "$dynamicRef"):
                reference = part.get(keyword)
                if isinstance(reference, str) and reference.count("/") > 1:
                    _, section, entry = reference.split("/")[:3]
                    yield section, unquote(entry).replace("~1", "/").replace("~0", "~")
        elif isinstance(part, list):
            waiting.extend(part)
