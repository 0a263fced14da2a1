"""The judges of the wire bench find what is wrong: a bench that is always content measures nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bench.wire.cases import Cases
from bench.wire.judging import Received, judge
from bench.wire.outcomes import difference

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/things/{id}": {
            "put": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {
                        "name": "tags",
                        "in": "query",
                        "required": True,
                        "explode": False,
                        "schema": {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2},
                    },
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {"name": {"const": "x"}},
                                "additionalProperties": False,
                            }
                        }
                    },
                },
                "responses": {
                    "200": {
                        "description": "d",
                        "content": {"application/json": {"schema": {"type": "object"}}},
                    }
                },
            }
        }
    },
}


@pytest.fixture
def case(tmp_path: Any) -> dict[str, Any]:
    path = tmp_path / "api.json"
    path.write_text(json.dumps(DOCUMENT), "utf-8")
    (found,) = Cases(path, seed=1).all()
    return found


def request(case: dict[str, Any], **changed: Any) -> Received:
    values = {one["name"]: one["value"] for one in case["parameters"]}
    right = {
        "method": "PUT",
        "target": f"/things/{values['id']}?tags={','.join(values['tags'])}",
        "headers": {"content-type": "application/json"},
        "body": b'{"name":"x"}',
    }
    return Received(**(right | changed))


def test_a_right_request_is_right(case: dict[str, Any]) -> None:
    assert judge(case, request(case)) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"method": "POST"}, "method POST"),
        ({"target": "/thing/1?tags=a,b"}, "path"),
        ({"target": "/things/amber"}, "query tags is missing"),
        ({"body": b'{"name":"y"}'}, "in place of"),
        ({"body": b'{"name":"x","more":1}'}, "in place of"),
        ({"body": b"{"}, "cannot be read"),
        ({"body": b"", "headers": {}}, "the body is missing"),
        ({"headers": {"content-type": "text/plain"}}, "content type"),
    ],
)
def test_a_wrong_request_is_wrong(case: dict[str, Any], changed: Any, said: str) -> None:
    assert said in " ".join(judge(case, request(case, **changed)))


def test_an_exploded_list_is_not_a_joined_one(case: dict[str, Any]) -> None:
    values = {one["name"]: one["value"] for one in case["parameters"]}
    spread = "&".join(f"tags={value}" for value in values["tags"])
    assert judge(case, request(case, target=f"/things/{values['id']}?{spread}&more=1"))


def test_answers_hold_what_no_schema_names(case: dict[str, Any]) -> None:
    (answer,) = case["answers"]
    assert answer["kind"] == "json"
    assert isinstance(answer["value"], dict)


@pytest.mark.parametrize(
    ("sent", "came", "said"),
    [
        ({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}, ""),
        ({"a": 1}, {}, "/a is lost"),
        ({}, {"a": 1}, "/a was not sent"),
        ({"a": [1, 2]}, {"a": [1, 3]}, "/a/1: 3 in place of 2"),
        ({"a": True}, {"a": 1}, "/a: 1 in place of True"),
        ({"a": "2020-01-01T00:00:00.000Z"}, {"a": "2020-01-01T00:00:00Z"}, ""),
        ({"a": "2020-01-01T00:00:00Z"}, {"a": "2020-01-01T00:00:01Z"}, "/a: "),
    ],
)
def test_what_is_lost_on_the_way_is_told(sent: Any, came: Any, said: str) -> None:
    found = difference(sent, came)
    assert found == said if not said else said in found
