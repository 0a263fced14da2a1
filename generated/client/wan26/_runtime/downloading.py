"""Fetching a file, whole or not at all: it can never submit, and it carries no key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec.structs import replace

from .answers import media_type, passes, retry_after
from .calling import LONGEST_HINT
from .data_urls import data_of
from .effects import Caught, Close, Failure, Request, Sleep, Trace, call, now, send, wall
from .errors import DownloadError, ResultExpiredError, printable
from .exchanging import (
    Exchange,
    announce,
    backoff,
    conclude,
    permitted,
    tell_broken,
    told_of,
)
from .finishing import Link, NoLink
from .flows import LEAST_RATE, Flow
from .logs import Veiled, bare_url, without_queries
from .transfers import Saved, Transfer

if TYPE_CHECKING:
    from .effects import Core, Reply
    from .errors import APIError

__all__ = ["Saved", "Transfer", "save"]

_TRIES = 5  # in a row, without enough progress
_GONE = frozenset({403, 404, 410})
_MORE = "the server sent a part of the file"


def save(download: Transfer) -> Core[Saved]:
    """Fetch a file to disk.

    Raises:
        FileExistsError: the file is there, and is not to be overwritten.
        ResultExpiredError: the link is dead, and a fresh one was not to be had.
        DownloadError: it could not be fetched whole, or is larger than it may be.
    """
    try:  # who interrupts the opening finds the file open
        yield from call(download.open)
        held = data_of(download.link.url) if download.link.request is None else None
        yield from _fetch(download) if held is None else _copied(download, held)
        yield from call(download.settle)
    except BaseException as error:
        download.kept |= download.can_go_on and _may_go_on(error)
        raise
    finally:
        download.abandon()
    return Saved(
        path=download.path,
        size=download.size,
        sha256=download.digest.hexdigest(),
        media_type=download.media_type,
    )


def _may_go_on(error: BaseException) -> bool:
    """Whether another run may do better: after an interruption, or with a line that holds."""
    return not isinstance(error, Exception) or (
        isinstance(error, DownloadError) and error.retryable
    )


def _copied(download: Transfer, held: bytes) -> Core[None]:
    """Write what the link itself holds; nothing is asked for."""
    why = download.too_large(len(held))
    if why is not None:
        raise download.error(why, DownloadError, f"give save() a max_size of {len(held)} or more")
    yield from call(download.restart)
    yield from call(partial(download.write, held))
    download.media_type = download.link.media_type


def _fetch(download: Transfer) -> Core[None]:
    """Ask until all bytes are there; a try that got far enough does not count as a failed one.

    Far enough is by the rate since the last one that did: else a byte with each try, before the
    line breaks or the window is over, would go on for ever.
    """
    failed, reached, since = 0, download.size, (yield from now())
    while True:
        hint, why = yield from _attempt(download)
        if why is None:
            return
        gained, moment = download.size - reached, (yield from now())
        if gained > 0 and gained >= LEAST_RATE * (moment - since):
            failed, reached, since = 0, download.size, moment
            download.refreshed = False  # that link has lived
            if why == _MORE:
                continue
        failed += 1
        if failed >= _TRIES:
            raise download.error(f"could not be fetched: {why}", DownloadError, retryable=True)
        pause, jitter = backoff(failed - 1, hint)
        if pause > LONGEST_HINT:
            told = f"could not be fetched: {why}, and the server asks to wait {pause:.0f} s"
            raise download.error(told, DownloadError, retryable=True)
        download.session.log.logger.warning(
            "%s: %s, trying again in %.1f s", bare_url(download.link.url), why, pause
        )
        yield Sleep(pause, jitter)


def _attempt(download: Transfer) -> Core[tuple[float | None, str | None]]:
    """One request: the wait that the server asks for, and why it did not do; None if it did."""
    session, job_id = download.session, download.facts.get("job_id")
    request = yield from _request(download)
    made = Exchange(request=request, trace=Trace(), job_id=job_id, timeout=download.timeout)
    yield from announce(session, made)
    started = yield from now()
    outcome = yield from send(request, made.trace, download.timeout)
    if isinstance(outcome, Failure):
        made.failure = outcome
    else:
        made.reply = outcome
    yield from conclude(session, made, (yield from now()) - started)
    if isinstance(outcome, Failure):
        return None, _told(outcome, download.timeout)
    if outcome.status in (200, 206):
        why = yield from _receive(download, outcome)
        if isinstance(why, Failure):
            made.failure = why
            yield from tell_broken(session, made, (yield from now()) - started)
            return None, _told(why, download.timeout)
        return None, why
    yield Close(outcome)
    hint = retry_after(outcome.headers, (yield from wall()))
    why = yield from _refused(download, outcome.status)
    return hint, why


def _request(download: Transfer) -> Core[Request]:
    """A link is fetched without the key; what a call of the API answers with, as it asks for it."""
    own, headers = download.link.request, _headers(download)
    if own is None:
        return Request(
            method="GET",
            url=Veiled(_checked(download)),  # its query signs it
            headers=headers,
            route="download",
            operation="download",
        )
    laid_over = replace(own, headers={**headers, **own.headers})
    return (yield from permitted(download.session, laid_over, download.timeout))


def _told(failure: Failure, silence: float | None) -> str:
    told = without_queries(told_of(failure, silence, "byte"))
    return f"{type(failure.error).__name__}: {printable(told, 300)}"


def _checked(download: Transfer) -> str:
    if _is_on_the_web(download.link.url):
        return download.link.url
    hint = "what the answer names is no link to a file: look at its .raw"
    raise download.error("is no link to a file on the web", DownloadError, hint)


def _is_on_the_web(url: str) -> bool:
    with Caught(ValueError):
        parts = urlsplit(url)
        url.encode()  # half a character (a lone surrogate) is no part of a link
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    return False


def _headers(download: Transfer) -> dict[str, str]:
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    if download.size and download.validator:
        headers["Range"] = f"bytes={download.size}-"
        headers["If-Range"] = download.validator
    return headers


def _refused(download: Transfer, status: int) -> Core[str]:
    if status in _GONE or (yield from _is_past(download, status)):
        fresh: Link | NoLink = NoLink()
        if not download.refreshed:
            fresh = yield from download.refresh(download.link.index)
        download.refreshed = True
        if isinstance(fresh, NoLink):
            raise _expired(download, status, fresh)
        yield from _led_to(download, fresh)
        return f"HTTP {status}, asking under a fresh link"
    if status == 416:
        yield from call(download.restart)
        return "HTTP 416, starting anew"
    if passes(status):
        return f"HTTP {status}"
    raise download.error(f"the server answered HTTP {status}", DownloadError)


def _renewed(download: Transfer, kind: str) -> Core[str]:
    """Go on under a fresh link where a word about the file came: it is asked for once."""
    fresh: Link | NoLink = NoLink()
    if not download.refreshed:
        fresh = yield from download.refresh(download.link.index)
    download.refreshed = True
    if isinstance(fresh, NoLink):
        hint = "the job is done and stays so: save again, nothing is submitted"
        raise download.error(f"{kind} came instead of the file", DownloadError, hint)
    yield from _led_to(download, fresh)
    return f"{kind} came instead of the file, asking under a fresh link"


def _led_to(download: Transfer, fresh: Link) -> Core[None]:
    download.link = fresh
    # If-Range keeps versions apart, where their validator is strong: two files may be of
    # one second.
    if not download.is_strong:
        yield from call(download.restart)


def _is_past(download: Transfer, status: int) -> Core[bool]:
    """Whether another refusal is that of a dead link: its time is over, or it leads elsewhere."""
    link = download.link
    if 300 <= status < 400:
        return link.request is not None
    return 400 <= status < 500 and link.until is not None and link.until <= (yield from wall())


def _expired(download: Transfer, status: int, fresh: NoLink) -> APIError:
    """The exception for a dead link, and why there is no other."""
    told = f"has expired (HTTP {status})"
    if not fresh.why:
        hint = "the server keeps the file no longer: look in your account"
        return download.error(told, ResultExpiredError, hint)
    told = f"{told}, and asking for a fresh link failed: {printable(fresh.why, 500)}"
    return download.error(told, ResultExpiredError, fresh.hint, retryable=fresh.retryable)


def _receive(download: Transfer, reply: Reply) -> Core[Failure | str | None]:
    """Read a body into the file; gives why it is not whole, None if it is."""
    if download.is_to_be_video and media_type(reply.headers.get("content-type", "")) == "text/html":
        yield Close(reply)
        hint = "the server sent a web page: open the link in a browser to see what it says"
        why = "a web page (text/html) came instead of a video"
        raise download.error(why, DownloadError, hint)
    if download.refuses(reply):
        yield Close(reply)
        return (yield from _renewed(download, media_type(reply.headers.get("content-type", ""))))
    if not download.continues(reply):
        yield from call(download.restart)
        if reply.status == 206:
            yield Close(reply)
            return "the server sent another part of the file than it was asked for"
    download.measure(reply)
    yield from _limit(download, reply, download.total or 0)
    note = download.unsaid() if download.keep is not None else None
    if note is not None:
        yield from call(partial(download.tell, note))
    failure = yield from _drain(download, reply)
    if download.complete and (failure is None or download.total is not None):
        return None  # whatever happens to the line behind the last byte
    if failure is not None:
        return failure
    if reply.status == 206 and download.size < (download.total or 0):
        return _MORE
    why = f"{download.size} bytes came instead of {download.total}"
    if download.size > (download.total or 0):
        yield Close(reply)
        yield from call(download.restart)
    return why


def _limit(download: Transfer, reply: Reply, size: int) -> Core[None]:
    """Leave an answer that is longer than the file may be."""
    why = download.too_large(size)
    if why is not None:
        yield Close(reply)
        hint = f"give save() a larger max_size, of {size} bytes or more"
        raise download.error(why, DownloadError, hint)


def _drain(download: Transfer, reply: Reply) -> Core[Failure | None]:
    """Write a body to its end, or until there is more of it than the server told."""
    flow = Flow(reply)
    while True:
        data, failure = yield from flow.gather()
        yield from _limit(download, reply, download.size + len(data))
        if data:
            yield from call(partial(download.write, data))
        if failure is not None or not data:
            return failure
        if download.total is not None and download.size > download.total:
            return None
