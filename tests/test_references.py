"""Where references lead, and which of them lead nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from specloom.diagnostics import Location, Report, render
from specloom.source.references import Documents, check_references

if TYPE_CHECKING:
    from pathlib import Path

API = """\
openapi: 3.1.0
paths:
  /v1/{id}:
    get: {operationId: look}
components:
  schemas:
    Pet: {type: object, properties: {name: {type: string}}}
    a~b c: {type: string}
    50%: {type: string}
    Alias: {$ref: '#/components/schemas/Pet'}
    Marked: {$anchor: marked, oneOf: [{type: string}, {type: integer}]}
    Own:
      $id: https://example.com/own
      $defs: {Inner: {type: number}}
      properties:
        one: {$ref: '#/$defs/Inner'}
        two: {$ref: '#/components/schemas/Pet'}
"""


def lay(folder: Path, **files: str) -> Path:
    root = folder / "api"
    for name, text in files.items():
        path = root / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root / "api.yaml"


def check(root: Path) -> list[str]:
    report = Report()
    documents = Documents.load(root, report)
    check_references(documents, report)
    assert not report.failed
    text = render(report.diagnostics, documents).replace(f"{root.parent.as_posix()}/", "")
    return text.splitlines()


def heads(root: Path) -> list[str]:
    return [line for line in check(root) if ": warning[" in line]


@pytest.mark.parametrize(
    ("ref", "pointer"),
    [
        ("#/components/schemas/Pet", ("components", "schemas", "Pet")),
        ("#/paths/~1v1~1{id}/get", ("paths", "/v1/{id}", "get")),
        ("#/paths/~1v1~1%7Bid%7D/get", ("paths", "/v1/{id}", "get")),
        ("#/components/schemas/a~0b%20c", ("components", "schemas", "a~b c")),
        ("#/components/schemas/50%25", ("components", "schemas", "50%")),
        ("#/components/schemas/50%", ("components", "schemas", "50%")),
        ("#/components/schemas/Marked/oneOf/1", ("components", "schemas", "Marked", "oneOf", 1)),
        ("#marked", ("components", "schemas", "Marked")),
        ("https://example.com/own", ("components", "schemas", "Own")),
        (
            "https://example.com/own#/$defs/Inner",
            ("components", "schemas", "Own", "$defs", "Inner"),
        ),
        ("api.yaml#/components/schemas/Pet", ("components", "schemas", "Pet")),
        ("#", ()),
        # Through a reference on the way, but not through the one at the end.
        (
            "#/components/schemas/Alias/properties/name",
            ("components", "schemas", "Pet", "properties", "name"),
        ),
        ("#/components/schemas/Alias", ("components", "schemas", "Alias")),
        ("#/components/schemas/pet", None),
        ("#/components/schemas/Marked/oneOf/2", None),
        (f"#/components/schemas/Marked/oneOf/{'9' * 5000}", None),
        ("#/components/schemas/Pet/type/x", None),
        ("#nobody", None),
        ("none.yaml", None),
        ("https://example.com/other", None),
        ("http://[", None),
        ("a\0b", None),
        ("x" * 5000, None),
    ],
)
def test_a_reference_leads_one_hop(
    ref: str, pointer: tuple[str | int, ...] | None, tmp_path: Path
) -> None:
    documents = Documents.load(lay(tmp_path, api=API), Report())
    file = documents.root.file
    found = documents.resolve(Location(file, ("components", "schemas", "Alias")), ref)
    assert found == (None if pointer is None else Location(file, pointer))


def test_a_schema_with_an_identifier_counts_from_itself_or_else_from_the_root(
    tmp_path: Path,
) -> None:
    assert check(lay(tmp_path, api=API)) == []


def test_files_refer_to_each_other_from_where_they_lie(tmp_path: Path) -> None:
    root = lay(
        tmp_path,
        api="openapi: 3.1.0\npaths: {/a: {$ref: paths/a.yaml}}\n",
        paths__a="get: {responses: {200: {$ref: '../parts.yaml#/Found'}}}\n",
        parts="Found: {content: {a/b: {$ref: api.yaml#/openapi}}}\nLost: {$ref: '#/Fuond'}\n",
    )
    assert check(root) == [
        (
            "parts.yaml:2:14: warning[dangling-reference]: `#/Fuond` leads nowhere: "
            "there is no `Fuond` in `parts.yaml#`"
        ),
        "  2 | Lost: {$ref: '#/Fuond'}",
        "    |              ^^^^^^^^^",
        "  hint: did you mean `Found`?",
    ]


def test_a_dangling_reference_is_shown_with_the_name_that_was_meant(tmp_path: Path) -> None:
    root = lay(tmp_path, api=API + "    Owner: {items: {$ref: '#/components/schemas/Pets'}}\n")
    assert check(root) == [
        (
            "api.yaml:18:27: warning[dangling-reference]: "
            "`#/components/schemas/Pets` leads nowhere: "
            "there is no `Pets` in `#/components/schemas`"
        ),
        "  18 |     Owner: {items: {$ref: '#/components/schemas/Pets'}}",
        "     |                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        "  hint: did you mean `Pet`?",
    ]


@pytest.mark.parametrize(
    ("ref", "finding"),
    [
        (
            "https://example.com/pet.yaml",
            "warning[remote-reference]: `https://example.com/pet.yaml` is a URL",
        ),
        ("//example.com/pet.yaml", "warning[remote-reference]: "),
        ("file:///etc/passwd", "warning[remote-reference]: "),
        ("../secret.yaml", "warning[reference-outside]: `../secret.yaml` lies outside"),
        ("%2e%2e/secret.yaml", "warning[reference-outside]: "),
        ("/etc/passwd", "warning[reference-outside]: "),
        ("link.yaml", "warning[reference-outside]: "),
        (
            "apu.yaml",
            "warning[dangling-reference]: `apu.yaml` leads nowhere: there is no such file",
        ),
        (".", "warning[unreadable-file]: this is a folder"),
    ],
)
def test_only_files_of_the_documents_folder_are_read(
    ref: str, finding: str, tmp_path: Path
) -> None:
    root = lay(tmp_path, api=f"openapi: 3.1.0\npaths: {{/a: {{$ref: '{ref}'}}}}\n")
    (tmp_path / "secret.yaml").write_text("secret: 1")
    (root.parent / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    report = Report()
    documents = Documents.load(root, report)
    check_references(documents, report)
    assert finding in render(report.diagnostics, documents)
    assert set(documents.documents) == {root.as_posix()}
    assert not report.failed


def test_a_file_that_is_referred_to_and_cannot_be_read_stops_nothing(tmp_path: Path) -> None:
    root = lay(
        tmp_path, api="paths: {/a: {$ref: b.yaml}, /b: {$ref: 'b.yaml#/x'}}\n", b="a: b: c\n"
    )
    assert [head.partition(" `")[0] for head in heads(root)] == [
        "api.yaml:1:20: warning[dangling-reference]:",
        "api.yaml:1:40: warning[dangling-reference]:",
        "b.yaml:1:5: warning[yaml-syntax]: mapping values are not allowed in this context",
    ]


@pytest.mark.parametrize(
    "schema",
    [
        "example: {$ref: nowhere}",
        "examples: [{$ref: nowhere}]",
        "default: {$ref: nowhere}",
        "enum: [{$ref: nowhere}]",
        "const: {a: [{$ref: nowhere}]}",
        "properties: {$ref: {type: string}}",
        "properties: {$ref: nowhere}",
        "links: {a: {parameters: {b: {$ref: nowhere}}}}",
        "x-theirs: {$ref: nowhere}",
    ],
)
def test_data_that_looks_like_a_reference_is_data(schema: str, tmp_path: Path) -> None:
    assert check(lay(tmp_path, api=f"components: {{schemas: {{A: {{{schema}}}}}}}\n")) == []


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("components: {schemas: {A: {properties: {default: {$ref: '#/no'}}}}}", 57),
        ("components: {schemas: {example: {$ref: '#/no'}}}", 40),
        ("components: {parameters: {x-a: {$ref: '#/no'}}}", 39),
        ("components: {x-jobs: {a: {$ref: '#/no'}}}", 33),
        ("paths: {/a: {get: {x-job: {$ref: '#/no'}}}}", 34),
        ("paths: {/a: {get: {responses: {default: {$ref: '#/no'}}}}}", 48),
        ("paths: {/a: {get: {parameters: [{$ref: '#/no'}]}}}", 40),
        ("components: {examples: {value: {$ref: '#/no'}}}", 39),
    ],
)
def test_a_name_that_looks_like_a_keyword_is_a_name(text: str, column: int, tmp_path: Path) -> None:
    (head,) = heads(lay(tmp_path, api=text))
    assert head.startswith(f"api.yaml:1:{column}: warning[dangling-reference]: ")


def test_the_value_of_an_example_is_data_and_the_example_is_not(tmp_path: Path) -> None:
    text = (
        "components: {mediaTypes: {a: {examples: {one: {value: {$ref: no}}, two: {$ref: '#/no'}}}}}"
    )
    assert len(heads(lay(tmp_path, api=text))) == 1


def test_references_in_a_circle_are_said_and_recursion_is_not(tmp_path: Path) -> None:
    root = lay(
        tmp_path,
        api="components:\n  schemas:\n    A: {$ref: '#/components/schemas/B'}\n"
        "    B: {$ref: '#/components/schemas/A'}\n"
        "    Tree: {items: {$ref: '#/components/schemas/Tree'}}\n",
    )
    assert [head.split(": `")[0] for head in heads(root)] == [
        "api.yaml:3:15: warning[dangling-reference]",
        "api.yaml:4:15: warning[dangling-reference]",
    ]


def test_values_and_raw_texts_are_found_by_place(tmp_path: Path) -> None:
    documents = Documents.load(lay(tmp_path, api="openapi: 3.10\nservers: [{url: /}]\n"), Report())
    at = Location(documents.root.file)
    assert documents.value(at.child("servers", 0, "url")) == "/"
    assert documents.raw(at.child("openapi")) == "3.10"
    with pytest.raises(KeyError):
        documents.value(at.child("servers", 1))
