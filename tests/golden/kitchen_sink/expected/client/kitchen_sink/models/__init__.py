"""The types of the API, each loaded when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .images import (
        ImageRequest,
        ImageRequestInput,
        ImageRequestStyle,
        Size,
        Task,
        TaskFile,
        TaskStatus,
    )
    from .pets import Animal, Cat, Dog, Kind, Pet
    from .shared import Failure, Problem

_TYPES: dict[str, str] = {
    "images": ("ImageRequest ImageRequestInput Size ImageRequestStyle Task " "TaskStatus TaskFile"),
    "pets": "Kind Animal Cat Dog Pet",
    "shared": "Problem Failure",
}
_MODULES = {name: module for module, names in _TYPES.items() for name in names.split()}

__all__ = [
    "Animal",
    "Cat",
    "Dog",
    "Failure",
    "ImageRequest",
    "ImageRequestInput",
    "ImageRequestStyle",
    "Kind",
    "Pet",
    "Problem",
    "Size",
    "Task",
    "TaskFile",
    "TaskStatus",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f".{_MODULES[name]}", __name__)
    globals()[name] = found = getattr(module, name)
    return found


def __dir__() -> list[str]:
    return sorted(_MODULES)
