"""Samples are valid, plausible by format and name, and the same for the same schema."""

from __future__ import annotations

import ipaddress
import re
import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specloom.targets.client.runtime.sandbox.samples import Sampler

if TYPE_CHECKING:
    from collections.abc import Callable

NODE = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}
TREE = {
    "type": "object",
    "required": ["children", "label"],
    "properties": {
        "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
        "label": {"type": "string"},
    },
}
PETS = {
    "Cat": {
        "type": "object",
        "required": ["kind", "lives"],
        "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}},
    },
    "Dog": {
        "type": "object",
        "required": ["kind", "barks"],
        "properties": {"kind": {"type": "string"}, "barks": {"type": "boolean"}},
    },
}


def made(schema: Any, name: str = "", definitions: Any = None) -> Any:
    return Sampler(definitions or {}, "test").value(schema, name)


def person(**keywords: Any) -> dict[str, Any]:
    return {"type": "object", **keywords}


@pytest.mark.parametrize(
    "schema",
    [
        {"oneOf": [{"type": "integer", "minimum": 3}, {"type": "string"}]},
        {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
        {"type": ["null", "integer"], "multipleOf": 7, "minimum": 50},
        {"type": ["null"]},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001},
        {"type": "integer", "exclusiveMinimum": 4, "maximum": 5},
        {"type": "number", "multipleOf": 0.25, "maximum": -3},
        {"type": "string", "minLength": 40, "maxLength": 41},
        {"type": "string", "maxLength": 2},
        {"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": True, "minItems": 3},
        {"type": "array", "prefixItems": [{"type": "integer"}, {"const": "x"}], "items": False},
        {"type": "array", "items": {"type": "integer"}, "contains": {"const": 5}, "maxItems": 4},
        {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 3},
        {"type": "object", "patternProperties": {"^x-": {}}, "additionalProperties": False},
        {"type": "object", "propertyNames": {"pattern": "^[A-Z]{3}$"}, "minProperties": 2},
        {"type": "string", "default": "usual", "maxLength": 3},
        {"examples": [5, "five"], "type": "string"},
        {"allOf": [{"properties": {"a": {"type": "integer"}}}, {"required": ["a", "b"]}]},
        {"type": "object", "properties": {"a": False, "b": {"type": "string"}}},
        person(
            properties={"a": {"type": "integer"}, "b": {"type": "integer"}},
            oneOf=[{"required": ["a"]}, {"required": ["b"]}],
        ),
        person(
            properties={"kind": {"enum": ["card"]}, "number": {"type": "string"}},
            required=["kind"],
            **{"if": {"properties": {"kind": {"const": "card"}}}, "then": {"required": ["number"]}},
        ),
        person(
            oneOf=[
                {"properties": {"a": {"type": "integer"}}},
                {
                    "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
                    "required": ["b"],
                },
            ],
            additionalProperties={"type": "string"},
        ),
        person(dependentRequired={"a": ["b"]}, properties={"a": {"type": "integer"}}),
    ],
)
def test_a_sample_is_a_value_of_its_schema(schema: Any) -> None:
    value = made(schema)
    assert jsonschema_rs.Draft202012Validator(schema).is_valid(value), value


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{2}\d{3}$",
        r"^(\+|00)[1-9][0-9 ]{6,12}$",
        r"^[0-9-+\(\)\s]+$",
        r"^#(?:[0-9a-fA-F]{3}){1,2}$",
        r"^(?=.*[a-z])[a-z0-9._-]{8,}$",
        r"^[^/\s]+/[^/\s]+$",
        r"\.(png|jpe?g)$",
        r"^\p{Lu}[\p{L} ]*$",
        r"^\u0041[\x42-\x44]$",
        r"^(?<year>\d{4})-(?<month>0[1-9]|1[0-2])$",
    ],
)
def test_a_text_matches_its_pattern(pattern: str) -> None:
    schema = {"type": "string", "pattern": pattern, "maxLength": 60}
    value = made(schema)
    assert jsonschema_rs.Draft202012Validator(schema).is_valid(value), value


@pytest.mark.parametrize("pattern", [r"^(a)\1$", "([", "^(?!a)"])
def test_a_pattern_that_is_too_odd_still_gives_a_text(pattern: str) -> None:
    assert isinstance(made({"type": "string", "pattern": pattern}), str)


@pytest.mark.parametrize(
    ("form", "read"),
    [
        ("date-time", datetime.fromisoformat),
        ("date", date.fromisoformat),
        ("uuid", uuid.UUID),
        ("ipv4", ipaddress.IPv4Address),
        ("ipv6", ipaddress.IPv6Address),
        ("email", re.compile(r"\S+@\S+\.\w+").fullmatch),
        ("uri", re.compile(r"https://\S+").fullmatch),
    ],
)
def test_a_text_is_of_its_format(form: str, read: Callable[[str], Any]) -> None:
    assert read(made({"type": "string", "format": form}))


def test_values_fit_their_names() -> None:
    names = [
        "first_name",
        "city",
        "createdAt",
        "email",
        "currency",
        "price",
        "homepageUrl",
        "colour",
        "description",
    ]
    value = made({"type": "object", "properties": {name: {"type": "string"} for name in names}})
    assert len(set(value.values())) == len(names)
    assert value["first_name"].istitle()
    assert datetime.fromisoformat(value["createdAt"]).year == 2026
    assert "@" in value["email"]
    assert re.fullmatch("[A-Z]{3}", value["currency"])
    assert float(value["price"]) > 0
    assert value["homepageUrl"].startswith("https://")
    assert re.fullmatch("#[0-9a-f]{6}", value["colour"])
    assert " " in value["description"]


def test_a_country_is_as_long_as_it_may_be() -> None:
    schema = {"type": "string", "maxLength": 2}
    assert re.fullmatch("[A-Z]{2}", made(schema, "country"))
    assert re.fullmatch("[A-Z]{2}", made({"type": "string"}, "countryCode"))
    assert len(made({"type": "string"}, "country")) > 3


def test_the_same_schema_has_the_same_sample_and_items_differ() -> None:
    schema = {
        "type": "array",
        "items": {"type": "object", "properties": {"id": {"type": "string"}}},
    }
    value = made(schema)
    assert value == made(schema)
    assert value[0] != value[1]


def test_examples_and_defaults_come_before_what_is_made_up() -> None:
    properties = {
        "a": {"type": "string", "examples": ["from the document"]},
        "b": {"type": "integer", "default": 7},
        "c": {"type": "integer", "examples": ["no integer"]},
    }
    value = made({"type": "object", "properties": properties})
    assert (value["a"], value["b"]) == ("from the document", 7)
    assert isinstance(value["c"], int)


def test_answers_lack_what_is_only_sent_and_requests_what_is_only_received() -> None:
    properties = {
        "secret": {"type": "string", "writeOnly": True},
        "id": {"type": "string", "readOnly": True},
        "name": {"type": "string"},
    }
    sampler = Sampler({})
    schema = {"type": "object", "properties": properties}
    assert set(sampler.value(schema)) == {"id", "name"}
    assert set(sampler.value(schema, is_sent=True)) == {"secret", "name"}


def test_a_discriminator_has_the_word_of_its_variant() -> None:
    mapping = {"felis": "#/$defs/Cat", "canis": "#/$defs/Dog"}
    schema = {
        "oneOf": [{"$ref": ref} for ref in mapping.values()],
        "discriminator": {"propertyName": "kind", "mapping": mapping},
    }
    value = made(schema, definitions=PETS)
    assert (value["kind"], "lives" in value) == ("felis", True)


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inner), default=0)


@pytest.mark.parametrize(("name", "schema"), [("Node", NODE), ("Tree", TREE)])
def test_a_sample_of_what_holds_itself_ends(name: str, schema: Any) -> None:
    value = made({"$ref": f"#/$defs/{name}"}, definitions={name: schema})
    assert depth(value) < 8


limits = st.integers(-50, 50)
scalars = st.one_of(
    st.builds(
        lambda low, span: {"type": "integer", "minimum": low, "maximum": low + span},
        limits,
        st.integers(0, 20),
    ),
    st.builds(
        lambda low, span: {"type": "number", "exclusiveMinimum": low, "maximum": low + span},
        limits,
        st.integers(1, 20),
    ),
    st.builds(
        lambda low, span: {"type": "string", "minLength": low, "maxLength": low + span},
        st.integers(0, 30),
        st.integers(0, 30),
    ),
    st.sampled_from(
        [{"type": "boolean"}, {"type": ["string", "null"]}, {"enum": ["a", 1, None]}, {"const": 4}]
    ),
)
names = st.sampled_from(["id", "name", "price", "created_at", "tags", "country", "width", "x"])


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def build(properties: dict[str, Any], is_closed: bool, required: list[str]) -> Any:
        wanted = [name for name in required if name in properties]
        closed = {"additionalProperties": False} if is_closed else {}
        return {"type": "object", "properties": properties, "required": wanted, **closed}

    return st.builds(
        build,
        st.dictionaries(names, inner, max_size=4),
        st.booleans(),
        st.lists(names, unique=True),
    )


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.builds(
        lambda items, low: {"type": "array", "items": items, "minItems": low, "maxItems": low + 2},
        inner,
        st.integers(0, 3),
    )
    choices = st.builds(lambda one, other: {"anyOf": [one, other]}, inner, inner)
    return st.one_of(objects(inner), lists, choices)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.recursive(scalars, nested, max_leaves=8))
def test_samples_of_all_kinds_of_schemas_are_valid(schema: Any) -> None:
    value = made(schema)
    assert jsonschema_rs.Draft202012Validator(schema).is_valid(value), value
