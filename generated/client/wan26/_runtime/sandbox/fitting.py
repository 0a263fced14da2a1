"""Whether values are valid against the schemas of the description."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import msgspec

from ..rules import usable
from .limits import limited

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jsonschema_rs import Draft202012Validator, Registry

__all__ = ["Fitting"]

_HOME: Final = "urn:sandbox"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class Fitting:
    """Validators, made when they are first asked for.

    A schema that no validator takes (a fault of the document) is met by everything.
    """

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._made: dict[bytes, Draft202012Validator | None] = {}

    def fits(self, schema: Any, value: Any) -> bool:
        """Whether the value is valid."""
        return not self.faults(schema, value)

    def faults(self, schema: Any, value: Any) -> list[tuple[list[str | int], str]]:
        """What is wrong with the value: where, and in which words."""
        validator = self._validator(schema)
        if validator is None:
            return []
        try:
            if validator.is_valid(value):
                return []
            return [
                (list(each.instance_path), each.message) for each in validator.iter_errors(value)
            ]
        except ValueError:  # a pattern that cannot be decided, a reference that leads nowhere
            return []

    def _validator(self, schema: Any) -> Draft202012Validator | None:
        key = msgspec.json.encode(schema)
        if key not in self._made:
            self._made[key] = self._make(schema)
        return self._made[key]

    def _make(self, schema: Any) -> Draft202012Validator | None:
        from jsonschema_rs import Draft202012Validator

        try:
            return Draft202012Validator(
                _absolute(usable(limited(schema), _compiles, [])),
                registry=self._registry,
                validate_formats=True,
            )
        except ValueError:
            return None

    @cached_property
    def _registry(self) -> Registry:
        from jsonschema_rs import Registry

        definitions = {
            name: usable(limited(each), _compiles, []) for name, each in self._definitions.items()
        }
        return Registry([(_HOME, {"$schema": _DIALECT, "$defs": definitions})])


def _absolute(schema: Any) -> Any:
    """The schema with its references leading into the definitions' home."""
    if isinstance(schema, list):
        return [_absolute(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: (
            f"{_HOME}{value}"
            if key == "$ref" and isinstance(value, str) and value.startswith("#")
            else _absolute(value)
        )
        for key, value in schema.items()
    }


def _compiles(pattern: str) -> bool:
    from jsonschema_rs import Draft202012Validator

    try:
        Draft202012Validator({"pattern": pattern})
    except ValueError:
        return False
    return True
