"""Calls with literal arguments, as woven modules hold their data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from specloom.model.types import ABSENT
from specloom.python.spelling import Code, literal


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
    if isinstance(value, tuple) and any(isinstance(part, Code) for part in value):
        comma = "," if len(value) == 1 else ""
        return f"({', '.join(_written(part) for part in value)}{comma})"
    return literal(dict(value) if isinstance(value, Mapping) else value)
