"""Handles of jobs: to look, to wait, to get what was paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Self, TypeAlias, TypeVar

from .deferred import Deferred
from .errors import JobResultError, printable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from . import cancelling, finishing, polling
    from .async_drivers import AsyncDriver
    from .drivers import SyncDriver
    from .effects import Core
    from .finishing import Finished
    from .operations import State, Word
    from .records import Record, Update
    from .results import AsyncResult, Result
else:
    cancelling, finishing, polling = map(Deferred, ("cancelling", "finishing", "polling"))

__all__ = ["AnyJob", "AsyncJob", "Job"]

R = TypeVar("R", bound="Result[Any]")
A = TypeVar("A", bound="AsyncResult[Any]")


class _Handle:
    """What the sync and the async handle have in common."""

    _record: Record

    @property
    def id(self) -> str:
        """The vendor's id of the job."""
        return self._record.id

    @property
    def token(self) -> str:
        """A short text that resumes the job elsewhere: `client.jobs.resume(token)`."""
        return self._record.token

    @property
    def status(self) -> Word | None:
        """The vendor's word of the last answer; None before there is one."""
        return self._record.status

    @property
    def state(self) -> State | None:
        """What that word means; None where nobody has named it yet."""
        return self._record.state

    @property
    def answer(self) -> Any:
        """The last answer, typed; None before there is one."""
        return finishing.last_answer(self._record)

    @property
    def raw(self) -> bytes:
        """The bytes of the last answer."""
        return self._record.content

    @property
    def elapsed(self) -> float:
        """Seconds since the job was submitted, or resumed."""
        return self._record.session.clock.now() - self._record.started

    def __repr__(self) -> str:
        status = printable(self.status, 100) if self.status is not None else None
        return f"<{type(self).__name__} {printable(self.token, 300)}: {self.state or status}>"


class Job(_Handle, Generic[R]):
    """A job that costs money; `R` is what it comes to. Losing the handle loses nothing: `token`."""

    def __init__(self, driver: SyncDriver, record: Record, result: type[R]) -> None:
        self._driver = driver
        self._record = record
        self._result = result
        record.handle = self

    def refresh(self) -> Self:
        """Ask once how the job stands."""
        self._driver.run(_refresh(self._record))
        return self

    def wait(
        self,
        *,
        timeout: float | None = None,
        on_update: Callable[[Update], object] | None = None,
    ) -> R:
        """Wait for the job's end; gives its result.

        Args:
            timeout: seconds; None is what the document says.
            on_update: told once before the first poll where the state is known, then after every
                poll; `print` will do.

        Raises:
            JobTimeoutError: time is up; the job goes on, and waiting can be taken up again.
            JobError: the job came to no result.
        """
        finished = self._driver.run(_wait(self._record, timeout, on_update))
        return self._made(finished)

    def updates(self, *, timeout: float | None = None) -> Iterator[Update]:
        """Wait for the job's end, giving what `wait` tells; then ask for `result()`."""
        return self._driver.iterate(polling.follow(self._record, timeout, polling.emitting))

    def result(self) -> R:
        """The result of a job that has ended; asks once if the end is not known yet.

        Raises:
            JobResultError: the job has not ended.
            JobError: the job came to no result.
        """
        return self._made(self._driver.run(_result(self._record)))

    def cancel(self) -> Self:
        """Ask the server to cancel the job, then how it stands; what it has cost stays spent.

        Of a job that has ended before nothing is raised: its `state` tells.

        Raises:
            ConfigurationError: the API has no call for it.
            APIStatusError: the server refuses, and the job goes on.
        """
        self._driver.run(cancelling.cancel(self._record))
        return self

    def _made(self, finished: Finished) -> R:
        return self._result(self._driver, finished)


class AsyncJob(_Handle, Generic[A]):
    """A job that costs money; `A` is what it comes to. Losing the handle loses nothing: `token`."""

    def __init__(self, driver: AsyncDriver, record: Record, result: type[A]) -> None:
        self._driver = driver
        self._record = record
        self._result = result
        record.handle = self

    async def refresh(self) -> Self:
        """Ask once how the job stands."""
        await self._driver.run(_refresh(self._record))
        return self

    async def wait(
        self,
        *,
        timeout: float | None = None,
        on_update: Callable[[Update], object] | None = None,
    ) -> A:
        """Wait for the job's end; gives its result. See `Job.wait`; `on_update` may be async."""
        finished = await self._driver.run(_wait(self._record, timeout, on_update))
        return self._made(finished)

    def updates(self, *, timeout: float | None = None) -> AsyncIterator[Update]:
        """Wait for the job's end, giving what `wait` tells; then ask for `result()`."""
        return self._driver.iterate(polling.follow(self._record, timeout, polling.emitting))

    async def result(self) -> A:
        """The result of a job that has ended; asks once if the end is not known yet."""
        return self._made(await self._driver.run(_result(self._record)))

    async def cancel(self) -> Self:
        """Ask the server to cancel the job, then how it stands; see `Job.cancel`."""
        await self._driver.run(cancelling.cancel(self._record))
        return self

    def _made(self, finished: Finished) -> A:
        return self._result(self._driver, finished)


AnyJob: TypeAlias = Job[Any] | AsyncJob[Any]


def _refresh(record: Record) -> Core[None]:
    yield from polling.look(record, record.timeout)


def _wait(
    record: Record, timeout: float | None, on_update: Callable[[Update], object] | None
) -> Core[Finished]:
    with record.guarded():
        deadline = yield from polling.deadline_of(record, timeout)
        yield from polling.follow(record, timeout, polling.telling(on_update))
        return (yield from finishing.finish(record, deadline))


def _result(record: Record) -> Core[Finished]:
    with record.guarded():
        if not record.final:
            yield from polling.look(record, record.timeout)
        if not record.final and record.state != "missing":
            raise JobResultError(
                f"job {printable(record.id, 200)} has not ended "
                f"(status: {printable(record.status)})",
                answer=record.content,
                **record.facts(),
                retryable=True,
                hint="wait() waits for its end",
            )
        return (yield from finishing.finish(record))
