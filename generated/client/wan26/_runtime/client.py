"""The parents of woven clients and resources."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Self

from . import orders
from .credentials import concealed
from .drivers import AsyncDriver, Clock, SyncDriver
from .exchanging import Response
from .jobs import AsyncJob, Job
from .logs import Log
from .requests import GenerateOptions, Options
from .resources import AsyncResource, Resource
from .session import Session
from .settings import checked_limits, read_settings
from .tokens import read_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from decimal import Decimal
    from os import PathLike
    from types import TracebackType

    import httpx2

    from .operations import Api, JobKind, Operation
    from .records import Record

__all__ = [
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "AsyncClient",
    "AsyncJobs",
    "AsyncResource",
    "Client",
    "GenerateOptions",
    "Jobs",
    "Options",
    "Resource",
    "Response",
]

DEFAULT_TIMEOUT = 60.0  # seconds for one request
DEFAULT_MAX_RETRIES = 2


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
        api_key: the key, or a function that is asked for it at every request; without it
            `<PREFIX>_API_KEY`.
        credentials: what else authenticates, by its keyword in the woven client; without it
            `<PREFIX>_<KEYWORD>`.
        scopes: what tokens that are fetched ask for; None is what the document asks for.
        base_url: the server; without it `<PREFIX>_BASE_URL`, then the TOML file, then the
            document's own.
        server: another server of the document: its number, its name, or its URL as written there.
        server_variables: what stands in the URL of the document's server.
        assumed: what the document only assumes, set anew.
        config: a TOML file with `base_url`, `[assumed]` and `[prices]`; without it
            `<PREFIX>_CONFIG`.
        prices: unit prices by tier.
        timeout: seconds for one request; None is no limit.
        max_retries: how often a request goes out again where that cannot do harm.
        http_client: your own; how it sends is outside the promise that a submit is sent once.
        allow_insecure: whether the key may travel over plain HTTP to other machines.
        clock: time and chance, for tests.

    Raises:
        ConfigurationError: something is missing or wrong.
    """

    def __init__(
        self,
        api: Api,
        *,
        api_key: str | Callable[[], str] | None = None,
        credentials: Mapping[str, str | Callable[[], str] | None] | None = None,
        scopes: Sequence[str] | None = None,
        base_url: str | None = None,
        server: int | str | None = None,
        server_variables: Mapping[str, str] | None = None,
        assumed: Mapping[str, Any] | None = None,
        config: str | PathLike[str] | None = None,
        prices: Mapping[str, str | Decimal] | None = None,
        timeout: float | None = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_MAX_RETRIES,
        http_client: httpx2.Client | None = None,
        allow_insecure: bool = False,
        clock: Clock | None = None,
    ) -> None:
        given = concealed(api_key, credentials)
        del api_key, credentials  # from here on, no traceback shows them
        seconds, retries = checked_limits(timeout, max_retries)
        settings = read_settings(
            api,
            credentials=given,
            scopes=scopes,
            base_url=base_url,
            server=server,
            server_variables=server_variables,
            assumed=assumed,
            config=config,
            prices=prices,
            allow_insecure=allow_insecure,
        )
        self._driver = SyncDriver(http_client, clock)
        self._session = Session(
            settings=settings,
            timeout=seconds,
            max_retries=retries,
            log=Log(api.package),
            clock=self._driver.clock,
        )
        self.jobs = Jobs(self)

    def close(self) -> None:
        """Close all connections; a given `http_client` stays open."""
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
        api_key: str | Callable[[], str] | None = None,
        credentials: Mapping[str, str | Callable[[], str] | None] | None = None,
        scopes: Sequence[str] | None = None,
        base_url: str | None = None,
        server: int | str | None = None,
        server_variables: Mapping[str, str] | None = None,
        assumed: Mapping[str, Any] | None = None,
        config: str | PathLike[str] | None = None,
        prices: Mapping[str, str | Decimal] | None = None,
        timeout: float | None = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_MAX_RETRIES,
        http_client: httpx2.AsyncClient | None = None,
        allow_insecure: bool = False,
        clock: Clock | None = None,
    ) -> None:
        given = concealed(api_key, credentials)
        del api_key, credentials  # from here on, no traceback shows them
        seconds, retries = checked_limits(timeout, max_retries)
        settings = read_settings(
            api,
            credentials=given,
            scopes=scopes,
            base_url=base_url,
            server=server,
            server_variables=server_variables,
            assumed=assumed,
            config=config,
            prices=prices,
            allow_insecure=allow_insecure,
        )
        self._driver = AsyncDriver(http_client, clock)
        self._session = Session(
            settings=settings,
            timeout=seconds,
            max_retries=retries,
            log=Log(api.package),
            clock=self._driver.clock,
        )
        self.jobs = AsyncJobs(self)

    async def close(self) -> None:
        """Close all connections; a given `http_client` stays open."""
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
