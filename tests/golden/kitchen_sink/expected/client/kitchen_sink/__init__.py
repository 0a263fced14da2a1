"""Kitchen sink."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import errors, models
    from ._client import AsyncKitchenSink, KitchenSink
    from ._runtime.binary import AsyncDownload, Download
    from ._runtime.hooks import Hooks
    from ._runtime.jobs import AsyncJob, Job
    from ._runtime.models import UNSET
    from ._runtime.uploads import FileContent, Upload
    from .errors import APIError, PromptRefusedError
    from .models import ImageRequestStyle, Kind, Size
    from .resources.images import AsyncImage, Image

_MODULES = {
    "AsyncKitchenSink": "_client",
    "KitchenSink": "_client",
    "AsyncDownload": "_runtime.binary",
    "Download": "_runtime.binary",
    "Hooks": "_runtime.hooks",
    "AsyncJob": "_runtime.jobs",
    "Job": "_runtime.jobs",
    "UNSET": "_runtime.models",
    "FileContent": "_runtime.uploads",
    "Upload": "_runtime.uploads",
    "APIError": "errors",
    "PromptRefusedError": "errors",
    "ImageRequestStyle": "models",
    "Kind": "models",
    "Size": "models",
    "AsyncImage": "resources.images",
    "Image": "resources.images",
}

__all__ = [
    "UNSET",
    "APIError",
    "AsyncDownload",
    "AsyncImage",
    "AsyncJob",
    "AsyncKitchenSink",
    "Download",
    "FileContent",
    "Hooks",
    "Image",
    "ImageRequestStyle",
    "Job",
    "Kind",
    "KitchenSink",
    "PromptRefusedError",
    "Size",
    "Upload",
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
