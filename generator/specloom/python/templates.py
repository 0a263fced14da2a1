"""The Jinja environments: strict, and closed to raw text.

A template loops, chooses a shape and prints. What it prints is of one kind of text that somebody made safe, such as
`Code` (see `specloom.python.spelling`); a plain string raises, because it may be a document's.
"""

from __future__ import annotations

from typing import Any

import jinja2

from specloom.python.spelling import Code, docstring, identifier, literal


class RawTextError(TypeError):
    """A template tried to print text that nobody made safe."""


def strict_environment(package: str, kind: type[str], remedy: str) -> jinja2.Environment:
    """The environment for the templates of `package` (its `templates/` folder), which print text of one kind.

    Text of another kind raises RawTextError, which ends with the `remedy`: how the text ought to be made safe.
    """

    def only(value: Any) -> Any:
        if isinstance(value, kind) or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise RawTextError(f"{value!r} is printed {remedy}")

    return jinja2.Environment(
        loader=jinja2.PackageLoader(package, "templates"),
        undefined=jinja2.StrictUndefined,
        finalize=only,
        autoescape=False,  # noqa: S701 - the output is Python and Markdown; `finalize` refuses raw text
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def environment(package: str) -> jinja2.Environment:
    """The environment for templates of Python: they print `Code` and have the filters that make it."""
    made = strict_environment(package, Code, "without `literal`, `docstring` or `identifier`")
    made.filters.update(literal=literal, docstring=docstring, identifier=identifier)
    return made
