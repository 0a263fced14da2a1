"""Calls with literal arguments, as woven modules hold their data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from specloom.model.types import ABSENT
from specloom.python.spelling import Code, literal
from specloom.targets.client.runtime.jsonpath import TextPath


def construct(name: str, /, *positional: Code, **members: Any) -> Code:
    """A call `name(positional..., key=value, ...)`; members that are empty or None are left out."""
    kept = [f"{key}={_written(value)}" for key, value in members.items() if not is_empty(value)]
    return Code(f"{name}({', '.join([*positional, *kept])})")


def is_empty(value: Any) -> bool:
    """Whether a value says nothing, so that its argument is left out."""
    return value is None or value is ABSENT or value in ("", (), {}, [])


def _written(value: Any) -> str:
    if isinstance(value, Code):
        return value
    if isinstance(value, TextPath):
        steps = ", ".join(str(one) for one in value.steps)
        return f"TextPath({literal(str(value))}, {steps})"
    if not _holds_calls(value):
        return literal(dict(value) if isinstance(value, Mapping) else value)
    if isinstance(value, Mapping):
        members = (f"{literal(name)}: {_written(member)}" for name, member in value.items())
        return f"{{{', '.join(members)}}}"
    parts = ", ".join(_written(part) for part in value)
    if isinstance(value, list):
        return f"[{parts}]"
    return f"({parts}{',' if len(value) == 1 else ''})"


def _holds_calls(value: Any) -> bool:
    """Whether something in a value is written as a call, or as it is."""
    if isinstance(value, Mapping):
        return any(_holds_calls(member) for member in value.values())
    if isinstance(value, tuple | list):
        return any(_holds_calls(member) for member in value)
    return isinstance(value, Code | TextPath)
