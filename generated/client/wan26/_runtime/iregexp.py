"""I-Regexp (RFC 9485), the regular expressions of JSONPath, translated for `re`."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

__all__ = ["compile_iregexp"]

MAXIMUM_LENGTH: Final = 1_000
MAXIMUM_COUNT: Final = 1_000
MAXIMUM_DEPTH: Final = 32

_QUANTIFIER: Final = re.compile(r"[*+?]|\{([0-9]{1,4})(,([0-9]{1,4})?)?\}")
_CATEGORY: Final = re.compile(
    r"\\([pP])\{(L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|Z[lps]?|S[ckmo]?|C[cfno]?)\}"
)
_ESCAPES: Final = {
    **dict(zip("()*+-.?[\\]^{|}$", "()*+-.?[\\]^{|}$", strict=True)),
    "n": "\n",
    "r": "\r",
    "t": "\t",
}
_RESERVED: Final = frozenset("()*+.?[\\]{|}")


class _RefusedError(ValueError):
    """The text is no I-Regexp."""


@lru_cache(maxsize=256)
def compile_iregexp(text: str) -> re.Pattern[str] | None:
    r"""Compile an I-Regexp; None for a text that is none (`\d`, `(?=a)`, back references, ...).

    Only what RFC 9485 allows reaches `re`, character by character, so nothing else of `re` can be
    asked for. `^` and `$` are anchors, as in the mappings of its section 5.
    """
    if len(text) > MAXIMUM_LENGTH:
        return None
    try:
        return re.compile(_Translation(text).whole())
    except (_RefusedError, re.error, OverflowError):
        return None


class _Translation:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._depth = 0

    def whole(self) -> str:
        pattern = self._alternatives()
        if self._position < len(self._text):
            raise _RefusedError
        return pattern

    def _alternatives(self) -> str:
        self._depth += 1
        if self._depth > MAXIMUM_DEPTH:
            raise _RefusedError
        parts: list[str] = []
        while (symbol := self._peek()) and symbol != ")":
            parts.append(self._step() if symbol == "|" else self._atom() + self._quantifier())
        self._depth -= 1
        return "".join(parts)

    def _peek(self) -> str:
        return self._text[self._position : self._position + 1]

    def _step(self) -> str:
        symbol = self._peek()
        if not symbol or "\ud800" <= symbol <= "\udfff":
            raise _RefusedError
        self._position += 1
        return symbol

    def _atom(self) -> str:
        symbol = self._peek()
        if symbol == "[":
            return self._character_class()
        if symbol == "\\":
            category = self._category()
            return f"[{category}]" if category else re.escape(self._escape())
        self._step()
        if symbol == "(":
            inner = self._alternatives()
            if self._step() != ")":
                raise _RefusedError
            return f"(?:{inner})"
        if symbol == ".":
            return r"[^\n\r]"
        if symbol in _RESERVED:
            raise _RefusedError
        # A group, so that a quantifier behind an anchor is not an error of `re`.
        return {"^": r"(?:\A)", "$": r"(?:\Z)"}.get(symbol) or re.escape(symbol)

    def _quantifier(self) -> str:
        found = _QUANTIFIER.match(self._text, self._position)
        if found is None:
            return ""
        least, _, most = found.groups()
        if any(int(count) > MAXIMUM_COUNT for count in (least, most) if count):
            raise _RefusedError
        self._position = found.end()
        return found[0]

    def _escape(self) -> str:
        self._step()
        symbol = self._step()
        if symbol not in _ESCAPES:
            raise _RefusedError
        return _ESCAPES[symbol]

    def _category(self) -> str:
        found = _CATEGORY.match(self._text, self._position)
        if found is None:
            return ""
        self._position = found.end()
        return _category_ranges(found[2], found[1] == "P")

    def _character_class(self) -> str:
        self._step()
        parts = ["["]
        if self._peek() == "^":
            parts.append(self._step())
        if self._peek() == "-":
            self._step()
            parts.append(r"\-")
        while self._peek() != "]":
            parts.append(self._class_member())
        self._step()
        if parts[-1] in ("[", "^"):
            raise _RefusedError
        return "".join(parts) + "]"

    def _class_member(self) -> str:
        category = self._category()
        if category:
            return category
        if self._text.startswith("-]", self._position):
            self._step()
            return r"\-"
        first = self._class_character()
        if self._peek() != "-" or self._text.startswith("-]", self._position):
            return _in_class(first)
        self._step()
        last = self._class_character()
        if first > last:
            raise _RefusedError
        return f"{_in_class(first)}-{_in_class(last)}"

    def _class_character(self) -> str:
        symbol = self._peek()
        if symbol == "\\":
            return self._escape()
        if symbol in ("-", "["):
            raise _RefusedError
        return self._step()


def _in_class(symbol: str) -> str:
    return f"\\U{ord(symbol):08x}"


@cache
def _category_ranges(name: str, negated: bool) -> str:
    """The ranges of a general category (`L`, `Lu`, ...), as they stand in a character class."""
    ranges: list[str] = []
    start: int | None = None
    for code in range(0x110001):
        inside = code < 0x110000 and (
            unicodedata.category(chr(code)).startswith(name) is not negated
        )
        if inside and start is None:
            start = code
        elif not inside and start is not None:
            ranges.append(f"{_in_class(chr(start))}-{_in_class(chr(code - 1))}")
            start = None
    return "".join(ranges)
