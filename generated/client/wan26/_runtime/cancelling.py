"""Giving a job up: the server is asked to, and then how the job stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from .answers import passes
from .binding import bind, located
from .calling import answered
from .effects import Caught
from .errors import (
    APIError,
    APIStatusError,
    ConfigurationError,
    InvalidRequestError,
    printable,
)
from .operations import Operation, Step
from .polling import look
from .records import FINAL
from .requests import follow_up
from .sources import may_be_many, sources_within

if TYPE_CHECKING:
    from .binding import Sources
    from .effects import Core, Request
    from .records import Record

__all__ = ["cancel"]

_OF_THE_KEY = frozenset({401, 402, 403})


def cancel(record: Record) -> Core[None]:
    """Ask the server to cancel a job, then how it stands.

    Of a job that is known to have ended nothing is asked. Of another that has ended many servers
    say so by a 4xx: then the job is asked for too, and if it has ended there is nothing to raise.

    Raises:
        ConfigurationError: the API has no call for it, or nobody knows where to send it.
        APIStatusError: the server refuses, and the job goes on.
    """
    step = record.job.cancel
    if step is None:
        raise ConfigurationError(f"{record.session.api.name} has no call that cancels a job")
    if record.state in FINAL:  # to delete what is finished may throw away what was paid for
        _tell_ended(record)
        return
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
    _tell_ended(record)


def _tell_ended(record: Record) -> None:
    name, job_id = record.operation.name, printable(record.id, 200)
    record.session.log.logger.info("%s: job %s had ended: %s", name, job_id, record.state)


def _asked(record: Record, step: Step, request: Request) -> Core[APIStatusError | None]:
    """Send it; gives the refusal that may only say that the job has ended."""
    session, operation = record.session, step.operation
    if operation is None:
        raise TypeError("a call that cancels has an operation")
    try:
        yield from answered(
            session, operation, request, record.timeout, record.listener, once=step.once
        )
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
    if (step.url is not None and url is None) or _unbound(step, sources):
        raise ConfigurationError(
            f"where job {printable(record.id, 200)} is cancelled is told by no answer",
            hint="resume it by its token",
        )
    parameters = bind(step.parameters, sources)
    try:
        return follow_up(record.session, step, url, parameters, sources.body(step))
    except InvalidRequestError as error:
        raise record.misled(f"cannot be cancelled: {error.message}") from error


def _unbound(step: Step, sources: Sources) -> bool:
    """Whether the call might be about another job: what tells them apart is not told."""
    operation = step.operation
    given = operation.parameters if operation is not None and step.url is None else ()
    needed = {one.name for one in given if one.required or one.place == "path"}
    wanted = [source for name, source in step.parameters.items() if name in needed]
    apart = [
        one for one in sources_within([*step.parameters.values(), step.body]) if may_be_many(one)
    ]
    return any(sources.first(source) is None for source in [*wanted, *apart])
