"""From the arguments of a woven method to a job: submitted, waited for, found again."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .bookkeeping import note_reserved, note_state
from .effects import now
from .errors import APIError, ConfigurationError, ManyJobsError, printable
from .finishing import Finished, finish
from .outgoing import checked
from .polling import deadline_of, follow, telling
from .records import URL, Guard, Record, url_of
from .sources import may_be_many
from .submissions import Submission, noted
from .submitting import submit
from .tokens import read_token
from .vendors import make_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .effects import Core
    from .operations import Operation
    from .requests import GenerateOptions
    from .rows import LedgerRow
    from .session import Session

__all__ = [
    "RehearsalError",
    "check_folder",
    "check_target",
    "generate",
    "generate_all",
    "require_one",
    "resumed",
    "start",
]

# What reads the answer of a submit is loaded before that is sent, however it comes: compressed, in
# chunks, cut off (httpx2 has the words for that), refused on an event loop (a thread notes it).
for _reader in (".jsonpath", ".replies", "h11", "httpx2", "concurrent.futures.thread"):
    import_module(_reader, __package__)


class RehearsalError(Exception):
    """Ends a rehearsed submit where it would have sent something; `body` is what."""

    def __init__(self, operation: Operation[Any], body: Any) -> None:
        super().__init__(f"{operation.name} would be sent now")
        self.operation = operation
        self.body = body


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


def check_folder(path: Any) -> None:
    """Look at where the results of several jobs shall be saved before anything is paid.

    Raises:
        ConfigurationError: it is no folder.
        PermissionError: it could not be written.
    """
    if not Path(path).is_dir() and not os.fspath(path).endswith(("/", os.sep)):
        raise ConfigurationError(
            f"{printable(os.fspath(path), 200)} is one file, and several jobs may be made",
            hint="name a folder: save_to='results/'",
        )
    check_target(path)


def start(
    session: Session,
    operation: Operation[Any],
    parameters: Mapping[str, Any],
    body: Any,
    options: GenerateOptions,
    guard: Guard,
    bind_handle: Callable[[Record], object],
) -> Core[list[Record]]:
    """Submit; gives the jobs that came of it, usually one, of which the guard learns first.

    Where the caller's key stands for jobs already, these are given and nothing is sent.
    """
    changed = session.changed(operation)
    job = changed.job
    if job is None:
        raise TypeError(f"{operation.name} makes no job")
    wire = checked(session, changed, parameters, body, options)
    if session.rehearsing:
        raise RehearsalError(changed, wire)
    if session.api.error_codes:  # its refusals are told by these
        import_module(f"{session.api.package}.errors")
    submission = Submission(
        session=session,
        operation=changed,
        job=job,
        parameters=parameters,
        body=wire,
        options=options,
        guard=guard,
    )
    guard.records += yield from _jobs(submission)
    for record in guard.records:
        bind_handle(record)
    for record in guard.records:
        yield from note_reserved(record)
    for record in guard.records:  # a hook may raise: what is known is written before
        yield from note_state(record)
    return guard.records


def _jobs(submission: Submission) -> Core[list[Record]]:
    """The jobs that came of a submit, or those for which the caller's key stands already."""
    known, order = yield from noted(submission)
    if order is not None:
        accepted = yield from submit(submission.session, order)
        return submission.records(accepted, (yield from now()))
    moment = yield from now()
    return [_known(submission.session, submission.operation, row, moment) for row in known]


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
    records = yield from start(session, operation, parameters, body, options, guard, bind_handle)
    require_one(session, records)
    patience = options.get("wait_timeout")
    if patience is not None:
        patience -= (yield from now()) - started
    deadline = yield from deadline_of(records[0], patience)
    yield from follow(records[0], patience, telling(options.get("on_update")))
    return (yield from finish(records[0], deadline))


def generate_all(
    session: Session,
    operation: Operation[Any],
    parameters: Mapping[str, Any],
    body: Any,
    options: GenerateOptions,
    guard: Guard,
    bind_handle: Callable[[Record], object],
) -> Core[tuple[list[Finished], list[Exception]]]:
    """As `generate`, where one submit makes several jobs: waits for all, whatever one comes to.

    Gives what they came to, and why others came to nothing: all are paid for.
    """
    started = yield from now()
    records = yield from start(session, operation, parameters, body, options, guard, bind_handle)
    ended: list[Finished] = []
    failed: list[Exception] = []
    for record in records:
        patience = options.get("wait_timeout", record.job.timeout)
        left = None if patience is None else patience - ((yield from now()) - started)
        try:
            deadline = yield from deadline_of(record, left)
            yield from follow(record, left, telling(options.get("on_update")))
            ended.append((yield from finish(record, deadline)))
        except APIError as error:
            failed.append(error)
    return ended, failed


def require_one(session: Session, records: list[Record]) -> None:
    """Make sure that there is one job.

    Raises:
        ManyJobsError: there are several; it carries their handles.
    """
    if len(records) == 1:
        return
    lines = ", ".join(f"{record.resume_line}.wait()" for record in records)
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
    told = dict(parameters)
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
        parameters={**bound, **{name: one for name, one in told.items() if name[:1] != "$"}},
        known={name: one for name, one in told.items() if name[:1] == "$" and name != URL},
        url=told.get(URL) or url_of(job, job_id),
        alone=not any(may_be_many(path) for path in job.id),
        timeout=session.timeout,
    )


def _known(session: Session, operation: Operation[Any], row: LedgerRow, moment: float) -> Record:
    """The record of a job that the ledger knows."""
    _, job_id, parameters = read_token(row.token or row.job_id or "", [operation.name])
    record = resumed(session, operation, job_id, parameters, moment)
    record.request = row.request
    return record
