"""Modules that are loaded when something of them is first asked for.

A plain call needs few of this package's modules, and a program waits for each that it imports. What
a submit needs is loaded before it is sent.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["Deferred"]

_PACKAGE = __name__.rpartition(".")[0]


class Deferred:
    """A module of this package, by its name; type checkers see an ordinary import in its place."""

    __slots__ = ("_module", "_name")

    def __init__(self, name: str) -> None:
        self._name = f"{_PACKAGE}.{name}"
        self._module: ModuleType | None = None

    def __getattr__(self, name: str) -> Any:
        if self._module is None:
            self._module = import_module(self._name)
        return getattr(self._module, name)
