"""Checks of requests: every problem at once, in words, with the vendor's code, once per cause."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

import pytest

from specloom.targets.client.runtime import checks
from specloom.targets.client.runtime.checks import Advice, Problem, RequestChecks

SIZES = ["1280*720", "720*1280", "960*960"]
WITH_REFERENCE = {
    "properties": {"input": {"required": ["reference_video_urls"]}},
    "required": ["input"],
}
BODY: dict[str, Any] = {
    "type": "object",
    "required": ["model", "input"],
    "properties": {
        "model": {"const": "wan26_t2v"},
        "input": {"$ref": "#/$defs/Input"},
        "parameters": {"$ref": "#/$defs/Parameters"},
    },
    "allOf": [
        {
            "x-error-code": "002",
            "not": {
                "properties": {
                    "input": {"required": ["reference_video_urls"]},
                    "parameters": {"properties": {"audio": {"const": True}}, "required": ["audio"]},
                },
                "required": ["input", "parameters"],
            },
        },
        {
            "x-error-code": "003",
            "if": WITH_REFERENCE,
            "then": {
                "properties": {
                    "parameters": {
                        "properties": {"duration": {"enum": [5, 10]}, "seed": {"const": 0}}
                    }
                }
            },
        },
    ],
}
DOCUMENT: dict[str, Any] = {
    "$defs": {
        "Input": {
            "type": "object",
            "required": ["prompt"],
            "additionalProperties": False,
            "properties": {
                "prompt": {"type": "string", "minLength": 1},
                "audio_url": {"type": "string", "pattern": "^https?://", "format": "uri"},
                "reference_video_urls": {"$ref": "#/$defs/Urls"},
            },
        },
        "Urls": {
            "x-error-code": "001",
            "type": "array",
            "minItems": 1,
            "maxItems": 2,
            "items": {"type": "string"},
        },
        "Parameters": {
            "type": "object",
            "properties": {
                "size": {"type": "string", "enum": SIZES},
                "duration": {"type": "integer", "minimum": 2, "maximum": 15},
                "seed": {"type": "integer"},
                "audio": {"type": "boolean"},
            },
        },
    },
    "requests": {
        "videos.submit": {
            "body": BODY,
            "advice": [
                {
                    "when": {
                        "properties": {
                            "input": {
                                "properties": {"prompt": {"minLength": 11}},
                                "required": ["prompt"],
                            }
                        },
                        "required": ["input"],
                    },
                    "message": "cut off after ten",
                    "effect": "truncated",
                },
                {
                    "when": {"required": ["parameters"]},
                    "message": "never mind",
                    "effect": "ignored",
                },
            ],
        }
    },
}
MESSAGES = {"001": "one or two URLs", "002": "not with audio"}


def checks_of(document: dict[str, Any], **more: Any) -> RequestChecks:
    return RequestChecks(lambda: json.dumps(document).encode(), **more)


def body(**fields: Any) -> dict[str, Any]:
    return {"model": "wan26_t2v", "input": {"prompt": "p"}, **fields}


def found(schema: dict[str, Any], value: Any) -> list[str]:
    return [
        str(problem)
        for problem in checks_of({"requests": {"x": {"body": schema}}}).problems("x", value)
    ]


WAN = checks_of(DOCUMENT, messages=MESSAGES)


def test_a_good_request_has_no_problems() -> None:
    assert WAN.problems("videos.submit", body(parameters={"size": SIZES[0], "duration": 5})) == []


def test_all_problems_are_found_at_once() -> None:
    problems = WAN.problems(
        "videos.submit",
        {
            "model": "wan26",
            "input": {"promt": "p", "audio_url": "ftp://x"},
            "parameters": {"size": "1:1", "duration": 1, "seed": "x", "audio": 1},
        },
    )
    assert sorted(map(str, problems)) == [
        "input.audio_url: 'ftp://x' does not match the pattern '^https?://'",
        "input.prompt: is required",
        "input.promt: is not known here; did you mean prompt?",
        "model: must be 'wan26_t2v', not 'wan26'",
        "parameters.audio: must be a boolean, not an integer",
        "parameters.duration: must be at least 2, not 1",
        "parameters.seed: must be an integer, not a string",
        "parameters.size: '1:1' is not one of 1280*720, 720*1280, 960*960",
    ]


def test_a_problem_says_where_it_lies_in_body_and_schemas() -> None:
    [problem] = WAN.problems("videos.submit", body(parameters={"size": "1280x720"}))
    assert problem == Problem(
        path="/parameters/size",
        message="'1280x720' is not one of 1280*720, 720*1280, 960*960; did you mean 1280*720?",
        code=None,
        schema_path="/$defs/Parameters/properties/size/enum",
    )


def test_a_rule_carries_its_code_and_the_vendors_words() -> None:
    [problem] = WAN.problems(
        "videos.submit", body(input={"prompt": "p", "reference_video_urls": []})
    )
    assert (problem.path, problem.message, problem.code) == (
        "/input/reference_video_urls",
        "one or two URLs",
        "001",
    )


def test_a_rule_broken_in_several_ways_is_one_problem() -> None:
    urls = {"prompt": "p", "reference_video_urls": ["a", 1, 2]}
    assert [problem.code for problem in WAN.problems("videos.submit", body(input=urls))] == ["001"]
    reference = {"prompt": "p", "reference_video_urls": ["a"]}
    problems = WAN.problems(
        "videos.submit", body(input=reference, parameters={"duration": 7, "seed": 1})
    )
    assert [(problem.path, problem.code) for problem in problems] == [
        ("/parameters/duration", "003")
    ]
    assert str(problems[0]) == "parameters.duration: 7 is not one of 5, 10 (003)"


def test_what_must_not_go_together_is_one_problem_with_its_code() -> None:
    reference = {"prompt": "p", "reference_video_urls": ["a"]}
    [problem] = WAN.problems("videos.submit", body(input=reference, parameters={"audio": True}))
    assert (problem.path, problem.message, problem.code) == (
        "/parameters/audio",
        "not with audio",
        "002",
    )


def test_rules_broken_by_several_elements_are_several_problems() -> None:
    schema = {
        "items": {"x-error-code": "7", "required": ["a"], "properties": {"a": {"minimum": 1}}}
    }
    assert found(schema, [{}, {"a": 0}, {"a": 1}]) == [
        "[0].a: is required (7)",
        "[1].a: must be at least 1, not 0 (7)",
    ]


def test_the_innermost_code_is_taken() -> None:
    schema = {
        "x-error-code": "outer",
        "properties": {
            "a": {"x-error-code": "inner", "minimum": 1},
            "b": {"minimum": 1},
            "x-error-code": {"minimum": 1},
            "properties": {"properties": {"c": {"minimum": 1}}},
        },
    }
    assert found(schema, {"a": 0}) == ["a: must be at least 1, not 0 (inner)"]
    assert found(schema, {"b": 0}) == ["b: must be at least 1, not 0 (outer)"]
    assert found(schema, {"x-error-code": 0}) == ["x-error-code: must be at least 1, not 0 (outer)"]
    assert found(schema, {"properties": {"c": 0}}) == [
        "properties.c: must be at least 1, not 0 (outer)"
    ]


CAT = {"properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}, "required": ["kind"]}
DOG = {
    "properties": {"kind": {"const": "dog"}, "name": {"type": "string"}},
    "required": ["kind", "name"],
}

SAID: list[tuple[dict[str, Any], Any, list[str]]] = [
    ({"type": ["string", "null"]}, 1, ["the body: must be null or a string, not an integer"]),
    ({"type": "object"}, [], ["the body: must be an object, not an array"]),
    ({"minLength": 1}, "", ["the body: must have at least 1 character, has 0"]),
    ({"maxLength": 2}, "abc", ["the body: must have at most 2 characters, has 3"]),
    ({"maxItems": 1}, [1, 2], ["the body: must hold at most 1 element, holds 2"]),
    ({"minItems": 2}, [1], ["the body: must hold at least 2 elements, holds 1"]),
    ({"uniqueItems": True}, [1, 1], ["the body: must not hold the same element twice"]),
    ({"exclusiveMinimum": 0}, 0, ["the body: must be more than 0, not 0"]),
    ({"exclusiveMaximum": 1.5}, 2, ["the body: must be less than 1.5, not 2"]),
    ({"multipleOf": 2}, 3, ["the body: must be a multiple of 2, not 3"]),
    ({"maximum": 1}, 2, ["the body: must be at most 1, not 2"]),
    ({"minProperties": 1}, {}, ["the body: must hold at least 1 member, holds 0"]),
    ({"contains": {"const": 1}}, [], ["the body: lacks an element of the kind that must be there"]),
    ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, ["b: is required"]),
    ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, ["the body: the name 'ab' is not allowed"]),
    ({"properties": {"a": False}}, {"a": 1}, ["a: is not allowed here"]),
    ({"unevaluatedProperties": False, "properties": {"abc": {}}}, {"abd": 1},
     ["abd: is not known here; did you mean abc?"]),
    ({"enum": ["Single", "multi"]}, "single",
     ["the body: 'single' is not one of Single, multi; did you mean Single?"]),
    ({"enum": list(range(20))}, 99,
     ["the body: 99 is not one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 8 more"]),
    ({"not": {"required": ["a"]}}, {"a": 1}, ["a: a is not allowed so"]),
    ({"not": {"required": ["a", "b"]}}, {"a": 1, "b": 2}, ["b: a and b do not go together"]),
    ({"not": {}}, 1, ["the body: is not allowed"]),
    ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {},
     ["the body: one of a, b is required"]),
    ({"oneOf": [{"type": "string"}, {"type": "array"}]}, 1,
     ["the body: must be an array or a string, not an integer"]),
    ({"oneOf": [{"type": "integer"}, {"minimum": 0}]}, 1,
     ["the body: fits more than one of the forms of which it may have one"]),
    ({"oneOf": [CAT, DOG]}, {"kind": "dog"}, ["name: is required"]),
    ({"oneOf": [CAT, DOG]}, {"kind": "cat", "lives": "x"},
     ["lives: must be an integer, not a string"]),
    ({"anyOf": [{"type": "string"}, {"items": {"minimum": 1}, "type": "array"}]}, [0],
     ["[0]: must be at least 1, not 0"]),
    ({"anyOf": [{"type": "null"}, {"type": "object", "required": ["a"]}]}, {}, ["a: is required"]),
    ({"if": {"type": "integer"}, "then": {"minimum": 4}}, 1,
     ["the body: must be at least 4, not 1"]),
    ({"allOf": [{"minimum": 4}, {"minimum": 4}]}, 1, ["the body: must be at least 4, not 1"]),
    ({"const": {"a": 1}}, "x" * 99, ["the body: must be {\"a\": 1}, not '" + "x" * 57 + "...'"]),
    ({"patternProperties": {"^x-": {"type": "string"}}}, {"x-a": 1},
     ["x-a: must be a string, not an integer"]),
    ({"prefixItems": [{}], "items": False}, [1, 2], ["[1]: is not allowed here"]),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "value", "said"), SAID, ids=[case[2][0] for case in SAID])
def test_a_problem_is_said_in_words(schema: dict[str, Any], value: Any, said: list[str]) -> None:
    assert found(schema, value) == said


def test_a_recursive_schema_is_followed_to_the_code() -> None:
    document = {
        "$defs": {
            "Node": {"properties": {"next": {"$ref": "#/$defs/Node"}, "n": {"$ref": "#/$defs/N"}}},
            "N": {"x-error-code": 42, "type": "integer"},
        },
        "requests": {"a/b": {"body": {"$ref": "#/$defs/Node"}}},
    }
    [problem] = checks_of(document).problems("a/b", {"next": {"next": {"n": "x"}}})
    assert (problem.path, problem.code) == ("/next/next/n", "42")


def test_a_request_that_is_not_known_has_no_rules() -> None:
    assert WAN.problems("videos.get", {"any": "thing"}) == []
    assert WAN.advice("videos.get", {"any": "thing"}) == []


def test_a_pattern_that_does_not_compile_is_dropped_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    schema = {
        "properties": {
            "a": {"pattern": "(?<=a+)[", "minLength": 2},
            "pattern": {"const": {"pattern": "["}},
            "default": {"pattern": "("},
            "b": {"pattern": "^b"},
        },
        "patternProperties": {"[": {"minimum": 1}, "^c": {"minimum": 1}},
    }
    caplog.set_level(logging.WARNING)
    assert sorted(found(schema, {"a": "x", "b": "x", "c": 0, "pattern": 1})) == [
        "a: must have at least 2 characters, has 1",
        "b: 'x' does not match the pattern '^b'",
        "c: must be at least 1, not 0",
        'pattern: must be {"pattern": "["}, not 1',
    ]
    assert "(?<=a+)[" in caplog.text


@pytest.mark.parametrize("schema", [{"minimum": "a"}, {"$ref": "#/nowhere"}, {"type": "nonsense"}])
def test_a_schema_that_cannot_be_used_keeps_nothing_from_being_sent(
    schema: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    assert found(schema, 1) == []
    assert "cannot be checked" in caplog.text


def test_formats_are_asserted_only_when_asked() -> None:
    document = {"requests": {"x": {"body": {"format": "date"}}}}
    assert checks_of(document).problems("x", "soon") == []
    [problem] = checks_of(document, formats=True).problems("x", "soon")
    assert problem.message == "'soon' is no date"


def test_advice_is_given_where_it_applies() -> None:
    assert WAN.advice("videos.submit", body()) == []
    long = body(input={"prompt": "x" * 11}, parameters={})
    assert WAN.advice("videos.submit", long) == [
        Advice(message="cut off after ten", effect="truncated", path="/input/prompt"),
        Advice(message="never mind", effect="ignored", path="/parameters"),
    ]


def test_hostile_text_in_a_body_is_shown_escaped() -> None:
    [said] = found({"additionalProperties": False}, {"\x1b[31m\n": 1})
    assert said.isprintable()


def test_schemas_are_read_at_the_first_check_and_the_library_at_the_first_doubt() -> None:
    script = (
        "import sys\n"
        "from specloom.targets.client.runtime.checks import RequestChecks\n"
        "asked = []\n"
        'text = b\'{"requests": {"x": {"body": {"type": "integer"}}}}\'\n'
        "checks = RequestChecks(lambda: asked.append(1) or text)\n"
        "print('jsonschema_rs' in sys.modules, len(asked))\n"
        "checks.problems('x', 1), checks.problems('x', 1), checks.advice('x', 1)\n"
        "print('jsonschema_rs' in sys.modules, len(asked))\n"
        "print(len(checks.problems('x', 'one')), 'jsonschema_rs' in sys.modules, len(asked))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["False 0", "False 1", "1 True 1"]


def test_the_module_exports_what_it_says() -> None:
    assert all(hasattr(checks, name) for name in checks.__all__)
