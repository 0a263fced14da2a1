"""The one Jinja environment: strict, and closed to raw text.

A template loops, chooses a shape and prints. What it prints is `Code` (see `specloom.python.spelling`); a plain string
raises, because it may be a document's.
"""

from __future__ import annotations

from typing import Any

import jinja2

from specloom.python.spelling import Code, docstring, identifier, literal


class RawTextError(TypeError):
    """A template tried to print text that nobody made safe."""


def _only_code(value: Any) -> Any:
    if isinstance(value, Code) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise RawTextError(f"{value!r} is printed without `literal`, `docstring` or `identifier`")


def environment(package: str) -> jinja2.Environment:
    """The environment for the templates of the target in `package` (its `templates/` folder)."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader(package, "templates"),
        undefined=jinja2.StrictUndefined,
        finalize=_only_code,
        autoescape=False,  # noqa: S701 - the output is Python and Markdown; `finalize` refuses raw text
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(literal=literal, docstring=docstring, identifier=identifier)
    return made
