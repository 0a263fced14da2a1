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

_MODULES: dict[str, str] = {
    "VideoRequest": "videos",
    "VideoInput": "videos",
    "VideoParameters": "videos",
    "Size": "videos",
    "ShotType": "videos",
    "VideoTask": "videos",
    "TaskStatus": "videos",
    "TaskError": "videos",
    "VideoOutput": "videos",
    "VideoContent": "videos",
    "Usage": "videos",
    "ErrorAnswer": "videos",
}

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
