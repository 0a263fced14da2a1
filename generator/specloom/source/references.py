"""References: what a `$ref` leads to, in this file or in another one of the same folder."""

from __future__ import annotations

import os.path
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from specloom.diagnostics import Location, Report, Span
from specloom.source.document import list_index
from specloom.source.identifiers import join, read_identifiers
from specloom.source.keywords import keyword_objects
from specloom.source.origins import Origin
from specloom.source.reader import open_document, report_root
from specloom.source.similar import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from specloom.source.document import Document, Text
    from specloom.source.identifiers import Identifiers
    from specloom.source.keywords import Pointer

__all__ = ["MOST_IN_A_ROW", "Documents", "check_references"]

# References that a pointer may pass through on its way.
_MOST_HOPS = 20
# References to references: beyond that many a value is not looked for.
MOST_IN_A_ROW = 100
_MISSING = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unresolved:
    """Why a reference leads nowhere, as a finding says it."""

    code: str = "dangling-reference"
    message: str
    hint: str = ""


class Documents:
    """The root document and the files that it refers to, each read when it is first wanted.

    Attributes:
        documents: What was read, by the name that the user sees.
        is_passing: Whether other files may be found next time although these are as they were: one was missing, say.
    """

    __slots__ = (
        "_files",
        "_folder",
        "_identifiers",
        "_known",
        "_origin",
        "_overlays",
        "_report",
        "_root",
        "_suggestions",
        "_texts",
        "documents",
        "is_passing",
    )

    def __init__(self, root: Path, report: Report) -> None:
        self.documents: dict[str, Document] = {}
        self.is_passing = False
        self._root = root
        self._report = report
        self._folder = root.parent.resolve()
        self._origin: Origin | None = None
        self._overlays: dict[str, Document] = {}
        self._texts: dict[str, Text] = {}
        self._files: dict[Path, str] = {}
        self._identifiers: dict[str, Identifiers] = {}
        self._known: dict[tuple[str, str], Location | _Unresolved] = {}
        self._suggestions: dict[tuple[str, Pointer, str], str] = {}

    @classmethod
    def load(cls, root: Path, report: Report) -> Documents:
        """Read the root document; if that fails, the report says so and there is no `root`."""
        documents = cls(root, report)
        file = root.as_posix()
        document = open_document(root, report, file, documents._texts)
        if document is None:
            return documents
        if not isinstance(document.value, dict):
            report_root(report, file)
            return documents
        documents.documents[file] = document
        documents._files[root.resolve()] = file
        return documents

    @property
    def texts(self) -> dict[str, str]:
        """The text of every file that was read, by the name that the user sees."""
        return {file: text.text for file, text in self._texts.items()}

    @property
    def root(self) -> Document:
        """The document that everything starts from.

        Raises:
            KeyError: It could not be read.
        """
        return self.documents[self._root.as_posix()]

    def value(self, at: Location) -> Any:
        """Return the value at a place.

        Raises:
            KeyError: There is none.
        """
        value = self.documents[at.file].value
        for step in at.pointer:
            value = _member(value, step)
            if value is _MISSING:
                raise KeyError(at)
        return value

    def raw(self, at: Location) -> str | None:
        """Return the scalar at a place as it is written, or None if it is not a scalar.

        Raises:
            KeyError: There is no such place.
        """
        home = self.home(at)
        return self._written(home.file).raw(home.pointer)

    def span(self, at: Location) -> Span | None:
        """Return where a place is in the text, or None if its file has not been read.

        Raises:
            KeyError: The file has no such place.
        """
        if at.mark is not None:
            return self._texts[at.file].word(at.mark)
        home = self.home(at)
        known = home.file in self.documents or home.file in self._overlays
        return self._written(home.file).position(home.pointer, home.key) if known else None

    def home(self, at: Location) -> Location:
        """Return where that which stands at a place was written: in an overlay, or where it stood before them."""
        if self._origin is None or at.mark is not None or at.file != self._root.as_posix():
            return at
        return self._origin.find(at.pointer)._replace(key=at.key)

    def read_overlay(self, path: Path) -> Document | None:
        """Return the document of an overlay, whose places are known from then on; None after an error was reported."""
        file = path.as_posix()
        document = open_document(path, self._report, file, self._texts)
        if document is not None:
            self._overlays[file] = document
        return document

    def open_root(self) -> Origin:
        """Return where the values of the root document were written, to be kept true by whoever changes them."""
        if self._origin is None:
            self._origin = Origin(Location(self._root.as_posix()))
        return self._origin

    def _written(self, file: str) -> Document:
        return self._overlays[file] if file in self._overlays else self.documents[file]

    def line(self, file: str, number: int) -> str:
        """Return a line of a file, counted from 1."""
        return self._texts[file].line(number)

    def resolve(self, at: Location, ref: str) -> Location | None:
        """Return the place that a reference leads to, one hop away, or None if it leads nowhere.

        Args:
            at: The place where the reference stands.
            ref: What `$ref` says.
        """
        found = self._target(at, ref, _MOST_HOPS)
        return found if isinstance(found, Location) else None

    def explain(self, at: Location, ref: str) -> _Unresolved | None:
        """Return why a reference leads nowhere, or None if it leads somewhere."""
        found = start = self._target(at, ref, _MOST_HOPS)
        passed: set[Location] = set()
        while isinstance(found, Location):
            if found in passed:
                hint = "let one of them say what it is" if found == start else ""
                return _Unresolved(
                    message=f"`{ref}` leads only to references, in a circle", hint=hint
                )
            passed.add(found)
            if len(passed) > MOST_IN_A_ROW:
                return _Unresolved(
                    message=f"`{ref}` leads through more than {MOST_IN_A_ROW} references in a row",
                    hint="refer to what they lead to",
                )
            value = self.value(found)
            if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
                return None
            found = self._target(found, value["$ref"], _MOST_HOPS)
        # A later reference that leads nowhere is found where it stands.
        return found if found is start else None

    def _target(self, at: Location, ref: str, hops: int) -> Location | _Unresolved:
        address, _, fragment = ref.partition("#")
        if not address:
            scope = self._resource(at)
            if not scope.pointer and hops == _MOST_HOPS:
                return self._followed(at.file, ref, fragment)
            found = self._follow(scope, ref, fragment, hops)
            if isinstance(found, Location) or not scope.pointer:
                return found
            # Many write `$id` and still count from the root of the file.
            return self._follow(Location(at.file), ref, fragment, hops)
        target = self._identified(at, address) or self._file(at.file, address)
        return (
            target if isinstance(target, _Unresolved) else self._follow(target, ref, fragment, hops)
        )

    def _followed(self, file: str, ref: str, fragment: str) -> Location | _Unresolved:
        """As `_follow` from the root of a file; thousands of places say the same reference."""
        known = self._known.get((file, ref))
        if known is None:
            known = self._follow(Location(file), ref, fragment, _MOST_HOPS)
            self._known[file, ref] = known
        return known

    def _follow(
        self, scope: Location, ref: str, fragment: str, hops: int
    ) -> Location | _Unresolved:
        if not fragment:
            return scope
        if fragment.startswith("/"):
            steps = [
                unquote(step).replace("~1", "/").replace("~0", "~")
                for step in fragment[1:].split("/")
            ]
            return self._walk(scope, ref, steps, hops)
        anchors = self._identifiers_of(scope.file).anchors
        if fragment in anchors:
            return Location(scope.file, anchors[fragment])
        return _Unresolved(
            message=f"`{ref}` leads nowhere: no `$anchor` in {scope.file} says `{fragment}`",
            hint=_did_you_mean(fragment, anchors) or "a reference into this file begins with `#/`",
        )

    def _walk(
        self, start: Location, ref: str, steps: Sequence[str], hops: int
    ) -> Location | _Unresolved:
        at, value = start, self.value(start)
        for index, step in enumerate(steps):
            inner = _member(value, step)
            if inner is _MISSING:
                onward = value.get("$ref") if isinstance(value, dict) else None
                if isinstance(onward, str) and hops:
                    target = self._target(at, onward, hops - 1)
                    if isinstance(target, Location):
                        return self._walk(target, ref, steps[index:], hops - 1)
                return self._missing(at, ref, step, value)
            at, value = at.child(int(step) if isinstance(value, list) else step), inner
        return at

    def _missing(self, at: Location, ref: str, step: str, value: Any) -> _Unresolved:
        place = "#" + "".join(f"/{part}" for part in at.pointer)
        where = place if at.file == self._root.as_posix() else f"{at.file}{place}"
        asked = (at.file, at.pointer, step)
        # The same name is often missed many times, and comparing it with thousands takes long.
        if asked not in self._suggestions:
            self._suggestions[asked] = _did_you_mean(step, value if isinstance(value, dict) else ())
        return _Unresolved(
            message=f"`{ref}` leads nowhere: there is no `{step}` in `{where}`",
            hint=self._suggestions[asked],
        )

    def _resource(self, at: Location) -> Location:
        """Return the innermost schema with an `$id` that holds a place, or the whole file."""
        roots = set(self._identifiers_of(at.file).resources.values())
        lengths = range(len(at.pointer), 0, -1) if roots else ()
        pointer = next(
            (at.pointer[:length] for length in lengths if at.pointer[:length] in roots), ()
        )
        return Location(at.file, pointer)

    def _identified(self, at: Location, address: str) -> Location | None:
        scope = self._resource(at).pointer
        own = self._identifiers_of(at.file).resources
        base = next((name for name, pointer in own.items() if pointer == scope), "")
        wanted = join(base, address)
        for file in (at.file, *self.documents):
            pointer = self._identifiers_of(file).resources.get(wanted)
            if pointer is not None:
                return Location(file, pointer)
        return None

    def _identifiers_of(self, file: str) -> Identifiers:
        if file not in self._identifiers:
            texts = [self.documents[file].text]
            if file == self._root.as_posix():
                texts += [overlay.text for overlay in self._overlays.values()]
            self._identifiers[file] = read_identifiers(self.documents[file], texts)
        return self._identifiers[file]

    def _file(self, base: str, address: str) -> Location | _Unresolved:
        try:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                return _Unresolved(
                    code="remote-reference",
                    message=f"`{address}` is a URL, and none is read",
                    hint="save what it holds beside the document and refer to the file",
                )
            told = self._home(base) / unquote(parts.path)
            path = told.resolve()
            found = self._load(path, address)
        # A loop of symbolic links is a RuntimeError.
        except (OSError, RuntimeError, ValueError) as error:
            self.is_passing = True
            return _Unresolved(message=f"`{address}` cannot be followed: {error}")
        # A link may lead elsewhere next time.
        if isinstance(found, _Unresolved) or os.path.normpath(told) != str(path):
            self.is_passing = True
        return found

    def _home(self, file: str) -> Path:
        """The folder of a file, which links do not lead to."""
        is_root = file == self._root.as_posix()
        return self._folder if is_root else self.documents[file].path.parent

    def _load(self, path: Path, address: str) -> Location | _Unresolved:
        if not path.is_relative_to(self._folder):
            return _Unresolved(
                code="reference-outside",
                message=f"`{address}` lies outside the folder of the document, and is not read",
                hint="copy the file into that folder",
            )
        if path not in self._files:
            if not path.exists():
                beside = (
                    [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
                )
                return _Unresolved(
                    message=f"`{address}` leads nowhere: there is no such file",
                    hint=_did_you_mean(path.name, beside),
                )
            self._files[path] = (self._root.parent / path.relative_to(self._folder)).as_posix()
            self._open(path, self._files[path])
        file = self._files[path]
        return (
            Location(file)
            if file in self.documents
            else _Unresolved(message=f"`{address}` cannot be read")
        )

    def _open(self, path: Path, file: str) -> None:
        found = Report()
        document = open_document(path, found, file, self._texts)
        for diagnostic in found.diagnostics:
            # Only the root document stops a run; of what it refers to, the rest is still woven.
            self._report.add(replace(diagnostic, severity="warning"))
        if document is not None:
            self.documents[file] = document


def check_references(documents: Documents, report: Report) -> None:
    """Warn of references that lead nowhere, in the root and in every file that it leads to."""
    checked: set[str] = set()
    while waiting := [file for file in documents.documents if file not in checked]:
        for file in waiting:
            checked.add(file)
            for pointer, found in keyword_objects(documents.documents[file].value):
                ref = found.get("$ref")
                if isinstance(ref, str):
                    at = Location(file, pointer)
                    unresolved = documents.explain(at, ref)
                    if unresolved is not None:
                        report.warning(
                            unresolved.code,
                            unresolved.message,
                            at.child("$ref"),
                            hint=unresolved.hint,
                        )


def _member(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(str(step), _MISSING)
    if isinstance(value, list) and (index := list_index(step, len(value))) is not None:
        return value[index]
    return _MISSING


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    names = comparable(name, known)
    alike = [other for other in names if other.casefold() == name.casefold()]
    close = alike or get_close_matches(name, names, n=1)
    return f"did you mean `{close[0]}`?" if close else ""
