"""Fetching a file, whole or not at all: it can never submit, and it carries no key."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .answers import passes, retry_after
from .containers import is_mp4
from .effects import (
    Caught,
    Close,
    Failure,
    Request,
    Sleep,
    Trace,
    call,
    now,
    read_chunk,
    send,
    wall,
)
from .errors import APIError, DownloadError, ResultExpiredError, printable
from .exchanging import backoff
from .logs import bare_url, without_queries
from .parts import PartFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .effects import Core, Reply
    from .finishing import Link
    from .session import Session

__all__ = ["Saved", "Transfer", "gather", "save"]

_BUFFER = 1 << 20  # bytes that are gathered before they are written
_TRIES = 5  # in a row, without a byte more
_GONE = frozenset({403, 404, 410})
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)\Z")
_MP4 = frozenset({"video/mp4", "video/x-m4v"})
_MORE = "the server sent a part of the file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A file on disk."""

    path: Path
    size: int
    sha256: str
    media_type: str | None


@dataclass(slots=True, kw_only=True)
class Transfer(PartFile):
    """One file of a job on its way to disk: what to fetch, what is there already."""

    session: Session
    link: Link
    timeout: float | None  # seconds of silence after which the line counts as broken
    refresh: Callable[[int], Core[Link | None]]
    facts: Mapping[str, Any]  # of the job, for errors
    total: int | None = None
    validator: str | None = None
    media_type: str | None = None
    refreshed: bool = False

    def restart(self) -> None:
        """Forget what is there."""
        self.total = None
        PartFile.restart(self)

    def settle(self) -> None:
        """Bring the file to disk and give it its name.

        Raises:
            DownloadError: it is no MP4 where it must be one; the bytes stay in the `.part` file.
            FileExistsError: somebody else made the file meanwhile; the bytes stay there too.
        """
        if self.file is None:
            return
        self.finish()
        if self._is_to_be_mp4() and not is_mp4(self.part):
            raise self.error(
                f"what came is no complete MP4 file (it is kept as {self.part})", DownloadError
            )
        PartFile.settle(self)

    def _is_to_be_mp4(self) -> bool:
        told = self.media_type or ""
        if self.path.suffix.lower() in (".mp4", ".m4v") or told in _MP4:
            return True
        # A server that names another kind of media knows better than the link.
        return self.link.media_type in _MP4 and not told.startswith(("video/", "audio/", "image/"))

    @property
    def is_to_be_video(self) -> bool:
        """Whether the link or the name of the file promises a video."""
        named = mimetypes.guess_type(self.path.name)[0] or ""
        return "video/" in f"{self.link.media_type} {named}"

    def error(self, message: str, kind: type[APIError], **facts: Any) -> APIError:
        """An exception about this file."""
        hint = "the job is done and stays so: save again, nothing is submitted"
        told = {"hint": hint, **self.facts, **facts}
        return kind(f"{bare_url(self.link.url)}: {message}", **told)

    @property
    def complete(self) -> bool:
        """Whether all bytes are there, as far as the server told how many there are."""
        return self.total is None or self.size == self.total


def save(download: Transfer) -> Core[Saved]:
    """Fetch a file to disk.

    Raises:
        FileExistsError: the file is there, and is not to be overwritten.
        ResultExpiredError: the link is dead, and a fresh one was not to be had.
        DownloadError: it could not be fetched whole.
    """
    try:  # who interrupts the opening finds the file open
        yield from call(download.open)
        yield from _fetch(download)
        yield from call(download.settle)
    finally:
        download.abandon()
    return Saved(
        path=download.path,
        size=download.size,
        sha256=download.digest.hexdigest(),
        media_type=download.media_type,
    )


def _fetch(download: Transfer) -> Core[None]:
    """Ask until all bytes are there; a try that got further does not count as a failed one."""
    failed = reached = 0
    while True:
        hint, why = yield from _attempt(download)
        if why is None:
            return
        failed = 1 if download.size > reached else failed + 1
        if why == _MORE and download.size > reached:
            reached = download.size
            continue
        reached = max(reached, download.size)
        if failed >= _TRIES:
            raise download.error(f"could not be fetched: {why}", DownloadError, retryable=True)
        pause, jitter = backoff(failed - 1, hint)
        download.session.log.logger.warning(
            "%s: %s, trying again in %.1f s", bare_url(download.link.url), why, pause
        )
        yield Sleep(pause, jitter)


def _attempt(download: Transfer) -> Core[tuple[float | None, str | None]]:
    """One request: the wait that the server asks for, and why it did not do; None if it did."""
    request = Request(
        method="GET",
        url=_checked(download),
        headers=_headers(download),
        route="download",
        operation="download",
    )
    started = yield from now()
    download.session.log.sending(request)
    outcome = yield from send(request, Trace(), download.timeout)
    told = _told(outcome) if isinstance(outcome, Failure) else f"HTTP {outcome.status}"
    download.session.log.answered(request, told, (yield from now()) - started, None)
    if isinstance(outcome, Failure):
        return None, told
    if outcome.status in (200, 206):
        why = yield from _receive(download, outcome)
        return None, why
    yield Close(outcome)
    hint = retry_after(outcome.headers, (yield from wall()))
    why = yield from _refused(download, outcome.status)
    return hint, why


def _told(failure: Failure) -> str:
    told = without_queries(str(failure.error))  # the query of a link signs it
    return f"{type(failure.error).__name__}: {printable(told, 300)}"


def _checked(download: Transfer) -> str:
    with Caught(ValueError):
        parts = urlsplit(download.link.url)
        download.link.url.encode()  # half a character (a lone surrogate) is no part of a link
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return download.link.url
    raise download.error("is no link to a file on the web", DownloadError)


def _headers(download: Transfer) -> dict[str, str]:
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    if download.size and download.validator:
        headers["Range"] = f"bytes={download.size}-"
        headers["If-Range"] = download.validator
    return headers


def _refused(download: Transfer, status: int) -> Core[str]:
    if status in _GONE:
        link = None if download.refreshed else (yield from download.refresh(download.link.index))
        download.refreshed = True
        if link is None:
            raise download.error(f"has expired (HTTP {status})", ResultExpiredError)
        download.link = link
        yield from call(download.restart)
        return f"HTTP {status}, asking under a fresh link"
    if status == 416:
        yield from call(download.restart)
        return "HTTP 416, starting anew"
    if passes(status):
        return f"HTTP {status}"
    raise download.error(f"the server answered HTTP {status}", DownloadError)


def _receive(download: Transfer, reply: Reply) -> Core[str | None]:
    """Read a body into the file; gives why it is not whole, None if it is."""
    if download.is_to_be_video and _media_type(reply) == "text/html":
        yield Close(reply)
        raise download.error("a web page (text/html) came instead of a video", DownloadError)
    if not _continues(download, reply):
        yield from call(download.restart)
        if reply.status == 206:
            yield Close(reply)
            return "the server sent another part of the file than it was asked for"
    _measure(download, reply)
    failure = yield from _drain(download, reply)
    if failure is not None:
        return _told(failure)
    if download.complete:
        return None
    if reply.status == 206 and download.size < (download.total or 0):
        return _MORE
    why = f"{download.size} bytes came instead of {download.total}"
    if download.size > (download.total or 0):
        yield from call(download.restart)
    return why


def _drain(download: Transfer, reply: Reply) -> Core[Failure | None]:
    """Write a body to its end, or until there is more of it than the server told."""
    while True:
        data, failure = yield from gather(reply)
        if data:
            yield from call(partial(download.write, data))
        if failure is not None or not data:
            return failure
        if download.total is not None and download.size > download.total:
            return None


def gather(reply: Reply) -> Core[tuple[bytes, Failure | None]]:
    """About a megabyte of a body, less at its end."""
    parts: list[bytes] = []
    size = 0
    while size < _BUFFER:
        chunk = yield from read_chunk(reply)
        if isinstance(chunk, Failure):
            return b"".join(parts), chunk
        if not chunk:
            break
        parts.append(chunk)
        size += len(chunk)
    return b"".join(parts), None


def _continues(download: Transfer, reply: Reply) -> bool:
    """Whether the body goes on where the file ends."""
    found = _RANGE.match(reply.headers.get("content-range", ""))
    if reply.status != 206 or found is None or int(found[1]) != download.size:
        return False
    return download.size == 0 or found[3] in ("*", str(download.total))


def _measure(download: Transfer, reply: Reply) -> None:
    """Note how long the file is and by what its version is known."""
    headers = reply.headers
    length = headers.get("content-length", "")
    encoded = headers.get("content-encoding", "identity") not in ("", "identity")
    found = _RANGE.match(headers.get("content-range", ""))
    if reply.status == 206 and found is not None and found[3] != "*":
        download.total = int(found[3])
    elif encoded or not length.isdecimal():
        download.total = None
    else:
        download.total = download.size + int(length)
    etag = headers.get("etag", "")
    strong = etag if etag and not etag.startswith("W/") else None
    download.validator = None if encoded else strong or headers.get("last-modified")
    download.media_type = _media_type(reply) or download.link.media_type


def _media_type(reply: Reply) -> str:
    return reply.headers.get("content-type", "").partition(";")[0].strip().lower()
