"""The sandbox as an ASGI application: it answers like the API, from memory, for no money."""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.applications import Starlette
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from .answers import Answers, success
from .checking import Checking
from .faces import code_point
from .jobs import Failure, Job, Jobs, Pace
from .library import Library
from .media import MovieOrder
from .overrides import Layout
from .places import move
from .prices import PlayPrices
from .requests import (
    Match,
    RefusalError,
    drop_invalid_range,
    find_operation,
    is_known,
    read_body,
    refuse_parameters,
    refuse_stranger,
)
from .signature import Signed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from .description import Description, LifeCycle, Operation

__all__ = ["FAIL", "FAIL_JOB", "Application", "Setup"]

_log = logging.getLogger(__name__)

# Headers of a request that ask for an error code: as the answer, or as the end of the job.
FAIL = "x-sandbox-fail"
FAIL_JOB = "x-sandbox-fail-job"
# Names the characters of the prompt that are drawn as a box, because no font has them.
MISSING_GLYPHS = "x-sandbox-missing-glyphs"
_NAMED = 20  # of them at most

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How a sandbox is to behave.

    `clock` gives seconds and never runs back, `dice(n)` a number from 0 to n - 1.
    """

    pace: Pace = field(default_factory=Pace)
    prices: PlayPrices = field(default_factory=PlayPrices)
    assumed: Mapping[str, Any] = field(default_factory=dict)
    fonts: tuple[str | Path, ...] = ()
    clock: Callable[[], float] = time.monotonic
    dice: Callable[[int], int] = secrets.randbelow


class Application:
    """One sandbox: `asgi` is what a server runs, `close` removes the files that were made.

    Raises:
        SandboxError: the setup has a key that the description does not know.
    """

    def __init__(self, description: Description, schemas: Path, setup: Setup) -> None:
        self._description, self._setup = description, setup
        self._layout = Layout(description, setup.assumed)
        self._answers = Answers(description, self._layout)
        self._checking = Checking(schemas, self._layout.error_codes)
        self._orders = _movie_orders(schemas)
        self._library = Library(setup.fonts)
        self.jobs = Jobs(setup.pace, setup.clock, self._library.ready)
        routes = [
            Route("/_sandbox/report", self._tell),
            Route("/_sandbox/files/{name}", self._serve),
            Route("/{path:path}", self._answer, methods=_METHODS),
        ]
        app = Starlette(routes=routes, exception_handlers={RefusalError: self._refuse})
        self.asgi: ASGIApp = Signed(app, description.name)

    @property
    def env_prefix(self) -> str:
        """What the names of the client's environment variables begin with."""
        return self._description.env_prefix or self._description.name.upper()

    def close(self) -> None:
        """Stop making files and remove those that are there."""
        self._library.close()

    def report(self) -> Mapping[str, Any]:
        """Jobs created, how far they are, and the play money charged by currency."""
        return {"sandbox": self._description.name, "play_money": True, **self.jobs.report()}

    async def _tell(self, _request: Request) -> Response:
        return _json(self.report())

    async def _serve(self, request: Request) -> Response:
        """The file of a job, without a key: its address is the secret, as on a CDN."""
        job = self.jobs.get(request.path_params["name"].rpartition(".")[0])
        if job is None or self.jobs.state(job) != "succeeded":
            raise RefusalError(404, "not_found", "there is no such file")
        film = await self._library.film(job.movie)
        life = job.operation.job
        media_type = life.result.content_type if life else "video/mp4"
        if is_known(request, film.etag):
            return Response(None, 304, headers={"etag": film.etag})
        drop_invalid_range(request)
        return FileResponse(film.path, media_type=media_type, headers={"etag": film.etag})

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        match = find_operation(self._layout.operations, request.method, path)
        refuse_stranger(self._description.security, match.operation, request)
        refuse_parameters(match.operation, request)
        body = await self._read(match.operation, request)
        self._refuse_on_demand(request)
        if match.operation.job is not None:
            return self._submit(match.operation, match.operation.job, body, request)
        life = self._polled(match.operation)
        if life is not None:
            return self._poll(match, life, request)
        status, _ = success(match.operation)
        return _json(None if status == 204 else self._answers.plain(match.operation), status)

    async def _read(self, operation: Operation, request: Request) -> Any:
        """The body with its members where the document has them, once the checks have passed."""
        if operation.check is None:
            return None
        body = await read_body(request)
        for sent, home in self._layout.moves(operation):
            move(body, sent, home)
        self._checking.refuse_wrong(operation.check, body)
        return body

    def _refuse_on_demand(self, request: Request) -> None:
        failure = self._failure(request, FAIL)
        if failure is not None:
            raise RefusalError.of(failure.code, self._layout.error_codes[failure.code])

    def _failure(self, request: Request, header: str) -> Failure | None:
        """The failure that a header of the request asks for."""
        code = request.headers.get(header)
        if code is None:
            return None
        known = self._layout.error_codes.get(code)
        if known is None:
            listed = ", ".join(self._layout.error_codes) or "none"
            raise RefusalError(
                400, "invalid_request", f"{header}: {code} is no known code ({listed})"
            )
        return Failure(code=code, message=known.message)

    def _submit(
        self, operation: Operation, life: LifeCycle, body: Any, request: Request
    ) -> Response:
        failure = self._failure(request, FAIL_JOB)
        movie = self._orders[operation.check].movie(body, self._setup.dice(2**31))
        job = self.jobs.create(
            operation=operation,
            movie=movie,
            charge=self._setup.prices.charge(operation.price, body),
            failure=failure,
        )
        if self._setup.pace.speed > 0 and failure is None:
            self._library.order(movie)
        first = "queued" if self._layout.words(life, "queued") else "running"
        answer = self._answers.job(job, operation, first, self._url(request, job))
        response = _json(answer, success(operation)[0])
        self._name_missing_glyphs(job, response)
        return response

    def _name_missing_glyphs(self, job: Job, response: Response) -> None:
        missing = self._library.missing_glyphs(job.movie)
        if missing:
            named = " ".join(code_point(each) for each in missing[:_NAMED])
            _log.warning("no font has %s: drawn as boxes", named)
            response.headers[MISSING_GLYPHS] = named

    def _polled(self, operation: Operation) -> LifeCycle | None:
        """The life cycle that asks by this operation."""
        lives = (each.job for each in self._layout.operations if each.job is not None)
        return next((life for life in lives if life.poll.operation == operation.name), None)

    def _poll(self, match: Match, life: LifeCycle, request: Request) -> Response:
        job_id = _bound_id(match, life, request)
        job = self.jobs.get(job_id)
        if job is None:
            raise RefusalError(404, "not_found", f"there is no job {job_id[:200]!r}")
        state = self.jobs.state(job)
        answer = self._answers.job(job, match.operation, state, self._url(request, job))
        return _json(answer, success(match.operation)[0])

    def _url(self, request: Request, job: Job) -> str:
        return f"{request.base_url}_sandbox/files/{job.id}.mp4"

    def _refuse(self, _request: Request, refusal: Exception) -> Response:
        if not isinstance(refusal, RefusalError):
            raise refusal
        body = self._answers.error(refusal.code, refusal.message)
        response = _json(body, refusal.status)
        response.headers.update(refusal.headers)
        return response


def _movie_orders(schemas: Path) -> dict[str | None, MovieOrder]:
    """How to read the requests of each check; None is an operation without one."""
    document = msgspec.json.decode(schemas.read_bytes())
    definitions = document.get("$defs", {})
    orders: dict[str | None, MovieOrder] = {None: MovieOrder({}, {})}
    for name, request in document.get("requests", {}).items():
        orders[name] = MovieOrder(request.get("body", {}), definitions)
    return orders


def _bound_id(match: Match, life: LifeCycle, request: Request) -> str:
    """The id in a poll: the value of the parameter that the life cycle binds to it."""
    for name, source in life.poll.parameters.items():
        if str(source) == "$id" or source in life.id:
            plain = name.rpartition(".")[2]  # OpenAPI also writes path.id
            sent = match.parameters.get(plain) or request.query_params.get(plain)
            return sent or request.headers.get(plain, "")
    return next(iter(match.parameters.values()), "")


def _json(body: Any, status: int = 200) -> Response:
    content = b"" if body is None else msgspec.json.encode(body)
    return Response(content, status, media_type="application/json")
