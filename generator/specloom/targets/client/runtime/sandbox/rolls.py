"""Lists of jobs, as the declared operation tells them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from .borrowed import NameSelector, parse
from .counts import plain_name
from .pen import at, found, replaced
from .requests import RefusalError

if TYPE_CHECKING:
    from starlette.requests import Request

    from .answers import Answers
    from .borrowed import Location
    from .cast import Cast
    from .counts import Page
    from .description import Operation
    from .jobs import Job
    from .lives import Life
    from .scribe import Scribe

__all__ = ["Rolls"]

_TOTALS = ("total", "totalcount", "totalitems", "totalresults")
_COUNTS = ("count", "size")
_MORE = ("hasmore", "more", "hasnext")
_NEXT = ("next", "nextcursor", "nextpage", "nextpagetoken", "nexturl", "nexttoken")


class Rolls:
    """Writes lists of jobs."""

    def __init__(self, answers: Answers, cast: Cast) -> None:
        self._answers, self._cast = answers, cast

    def roll(self, request: Request, life: Life, operation: Operation, page: Page[Job]) -> Any:
        """The answer with the jobs of a page, each told as a poll tells it as far as it can be."""
        listing = life.cycle.listing
        scribe, ids = self._answers.scribe(operation), listing.ids if listing else "$"
        body = self._answers.draft(operation, 0)
        if body is None:
            return body
        jobs = list(page.items)
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
                body = self._told(request, scribe, body, node.location, job)
        return _counted(scribe, body, page)

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
    segments = parse(ids).segments
    last = max(
        (n for n, each in enumerate(segments) if not isinstance(each.selectors[0], NameSelector)),
        default=0,
    )
    body = copy.deepcopy(body)
    for location in found(body, segments[:last]):
        held = at(body, location)
        if isinstance(held, list | dict):
            body = replaced(body, location, type(held)())
    return body


def _counted(scribe: Scribe, body: Any, page: Page[Job]) -> Any:
    """The body with what it says of the list's length."""
    if not isinstance(body, dict):
        return body
    for name in list(body):
        path, plain = f"$[{name!r}]", plain_name(name)
        if plain in _TOTALS and isinstance(body[name], int):
            body = scribe.write(body, path, page.total, body[name])
        elif plain in _COUNTS and isinstance(body[name], int):
            body = scribe.write(body, path, len(page.items), body[name])
        elif plain in _MORE and isinstance(body[name], bool):
            body = scribe.write(body, path, page.more, body[name])
        elif plain in _NEXT and isinstance(body[name], str):
            body = scribe.clear(body, path)
    return body
