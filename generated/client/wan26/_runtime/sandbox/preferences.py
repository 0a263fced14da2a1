"""What a caller prefers to be answered: `Prefer` (RFC 7240), as mock servers know it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request

__all__ = ["Preference", "others", "read"]

_OWN: Final = ("code", "example", "dynamic")
_WORD: Final = re.compile(r'\s*([A-Za-z_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^,;\s]*))\s*')


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """A status, the name of an example, or an answer made of the schema though examples exist."""

    code: int | None = None
    example: str | None = None
    dynamic: bool = False

    def __bool__(self) -> bool:
        """Whether anything is preferred."""
        return self.code is not None or self.example is not None or self.dynamic


def read(request: Request, is_declared: Callable[[str], bool]) -> Preference:
    """The preferences of a request: `code=404`, `example=name`, `dynamic=true`.

    The first of several counts; other preferences, and codes that are none, mean nothing here, nor
    does what the document itself declares.
    """
    told: dict[str, str] = {}
    for header in request.headers.getlist("prefer"):
        for name, quoted, plain in () if is_declared(header) else _WORD.findall(header):
            told.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) or plain)
    code = told.get("code", "")
    is_status = len(code) == 3 and code.isdecimal() and 200 <= int(code) <= 599
    return Preference(
        code=int(code) if is_status else None,
        example=told.get("example") or None,
        dynamic=told.get("dynamic", "").lower() == "true",
    )


def others(headers: Iterable[str]) -> list[str]:
    """What the headers prefer beside that."""
    parts = [part.strip() for header in headers for part in header.split(",")]
    return [part for part in parts if part.partition("=")[0].strip().lower() not in _OWN]
