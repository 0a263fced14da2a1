"""What a user reads when something is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from specloom.diagnostics import Location, Report, render
from specloom.source.references import Documents

if TYPE_CHECKING:
    from pathlib import Path

API = """\
openapi: 3.1.0
paths:
  /a: {get: {operationId: make}}
  /b:
    get:
      operationId: make  # again
      summary: ""
"""


def load(folder: Path, text: str = API) -> tuple[Documents, Report]:
    path = folder / "api.yaml"
    path.write_text(text, encoding="utf-8")
    report = Report()
    return Documents.load(path, report), report


def shown(folder: Path, documents: Documents, report: Report) -> str:
    return render(report.diagnostics, documents).replace(f"{folder.as_posix()}/", "")


def test_a_finding_shows_its_line_its_other_places_and_a_hint(tmp_path: Path) -> None:
    documents, report = load(tmp_path)
    at = Location(documents.root.file)
    report.error(
        "duplicate-operation-id",
        "`make` already names another operation",
        at.child("paths", "/b", "get", "operationId"),
        related=[("first used here", at.child("paths", "/a", "get", "operationId"))],
        hint="give one of the two another operationId",
    )
    assert shown(tmp_path, documents, report) == (
        "api.yaml:6:20: error[duplicate-operation-id]: `make` already names another operation\n"
        "  6 |       operationId: make  # again\n"
        "    |                    ^^^^\n"
        "  api.yaml:3:27: first used here\n"
        "  hint: give one of the two another operationId\n"
    )


def test_a_key_is_underlined_where_the_key_is_meant(tmp_path: Path) -> None:
    documents, report = load(tmp_path)
    report.warning("x", "m", Location(documents.root.file).child("paths", "/a").at_key())
    assert shown(tmp_path, documents, report).splitlines()[1:] == [
        "  3 |   /a: {get: {operationId: make}}",
        "    |   ^^",
    ]


def test_findings_are_sorted_by_line_and_said_once(tmp_path: Path) -> None:
    documents, report = load(tmp_path)
    at = Location(documents.root.file)
    for _ in range(2):
        report.warning("later", "m", at.child("paths", "/b", "get", "operationId"))
        report.error("sooner", "m", at.child("openapi"))
    heads = [line for line in shown(tmp_path, documents, report).splitlines() if "[" in line]
    assert heads == ["api.yaml:1:10: error[sooner]: m", "api.yaml:6:20: warning[later]: m"]


def test_a_wrong_pointer_is_a_mistake_of_ours(tmp_path: Path) -> None:
    documents, report = load(tmp_path)
    report.error("x", "m", Location(documents.root.file).child("paths", "/c"))
    with pytest.raises(KeyError):
        shown(tmp_path, documents, report)


def test_a_place_in_a_file_that_is_not_a_document_is_its_name(tmp_path: Path) -> None:
    documents, report = load(tmp_path)
    report.error("edited-file", "m", Location("generated/a.py"))
    assert shown(tmp_path, documents, report) == "generated/a.py: error[edited-file]: m\n"


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\nb", "a\\nb"),
        ("\u202egpj", "\\u202egpj"),
        ("\u2066", "\\u2066"),
        ("\u200b", "\\u200b"),
        ("\ud800", "\\ud800"),
        ("日本 é 😀", "日本 é 😀"),
    ],
)
def test_text_of_a_document_cannot_play_with_the_terminal(
    hostile: str, harmless: str, tmp_path: Path
) -> None:
    documents, report = load(tmp_path)
    report.error("x", f"<{hostile}>", Location("f"), hint=f"<{hostile}>")
    assert shown(tmp_path, documents, report) == (
        f"f: error[x]: <{harmless}>\n  hint: <{harmless}>\n"
    )


def test_a_source_line_cannot_play_with_the_terminal_either(tmp_path: Path) -> None:
    documents, report = load(tmp_path, 'a: "\u202e\u4e2d"\n')
    report.error("x", "m", Location(documents.root.file).child("a"))
    # A Chinese character is two columns wide.
    assert shown(tmp_path, documents, report).splitlines()[1:] == [
        '  1 | a: "\\u202e\u4e2d"',
        "    |    ^^^^^^^^^^",
    ]


def test_of_a_long_line_the_part_that_matters_is_shown(tmp_path: Path) -> None:
    documents, report = load(tmp_path, f"a: {{x: {'y' * 5000}, here: 1, z: {'y' * 5000}}}")
    report.error("x", "m" * 5000, Location(documents.root.file).child("a", "here").at_key())
    lines = shown(tmp_path, documents, report).splitlines()
    assert max(map(len, lines)) < 1100
    start = lines[2].index("^")
    assert lines[1][start : start + 4] == "here"
    assert lines[2].count("^") == 4


def test_strict_makes_every_warning_an_error(tmp_path: Path) -> None:
    report = Report()
    report.warning("x", "m", Location("f"))
    assert not report.failed
    assert report.strict().failed
    assert not report.failed
