"""Where values are read from: `$id`, paths, OpenAPI's runtime expressions; else a constant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .deferred import Deferred

if TYPE_CHECKING:
    from collections.abc import Iterator

    from . import jsonpath
else:
    jsonpath = Deferred("jsonpath")

__all__ = ["is_path", "is_source", "may_be_many", "sources_within"]

_SOURCE = re.compile(r"\$(\Z|id\Z|[.\[]|request\.|response\.header\.)")


def is_source(value: Any) -> bool:
    """Whether a value is read from somewhere; all else is a constant, `$5` too."""
    return isinstance(value, str) and _SOURCE.match(value) is not None


def is_path(source: str) -> bool:
    """Whether a source is a JSONPath."""
    return source == "$" or source[1] in ".["


def may_be_many(source: Any) -> bool:
    """Whether a source is a path that may select several nodes."""
    return is_source(source) and is_path(source) and not jsonpath.parse(source).singular


def sources_within(value: Any) -> Iterator[str]:
    """The sources in a body, however deep."""
    if isinstance(value, Mapping):
        for member in value.values():
            yield from sources_within(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from sources_within(member)
    elif is_source(value):
        yield value
