"""Texts that a regular expression (ECMA 262, the part that schemas use) would match."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from .dice import Dice

__all__ = ["NoTextError", "text_like"]

_DIGITS: Final = string.digits
_WORDS: Final = string.ascii_lowercase + _DIGITS
_ALL: Final = string.ascii_lowercase + string.ascii_uppercase + _DIGITS + " -_.,:;!?/@#%&*()+="
_SETS: Final = {"d": _DIGITS, "w": _WORDS, "s": " "}
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "0": "\0"}
_LONGEST: Final = 200  # repetitions
_DEEPEST: Final = 40  # groups, one in another


class NoTextError(ValueError):
    """The pattern says something that is not understood here; the message says what."""


def text_like(pattern: str, dice: Dice, extra: int) -> str:
    """A text that most likely matches; what may be repeated is so up to `extra` times more.

    Look-arounds are passed over, so the result is to be tried.

    Raises:
        NoTextError: back references, or no regular expression at all.
    """
    return _Reader(pattern, dice, extra).read()


class _Reader:
    """Reads a pattern and writes what it would match, in one go."""

    def __init__(self, pattern: str, dice: Dice, extra: int) -> None:
        self._pattern, self._dice, self._extra = pattern, dice, extra
        self._at = self._depth = 0

    def read(self) -> str:
        text = self._choice()()
        if self._at < len(self._pattern):
            raise NoTextError("a bracket is closed that was not opened")
        return text

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _next(self) -> str:
        sign = self._peek()
        if not sign:
            raise NoTextError("the pattern ends too early")
        self._at += 1
        return sign

    def _took(self, text: str) -> bool:
        found = self._pattern.startswith(text, self._at)
        self._at += len(text) if found else 0
        return found

    def _choice(self) -> Callable[[], str]:
        """Alternatives up to the end of the group."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise NoTextError("groups are nested too deep")
        ways = [self._sequence()]
        while self._took("|"):
            ways.append(self._sequence())
        self._depth -= 1

        def one_of_them() -> str:
            return self._dice.pick(ways)()

        return one_of_them

    def _sequence(self) -> Callable[[], str]:
        parts: list[Callable[[], str]] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return lambda: "".join(part() for part in parts)

    def _repeated(self, atom: Callable[[], str]) -> Callable[[], str]:
        low, high = self._counts()
        if self._took("?"):
            pass  # lazy or not, it matches the same
        most = low + self._extra if high is None else min(high, low + self._extra)
        least, most = min(low, _LONGEST), min(most, _LONGEST)
        return lambda: "".join(atom() for _ in range(least + self._dice.below(most - least + 1)))

    def _counts(self) -> tuple[int, int | None]:
        if self._took("*"):
            return 0, None
        if self._took("+"):
            return 1, None
        if self._took("?"):
            return 0, 1
        end = self._pattern.find("}", self._at)
        if self._peek() == "{" and end > 0:
            low, comma, high = self._pattern[self._at + 1 : end].partition(",")
            if (low.isdecimal() or comma) and (high.isdecimal() or not high):
                self._at = end + 1
                least = int(low or 0)
                return least, least if not comma else int(high) if high else None
        return 1, 1

    def _atom(self) -> Callable[[], str]:
        sign = self._next()
        if sign in "^$":
            return str
        if sign == "(":
            return self._group()
        if sign == "[":
            signs = self._signs()
            return lambda: self._dice.pick(signs)
        if sign == ".":
            return lambda: self._dice.pick(_WORDS)
        if sign == "\\":
            return self._escaped()
        return lambda: sign

    def _group(self) -> Callable[[], str]:
        is_seen = True
        if self._took("?"):
            if self._took("=") or self._took("!") or self._took("<=") or self._took("<!"):
                is_seen = False
            elif self._took("<") or self._took("P<"):
                self._at = self._pattern.find(">", self._at) + 1 or len(self._pattern)
            elif not self._took(":"):
                while self._next() not in ":)":  # flags such as (?i) and (?i:...)
                    pass
                if self._pattern[self._at - 1] == ")":
                    return str
        inner = self._choice()
        if not self._took(")"):
            raise NoTextError("a group has no end")
        return inner if is_seen else str

    def _escaped(self) -> Callable[[], str]:
        sign = self._next()
        if sign in "bB" or sign in "AzZ":
            return str
        if sign.isdecimal() and sign != "0":
            raise NoTextError("a back reference")
        signs = self._escape(sign)
        return lambda: self._dice.pick(signs)

    def _escape(self, sign: str) -> str:
        """The signs that an escape stands for."""
        if sign in _SETS:
            return _SETS[sign]
        if sign.lower() in _SETS and sign.isupper():
            return _without(_SETS[sign.lower()] + (string.ascii_uppercase if sign == "W" else ""))
        if sign in "ux":
            return self._coded(sign)
        if sign in "pP" and self._took("{"):
            end = self._pattern.find("}", self._at)
            name, self._at = self._pattern[self._at : end], end + 1
            return _category(name, is_other=sign == "P")
        return _CONTROLS.get(sign, sign)

    def _coded(self, sign: str) -> str:
        if self._took("{"):
            end = self._pattern.find("}", self._at)
            digits, self._at = self._pattern[self._at : end], end + 1
        else:
            length = 4 if sign == "u" else 2
            digits = self._pattern[self._at : self._at + length]
            self._at += length
        try:
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            raise NoTextError(f"no character has the code {digits!r}") from None

    def _signs(self) -> str:
        """The signs of a class, `[` being read."""
        is_other = self._took("^")
        found, is_first = "", True
        while is_first or self._peek() != "]":
            if self._peek() == "]" and is_first:
                break
            found, is_first = found + self._range(), False
        self._next()
        signs = _without(found) if is_other else found
        if not signs:
            raise NoTextError("a class without signs")
        return _printable(signs)

    def _range(self) -> str:
        low = self._class_sign()
        if self._peek() != "-" or self._pattern[self._at + 1 : self._at + 2] in ("]", ""):
            return low
        self._at += 1
        high = self._class_sign()
        if len(low) != 1 or len(high) != 1:
            return low + "-" + high
        last = min(ord(high), ord(low) + 0x200)
        return "".join(map(chr, range(ord(low), last + 1)))

    def _class_sign(self) -> str:
        sign = self._next()
        if sign != "\\":
            return sign
        following = self._next()
        return "\b" if following == "b" else self._escape(following)


def _without(signs: str) -> str:
    return "".join(sign for sign in _ALL if sign not in signs)


def _printable(signs: str) -> str:
    """Letters and digits of the class where it has some, so that the text reads well."""
    plain = "".join(sign for sign in signs if sign.isascii() and sign.isalnum())
    return plain or "".join(sign for sign in signs if " " <= sign <= "~") or signs


def _category(name: str, *, is_other: bool) -> str:
    known = {
        "L": string.ascii_letters,
        "Lu": string.ascii_uppercase,
        "Ll": string.ascii_lowercase,
        "N": _DIGITS,
        "Nd": _DIGITS,
        "P": "-_.,:;!?",
        "S": "+=",
        "Z": " ",
        "Zs": " ",
    }
    signs = known.get(name) or known.get(name[:1], string.ascii_letters)
    return _without(signs) if is_other else signs
