"""Plausible values by the `format` that a schema names."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from .wordbook import moment, phrase, text_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from .dice import Dice

__all__ = ["WHOLE", "formatted"]

# The least and the largest of whole numbers, by format.
WHOLE: Final = {
    "int8": (-(2**7), 2**7 - 1),
    "uint8": (0, 2**8 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "uint16": (0, 2**16 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}


def formatted(name: str, dice: Dice) -> str | None:
    """A text of the format; None for a format that is not known here."""
    made = _FORMATS.get(name.lower().replace("_", "-"))
    return made(dice) if made is not None else None


def _as(name: str) -> Callable[[Dice], str]:
    return lambda dice: text_for(name, (), None, dice)


def _uuid(dice: Dice) -> str:
    return text_for("uuid", (), None, dice)


def _bytes(dice: Dice) -> str:
    return base64.b64encode(phrase(dice).encode()).decode("ascii")


_FORMATS: Final[dict[str, Callable[[Dice], str]]] = {
    "date-time": _as("timestamp"),
    "datetime": _as("timestamp"),
    "date-time-local": lambda dice: f"{moment(dice):%Y-%m-%dT%H:%M:%S}",
    "date": _as("date"),
    "time": lambda dice: f"{moment(dice):%H:%M:%SZ}",
    "time-local": lambda dice: f"{moment(dice):%H:%M:%S}",
    "duration": lambda dice: f"PT{1 + dice.below(59)}M",
    "email": _as("email"),
    "idn-email": _as("email"),
    "uri": _as("url"),
    "url": _as("url"),
    "iri": _as("url"),
    "uri-reference": _as("path"),
    "iri-reference": _as("path"),
    "uri-template": lambda dice: f"{text_for('url', (), None, dice)}/{{id}}",
    "hostname": _as("hostname"),
    "idn-hostname": _as("hostname"),
    "ip": _as("ip"),
    "ipv4": _as("ip"),
    "ipv6": lambda dice: f"2001:db8::{dice.below(65535):x}",
    "cidr": lambda dice: f"192.0.2.{dice.below(16) * 16}/28",
    "uuid": _uuid,
    "guid": _uuid,
    "byte": _bytes,
    "base64": _bytes,
    "base64url": lambda dice: base64.urlsafe_b64encode(phrase(dice).encode()).decode("ascii"),
    "binary": phrase,
    "password": lambda dice: text_for("token", (), None, dice),
    "json-pointer": lambda dice: f"/{dice.pick(('items', 'data', 'name'))}/{dice.below(9)}",
    "relative-json-pointer": lambda dice: f"{dice.below(4)}/name",
    "regex": lambda dice: f"^[a-z]{{{1 + dice.below(9)}}}$",
    "phone": _as("phone"),
    "color": _as("color"),
    "decimal": _as("price"),
    "int64": lambda dice: str(1000 + dice.below(9000)),
    "int32": lambda dice: str(1000 + dice.below(9000)),
    "float": _as("price"),
    "double": _as("price"),
    "html": lambda dice: f"<p>{phrase(dice)}</p>",
    "markdown": phrase,
    "unix-time": lambda dice: str(int(moment(dice).timestamp())),
    "country": _as("country code"),
    "currency": _as("currency"),
    "semver": _as("version"),
}
