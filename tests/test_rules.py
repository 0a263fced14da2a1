"""Our own rules: what is not OpenAPI, and what a careful maintainer wants to be told."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from tests.checking import codes, found, load, told

from specloom.diagnostics import Location
from specloom.openapi.rules import check_openapi, check_rules, openapi_version, text_of

if TYPE_CHECKING:
    from pathlib import Path


def api(text: str, version: str = "3.1.0") -> str:
    return f"openapi: {version}\ninfo: {{title: t, version: '1'}}\n{dedent(text)}"


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("asyncapi: 3.0.0\n", "not-openapi", "AsyncAPI"),
        ("$schema: https://json-schema.org/draft/2020-12/schema\n", "not-openapi", "JSON Schema"),
        ("type: object\nproperties: {}\n", "not-openapi", "JSON Schema"),
        ("info: {}\nitem: []\n", "not-openapi", "Postman"),
        ("OpenAPI: 3.1.0\n", "not-openapi", "is `OpenAPI` meant to be `openapi`?"),
        ("opanapi: 3.1.0\n", "not-openapi", "is `opanapi` meant to be `openapi`?"),
        ("a: 1\n", "not-openapi", "openapi: 3.1.0"),
        ("swagger: '2.0'\n", "swagger-2", "npx swagger2openapi"),
        ("openapi: '2.0'\n", "openapi-version", "convert Swagger"),
        ("openapi: 3.3.0\n", "openapi-version", "3.0, 3.1 and 3.2"),
        ("openapi: [3]\n", "openapi-version", "3.0, 3.1 and 3.2"),
        ("openapi:\n", "openapi-version", "3.0, 3.1 and 3.2"),
    ],
)
def test_what_is_not_openapi_is_one_error_with_advice(
    tmp_path: Path, text: str, code: str, hint: str
) -> None:
    documents = load(tmp_path, text)
    (only,) = found(documents, check_rules)
    assert (only.severity, only.code) == ("error", code)
    assert hint in only.hint


@pytest.mark.parametrize(
    ("written", "version"),
    [("3.0.4", "3.0"), ("3.1", "3.1"), ("'3.2.0'", "3.2"), ("3.1.0-rc1", "3.1")],
)
def test_versions_are_read_as_they_are_written(tmp_path: Path, written: str, version: str) -> None:
    documents = load(tmp_path, f"openapi: {written}\n")
    assert openapi_version(documents) == version
    assert codes(documents, check_openapi) == []


def test_a_number_where_a_string_belongs_keeps_its_text(tmp_path: Path) -> None:
    text = api("""\
        tags: [{name: 1.0}]
        components:
          schemas:
            Size: {type: string, enum: [1.10, a, true], default: 2}
            Count: {type: integer, enum: [1]}
        """).replace("'1'", "1.10")
    documents = load(tmp_path, text)
    assert told(documents, check_rules) == [
        "2:27: warning[number-for-string]: a string belongs here, and YAML reads `1.10` as a number",
        "3:15: warning[number-for-string]: a string belongs here, and YAML reads `1.0` as a number",
        "6:33: warning[number-for-string]: a string belongs here, and YAML reads `1.10` as a number",
        "6:42: warning[number-for-string]: a string belongs here, and YAML reads `true` as a boolean",
        "6:58: warning[number-for-string]: a string belongs here, and YAML reads `2` as a number",
    ]
    assert text_of(documents, Location(documents.root.file, ("info", "version"))) == "1.10"
    assert text_of(documents, Location(documents.root.file, ("info",))) is None
    assert text_of(documents, Location(documents.root.file, ("nothing",))) is None


KEYS = """\
paths:
  /a:
    gett: {}
    get:
      operationID: x
      responses:
        '200': {description: d, conten: {}}
components:
  schemas:
    A: {type: object, propertes: {}, x-mine: 1, myKeyword: 2}
    B: {properties: {propertes: {type: string}}}
    C: {example: {propertes: 1}}
"""


def test_a_misspelt_key_is_told_with_what_was_meant(tmp_path: Path) -> None:
    documents = load(tmp_path, api(KEYS))
    assert [line.partition(": ")[0] for line in told(documents, check_rules)] == [
        "5:5",
        "7:7",
        "9:33",
        "12:23",
    ]
    assert [one.hint for one in found(documents, check_rules)] == [
        "did you mean `get`?",
        "did you mean `operationId`?",
        "did you mean `content`?",
        "did you mean `properties`?",
    ]


def test_a_schema_of_3_0_has_no_other_keys(tmp_path: Path) -> None:
    schemas = "components: {schemas: {A: {myKeyword: 2, const: a, nullable: true, type: string}}}"
    documents = load(tmp_path, api(schemas, "3.0.3"))
    assert [(one.code, one.hint) for one in found(documents, check_rules)] == [
        ("unknown-key", "a key of your own begins with `x-`"),
        ("unknown-key", "it came with OpenAPI 3.1; it is read all the same"),
    ]


def test_nullable_is_gone_since_3_1(tmp_path: Path) -> None:
    schemas = "components: {schemas: {A: {nullable: true, type: string}}}"
    (only,) = found(load(tmp_path, api(schemas)), check_rules)
    assert "type: [string, 'null']" in only.hint


OPERATIONS = """\
paths:
  /a/{id}/{other}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
    get: {operationId: same, responses: {}}
    post:
      operationId: same
      parameters:
        - {name: others, in: path, required: true, schema: {type: string}}
        - {$ref: '#/components/parameters/Size'}
        - {$ref: '#/components/parameters/Size'}
      responses: {}
components:
  parameters:
    Size: {name: size, in: query, schema: {type: string}}
"""


def test_operations_are_checked_with_both_places(tmp_path: Path) -> None:
    documents = load(tmp_path, api(OPERATIONS))
    assert told(documents, check_rules) == [
        "7:5: warning[undeclared-path-parameter]: `get` of `/a/{id}/{other}` does not declare `other`",
        "8:5: warning[undeclared-path-parameter]: `post` of `/a/{id}/{other}` does not declare `other`",
        "9:20: warning[duplicate-operation-id]: `same` already names another operation",
        "11:11: warning[unused-path-parameter]: the path `/a/{id}/{other}` has no `{others}`",
        "13:11: warning[duplicate-parameter]: the query parameter `size` is declared twice",
    ]
    by_code = {one.code: one for one in found(documents, check_rules)}
    ((_, first),) = by_code["duplicate-operation-id"].related
    assert first.pointer == ("paths", "/a/{id}/{other}", "get", "operationId")
    assert by_code["unused-path-parameter"].hint == "did you mean `other`?"


@pytest.mark.parametrize(
    ("text", "code", "place", "hint"),
    [
        ("paths: {'/a/{x}/{x}': {}}", "repeated-path-parameter", "3:9", ""),
        ("paths: {a: {}}", "path-without-slash", "3:9", ""),
        ("paths: {/a?b=c: {}}", "path-with-query", "3:9", "in: query"),
        ("paths: {'/a/{x}': {}, '/a/{y}': {}}", "ambiguous-path", "3:23", ""),
        (
            "paths: {/a: {get: {responses: {2xx: {description: d}}}}}",
            "response-status",
            "3:32",
            "`2XX`",
        ),
        (
            "paths: {/a: {get: {responses: {ok: {description: d}}}}}",
            "response-status",
            "3:32",
            "4XX",
        ),
        ("security: [{bearr: []}]", "unknown-security-scheme", "3:13", "securitySchemes"),
        ("tags: [{name: a}, {name: a}]", "duplicate-tag", "3:26", ""),
        ("servers: [{url: 'https://{host}/'}]", "server-variable", "3:17", "variables"),
        (
            "components: {schemas: {A: {required: [nam], properties: {name: {}}}}}",
            "required-property",
            "3:39",
            "`name`",
        ),
        (
            "components: {schemas: {Cat: {oneOf: [], discriminator: {propertyName: p, mapping: {c: Cta}}}}}",
            "discriminator-mapping",
            "3:87",
            "`Cat`",
        ),
        (
            "components: {links: {L: {operationId: getIt}}, pathItems: {P: {get: {operationId: getIts}}}}",
            "unknown-operation-id",
            "3:39",
            "`getIts`",
        ),
    ],
)
def test_each_rule_finds_its_fault(
    tmp_path: Path, text: str, code: str, place: str, hint: str
) -> None:
    documents = load(tmp_path, api(text))
    (only,) = found(documents, check_rules)
    assert (only.severity, only.code) == ("warning", code)
    assert told(documents, check_rules)[0].startswith(f"{place}: ")
    assert hint in only.hint


SOUND = """\
servers: [{url: 'https://{host}/', variables: {host: {default: a}}}]
security: [{}, {key: []}]
paths:
  x-own: 1
  /a/{id}:
    $ref: '#/components/pathItems/It'
  /b/{id}:
    get:
      parameters: [{$ref: '#/components/parameters/Id'}]
      responses:
        default: {description: d, links: {self: {operationId: getIt}}}
        4XX: {$ref: '#/components/responses/None'}
components:
  securitySchemes: {key: {type: http, scheme: bearer}}
  parameters: {Id: {name: id, in: path, required: true, schema: {type: string}}}
  responses: {None: {description: d}}
  pathItems:
    It: {get: {operationId: getIt, responses: {'200': {description: d}}}}
  schemas:
    A: {required: [elsewhere], properties: {name: {type: string, default: '1'}}, if: {required: [x]}}
    B:
      oneOf: [{$ref: '#/components/schemas/A'}]
      discriminator: {propertyName: p, mapping: {a: A, b: '#/components/schemas/A'}}
"""


def test_a_sound_document_is_left_alone(tmp_path: Path) -> None:
    assert told(load(tmp_path, api(SOUND)), check_rules) == []


def test_files_that_are_referred_to_are_checked_too(tmp_path: Path) -> None:
    text = api("paths: {/a: {$ref: 'other.yaml#/item'}}")
    other = dedent("""\
        item:
          get:
            operationId: a
            sumary: s
            responses: {'200': {$ref: '#/answer'}}
        answer:
          description: d
          contents: {}
        """)
    documents = load(tmp_path, text, other=other)
    heads = [line.partition(" `")[0] for line in told(documents, check_rules)]
    assert heads == [
        "other.yaml:4:5: warning[unknown-key]:",
        "other.yaml:8:3: warning[unknown-key]:",
    ]
