"""What is read, what it becomes, and where it stands."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest

from specloom.diagnostics import Location, Report
from specloom.source.reader import read_document

if TYPE_CHECKING:
    from pathlib import Path

    from specloom.source.document import Document


def read(folder: Path, content: str, name: str = "api.yaml") -> Document:
    path = folder / name
    path.write_bytes(content.encode())
    report = Report()
    document = read_document(path, report)
    assert document is not None, report.diagnostics
    assert not report.diagnostics
    return document


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("off", "off"),
        ("=", "="),
        ("<<", "<<"),
        ("12:30", "12:30"),
        ("2026-11-23", "2026-11-23"),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("!!timestamp 2026-11-23", "2026-11-23"),
        ("010", 10),
        ("0o17", 15),
        ("0xfF", 255),
        ("-12", -12),
        ("+12", 12),
        ("1.10", 1.1),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("!!float 1", 1.0),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ("", None),
        ("~", None),
        ("null", None),
        ("NULL", None),
        ("'null'", "null"),
        ("|\n  a\n  b\n", "a\nb\n"),
        ("[1, [], {}]", [1, [], {}]),
    ],
)
def test_yaml_means_what_its_1_2_core_rules_say(
    written: str, value: object, tmp_path: Path
) -> None:
    found = read(tmp_path, f"a: {written}").value["a"]
    assert found == value
    assert type(found) is type(value)


def test_not_a_number_is_read(tmp_path: Path) -> None:
    assert math.isnan(read(tmp_path, "a: .nan").value["a"])


@pytest.mark.parametrize("key", ["200", "NO", "true", "null", "1.10", "2026-11-23", "010"])
def test_a_key_is_its_text(key: str, tmp_path: Path) -> None:
    document = read(tmp_path, f"responses:\n  {key}: x")
    assert document.value == {"responses": {key: "x"}}
    assert document.position(("responses", key)).column == 5 + len(key)


@pytest.mark.parametrize(
    ("name", "text", "raw"),
    [
        ("a.yaml", "v: 1.10", "1.10"),
        ("a.yaml", "v: 0x1F", "0x1F"),
        ("a.yaml", "v: '1.10'", "1.10"),
        ("a.yaml", "v: [1]", None),
        ("a.json", '{"v": 1.10}', "1.10"),
        ("a.json", '{"v": "\\u00e9"}', "é"),
        ("a.json", '{"v": {}}', None),
    ],
)
def test_the_text_of_a_scalar_is_kept(
    name: str, text: str, raw: str | None, tmp_path: Path
) -> None:
    assert read(tmp_path, text, name).raw(("v",)) == raw


MERGED = """\
base: &base {a: 1, b: 2}
more: &more {b: 3, c: 3}
one: {<<: *base, b: own}
two: {<<: [*base, *more], d: 4}
text: {'<<': 1}
deep: {<<: {<<: *base, b: 3}}
"""


def test_merge_keys_merge(tmp_path: Path) -> None:
    document = read(tmp_path, MERGED)
    assert document.value["one"] == {"a": 1, "b": "own"}
    assert document.value["two"] == {"a": 1, "b": 2, "c": 3, "d": 4}
    assert document.value["text"] == {"<<": 1}
    assert document.value["deep"] == {"a": 1, "b": 3}
    # What was merged stands where it was written.
    assert document.position(("two", "c")).line == 2
    assert document.position(("one", "b")).line == 3


MERGE_BOMB = "a0: &a0 {k: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}], k{n}: 1}}\n" for n in range(1, 60)
)


def test_merges_of_merges_do_not_multiply(tmp_path: Path) -> None:
    assert len(read(tmp_path, MERGE_BOMB).value["a59"]) == 60


def test_an_alias_is_what_it_names_and_shares_nothing(tmp_path: Path) -> None:
    value = read(tmp_path, "a: &x {k: [1]}\nb: *x\n").value
    value["a"]["k"].append(2)
    assert value["b"] == {"k": [1]}


PLACES = {
    "api.yaml": (
        '\ufeff# é😀\r\n"é😀": {b: [10, "x y"]}\r\nempty:\r\n'
        "block:\r\n  inner: |\r\n    text\r\n"
    ),
    "api.json": (
        '\ufeff\r\n{"é😀"\t: {"b": [10, "x y"]},\r\n'
        ' "empty": null, "block":\r\n {\r\n "inner": "t"}}'
    ),
}


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize(
    ("pointer", "key", "yaml_place", "json_place"),
    [
        (("é😀",), True, (2, 1, 4), (2, 2, 4)),
        (("é😀",), False, (2, 7, 16), (2, 9, 18)),
        (("é😀", "b", 0), False, (2, 12, 2), (2, 16, 2)),
        (("é😀", "b", "1"), False, (2, 16, 5), (2, 20, 5)),
        (("empty",), False, (3, 1, 5), (3, 11, 4)),
        (("block", "inner"), True, (5, 3, 5), (5, 2, 7)),
        (("block", "inner"), False, (5, 10, 1), (5, 11, 3)),
    ],
)
def test_every_value_has_a_place(
    name: str,
    pointer: tuple[str | int, ...],
    key: bool,
    yaml_place: tuple[int, int, int],
    json_place: tuple[int, int, int],
    tmp_path: Path,
) -> None:
    span = read(tmp_path, PLACES[name], name).position(pointer, key=key)
    assert (span.line, span.column, span.length) == (
        yaml_place if name == "api.yaml" else json_place
    )


@pytest.mark.parametrize(
    "pointer", [("x",), ("a", 1), ("a", "0", "b"), ("a", "-1"), ("a", "9" * 5000)]
)
@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
def test_a_place_that_is_not_there_is_a_key_error(
    name: str, pointer: tuple[str | int, ...], tmp_path: Path
) -> None:
    document = read(tmp_path, '{"a": [1]}', name)
    with pytest.raises(KeyError):
        document.position(pointer)


@pytest.mark.parametrize(
    "value",
    [
        {"a": "😀"},
        {"a": "\x7f\t\x01"},
        {"k" * 5000: {"z": 1}},
        {"a": ['"', "\\", "}{][,:"], "": 0},
        {"a\\u0062": 1},
    ],
)
@pytest.mark.parametrize("name", ["a.json", "a.yaml", "openapi"])
def test_json_is_read_as_json_whatever_it_holds(
    name: str, value: dict[str, Any], tmp_path: Path
) -> None:
    document = read(tmp_path, json.dumps(value, indent="\t"), name)
    assert document.value == value
    for key in value:
        assert document.position((key,), key=True).length == len(json.dumps(key))


def test_a_raw_tab_in_a_json_string_does_no_harm(tmp_path: Path) -> None:
    document = read(tmp_path, '{"a": "b\tc\\n"}', "a.json")
    assert document.value == {"a": "b\tc\n"}
    assert document.raw(("a",)) == "b\tc\n"


def test_half_a_character_in_json_does_no_harm(tmp_path: Path) -> None:
    document = read(tmp_path, r'{"\ud800a": "\\ud800 \udc00\ud83d\ude00"}', "a.json")
    assert document.value == {"\ufffda": "\\ud800 \ufffd😀"}
    assert document.position(("\ufffda",)).column == 13


def test_a_yaml_file_may_begin_with_a_brace(tmp_path: Path) -> None:
    assert read(tmp_path, "{a: b, # c\n d: [e]}").value == {"a": "b", "d": ["e"]}


def test_utf_16_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("a: é".encode("utf-16"))
    document = read_document(path, Report())
    assert document is not None
    assert document.value == {"a": "é"}


def test_a_document_is_known_by_the_name_that_it_is_shown_as(tmp_path: Path) -> None:
    report = Report()
    assert read_document(tmp_path / "none.yaml", report, shown_as="the overlay") is None
    assert [finding.at for finding in report.diagnostics] == [Location("the overlay")]
