"""What a finished job gives: its files, its value, what it cost."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from msgspec import UNSET

from .containers import suffix_of
from .decoding import blank
from .deferred import Deferred
from .effects import Caught, call
from .errors import JobResultError, ManyFilesError, printable
from .logs import bare_url
from .parts import LARGEST_FILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal
    from os import PathLike

    from . import bookkeeping, downloading, finishing, sidecars
    from .async_drivers import AsyncDriver
    from .downloading import Saved
    from .drivers import SyncDriver
    from .effects import Core
    from .finishing import Finished, Link
    from .jobs import AsyncJob, Job
    from .records import Record
else:
    bookkeeping, downloading = Deferred("bookkeeping"), Deferred("downloading")
    finishing, sidecars = Deferred("finishing"), Deferred("sidecars")

__all__ = [
    "AsyncResult",
    "AsyncResultFile",
    "Result",
    "ResultFile",
]

T = TypeVar("T")
V = TypeVar("V")
F = TypeVar("F", bound="_File")

_UNFIT = re.compile(r"[^A-Za-z0-9_-]+")
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\Z", re.IGNORECASE)  # of Windows
_LONGEST_STEM = 100


class _File:
    """What the sync and the async file have in common."""

    def __init__(self, driver: Any, record: Record, link: Link) -> None:
        self._driver = driver
        self._record = record
        self._link = link
        self._saved: Saved | None = None

    @property
    def url(self) -> str:
        """The link, as the answer gave it; it may expire, and whoever has it can fetch the file.

        Where the file is what a call of the API answers with, its URL, to be asked with the key.
        """
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
    def expires_at(self) -> datetime | None:
        """When the server throws it away, as far as the document or the answer says."""
        return _moment(self._link.until)

    @property
    def sha256(self) -> str | None:
        """Its SHA-256 in hexadecimal, known once it is saved."""
        return self._saved.sha256 if self._saved is not None else None

    def __repr__(self) -> str:
        bare = bare_url(self.url)
        return f"{type(self).__name__}({bare!r}, media_type={self.media_type!r})"

    def _download(
        self,
        path: str | PathLike[str],
        overwrite: bool,
        timeout: float | None,
        max_size: int,
        sidecar: bool,
    ) -> Core[Path]:
        record, index = self._record, self._link.index
        silence = record.timeout if timeout is None else timeout
        target = self._named(os.fspath(path))
        told = str(target.absolute())
        download = downloading.Transfer(
            session=record.session,
            link=self._link,
            path=target,
            overwrite=overwrite,
            max_size=max_size,
            timeout=silence,
            refresh=lambda _: finishing.fresh_link(record, index, silence),
            facts=record.facts(),
            note=(yield from bookkeeping.left_part(record, index, told)),
            keep=bookkeeping.keeping(record, index, told),
        )
        beside = sidecars.sidecar_of(target, overwrite=overwrite) if sidecar else None
        if beside is not None:
            yield from call(beside.check_free)
        self._saved = yield from downloading.save(download)
        self._link = download.link
        with Caught(OSError) as caught:
            if beside is not None:
                yield from sidecars.write_sidecar(beside, record, self._link, self._saved)
        # The file is there, whatever became of its sidecar.
        yield from bookkeeping.note_saved(record, index, self._saved)
        if caught.error is not None:
            raise caught.error
        return self._saved.path

    def _named(self, text: str) -> Path:
        """A folder gets a file that is named after the job: never as the server says."""
        if not text:
            raise ValueError("the path is empty; '.' is the folder that you are in")
        path = Path(text)
        if not path.is_dir() and not text.endswith(("/", os.sep)):
            return path
        # No stem has a dot: the second file of `t1` is not the first of `t1-2`.
        number = f".{self._link.index + 1}" if self._link.index else ""
        return path / f"{_stem(self._record.id)}{number}{suffix_of(self.media_type)}"


def _moment(seconds: float | None) -> datetime | None:
    """A moment of the wall clock, in UTC; None where it is not known."""
    with Caught(ValueError, OverflowError, OSError):  # of a year that no calendar has
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return None


def _stem(job_id: str) -> str:
    """The name of a job's files; a hash keeps apart the ids that no file can be named as."""
    stem = _UNFIT.sub("_", job_id)[:_LONGEST_STEM]
    if stem == job_id and not stem.startswith("-") and not _DEVICE.match(stem):
        return stem
    from hashlib import sha256

    digest = sha256(job_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{stem.strip('_-') or 'result'}.{digest[:8]}"


class ResultFile(_File):
    """One file of a result."""

    def save(
        self,
        path: str | PathLike[str],
        *,
        overwrite: bool = False,
        timeout: float | None = None,
        max_size: int = LARGEST_FILE,
        sidecar: bool = False,
    ) -> Path:
        """Fetch the file to disk, whole or not at all; it costs nothing and submits nothing.

        Args:
            path: where to; a folder (one that is there, or what ends with a `/`) gets a file
                that is named after the job.
            overwrite: whether a file that is there may be replaced.
            timeout: seconds of silence after which the line counts as broken; so does what only
                drips, by less than 1 KiB a second.
            max_size: bytes that the file may have; 16 GiB unless told.
            sidecar: whether what is known of the file is written beside it, as `kitten.mp4.json`:
                the request with its prompt, the cost, the hash. No key and no signature is in it.

        Raises:
            FileExistsError: the file or its sidecar is there, and is not to be overwritten.
            ResultExpiredError: the link is dead, and a fresh one was not to be had.
            DownloadError: it could not be fetched whole, or is larger than it may be.
        """
        driver = cast("SyncDriver", self._driver)
        return driver.run(self._download(path, overwrite, timeout, max_size, sidecar))


class AsyncResultFile(_File):
    """One file of a result."""

    async def save(
        self,
        path: str | PathLike[str],
        *,
        overwrite: bool = False,
        timeout: float | None = None,
        max_size: int = LARGEST_FILE,
        sidecar: bool = False,
    ) -> Path:
        """Fetch the file to disk, whole or not at all; see `ResultFile.save`."""
        driver = cast("AsyncDriver", self._driver)
        return await driver.run(self._download(path, overwrite, timeout, max_size, sidecar))


class _Outcome(Generic[T, F]):
    """What the sync and the async result have in common."""

    _file_class: type[F]

    def __init__(self, driver: Any, finished: Finished) -> None:
        self._driver = driver
        self._finished = finished
        record = finished.record
        self._files = tuple(self._file_class(driver, record, link) for link in finished.links)
        if finished.gaps:
            raise finishing.gap_error(finished, self)

    @property
    def answer(self) -> T:
        """The answer that says that the job is done; that of the result call, where it is one."""
        return cast("T", self._finished.answer)

    @property
    def raw(self) -> bytes:
        """The bytes of that answer."""
        return self._finished.content

    @property
    def value(self) -> Any:
        """What the document calls the result, in plain JSON; the answer where it names none.

        Of several result calls it is the list of what each gives; None where that is a file.
        """
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
    def expires_at(self) -> datetime | None:
        """When the server throws the files away, as far as the document or the answer says."""
        return _moment(self._finished.until)

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
        self,
        path: str | PathLike[str],
        *,
        overwrite: bool = False,
        timeout: float | None = None,
        max_size: int = LARGEST_FILE,
        sidecar: bool = False,
    ) -> Path:
        """Fetch the only file to disk; see `ResultFile.save`."""
        return self.file.save(
            path, overwrite=overwrite, timeout=timeout, max_size=max_size, sidecar=sidecar
        )


class AsyncResult(_Outcome[T, AsyncResultFile]):
    """A finished job; `T` is its last answer."""

    _file_class = AsyncResultFile

    @property
    def job(self) -> AsyncJob[Self]:
        """The job that made it."""
        return cast("AsyncJob[Self]", self._finished.record.handle)

    async def save(
        self,
        path: str | PathLike[str],
        *,
        overwrite: bool = False,
        timeout: float | None = None,
        max_size: int = LARGEST_FILE,
        sidecar: bool = False,
    ) -> Path:
        """Fetch the only file to disk; see `ResultFile.save`."""
        return await self.file.save(
            path, overwrite=overwrite, timeout=timeout, max_size=max_size, sidecar=sidecar
        )
