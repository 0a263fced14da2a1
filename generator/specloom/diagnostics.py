"""What is wrong with a document, and where: collected by every stage, printed once."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Diagnostic", "Location", "Places", "Report", "Span", "render"]

Severity = Literal["error", "warning", "hint"]

# A message that quotes a document must not fill the screen.
_LONGEST_MESSAGE = 1000
# Columns of a source line that are shown; a minified document is one line of a megabyte.
_LONGEST_LINE = 110
_TAB_COLUMNS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of one line; line and column count from 1, its length is at least 1 character."""

    line: int
    column: int
    length: int


class Location(NamedTuple):
    """A place in a file. Plain data: line and column are looked up only when it is printed.

    A tuple, since a large document has a hundred thousand places that are made and looked up.

    Attributes:
        file: The name that the user sees.
        pointer: The steps of a JSON Pointer.
        key: Whether the member's key is meant instead of its value.
        mark: Line and column, both from 1, where there is no tree to follow a pointer in.
    """

    file: str
    pointer: tuple[str | int, ...] = ()
    key: bool = False
    mark: tuple[int, int] | None = None

    def child(self, *steps: str | int) -> Location:
        """Return the place of a member or an item, as many steps below this place as are given."""
        return Location(self.file, self.pointer + steps)

    def at_key(self) -> Location:
        """Return the place of the key that leads here."""
        return self._replace(key=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding.

    Attributes:
        code: Stable, and the name of its paragraph in the docs.
        related: Other places that belong to the finding, each after the words that introduce it.
        hint: What to do about it.
    """

    severity: Severity
    code: str
    message: str
    at: Location
    related: tuple[tuple[str, Location], ...] = ()
    hint: str = ""


class Report:
    """The findings of one run, in the order in which they were made; each is kept once."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}

    def add(self, diagnostic: Diagnostic) -> None:
        """Add a finding that was made elsewhere."""
        self._found.setdefault(diagnostic)

    def error(
        self,
        code: str,
        message: str,
        at: Location,
        *,
        related: Iterable[tuple[str, Location]] = (),
        hint: str = "",
    ) -> None:
        """Add a finding that stops the run."""
        self.add(
            Diagnostic(
                severity="error",
                code=code,
                message=message,
                at=at,
                related=tuple(related),
                hint=hint,
            )
        )

    def warning(
        self,
        code: str,
        message: str,
        at: Location,
        *,
        related: Iterable[tuple[str, Location]] = (),
        hint: str = "",
    ) -> None:
        """Add a finding that the run survives."""
        self.add(
            Diagnostic(
                severity="warning",
                code=code,
                message=message,
                at=at,
                related=tuple(related),
                hint=hint,
            )
        )

    def hint(self, code: str, message: str, at: Location, *, hint: str = "") -> None:
        """Add a remark on what the document could say; it is no fault, not even under `--strict`."""
        self.add(Diagnostic(severity="hint", code=code, message=message, at=at, hint=hint))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All findings, in the order in which they were made."""
        return tuple(self._found)

    @property
    def faults(self) -> tuple[Diagnostic, ...]:
        """The errors and warnings."""
        return tuple(one for one in self._found if one.severity != "hint")

    @property
    def hints(self) -> tuple[Diagnostic, ...]:
        """The remarks that are no faults."""
        return tuple(one for one in self._found if one.severity == "hint")

    @property
    def failed(self) -> bool:
        """Whether there is an error among them."""
        return any(diagnostic.severity == "error" for diagnostic in self._found)

    def strict(self) -> Report:
        """Return a report of the same findings in which warnings are errors; hints stay what they are."""
        report = Report()
        for diagnostic in self._found:
            is_fault = diagnostic.severity != "hint"
            report.add(replace(diagnostic, severity="error") if is_fault else diagnostic)
        return report


class Places(Protocol):
    """What knows where the places of its files are; `Documents` does."""

    def span(self, at: Location) -> Span | None:
        """Return where a place is, or None if it is in a file that was never read.

        Raises:
            KeyError: The file was read and has no such place.
        """

    def home(self, at: Location) -> Location:
        """Return where that which stands at a place was written: in an overlay, it may be."""
        ...

    def line(self, file: str, number: int) -> str:
        """Return the text of a line, which is counted from 1."""
        ...


def render(diagnostics: Iterable[Diagnostic], documents: Places) -> str:
    """Return findings as text, by file and line, each with its line of the file underlined."""
    found = {diagnostic: documents.span(diagnostic.at) for diagnostic in diagnostics}

    def order(diagnostic: Diagnostic) -> tuple[str, int, int]:
        span, file = found[diagnostic], documents.home(diagnostic.at).file
        return (file, span.line, span.column) if span else (file, 0, 0)

    blocks = [_block(diagnostic, documents) for diagnostic in sorted(found, key=order)]
    return "".join(dict.fromkeys(blocks))  # an alias in YAML shows one fault at one place once


def _block(diagnostic: Diagnostic, documents: Places) -> str:
    message = _cut(_escaped(diagnostic.message))
    head = (
        f"{_place(diagnostic.at, documents)}: {diagnostic.severity}[{diagnostic.code}]: {message}"
    )
    lines = [head, *_excerpt(diagnostic.at, documents)]
    for words, at in diagnostic.related:
        lines.append(f"  {_place(at, documents)}: {_cut(_escaped(words))}")
    if diagnostic.hint:
        lines.append(f"  hint: {_cut(_escaped(diagnostic.hint))}")
    return "\n".join(lines) + "\n"


def _place(at: Location, documents: Places) -> str:
    span, file = documents.span(at), _escaped(documents.home(at).file)
    return f"{file}:{span.line}:{span.column}" if span else file


def _excerpt(at: Location, documents: Places) -> list[str]:
    span = documents.span(at)
    if span is None:
        return []
    text = documents.line(documents.home(at).file, span.line)
    start, end = span.column - 1, span.column - 1 + span.length
    first = max(0, start - _LONGEST_LINE // 2) if len(text) > _LONGEST_LINE else 0
    last = first + _LONGEST_LINE
    before = ("…" if first else "") + _escaped(text[first:start])
    marked = _escaped(text[start : min(end, last)])
    after = _escaped(text[min(end, last) : last]) + ("…" if last < len(text) else "")
    gutter = str(span.line)
    carets = " " * _columns(before) + "^" * max(1, _columns(marked))
    return [f"  {gutter} | {before}{marked}{after}".rstrip(), f"  {' ' * len(gutter)} | {carets}"]


def _escaped(text: str) -> str:
    """Return text that cannot move the cursor, reverse the direction of writing or hide itself."""
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(char: str) -> str:
    if char.isprintable() or unicodedata.category(char) == "Zs":
        return char
    if char == "\t":
        return " " * _TAB_COLUMNS
    return char.encode("unicode_escape").decode()


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(_char_columns(char) for char in text)


def _char_columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_MESSAGE else text[: _LONGEST_MESSAGE - 1] + "…"
