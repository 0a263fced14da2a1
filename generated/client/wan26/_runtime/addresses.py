"""Which server a client talks to: the document's, with its variables, or one that is given."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from .effects import Caught
from .errors import ConfigurationError, printable
from .operations import Variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .operations import Api, Server

__all__ = [
    "check_variables",
    "checked_url",
    "filled",
    "host",
    "is_private",
    "is_relative",
    "joined",
    "picked",
    "same_origin",
    "undeclared",
]


_VARIABLE = re.compile(r"\{([^{}]*)\}")
_BEHIND = re.compile(r"[?#](?![^{}]*\}).*", re.DOTALL)


def host(url: str) -> str:
    """The host of a URL, as it may be shown."""
    return printable(urlsplit(url).hostname or "", 200)


@lru_cache  # of base URLs, which are asked for at every request
def is_private(url: str) -> bool:
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


def checked_url(url: object) -> str:
    """A base URL without the slash at its end.

    Raises:
        ConfigurationError: it is none.
    """
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


def picked(servers: tuple[Server, ...], wanted: object) -> Server | None:
    """The server of a number (0 is the first), a name, or a URL as the document writes it.

    None stands for the first one; None is given where there is none at all.

    Raises:
        ConfigurationError: there is no such server.
    """
    if wanted is None:
        return servers[0] if servers else None
    if isinstance(wanted, int) and not isinstance(wanted, bool) and 0 <= wanted < len(servers):
        return servers[wanted]
    for server in servers:
        if isinstance(wanted, str) and wanted in (server.name or server.url, server.url):
            return server
    known = (f"{at} ({server.name or server.url})" for at, server in enumerate(servers))
    raise ConfigurationError(
        f"there is no server {printable(repr(wanted), 200)}",
        hint=f"known are: {', '.join(known) or 'none'}",
    )


def filled(api: Api, server: Server, given: Mapping[str, Any]) -> str:
    """The URL of a server with its variables; `given` goes before the document's defaults.

    What a document writes behind a `?` is no part of a server's URL, and is not sent.

    Raises:
        ConfigurationError: a value that the document does not list, or one that nobody gives; or
            the URL names no server.
    """
    url = _with_variables(api, server, given)
    if "://" not in url:
        told = f" (the document only says {printable(url, 200)})" if url.strip("/") else ""
        raise ConfigurationError(
            f"no server is named for {api.title or api.name}{told}",
            hint=f"set {api.env_prefix}_BASE_URL, or give base_url='https://...{url.rstrip('/')}'",
        )
    return url


def joined(api: Api, base_url: str, server: Server, given: Mapping[str, Any]) -> str:
    """The URL of a relative server: what it is from the API's own.

    Raises:
        ConfigurationError: as `filled`, or its variables lead to another host.
    """
    url = urljoin(f"{base_url}/", _with_variables(api, server, given))
    if not same_origin(url, base_url):  # a variable may begin with a slash
        raise ConfigurationError(f"{printable(url, 200)} is not on {host(base_url)}")
    return url


def is_relative(server: Server) -> bool:
    """Whether a server's URL names no host, so that it is on the API's own."""
    defaults = {one.name: one.default for one in server.variables}
    url = _VARIABLE.sub(lambda found: defaults.get(found[1], found[0]), server.url)
    return "://" not in url and not url.startswith(("//", "{"))


def undeclared(server: Server) -> list[str]:
    """The variables of which the document says nothing."""
    declared = {one.name for one in server.variables}
    return [name for name in _VARIABLE.findall(_BEHIND.sub("", server.url)) if name not in declared]


def _with_variables(api: Api, server: Server, given: Mapping[str, Any]) -> str:
    declared = {one.name: one for one in server.variables}

    def value_of(found: re.Match[str]) -> str:
        name = found[1]
        variable = declared.get(name, Variable(name, ""))
        if name not in given:
            if name in declared:
                # It counts even where the document forgot it in the list of the values.
                return variable.default
            raise _unknown(api, name)
        value = given[name]
        listed = (*variable.values, variable.default) if variable.values else ()
        if isinstance(value, str) and (not listed or value in listed):
            return value
        wanted = f"one of {', '.join(variable.values)}" if listed else "a text"
        raise ConfigurationError(
            f"the server variable {name!r} must be {wanted}, not {printable(repr(value), 200)}"
        )

    # A query or a fragment is cut off; what stands in braces is the name of a variable.
    return _VARIABLE.sub(value_of, _BEHIND.sub("", server.url))


def _unknown(api: Api, name: str) -> ConfigurationError:
    told = repr(printable(name, 200))
    way = f"server_variables={{{told}: '...'}}, or " if name in _names(api.servers) else ""
    return ConfigurationError(
        f"the document does not say what the server variable {told} is",
        hint=f"give {way}base_url='https://...'",
    )


def _names(servers: tuple[Server, ...]) -> dict[str, None]:
    declared = (one.name for server in servers for one in server.variables)
    return dict.fromkeys((*declared, *(name for server in servers for name in undeclared(server))))


def check_variables(api: Api, servers: tuple[Server, ...], given: Mapping[str, Any]) -> None:
    """Refuse a variable that no server has.

    Raises:
        ConfigurationError: there is none of that name.
    """
    known = _names(servers)
    for name in given:
        if name not in known:
            raise ConfigurationError(
                f"{api.title or api.name} has no server variable {printable(repr(name), 200)}",
                hint=f"known are: {', '.join(known) or 'none'}",
            )
