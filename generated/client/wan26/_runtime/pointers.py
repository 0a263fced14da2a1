"""JSON Pointers (RFC 6901): a place as text, and the way that it leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["pointer", "steps"]


def pointer(place: Sequence[str | int]) -> str:
    """The JSON Pointer (RFC 6901) of a place."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in place)


def steps(text: str) -> list[str]:
    """The way that a JSON Pointer (RFC 6901) leads: what `pointer` makes one of."""
    return [step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:]]
