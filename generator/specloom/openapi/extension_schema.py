"""`spec/extensions.schema.json`, the one description of our extensions, and what a value says against it."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from specloom.openapi.findings import Finding, findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsonschema.protocols import Validator

__all__ = ["extension_names", "extension_schema", "faults", "field_names"]

_FILE = "extensions.schema.json"


@cache
def extension_schema() -> Mapping[str, Any]:
    """The schema: from the package where specloom is installed, from `spec/` where it is worked on."""
    packaged = files("specloom.openapi").joinpath(_FILE)
    source = Path(__file__).parents[3] / "spec" / _FILE
    text = packaged.read_text("utf-8") if packaged.is_file() else source.read_text("utf-8")
    schema: Mapping[str, Any] = json.loads(text)
    return schema


def extension_names() -> tuple[str, ...]:
    """The names of all our extensions."""
    return tuple(extension_schema()["properties"])


@cache
def _validator(name: str) -> Validator:
    # Most documents have no extension of ours, and it takes as long to import as all of specloom.
    from jsonschema.validators import Draft202012Validator

    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": extension_schema()["$defs"]})


def faults(name: str, value: Any) -> Iterator[Finding]:
    """What is wrong with the value of the extension `name`; pointers start at the value."""
    for error in _validator(name).iter_errors(value):
        yield from findings(error, follow=_followed)


@cache
def field_names(name: str) -> tuple[str, ...]:
    """The fields of an extension and, after a dot, the fields in them: `poll`, `poll.interval`."""
    schema = extension_schema()["$defs"]["job" if name == "x-job" else name]
    inner = schema if name != "x-error-codes" else schema["additionalProperties"]
    return tuple(_fields(inner, deep=True))


def _fields(schema: Mapping[str, Any], *, deep: bool) -> Iterator[str]:
    names = schema.get("propertyNames", {})
    yield from _followed(names).get("enum", ())
    for part in schema.get("allOf", ()):
        yield from _fields(_followed(part), deep=False)
    for field, held in schema.get("properties", {}).items():
        if field.startswith("x-"):
            continue
        yield field
        if deep:
            yield from (f"{field}.{inner}" for inner in _fields(_followed(held), deep=False))


def _followed(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    ref = schema.get("$ref", "")
    followed: Mapping[str, Any] = (
        extension_schema()["$defs"][ref.rpartition("/")[2]] if ref else schema
    )
    return followed
