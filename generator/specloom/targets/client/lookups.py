"""How lost jobs are looked for: the keywords of `client.jobs.list`, named as the woven methods name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.python.spelling import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api, Argument, Operation

_REQUEST = "$request."


def lookup_names(api: Api, operation: Operation) -> dict[str, str]:
    """The keywords by what they give: a parameter of the call that lists, or a source in the submit's request.

    Those that Python writes as the document does are left out.
    """
    job = operation.job
    if job is None or job.listing is None:
        return {}
    listing = api.operation(job.listing.step.operation)
    told = [
        *((one.path[0], one.name) for one in _parameters(listing)),
        *((_source(one), one.name) for one in operation.signature.arguments if one.path),
    ]
    wanted = {*(name for name, _ in told if not name.startswith(_REQUEST)), *_sources(operation)}
    return {name: given for name, given in told if name in wanted and _last(name) != given}


def listing_call(api: Api, operation: Operation) -> str:
    """How lost jobs of an operation are looked for: with its name, where there are others."""
    operations = [one for resource in api.resources for one in resource.operations]
    others = [one for one in operations if one.job is not None and one.job.listing is not None]
    named = [literal(operation.qualified)] if len(others) > 1 else []
    given = [*named, *(f"{name}=..." for name in needed_names(api, operation))]
    return f"client.jobs.list({', '.join(given)})"


def needed_names(api: Api, operation: Operation) -> list[str]:
    """The keywords without which nobody can look for lost jobs, in the order of the parameters."""
    job = operation.job
    if job is None or job.listing is None:
        return []
    step, names = job.listing.step, lookup_names(api, operation)
    taken = [
        (name, source)
        for name, source in step.parameters.items()
        if isinstance(source, str) and source.startswith(_REQUEST)
    ]
    return [names.get(name, names.get(source, _last(source))) for name, source in taken]


def _parameters(operation: Operation) -> list[Argument]:
    return [one for one in operation.signature.arguments if one.place != "body"]


def _source(one: Argument) -> str:
    """An argument as a life cycle refers to it."""
    if one.place == "body":
        return f"{_REQUEST}body#/{'/'.join(one.path)}"
    return f"{_REQUEST}{one.place}.{one.path[0]}"


def _sources(operation: Operation) -> Iterator[str]:
    """What the further calls of a life cycle take from the submit's request."""
    job = operation.job
    if job is None:
        return
    result = job.result.step if job.result is not None else None
    listing = job.listing.step if job.listing is not None else None
    for step in (job.poll, job.cancel, result, listing):
        for source in step.parameters.values() if step is not None else ():
            if isinstance(source, str) and source.startswith(_REQUEST):
                yield source


def _last(name: str) -> str:
    return name.removeprefix(_REQUEST).replace("/", ".").rpartition(".")[2]
