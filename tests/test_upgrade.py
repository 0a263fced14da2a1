"""3.0 and 3.1 become 3.2, node by node; data stays as it is."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from specloom.openapi.upgrade import upgrade


def schema(value: dict[str, Any]) -> Any:
    document = {"openapi": "3.0.3", "components": {"schemas": {"It": value}}}
    return upgrade(document)["components"]["schemas"]["It"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": ["string"], "nullable": True}, {"type": ["string", "null"]}),
        ({"type": ["null", "string"], "nullable": True}, {"type": ["null", "string"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        (
            {"type": "string", "nullable": True, "enum": ["a"]},
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        (
            {"type": "string", "nullable": True, "enum": [None, "a"]},
            {"type": ["string", "null"], "enum": [None, "a"]},
        ),
        ({"$ref": "#/x", "nullable": True}, {"$ref": "#/x", "nullable": True}),
        ({"nullable": True}, {"nullable": True}),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"maximum": 9, "exclusiveMaximum": True}, {"exclusiveMaximum": 9}),
        ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
        ({"exclusiveMinimum": True}, {}),
        ({"minimum": 0, "exclusiveMinimum": 1}, {"minimum": 0, "exclusiveMinimum": 1}),
        ({"example": 3}, {"examples": [3]}),
        ({"example": 3, "examples": [4]}, {"example": 3, "examples": [4]}),
        ({"type": "string", "format": "byte"}, {"type": "string", "contentEncoding": "base64"}),
        (
            {"type": "string", "format": "binary"},
            {"type": "string", "contentMediaType": "application/octet-stream"},
        ),
        (
            {"type": "string", "format": "binary", "contentMediaType": "image/png"},
            {"type": "string", "contentMediaType": "image/png"},
        ),
        ({"type": "string", "format": "date"}, {"type": "string", "format": "date"}),
        ({"type": "integer", "format": "binary"}, {"type": "integer", "format": "binary"}),
        (
            {"xml": {"name": "a", "attribute": True}},
            {"xml": {"name": "a", "nodeType": "attribute"}},
        ),
        ({"xml": {"wrapped": True}}, {"xml": {"nodeType": "element"}}),
        ({"xml": {"attribute": False}}, {"xml": {}}),
    ],
)
def test_a_schema_takes_the_new_spelling(old: dict[str, Any], new: dict[str, Any]) -> None:
    original = deepcopy(old)
    assert schema(old) == new
    assert old == original, "the document itself was changed"


@pytest.mark.parametrize(
    "keyword",
    ["properties", "allOf", "items", "additionalProperties", "not", "oneOf", "patternProperties"],
)
def test_schemas_inside_schemas_are_upgraded(keyword: str) -> None:
    old, new = {"type": "string", "nullable": True}, {"type": ["string", "null"]}
    wrap: dict[str, Any] = {"allOf": lambda s: [s], "oneOf": lambda s: [s]}
    named = {"properties", "patternProperties"}
    held = wrap.get(keyword, lambda s: {"nullable": s} if keyword in named else s)
    assert schema({keyword: held(old)}) == {keyword: held(new)}


@pytest.mark.parametrize(
    "data",
    [
        {"default": {"type": "string", "nullable": True}},
        {"enum": [{"type": "string", "nullable": True}]},
        {"const": {"example": 1}},
        {"examples": [{"type": "string", "format": "byte"}]},
        {"x-own": {"type": "string", "nullable": True}},
        {"properties": {"example": {"type": "string"}, "nullable": {"type": "boolean"}}},
    ],
)
def test_data_and_names_are_not_touched(data: dict[str, Any]) -> None:
    assert schema(data) == data


def test_what_stays_keeps_its_pointer_everywhere_in_a_document() -> None:
    nullable = {"type": "integer", "nullable": True}
    content = {"application/json": {"schema": nullable, "example": {"nullable": True}}}
    document = {
        "openapi": "3.0.0",
        "paths": {
            "/a": {
                "parameters": [{"name": "p", "in": "query", "schema": nullable, "example": 1}],
                "get": {
                    "requestBody": {"content": content},
                    "responses": {"200": {"description": "d", "content": content}},
                    "callbacks": {
                        "done": {"{$url}": {"post": {"requestBody": {"content": content}}}}
                    },
                },
            }
        },
    }
    new = upgrade(document)
    item = new["paths"]["/a"]
    get = item["get"]
    bodies = [
        get["requestBody"],
        get["responses"]["200"],
        get["callbacks"]["done"]["{$url}"]["post"]["requestBody"],
    ]
    assert [body["content"]["application/json"]["schema"]["type"] for body in bodies] == [
        ["integer", "null"]
    ] * 3
    assert bodies[0]["content"]["application/json"]["example"] == {"nullable": True}
    assert item["parameters"] == [
        {"name": "p", "in": "query", "schema": {"type": ["integer", "null"]}, "example": 1}
    ]


@pytest.mark.parametrize(
    ("file", "pointer"),
    [
        ({"type": "string", "nullable": True}, ()),
        ({"Pet": {"type": "string", "nullable": True}}, ("Pet",)),
        ({"name": "a", "in": "query", "schema": {"type": "string", "nullable": True}}, ("schema",)),
        (
            {"schemas": {"Pet": {"type": "string", "nullable": True}}},
            ("schemas", "Pet"),
        ),
    ],
)
def test_a_file_that_is_referred_to_is_recognised(file: Any, pointer: tuple[str, ...]) -> None:
    value = upgrade(file)
    for step in pointer:
        value = value[step]
    assert value == {"type": ["string", "null"]}


@pytest.mark.parametrize(
    "value", [None, 3, "text", [], {}, {"openapi": 3}, {"openapi": "3.0.0", "paths": []}]
)
def test_what_is_no_document_comes_back_as_it_is(value: Any) -> None:
    assert upgrade(value) == value


def test_what_aliases_share_stays_shared() -> None:
    value: dict[str, Any] = {"type": "string", "nullable": True}
    for _ in range(40):
        value = {"allOf": [value, value]}
    new = schema(value)
    assert new["allOf"][0] is new["allOf"][1]
