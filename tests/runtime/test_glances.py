"""A glance at a request settles it only where the library would say the same, and reads no more."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from specloom.targets.client.runtime import contracts, glances
from specloom.targets.client.runtime.contracts import Contracts
from specloom.targets.client.runtime.glances import is_plainly_valid

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "ab", 1.0, 0.5]),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
    max_leaves=4,
)
KINDS = st.sampled_from(["string", "integer", "number", "boolean", "array", "object", "null"])
SCHEMAS: st.SearchStrategy[Any] = st.recursive(
    st.booleans() | st.just({"$ref": "#/$defs/A"}),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "type": KINDS | st.lists(KINDS, min_size=1, max_size=3, unique=True),
            "enum": st.lists(VALUES, min_size=1, max_size=3, unique_by=repr),
            "const": VALUES,
            "minLength": st.integers(0, 2),
            "maxLength": st.integers(0, 2),
            "minItems": st.integers(0, 2),
            "maxItems": st.integers(0, 2),
            "minimum": st.sampled_from([0, 1, 1.5]),
            "maximum": st.sampled_from([0, 1, 1.5]),
            "required": st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True),
            "properties": st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
            "additionalProperties": inner,
            "items": inner,
            "prefixItems": st.lists(inner, min_size=1, max_size=1),
            "description": st.just("talk"),
            "not": inner,
        },
    ),
    max_leaves=4,
)


@given(VALUES, SCHEMAS, st.sampled_from([True, {"type": "string"}, {"enum": ["a", 1]}]))
@settings(max_examples=500, deadline=None, derandomize=True)
def test_a_glance_passes_nothing_that_breaks_a_rule(value: Any, schema: Any, other: Any) -> None:
    document = {"$defs": {"A": other}}
    if is_plainly_valid(value, schema, document):
        assert Draft202012Validator({**document, "allOf": [schema]}).is_valid(value)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}}, {"a": "x", "b": 1}),
        ({"type": "array", "items": {"type": "integer", "maximum": 3}}, [1, 2]),
        ({"type": ["string", "null"], "maxLength": 2, "x-note": {}, "format": "date"}, "ab"),
        ({"additionalProperties": {"enum": ["a"]}, "required": ["b"]}, {"b": "a"}),
    ],
)
def test_a_glance_settles_what_most_requests_are(schema: Any, value: Any) -> None:
    assert is_plainly_valid(value, schema, {"$defs": {"A": {"enum": ["x"]}}})


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "^a"},
        {"maxLength": "9"},
        {"required": True},
        {"enum": "abc"},
        {"not": False},
    ],
)
def test_a_glance_settles_nothing_that_it_does_not_know_or_that_is_faulty(schema: Any) -> None:
    assert not is_plainly_valid("a", schema, {})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]])
def test_what_is_no_number_of_json_is_left_to_the_library(value: Any) -> None:
    schema = {"type": ["number", "array"], "items": {"type": "number"}}
    assert not Draft202012Validator(schema).is_valid(value)
    assert not is_plainly_valid(value, schema, {})


def test_references_in_a_circle_are_left_to_the_library() -> None:
    assert not is_plainly_valid(1, {"$ref": "#/$defs/A"}, {"$defs": {"A": {"$ref": "#/$defs/A"}}})


def test_only_what_a_request_refers_to_is_read() -> None:
    text = (
        b'{"requests": {"x": {"body": {"$ref": "#/$defs/A~1b"}}, "y": {"body": {"$ref": "#"}}},'
        b' "$defs": {"A/b": {"items": {"$ref": "#/$defs/C/items"}}, "C": {"items": {}}, "D": {}}}'
    )
    found = Contracts(lambda: text)
    assert found.of("x") == {
        "requests": {"x": {"body": {"$ref": "#/$defs/A~1b"}}},
        "$defs": {"A/b": {"items": {"$ref": "#/$defs/C/items"}}, "C": {"items": {}}},
    }
    assert found.of("z") == {"requests": {}}


@pytest.mark.parametrize("module", [contracts, glances])
def test_the_modules_export_what_they_say(module: Any) -> None:
    assert all(hasattr(module, name) for name in module.__all__)
