"""From the arguments of a woven method to cores: checked, built, submitted, waited for."""

from __future__ import annotations

import inspect
import os
import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import UNSET

from . import calling
from .assumed import suggest
from .binary import content
from .binding import bind, locate
from .effects import now
from .errors import (
    ConfigurationError,
    ManyJobsError,
    printable,
)
from .finishing import Finished, finish
from .outgoing import checked
from .polling import begin, follow, telling
from .pricing import merged
from .records import Guard, Record
from .requests import GenerateOptions, Options, build_request
from .streaming import items
from .submitting import Order, submit
from .vendors import make_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .binary import Plan
    from .effects import Core, Request
    from .exchanging import Exchange
    from .operations import Idempotency, LifeCycle, Operation
    from .session import Session

__all__ = [
    "RehearsalError",
    "call",
    "check_target",
    "download",
    "generate",
    "known_options",
    "prepared",
    "resumed",
    "start",
    "stream",
]

T = TypeVar("T")

_PACKAGE = __name__.rpartition(".")[0].rpartition(".")[0]


class RehearsalError(Exception):
    """Ends a rehearsed submit where it would have sent something; `body` is what."""

    def __init__(self, operation: Operation[Any], body: Any) -> None:
        super().__init__(f"{operation.name} would be sent now")
        self.operation = operation
        self.body = body


def known_options(
    options: Mapping[str, Any], kind: type[Options], method: Callable[..., Any] | None = None
) -> None:
    """Refuse options that do not exist, such as a misspelt parameter of a woven method.

    Raises:
        TypeError: there is one.
    """
    for name in options:
        if name not in kind.__annotations__:
            named = inspect.signature(method).parameters if method is not None else {}
            known = [known for known in named if known not in ("self", "options")]
            close = suggest(name, [*known, *kind.__annotations__])
            raise TypeError(f"unexpected argument {name!r}{close}")


def check_target(path: Any, *, overwrite: bool = False) -> None:
    """Look at where a result shall be saved before anything is paid; `new/` means a folder.

    Raises:
        FileExistsError: the file is there already, and may not be replaced.
        PermissionError: it could not be written.
    """
    target = Path(path)
    is_folder = target.is_dir() or os.fspath(path).endswith(("/", os.sep))
    if target.exists() and not is_folder and not overwrite:
        raise FileExistsError(f"{target} exists; nothing was submitted")
    folder = target if is_folder else target.parent
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{folder} cannot be written; nothing was submitted")


def call(
    session: Session,
    operation: Operation[T],
    parameters: Mapping[str, Any],
    body: Any,
    options: Options,
) -> Core[T]:
    """A plain call."""
    changed = session.changed(operation)
    request = prepared(session, changed, parameters, body, options)
    timeout = options.get("timeout", session.timeout)
    return (yield from calling.call(session, changed, request, timeout, options.get("on_response")))


def stream(
    session: Session,
    operation: Operation[Any],
    parameters: Mapping[str, Any],
    body: Any,
    options: Options,
) -> Core[None]:
    """A call whose answer comes item by item."""
    changed = session.changed(operation)
    request = prepared(session, changed, parameters, body, options)
    asked = replace(request, streamed=True)
    timeout = options.get("timeout", session.timeout)
    yield from items(session, changed, asked, timeout, options.get("on_response"))


def download(
    session: Session,
    operation: Operation[Any],
    parameters: Mapping[str, Any],
    body: Any,
    options: Options,
    plan: Plan,
) -> Core[None]:
    """A call whose answer is a file."""
    changed = session.changed(operation)
    request = prepared(session, changed, parameters, body, options)
    asked = replace(request, streamed=True)
    timeout = options.get("timeout", session.timeout)
    yield from content(session, changed, asked, plan, timeout, options.get("on_response"))


def prepared(
    session: Session,
    operation: Operation[Any],
    parameters: Mapping[str, Any],
    body: Any,
    options: Options,
    url: str | None = None,
) -> Request:
    """A request, checked; under a URL of the server's own its query is all there is."""
    wire = checked(session, operation, parameters, body, options)
    if url is not None:
        kept = tuple(one for one in operation.parameters if one.place in ("header", "cookie"))
        operation = replace(operation, parameters=kept)
        options = {**options, "extra_query": {}}
    return build_request(
        session, operation, parameters=parameters, body=wire, options=options, url=url
    )


def start(
    session: Session,
    operation: Operation[Any],
    parameters: Mapping[str, Any],
    body: Any,
    options: GenerateOptions,
    guard: Guard,
) -> Core[list[Record]]:
    """Submit; gives the jobs that came of it, usually one, of which the guard learns first."""
    changed = session.changed(operation)
    job = changed.job
    if job is None:
        raise TypeError(f"{operation.name} makes no job")
    wire = checked(session, changed, parameters, body, options)
    if session.rehearsing:
        raise RehearsalError(changed, wire)
    order = _order(session, changed, job, parameters, wire, options, guard, (yield from now()))
    accepted = yield from submit(session, order)
    moment = yield from now()
    for job_id in accepted.ids:
        guard.records.append(
            _record(session, changed, job, job_id, accepted.exchange, moment, parameters, options)
        )
    return guard.records


def _order(
    session: Session,
    operation: Operation[Any],
    job: LifeCycle,
    parameters: Mapping[str, Any],
    body: Any,
    options: GenerateOptions,
    guard: Guard,
    moment: float,
) -> Order:
    key = _key(job, options, session)
    stamp, wire = _stamped(job.idempotency, key, body)
    request = build_request(
        session,
        operation,
        parameters=parameters,
        body=wire,
        options=options,
        route="submit",
        stamp=stamp,
    )
    patience = options.get("wait_timeout")
    return Order(
        request=request,
        operation=operation,
        job=job,
        guard=guard,
        timeout=options.get("timeout", session.timeout),
        deadline=moment + (job.timeout if patience is None else patience),
        key=key,
        listener=options.get("on_response"),
    )


def generate(
    session: Session,
    operation: Operation[Any],
    parameters: Mapping[str, Any],
    body: Any,
    options: GenerateOptions,
    guard: Guard,
    bind_handle: Callable[[Record], object],
) -> Core[Finished]:
    """Submit and wait, in one breath: there is no moment in between at which the job is lost."""
    started = yield from now()
    records = yield from start(session, operation, parameters, body, options, guard)
    for record in records:
        bind_handle(record)
    require_one(session, records)
    patience = options.get("wait_timeout")
    if patience is not None:
        patience -= (yield from now()) - started
    yield from follow(records[0], patience, telling(options.get("on_update")))
    return (yield from finish(records[0]))


def require_one(session: Session, records: list[Record]) -> None:
    """Make sure that there is one job.

    Raises:
        ManyJobsError: there are several; it carries their handles.
    """
    if len(records) == 1:
        return
    lines = ", ".join(record.resume_line for record in records)
    handles = tuple(record.handle for record in records if record.handle is not None)
    raise make_error(
        session,
        ManyJobsError,
        f"one submit has created {len(records)} jobs",
        jobs=handles,
        job=handles[0] if handles else None,
        hint=f"they go on: {lines}",
    )


def resumed(
    session: Session,
    operation: Operation[Any],
    job_id: str,
    parameters: Mapping[str, Any],
    moment: float,
) -> Record:
    """The record of a job that another process submitted; nothing is sent."""
    changed = session.changed(operation)
    job = changed.job
    if job is None:
        raise TypeError(f"{operation.name} makes no job")
    bound = {
        name: job_id if source == "$id" else source
        for name, source in job.poll.parameters.items()
        if source == "$id" or not (isinstance(source, str) and source.startswith("$"))
    }
    return Record(
        session=session,
        operation=changed,
        job=job,
        id=job_id,
        started=moment,
        since=moment,
        parameters={**bound, **parameters},
        url=job_id if not job.id else None,
        timeout=session.timeout,
    )


def _record(
    session: Session,
    operation: Operation[Any],
    job: LifeCycle,
    job_id: str,
    made: Exchange,
    moment: float,
    parameters: Mapping[str, Any],
    options: Options,
) -> Record:
    parsed = made.parsed(session)
    record = Record(
        session=session,
        operation=operation,
        job=job,
        id=job_id,
        started=moment,
        since=moment,
        parameters=bind(job.poll.parameters, job_id, parsed, made, parameters),
        url=locate(job.poll.url, made, parsed),
        submitted=made.content,
        answered=operation,
        timeout=options.get("timeout", session.timeout),
        listener=options.get("on_response"),
    )
    if made.status is not None and 200 <= made.status < 300:
        begin(record, made)
    return record


def _key(job: LifeCycle, options: Options, session: Session) -> str | None:
    given = options.get("idempotency_key")
    if job.idempotency is None:
        if given is not None:
            raise ConfigurationError(
                f"{session.api.name} declares no idempotency key: it would be sent in vain"
            )
        return None
    if given is not None and not (given.isascii() and given.isprintable() and given.strip()):
        raise ConfigurationError(f"{printable(given, 100)!r} cannot be an idempotency key")
    return given or str(uuid.uuid4())


def _stamped(
    idempotency: Idempotency | None, key: str | None, body: Any
) -> tuple[tuple[str, str] | None, Any]:
    """Where the key travels: in a header, or in the body."""
    if idempotency is None or key is None:
        return None, body
    place = idempotency.key
    if place.startswith("$request.header."):
        return (place.removeprefix("$request.header."), key), body
    value: Any = key
    for step in reversed(place.partition("#/")[2].split("/")):
        value = {step.replace("~1", "/").replace("~0", "~"): value}
    return None, value if body is UNSET else merged(body, value)
