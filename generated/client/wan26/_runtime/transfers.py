"""One file of a job on its way to disk: what is known of it, and what it has to be."""

from __future__ import annotations

import mimetypes
import os
import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from .answers import media_type, names_json
from .containers import is_mp4
from .contents import PAGES
from .errors import APIError, DownloadError
from .logs import bare_url
from .parts import PartFile, PartNote, empty_digest
from .records import resuming

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .effects import Core, Reply
    from .finishing import Link, NoLink
    from .session import Session

__all__ = ["Saved", "Transfer"]

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)\Z")
_MP4 = frozenset({"video/mp4", "video/x-m4v"})


class Saved(Struct, frozen=True, kw_only=True):
    """A file on disk."""

    path: Path
    size: int
    sha256: str
    media_type: str | None


class Transfer(PartFile, kw_only=True):
    """One file of a job on its way to disk: what to fetch, what is there already.

    Attributes:
        timeout: seconds of silence after which the line counts as broken.
        refresh: asks for a fresh link, or says why there is none.
        facts: of the job, for errors.
        note: what a dead run left; without one a `.part` file that is there stays somebody else's.
        keep: is given, off the event loop, what another run may go on with; then the bytes stay
            where an interruption leaves them.
    """

    session: Session
    link: Link
    timeout: float | None
    refresh: Callable[[int], Core[Link | NoLink]]
    facts: Mapping[str, Any]
    note: PartNote | None = None
    keep: Callable[[PartNote], object] | None = None
    total: int | None = None
    validator: str | None = None
    media_type: str | None = None
    refreshed: bool = False
    digest: Any = field(default_factory=empty_digest)
    _told: PartNote | None = None

    def open(self) -> None:
        """Go on with what a dead run left, or begin a `.part` file of our own.

        Raises:
            FileExistsError: the file is there, and is not to be overwritten.
        """
        self.check_free()
        if self.note is not None and self.take_up(self.note):
            self.validator, self.total = self.note.validator, self.note.total
            self._told = self.note
            return
        PartFile.open(self)

    def unsaid(self) -> PartNote | None:
        """What another run has to know before more is written; None where it is told already.

        Only a strong validator tells two versions of a file apart for sure.
        """
        strong = self.validator if self.is_strong and self.validator else ""
        note = PartNote(path=str(self.part.absolute()), validator=strong, total=self.total)
        if note == self._told or (self._told is None and not strong):
            return None
        return note

    def tell(self, note: PartNote) -> None:
        """Give away what another run may go on with."""
        if self.keep is not None:
            self.keep(note)
            self._told = note

    @property
    def is_strong(self) -> bool:
        """Whether the version that is there is known by a strong validator."""
        return (self.validator or "").startswith('"')

    @property
    def can_go_on(self) -> bool:
        """Whether another run can go on with the bytes that are there."""
        return self._told is not None and bool(self._told.validator) and self.size > 0

    def restart(self) -> None:
        """Forget what is there."""
        self.total = None
        PartFile.restart(self)
        if self._told is not None and self.file is not None:
            # On disk before another version is noted: bytes of two are never put together.
            os.fsync(self.file.fileno())

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
            told = f"what came is no complete MP4 file (it is kept as {self.part})"
            hint = f"what came is kept as {self.part}: look at it"
            raise self.error(told, DownloadError, hint)
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

    def refuses(self, reply: Reply) -> bool:
        """Whether an answer is a word about the file: a page or JSON, where neither is promised."""
        told = reply.headers.get("content-type", "")
        promised = self.link.media_type or ""
        if not promised and self.link.request is None:
            return False
        is_word = media_type(told) in PAGES or names_json(told)
        return is_word and promised not in PAGES and not names_json(promised)

    def error(
        self, message: str, kind: type[APIError], hint: str = "", *, retryable: bool = False
    ) -> APIError:
        """An exception about this file; its hint names the line that resumes its job."""
        if not hint:
            then = "save again, nothing is submitted" if retryable else "nothing is submitted"
            hint = f"the job is done and stays so: {then}"
        job = self.facts.get("job")
        line = resuming(job.token) if job is not None else ""
        if line and line not in hint:
            hint = f"{hint}; {line}.wait() asks for its files again"
        told = {**self.facts, "hint": hint, "retryable": retryable}
        return kind(f"{bare_url(self.link.url)}: {message}", **told)

    @property
    def complete(self) -> bool:
        """Whether all bytes are there, as far as the server told how many there are."""
        return self.total is None or self.size == self.total

    def continues(self, reply: Reply) -> bool:
        """Whether the body goes on where the file ends, in the version that is there."""
        found = _RANGE.match(reply.headers.get("content-range", ""))
        if reply.status != 206 or found is None or int(found[1]) != self.size:
            return False
        if self.size == 0:
            return True
        etag = reply.headers.get("etag", "")
        is_other = self.is_strong and etag.startswith('"') and etag != self.validator
        return not is_other and found[3] in ("*", str(self.total))

    def measure(self, reply: Reply) -> None:
        """Note how long the file is and by what its version is known."""
        headers = reply.headers
        length = headers.get("content-length", "")
        encoded = headers.get("content-encoding", "identity") not in ("", "identity")
        found = _RANGE.match(headers.get("content-range", ""))
        if reply.status == 206 and found is not None and found[3] != "*":
            self.total = int(found[3])
        elif encoded or not (length.isdecimal() and len(length) < 20):
            self.total = None
        else:
            self.total = self.size + int(length)
        etag = headers.get("etag", "")
        strong = etag if etag.startswith('"') else None
        self.validator = None if encoded else strong or headers.get("last-modified")
        told = media_type(headers.get("content-type", ""))
        self.media_type = told or self.link.media_type
