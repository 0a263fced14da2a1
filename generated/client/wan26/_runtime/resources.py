"""The parents of woven resources: what stands behind each woven method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec import UNSET

from . import orders
from .deferred import Deferred
from .requests import GenerateOptions, Options, SubmitOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from . import binary, job_orders, jobs, pages, pricing, records, results_of_several, streaming
    from .binary import AsyncDownload, Download
    from .client import AsyncClient, Client
    from .effects import Core
    from .finishing import Finished
    from .jobs import AsyncJob, Job
    from .operations import Operation
    from .pages import AsyncPages, Pages
    from .results import AsyncResult, Result
    from .session import Session
    from .streaming import AsyncStream, Stream
else:
    binary, pages, pricing, streaming = map(Deferred, ("binary", "pages", "pricing", "streaming"))
    job_orders, jobs, records = map(Deferred, ("job_orders", "jobs", "records"))
    results_of_several = Deferred("results_of_several")

__all__ = ["AsyncResource", "Resource"]

T = TypeVar("T")
P = TypeVar("P")
R = TypeVar("R", bound="Result[Any]")
A = TypeVar("A", bound="AsyncResult[Any]")

_NO_PARAMETERS: Mapping[str, Any] = {}


class _Estimating:
    """What the sync and the async resource have in common."""

    _session: Session

    def _estimate(self, operation: Operation[Any], *, body: Any = UNSET) -> pricing.Estimate:
        if operation.price is None:
            raise TypeError(f"{operation.name} has no price")
        return pricing.estimate(
            operation.price, {} if body is UNSET else body, self._session.prices
        )

    def _walk(
        self,
        operation: Operation[Any],
        parameters: Mapping[str, Any],
        body: Any,
        options: Options,
    ) -> Callable[[], Core[None]]:
        """What begins with the first page."""
        paging = operation.pages
        if paging is None:
            raise TypeError(f"{operation.name} has no pages")
        return lambda: pages.walk(self._session, operation, paging, parameters, body, options)

    def _method(self, operation: Operation[Any]) -> Callable[..., Any] | None:
        """The woven method of an operation: where a misspelt parameter is looked up."""
        return getattr(self, operation.name.rpartition(".")[2], None)


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
        orders.known_options(options, Options, self._method(operation))
        return self._driver.run(orders.call(self._session, operation, parameters, body, options))

    def _stream(
        self,
        operation: Operation[T],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: Options,
    ) -> Stream[T]:
        orders.known_options(options, Options, self._method(operation))
        core = orders.stream(self._session, operation, parameters, body, options)
        return streaming.Stream(self._driver.iterate(core))

    def _download(
        self,
        operation: Operation[Any],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: Options,
    ) -> Download:
        orders.known_options(options, Options, self._method(operation))
        plan = binary.Plan()
        core = orders.download(self._session, operation, parameters, body, options, plan)
        return binary.Download(self._driver.iterate(core), plan)

    def _pages(
        self,
        operation: Operation[P],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: Options,
    ) -> Pages[Any, P]:
        orders.known_options(options, Options, self._method(operation))
        return pages.Pages(self._driver, self._walk(operation, parameters, body, options))

    def _submit(
        self,
        operation: Operation[Any],
        result: type[R],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: Options,
    ) -> Job[R]:
        orders.known_options(options, SubmitOptions, self._method(operation))
        with records.Guard(operation.name) as guard:
            started = self._started(operation, result, parameters, body, options, guard)
            job_orders.require_one(self._session, guard.records)
            return started[0]

    def _submit_all(
        self,
        operation: Operation[Any],
        result: type[R],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: Options,
    ) -> list[Job[R]]:
        orders.known_options(options, SubmitOptions, self._method(operation))
        with records.Guard(operation.name) as guard:
            return self._started(operation, result, parameters, body, options, guard)

    def _started(
        self,
        operation: Operation[Any],
        result: type[R],
        parameters: Mapping[str, Any],
        body: Any,
        options: Options,
        guard: records.Guard,
    ) -> list[Job[R]]:
        given = cast("GenerateOptions", options)
        made: list[Job[R]] = []
        core = job_orders.start(
            self._session,
            operation,
            parameters,
            body,
            given,
            guard,
            lambda record: made.append(jobs.Job(self._driver, record, result)),
        )
        self._driver.run(core)
        return made

    def _generate(
        self,
        operation: Operation[Any],
        result: type[R],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: GenerateOptions,
    ) -> R:
        orders.known_options(options, GenerateOptions, self._method(operation))
        target = options.get("save_to")
        overwrite = options.get("overwrite", False)
        if target is not None:
            job_orders.check_target(target, overwrite=overwrite)
        with records.Guard(operation.name) as guard:
            core = job_orders.generate(
                self._session,
                operation,
                parameters,
                body,
                options,
                guard,
                lambda record: jobs.Job(self._driver, record, result),
            )
            made = result(self._driver, self._driver.run(core))
            if target is not None:
                made.save(target, overwrite=overwrite, sidecar=options.get("sidecar", False))
            return made

    def _generate_all(
        self,
        operation: Operation[Any],
        result: type[R],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: GenerateOptions,
    ) -> list[R]:
        orders.known_options(options, GenerateOptions, self._method(operation))
        target = options.get("save_to")
        if target is not None:
            job_orders.check_folder(target)
        with records.Guard(operation.name) as guard:
            core = job_orders.generate_all(
                self._session,
                operation,
                parameters,
                body,
                options,
                guard,
                lambda record: jobs.Job(self._driver, record, result),
            )
            ended, failed = self._driver.run(core)
            made = results_of_several.told_of(ended, lambda one: result(self._driver, one), failed)
            results_of_several.save_all(made, options, failed)
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
        orders.known_options(options, Options, self._method(operation))
        return await self._driver.run(
            orders.call(self._session, operation, parameters, body, options)
        )

    async def _stream(
        self,
        operation: Operation[T],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: Options,
    ) -> AsyncStream[T]:
        orders.known_options(options, Options, self._method(operation))
        core = orders.stream(self._session, operation, parameters, body, options)
        return await streaming.AsyncStream.begin(self._driver.iterate(core))

    async def _download(
        self,
        operation: Operation[Any],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: Options,
    ) -> AsyncDownload:
        orders.known_options(options, Options, self._method(operation))
        plan = binary.Plan()
        core = orders.download(self._session, operation, parameters, body, options, plan)
        return await binary.AsyncDownload.begin(self._driver.iterate(core), plan)

    def _pages(
        self,
        operation: Operation[P],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: Options,
    ) -> AsyncPages[Any, P]:
        orders.known_options(options, Options, self._method(operation))
        return pages.AsyncPages(self._driver, self._walk(operation, parameters, body, options))

    async def _submit(
        self,
        operation: Operation[Any],
        result: type[A],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: Options,
    ) -> AsyncJob[A]:
        orders.known_options(options, SubmitOptions, self._method(operation))
        with records.Guard(operation.name) as guard:
            started = await self._started(operation, result, parameters, body, options, guard)
            job_orders.require_one(self._session, guard.records)
            return started[0]

    async def _submit_all(
        self,
        operation: Operation[Any],
        result: type[A],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: Options,
    ) -> list[AsyncJob[A]]:
        orders.known_options(options, SubmitOptions, self._method(operation))
        with records.Guard(operation.name) as guard:
            return await self._started(operation, result, parameters, body, options, guard)

    async def _started(
        self,
        operation: Operation[Any],
        result: type[A],
        parameters: Mapping[str, Any],
        body: Any,
        options: Options,
        guard: records.Guard,
    ) -> list[AsyncJob[A]]:
        given = cast("GenerateOptions", options)
        made: list[AsyncJob[A]] = []
        core = job_orders.start(
            self._session,
            operation,
            parameters,
            body,
            given,
            guard,
            lambda record: made.append(jobs.AsyncJob(self._driver, record, result)),
        )
        await self._driver.run(core)
        return made

    async def _generate(
        self,
        operation: Operation[Any],
        result: type[A],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: GenerateOptions,
    ) -> A:
        orders.known_options(options, GenerateOptions, self._method(operation))
        target = options.get("save_to")
        overwrite = options.get("overwrite", False)
        if target is not None:
            job_orders.check_target(target, overwrite=overwrite)
        with records.Guard(operation.name) as guard:
            core = job_orders.generate(
                self._session,
                operation,
                parameters,
                body,
                options,
                guard,
                lambda record: jobs.AsyncJob(self._driver, record, result),
            )
            finished: Finished = await self._driver.run(core)
            made = result(self._driver, finished)
            if target is not None:
                await made.save(target, overwrite=overwrite, sidecar=options.get("sidecar", False))
            return made

    async def _generate_all(
        self,
        operation: Operation[Any],
        result: type[A],
        *,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        body: Any = UNSET,
        options: GenerateOptions,
    ) -> list[A]:
        orders.known_options(options, GenerateOptions, self._method(operation))
        target = options.get("save_to")
        if target is not None:
            job_orders.check_folder(target)
        with records.Guard(operation.name) as guard:
            core = job_orders.generate_all(
                self._session,
                operation,
                parameters,
                body,
                options,
                guard,
                lambda record: jobs.AsyncJob(self._driver, record, result),
            )
            ended, failed = await self._driver.run(core)
            made = results_of_several.told_of(ended, lambda one: result(self._driver, one), failed)
            await results_of_several.save_all_async(made, options, failed)
            return made
