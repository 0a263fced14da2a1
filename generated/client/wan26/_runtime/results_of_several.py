"""What the jobs of one submit came to: saved as far as it is there, before a failure is raised."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from .errors import APIError, JobResultError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .finishing import Finished
    from .requests import GenerateOptions
    from .results import AsyncResult, AsyncResultFile, Result, ResultFile

__all__ = ["save_all", "save_all_async", "told_of"]

F = TypeVar("F", "ResultFile", "AsyncResultFile")
V = TypeVar("V")


class _Holding(Protocol[F]):
    @property
    def files(self) -> list[F]: ...


def told_of(
    ended: Iterable[Finished], make: Callable[[Finished], V], failed: list[Exception]
) -> list[V]:
    """The results of several jobs; of one that lacks a part, what there is of it is told too."""
    made: list[V] = []
    for finished in ended:
        try:
            made.append(make(finished))
        except JobResultError as error:
            failed.append(error)
            made.append(error.result)
    return made


def save_all(
    results: Iterable[Result[Any]], options: GenerateOptions, failed: list[Exception]
) -> None:
    """Fetch all files of several results, if their caller named a folder for them.

    Raises:
        APIError: the first of those that `failed` before, or of what could not be saved; its notes
            tell the others.
        OSError: the same.
    """
    overwrite, sidecar = options.get("overwrite", False), options.get("sidecar", False)
    for file in _files(results, options):
        try:
            file.save(options.get("save_to", ""), overwrite=overwrite, sidecar=sidecar)
        except (APIError, OSError) as error:
            failed.append(error)
    _raise_first(failed)


async def save_all_async(
    results: Iterable[AsyncResult[Any]], options: GenerateOptions, failed: list[Exception]
) -> None:
    """As `save_all`."""
    overwrite, sidecar = options.get("overwrite", False), options.get("sidecar", False)
    for file in _files(results, options):
        try:
            await file.save(options.get("save_to", ""), overwrite=overwrite, sidecar=sidecar)
        except (APIError, OSError) as error:
            failed.append(error)
    _raise_first(failed)


def _files(results: Iterable[_Holding[F]], options: GenerateOptions) -> list[F]:
    """The files to be saved: all, where there is a folder for them."""
    files = chain.from_iterable(one.files for one in results)
    return list(files) if options.get("save_to") is not None else []


def _raise_first(failed: list[Exception]) -> None:
    """What is paid for is saved by now."""
    for other in failed[1:]:
        failed[0].add_note(str(other).partition("\n")[0])
    if failed:
        raise failed[0]
