"""What a client authenticates with, as the pages tell it: keywords, variables, and what each is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.targets.client.constructors import needed_credentials
from specloom.targets.docs.markdown import Markdown, code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api


def variable(api: Api, keyword: str) -> str:
    """The variable that stands in for a keyword of the client."""
    return f"{api.env_prefix}_{keyword.upper()}"


def exports(api: Api) -> Iterator[Markdown]:
    """What the first call needs, each with what it is; nothing where it needs no key."""
    said = dict(credentials(api))
    lines = [(f"export {variable(api, one)}=...", said[one]) for one in needed_credentials(api)]
    if lines and all(one.assumed for one in api.servers):
        lines.append((f"export {variable(api, 'base_url')}=https://...", "the address of the API"))
    width = max((len(line) for line, _ in lines), default=0)
    yield from (Markdown(f"{line:{width}}   # {what}") for line, what in lines)


def credentials(api: Api) -> Iterator[tuple[str, str]]:
    """The keywords that a client authenticates with, each with what it is."""
    for scheme in api.security_schemes:
        several: tuple[str, ...] = ("your key",)
        if scheme.kind == "basic":
            several = ("your user", "your password")
        elif len(scheme.keywords) > 1:
            several = ("your token", "the application that fetches tokens", "its secret")
        yield from zip(scheme.keywords, several, strict=False)


def setting_rows(api: Api) -> Iterator[str]:
    """The rows of a table of settings."""
    for keyword, what in credentials(api):
        told = code(f"{keyword}="), code(variable(api, keyword))
        yield f"| {what.replace('your', 'the')} | {told[0]} | {told[1]} | |"


def argument_rows(api: Api) -> Iterator[str]:
    """The rows of a table of arguments."""
    for keyword, what in credentials(api):
        told = f"{what.replace('your', 'the')}, or a function that is asked for it at every request"
        yield f"| {code(keyword)} | {told}; else {code(variable(api, keyword))} |"
