"""What the sandbox takes from the client's runtime: it has the same paths, keys and checks."""

from __future__ import annotations

from ..assumed import flatten, suggest
from ..checks import RequestChecks
from ..jsonpath import parse
from ..jsonpath_syntax import IndexSelector, NameSelector, Selector, WildcardSelector

__all__ = [
    "IndexSelector",
    "NameSelector",
    "RequestChecks",
    "Selector",
    "WildcardSelector",
    "flatten",
    "parse",
    "suggest",
]
