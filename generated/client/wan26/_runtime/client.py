"""The parents of woven clients and resources."""

from __future__ import annotations

import importlib
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, Unpack

from . import orders
from .bookkeeping import close_books
from .construction import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT,
    ClientOptions,
    conceal_keys,
    opened,
)
from .drivers import AsyncDriver, Clock, SyncDriver
from .errors import ConfigurationError
from .exchanging import Response
from .hooks import Hooks
from .jobs import AsyncJob, Job
from .ledger import AsyncLedger, Ledger
from .requests import GenerateOptions, Options, SubmitOptions
from .resources import AsyncResource, Resource
from .tokens import read_token

if TYPE_CHECKING:
    from types import TracebackType

    import httpx2

    from .books import Books
    from .operations import Api, JobKind, Operation
    from .records import Record
    from .session import Session

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
        return Ledger(self._driver, *_books(self._session), self.jobs.resume)

    def close(self) -> None:
        """Close all connections; a given `http_client` stays open."""
        self._driver.run(close_books(self._session))
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
        conceal_keys(given)
        self._driver = AsyncDriver(http_client, clock)
        self._session = opened(api, self._driver.clock, given)
        self.jobs = AsyncJobs(self)

    @cached_property
    def ledger(self) -> AsyncLedger:
        """What was submitted, by this process and by others, and what came of it."""
        return AsyncLedger(self._driver, *_books(self._session), self.jobs.resume)

    async def close(self) -> None:
        """Close all connections; a given `http_client` stays open."""
        await self._driver.run(close_books(self._session))
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
    name, job_id, parameters = read_token(text, list(kinds))
    kind = kinds[name]
    module = importlib.import_module(f"{session.api.package}.{kind.module}")
    operation: Operation[Any] = getattr(module, kind.operation)
    record = orders.resumed(session, operation, job_id, parameters, session.clock.now())
    return kind, record, module


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
        return Job(self._client._driver, record, getattr(module, kind.result))


class AsyncJobs:
    """Jobs that were submitted elsewhere."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    def resume(self, token: str) -> AsyncJob[Any]:
        """The handle of a job by its token, or by its id; see `Jobs.resume`."""
        kind, record, module = _found(self._client._session, token)
        return AsyncJob(self._client._driver, record, getattr(module, kind.async_result))
