"""What a client is set up with: key, server, assumed values, prices."""

from __future__ import annotations

import ipaddress
import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard
from urllib.parse import urlsplit

from . import answers
from .assumed import Assumed, flatten, suggest
from .effects import Caught
from .errors import ConfigurationError, printable
from .operations import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from .operations import Api

__all__ = [
    "SANDBOX_KEY",
    "KeySource",
    "Secret",
    "Settings",
    "checked_limits",
    "conceal",
    "read_config",
    "read_settings",
    "same_origin",
]

SANDBOX_KEY = "sandbox"
KeySource: TypeAlias = "str | Secret | Callable[[], str] | None"
_TABLES = ("base_url", "assumed", "prices")


class Secret:
    """A key that does not show: only `reveal` gives it away."""

    __slots__ = ("_text", "is_text")

    def __init__(self, text: object) -> None:
        self.is_text = isinstance(text, str)
        self._text = text if isinstance(text, str) else ""

    def reveal(self) -> str:
        """The key itself."""
        return self._text

    def __repr__(self) -> str:
        # Four characters of a short key would be too much of it.
        return f"Secret('...{self._text[-4:]}')" if len(self._text) >= 12 else "Secret('...')"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a key is not pickled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A client's settings: `named` says whether somebody chose the server."""

    api: Api
    base_url: str
    named: bool
    assumed: Assumed
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    allow_insecure: bool = False
    _ask: Callable[[], str] | Secret | None = None

    @property
    def envelope(self) -> str | None:
        """The path inside which every body is read."""
        envelope: str | None = self.assumed.values.get("envelope")
        return envelope

    def secret(self) -> Secret | None:
        """The key for the next request; None where the API asks for none.

        Raises:
            ConfigurationError: there is none, it has characters that no header carries, or it
                must not go to this server.
        """
        if not self.api.security:
            return None
        variable = f"{self.api.env_prefix}_API_KEY"
        if self._ask is None:
            raise ConfigurationError(
                "there is no API key", hint=f"set {variable}, or give api_key=..."
            )
        asked = self._ask if isinstance(self._ask, Secret) else Secret(self._ask())
        secret = _clean_key(asked, variable)
        self._check_server(secret)
        return secret

    def redacted(self, text: str) -> str:
        """The text without the key, where a server says it back; a function is not asked for it."""
        key = self._ask.reveal().strip() if isinstance(self._ask, Secret) else ""
        return text.replace(key, "[the key]") if key and key != SANDBOX_KEY else text

    def _check_server(self, secret: Secret) -> None:
        if secret.reveal() == SANDBOX_KEY:
            return
        if not self.named:
            raise ConfigurationError(
                f"the server of {self.api.title or self.api.name} is not known: the document only "
                f"assumes {self.base_url}, where nothing but the key 'sandbox' is accepted",
                hint=f"set {self.api.env_prefix}_BASE_URL, or give base_url='https://...'",
            )
        if not self.allow_insecure and not _is_private(self.base_url):
            raise ConfigurationError(
                f"the API key is not sent over plain HTTP to {_host(self.base_url)}",
                hint="use https://, or give allow_insecure=True",
            )


def conceal(key: object) -> Callable[[], str] | Secret | None:
    """The key as no traceback shows it: to be done before anything may go wrong."""
    asked: Any = key
    return asked if key is None or callable(key) or isinstance(key, Secret) else Secret(key)


def _clean_key(asked: Secret, variable: str) -> Secret:
    # Nothing here holds the bare text: trackers of errors keep the locals of every frame.
    if not asked.is_text:
        raise ConfigurationError("the API key must be a text, or a function that gives one")
    key = Secret(asked.reveal().strip())
    if not key.reveal():
        raise ConfigurationError(
            "the API key is empty", hint=f"set {variable}, or give api_key=..."
        )
    if not (key.reveal().isascii() and key.reveal().isprintable()):
        raise ConfigurationError(
            "the API key has characters that no header can carry", hint="copy it again"
        )
    return key


def _host(url: str) -> str:
    return printable(urlsplit(url).hostname or "", 200)


def _is_private(url: str) -> bool:
    """Whether what is sent to the URL stays private: TLS, or this very machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    with Caught(ValueError):
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    return False


def _port(url: str) -> int | None:
    parts = urlsplit(url)
    return parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def same_origin(url: str, other: str) -> bool:
    """Whether two URLs have the same scheme, host and port: only then may a key travel."""
    with Caught(ValueError):
        first, second = urlsplit(url), urlsplit(other)
        same = (first.scheme, first.hostname) == (second.scheme, second.hostname)
        return same and _port(url) == _port(other)
    return False


def _checked_url(url: object) -> str:
    text = url.strip().rstrip("/") if isinstance(url, str) else ""
    if not text.isprintable() or " " in text:  # `urlsplit` drops some of them
        raise ConfigurationError(
            f"the base URL has a space or a control character: {printable(repr(url), 200)}"
        )
    with Caught(ValueError):
        parts = urlsplit(text)
        if parts.scheme in ("http", "https") and parts.hostname and _port(text):
            if parts.username is not None or parts.query or parts.fragment:
                raise ConfigurationError(
                    "the base URL must hold no user, query or fragment",
                    hint="such as https://api.example.com/v1",
                )
            return text
    raise ConfigurationError(
        f"the base URL must begin with http:// or https://, not {printable(repr(url), 200)}",
        hint="give base_url='https://...'",
    )


def read_config(path: str | os.PathLike[str] | None) -> dict[str, Any]:
    """The tables of a TOML file; none without one.

    Raises:
        ConfigurationError: it cannot be read, or holds what is no setting.
    """
    if not path:
        return {}
    place = Path(path)
    try:
        table = tomllib.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{place} cannot be read: {error}") from error
    for name, value in table.items():
        if name not in _TABLES:
            raise ConfigurationError(
                f"{place}: unknown setting {printable(name)!r}{suggest(name, list(_TABLES))}",
                hint=f"known are: {', '.join(_TABLES)}",
            )
        if name == "base_url" and not isinstance(value, str):
            raise ConfigurationError(f"{place}: base_url, the base URL, must be a text")
        if name != "base_url" and not isinstance(value, dict):
            raise ConfigurationError(f"{place}: {name} must be a table: [{name}]")
    return table


def _check_kinds(**given: object) -> None:
    kinds = {"base_url": (str,), "config": (str, os.PathLike)}
    for name, value in given.items():
        kind = kinds.get(name, (Mapping,))
        if value is not None and not isinstance(value, kind):
            wanted = {"base_url": "a text", "config": "a path"}.get(name, "a mapping")
            told = printable(repr(value), 200)
            raise ConfigurationError(f"{name}, if it is given, must be {wanted}, not {told}")


def _is_positive(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf


def checked_limits(timeout: object, max_retries: object) -> tuple[float | None, int]:
    """Seconds for one request, None is no limit, and how often it may go out again.

    Raises:
        ConfigurationError: a value of the wrong kind.
    """
    if timeout is not None and not _is_positive(timeout):
        told = printable(repr(timeout), 200)
        raise ConfigurationError(f"timeout must be a number above 0, or None, not {told}")
    if not isinstance(max_retries, int) or isinstance(max_retries, bool):
        told = printable(repr(max_retries), 200)
        raise ConfigurationError(f"max_retries must be a whole number, not {told}")
    return timeout, max(0, max_retries)


def _read_prices(prices: Mapping[str, Any]) -> dict[str, Decimal]:
    read: dict[str, Decimal] = {}
    for tier, price in prices.items():
        number = price if isinstance(price, Decimal) else answers.decimal(price)
        if number is None or not number.is_finite() or number < 0:
            raise ConfigurationError(
                f"the price of {printable(tier)!r} must be a number such as '0.10', "
                f"not {printable(repr(price), 200)}"
            )
        read[tier] = number
    return read


def _chosen_url(api: Api, named: object, server: Server) -> object:
    if named is None and "://" not in server.url:
        raise ConfigurationError(
            f"no server is named for {api.title or api.name}",
            hint=f"set {api.env_prefix}_BASE_URL, or give base_url='https://...'",
        )
    return server.url if named is None else named


def read_settings(
    api: Api,
    *,
    api_key: KeySource = None,
    base_url: str | None = None,
    assumed: Mapping[str, Any] | None = None,
    config: str | os.PathLike[str] | None = None,
    prices: Mapping[str, Any] | None = None,
    allow_insecure: bool = False,
) -> Settings:
    """Gather settings: arguments go before the environment, that before the TOML file.

    Raises:
        ConfigurationError: something is missing or wrong, with what to set.
    """
    prefix = api.env_prefix
    key = conceal(api_key if api_key is not None else os.environ.get(f"{prefix}_API_KEY") or None)
    del api_key
    _check_kinds(base_url=base_url, assumed=assumed, config=config, prices=prices)
    table = read_config(config if config is not None else os.environ.get(f"{prefix}_CONFIG"))
    given = dict(flatten(assumed or {}))
    known = Assumed.read(api, {**dict(flatten(table.get("assumed", {}))), **given})
    environment = os.environ.get(f"{prefix}_BASE_URL")
    addresses = (base_url, given.get("base_url"), environment, table.get("base_url"))
    named = next(filter(None, addresses), known.values.get("base_url")) or None
    server = api.servers[0] if api.servers else Server("", assumed=True)
    settings = Settings(
        api=known.changed_api(),
        base_url=_checked_url(_chosen_url(api, named, server)),
        named=named is not None or not server.assumed,
        assumed=known,
        prices=_read_prices({**table.get("prices", {}), **(prices or {})}),
        allow_insecure=allow_insecure,
        _ask=key,
    )
    if not callable(key):  # a callable is asked at every request, not now
        settings.secret()
    return settings
