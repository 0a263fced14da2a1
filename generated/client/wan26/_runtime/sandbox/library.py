"""The files that the sandbox serves: each made once, off the event loop, kept until the end."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import astuple, dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from .faces import Faces
from .lettering import clean
from .movie import Movie, encode_movie
from .payloads import payload
from .sorts import suffix_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Film", "Library", "is_film"]

_log = logging.getLogger(__name__)

_FILM = "video/mp4"
_FILMS = (_FILM, "video/*", "video/quicktime", "video/x-m4v")


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A finished file and its entity tag."""

    path: Path
    etag: str


class Library:
    """Makes files one at a time, in a folder of its own that `close` removes.

    A video is the film that was ordered, all else a small file of its media type. `fonts` are
    tried before the machine's.
    """

    def __init__(self, fonts: Sequence[str | Path] = ()) -> None:
        self._fonts = fonts
        self._faces: Faces | None = None
        self._folder = TemporaryDirectory(prefix="sandbox-", ignore_cleanup_errors=True)
        self._maker = ThreadPoolExecutor(1, "sandbox-film")
        self._closing = threading.Event()
        self._films: dict[tuple[Movie, str], Future[Film]] = {}

    @property
    def faces(self) -> Faces:
        """The fonts, found at their first use."""
        if self._faces is None:
            self._faces = Faces.with_first(self._fonts)
        return self._faces

    def order(self, movie: Movie, media_type: str = _FILM) -> None:
        """Begin to make the file unless it is there already."""
        key = (movie, media_type)
        if key not in self._films:
            faces = self.faces if is_film(media_type) else None
            self._films[key] = self._maker.submit(self._make, movie, media_type, faces)

    def ready(self, movie: Movie, media_type: str = _FILM) -> bool:
        """Whether nothing is left to be done for it."""
        film = self._films.get((movie, media_type))
        return film is not None and film.done()

    async def film(self, movie: Movie, media_type: str = _FILM) -> Film:
        """The finished file; waits until it is made."""
        self.order(movie, media_type)
        # Shielded: a client that goes away must not cancel what others wait for.
        return await asyncio.shield(asyncio.wrap_future(self._films[movie, media_type]))

    def missing_glyphs(self, movie: Movie) -> tuple[str, ...]:
        """The characters of its prompt that are drawn as a box with their code point."""
        return self.faces.missing(clean(movie.prompt))

    def close(self) -> None:
        """Stop what is being made and remove the folder."""
        self._closing.set()
        self._maker.shutdown(cancel_futures=True)
        self._folder.cleanup()

    def _make(self, movie: Movie, media_type: str, faces: Faces | None) -> Film:
        told = repr((*astuple(movie), media_type))
        name = sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        path = Path(self._folder.name, f"{name}{suffix_of(media_type)}")
        part = path.with_suffix(".part")
        try:
            if faces is not None:
                encode_movie(movie, faces, part, stopped=self._closing.is_set)
            else:
                part.write_bytes(_small_file(media_type, f"{movie.prompt} ({movie.seed})"))
        except Exception:
            _log.exception("a file could not be made")
            raise
        part.replace(path)
        return Film(path=path, etag=f'"{sha256(path.read_bytes()).hexdigest()[:32]}"')


def _small_file(media_type: str, text: str) -> bytes:
    if suffix_of(media_type) != ".jsonl":
        return payload(media_type, text)
    return b"".join(payload("application/json", f"{text}, {line}") + b"\n" for line in (1, 2))


def is_film(media_type: str) -> bool:
    """Whether a file of that media type is a film."""
    return media_type.partition(";")[0].strip().lower() in _FILMS
