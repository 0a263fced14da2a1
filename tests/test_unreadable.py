"""What cannot be read, or is lost in reading, and how that is said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from specloom.diagnostics import Report, render
from specloom.source import yaml_reader
from specloom.source.reader import read_document
from specloom.source.references import Documents

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def findings(folder: Path, content: str | bytes, name: str = "api.yaml") -> list[str]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    report = Report()
    documents = Documents.load(path, report)
    return render(report.diagnostics, documents).replace(f"{folder.as_posix()}/", "").splitlines()


BOMB = "a0: &a0 [1, 2]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)


@pytest.mark.parametrize(
    ("name", "text", "head", "hint"),
    [
        ("a.yaml", "", "a.yaml:1:1: error[empty-document]: the file holds no document", ""),
        ("a.yaml", "# only\n---\n", "a.yaml:1:1: error[empty-document]: ", ""),
        ("a.json", " \n", "a.json:1:1: error[empty-document]: ", ""),
        ("a.yaml", "- a\n", "a.yaml:1:1: error[not-a-mapping]: ", ""),
        ("a.json", "[]", "a.json:1:1: error[not-a-mapping]: ", ""),
        ("a.json", "null", "a.json:1:1: error[not-a-mapping]: ", ""),
        ("a.json", "5", "a.json:1:1: error[not-a-mapping]: ", ""),
        ("a.json", "true", "a.json:1:1: error[not-a-mapping]: ", ""),
        (
            "a.yaml",
            "a: 1\nb: c: d\n",
            "a.yaml:2:5: error[yaml-syntax]: mapping values are not allowed",
            "quotes",
        ),
        ("a.yaml", "a:\n\t- b\n", "a.yaml:2:1: error[yaml-syntax]: ", "not with tabs"),
        ("a.yaml", "a: [1,\n", "a.yaml:2:1: error[yaml-syntax]: ", "close the bracket"),
        ("a.yaml", 'a: "x\n', "a.yaml:2:1: error[yaml-syntax]: ", "close the quote"),
        (
            "a.yaml",
            "a: 1\n---\nb: 2\n",
            "a.yaml:2:1: error[yaml-syntax]: but found another document",
            "one document",
        ),
        ("a.yaml", "a: *x\n", "a.yaml:1:4: error[yaml-syntax]: found undefined alias", "`&`"),
        (
            "a.yaml",
            "a: !Ref x\n",
            "a.yaml:1:4: error[yaml-syntax]: the tag `!Ref` is not known",
            "quotes",
        ),
        (
            "a.yaml",
            "a: !!python/name:os x\n",
            "a.yaml:1:4: error[yaml-syntax]: the tag `!!python/name:os`",
            "",
        ),
        ("a.yaml", "a: !!set {x}\n", "a.yaml:1:4: error[yaml-syntax]: the tag `!!set`", ""),
        ("a.yaml", "a: !!int x\n", "a.yaml:1:4: error[yaml-syntax]: this is no int", "quotes"),
        ("a.yaml", f"a: {'1' * 5000}\n", "a.yaml:1:4: error[yaml-syntax]: this is no int", ""),
        (
            "a.yaml",
            "a: {{x}}\n",
            "a.yaml:1:5: error[yaml-syntax]: a mapping or a list stands where a key",
            "quotes",
        ),
        (
            "a.yaml",
            "é: 1\na: \x01\n",
            "a.yaml:2:4: error[yaml-syntax]: the character U+0001",
            "escape",
        ),
        (
            "a.yaml",
            "a: &a [*a]\n",
            "a.yaml:1:4: error[yaml-syntax]: an alias stands for something that holds",
            "",
        ),
        ("a.yaml", "a: &a {<<: *a}\n", "a.yaml:1:4: error[yaml-syntax]: `<<` takes a mapping", ""),
        (
            "a.yaml",
            "a: {<<: 1}\n",
            "a.yaml:1:9: error[yaml-syntax]: `<<` takes a mapping",
            "quotes",
        ),
        ("a.yaml", "a: " + "[" * 100_000, "a.yaml:1:102: error[too-deep]: ", "`$ref`"),
        ("a.yaml", "- " * 100_000, "a.yaml:1:199: error[too-deep]: ", "`$ref`"),
        ("a.json", '{"a":' * 100_000, "a.json:1:501: error[too-deep]: ", "`$ref`"),
        ("a.json", '{"a":' * 300 + "1" + "}" * 300, "a.json:1:501: error[too-deep]: ", "`$ref`"),
        ("a.json", '{"a": 1,}', "a.json:1:8: error[json-syntax]: ", "remove the comma"),
        ("a.json", '{"a": 1 // b\n}', "a.json:1:9: error[json-syntax]: ", "no comments"),
        ("a.json", "{'a': 1}", "a.json:1:2: error[json-syntax]: ", "double quotes"),
        ("a.json", "openapi: 3.1.0", "a.json:1:1: error[json-syntax]: ", "the ending .yaml"),
        (
            "a.json",
            '{"NaN": 1,\n "a": NaN}',
            "a.json:2:7: error[json-syntax]: `NaN` is not JSON",
            "null",
        ),
        (
            "a.json",
            f'{{"a": {"1" * 5000}}}',
            "a.json:1:7: error[json-syntax]: this number has too many digits",
            "",
        ),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(
    name: str, text: str, head: str, hint: str, tmp_path: Path
) -> None:
    lines = findings(tmp_path, text, name)
    assert "\n".join(lines[:1]).startswith(head)
    assert hint in next((line for line in lines if line.startswith("  hint: ")), "")
    assert sum("error[" in line for line in lines) == 1


def test_a_bomb_of_aliases_is_too_large(tmp_path: Path) -> None:
    assert "error[too-large]: aliases multiply" in findings(tmp_path, BOMB)[0]


def test_an_alias_may_not_nest_deeper_than_the_text_may(tmp_path: Path) -> None:
    chain = "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 300))
    assert "error[too-deep]" in findings(tmp_path, chain)[0]


def test_undecodable_bytes_are_shown_in_their_line(tmp_path: Path) -> None:
    assert findings(tmp_path, b"a: 1\nb: caf\xe9\n") == [
        "api.yaml:2:7: error[unreadable-file]: the byte 0xe9 here is not UTF-8",
        "  2 | b: caf\ufffd",
        "    |       ^",
        "  hint: save the file as UTF-8",
    ]


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "head"),
    [
        (lambda path: None, "error[missing-file]: there is no such file"),
        (a_folder, "error[unreadable-file]: this is a folder"),
        (
            lambda path: path.symlink_to("/dev/zero"),
            "error[unreadable-file]: this is not an ordinary file",
        ),
        (lambda path: path.symlink_to(path), "error["),
    ],
)
def test_what_is_no_file_is_said(make: Callable[[Path], None], head: str, tmp_path: Path) -> None:
    make(tmp_path / "api.yaml")
    report = Report()
    documents = Documents.load(tmp_path / "api.yaml", report)
    assert head in render(report.diagnostics, documents)


@pytest.mark.parametrize(
    ("name", "text", "places", "pointer"),
    [
        ("a.yaml", "b: 1\na: 1\nc: 1\n'a': 2\n", ["a.yaml:4:1", "  a.yaml:2:1"], ("a",)),
        ("a.yaml", "r:\n  200: 1\n  '200': 2\n", ["a.yaml:3:3", "  a.yaml:2:3"], ("r", "200")),
        ("a.json", '{"a": [{"b": 1,\n"b": 2}]}', ["a.json:2:1", "  a.json:1:9"], ("a", 0, "b")),
    ],
)
def test_a_duplicate_key_shows_both_places_and_the_last_counts(
    name: str, text: str, places: list[str], pointer: tuple[str | int, ...], tmp_path: Path
) -> None:
    lines = findings(tmp_path, text, name)
    assert lines[0].startswith(f"{places[0]}: warning[duplicate-key]: ")
    assert lines[2].endswith("^")
    assert lines[3].startswith(f"{places[1]}: ")
    document = read_document(tmp_path / name, Report())
    assert document is not None
    assert "2" in json.dumps(document.value)
    last = int(places[0].split(":")[1])
    assert document.position(pointer).line == last


def test_without_libyaml_everything_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    monkeypatch.setattr(yaml_reader, "_Loader", yaml_reader._loader_type())
    (tmp_path / "a.yaml").write_text("a: &a {b: 1}\nn: [NO, 010, 1.10, ~, {<<: *a}]\n")
    document = read_document(tmp_path / "a.yaml", Report())
    assert document is not None
    assert document.value["n"] == ["NO", 10, 1.1, None, {"b": 1}]
    assert document.position(("n", 1)).column == 9
    assert "[too-deep]" in findings(tmp_path, "[" * 100_000)[0]
    assert findings(tmp_path, "a: 1\nb: \x01")[0].startswith("api.yaml:2:4: error[yaml-syntax]: ")
