"""What a schema says of values that come as text: which types they may be, and what is inside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from .composites import gather, types_of

__all__ = ["Facets"]

_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,400})")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,300})(?:\.[0-9]{1,300})?(?:[eE][+-]?[0-9]{1,3})?")
_MOST: Final = 64  # variants
_BINARY: Final = ("application/octet-stream", "image/", "audio/", "video/")


class Facets:
    """A schema with all of its variants side by side."""

    def __init__(self, schema: Any, definitions: Mapping[str, Any]) -> None:
        self.schema, self._definitions = schema, definitions
        self._each: list[Mapping[str, Any]] = []
        self._met: set[str] = set()
        self._collect(schema)
        self.types = frozenset(kind for each in self._each for kind in types_of(each))

    def _collect(self, schema: Any) -> None:
        whole = gather(schema, self._definitions)
        if len(self._each) >= _MOST or (whole.met and whole.met <= self._met):
            return
        self._met |= whole.met
        self._each.append(whole.keywords)
        for choice in whole.choices:
            for branch in choice:
                self._collect(branch.schema)
        for condition in whole.conditions:
            for key in ("then", "else"):
                self._collect(condition.get(key, True))

    def items(self) -> Facets:
        """What an element may be."""
        return Facets(self._first("items"), self._definitions)

    def member(self, name: str) -> Facets:
        """What a member may be."""
        for each in self._each:
            if name in each.get("properties", {}):
                return Facets(each["properties"][name], self._definitions)
        return Facets(self._first("additionalProperties"), self._definitions)

    def names(self) -> frozenset[str]:
        """The members that are named."""
        return frozenset(name for each in self._each for name in each.get("properties", {}))

    @property
    def is_free(self) -> bool:
        """Whether members may have names of their own."""
        return isinstance(self._first("additionalProperties"), Mapping) or not self.names()

    @property
    def is_binary(self) -> bool:
        """Whether a value is bytes."""
        return any(
            each.get("format") == "binary"
            or (
                str(each.get("contentMediaType", "")).startswith(_BINARY)
                and not each.get("contentEncoding")
            )
            for each in self._each
        )

    def typed(self, text: str) -> Any:
        """The value that a text stands for; the text itself where it can be nothing else."""
        types = self.types
        if "integer" in types and _WHOLE.fullmatch(text):
            return int(text)
        if "number" in types and _NUMBER.fullmatch(text):
            return float(text) if not _WHOLE.fullmatch(text) else int(text)
        if "boolean" in types and text in ("true", "false"):
            return text == "true"
        if "null" in types and text in ("", "null") and "string" not in types:
            return None
        if types & {"object", "array"} and text[:1] in ("{", "["):
            try:
                return msgspec.json.decode(text)
            except (msgspec.DecodeError, RecursionError):
                return text
        return text

    def _first(self, key: str) -> Any:
        return next((each[key] for each in self._each if key in each), {})
