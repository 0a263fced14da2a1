"""The constructors of woven clients: their keywords, what is said of each, and how they are passed on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.python.spelling import Code, identifier
from specloom.targets.client.descriptions import first_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api, SecurityScheme, Server

_LONGEST_DOC = 200
_VARIABLE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstructorView:
    """What a constructor takes beside what all of them take; `has_key` says whether `api_key` stands first."""

    has_key: bool
    credentials: tuple[Code, ...]
    has_scopes: bool
    has_servers: bool
    has_variables: bool
    has_jobs: bool


def constructor_view(api: Api) -> ConstructorView:
    """The keywords of the constructor of an API."""
    keywords = [name for scheme in api.security_schemes for name in scheme.keywords]
    return ConstructorView(
        has_key="api_key" in keywords,
        credentials=tuple(identifier(name) for name in keywords if name != "api_key"),
        has_scopes=any(len(one.keywords) == 3 for one in api.security_schemes),
        has_servers=len(api.servers) > 1,
        has_variables=any(server.variables or _undeclared(server) for server in api.servers),
        has_jobs=any(call.job is not None for one in api.resources for call in one.operations),
    )


def needed_credentials(api: Api) -> list[str]:
    """The keywords that a first call needs: those of the first alternative that asks for any."""
    schemes = [one for one in api.security_schemes if one.keywords]
    ways = [way.split() for way in api.secured if way] or [[*one.keywords[:1]] for one in schemes]
    return [
        keyword
        for one in schemes
        if one.keywords[0] in (ways or [[]])[0]
        for keyword in one.keywords[: 2 if one.kind == "basic" else 1]
    ]


def leads_to_sandbox(api: Api) -> bool:
    """Whether the key `sandbox` needs no base URL: where the document only assumes its servers."""
    keys = needed_credentials(api)
    return len(keys) == 1 and bool(api.servers) and all(server.assumed for server in api.servers)


def constructor_doc(api: Api) -> str:
    """The docstring of a woven client."""
    lines = "\n".join(f"    {line}" for line in _arguments(api))
    return f"""The client of {api.title}; close it, or use it in a `with` statement.

Args:
{lines}

Raises:
    ConfigurationError: {_refusals(api)}
"""


def _refusals(api: Api) -> str:
    if not any(one.keywords for one in api.security_schemes):
        return "there is no server to talk to, or a setting is wrong."
    return "there is no key, or a key and no server to send it to."


def _arguments(api: Api) -> Iterator[str]:
    for scheme in api.security_schemes:
        yield from _credentials(api, scheme)
    view = constructor_view(api)
    if view.has_scopes:
        yield "scopes: What a token is fetched for. Default: all that the document's operations ask for."
    named = next((server for server in api.servers if not server.assumed), None)
    yield (
        f"base_url: The server. Default: `{api.env_prefix}_BASE_URL`, else {named.usual_url}."
        if (named is not None and "://" in named.usual_url)
        else (
            f"base_url: The server. Default: `{api.env_prefix}_BASE_URL`; "
            "without one only the key `sandbox` is accepted."
            if any(server.assumed for server in api.servers)
            else f"base_url: The server. Default: `{api.env_prefix}_BASE_URL`; the document names none."
        )
    )
    if view.has_servers:
        told = "; ".join(_server(at, server) for at, server in enumerate(api.servers))
        yield f"server: A server of the document, by number or by name: {told}."
    if view.has_variables:
        told = "; ".join(dict.fromkeys(_variables(api)))
        yield f"server_variables: What stands in the server's URL: {told}."
    yield "assumed: What the document assumes, set otherwise; see the docs for the keys."
    yield (
        "config: A TOML file with `base_url`, `[assumed]` and `[prices]`. "
        f"Default: `{api.env_prefix}_CONFIG`."
    )
    yield "prices: Unit prices by tier, for estimates; an unknown price is None and never 0."
    yield "timeout: Seconds for one request; None is no limit."
    yield "max_retries: How often a request that is safe to repeat is repeated."
    yield "allow_insecure: Send the key over plain HTTP to other hosts than this one."
    if view.has_jobs:
        yield from _LEDGER
    yield "hooks: Functions that are told of each request, each answer and each state."
    yield "http_client: Your own httpx2 client; one that retries is stopped before it sends a submit again."


_LEDGER = (
    "ledger: A file (SQLite) of every submit and what came of it: no crash loses a job; see `client.ledger`.",
    "ledger_prompts: False keeps the texts of requests out of it; only their hashes stay.",
    "budget: What all jobs of the ledger together may cost; more is refused before it is sent.",
)


def _server(at: int, server: Server) -> str:
    url = " ".join(server.url.split())
    said = " ".join(part for part in (server.name, _short(server.doc)) if part)
    return f"{at} is {url}{f' ({said})' if said else ''}"


def _variables(api: Api) -> Iterator[str]:
    for server in api.servers:
        for one in server.variables:
            listed = f", of {', '.join(one.values)}" if one.values else ""
            yield f"`{one.name}` ({one.default or 'nothing'}{listed})"
        for name in _undeclared(server):
            yield f"`{' '.join(name.split())}` (has to be given)"


def _undeclared(server: Server) -> list[str]:
    """The variables of a URL that the document does not declare: the caller says what they are."""
    declared = {one.name for one in server.variables}
    return [name for name in _VARIABLE.findall(server.url) if name not in declared]


def _short(doc: str) -> str:
    return first_sentences(" ".join(doc.split()), _LONGEST_DOC).rstrip(".")


def _credentials(api: Api, scheme: SecurityScheme) -> Iterator[str]:
    key, *more = scheme.keywords or ("",)
    variables = [f"`{api.env_prefix}_{name.upper()}`" for name in scheme.keywords]
    where = (
        f"the {scheme.place} {'parameter ' if scheme.place == 'query' else ''}`{scheme.wire_name}`"
    )
    lone = key == "api_key"
    match scheme.kind:
        case "basic":
            yield f"{key}: The user of HTTP Basic, or a function that gives it. Default: {variables[0]}."
            yield f"{more[0]}: The password, or a function that gives it. Default: {variables[1]}."
        case "oauth2" | "openid" if more:
            yield f"{key}: A ready token, or a function that gives it. Default: {variables[0]}."
            yield f"{more[0]}: The application that fetches tokens. Default: {variables[1]}."
            yield f"{more[1]}: Its secret. Default: {variables[2]}."
        case "unsupported":
            yield (
                f"{key}: The whole header `Authorization`, or a function that gives it. "
                f"Default: {variables[0]}."
            )
        case "api-key":
            told = "" if lone and scheme.wire_name != "Authorization" else f", for {where}"
            yield f"{key}: The key{told}, or a function that gives it. Default: {variables[0]}."
        case "mutual-tls":
            return
        case _:
            told = "The key" if lone else "A bearer token"
            yield f"{key}: {told}, or a function that gives it. Default: {variables[0]}."
