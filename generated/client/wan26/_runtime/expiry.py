"""When what was paid for is thrown away: in seconds since 1970, from what an answer says of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from .answers import decimal
from .effects import Caught

__all__ = ["moment_of"]

_EPOCH = 1e9  # seconds: what is more is no time to wait, but a time of day (since 2001)
_MILLISECONDS = 1e11  # the same, of who counts in thousandths


def moment_of(value: Any, success: float) -> float | None:
    """The moment that a value names: a date, seconds since 1970, or seconds after the success."""
    number = decimal(value)
    if number is not None:
        seconds = float(number)
        if seconds >= _MILLISECONDS:
            seconds /= 1000
        return seconds if seconds >= _EPOCH else success + seconds
    for read in (datetime.fromisoformat, _mail_date) if isinstance(value, str) else ():
        with Caught(ValueError, TypeError, OverflowError):
            told = read(value.strip())
            return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
    return None


def _mail_date(text: str) -> datetime:
    from email.utils import parsedate_to_datetime  # few write dates so

    return parsedate_to_datetime(text)
