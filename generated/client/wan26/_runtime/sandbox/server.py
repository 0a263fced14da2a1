"""The sandbox as an ASGI application: it answers like the API, from memory, for no money."""

from __future__ import annotations

import copy
import logging
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.applications import Starlette
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from .answers import Answers, Twist, success
from .bench import FRESH, Bench, Visit, leads_to_file
from .checking import Checking
from .dice import Dice
from .faces import code_point
from .faults import CODE, Order, Severity, read_order
from .jobs import Failure, Job, Jobs, Pace
from .library import Library
from .media import MovieOrder
from .movie import Movie
from .overrides import Layout
from .patience import Patience
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
    from collections.abc import Callable, Mapping, Sequence
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

# What every job shows where films do not matter: small and short, so made at once.
_ONE_FILM = Movie(width=128, height=72, seconds=1, prompt="", seed=0, audio=False, watermark=False)

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How a sandbox is to behave.

    `clock` gives seconds and never runs back, `dice(n)` a number from 0 to n - 1: the seed of a
    film that has none; without it the request's body decides. `faults` strike as `seed` has it.
    """

    pace: Pace = field(default_factory=Pace)
    prices: PlayPrices = field(default_factory=PlayPrices)
    assumed: Mapping[str, Any] = field(default_factory=dict)
    fonts: tuple[str | Path, ...] = ()
    clock: Callable[[], float] = time.monotonic
    dice: Callable[[int], int] | None = None
    one_film: bool = False
    faults: tuple[str, ...] = ()
    seed: int | None = None
    severity: Severity = field(default_factory=Severity)


class Application:
    """One sandbox: `asgi` is what a server runs, `close` removes the files that were made.

    Raises:
        SandboxError: the setup has a key that the description does not know, or no such fault.
    """

    def __init__(self, description: Description, schemas: Path, setup: Setup) -> None:
        self._description, self._setup = description, setup
        self._layout = Layout(description, setup.assumed)
        self._answers = Answers(description, self._layout)
        self._checking = Checking(schemas, self._layout.error_codes)
        self._orders = _movie_orders(schemas)
        orders = [read_order(text, self._layout.error_codes) for text in setup.faults]
        self._library = Library(setup.fonts)  # makes a folder: from here on nothing is refused
        self.jobs = Jobs(setup.pace, setup.clock, self._library.ready)
        self.patience = Patience()
        self._bench = self._set_up_bench(orders)
        routes = [
            Route("/_sandbox/report", self._tell),
            Route("/_sandbox/jobs", self._list),
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
        """Stop all that waits, stop making files and remove those that are there."""
        self.patience.end()
        self._library.close()

    def reset(self) -> None:
        """Begin anew: no jobs, nothing counted, each fault as it was ordered."""
        self.jobs.clear()
        self._bench.reset()

    def report(self) -> Mapping[str, Any]:
        """Jobs created, how far they are, the play money charged by currency, and the faults."""
        name = self._description.name
        told = {**self.jobs.report(), **self._bench.report()}
        return {"sandbox": name, "play_money": True, **told}

    def _set_up_bench(self, orders: Sequence[Order]) -> Bench:
        return Bench(
            self._description,
            self._layout,
            orders,
            self._setup.seed,
            self._setup.severity,
            self.patience,
            self.jobs.state,
            self._answer_refusal,
        )

    async def _tell(self, _request: Request) -> Response:
        return _json(self.report())

    async def _list(self, _request: Request) -> Response:
        return _json(self.jobs.listed())

    async def _serve(self, request: Request) -> ASGIApp:
        job = self.jobs.get(request.path_params["name"].rpartition(".")[0])
        visit = Visit(where="download", job=job)
        return await self._bench.serve(request, visit, partial(self._fetch, request))

    async def _fetch(self, request: Request, visit: Visit) -> Response:
        """The file of a job, without a key: its address is the secret, as on a CDN."""
        job = visit.job
        if job is None or self.jobs.state(job) != "succeeded":
            raise RefusalError(404, "not_found", "there is no such file")
        if not leads_to_file(request, job):
            raise RefusalError(403, "expired", "this link has expired; a poll gives a fresh one")
        film = await self._library.film(job.movie)
        life = job.operation.job
        media_type = life.result.content_type if life else "video/mp4"
        if is_known(request, film.etag):
            return Response(None, 304, headers={"etag": film.etag})
        drop_invalid_range(request)
        return FileResponse(film.path, media_type=media_type, headers={"etag": film.etag})

    async def _answer(self, request: Request) -> ASGIApp:
        try:
            match = find_operation(self._layout.operations, request.method, request.url.path)
        except RefusalError:
            self._bench.note(request, "call")
            raise
        life = self._polled(match.operation)
        if match.operation.job is not None:
            visit = Visit(where="submit")
        elif life is not None:
            visit = Visit(where="poll", job=self.jobs.get(_bound_id(match, life, request)))
        else:
            visit = Visit(where="call")
        return await self._bench.serve(request, visit, partial(self._work, request, match, life))

    async def _work(
        self, request: Request, match: Match, life: LifeCycle | None, visit: Visit
    ) -> Response:
        """What the request asks for, done."""
        operation = match.operation
        refuse_stranger(self._description.security, operation, request)
        refuse_parameters(operation, request)
        body = await self._read(operation, request, visit)
        self._refuse_on_demand(request, visit)
        if operation.job is not None:
            return self._submit(operation, operation.job, body, request, visit)
        if life is not None:
            return self._poll(match, life, request, visit)
        status, _ = success(operation)
        return _json(None if status == 204 else self._answers.plain(operation), status)

    async def _read(self, operation: Operation, request: Request, visit: Visit) -> Any:
        """The body with its members where the document has them, once the checks have passed."""
        if operation.check is None:
            return None
        body = await read_body(request)
        visit.body = copy.deepcopy(body)
        for sent, home in self._layout.moves(operation):
            move(body, sent, home)
        self._checking.refuse_wrong(operation.check, body)
        return body

    def _refuse_on_demand(self, request: Request, visit: Visit) -> None:
        failure = self._failure(request, FAIL)
        code = failure.code if failure else ""
        if visit.where == "submit" and visit.order is not None and visit.fault == CODE:
            code = visit.order.code
        if code:
            raise RefusalError.of(code, self._layout.error_codes[code])

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
        self, operation: Operation, life: LifeCycle, body: Any, request: Request, visit: Visit
    ) -> Response:
        job = self.jobs.create(
            operation=operation,
            movie=self._movie(operation, body),
            charge=self._setup.prices.charge(operation.price, body),
            failure=self._failure(request, FAIL_JOB),
            request=visit.body,
            kept=visit.kept,
        )
        self._bench.burden(job)
        if self._setup.pace.speed > 0 and job.failure is None:
            self._library.order(job.movie)
        twist = Twist()
        if visit.fault == "no-id":
            twist = Twist(lacks=self._layout.place("job.id", tuple(life.id)))
        first = self._queued(life)
        answer = self._answers.job(job, operation, first, self._url(request, job), twist)
        response = _json(answer, success(operation)[0])
        self._name_missing_glyphs(job, response)
        return response

    def _movie(self, operation: Operation, body: Any) -> Movie:
        """The film to show: of the same body the same one, unless a dice is there to be thrown."""
        if self._setup.one_film:
            return _ONE_FILM
        dice = self._setup.dice or Dice("film", repr(body)).below
        return self._orders[operation.check].movie(body, dice(2**31))

    def _queued(self, life: LifeCycle) -> str:
        """The first state of a job that the document has a word for."""
        return "queued" if self._layout.words(life, "queued") else "running"

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

    def _poll(self, match: Match, life: LifeCycle, request: Request, visit: Visit) -> Response:
        job = visit.job
        if job is None:
            job_id = _bound_id(match, life, request)
            raise RefusalError(404, "not_found", f"there is no job {job_id[:200]!r}")
        state = self.jobs.state(job)
        job.waits = max(0, job.waits - 1)
        told, twist = self._bench.told(visit, job, life, state)
        told = self._queued(life) if told == "queued" else told
        answer = self._answers.job(job, match.operation, told, self._url(request, job), twist)
        return _json(answer, success(match.operation)[0])

    def _url(self, request: Request, job: Job) -> str:
        fresh = f"?{FRESH}={job.link}" if job.link else ""
        return f"{request.base_url}_sandbox/files/{job.id}.mp4{fresh}"

    def _refuse(self, _request: Request, refusal: Exception) -> Response:
        if not isinstance(refusal, RefusalError):
            raise refusal
        return self._answer_refusal(refusal)

    def _answer_refusal(self, refusal: RefusalError) -> Response:
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
