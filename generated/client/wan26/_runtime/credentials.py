"""What a client authenticates with: keys that do not show, and which of them a request carries."""

from __future__ import annotations

import base64
import os
import re
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import quote, quote_plus

from msgspec import Struct, field

from .effects import Caught
from .errors import ConfigurationError
from .held_tokens import Tokens
from .logs import SHORTEST_KEY, Veiled
from .operations import Basic, OAuth2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .operations import Api, Security

__all__ = [
    "SANDBOX_KEY",
    "Credentials",
    "KeySource",
    "Secret",
    "conceal",
    "concealed",
    "read_credentials",
]

SANDBOX_KEY = "sandbox"
# Half of a pair of surrogates is no character; HTTP Basic has no controls (RFC 7617, 2).
_UNFIT: dict[str, re.Pattern[str]] = {
    "header": re.compile(r"[^\x20-\x7e]"),
    "encoded": re.compile(r"[\ud800-\udfff]"),
    "basic": re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]"),
}
KeySource: TypeAlias = "str | Secret | Callable[[], str] | None"
Given: TypeAlias = "Callable[[], str] | Secret"
# How a key is sent: as it is in a header, encoded so that it may hold anything, or in HTTP Basic.
Carried: TypeAlias = Literal["header", "encoded", "basic"]


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


class Credentials(Struct, frozen=True, kw_only=True):
    """What a client was given, by keyword; `scopes` None asks for those of the document."""

    api: Api
    given: Mapping[str, Given] = {}
    scopes: tuple[str, ...] | None = None
    tokens: Tokens = field(default_factory=Tokens)
    asked: dict[str, Secret] = {}  # what functions gave last

    def chosen(self, secured: bool | tuple[str, ...] = True) -> list[Security]:
        """The schemes of the first alternative that is complete; none where nothing has to be sent.

        Args:
            secured: the alternatives of an operation; True stands for the API's own.

        Raises:
            ConfigurationError: no alternative is complete, and one has to be.
        """
        ways = self._ways(secured)
        known = {scheme.key: scheme for scheme in self.api.security}
        for way in ways:
            schemes = [known[key] for key in way.split() if key in known]
            if schemes and all(self.has(scheme) for scheme in schemes):
                return schemes
        if ways and "" not in ways:
            raise self._missing([[known[key] for key in way.split()] for way in ways])
        return []

    def check_any(self) -> None:
        """Refuse to begin where nothing is given and most operations ask for something.

        Raises:
            ConfigurationError: nothing is given.
        """
        if not any(self.has(scheme) for scheme in self.api.security):
            self.chosen()

    def has(self, scheme: Security) -> bool:
        """Whether all that a scheme needs is given."""
        if isinstance(scheme, OAuth2) and self.has_token(scheme):
            return True
        return all(name in self.given for name in keywords(scheme))

    def asks(self, scheme: Security) -> bool:
        """Whether a function has to be asked for any of it."""
        names = (scheme.key, *keywords(scheme))
        return any(callable(self.given.get(name)) for name in names)

    def has_token(self, scheme: OAuth2) -> bool:
        """Whether a ready token is given, so that none is fetched."""
        return scheme.key in self.given

    def secret(self, name: str, carried: Carried = "header") -> Secret:
        """What is given under a keyword; a function is asked.

        Raises:
            ConfigurationError: it is empty, or has characters that cannot be carried so.
        """
        given = self.given[name]
        asked = given if isinstance(given, Secret) else Secret(given())
        self.asked[name] = asked
        return _clean(asked, name, variable_of(self.api, name), carried)

    def header(self, scheme: Basic) -> Secret:
        """User and password as HTTP Basic writes them (RFC 7617), without the word `Basic`."""
        user, password = (self.secret(name, "basic") for name in keywords(scheme))
        if ":" in user.reveal():
            raise ConfigurationError(f"{scheme.key} must have no colon: it ends the name")
        return Secret(str(_pair(user.reveal(), password.reveal())))

    def client(self, scheme: OAuth2) -> tuple[Secret, Secret]:
        """Id and secret of the application that fetches tokens."""
        name, password = scheme.application
        return self.secret(name, "encoded"), self.secret(password, "encoded")

    def application_header(self, scheme: OAuth2) -> Veiled:
        """Id and secret of the application in the header of a request for a token."""
        # Each is encoded as in a form before (RFC 6749, 2.3.1).
        name, secret = (quote_plus(one.reveal()) for one in self.client(scheme))
        return Veiled(f"Basic {_pair(name, secret)}")

    def redacted(self, text: str) -> str:
        """The text without the secrets, where a server says them back; no function is asked."""
        for given in (*self._secrets(), *map(Secret, self.tokens.texts()), *self._pairs()):
            key = given.reveal().strip()
            if len(key) >= SHORTEST_KEY:
                for told in (key, quote(key, safe="", errors="replace")):
                    text = text.replace(told, "[the key]")
        return text

    def _secrets(self) -> Iterator[Secret]:
        """What is secret of what is given; of a function what it gave last."""
        for scheme in self.api.security:
            for name in _secret_names(scheme, self.given):
                given = self.given.get(name)
                known = given if isinstance(given, Secret) else self.asked.get(name)
                if known is not None:
                    yield known

    def _pairs(self) -> Iterator[Secret]:
        """User and password as they travel, of each scheme where no function has to be asked."""
        for scheme in self.api.security:
            if isinstance(scheme, Basic) and self.has(scheme) and not self.asks(scheme):
                with Caught(ConfigurationError):
                    yield self.header(scheme)

    def _ways(self, secured: bool | tuple[str, ...]) -> tuple[str, ...]:
        if isinstance(secured, tuple):
            return secured
        own = self.api.secured or tuple(scheme.key for scheme in self.api.security)
        return own if secured else ()

    def _missing(self, ways: list[list[Security]]) -> ConfigurationError:
        """The exception that says what to give; of a lone key in the words that everybody knows."""
        told = dict.fromkeys(self._told(way) for way in ways)
        lone = len(ways) == 1 and [one.key for one in ways[0]] == ["api_key"]
        return ConfigurationError(
            "there is no API key" if lone else "there is nothing to authenticate with",
            hint=", or ".join(told),
        )

    def _told(self, way: list[Security]) -> str:
        names = [name for scheme in way for name in keywords(scheme) if name not in self.given]
        variables = " and ".join(variable_of(self.api, name) for name in names)
        return f"set {variables}, or give {', '.join(f'{name}=...' for name in names)}"


def keywords(scheme: Security) -> tuple[str, ...]:
    """The keywords that a scheme needs, all of them; a ready token stands for those of OAuth2."""
    if isinstance(scheme, Basic):
        return scheme.key, scheme.other
    if isinstance(scheme, OAuth2):
        return scheme.application or (scheme.key,)
    return (scheme.key,)


def _secret_names(scheme: Security, given: Mapping[str, Given]) -> tuple[str, ...]:
    """The keywords whose values must not show: the name of a user or an application may."""
    if isinstance(scheme, Basic):
        password = given.get(scheme.other)
        # Some vendors take the key as the user's name, and no password.
        alone = password is None or (isinstance(password, Secret) and not password.reveal())
        return (scheme.key, scheme.other) if alone else (scheme.other,)
    if isinstance(scheme, OAuth2):
        return scheme.key, *scheme.application[1:]
    return (scheme.key,)


def variable_of(api: Api, name: str) -> str:
    """The variable of the environment that stands for a keyword."""
    return f"{api.env_prefix}_{name.upper()}"


def _pair(name: str, password: str) -> Veiled:
    """Two texts as HTTP Basic joins them (RFC 7617)."""
    return Veiled(base64.b64encode(f"{name}:{password}".encode()).decode("ascii"))


def conceal(key: object) -> Callable[[], str] | Secret | None:
    """The key as no traceback shows it: to be done before anything may go wrong."""
    asked: Any = key
    return asked if key is None or callable(key) or isinstance(key, Secret) else Secret(key)


def concealed(api_key: object, credentials: Mapping[str, Any] | None) -> dict[str, Any]:
    """All keys, by keyword, as no traceback shows them."""
    told = {"api_key": api_key, **(credentials or {})}
    return {name: conceal(key) for name, key in told.items() if key is not None}


def read_credentials(api: Api, given: Mapping[str, Any], scopes: object = None) -> Credentials:
    """Gather what is given under each keyword: an argument goes before the environment.

    Raises:
        ConfigurationError: the scopes are no texts.
    """
    found: dict[str, Given] = {}
    for scheme in api.security:
        for name in dict.fromkeys((scheme.key, *keywords(scheme))):
            key = conceal(given.get(name))
            key = conceal(os.environ.get(variable_of(api, name)) or None) if key is None else key
            if key is not None:
                found[name] = key
    return Credentials(api=api, given=found, scopes=_read_scopes(scopes))


def _read_scopes(scopes: object) -> tuple[str, ...] | None:
    if scopes is None:
        return None
    told = tuple(scopes) if isinstance(scopes, list | tuple | set | frozenset) else (0,)
    if not all(isinstance(one, str) for one in told):
        raise ConfigurationError("scopes must be a list of texts")
    return tuple(str(one) for one in told)


def _clean(asked: Secret, name: str, variable: str, carried: Carried) -> Secret:
    # Nothing here holds the bare text: trackers of errors keep the locals of every frame.
    what = "the API key" if name == "api_key" else name
    if not asked.is_text:
        raise ConfigurationError(f"{what} must be a text, or a function that gives one")
    # Spaces may belong to a password; the end of a line is that of the file it came from.
    key = Secret(asked.reveal().strip("\r\n" if carried == "basic" else None))
    if not key.reveal() and not name.endswith("password"):
        raise ConfigurationError(f"{what} is empty", hint=f"set {variable}, or give {name}=...")
    if _UNFIT[carried].search(key.reveal()):
        where = "no header" if carried == "header" else "nothing"
        raise ConfigurationError(
            f"{what} has characters that {where} can carry", hint="copy it again"
        )
    return key
