"""The fault test bench: it counts the requests, draws the faults and lets them strike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from .faults import CODE, PLACES, read_order
from .jobs import Failure, Job
from .lines import watch
from .links import leads_to_file
from .mischief import Mischief
from .overrides import SandboxError
from .requests import RefusalError, carries_key
from .switches import Switch, Switches

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from starlette.types import ASGIApp

    from .description import Description
    from .faults import Order, Severity
    from .lives import Life
    from .overrides import Layout
    from .patience import Patience

__all__ = ["FAULT", "Bench", "Visit"]

# A header of a request that orders faults, for itself or for the job that it submits.
FAULT = "x-sandbox-fault"

_OTHER_HOST = "localhost"
_LASTING = (CODE, "slow-queue")  # drawn once for a job, when it is created
_STATUSES = {  # of the faults that answer without doing anything
    "408": 408,
    "429": 429,
    "429-hint": 429,
    "500": 500,
    "502": 502,
    "503": 503,
    "missing": 404,
    "gone": 410,
    "error-under-200": 200,
    "expired": 403,
    "expired-for-ever": 403,
}
_STATUSES_AFTER = {"500-after-accept": 500, "504-after-accept": 504}


@dataclass(slots=True, kw_only=True)
class Visit:
    """A request: its kind, the job that it asks for, and what goes wrong with it.

    `life` is the life cycle of a submit, `kept` are the faults that it orders for the polls and
    downloads of its job.
    """

    where: str
    job: Job | None = None
    order: Order | None = None
    kept: Sequence[Switch] = ()
    life: Life | None = None

    @property
    def fault(self) -> str:
        """The name of the fault that strikes, or nothing."""
        return self.order.fault.name if self.order else ""


class Bench:
    """All faults of a sandbox.

    `state` tells how far a job is, `refuse` writes an error in the places of the document.
    """

    def __init__(
        self,
        description: Description,
        layout: Layout,
        orders: Sequence[Order],
        seed: int | None,
        severity: Severity,
        patience: Patience,
        state: Callable[[Job], str],
        refuse: Callable[[RefusalError, Request], Response],
    ) -> None:
        self._layout, self._security, self._refuse = layout, description.security, refuse
        self._state, self._severity, self._mischief = state, severity, Mischief(severity, patience)
        self._switches = Switches(orders, seed)
        self.reset()

    def reset(self) -> None:
        """Begin anew, as after the start."""
        self._requests: dict[str, int] = dict.fromkeys(PLACES, 0)
        self._foreign = 0
        self._switches.reset()

    def report(self) -> Mapping[str, Any]:
        """Requests by kind, how often each fault has struck, and keys that went elsewhere."""
        return {
            "requests": dict(self._requests),
            "faults": self._switches.struck(),
            "foreign_requests_with_key": self._foreign,
        }

    def note(self, request: Request, where: str) -> None:
        """Count a request."""
        self._requests[where] += 1
        if not _is_own(request) and carries_key(self._security, request):
            self._foreign += 1

    async def serve(
        self, request: Request, visit: Visit, work: Callable[[Visit], Awaitable[ASGIApp]]
    ) -> ASGIApp:
        """The answer of the work, or what a fault makes of it.

        Raises:
            RefusalError: the request orders what is no fault, or the work refuses it.
        """
        self.note(request, visit.where)
        own, visit.kept = self._ordered(request, visit)
        visit.order = self._draw(request, visit, own)
        answer = await (work(visit) if visit.order is None else self._strike(request, visit, work))
        job = visit.job
        if visit.where != "download" or job is None or visit.fault not in ("", "slow-answer"):
            return answer
        return watch(answer, partial(_count, job))

    def burden(self, job: Job) -> None:
        """Draw the faults that a new job has for all its life."""
        switches = [*job.kept, *self._switches.standing]
        for name in _LASTING:
            order = self._switches.strike(switches, "poll", partial(_is_named, name))
            if order is not None:
                self._load(job, order)

    def _ordered(self, request: Request, visit: Visit) -> tuple[list[Switch], list[Switch]]:
        """What a request's header orders: for itself, and for the job that it submits."""
        where = visit.where
        texts = ",".join(request.headers.getlist(FAULT)).split(",")
        own: list[Switch] = []
        kept: list[Switch] = []
        for text in filter(None, map(str.strip, texts)):
            try:
                order = read_order(text, self._layout.error_codes)
            except SandboxError as error:
                raise RefusalError(400, "invalid_request", str(error)) from error
            if order.fault.name == "refused" and not _may_be_refused(visit):
                raise RefusalError(400, "invalid_request", "the document has no such refusal here")
            if where in order.where:
                own.append(Switch(replace(order, where=(where,))))
            elif where == "submit" and "call" not in order.where:
                kept.append(Switch(order))
            else:
                told = f"{text!r} is not for a {where}"
                raise RefusalError(400, "invalid_request", told)
        return own, kept

    def _draw(self, request: Request, visit: Visit, own: Sequence[Switch]) -> Order | None:
        def fits(order: Order) -> bool:
            return self._fits(request, visit, order)

        def may_stand(order: Order) -> bool:
            lasting = visit.where == "poll" and order.fault.name in _LASTING
            return not lasting and fits(order)

        found = self._switches.strike(own, visit.where, fits)
        if found is not None:
            return found
        kept = visit.job.kept if visit.job else ()
        switches = [*kept, *self._switches.standing]
        return self._switches.strike(switches, visit.where, may_stand)

    def _fits(self, request: Request, visit: Visit, order: Order) -> bool:
        """Whether the fault can be seen at all, as things stand with the job."""
        name, job = order.fault.name, visit.job
        if name == "redirect":
            return _is_own(request)
        if name == "refused":
            return _may_be_refused(visit)
        if job is None:
            of_job = order.fault.where in (("poll",), ("download",)) or name == CODE
            return visit.where == "submit" or not of_job
        cycle = job.life.cycle
        match name:
            case "unknown-state" | "no-status":
                return bool(cycle.status)
            case "backwards":
                words = (cycle.states.get(each) for each in ("queued", "running"))
                return not job.falls and all(words)
            case "done-without-file":
                return not job.falls and self._state(job) == "succeeded"
            case "expired" if job.link > 0 and order.times is None:
                return False  # only the first link expires
        if order.fault.where == ("download",):
            return self._state(job) == "succeeded" and leads_to_file(request, job)
        return True

    async def _strike(
        self, request: Request, visit: Visit, work: Callable[[Visit], Awaitable[ASGIApp]]
    ) -> ASGIApp:
        instead = await self._instead(request, visit)
        if instead is not None:
            return instead
        if visit.job is not None and visit.order is not None and visit.fault in _LASTING:
            self._load(visit.job, visit.order)
        try:
            answer = await work(visit)
        except RefusalError as refusal:
            answer = self._refuse(refusal, request)
        if visit.fault in _STATUSES_AFTER:
            return self._failed(request, visit, _STATUSES_AFTER[visit.fault])
        return self._mischief.done_to(answer, visit.fault)

    async def _instead(self, request: Request, visit: Visit) -> ASGIApp | None:
        """The answer of a fault that does no work."""
        answer: ASGIApp
        if visit.fault == "drop-before-accept":
            answer = self._mischief.done_to(Response(), visit.fault)
        elif visit.fault == "redirect":
            answer = RedirectResponse(self._elsewhere(request), 307)
        elif visit.fault in _STATUSES:
            answer = self._failed(request, visit, _STATUSES[visit.fault])
        else:
            return None
        await _read_up(request)
        return answer

    def _failed(self, request: Request, visit: Visit, status: int) -> Response:
        if visit.job is not None and visit.fault.startswith("expired"):
            visit.job.link += 1
        headers = {}
        if visit.fault == "429-hint":
            headers["Retry-After"] = str(self._severity.retry_after)
        told = f"the sandbox was told to answer so: {visit.fault}"
        return self._refuse(RefusalError(status, "sandbox_fault", told, headers), request)

    def _elsewhere(self, request: Request) -> str:
        """The same at another host name, without a key that the query may hold."""
        keys = [way.name for way in self._security if way.place == "query"]
        return str(request.url.replace(hostname=_OTHER_HOST).remove_query_params(keys))

    def _load(self, job: Job, order: Order) -> None:
        if order.code:
            message = self._layout.error_codes[order.code].message
            job.failure = Failure(code=order.code, message=message)
        else:
            job.delay(self._severity.slow_queue)


async def _read_up(request: Request) -> None:
    """Take in the body that nobody looks at."""
    try:
        async for _ in request.stream():
            pass
    except ClientDisconnect:
        pass


def _is_own(request: Request) -> bool:
    """Whether the request names the host that it came to."""
    server = request.scope.get("server")
    return server is None or request.url.hostname == server[0]


def _may_be_refused(visit: Visit) -> bool:
    """Whether a good answer may say that nothing was taken."""
    return visit.life is not None and visit.life.cycle.refused is not None


def _is_named(name: str, order: Order) -> bool:
    return order.fault.name == name


def _count(job: Job) -> None:
    job.downloads += 1
