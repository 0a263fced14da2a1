"""Where the values of a document were written that overlays have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from specloom.source.document import list_index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specloom.diagnostics import Location

__all__ = ["Origin"]


class Origin:
    """Where a value was written; `parts` are those of its members or items once one of them is elsewhere.

    Without parts, all that the value holds stands below its own place.
    """

    __slots__ = ("at", "parts")

    def __init__(self, at: Location) -> None:
        self.at = at
        self.parts: dict[str, Origin] | list[Origin] | None = None

    def part(self, step: str | int) -> Origin:
        """Return the origin of a member or an item; a step that leads nowhere stays below this place."""
        parts = self.parts
        if isinstance(parts, dict) and str(step) in parts:
            return parts[str(step)]
        if isinstance(parts, list):
            index = list_index(step, len(parts))
            if index is not None:
                return parts[index]
        return Origin(self.at.child(step))

    def find(self, pointer: Sequence[str | int]) -> Location:
        """Return where the value at a pointer was written."""
        origin = self
        for index, step in enumerate(pointer):
            if origin.parts is None:
                return origin.at.child(*pointer[index:])
            origin = origin.part(step)
        return origin.at

    def open(self, value: dict[str, Any] | list[Any]) -> None:
        """Give each member or item of the value, as it is now, an origin of its own."""
        if self.parts is not None:
            return
        if isinstance(value, dict):
            self.parts = {key: Origin(self.at.child(key)) for key in value}
        else:
            self.parts = [Origin(self.at.child(index)) for index in range(len(value))]

    def put(self, step: str | int, part: Origin) -> None:
        """Say where a member or an item of an opened value was written."""
        if isinstance(self.parts, dict):
            self.parts[str(step)] = part
        elif self.parts is not None:
            self.parts[int(step)] = part

    def drop(self, step: str | int) -> None:
        """Forget a member or an item of an opened value; the items after it move up."""
        if isinstance(self.parts, dict):
            del self.parts[str(step)]
        elif self.parts is not None:
            del self.parts[int(step)]

    def copy(self) -> Origin:
        """Return an origin that can be changed without changing this one."""
        made = Origin(self.at)
        if isinstance(self.parts, dict):
            made.parts = {key: part.copy() for key, part in self.parts.items()}
        elif self.parts is not None:
            made.parts = [part.copy() for part in self.parts]
        return made
