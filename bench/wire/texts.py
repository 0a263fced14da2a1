"""Strings for formats, patterns and lengths, by a seeded chance."""

from __future__ import annotations

import base64
import re
import string
import uuid
from functools import cache
from importlib import import_module
from random import Random
from typing import TYPE_CHECKING, Any

from bench.wire.merging import UnsatisfiableError

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = ("amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "inlet", "juniper")
RICH = (" & co", " = 100%", " ä ö", "/path?x#y", " \"said\" 'so'", " 漢字", "+plus", ", and; more")


def _moment(random: Random) -> str:
    zone = random.choice(("Z", "Z", "+02:00"))
    fraction = random.choice(("", "", ".250000"))
    time = f"0{random.randint(0, 9)}:30:0{random.randint(0, 9)}{fraction}{zone}"
    return f"{_date(random)}T{time}"


def _date(random: Random) -> str:
    return f"20{random.randint(10, 39)}-0{random.randint(1, 9)}-2{random.randint(0, 8)}"


def _word(random: Random) -> str:
    return random.choice(WORDS)


FORMATS: dict[str, Callable[[Random], str]] = {
    "date-time": _moment,
    "date": _date,
    "time": lambda random: f"0{random.randint(0, 9)}:15:30Z",
    "duration": lambda random: f"P{random.randint(1, 9)}DT{random.randint(1, 9)}H",
    "uuid": lambda random: str(uuid.UUID(int=random.getrandbits(128), version=4)),
    "email": lambda random: f"{_word(random)}@example.com",
    "idn-email": lambda random: f"{_word(random)}@example.com",
    "hostname": lambda random: f"{_word(random)}.example.com",
    "ipv4": lambda random: f"192.0.2.{random.randint(1, 254)}",
    "ip": lambda random: f"192.0.2.{random.randint(1, 254)}",
    "ipv6": lambda random: f"2001:db8::{random.randint(1, 999)}",
    "uri": lambda random: f"https://example.com/{_word(random)}",
    "url": lambda random: f"https://example.com/{_word(random)}",
    "uri-reference": lambda random: f"/{_word(random)}",
    "iri": lambda random: f"https://example.com/{_word(random)}",
    "uri-template": lambda random: f"/{_word(random)}/{{id}}",
    "json-pointer": lambda random: f"/{_word(random)}",
    "regex": lambda random: f"^{_word(random)}$",
    "byte": lambda random: base64.b64encode(random.randbytes(random.choice((3, 6, 7)))).decode(),
    "decimal": lambda random: f"{random.randint(1, 99)}.5",
    "int64": lambda random: str(random.randint(1, 9999)),
    "int32": lambda random: str(random.randint(1, 9999)),
    "double": lambda random: f"{random.randint(1, 99)}.25",
    "float": lambda random: f"{random.randint(1, 99)}.25",
    "number": lambda random: str(random.randint(1, 99)),
}


def draw_text(schema: dict[str, Any], random: Random, *, plain: bool) -> str:
    """A string that a flat schema allows; `plain` ones travel in headers, cookies and paths.

    Raises:
        UnsatisfiableError: none was found.
    """
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    plain = plain or "x-lost-pattern" in schema  # words are what most patterns allow
    pattern = schema.get("pattern")
    if pattern is not None:
        return _matching(schema, pattern, random)
    make = FORMATS.get(schema.get("format", ""))
    if make is not None:
        text = make(random)
        if least <= len(text) <= (most if most is not None else len(text)):
            return text
    if schema.get("contentEncoding") == "base64":
        return FORMATS["byte"](random)
    text = _word(random)
    if not plain and random.random() < 0.3:
        text += random.choice(RICH)
    while len(text) < max(least, 1):
        text += random.choice(string.ascii_lowercase)
    if least > 100_000:
        raise UnsatisfiableError(f"a text of {least} characters")
    text = text[: most if most is not None else len(text)].strip() or "a"
    return text.ljust(least, "b") if most != 0 else ""


def _matching(schema: dict[str, Any], pattern: str, random: Random) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength", 10_000)
    hints = [*_as_list(schema.get("examples")), schema.get("example"), schema.get("default")]
    made = FORMATS.get(schema.get("format", ""))
    hints += [made(random)] if made is not None else []
    hints += [_word(random), _word(random).upper(), "a" * max(least, 1), "1" * max(least, 1)]

    def fits(text: Any) -> bool:
        return (
            isinstance(text, str)
            and least <= len(text) <= most
            and re.search(pattern, text) is not None
            and not any(ord(sign) < 32 or ord(sign) == 127 for sign in text)
        )

    if (found := next((text for text in hints if fits(text)), None)) is not None:
        return str(found)
    made_up = _generated(pattern, least, most)
    if fitting := [text for text in made_up if fits(text)]:
        return random.choice(fitting)
    raise UnsatisfiableError(f"the pattern {pattern[:80]!r} with lengths {least} to {most}")


@cache
def _generated(pattern: str, least: int, most: int) -> tuple[str, ...]:
    """Texts for a pattern, cut or filled to a length; some match. The chance is the pattern's own."""
    made: list[str] = []
    generator = import_module("rstr").Rstr(Random(pattern))  # there where the judge lives
    # A repeat without an end is drawn up to a hundred times, nested ones more: kept short here.
    short = re.sub(r"(?<!\\)[*]", "{0,4}", re.sub(r"(?<!\\)[+](?![+?])", "{1,4}", pattern))
    for number in range(24):
        try:
            text = str(generator.xeger(short if number % 4 < 3 else pattern))
        except Exception as error:
            raise UnsatisfiableError(f"the pattern {pattern[:80]!r}: {error}") from error
        made += [text, text.ljust(least, text[-1:] or "a"), text[: max(least, 1)], text[:most]]
        if sum(_fits_pattern(one, pattern, least, most) for one in made) >= 3:
            break
    return tuple(made)


def _fits_pattern(text: str, pattern: str, least: int, most: int) -> bool:
    return least <= len(text) <= most and re.search(pattern, text) is not None


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
