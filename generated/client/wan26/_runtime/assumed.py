"""What the document only assumes, set anew at run time, without weaving again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from .deferred import Deferred

if TYPE_CHECKING:
    from . import assumptions
    from .operations import Api, Operation
else:
    assumptions = Deferred("assumptions")  # few set any

__all__ = ["Assumed", "flatten"]

T = TypeVar("T")


def flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of nested tables under dotted names: TOML nests `submit.path = ...`."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


class Assumed(Struct, frozen=True):
    """The values that a user has set, checked; nothing else of the document changes."""

    api: Api
    values: Mapping[str, Any]

    @classmethod
    def read(cls, api: Api, given: Mapping[str, Any]) -> Assumed:
        """Check what a user gives.

        Raises:
            ConfigurationError: a key that is not known, or a value of the wrong kind.
        """
        return cls(api, assumptions.read(api, given) if given else {})

    def changed_api(self) -> Api:
        """The API with error paths, error codes and limits as set."""
        return assumptions.changed_api(self.api, self.values) if self.values else self.api

    def changed(self, operation: Operation[T]) -> Operation[T]:
        """The operation with its path, its body's members and its life cycle as set."""
        if not self.values:
            return operation
        return assumptions.Changes(self.api, self.values).of(operation)
