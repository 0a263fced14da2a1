"""Structs that keep silent about some of their fields."""

from __future__ import annotations

from typing import Any, ClassVar

__all__ = ["Discreet"]


class Discreet:
    """A parent beside `Struct`: no repr tells the fields that are `unsaid`, secret ones or long.

    It stands before `Struct` among the parents, and has no fields.
    """

    __slots__ = ()
    __struct_fields__: ClassVar[tuple[str, ...]]
    unsaid: ClassVar[tuple[str, ...]] = ()

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({told})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """What the library `rich` shows, which would be everything."""
        return [
            (name, getattr(self, name))
            for name in self.__struct_fields__
            if name not in self.unsaid
        ]
