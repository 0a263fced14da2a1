"""Finding lost jobs: the call that lists them, and the ids in its pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from .answers import MISSING, Parsed
from .assumed import suggest
from .binding import REQUEST, Sources, is_source, located, sources_within
from .calling import answered
from .effects import Emit
from .errors import ConfigurationError, printable
from .exchanging import Exchange
from .fates import text_of_id
from .orders import prepared, resumed
from .pages import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .effects import Core
    from .operations import LifeCycle, Listing, Operation
    from .records import Record
    from .requests import Options
    from .session import Session

__all__ = ["Lookup", "lookup"]

_ODD = re.compile(r"[^0-9a-z]+")
_NAME = re.compile(r"[/.]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """One look for jobs of an operation; `known` are sources that the caller gave by name."""

    session: Session
    operation: Operation[Any]  # that submits
    job: LifeCycle
    listing: Listing
    parameters: Mapping[str, Any] = field(repr=False)
    body: Any = field(repr=False)
    known: Mapping[str, Any] = field(repr=False)

    def pages(self) -> Core[None]:
        """Emit the pages of the list; `ids` reads them.

        Raises:
            APIStatusError: the server answered with an error.
        """
        session, operation = self.session, self.listing.operation
        options: Options = {}
        if operation.pages is not None:
            yield from walk(
                session, operation, operation.pages, self.parameters, self.body, options
            )
            return
        changed = session.changed(operation)
        request = prepared(session, changed, self.parameters, self.body, options)
        made = yield from answered(session, changed, request, session.timeout)
        yield Emit(made)

    def ids(self, page: Any) -> list[str]:
        """The ids of the jobs on a page; the URLs to poll, where these are the ids."""
        made: Exchange = page if isinstance(page, Exchange) else page.made
        parsed, url = made.parsed(self.session), made.request.url
        if self.job.id:
            found = [text_of_id(node) for node in parsed.nodes(self.listing.ids)]
            return [one for one in found if one]
        return located(self.listing.ids, Sources(job_id="", parsed=parsed, headers={}), url)

    def records(self, ids: list[str]) -> list[Record]:
        """The records of jobs that were found: each once, and nothing is sent."""
        session, moment = self.session, self.session.clock.now()
        given = {
            name: self.known[source]
            for name, source in self.job.poll.parameters.items()
            if is_source(source) and source in self.known
        }
        return [
            resumed(session, self.operation, one, {**self.known, **given}, moment)
            for one in dict.fromkeys(ids)
        ]


def lookup(session: Session, operation: Operation[Any], given: Mapping[str, Any]) -> Lookup:
    """What is asked to find the jobs of an operation.

    Args:
        session: the client's session.
        operation: that submits.
        given: parameters of the call that lists, and what the life cycle takes from the submit's
            request, by name: `X-Owner` is `x_owner`.

    Raises:
        ConfigurationError: the API lists no such jobs, or something is missing.
        TypeError: there is no such parameter.
    """
    changed = session.changed(operation)
    job = changed.job
    if job is None or job.list is None:
        raise ConfigurationError(f"{operation.name} has no call that lists its jobs")
    listing, words = job.list, {_plain(name): value for name, value in given.items()}
    used: set[str] = set()
    known = dict(_known(job, words, used))
    sources = Sources(job_id="", parsed=Parsed(b""), headers={}, known=known)
    parameters = {
        **_bound(listing, sources, words, used),
        **_further(listing, words, used),
    }
    _refuse_others(listing, words, used)
    body = sources.filled(listing.body)
    return Lookup(
        session=session,
        operation=operation,
        job=job,
        listing=listing,
        parameters=parameters,
        body=UNSET if body is None or body is MISSING else body,
        known=known,
    )


def _bound(
    listing: Listing, sources: Sources, words: Mapping[str, Any], used: set[str]
) -> dict[str, Any]:
    """The parameters that the life cycle binds: all of them have to be known."""
    bound: dict[str, Any] = {}
    for name, source in listing.parameters.items():
        value = sources.first(source)
        value = words.get(_plain(name)) if value is None else value
        if value is None:
            raise ConfigurationError(
                f"jobs.list needs {_plain(name)!r}",
                hint=f"give jobs.list({_plain(name)}=...): no submit tells it here",
            )
        used.add(_plain(name))
        bound[name] = value
    return bound


def _known(job: LifeCycle, words: Mapping[str, Any], used: set[str]) -> Iterator[tuple[str, Any]]:
    """The sources in the submit's request that the caller gives by their names."""
    steps = [one for one in (job.poll, job.cancel, job.result, job.list) if one is not None]
    within = [[*step.parameters.values(), step.body] for step in steps]
    for source in dict.fromkeys(sources_within(within)):
        name = _plain(_NAME.split(source.rstrip("/"))[-1])
        if source.startswith(REQUEST) and name in words:
            used.add(name)
            yield source, words[name]


def _further(listing: Listing, words: Mapping[str, Any], used: set[str]) -> dict[str, Any]:
    """Other parameters of the call: a filter, a limit."""
    found: dict[str, Any] = {}
    for parameter in listing.operation.parameters:
        name = _plain(parameter.name)
        if name in words and name not in used:
            found[parameter.name] = words[name]
            used.add(name)
    return found


def _refuse_others(listing: Listing, words: Mapping[str, Any], used: set[str]) -> None:
    for name in words:
        if name not in used:
            known = [_plain(one.name) for one in listing.operation.parameters]
            close = suggest(name, known)
            raise TypeError(f"jobs.list() has no parameter {printable(name, 100)!r}{close}")


def _plain(name: str) -> str:
    """A name as Python writes it: `X-Owner` and `query.x_owner` are of the same kind."""
    return _ODD.sub("_", name.lower()).strip("_")
