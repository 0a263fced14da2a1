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

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Film", "Library"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A finished file and its entity tag."""

    path: Path
    etag: str


class Library:
    """Makes films one at a time, in a folder of its own that `close` removes.

    `fonts` are tried before the machine's.
    """

    def __init__(self, fonts: Sequence[str | Path] = ()) -> None:
        self._fonts = fonts
        self._faces: Faces | None = None
        self._folder = TemporaryDirectory(prefix="sandbox-", ignore_cleanup_errors=True)
        self._maker = ThreadPoolExecutor(1, "sandbox-film")
        self._closing = threading.Event()
        self._films: dict[Movie, Future[Film]] = {}

    @property
    def faces(self) -> Faces:
        """The fonts, found at their first use."""
        if self._faces is None:
            self._faces = Faces.with_first(self._fonts)
        return self._faces

    def order(self, movie: Movie) -> None:
        """Begin to make the film unless it is there already."""
        if movie not in self._films:
            self._films[movie] = self._maker.submit(self._make, movie, self.faces)

    def ready(self, movie: Movie) -> bool:
        """Whether nothing is left to be done for it."""
        film = self._films.get(movie)
        return film is not None and film.done()

    async def film(self, movie: Movie) -> Film:
        """The finished film; waits until it is made."""
        self.order(movie)
        # Shielded: a client that goes away must not cancel what others wait for.
        return await asyncio.shield(asyncio.wrap_future(self._films[movie]))

    def missing_glyphs(self, movie: Movie) -> tuple[str, ...]:
        """The characters of its prompt that are drawn as a box with their code point."""
        return self.faces.missing(clean(movie.prompt))

    def close(self) -> None:
        """Stop what is being made and remove the folder."""
        self._closing.set()
        self._maker.shutdown(cancel_futures=True)
        self._folder.cleanup()

    def _make(self, movie: Movie, faces: Faces) -> Film:
        name = sha256(repr(astuple(movie)).encode("utf-8", "surrogatepass")).hexdigest()[:32]
        path = Path(self._folder.name, f"{name}.mp4")
        part = path.with_suffix(".part")
        try:
            encode_movie(movie, faces, part, stopped=self._closing.is_set)
        except Exception:
            _log.exception("a film could not be made")
            raise
        part.replace(path)
        return Film(path=path, etag=f'"{sha256(path.read_bytes()).hexdigest()[:32]}"')
