"""The files of jobs, handed out: to whoever has the link, or as the answer of a result call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response

from .links import leads_to_file, lifetime_of
from .requests import RefusalError, drop_invalid_range, is_known

if TYPE_CHECKING:
    from starlette.requests import Request

    from .jobs import Job, Jobs
    from .library import Library

__all__ = ["Counter"]


class Counter:
    """Where files are handed out."""

    def __init__(self, jobs: Jobs, library: Library) -> None:
        self._jobs, self._library = jobs, library

    async def fetch(self, request: Request, job: Job | None) -> Response:
        """The file of a link, without a key: its address is the secret, as on a CDN.

        Raises:
            RefusalError: there is none, or the link has expired.
        """
        if job is None or self._jobs.state(job) != "succeeded" or not job.life.has_files:
            raise RefusalError(404, "not_found", "there is no such file")
        if not leads_to_file(request, job) or self._has_expired(job):
            raise RefusalError(403, "expired", "this link has expired; a poll gives a fresh one")
        return await self.serve(request, job)

    async def serve(self, request: Request, job: Job) -> Response:
        """The file, or the part of it that is asked for."""
        film = await self._library.film(job.movie, job.media_type)
        if is_known(request, film.etag):
            return Response(None, 304, headers={"etag": film.etag})
        drop_invalid_range(request)
        headers = {"etag": film.etag}
        return FileResponse(film.path, media_type=job.media_type, headers=headers)

    def _has_expired(self, job: Job) -> bool:
        lifetime = lifetime_of(job)
        if lifetime is None or job.linked is None:
            return False
        return self._jobs.clock() - job.linked >= lifetime
