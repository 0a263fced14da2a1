"""The sandbox as an ASGI application: it answers like the API, from memory, for no money.

A key with `invalid` in it is refused, any other is taken.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.routing import Route

from .answers import Answers
from .bench import Bench, Visit
from .cast import Cast
from .checking import Checking
from .dice import Dice
from .entrance import Entrance
from .faces import code_point
from .faults import CODE, Order, Severity, read_order, refuse_impossible
from .files import Counter
from .intake import Intake, loosely
from .jobs import Failure, Job, Jobs, Pace
from .library import Library, is_film
from .links import OWN, Links, read_file_name
from .lives import Lives, asked_by
from .media import movie_orders
from .movie import Movie
from .overrides import Layout, SandboxError
from .patience import Patience
from .plain import Plain
from .play import Play
from .prices import PlayPrices
from .rendering import refuse_unliked
from .replies import json_reply
from .requests import Match, RefusalError
from .routes import Routes, raw_path
from .samples import Sampler
from .signature import Signed
from .submits import END, Submits, Workshop
from .twists import twisted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from .description import Description, Operation
    from .intake import Call
    from .lives import Life, Part
    from .sources import Source

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How a sandbox is to behave.

    `clock` gives seconds and never runs back, `wall` those since 1970, `dice(n)` a number from 0
    to n - 1: the seed of a film that has none; without it the request's body decides. `faults`
    strike as `seed` has it, and jobs end as `ends` says.
    """

    pace: Pace = field(default_factory=Pace)
    prices: PlayPrices = field(default_factory=PlayPrices)
    assumed: Mapping[str, Any] = field(default_factory=dict)
    fonts: tuple[str | Path, ...] = ()
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    dice: Callable[[int], int] | None = None
    one_film: bool = False
    faults: tuple[str, ...] = ()
    seed: int | None = None
    severity: Severity = field(default_factory=Severity)
    ends: str = ""


class Application:
    """One sandbox: `asgi` is what a server runs, `close` removes the files that were made.

    Raises:
        SandboxError: the setup has a key that the description does not know, or no such fault, or
            one that it has no place for, or an end that it cannot tell.
    """

    def __init__(self, description: Description, schemas: Source, setup: Setup) -> None:
        self._description, self._setup = description, setup
        self._layout = Layout(description, setup.assumed)
        self._routes = Routes(self._layout.operations, description.prefixes)
        self._lives = Lives(self._layout)
        sampler = Sampler(description.definitions, description.name)
        self._answers = Answers(description, self._layout, sampler)
        orders = [read_order(text, self._layout.error_codes) for text in setup.faults]
        self._refuse_impossible(orders)
        self._intake = Intake(description, Checking(schemas, self._layout.error_codes))
        self._plain = Plain(description, sampler, setup.wall, int(setup.pace.speed > 0))
        self._movies = movie_orders(schemas)
        self._library = Library(setup.fonts)  # makes a folder: from here on nothing is refused
        self.jobs = Jobs(setup.pace, setup.clock, self._is_ready)
        self.patience = Patience()
        self._counter = Counter(self.jobs, self._library)
        self._bench = self._set_up_bench(orders)
        self._set_up_play(sampler)
        self.asgi: ASGIApp = Signed(self._application(), description.name)

    @property
    def env_prefix(self) -> str:
        """What the names of the client's environment variables begin with."""
        return self._description.env_prefix or self._description.name.upper()

    def close(self) -> None:
        """Stop all that waits, stop making files and remove those that are there."""
        self.patience.end()
        self._library.close()

    def reset(self) -> None:
        """Begin anew: no jobs, nothing created or counted, each fault as it was ordered."""
        self.jobs.clear()
        self._submits.clear()
        self._plain.things.clear()
        self._bench.reset()

    def report(self) -> Mapping[str, Any]:
        """Jobs created, how far they are, the play money charged by currency, and the faults."""
        name = self._description.name
        told = {**self.jobs.report(), **self._bench.report()}
        return {"sandbox": name, "play_money": True, **told}

    def _refuse_impossible(self, orders: Sequence[Order]) -> None:
        lives = self._lives.all
        possible = ["call"]
        possible += ["submit", "poll"] if lives else []
        possible += ["download"] if any(life.has_files for life in lives) else []
        refuses = any(life.cycle.refused for life in lives)
        refuse_impossible(orders, possible, refuses=refuses)
        ends = self._setup.ends
        if ends and not any(self._answers.tells(life, ends) for life in lives):
            raise SandboxError(f"no job of this document ends as {ends!r}")

    def _is_ready(self, job: Job) -> bool:
        return not job.life.has_files or self._library.ready(job.movie, job.media_type)

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

    def _set_up_play(self, sampler: Sampler) -> None:
        things, answers = self._plain.things, self._answers
        cast = Cast(
            answers, self.jobs, Links(self.jobs, sampler), things, sampler, self._setup.wall
        )
        workshop = Workshop(
            movie=self._movie,
            charge=lambda operation, body: self._setup.prices.charge(operation.price, body),
            begin=self._begin,
            ends=self._setup.ends,
        )
        self._submits = Submits(answers, cast, sampler, workshop)
        self._play = Play(self._lives, cast, answers, things, self._counter.serve)

    def _application(self) -> Starlette:
        own = [
            Route(f"/_sandbox/{path}/{{handle}}", partial(self._step, kind), methods=_ANY_STEP)
            for kind, path in OWN.items()
        ]
        routes = [
            Route("/_sandbox/report", self._tell),
            Route("/_sandbox/jobs", self._list),
            Route("/_sandbox/files/{name}", self._serve),
            *own,
        ]
        made = Starlette(routes=routes, exception_handlers={RefusalError: self._refuse})
        # No route, since a pattern of Starlette's takes no path with a newline in it.
        made.router.default = Entrance(self._answer, self._answer_refusal)
        return made

    async def _tell(self, _request: Request) -> Response:
        return json_reply(self.report())

    async def _list(self, _request: Request) -> Response:
        return json_reply(self.jobs.listed())

    async def _serve(self, request: Request) -> ASGIApp:
        job = self.jobs.named(read_file_name(request.path_params["name"]))
        visit = Visit(where="download", job=job)
        return await self._bench.serve(
            request, visit, lambda visit: self._counter.fetch(request, visit.job)
        )

    async def _step(self, kind: str, request: Request) -> ASGIApp:
        handle = request.path_params["handle"]
        where = "poll" if kind == "poll" else "call"
        visit = Visit(where=where, job=self.jobs.named(handle))

        async def work(visit: Visit) -> ASGIApp:
            state, twist = self._twist(visit)
            return await self._play.step(kind, handle, request, twist, state)

        return await self._bench.serve(request, visit, work)

    async def _answer(self, request: Request) -> ASGIApp:
        query = request.scope.get("query_string", b"").decode("latin-1")
        try:
            match = self._routes.find(request.method, raw_path(request), query)
            match = await self._intake.chosen(match, request)
        except RefusalError:
            self._bench.note(request, "call")
            raise
        request.state.operation = match.operation
        # To ask for its headers alone must not submit anything.
        life = self._lives.of(match.operation) if request.method != "HEAD" else None
        found: Sequence[tuple[Part, Job]] = []
        if life is None or (life.polls_itself and not _orders_an_end(request)):
            found = await self._find(match, request)
        life = None if found else life
        visit = Visit(where=self._where(match.operation, life, found), life=life)
        visit.job = found[0][1] if found else None
        return await self._bench.serve(
            request, visit, partial(self._work, request, match, life, found)
        )

    async def _find(self, match: Match, request: Request) -> Sequence[tuple[Part, Job]]:
        if not self._lives.parts(match.operation):
            return []
        body = None
        if self._lives.needs_body(match.operation):
            body = loosely(await request.body(), request.headers.get("content-type", ""))
        return self._play.find(match.operation, asked_by(match, request, body))

    def _where(
        self, operation: Operation, life: Life | None, found: Sequence[tuple[Part, Job]]
    ) -> str:
        """The kind of a request."""
        if life is not None:
            return "submit"
        part = found[0][0] if found else next(iter(self._lives.parts(operation)), None)
        if part is None or part.kind not in ("poll", "result"):
            return "call"
        if part.kind == "poll":
            return "poll"
        return "download" if part.life.result_is_file and found else "call"

    async def _work(
        self,
        request: Request,
        match: Match,
        life: Life | None,
        found: Sequence[tuple[Part, Job]],
        visit: Visit,
    ) -> ASGIApp:
        """What the request asks for, done."""
        call = await self._intake.take(match, request, self._layout.moves(match.operation))
        refuse_unliked(call.operation, request)
        self._refuse_on_demand(request, visit)
        preference = self._intake.preference(match.operation, request)
        if preference.code is not None or preference.example is not None:
            return self._plain.preferred(call, preference)
        if life is not None:
            return self._plain.dressed(self._submit(call, life, visit), call)
        state, twist = self._twist(visit)
        played = await self._play.answer(call, found, twist, state)
        if played is not None:
            return self._plain.dressed(played, call)
        return self._enclosed(self._plain.answer(call, preference))

    def _enclosed(self, response: Response) -> Response:
        """The answer of a plain operation in the envelope that was set."""
        is_json = response.headers.get("content-type", "").startswith("application/json")
        if self._layout.envelope is None or not is_json or not response.body:
            return response
        return json_reply(
            self._answers.wrapped(json.loads(bytes(response.body))), response.status_code
        )

    def _twist(self, visit: Visit) -> tuple[str, Any]:
        if visit.job is None or visit.where != "poll":
            return "", None
        return twisted(visit, visit.job, self._answers.telling(visit.job.life))

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

    def _submit(self, call: Call, life: Life, visit: Visit) -> Response:
        if visit.fault == "refused":
            return self._submits.refused(life)
        failure = self._failure(call.request, FAIL_JOB)
        lacks = visit.fault == "no-id"
        response, jobs = self._submits.submit(
            call, life, failure, kept=visit.kept, without_id=lacks
        )
        for job in jobs:
            self._name_missing_glyphs(job, response)
        return response

    def _begin(self, job: Job) -> None:
        """What there is to be done for a new job."""
        self._bench.burden(job)
        if self._setup.pace.speed > 0 and not job.fails and job.life.has_files:
            self._library.order(job.movie, job.media_type)

    def _movie(self, operation: Operation, body: Any) -> Movie:
        """The film to show: of the same body the same one, unless a dice is there to be thrown."""
        if self._setup.one_film:
            return _ONE_FILM
        dice = self._setup.dice or Dice("film", repr(body)).below
        order = self._movies.get(operation.check or operation.name, self._movies[None])
        return order.movie(body, dice(2**31))

    def _name_missing_glyphs(self, job: Job, response: Response) -> None:
        if not (job.life.has_files and is_film(job.media_type)):
            return
        missing = self._library.missing_glyphs(job.movie)
        if missing:
            named = " ".join(code_point(each) for each in missing[:_NAMED])
            _log.warning("no font has %s: drawn as boxes", named)
            response.headers[MISSING_GLYPHS] = named

    def _refuse(self, request: Request, refusal: Exception) -> Response:
        if not isinstance(refusal, RefusalError):
            raise refusal
        return self._answer_refusal(refusal, request)

    def _answer_refusal(self, refusal: RefusalError, request: Request) -> Response:
        """The refusal in the places that were set, else as the operation declares it."""
        operation = getattr(request.state, "operation", None)
        declared = None
        is_set = self._layout.is_set("error.code", "error.message", "envelope")
        if refusal.status >= 400 and not is_set:
            declared = self._plain.refuse(refusal, request, operation)
        if declared is not None:
            return declared
        body = self._answers.error(refusal, None if is_set else operation)
        return json_reply(body, refusal.status, refusal.headers)


def _orders_an_end(request: Request) -> bool:
    """Whether a request says how its job is to end: then it is a submit, whatever it asks for."""
    return END in request.headers or FAIL_JOB in request.headers


_ANY_STEP = ["GET", "POST", "PUT", "PATCH", "DELETE"]
