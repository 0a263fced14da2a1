"""The parents of woven clients and resources."""

from __future__ import annotations

import importlib
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, Unpack

from .construction import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT,
    ClientOptions,
    conceal_keys,
    opened,
)
from .deferred import Deferred
from .drivers import SyncDriver
from .errors import ConfigurationError
from .exchanging import Response
from .hooks import Hooks
from .requests import GenerateOptions, Options, SubmitOptions
from .resources import AsyncResource, Resource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    import httpx2

    from . import bookkeeping, job_orders, jobs, ledger, listings, tokens
    from .books import Books
    from .drivers import Clock
    from .jobs import AsyncJob, Job
    from .ledger import AsyncLedger, Ledger
    from .listings import Lookup
    from .operations import Api, JobKind, Operation
    from .records import Record
    from .session import Session
else:
    bookkeeping, job_orders, jobs = map(Deferred, ("bookkeeping", "job_orders", "jobs"))
    ledger, listings, tokens = map(Deferred, ("ledger", "listings", "tokens"))

__all__ = [
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "AsyncClient",
    "AsyncJobs",
    "AsyncResource",
    "Client",
    "GenerateOptions",
    "Hooks",
    "Jobs",
    "Options",
    "Resource",
    "Response",
    "SubmitOptions",
]


class _Shared:
    """What the sync and the async client have in common."""

    _session: Session

    def __repr__(self) -> str:
        session = getattr(self, "_session", None)  # none, if the constructor raised
        return f"<{type(self).__name__} {session.settings.base_url if session else 'not set up'}>"

    @property
    def base_url(self) -> str:
        """The server that this client talks to."""
        return self._session.settings.base_url


class Client(_Shared):
    """The parent of a woven client.

    Args:
        api: what the document says of the API.
        http_client: your own; a transport that tells no trace is outside the promise of one submit.
        clock: time and chance, for tests.
        given: see `ClientOptions`.

    Raises:
        ConfigurationError: something is missing or wrong.
    """

    def __init__(
        self,
        api: Api,
        *,
        http_client: httpx2.Client | None = None,
        clock: Clock | None = None,
        **given: Unpack[ClientOptions],
    ) -> None:
        conceal_keys(given)
        self._driver = SyncDriver(http_client, clock)
        self._session = opened(api, self._driver.clock, given)
        self.jobs = Jobs(self)

    @cached_property
    def ledger(self) -> Ledger:
        """What was submitted, by this process and by others, and what came of it.

        Raises:
            ConfigurationError: the client was given none.
        """
        return ledger.Ledger(self._driver, *_books(self._session), self.jobs.resume)

    def close(self) -> None:
        """Close all connections; a given `http_client` stays open."""
        if self._session.books is not None:
            self._driver.run(bookkeeping.close_books(self._session))
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncClient(_Shared):
    """The parent of a woven async client; see `Client`."""

    def __init__(
        self,
        api: Api,
        *,
        http_client: httpx2.AsyncClient | None = None,
        clock: Clock | None = None,
        **given: Unpack[ClientOptions],
    ) -> None:
        from .async_drivers import AsyncDriver  # brings asyncio with it

        conceal_keys(given)
        self._driver = AsyncDriver(http_client, clock)
        self._session = opened(api, self._driver.clock, given)
        self.jobs = AsyncJobs(self)

    @cached_property
    def ledger(self) -> AsyncLedger:
        """What was submitted, by this process and by others, and what came of it."""
        return ledger.AsyncLedger(self._driver, *_books(self._session), self.jobs.resume)

    async def close(self) -> None:
        """Close all connections; a given `http_client` stays open."""
        if self._session.books is not None:
            await self._driver.run(bookkeeping.close_books(self._session))
        await self._driver.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def _books(session: Session) -> tuple[Books, frozenset[str]]:
    """The books of the ledger, and the operations whose jobs can be resumed."""
    if session.books is None:
        raise ConfigurationError(
            "this client has no ledger", hint="give ledger='jobs.sqlite3' when it is made"
        )
    return session.books, frozenset(kind.name for kind in session.api.jobs)


def _found(session: Session, text: str) -> tuple[JobKind, Record, Any]:
    """The job that a token or an id names, and the module that knows its result."""
    kinds = {kind.name: kind for kind in session.api.jobs}
    name, job_id, parameters = tokens.read_token(text, list(kinds))
    kind = kinds[name]
    module, operation = _loaded(session, kind)
    record = job_orders.resumed(session, operation, job_id, parameters, session.clock.now())
    return kind, record, module


def _loaded(session: Session, kind: JobKind) -> tuple[Any, Operation[Any]]:
    module = importlib.import_module(f"{session.api.package}.{kind.module}")
    operation: Operation[Any] = getattr(module, kind.operation)
    return module, operation


def _listed(session: Session, name: str, given: Mapping[str, Any]) -> tuple[JobKind, Any, Lookup]:
    """The operation whose jobs are wanted, and what is asked to find them.

    Raises:
        ConfigurationError: none lists its jobs, or several do and none is named.
    """
    found = [(kind, *_loaded(session, kind)) for kind in session.api.jobs]
    listing = [one for one in found if one[2].job is not None and one[2].job.list is not None]
    wanted = [one for one in listing if name in ("", one[0].name, one[0].name.rpartition(".")[2])]
    if len(wanted) != 1:
        names = ", ".join(one[0].name for one in listing)
        told = f"jobs are listed by {names}" if names else f"{session.api.name} lists no jobs"
        hint = f"name one: jobs.list({listing[0][0].name!r})" if listing else ""
        raise ConfigurationError(told, hint=hint)
    kind, module, operation = wanted[0]
    return kind, module, listings.lookup(session, operation, given)


class Jobs:
    """Jobs that were submitted elsewhere."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def resume(self, token: str) -> Job[Any]:
        """The handle of a job by its token, or by its id where one operation makes jobs.

        Nothing is sent: `refresh()` or `wait()` ask the server.

        Raises:
            ConfigurationError: it is no token.
        """
        kind, record, module = _found(self._client._session, token)
        return jobs.Job(self._client._driver, record, getattr(module, kind.result))

    def list(self, operation: str = "", **parameters: Any) -> list[Job[Any]]:
        """The handles of the jobs that the server lists, for those that were lost.

        Nothing is known of them yet: `refresh()` or `wait()` ask the server.

        Args:
            operation: that submitted them, where several list their jobs: `videos.submit`.
            parameters: of the call that lists, by name; and what it takes from a submit's request.

        Raises:
            ConfigurationError: the API lists no jobs, or something is missing.
            TypeError: there is no such parameter.
            APIStatusError: the server answered with an error.
        """
        kind, module, wanted = _listed(self._client._session, operation, parameters)
        driver, result = self._client._driver, getattr(module, kind.result)
        ids = [one for page in driver.iterate(wanted.pages()) for one in wanted.ids(page)]
        return [jobs.Job(driver, record, result) for record in wanted.records(ids)]


class AsyncJobs:
    """Jobs that were submitted elsewhere."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    def resume(self, token: str) -> AsyncJob[Any]:
        """The handle of a job by its token, or by its id; see `Jobs.resume`."""
        kind, record, module = _found(self._client._session, token)
        return jobs.AsyncJob(self._client._driver, record, getattr(module, kind.async_result))

    async def list(self, operation: str = "", **parameters: Any) -> list[AsyncJob[Any]]:
        """The handles of the jobs that the server lists; see `Jobs.list`."""
        kind, module, wanted = _listed(self._client._session, operation, parameters)
        driver, result = self._client._driver, getattr(module, kind.async_result)
        ids = [one async for page in driver.iterate(wanted.pages()) for one in wanted.ids(page)]
        return [jobs.AsyncJob(driver, record, result) for record in wanted.records(ids)]
