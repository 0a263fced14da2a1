"""Parts of an API, each with what one file of the output may say, and what it has asked the declared types for.

A file that is woven from an excerpt depends on what the excerpt holds and on the types that were asked for by name,
and on nothing else: there is nothing else in it. So it need not be woven again where these are as they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from specloom.model.api import Api
from specloom.model.types import ABSENT, Declaration, Enumeration, Record

if TYPE_CHECKING:
    from specloom.model.api import Operation, Resource

__all__ = ["Asked", "Excerpt", "Excerpts", "mentions", "steps"]


class Asked(Mapping[str, Declaration]):
    """Declared types by name, which keeps the names that were asked for; it cannot be gone through."""

    def __init__(self, types: Mapping[str, Declaration]) -> None:
        self.types = types
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> Declaration:
        self.names.add(name)
        return self.types[name]

    def __iter__(self) -> Iterator[str]:
        raise TypeError("an excerpt is asked for types by name")

    def __len__(self) -> int:
        raise TypeError("an excerpt is asked for types by name")


@dataclass(frozen=True, kw_only=True)
class Excerpt(Api):
    """A part of an API. `opened` gives declared types whole, `mentioned` no more than it takes to name them."""

    opened: Asked
    mentioned: Asked

    @cached_property
    def declared(self) -> Mapping[str, Declaration]:
        """The declared types by their names."""
        return self.opened


def mentions(api: Api) -> Mapping[str, Declaration]:
    """The declared types for those who name them: where each stands, and of which kind it is."""
    return api.mentioned if isinstance(api, Excerpt) else api.declared


def steps(operation: Operation) -> Iterator[str]:
    """The operations that a life cycle calls."""
    job = operation.job
    if job is None:
        return
    told = [
        job.poll,
        job.cancel,
        job.result.step if job.result else None,
        job.listing.step if job.listing else None,
    ]
    yield from (step.operation for step in told if step is not None and step.operation)


@dataclass(frozen=True, slots=True)
class Excerpts:
    """The excerpts of an API: of each resource, and of each module of models."""

    api: Api
    _heads: dict[str, Declaration] = field(init=False, default_factory=dict)
    _jobs: dict[str, Resource] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._heads.update((one.name, _head(one)) for one in self.api.types)
        operations = [one for resource in self.api.resources for one in resource.operations]
        called = {step for one in operations for step in steps(one)}
        for resource in self.api.resources:
            kept = [one for one in resource.operations if one.job or one.qualified in called]
            if kept:
                self._jobs[resource.name] = replace(resource, doc="", operations=tuple(kept))

    def resource(self, resource: Resource) -> Excerpt:
        """What the files of a resource say: its operations, and all life cycles with what they call."""
        around = [
            resource if one is resource else self._jobs[one.name]
            for one in self.api.resources
            if one is resource or one.name in self._jobs
        ]
        words = any(one.job for one in resource.operations)
        return self._excerpt(
            resources=tuple(around),
            # Which of them has the words of a job is found by looking at all.
            types=tuple(one for one in self.api.types if words and isinstance(one, Enumeration)),
            requests=self.api.requests if self.api.error_codes else {},
        )

    def types(self, declared: tuple[Declaration, ...]) -> Excerpt:
        """What the files say that are about these types."""
        return self._excerpt(resources=(), types=declared, requests={})

    def _excerpt(self, **parts: Any) -> Excerpt:
        told: dict[str, Any] = {one.name: getattr(self.api, one.name) for one in fields(Api)}
        # What only the pages on the API as a whole say.
        told.update(summary="", doc="", version="", source="", webhooks=(), answers={})
        told.update(parts)
        return Excerpt(**told, opened=Asked(self.api.declared), mentioned=Asked(self._heads))


def _head(declared: Declaration) -> Declaration:
    """A declared type without what it holds, which nobody sees who only names it."""
    if isinstance(declared, Record):
        return replace(declared, doc="", fields=(), extra=None)
    if isinstance(declared, Enumeration):
        return replace(declared, doc="", members=(), default=ABSENT)
    return replace(declared, doc="", discriminator=None)
