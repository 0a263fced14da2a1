"""The operations of an API as tables and links: what exists, on which page, under which heading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.targets.docs.examples import Calling, calling
from specloom.targets.docs.life import Cost, Life, cost, life
from specloom.targets.docs.markdown import Markdown, anchor, code, join, link, table, text, words
from specloom.targets.docs.wording import endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specloom.model.api import Api, Operation, Resource

_OURS = frozenset({"readme", "quickstart", "errors", "assumptions", "reference"})


def page(resource: Resource) -> str:
    """The page of a resource, beside ours of other names."""
    return (
        f"resource-{resource.name}.md" if resource.name.lower() in _OURS else f"{resource.name}.md"
    )


def heading(name: str) -> Markdown:
    """How an operation stands in a heading: `client.videos.submit`."""
    return code(f"client.{name}")


def target(resource: Resource, operation: Operation) -> str:
    """Where an operation is described, from any page."""
    return f"{page(resource)}#{anchor(f'client.{operation.qualified}')}"


def operation_table(api: Api, resources: tuple[Resource, ...] = ()) -> Markdown:
    """Every operation with what it does."""
    return table(("call", "HTTP", "what it does"), _operations(resources or api.resources))


def _operations(resources: tuple[Resource, ...]) -> Iterator[tuple[Markdown, ...]]:
    for resource in resources:
        for one in resource.operations:
            yield link(heading(one.qualified), target(resource, one)), endpoint(one), summary(one)


def summary(operation: Operation) -> Markdown:
    """What an operation does, in one line."""
    first = " ".join(operation.doc.split()).split(". ")[0]
    marks = [text("makes a job")] if operation.job is not None else []
    marks += [text("deprecated")] if operation.deprecated else []
    noted = Markdown(f"({', '.join(marks)})" if marks else "")
    return join([words(operation.summary or first), noted])


def jobs(api: Api) -> list[tuple[Resource, Operation, Calling]]:
    """The operations that submit jobs, in the document's order."""
    return [
        (resource, one, calling(api, resource, one))
        for resource in api.resources
        for one in resource.operations
        if one.job is not None
    ]


def lives(api: Api) -> tuple[Life, ...]:
    """All life cycles."""
    return tuple(life(api, one, one.job, told) for _, one, told in jobs(api) if one.job is not None)


def costs(api: Api) -> tuple[Cost, ...]:
    """What decides the price of each call that has one."""
    priced = [(r, one) for r in api.resources for one in r.operations if one.price is not None]
    return tuple(
        cost(api, one, one.price, calling(api, resource, one))
        for resource, one in priced
        if one.price is not None
    )
