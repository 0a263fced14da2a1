"""Extensions in schemas and at the root: their schema, their places; and the guide to all of them."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest
from tests.checking import codes, found, load, told

from specloom.diagnostics import Report
from specloom.openapi.extension_schema import extension_names, faults, field_names
from specloom.openapi.extensions import check_extensions
from specloom.source.reader import read_document

if TYPE_CHECKING:
    from specloom.openapi.findings import Finding

SCHEMAS = """\
openapi: 3.1.0
info: {title: t, version: '1'}
paths: {}
"""


def schema(text: str, *, root: str = "") -> str:
    return f"{SCHEMAS}{dedent(root)}components:\n  schemas:\n    A: {text}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{enum: [a, b], x-enum-varnames: [A, B]}", []),
        ("{enum: [a, null], x-enum-varnames: [A]}", []),
        ("{enum: [a, b], x-enum-varnames: [A]}", ["enum-length"]),
        ("{enum: [a, b], x-enum-varnames: [A, A]}", ["enum-identifier"]),
        ("{enum: [a, b], x-enum-varnames: [A, 2b]}", ["enum-identifier"]),
        ("{enum: [a, b], x-enum-varnames: [A, class]}", ["enum-identifier"]),
        ("{enum: [a, b], x-enum-varnames: A}", ["extension-value"]),
        ("{enum: [a, b], x-enum-varnames: {a: A}}", []),
        ("{enum: [1, 2], x-enum-varnames: {'2': TWO}}", []),
        ("{enum: [a, b], x-enum-varnames: {a: A, c: C}}", ["enum-word"]),
        ("{enum: [a, b], x-enum-varnames: {a: A, b: A}}", ["enum-identifier"]),
        ("{enum: [a, b], x-enum-varnames: {a: 2b}}", ["enum-identifier"]),
        ("{enum: [a, b], x-enum-varnames: {a: 3}}", ["extension-value"]),
        ("{type: string, x-enum-varnames: {a: A}}", ["enum-missing"]),
        ("{type: string, x-enum-varnames: [A]}", ["enum-missing"]),
        ("{enum: [a, b], x-enum-descriptions: [One., Two.]}", []),
        ("{enum: [a, b], x-enum-descriptions: [One.]}", ["enum-length"]),
        ("{enum: [a, b], x-enum-descriptions: {a: One.}}", []),
        ("{enum: [a, b], x-enum-descriptions: {c: One.}}", ["enum-word"]),
        ("{x-name: Fine}", []),
        ("{x-name: not fine}", ["name-identifier"]),
        ("{x-name: class}", ["name-identifier"]),
        ("{x-assumed: because}", []),
        ("{type: string, x-assumed: {type: because}}", []),
        ("{type: string, x-assumed: {tipe: because}}", ["assumed-field"]),
        ("{x-assumed: 3}", ["extension-value"]),
        ("{x-advices: []}", ["extension-name"]),
        ("{X-Advice: []}", ["extension-name"]),
        ("{x-adverts: [], x-own: 1, x-jobs-list: 2}", []),
        ("{x-job: {}}", ["extension-place"]),
        ("{properties: {x-jobs: {type: string}, x-job: {type: string}}}", []),
    ],
)
def test_small_extensions(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert codes(load(tmp_path, schema(text)), check_extensions) == expected


ADVICE = (
    "{type: object, properties: {size: {type: string}, in: {properties: {a: {}}}}, x-advice: %s}"
)


@pytest.mark.parametrize(
    ("advice", "expected"),
    [
        ("[{when: {required: [size]}, message: m, effect: ignored}]", []),
        ("[{when: true, message: m, effect: ignored}]", []),
        ("[{when: {properties: {in: {required: [a]}}}, message: m, effect: ignored}]", []),
        ("[{when: {required: [sise]}, message: m, effect: ignored}]", ["advice-property"]),
        ("[{when: {not: {required: [sise]}}, message: m, effect: ignored}]", ["advice-property"]),
        (
            "[{when: {properties: {in: {required: [b]}}}, message: m, effect: ignored}]",
            ["advice-property"],
        ),
        ("[{when: {required: size}, message: m, effect: ignored}]", ["advice-schema"]),
        (
            "[{when: {properties: {size: {minLength: -1}}}, message: m, effect: ignored}]",
            ["advice-schema"],
        ),
        (
            "[{when: {properties: {size: {minLenght: 9}}}, message: m, effect: ignored}]",
            ["advice-keyword"],
        ),
        ("[{when: {requierd: [size]}, message: m, effect: ignored}]", ["advice-keyword"]),
        (
            "[{when: {allOf: [{not: {pattren: a}}]}, message: m, effect: ignored}]",
            ["advice-keyword"],
        ),
        # A dialect may have keywords of its own, and a property may be named like a slip.
        ("[{when: {instanceof: x, x-own: 1}, message: m, effect: ignored}]", []),
        ("[{when: {const: {minLenght: 1}}, message: m, effect: unclear}]", []),
        ("[{when: {}, message: m, effect: ignore}]", ["extension-value"]),
        ("[{if: {}, message: m, effect: ignored}]", ["extension-value", "extension-key"]),
    ],
)
def test_advice(tmp_path: Path, advice: str, expected: list[str]) -> None:
    assert codes(load(tmp_path, schema(ADVICE % advice)), check_extensions) == expected


CODES = """\
x-error-codes:
  '001': {name: First, kind: request, message: m, status: 400, x-assumed: {kind: why}}
  '002': {name: Second, kind: server, message: m}
"""


@pytest.mark.parametrize(
    ("old", "new", "text", "expected"),
    [
        ("", "", "{x-error-code: '001'}", []),
        ("", "", "{x-error-code: '003'}", ["unknown-error-code"]),
        ("", "", "{x-error-code: 001}", ["extension-value"]),
        ("name: Second", "name: FirstError", "{}", ["error-code-name"]),
        ("name: Second", "name: second", "{}", ["extension-value"]),
        ("kind: server", "kind: vendor", "{}", ["extension-value"]),
        ("message: m}", "mesage: m}", "{}", ["extension-value", "extension-key"]),
        ("{kind: why}", "{kinds: why}", "{}", ["assumed-field"]),
        ("x-error-codes", "x-eror-codes", "{}", ["extension-name"]),
    ],
)
def test_error_codes(tmp_path: Path, old: str, new: str, text: str, expected: list[str]) -> None:
    root = CODES.replace(old, new, 1) if old else CODES
    assert codes(load(tmp_path, schema(text, root=root)), check_extensions) == expected


@pytest.mark.parametrize("code", ["001", "001026003", "1.50", "true"])
def test_a_code_without_quotes_is_quoted_as_it_is_written(tmp_path: Path, code: str) -> None:
    documents = load(tmp_path, schema(f"{{x-error-code: {code}}}", root=CODES))
    place, _, words = told(documents, check_extensions)[0].partition(": ")
    assert place == "9:23"
    assert words == (
        f"error[extension-value]: in `x-error-code`: this must be a string, not `{code}`"
    )
    (finding,) = found(documents, check_extensions)
    assert finding.hint == f"put it in quotes: '{code}'"


def test_what_no_quotes_would_mend_gets_no_such_hint(tmp_path: Path) -> None:
    for value in ("null", "[a]", "{}"):
        documents = load(tmp_path, schema(f"{{x-error-code: {value}}}", root=CODES))
        (finding,) = found(documents, check_extensions)
        assert (finding.code, finding.hint) == ("extension-value", "")


PAGES = """\
openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /a:
    get:
      operationId: all
      parameters: [{name: after, in: query, schema: {type: string}}]
      x-pagination: {style: cursor, items: $.data, cursor: $.next, parameter: after}
      responses:
        '200':
          description: d
          content:
            application/json:
              schema: {properties: {data: {type: array, items: {}}, next: {type: string}}}
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("style: cursor", "style: cursors", ["extension-value"]),
        ("cursor: $.next, ", "", ["extension-value"]),
        ("cursor: $.next", "cursor: $.nxt", ["path-unresolved"]),
        ("cursor: $.next", "cursor: $.data", ["path-type"]),
        ("parameter: after", "parameter: afters", ["unknown-parameter"]),
    ],
)
def test_pagination(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    text = PAGES.replace(old, new, 1) if old else PAGES
    assert codes(load(tmp_path, text), check_extensions) == expected


GUIDE = (Path(__file__).parents[1] / "spec" / "extensions.md").read_text("utf-8")


def test_the_guide_has_every_extension_and_every_field() -> None:
    heads = re.findall(r"^## (.+)$", GUIDE, re.MULTILINE)
    assert {name for head in heads for name in head.split(" and ")} == set(extension_names())
    sections = dict(zip(heads, re.split(r"^## .+$", GUIDE, flags=re.MULTILINE)[1:], strict=True))
    for head, section in sections.items():
        for name in head.split(" and "):
            absent = [
                field
                for field in field_names(name)
                if f"`{field.rpartition('.')[2]}`" not in section
            ]
            assert absent == [], f"{name}: {absent}"


def test_the_examples_of_the_guide_are_sound(tmp_path: Path) -> None:
    examples = re.findall(r"^```yaml\n(.+?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    for example in examples:
        path = tmp_path / "example.yaml"
        path.write_text(example, encoding="utf-8")
        document = read_document(path, Report())
        assert document is not None
        wrong = [
            (name, fault)
            for name in extension_names()
            for fault in example_faults(name, document.value)
        ]
        # The last one shows only what x-assumed is about.
        assert [fault.message for _, fault in wrong] in (
            [],
            ["`status` and `states` or `rules` is missing"],
        )


def example_faults(name: str, value: Any) -> list[Finding]:
    inner = [part for part in value.get("allOf", ()) if name in part]
    return [fault for part in [value, *inner] if name in part for fault in faults(name, part[name])]
