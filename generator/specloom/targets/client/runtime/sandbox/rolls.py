"""Lists of jobs, as the declared operation tells them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from .borrowed import NameSelector, parse
from .listings import tell
from .pen import at, found, replaced
from .requests import RefusalError

if TYPE_CHECKING:
    from starlette.requests import Request

    from .answers import Answers
    from .borrowed import Location
    from .cast import Cast
    from .intake import Call
    from .jobs import Job
    from .listings import Page
    from .lives import Life
    from .scribe import Scribe

__all__ = ["Rolls"]


class Rolls:
    """Writes lists of jobs."""

    def __init__(self, answers: Answers, cast: Cast) -> None:
        self._answers, self._cast = answers, cast

    def roll(self, call: Call, life: Life, page: Page) -> Any:
        """The answer with the jobs of a page, each told as a poll tells it as far as it can be."""
        listing = life.cycle.listing
        scribe, ids = self._answers.scribe(call.operation), listing.ids if listing else "$"
        body = self._answers.draft(call.operation, 0)
        if body is None:
            return body
        jobs: list[Job] = list(page.items.values())
        if not jobs:
            body = _emptied(body, ids)
        else:
            body = scribe.fill(
                body,
                ids,
                lambda number, _old, _may: jobs[number % len(jobs)].given,
                count=len(jobs),
            )
            nodes = parse(ids).nodes(body)
            for job, node in zip(jobs, nodes, strict=False):
                body = self._told(call.request, scribe, body, node.location, job)
        overlay = scribe.ground.overlay(body)
        names = (each.selectors[0] for each in parse(ids).segments[: _depth(ids)])
        place = [each.name for each in names if isinstance(each, NameSelector)]
        tell(overlay, place, page, call)
        return overlay.body

    def _told(self, request: Request, scribe: Scribe, body: Any, own: Location, job: Job) -> Any:
        """The body with what a poll tells of a job in the item that has its id at `own`."""
        location = own[:-1]
        item = at(body, location)
        known = self._polled(request, job)
        if not isinstance(item, dict) or known is None:
            return body
        shared = [name for name in item if name != own[-1] and item[name] != known.get(name)]
        shared = [name for name in shared if name in known]
        best = scribe.ground.faults(body)
        for names in (shared, *([name] for name in shared)):
            laid = {**at(body, location), **{name: copy.deepcopy(known[name]) for name in names}}
            told = replaced(copy.deepcopy(body), location, laid)
            faults = scribe.ground.faults(told)
            if faults <= best:
                body, best = told, faults
                if names is shared:
                    break
        return body

    def _polled(self, request: Request, job: Job) -> dict[str, Any] | None:
        """What holds the job's id in the answer of a poll."""
        try:
            body = self._cast.told(request, job)
        except RefusalError:  # it has expired, and is listed all the same
            return None
        waiting = [body]
        while waiting:
            here = waiting.pop(0)
            if isinstance(here, dict):
                if job.given in [value for value in here.values() if isinstance(value, str | int)]:
                    return here
                waiting.extend(here.values())
        return body if isinstance(body, dict) else None


def _emptied(body: Any, ids: str) -> Any:
    """The body with an empty list where the ids would stand."""
    body = copy.deepcopy(body)
    for location in found(body, parse(ids).segments[: _depth(ids)]):
        held = at(body, location)
        if isinstance(held, list | dict):
            body = replaced(body, location, type(held)())
    return body


def _depth(ids: str) -> int:
    """How many steps lead to the list."""
    steps = [each.selectors[0] for each in parse(ids).segments]
    free = (at for at, each in enumerate(steps) if not isinstance(each, NameSelector))
    return max(free, default=0)
