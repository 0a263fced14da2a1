"""Where the files of a result lie, as answers name them."""

from __future__ import annotations

import mimetypes
import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from .data_urls import kind_of
from .discretion import Discreet
from .effects import Caught

if TYPE_CHECKING:
    from .answers import Parsed
    from .effects import Request
    from .records import Record

__all__ = ["Link", "NoLink", "links_of"]

_WEB = re.compile(r"\s*(https?://[^\s/]|data:[^\s,]*;base64,)", re.IGNORECASE)


class Link(Discreet, Struct, frozen=True, kw_only=True):
    """One file of a result, as the answer names it, or that a call of the API answers with.

    `request` asks the API itself for it, with the key; `until` is when it is thrown away, in
    seconds since 1970.
    """

    unsaid = ("url", "request")

    index: int
    url: str  # without a request: whoever has it can fetch the file
    media_type: str | None
    request: Request | None = None
    until: float | None = None


class NoLink(Struct, frozen=True, kw_only=True):
    """No fresh link was to be had: why that failed, whether it passes, what to do.

    All of it is empty where the server was asked and has no other.
    """

    why: str = ""
    retryable: bool = False
    hint: str = ""


def links_of(record: Record, parsed: Parsed) -> tuple[Link, ...]:
    """The files that an answer names."""
    declared = record.job.result
    nodes = parsed.nodes(declared.files) if declared is not None else []
    where = record.session.settings.base_url + "/"
    named = [node for node in nodes if isinstance(node, str) and node.strip()]
    if declared is not None and declared.optional:  # a text is no file, and leads nowhere
        named = [node for node in named if _WEB.match(node)]
    return tuple(_link(where, index, node) for index, node in enumerate(named))


def _link(where: str, index: int, node: str) -> Link:
    """A link made absolute; one that is no URL stays as it came, and spoils no other."""
    with Caught(ValueError):
        url = urljoin(where, node)
        if kind_of(node) is not None:
            return Link(index=index, url=node, media_type=kind_of(node))
        return Link(index=index, url=url, media_type=mimetypes.guess_type(urlsplit(url).path)[0])
    return Link(index=index, url=node, media_type=None)
