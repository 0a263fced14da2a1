"""The layout of woven Python, which is black's: black itself has to do what `lay_out` is not sure of."""

from __future__ import annotations

from specloom.python.docstrings import WIDTH
from specloom.python.layout import lay_out

__all__ = ["format_text", "laid_out"]


def laid_out(text: str) -> str:
    """The text of a module as black writes it, mostly without black."""
    known = lay_out(text)
    return format_text(text) if known is None else known


def format_text(text: str) -> str:
    """The text of a module as black writes it."""
    # Loading black takes longer than laying out most clients, and few need it.
    import black
    from black.mode import Mode, TargetVersion
    from black.report import NothingChanged

    mode = Mode(line_length=WIDTH, target_versions={TargetVersion.PY311})
    try:
        return black.format_file_contents(text, fast=True, mode=mode)
    except NothingChanged:
        return text
