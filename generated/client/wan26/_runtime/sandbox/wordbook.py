"""Plausible values by what a property is called: a city for `city`, a price for `price`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .dice import Dice

__all__ = ["moment", "number_for", "phrase", "text_for", "words_of"]

_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_FIRST: Final = ("Mara", "Jonas", "Aiko", "Lena", "Tomas", "Priya", "Elif", "Noah", "Ines", "Kofi")
_LAST: Final = ("Keller", "Novak", "Sato", "Lindgren", "Okafor", "Moreau", "Rossi", "Singh", "Diaz")
_CITIES: Final = ("Lisbon", "Kyoto", "Bergen", "Quito", "Dresden", "Galway", "Perth", "Tartu")
_COUNTRIES: Final = (
    ("DE", "DEU", "Germany"),
    ("JP", "JPN", "Japan"),
    ("PT", "PRT", "Portugal"),
    ("NO", "NOR", "Norway"),
    ("CA", "CAN", "Canada"),
    ("US", "USA", "United States"),
)
_STREETS: Final = ("Mill Lane", "Station Road", "Harbour Street", "Garden Way", "Chapel Hill")
_REGIONS: Final = ("Saxony", "Ontario", "Oregon", "Galicia", "Skane")
_COMPANIES: Final = ("Northwind Ltd", "Halden Works", "Blue Harbour Inc", "Kestrel GmbH")
_ADJECTIVES: Final = ("quiet", "amber", "northern", "bright", "early", "silver", "wild", "gentle")
_NOUNS: Final = ("river", "lantern", "harbour", "meadow", "signal", "orchard", "comet", "bridge")
_VERBS: Final = ("crosses", "follows", "lights", "leaves", "meets", "opens", "keeps", "finds")
_CURRENCIES: Final = ("EUR", "USD", "JPY", "GBP", "CHF")
_LANGUAGES: Final = ("en", "de", "ja", "pt", "fr")
_ZONES: Final = ("Europe/Berlin", "Asia/Tokyo", "America/Toronto", "Europe/Lisbon")
_COLORS: Final = ("#3a7bd5", "#e2725b", "#2e8b57", "#f4c430", "#6a5acd")
_PEOPLE: Final = frozenset(
    (
        *("user", "users", "customer", "owner", "author", "person", "contact", "member"),
        *("employee", "creator", "buyer", "payer", "assignee", "artist", "actor", "patient"),
        *("recipient", "sender", "shipper", "cardholder", "billing", "shipping"),
    )
)
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@lru_cache(maxsize=20_000)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, however it is spelled: `createdAt`, `created_at`."""
    return tuple(word.lower() for word in _WORD.findall(name))


def moment(dice: Dice) -> datetime:
    """A moment of the year 2026, to the second."""
    return _START + timedelta(seconds=dice.below(300 * 86400))


def phrase(dice: Dice) -> str:
    """A short sentence."""
    first, second = dice.pick(_NOUNS), dice.pick(_NOUNS)
    return f"The {dice.pick(_ADJECTIVES)} {first} {dice.pick(_VERBS)} the {second}"


def text_for(name: str, parents: Sequence[str], longest: int | None, dice: Dice) -> str:
    """A text that fits the name; `parents` are the names around it, outermost first."""
    words = words_of(name)
    if not words:
        return f"{dice.pick(_ADJECTIVES)} {dice.pick(_NOUNS)}"
    if words[-1] == "name" and _is_person(words[:-1] + words_of(parents[-1] if parents else "")):
        words = ("full", "name")
    if "country" in words[-2:]:
        return _country(longest, dice, is_code="code" in words)
    for length in (3, 2, 1):
        made = _TEXTS.get(" ".join(words[-length:]))
        if made is not None and length <= len(words):
            return made(dice)
    for word in words:
        if word in _ANYWHERE:
            return _ANYWHERE[word](dice)
    return f"{dice.pick(_ADJECTIVES)} {dice.pick(_NOUNS)}"


def number_for(name: str, dice: Dice) -> float | None:
    """A number that fits the name; None where the name says nothing of it."""
    words = words_of(name)
    for length in (2, 1):
        made = _NUMBERS.get(" ".join(words[-length:]))
        if made is not None:
            return made(dice)
    if words and (words[-1] in ("at", "on", "timestamp", "epoch", "time") or words[0] == "created"):
        return moment(dice).timestamp()
    return None


def _is_person(words: tuple[str, ...]) -> bool:
    return not _PEOPLE.isdisjoint(words)


def _country(longest: int | None, dice: Dice, *, is_code: bool) -> str:
    short, middle, full = dice.pick(_COUNTRIES)
    if is_code or longest == 2:
        return short
    return full if longest is None or longest >= len(full) else middle if longest >= 3 else short


def _hex(dice: Dice, length: int) -> str:
    return "".join(dice.pick("0123456789abcdef") for _ in range(length))


def _full_name(dice: Dice) -> str:
    return f"{dice.pick(_FIRST)} {dice.pick(_LAST)}"


def _login(dice: Dice) -> str:
    return f"{dice.pick(_FIRST)}.{dice.pick(_LAST)}".lower()


def _email(dice: Dice) -> str:
    return f"{_login(dice)}@example.com"


def _slug(dice: Dice) -> str:
    return f"{dice.pick(_ADJECTIVES)}-{dice.pick(_NOUNS)}"


def _title(dice: Dice) -> str:
    return f"{dice.pick(_ADJECTIVES).capitalize()} {dice.pick(_NOUNS).capitalize()}"


def _url(dice: Dice) -> str:
    return f"https://example.com/{_slug(dice)}"


def _image(dice: Dice) -> str:
    return f"{_url(dice)}.png"


def _instant(dice: Dice) -> str:
    return f"{moment(dice):%Y-%m-%dT%H:%M:%SZ}"


def _day(dice: Dice) -> str:
    return f"{moment(dice):%Y-%m-%d}"


def _phone(dice: Dice) -> str:
    return f"+1202555{dice.below(10000):04d}"


def _price(dice: Dice) -> str:
    return f"{1 + dice.below(200)}.{dice.below(100):02d}"


def _picked(choices: Sequence[str]) -> Callable[[Dice], str]:
    return lambda dice: dice.pick(choices)


def _between(low: int, high: int) -> Callable[[Dice], float]:
    return lambda dice: low + dice.below(high - low + 1)


def _named(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: made for names, made in told.items() for name in names.split("|")}


_TEXTS: Final[dict[str, Callable[[Dice], str]]] = _named(
    {
        "id|ids|ref|reference|identifier": lambda dice: f"id_{_hex(dice, 12)}",
        "uuid|guid": lambda dice: f"{_hex(dice, 8)}-{_hex(dice, 4)}-4{_hex(dice, 3)}-"
        f"8{_hex(dice, 3)}-{_hex(dice, 12)}",
        "key|token|secret|cursor|nonce|api key": lambda dice: _hex(dice, 24),
        "hash|checksum|sha|etag|fingerprint|digest": lambda dice: _hex(dice, 32),
        "md 5": lambda dice: _hex(dice, 32),
        "slug|handle|path name": _slug,
        "name|title|subject|headline|label|product": _title,
        "first name|given name|forename|firstname": _picked(_FIRST),
        "last name|family name|surname|lastname": _picked(_LAST),
        "full name|fullname|author|owner|person|artist|display name": _full_name,
        "username|user name|login|nickname|nick": _login,
        "email|mail|email address|e mail": _email,
        "phone|mobile|fax|tel|telephone|phone number": _phone,
        "city|town|locality": _picked(_CITIES),
        "region|province|county": _picked(_REGIONS),
        "street|address|line 1|address 1|address line": lambda dice: f"{1 + dice.below(90)} "
        f"{dice.pick(_STREETS)}",
        "line 2|address 2": lambda dice: f"Floor {1 + dice.below(9)}",
        "zip|postcode|postal code|zip code|postal": lambda dice: f"{10000 + dice.below(89999)}",
        "company|organization|organisation|vendor|brand": _picked(_COMPANIES),
        "currency|currency code": _picked(_CURRENCIES),
        "amount|price|cost|total|fee|balance|subtotal|tax": _price,
        "url|uri|link|href|website|homepage|webpage|endpoint|callback|webhook": _url,
        "image|avatar|photo|picture|logo|icon|thumbnail|image url|avatar url|photo url": _image,
        "logo url|icon url|thumbnail url|picture url|cover": _image,
        "video url|video": lambda dice: f"{_url(dice)}.mp4",
        "audio url|audio": lambda dice: f"{_url(dice)}.mp3",
        "description|summary|comment|message|text|note|notes|body|content|bio|detail": phrase,
        "details|reason|remarks|prompt|about|caption|snippet|excerpt|memo|explanation": phrase,
        "at|timestamp|datetime|date time|time": _instant,
        "date|birthday|dob|birthdate|day|from date|due date|start date|end date": _day,
        "language|lang|locale|language code": _picked(_LANGUAGES),
        "timezone|time zone|tz": _picked(_ZONES),
        "color|colour": _picked(_COLORS),
        "status|state": _picked(("active",)),
        "type|kind": _picked(("standard",)),
        "version|revision": lambda dice: f"{1 + dice.below(3)}.{dice.below(10)}.{dice.below(10)}",
        "ip|ip address": lambda dice: f"192.0.2.{1 + dice.below(254)}",
        "host|domain|hostname|domain name": lambda dice: f"{_slug(dice)}.example.com",
        "filename|file name|file": lambda dice: f"{_slug(dice)}.pdf",
        "path": lambda dice: f"/{dice.pick(_NOUNS)}/{_slug(dice)}",
        "mime|mime type|content type|media type|mimetype": _picked(("application/pdf",)),
        "tag|tags|category|group|keyword|keywords|topic|genre": _picked(_NOUNS),
        "unit|units": _picked(("kg", "m", "cm")),
        "gender|sex": _picked(("female", "male")),
        "code": lambda dice: _hex(dice, 6),
    }
)
_ANYWHERE: Final[dict[str, Callable[[Dice], str]]] = _named(
    {
        "email": _email,
        "url|uri": _url,
        "phone": _phone,
        "date": _instant,
        "description|message|text": phrase,
        "title": _title,
        "price|amount": _price,
        "currency": _picked(_CURRENCIES),
    }
)
_NUMBERS: Final[dict[str, Callable[[Dice], float]]] = _named(
    {
        "id": _between(1000, 9999),
        "age": _between(18, 80),
        "width": lambda dice: dice.pick((640, 1280, 1920)),
        "height": lambda dice: dice.pick((480, 720, 1080)),
        "lat|latitude": lambda dice: round(dice.between(-60, 60), 5),
        "lng|lon|long|longitude": lambda dice: round(dice.between(-170, 170), 5),
        "price|amount|cost|total|fee|balance|tax|subtotal": lambda dice: round(
            dice.between(1, 200), 2
        ),
        "year": _between(2020, 2026),
        "month": _between(1, 12),
        "day": _between(1, 28),
        "percent|percentage": _between(0, 100),
        "score|confidence|probability|progress": lambda dice: round(dice.between(0, 1), 3),
        "rating|stars": _between(1, 5),
        "port": _between(1024, 65535),
        "size|bytes|length": _between(1000, 900_000),
        "duration|seconds": _between(1, 300),
        "page|offset|index|position": _between(1, 3),
        "limit|per page|page size": _between(10, 50),
        "count|quantity|num": _between(1, 12),
    }
)
