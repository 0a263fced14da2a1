"""Lists of jobs, as the declared operation tells them."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .borrowed import NameSelector, parse
from .listings import tell
from .pen import at, found, replaced

if TYPE_CHECKING:
    from .answers import Answers
    from .borrowed import Location
    from .cast import Cast
    from .intake import Call
    from .jobs import Job
    from .listings import Page
    from .lives import Life

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
                body = self._told(call, life, body, node.location, job)
        if life.cycle.refused is not None:
            body = scribe.unselect(body, life.cycle.refused, (ids,))
        overlay = scribe.ground.overlay(body)
        names = (each.selectors[0] for each in parse(ids).segments[: _depth(ids)])
        place = [each.name for each in names if isinstance(each, NameSelector)]
        tell(overlay, place, page, call)
        return overlay.body

    def _told(self, call: Call, life: Life, body: Any, own: Location, job: Job) -> Any:
        """The body with what a poll tells of a job in the item that has its id at `own`."""
        known = self._cast.known(call.request, job)
        facts = self._cast.facts(call.request, job, self._cast.jobs.state(job))
        facts = replace(facts, before=known)
        body = self._answers.agreeing(life, call.operation, body, facts, own[:-1])
        return replaced(copy.deepcopy(body), own, job.given)


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
