"""The layout of woven Python, which is black's: black itself has to do what `lay_out` is not sure of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.output import File
from specloom.python.docstrings import WIDTH
from specloom.python.layout import lay_out

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["format_files", "format_text"]


def format_files(files: Iterable[File]) -> list[File]:
    """The files with every Python module laid out as black does; the others as they are."""
    return [_formatted(file) if file.path.endswith(".py") else file for file in files]


def _formatted(file: File) -> File:
    text = file.content.decode()
    laid_out = lay_out(text)
    return File(
        path=file.path, content=(format_text(text) if laid_out is None else laid_out).encode()
    )


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
