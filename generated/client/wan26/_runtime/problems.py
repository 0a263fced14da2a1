"""What is wrong with a request, and how text of others is shown."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["Problem", "printable"]

# What turns text around or hides it on a terminal: controls are not printable, these are formats.
_LONGEST = 2_000


def printable(text: object, longest: int = _LONGEST) -> str:
    """The text on one line, with controls and invisible characters escaped and its end cut off."""
    written = str(text)
    safe = "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii")
        for sign in written[:longest]
    )
    return safe + ("..." if len(written) > longest else "")


class Problem(Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a request: where (a JSON Pointer), what, the vendor's code."""

    path: str
    message: str
    code: str | None = None

    def __str__(self) -> str:
        code = f" ({self.code})" if self.code else ""
        return f"{printable(self.path) or 'the body'}: {printable(self.message)}{code}"
