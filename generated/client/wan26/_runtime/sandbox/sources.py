"""Where the data of a sandbox is read from: files, or what is held in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

__all__ = ["Held", "Source"]


class Source(Protocol):
    """Something that has bytes, as a `Path` has them."""

    def read_bytes(self) -> bytes:
        """All of them."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes in memory."""

    content: bytes

    def read_bytes(self) -> bytes:
        """All of them."""
        return self.content
