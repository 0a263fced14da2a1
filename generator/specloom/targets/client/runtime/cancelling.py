"""Giving a job up: the server is asked to, and then how the job stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import UNSET

from .answers import MISSING, passes
from .binding import bind, located
from .calling import answered
from .effects import Caught
from .errors import APIError, APIStatusError, ConfigurationError, printable
from .operations import Operation, Step
from .polling import look
from .requests import follow_up

if TYPE_CHECKING:
    from .effects import Core, Request
    from .records import Record

__all__ = ["cancel"]

_OF_THE_KEY = frozenset({401, 402, 403})


def cancel(record: Record) -> Core[None]:
    """Ask the server to cancel a job, then how it stands.

    A job that has ended cannot be cancelled, and many servers say so by a 4xx: then the job is
    asked for too, and if it has ended there is nothing to raise.

    Raises:
        ConfigurationError: the API has no call for it, or nobody knows where to send it.
        APIStatusError: the server refuses, and the job goes on.
    """
    step = record.job.cancel
    if step is None:
        raise ConfigurationError(f"{record.session.api.name} has no call that cancels a job")
    if step.operation is None:
        named = f"{record.operation.name}: cancel"
        bare: Operation[object] = Operation(name=named, method="POST", path="")
        step = replace(step, operation=bare)
    request = yield from _request(record, step)
    refused = yield from _asked(record, step, request)
    if refused is None:
        record.given_up = True
        yield from look(record, record.timeout)
        return
    with Caught(APIError):  # what the server said first is what is told
        yield from look(record, record.timeout)
    if not record.final:
        raise refused
    record.session.log.logger.info(
        "%s: job %s had ended: %s", record.operation.name, printable(record.id, 200), record.state
    )


def _asked(record: Record, step: Step, request: Request) -> Core[APIStatusError | None]:
    """Send it; gives the refusal that may only say that the job has ended."""
    session, operation = record.session, step.operation
    if operation is None:
        raise TypeError("a call that cancels has an operation")
    try:
        yield from answered(session, operation, request, record.timeout, record.listener)
    except APIStatusError as error:
        if passes(error.status_code) or error.status_code in _OF_THE_KEY:
            raise
        if not 400 <= error.status_code < 500:
            raise
        return error
    return None


def _request(record: Record, step: Step) -> Core[Request]:
    """The request; what no answer has told yet, a poll may tell."""
    if record.sources(of_submit=True).lack(step) and not record.seen:
        yield from look(record, record.timeout)
    sources = record.sources(of_submit=True)
    base = record.asked or f"{record.session.settings.base_url}/"
    url = next(iter(located(step.url, sources, base)), None)
    if step.url is not None and url is None:
        raise ConfigurationError(
            f"where job {printable(record.id, 200)} is cancelled is told by no answer",
            hint="resume it by its token",
        )
    body = sources.filled(step.body)
    given = UNSET if body is None or body is MISSING else body
    return follow_up(record.session, step, url, bind(step.parameters, sources), given)
