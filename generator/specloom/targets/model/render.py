"""The model as JSON, to look at and to test."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from specloom.diagnostics import Location
from specloom.model.types import ABSENT

if TYPE_CHECKING:
    from specloom.model.api import Api


def render_model(api: Api) -> str:
    """The whole `Api` as JSON; places are `file#/json/pointer`, types carry the name of their kind."""
    return json.dumps(_plain(api), indent=2, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if value is ABSENT:
        return None
    if isinstance(value, Location):
        steps = (str(step).replace("~", "~0").replace("/", "~1") for step in value.pointer)
        return f"{value.file}#" + "".join(f"/{step}" for step in steps)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        members = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
        told = {name: _plain(member) for name, member in members.items() if member is not ABSENT}
        return {"is": type(value).__name__, **told}
    if isinstance(value, Mapping):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    return value.value if isinstance(value, enum.Enum) else value
