"""What a finished job gives: its files, its value, what it cost."""

from __future__ import annotations

import mimetypes
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from msgspec import UNSET

from .decoding import blank
from .downloading import Saved, Transfer, save
from .errors import JobResultError, ManyFilesError, printable
from .finishing import fresh_link

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal
    from os import PathLike

    from .drivers import AsyncDriver, SyncDriver
    from .effects import Core
    from .finishing import Finished, Link
    from .jobs import AsyncJob, Job
    from .records import Record

__all__ = ["AsyncResult", "AsyncResultFile", "Result", "ResultFile"]

T = TypeVar("T")
V = TypeVar("V")
F = TypeVar("F", bound="_File")


class _File:
    """What the sync and the async file have in common."""

    def __init__(self, driver: Any, record: Record, link: Link) -> None:
        self._driver = driver
        self._record = record
        self._link = link
        self._saved: Saved | None = None

    @property
    def url(self) -> str:
        """The link, as the answer gave it; it may expire, and whoever has it can fetch the file."""
        return self._link.url

    @property
    def media_type(self) -> str | None:
        """What the file is, as far as that is known."""
        return self._saved.media_type if self._saved is not None else self._link.media_type

    @property
    def content_length(self) -> int | None:
        """Its length in bytes, known once it is saved."""
        return self._saved.size if self._saved is not None else None

    @property
    def sha256(self) -> str | None:
        """Its SHA-256 in hexadecimal, known once it is saved."""
        return self._saved.sha256 if self._saved is not None else None

    def __repr__(self) -> str:
        bare = printable(self.url.partition("?")[0])
        return f"{type(self).__name__}({bare!r}, media_type={self.media_type!r})"

    def _download(
        self, path: str | PathLike[str], overwrite: bool, timeout: float | None
    ) -> Core[Path]:
        record, index = self._record, self._link.index
        silence = record.timeout if timeout is None else timeout
        download = Transfer(
            session=record.session,
            link=self._link,
            path=self._named(os.fspath(path)),
            overwrite=overwrite,
            timeout=silence,
            refresh=lambda _: fresh_link(record, index, silence),
            facts=record.facts(),
        )
        self._saved = yield from save(download)
        self._link = download.link
        return self._saved.path

    def _named(self, text: str) -> Path:
        """A folder gets a file that is named after the job: never as the server says."""
        if not text:
            raise ValueError("the path is empty; '.' is the folder that you are in")
        path = Path(text)
        if not path.is_dir() and not text.endswith(("/", os.sep)):
            return path
        stem = re.sub(r"[^A-Za-z0-9_-]+", "_", self._record.id)[:100] or "result"
        suffix = mimetypes.guess_extension(self.media_type or "") or ""
        number = f"-{self._link.index + 1}" if self._link.index else ""
        return path / f"{stem}{number}{suffix}"


class ResultFile(_File):
    """One file of a result."""

    def save(
        self, path: str | PathLike[str], *, overwrite: bool = False, timeout: float | None = None
    ) -> Path:
        """Fetch the file to disk, whole or not at all; it costs nothing and submits nothing.

        Args:
            path: where to; a folder (one that is there, or what ends with a `/`) gets a file
                that is named after the job.
            overwrite: whether a file that is there may be replaced.
            timeout: seconds of silence after which the line counts as broken.

        Raises:
            FileExistsError: the file is there, and is not to be overwritten.
            ResultExpiredError: the link is dead, and a fresh one was not to be had.
            DownloadError: it could not be fetched whole.
        """
        driver = cast("SyncDriver", self._driver)
        return driver.run(self._download(path, overwrite, timeout))


class AsyncResultFile(_File):
    """One file of a result."""

    async def save(
        self, path: str | PathLike[str], *, overwrite: bool = False, timeout: float | None = None
    ) -> Path:
        """Fetch the file to disk, whole or not at all; see `ResultFile.save`."""
        driver = cast("AsyncDriver", self._driver)
        return await driver.run(self._download(path, overwrite, timeout))


class _Outcome(Generic[T, F]):
    """What the sync and the async result have in common."""

    _file_class: type[F]

    def __init__(self, driver: Any, finished: Finished) -> None:
        self._driver = driver
        self._finished = finished
        record = finished.record
        self._files = tuple(self._file_class(driver, record, link) for link in finished.links)

    @property
    def answer(self) -> T:
        """The answer that says that the job is done, typed."""
        return cast("T", self._finished.answer)

    @property
    def raw(self) -> bytes:
        """The bytes of that answer."""
        return self._finished.content

    @property
    def value(self) -> Any:
        """What the document calls the result, in plain JSON; the answer where it names none."""
        return self._finished.value

    @property
    def files(self) -> list[F]:
        """All files, in the answer's order."""
        return list(self._files)

    @property
    def file(self) -> F:
        """The only file.

        Raises:
            ManyFilesError: there is more than one.
            JobResultError: there is none.
        """
        record = self._finished.record
        if len(self._files) == 1:
            return self._files[0]
        facts = record.facts()
        if not self._files:
            raise JobResultError("this result has no file", answer=self.raw, **facts)
        raise ManyFilesError(
            f"this result has {len(self._files)} files",
            count=len(self._files),
            hint="take them from .files",
            **facts,
        )

    @property
    def url(self) -> str:
        """The link to the only file."""
        return self.file.url

    @property
    def cost(self) -> Decimal | None:
        """What the job cost, as the server says; None where it does not say."""
        return self._finished.record.amount("amount")

    @property
    def discount(self) -> Decimal | None:
        """The discount that the server names; it is not subtracted from the cost."""
        return self._finished.record.amount("discount")

    @property
    def currency(self) -> str | None:
        """What the cost is counted in."""
        cost = self._finished.record.job.cost
        return cost.currency if cost is not None else None

    def _field(self, name: str, kind: Callable[[], type[V]]) -> V:
        """A field of the answer; an absent list is empty, an absent object has no fields set."""
        value = getattr(self.answer, name, UNSET)
        found: V = blank(kind()) if value is UNSET or value is None else value
        return found

    def __repr__(self) -> str:
        files = f"{len(self._files)} file" + ("" if len(self._files) == 1 else "s")
        cost = f", cost {self.cost} {self.currency or ''}".rstrip() if self.cost is not None else ""
        return f"<{type(self).__name__} {printable(self._finished.record.id, 200)}: {files}{cost}>"


class Result(_Outcome[T, ResultFile]):
    """A finished job; `T` is its last answer."""

    _file_class = ResultFile

    @property
    def job(self) -> Job[Self]:
        """The job that made it."""
        return cast("Job[Self]", self._finished.record.handle)

    def save(
        self, path: str | PathLike[str], *, overwrite: bool = False, timeout: float | None = None
    ) -> Path:
        """Fetch the only file to disk; see `ResultFile.save`."""
        return self.file.save(path, overwrite=overwrite, timeout=timeout)


class AsyncResult(_Outcome[T, AsyncResultFile]):
    """A finished job; `T` is its last answer."""

    _file_class = AsyncResultFile

    @property
    def job(self) -> AsyncJob[Self]:
        """The job that made it."""
        return cast("AsyncJob[Self]", self._finished.record.handle)

    async def save(
        self, path: str | PathLike[str], *, overwrite: bool = False, timeout: float | None = None
    ) -> Path:
        """Fetch the only file to disk; see `ResultFile.save`."""
        return await self.file.save(path, overwrite=overwrite, timeout=timeout)
