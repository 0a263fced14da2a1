"""Wan 2.6 text-to-video: Makes a short video from a text, on request and for money."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import errors, models
    from ._client import AsyncWan26, Wan26
    from ._runtime.hooks import Hooks
    from ._runtime.jobs import AsyncJob, Job
    from ._runtime.models import UNSET
    from .errors import (
        APIError,
        HttpResponseError,
        InternalGenerationError,
        ReferenceVideosCountError,
        ReferenceVideosDurationError,
        ReferenceVideosWithAudioError,
        ResultParsingError,
        StatusCheckError,
        TaskCreationError,
    )
    from .models import ShotType, Size
    from .resources.videos import AsyncVideo, Video

_MODULES = {
    "AsyncWan26": "_client",
    "Wan26": "_client",
    "Hooks": "_runtime.hooks",
    "AsyncJob": "_runtime.jobs",
    "Job": "_runtime.jobs",
    "UNSET": "_runtime.models",
    "APIError": "errors",
    "HttpResponseError": "errors",
    "InternalGenerationError": "errors",
    "ReferenceVideosCountError": "errors",
    "ReferenceVideosDurationError": "errors",
    "ReferenceVideosWithAudioError": "errors",
    "ResultParsingError": "errors",
    "StatusCheckError": "errors",
    "TaskCreationError": "errors",
    "ShotType": "models",
    "Size": "models",
    "AsyncVideo": "resources.videos",
    "Video": "resources.videos",
}

__all__ = [
    "UNSET",
    "APIError",
    "AsyncJob",
    "AsyncVideo",
    "AsyncWan26",
    "Hooks",
    "HttpResponseError",
    "InternalGenerationError",
    "Job",
    "ReferenceVideosCountError",
    "ReferenceVideosDurationError",
    "ReferenceVideosWithAudioError",
    "ResultParsingError",
    "ShotType",
    "Size",
    "StatusCheckError",
    "TaskCreationError",
    "Video",
    "Wan26",
    "errors",
    "models",
]


def __getattr__(name: str) -> Any:
    if name in {"errors", "models"}:
        return import_module(f".{name}", __name__)
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(f".{_MODULES[name]}", __name__), name)
    return found


def __dir__() -> list[str]:
    return __all__
