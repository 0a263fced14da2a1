"""The parents of woven resources: what stands behind each woven method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec import UNSET

from . import orders
from .jobs import AsyncJob, Job
from .pricing import Estimate, estimate
from .requests import GenerateOptions, Options
from .results import AsyncResult, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .client import AsyncClient, Client
    from .finishing import Finished
    from .operations import Operation
    from .session import Session

__all__ = ["AsyncResource", "Resource"]

T = TypeVar("T")
R = TypeVar("R", bound=Result[Any])
A = TypeVar("A", bound=AsyncResult[Any])

_NO_PARAMETERS: Mapping[str, Any] = {}


class _Estimating:
    """What the sync and the async resource have in common."""

    _session: Session

    def _estimate(self, operation: Operation[Any], *, body: Any = UNSET) -> Estimate:
        if operation.price is None:
            raise TypeError(f"{operation.name} has no price")
        return estimate(operation.price, {} if body is UNSET else body, self._session.prices)


class Resource(_Estimating):
    """The parent of woven resources."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._driver = client._driver
        self._session = client._session

    def _call(
        self,
        operation: Operation[T],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: Options,
    ) -> T:
        orders.known_options(options, Options)
        return self._driver.run(orders.call(self._session, operation, parameters, body, options))

    def _submit(
        self,
        operation: Operation[Any],
        result: type[R],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: Options,
    ) -> Job[R]:
        jobs = self._submit_many(
            operation, result, parameters=parameters, body=body, options=options
        )
        orders.require_one(self._session, [job._record for job in jobs])
        return jobs[0]

    def _submit_many(
        self,
        operation: Operation[Any],
        result: type[R],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: Options,
    ) -> list[Job[R]]:
        orders.known_options(options, Options)
        core = orders.start(
            self._session, operation, parameters, body, cast("GenerateOptions", options)
        )
        return [Job(self._driver, record, result) for record in self._driver.run(core)]

    def _generate(
        self,
        operation: Operation[Any],
        result: type[R],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: GenerateOptions,
    ) -> R:
        orders.known_options(options, GenerateOptions)
        target = options.get("save_to")
        path = orders.check_target(target) if target is not None else None
        core = orders.generate(
            self._session,
            operation,
            parameters,
            body,
            options,
            lambda record: Job(self._driver, record, result),
        )
        made = result(self._driver, self._driver.run(core))
        if path is not None:
            made.save(path)
        return made


class AsyncResource(_Estimating):
    """The parent of woven async resources."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self._driver = client._driver
        self._session = client._session

    async def _call(
        self,
        operation: Operation[T],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: Options,
    ) -> T:
        orders.known_options(options, Options)
        return await self._driver.run(
            orders.call(self._session, operation, parameters, body, options)
        )

    async def _submit(
        self,
        operation: Operation[Any],
        result: type[A],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: Options,
    ) -> AsyncJob[A]:
        jobs = await self._submit_many(
            operation, result, parameters=parameters, body=body, options=options
        )
        orders.require_one(self._session, [job._record for job in jobs])
        return jobs[0]

    async def _submit_many(
        self,
        operation: Operation[Any],
        result: type[A],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: Options,
    ) -> list[AsyncJob[A]]:
        orders.known_options(options, Options)
        core = orders.start(
            self._session, operation, parameters, body, cast("GenerateOptions", options)
        )
        return [AsyncJob(self._driver, record, result) for record in await self._driver.run(core)]

    async def _generate(
        self,
        operation: Operation[Any],
        result: type[A],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: GenerateOptions,
    ) -> A:
        orders.known_options(options, GenerateOptions)
        target = options.get("save_to")
        path = orders.check_target(target) if target is not None else None
        core = orders.generate(
            self._session,
            operation,
            parameters,
            body,
            options,
            lambda record: AsyncJob(self._driver, record, result),
        )
        finished: Finished = await self._driver.run(core)
        made = result(self._driver, finished)
        if path is not None:
            await made.save(path)
        return made
