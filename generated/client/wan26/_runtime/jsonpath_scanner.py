"""The words of a JSONPath query: blanks, names, numbers, strings."""

from __future__ import annotations

import re

from .jsonpath_syntax import JSONPathError

__all__ = ["Scanner"]

_BLANKS = re.compile(r"[ \t\n\r]*")
_NAME = re.compile(
    r"[A-Za-z_\x80-\ud7ff\ue000-\U0010ffff][A-Za-z0-9_\x80-\ud7ff\ue000-\U0010ffff]*"
)
_FUNCTION = re.compile(r"[a-z][a-z0-9_]*(?=\()")
_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_PLAIN = re.compile(r"[^\x00-\x1f'\"\\\ud800-\udfff]+")
_HEX = re.compile(r"[0-9A-Fa-f]{4}")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "/": "/", "\\": "\\"}
_LARGEST = 2**53 - 1  # RFC 9535, 2.1: integers stay within I-JSON


class Scanner:
    """A place in a text that moves forward."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def error(self, message: str, position: int | None = None) -> JSONPathError:
        """An error at a place, or here."""
        return JSONPathError(message, self.text, self.position if position is None else position)

    @property
    def ended(self) -> bool:
        """Whether nothing is left."""
        return self.position >= len(self.text)

    def sees(self, *words: str) -> bool:
        """Whether one of the words comes next."""
        return self.text.startswith(words, self.position)

    def take(self, *words: str) -> str:
        """Move over the first of the words that comes next; empty where none does."""
        for word in words:
            if self.text.startswith(word, self.position):
                self.position += len(word)
                return word
        return ""

    def need(self, word: str) -> None:
        """Move over a word, or raise JSONPathError."""
        if not self.take(word):
            raise self.error(f"expected {word!r}")

    def blanks(self) -> None:
        """Move over blanks, if any."""
        self._match(_BLANKS)

    def name(self) -> str:
        """A member name as it may stand behind a dot."""
        found = self._match(_NAME)
        if found is None:
            raise self.error("expected a name, '*' or '['")
        return found[0]

    def function(self) -> str:
        """A function's name with its bracket behind it; empty where none comes."""
        found = self._match(_FUNCTION)
        return found[0] if found else ""

    def integer(self) -> int | None:
        """An index, or None where none comes."""
        start = self.position
        found = self._match(_INTEGER)
        if found is None:
            return None
        if self.text[self.position : self.position + 1].isdigit():
            raise self.error("an index has no leading zeros", start)
        if len(found[0]) > 17 or abs(int(found[0])) > _LARGEST:
            raise self.error("the index is out of range", start)
        return int(found[0])

    def number(self) -> int | float | None:
        """A number in a filter, or None where none comes."""
        start = self.position
        found = self._match(_NUMBER)
        if found is None:
            return None
        whole, fraction, exponent = found.groups()
        if self.text[self.position : self.position + 1].isdigit():
            raise self.error("a number has no leading zeros", start)
        if len(found[0]) > 400:
            raise self.error("the number is too long", start)
        return float(found[0]) if fraction or exponent else int(whole)

    def string(self) -> str | None:
        """A quoted string, or None where none comes."""
        start = self.position
        quote = self.take("'", '"')
        if not quote:
            return None
        parts: list[str] = []
        while not self.take(quote):
            plain = self._match(_PLAIN)
            if plain is not None:
                parts.append(plain[0])
            elif self.take("\\"):
                parts.append(self._escaped(quote))
            elif self.ended:
                raise self.error("the string has no end", start)
            elif (other := self.take("'", '"')) and other != quote:
                parts.append(other)
            else:
                raise self.error("a control character must be escaped")
        return "".join(parts)

    def _escaped(self, quote: str) -> str:
        start = self.position - 1
        word = self.text[self.position : self.position + 1]
        self.position += 1
        if word == quote:
            return quote
        if word in _ESCAPES:
            return _ESCAPES[word]
        if word != "u":
            raise self.error("no such escape", start)
        code = self._unit(start)
        if 0xDC00 <= code < 0xE000:
            raise self.error("a low surrogate has no high one before it", start)
        if not 0xD800 <= code < 0xDC00:
            return chr(code)
        low = self._unit(start) if self.take("\\u") else 0
        if not 0xDC00 <= low < 0xE000:
            raise self.error("a high surrogate has no low one behind it", start)
        return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00))

    def _unit(self, start: int) -> int:
        found = self._match(_HEX)
        if found is None:
            raise self.error("expected four hexadecimal digits", start)
        return int(found[0], 16)

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.position)
        if found is not None:
            self.position = found.end()
        return found
