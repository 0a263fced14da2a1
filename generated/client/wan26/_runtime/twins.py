"""Async methods made of sync ones: a body is written once, and awaited where its resource is async.

The body of a woven method calls what its resource does, such as `_call`. On an async resource that
gives a coroutine, and the twin awaits it. Type checkers see the sync method's keywords, and a
result that is to be awaited.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from .binary import AsyncDownload, Download
    from .jobs import AsyncJob, Job
    from .pages import AsyncPages, Pages
    from .resources import AsyncResource
    from .results import AsyncResult, Result
    from .streaming import AsyncStream, Stream

__all__ = [
    "awaited",
    "awaited_download",
    "awaited_job",
    "awaited_jobs",
    "awaited_result",
    "awaited_results",
    "awaited_stream",
    "not_awaited",
    "paged",
]

P = ParamSpec("P")
T = TypeVar("T")
V = TypeVar("V")
A = TypeVar("A", bound="AsyncResult[Any]")


def awaited(
    method: Callable[Concatenate[Any, P], T],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """The twin of a plain call."""

    async def twin(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await cast("Awaitable[T]", method(self, *args, **kwargs))

    return named(twin, method)


def awaited_job(
    method: Callable[Concatenate[Any, P], Job[Any]], result: type[A]
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, AsyncJob[A]]]:
    """The twin of a submit, whose job gives `result`."""

    async def twin(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> AsyncJob[A]:
        given = method(_Giving(self, result), *args, **kwargs)
        return await cast("Awaitable[AsyncJob[A]]", given)

    return named(twin, method, f"AsyncJob[{result.__name__}]")


def awaited_result(
    method: Callable[Concatenate[Any, P], Result[Any]], result: type[A]
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, A]]:
    """The twin of a submit that waits and gives `result`."""

    async def twin(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> A:
        given = method(_Giving(self, result), *args, **kwargs)
        return await cast("Awaitable[A]", given)

    return named(twin, method, result.__name__)


def awaited_jobs(
    method: Callable[Concatenate[Any, P], Sequence[Job[Any]]], result: type[A]
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, list[AsyncJob[A]]]]:
    """The twin of a submit that makes several jobs, each of which gives `result`."""

    async def twin(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> list[AsyncJob[A]]:
        given: Any = method(_Giving(self, result), *args, **kwargs)
        return await cast("Awaitable[list[AsyncJob[A]]]", given)

    return named(twin, method, f"list[AsyncJob[{result.__name__}]]")


def awaited_results(
    method: Callable[Concatenate[Any, P], Sequence[Result[Any]]], result: type[A]
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, list[A]]]:
    """The twin of a submit that waits for several jobs and gives a `result` of each."""

    async def twin(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> list[A]:
        given: Any = method(_Giving(self, result), *args, **kwargs)
        return await cast("Awaitable[list[A]]", given)

    return named(twin, method, f"list[{result.__name__}]")


def awaited_stream(
    method: Callable[Concatenate[Any, P], Stream[T]],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, AsyncStream[T]]]:
    """The twin of a call whose answer comes item by item."""

    async def twin(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> AsyncStream[T]:
        return await cast("Awaitable[AsyncStream[T]]", method(self, *args, **kwargs))

    return named(twin, method, _async_of(method))


def awaited_download(
    method: Callable[Concatenate[Any, P], Download],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, AsyncDownload]]:
    """The twin of a call whose answer is a file."""

    async def twin(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> AsyncDownload:
        return await cast("Awaitable[AsyncDownload]", method(self, *args, **kwargs))

    return named(twin, method, _async_of(method))


def paged(
    method: Callable[Concatenate[Any, P], Pages[T, V]],
) -> Callable[Concatenate[Any, P], AsyncPages[T, V]]:
    """The twin of what iterates over pages: nothing is sent before somebody does."""

    def twin(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> AsyncPages[T, V]:
        return cast("AsyncPages[T, V]", method(self, *args, **kwargs))

    return named(twin, method, _async_of(method))


def _async_of(method: Callable[..., Any]) -> str:
    return f"Async{method.__annotations__['return']}"


def not_awaited(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """The same method: it sends nothing, so that there is nothing to wait for."""
    return method


F = TypeVar("F", bound="Callable[..., Any]")


def named(twin: F, method: Callable[..., Any], returns: str | None = None) -> F:
    """The twin under its own name, with the words and keywords of its method.

    The name leads to the twin in the async class, so that it can be pickled. `returns` is what
    help() shows of its result.
    """
    functools.update_wrapper(twin, method)
    twin.__qualname__ = f"Async{method.__qualname__}"
    if returns is not None:
        twin.__annotations__ = {**method.__annotations__, "return": returns}
        shown = inspect.signature(method).replace(return_annotation=returns)
        vars(twin)["__signature__"] = shown
    return twin


class _Giving:
    """An async resource as a sync method's body sees it, with the async class of the result."""

    def __init__(self, resource: AsyncResource, result: type[Any]) -> None:
        self._resource = resource
        self._result = result

    def _submit(self, operation: Any, result: object, **given: Any) -> Awaitable[Any]:
        return self._resource._submit(operation, self._result, **given)

    def _submit_all(self, operation: Any, result: object, **given: Any) -> Awaitable[Any]:
        return self._resource._submit_all(operation, self._result, **given)

    def _generate_all(self, operation: Any, result: object, **given: Any) -> Awaitable[Any]:
        return self._resource._generate_all(operation, self._result, **given)

    def _generate(self, operation: Any, result: object, **given: Any) -> Awaitable[Any]:
        return self._resource._generate(operation, self._result, **given)
