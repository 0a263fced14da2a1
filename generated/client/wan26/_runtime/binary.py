"""Answers that are files: read whole, bit by bit, or straight to disk."""

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from .answers import media_type
from .calling import answered
from .containers import suffix_of
from .contents import PAGES, pick
from .effects import Close, Emit, Failure, call, now, read_chunk
from .errors import DownloadError, printable
from .exchanging import Head, tell_broken
from .flows import Flow
from .logs import without_keys
from .parts import LARGEST_FILE, PartFile
from .vendors import make_error

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
    from os import PathLike
    from types import TracebackType

    from .effects import Core, Reply, Request
    from .exchanging import Exchange, Listener
    from .operations import Operation
    from .session import Session

__all__ = ["AsyncDownload", "Download", "Plan", "content"]


class Plan:
    """What is to be done with the body of an answer: its bytes are handed out, or go to a file."""

    def __init__(self) -> None:
        self.file: PartFile | None = None
        self.state: Literal["open", "taken", "closed"] = "open"

    def take(self, file: PartFile | None = None) -> None:
        """Begin with the body, which comes only once.

        Raises:
            RuntimeError: somebody else has begun, or the download was closed.
        """
        if self.state != "open":
            what = "read already" if self.state == "taken" else "closed before it was read"
            raise RuntimeError(f"this download was {what}; call the method again")
        self.state, self.file = "taken", file


class _File(Head):
    """What the sync and the async download have in common."""

    _plan: Plan
    _content: bytes | None = None

    @property
    def media_type(self) -> str | None:
        """What the file is, as the server says."""
        return media_type(self.headers.get("content-type", "")) or None

    @property
    def content_length(self) -> int | None:
        """Its length in bytes, where the server says it."""
        return _length(self._made)

    def _part(self, path: str | PathLike[str], overwrite: bool, max_size: int) -> PartFile:
        text = os.fspath(path)
        if not text:
            raise ValueError("the path is empty; '.' is the folder that you are in")
        target = Path(text)
        if target.is_dir() or text.endswith(("/", os.sep)):
            # Named after the operation: never as the server says.
            stem = re.sub(r"[^A-Za-z0-9_-]+", "_", self._made.request.operation)
            target /= f"{stem}{suffix_of(self.media_type)}"
        return PartFile(path=target, overwrite=overwrite, max_size=max_size)


class Download(_File):
    """An answer that is a file; its body is read when it is asked for, and only once.

    Leave it early by `with` or `close()`.
    """

    def __init__(self, values: Generator[Any, None, None], plan: Plan) -> None:
        self._values, self._plan = values, plan
        self._made = next(values)

    def read(self) -> bytes:
        """All of it, in memory; may be asked for again."""
        if self._content is None:
            self._content = b"".join(self.iter_bytes())
        return self._content

    def iter_bytes(self) -> Iterator[bytes]:
        """Its bytes as they come."""
        self._plan.take()
        return self._values

    def save(
        self,
        path: str | PathLike[str],
        *,
        overwrite: bool = False,
        max_size: int = LARGEST_FILE,
    ) -> Path:
        """Bring it to disk, whole or not at all; gives where it is.

        Args:
            path: where to; a folder (one that is there, or what ends with a `/`) gets a file
                that is named after the operation.
            overwrite: whether a file that is there may be replaced.
            max_size: bytes that it may have; 16 GiB unless told.

        Raises:
            FileExistsError: the file is there, and is not to be overwritten.
            DownloadError: not all of it came, or it is larger than it may be.
        """
        part = self._part(path, overwrite, max_size)
        self._plan.take(part)
        for _ in self._values:
            pass
        return part.path

    def close(self) -> None:
        """Leave the rest of it."""
        if self._plan.state == "open":
            self._plan.state = "closed"
        self._values.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncDownload(_File):
    """An answer that is a file; see `Download`."""

    def __init__(self, values: AsyncGenerator[Any, None], plan: Plan, made: Exchange) -> None:
        self._values, self._plan, self._made = values, plan, made

    @classmethod
    async def begin(cls, values: AsyncGenerator[Any, None], plan: Plan) -> Self:
        """Send the request, and wait for the head of its answer."""
        return cls(values, plan, await anext(values))

    async def read(self) -> bytes:
        """All of it, in memory; may be asked for again."""
        if self._content is None:
            self._content = b"".join([chunk async for chunk in self.iter_bytes()])
        return self._content

    def iter_bytes(self) -> AsyncIterator[bytes]:
        """Its bytes as they come."""
        self._plan.take()
        return self._values

    async def save(
        self,
        path: str | PathLike[str],
        *,
        overwrite: bool = False,
        max_size: int = LARGEST_FILE,
    ) -> Path:
        """Bring it to disk, whole or not at all; see `Download.save`."""
        part = self._part(path, overwrite, max_size)
        self._plan.take(part)
        async for _ in self._values:
            pass
        return part.path

    async def close(self) -> None:
        """Leave the rest of it."""
        if self._plan.state == "open":
            self._plan.state = "closed"
        await self._values.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def content(
    session: Session,
    operation: Operation[Any],
    request: Request,
    plan: Plan,
    timeout: float | None,
    listener: Listener | None = None,
) -> Core[None]:
    """Emit the head of an answer (an `Exchange`), then its bytes, unless they go to a file.

    Raises:
        APIStatusError: the server answered with an error.
        DownloadError: not all of it came.
    """
    made = yield from answered(session, operation, request, timeout, listener)
    if _is_page(operation, made):
        yield from _refuse_page(session, made)
    yield Emit(made)
    if plan.file is None:
        yield from _handed_out(session, made)
    else:
        yield from _saved(session, made, plan.file)


def _is_page(operation: Operation[Any], made: Exchange) -> bool:
    """Whether a web page came, such as one to log in at, where the document names other kinds."""
    declared = pick(operation, made.status or 0, made.headers.get("content-type", ""))
    kind = media_type(declared.content_type) if declared is not None else ""
    is_open = not kind or "*" in kind or kind == "application/octet-stream" or kind in PAGES
    return not is_open and media_type(made.headers.get("content-type", "")) in PAGES


def _refuse_page(session: Session, made: Exchange) -> Core[None]:
    if made.reply is not None:
        yield Close(made.reply)
    raise make_error(
        session,
        DownloadError,
        f"{made.request.operation}: a web page (text/html) came instead of a file",
        request_id=made.request_id,
    )


def _handed_out(session: Session, made: Exchange) -> Core[None]:
    size, started = 0, (yield from now())
    while made.reply is not None:
        chunk = yield from read_chunk(made.reply)
        if isinstance(chunk, Failure):
            raise (yield from _broken(session, made, size, chunk, started))
        if not chunk:
            break
        size += len(chunk)
        yield Emit(chunk)
    _check_length(session, made, size)


def _saved(session: Session, made: Exchange, file: PartFile) -> Core[None]:
    try:  # who interrupts the opening finds the file open
        yield from call(file.open)
        if made.reply is not None:
            yield from _drained(session, made, made.reply, file)
        _check_length(session, made, file.size)
        yield from call(file.settle)
    finally:
        file.abandon()


def _drained(session: Session, made: Exchange, reply: Reply, file: PartFile) -> Core[None]:
    """Write a body to its end."""
    flow, started = Flow(reply), (yield from now())
    yield from _limit(session, made, reply, file.too_large(_length(made) or 0))
    while True:
        data, failure = yield from flow.gather()
        yield from _limit(session, made, reply, file.too_large(file.size + len(data)))
        if data:
            yield from call(partial(file.write, data))
        if failure is not None:
            raise (yield from _broken(session, made, file.size, failure, started))
        if not data:
            return


def _limit(session: Session, made: Exchange, reply: Reply, why: str | None) -> Core[None]:
    """Leave an answer that is longer than the file may be."""
    if why is not None:
        yield Close(reply)
        operation, request_id = made.request.operation, made.request_id
        raise make_error(session, DownloadError, f"{operation}: {why}", request_id=request_id)


def _broken(
    session: Session, made: Exchange, size: int, failure: Failure, started: float
) -> Core[Exception]:
    """The exception for a body that broke off, once the hooks were told."""
    made.failure = failure
    yield from tell_broken(session, made, (yield from now()) - started)
    told = without_keys(made.request, printable(failure.error, 300))
    why = f"{type(failure.error).__name__}: {told}"
    error = make_error(
        session,
        DownloadError,
        f"{made.request.operation}: the file broke off after {size} bytes ({why})",
        request_id=made.request_id,
        retryable=failure.transient,
    )
    error.__cause__ = failure.error
    return error


def _length(made: Exchange) -> int | None:
    told = made.headers.get("content-length", "")
    encoded = made.headers.get("content-encoding", "identity") not in ("", "identity")
    return int(told) if told.isdecimal() and len(told) < 20 and not encoded else None


def _check_length(session: Session, made: Exchange, size: int) -> None:
    total = _length(made)
    if total is not None and size != total:
        raise make_error(
            session,
            DownloadError,
            f"{made.request.operation}: {size} bytes came instead of {total}",
            request_id=made.request_id,
            retryable=True,
        )
