"""What a client is set up with: key, server, assumed values, prices."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from msgspec import Struct

from . import answers
from .addresses import (
    check_variables,
    checked_url,
    filled,
    host,
    is_private,
    is_relative,
    joined,
    picked,
    same_origin,
    undeclared,
)
from .assumed import Assumed, flatten
from .credentials import SANDBOX_KEY, Credentials, KeySource, Secret, read_credentials
from .errors import ConfigurationError, printable
from .operations import ApiKey, Basic, Bearer, OAuth2, Server
from .suggestions import suggest

if TYPE_CHECKING:
    from .operations import Api, Operation, Security

__all__ = [
    "Settings",
    "checked_limits",
    "read_config",
    "read_settings",
    "same_origin",
]

_TABLES = ("base_url", "assumed", "prices")


class Settings(Struct, frozen=True, kw_only=True):
    """A client's settings: `named` says whether the caller or the document names the server.

    `replaced` says that the caller gave a base URL in place of all servers of the document.
    """

    api: Api
    base_url: str
    named: bool
    replaced: bool = False
    assumed: Assumed
    credentials: Credentials
    prices: Mapping[str, Decimal] = {}
    variables: Mapping[str, Any] = {}
    allow_insecure: bool = False

    @property
    def envelope(self) -> str | None:
        """The path inside which every body is read."""
        envelope: str | None = self.assumed.values.get("envelope")
        return envelope

    def url_of(self, operation: Operation[Any]) -> str:
        """The base URL of an operation: its own server's, unless the caller gave one for all.

        A server of its own that names no host is on the API's, or on the one that was given.
        """
        own = operation.server
        # Beside a base URL no variables are given: it takes the place of what asks for them.
        if own is not None and is_relative(own) and not (self.replaced and undeclared(own)):
            return checked_url(joined(self.api, self.base_url, own, self.variables))
        if own is None or self.replaced:
            return self.base_url
        return checked_url(filled(self.api, own, self.variables))

    def secrets(self, operation: Operation[Any]) -> list[tuple[Security, Secret]]:
        """What a request of the operation carries; an `OAuth2` is one whose token is still fetched.

        Raises:
            ConfigurationError: there is nothing, it has characters that no header carries, or it
                must not go to this server.
        """
        found: list[tuple[Security, Secret]] = []
        for scheme in self.credentials.chosen(operation.secured):
            used, secret = self._secret(scheme)
            self._check_server(secret, operation)
            found.append((used, secret))
        return found

    def redacted(self, text: str) -> str:
        """The text without the keys, where a server says them back."""
        return self.credentials.redacted(text)

    def check_private(self, url: str) -> None:
        """Refuse to send a key where others can read it.

        Raises:
            ConfigurationError: the URL is plain HTTP to another machine.
        """
        if not self.allow_insecure and not is_private(url):
            raise ConfigurationError(
                f"the API key is not sent over plain HTTP to {host(url)}",
                hint="use https://, or give allow_insecure=True",
            )

    def _secret(self, scheme: Security) -> tuple[Security, Secret]:
        match scheme:
            case Basic():
                return scheme, self.credentials.header(scheme)
            case OAuth2() if self.credentials.has_token(scheme):
                return Bearer(scheme.key), self.credentials.secret(scheme.key)
            case OAuth2():
                _, secret = self.credentials.client(scheme)
                # The sandbox gives no tokens: its key is one.
                is_sandbox = secret.reveal() == SANDBOX_KEY
                return Bearer(scheme.key) if is_sandbox else scheme, secret
            case ApiKey(place="query" | "cookie"):
                return scheme, self.credentials.secret(scheme.key, "encoded")
        return scheme, self.credentials.secret(scheme.key)

    def _check_server(self, secret: Secret, operation: Operation[Any] | None = None) -> None:
        if secret.reveal() == SANDBOX_KEY:
            return
        own = operation.server if operation is not None and not self.replaced else None
        is_named = self.named if own is None or is_relative(own) else True
        if not is_named or (own is not None and own.assumed):
            raise ConfigurationError(
                f"the server of {self.api.title or self.api.name} is not known: the document only "
                f"assumes {self.base_url}, where nothing but the key 'sandbox' is accepted",
                hint=f"set {self.api.env_prefix}_BASE_URL, or give base_url='https://...'",
            )
        self.check_private(self.base_url if operation is None else self.url_of(operation))

    def check(self) -> None:
        """Look at what is given before anything is sent; functions are asked at every request.

        Raises:
            ConfigurationError: as `secrets`.
        """
        self.credentials.check_any()
        for scheme in self.api.security:
            if self.credentials.has(scheme) and not self.credentials.asks(scheme):
                self._check_server(self._secret(scheme)[1])


def read_config(path: str | os.PathLike[str] | None) -> dict[str, Any]:
    """The tables of a TOML file; none without one.

    Raises:
        ConfigurationError: it cannot be read, or holds what is no setting.
    """
    if not path:
        return {}
    import tomllib  # few give a file

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


def _checked_variables(
    api: Api, base_url: str | None, server: object, given: Mapping[str, Any] | None
) -> Mapping[str, Any]:
    """The server's variables, which an address of the caller's own leaves no place for."""
    variables = {} if given is None else given
    _check_kinds(server_variables=variables)
    if base_url is not None and (server is not None or variables):
        raise ConfigurationError("base_url takes the place of server and server_variables")
    check_variables(api, api.servers, variables)
    return variables


def _configured(
    api: Api, config: str | os.PathLike[str] | None, assumed: Mapping[str, Any] | None
) -> tuple[Mapping[str, Any], Assumed]:
    """The TOML file, and the assumptions of both: the caller's go before the file's."""
    named = config if config is not None else os.environ.get(f"{api.env_prefix}_CONFIG")
    table = read_config(named)
    told = dict(flatten(table.get("assumed", {}))) | dict(flatten(assumed or {}))
    return table, Assumed.read(api, told)


def _named(api: Api, given: object, table: Mapping[str, Any], known: Assumed) -> object:
    """The address that somebody names: the caller, the environment, the file, an assumption."""
    told = (given, os.environ.get(f"{api.env_prefix}_BASE_URL"), table.get("base_url"))
    return next(filter(None, told), known.values.get("base_url")) or None


def _addressed(
    api: Api, named: object, server: object, variables: Mapping[str, Any]
) -> tuple[str, bool]:
    """The base URL, and whether it is one that somebody names: the caller, or the document."""
    if named is not None:
        return checked_url(named), True
    chosen = picked(api.servers, server) or Server("", assumed=True)
    return checked_url(filled(api, chosen, variables)), not chosen.assumed


def read_settings(
    api: Api,
    *,
    api_key: KeySource = None,
    credentials: Mapping[str, Any] | None = None,
    scopes: object = None,
    base_url: str | None = None,
    server: int | str | None = None,
    server_variables: Mapping[str, Any] | None = None,
    assumed: Mapping[str, Any] | None = None,
    config: str | os.PathLike[str] | None = None,
    prices: Mapping[str, Any] | None = None,
    allow_insecure: bool = False,
) -> Settings:
    """Gather settings: arguments go before the environment, that before the TOML file.

    Raises:
        ConfigurationError: something is missing or wrong, with what to set.
    """
    keys = read_credentials(api, {"api_key": api_key, **(credentials or {})}, scopes)
    del api_key, credentials
    _check_kinds(base_url=base_url, assumed=assumed, config=config, prices=prices)
    variables = _checked_variables(api, base_url, server, server_variables)
    table, known = _configured(api, config, assumed)
    named = None
    if server is None and not variables:  # who names a server of the document means it
        named = _named(api, base_url or (assumed or {}).get("base_url"), table, known)
    url, is_named = _addressed(api, named, server, variables)
    settings = Settings(
        api=known.changed_api(),
        base_url=url,
        named=is_named,
        replaced=named is not None,
        assumed=known,
        credentials=keys,
        prices=_read_prices({**table.get("prices", {}), **(prices or {})}),
        variables=variables,
        allow_insecure=allow_insecure,
    )
    settings.check()
    return settings
