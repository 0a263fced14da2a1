"""The types of the API, each loaded when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .videos import (
        ErrorAnswer,
        ShotType,
        Size,
        TaskError,
        TaskStatus,
        Usage,
        VideoContent,
        VideoInput,
        VideoOutput,
        VideoParameters,
        VideoRequest,
        VideoTask,
    )

_TYPES: dict[str, str] = {
    "videos": (
        "VideoRequest VideoInput VideoParameters Size ShotType VideoTask "
        "TaskStatus TaskError VideoOutput VideoContent Usage ErrorAnswer"
    ),
}
_MODULES = {name: module for module, names in _TYPES.items() for name in names.split()}

__all__ = [
    "ErrorAnswer",
    "ShotType",
    "Size",
    "TaskError",
    "TaskStatus",
    "Usage",
    "VideoContent",
    "VideoInput",
    "VideoOutput",
    "VideoParameters",
    "VideoRequest",
    "VideoTask",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f".{_MODULES[name]}", __name__)
    globals()[name] = found = getattr(module, name)
    return found


def __dir__() -> list[str]:
    return sorted(_MODULES)
