"""What the sandbox takes from the client's runtime: it has the same paths, keys and checks."""

from __future__ import annotations

from ..assumed import flatten, read_value, suggest
from ..checks import RequestChecks
from ..errors import ConfigurationError
from ..jsonpath import parse
from ..jsonpath_syntax import IndexSelector, NameSelector, Selector, WildcardSelector
from ..settings import read_config

__all__ = [
    "ConfigurationError",
    "IndexSelector",
    "NameSelector",
    "RequestChecks",
    "Selector",
    "WildcardSelector",
    "flatten",
    "parse",
    "read_config",
    "read_value",
    "suggest",
]
