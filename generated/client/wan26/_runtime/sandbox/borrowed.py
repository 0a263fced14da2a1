"""What the sandbox takes from the client's runtime: it reads, checks and names things alike."""

from __future__ import annotations

from .. import operations
from ..answers import Parsed
from ..assumed import flatten
from ..assumptions import read_value
from ..binding import point
from ..checks import RequestChecks
from ..errors import ConfigurationError
from ..jsonpath import Location, Path, TextPath, parse
from ..jsonpath_syntax import (
    And,
    Comparison,
    Expression,
    FilterSelector,
    IndexSelector,
    Literal,
    NameSelector,
    Not,
    Or,
    Query,
    Segment,
    Selector,
    SliceSelector,
    WildcardSelector,
)
from ..jsonpath_syntax import Call as FunctionCall
from ..polling import judge, worded
from ..settings import read_config
from ..sources import is_source, sources_within
from ..suggestions import suggest

__all__ = [
    "And",
    "Comparison",
    "ConfigurationError",
    "Expression",
    "FilterSelector",
    "FunctionCall",
    "IndexSelector",
    "Literal",
    "Location",
    "NameSelector",
    "Not",
    "Or",
    "Parsed",
    "Path",
    "Query",
    "RequestChecks",
    "Segment",
    "Selector",
    "SliceSelector",
    "TextPath",
    "WildcardSelector",
    "flatten",
    "is_source",
    "judge",
    "operations",
    "parse",
    "point",
    "read_config",
    "read_value",
    "sources_within",
    "suggest",
    "worded",
]
