"""Finding lost jobs: the call that lists them, and the ids in its pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from msgspec import Struct

from .answers import MISSING, Parsed
from .binding import REQUEST, Sources, lasting, located
from .calling import answered
from .discretion import Discreet
from .effects import Caught, Emit
from .errors import ConfigurationError, printable
from .exchanging import Exchange
from .fates import text_of_id
from .job_orders import resumed
from .orders import prepared
from .pages import walk
from .requests import unkeyed
from .settings import same_origin
from .sources import is_source, sources_within
from .successors import successor
from .suggestions import suggest

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
_MOST_EMPTY = 20  # pages in a row


class Lookup(Discreet, Struct, frozen=True, kw_only=True):
    """One look for jobs of an operation; `known` are sources that the caller gave by name."""

    unsaid = ("parameters", "body", "known")

    session: Session
    operation: Operation[Any]  # that submits
    job: LifeCycle
    listing: Listing
    parameters: Mapping[str, Any]
    body: Any
    known: Mapping[str, Any]

    def pages(self) -> Core[None]:
        """Emit the pages of the list; `ids` reads them.

        Raises:
            APIStatusError: the server answered with an error.
        """
        session, operation = self.session, self.listing.operation
        options: Options = {}
        if operation.pages is not None:
            brings = _News(self).brings
            yield from walk(
                session, operation, operation.pages, self.parameters, self.body, options, brings
            )
            return
        url: str | None = None
        news = _News(self)
        seen: set[str] = set()
        while url not in seen:
            seen |= {url} if url is not None else set()
            changed = session.changed(operation)
            request = prepared(session, changed, self.parameters, self.body, options, url=url)
            once = self.listing.once
            made = yield from answered(session, changed, request, session.timeout, once=once)
            yield Emit(made)
            url = self._next(made)
            if url is None or not self._goes_on(news, made):
                return
            options = {"check": False}  # what follows is the server's

    def _next(self, made: Exchange) -> str | None:
        """The next page, where the document says nothing of pages and the answer links to one."""
        session, name = self.session, self.listing.operation.name
        count = len(self.ids(made))
        told = successor(made, made.parsed(session), count)
        here = made.reply.url if made.reply is not None else made.request.url
        if not count:
            return None
        if told.may_be:
            session.log.once(
                f"{name}: there may be more pages, and the document tells no way there"
            )
        if told.url is None:
            return None
        with Caught(ValueError):
            url = urljoin(here, told.url)
            if same_origin(url, here):
                return url
        session.log.once(f"{name}: the next page lies at another server, and is not asked for")
        return None

    def _goes_on(self, news: _News, made: Exchange) -> bool:
        if news.brings(made):
            return True
        name = self.listing.operation.name
        self.session.log.once(f"{name}: a page names no job that is new; the list ends here")
        return False

    def ids(self, page: Any) -> list[str]:
        """The ids of the jobs on a page; the URLs to poll, where these are the ids."""
        made: Exchange = page if isinstance(page, Exchange) else page.made
        parsed, url = made.parsed(self.session), made.request.url
        if self.job.id:
            found = [text_of_id(node) for node in parsed.nodes(self.listing.ids)]
            return [unkeyed(self.session, one) for one in found if one]
        named = located(self.listing.ids, Sources(job_id="", parsed=parsed, headers={}), url)
        return [unkeyed(self.session, one) for one in named]

    def records(self, ids: list[str]) -> list[Record]:
        """The records of jobs that were found: each once, and nothing is sent."""
        session, moment = self.session, self.session.clock.now()
        # The token of a job is the same wherever its handle comes from.
        kept = {source: self.known[source] for source in lasting(self.job) if source in self.known}
        given = {
            name: self.known[source]
            for name, source in self.job.poll.parameters.items()
            if is_source(source) and source in self.known
        }
        return [
            resumed(session, self.operation, one, {**kept, **given}, moment)
            for one in dict.fromkeys(ids)
        ]


class _News:
    """What the pages of a list have named: a server that repeats itself would do so for ever."""

    def __init__(self, asked: Lookup) -> None:
        self._asked = asked
        self._seen: set[str] = set()
        self._empty = 0

    def brings(self, page: Any) -> bool:
        """Whether a page names a job that is new; pages that name none at all may come between."""
        ids = set(self._asked.ids(page))
        is_new = not ids <= self._seen
        self._seen |= ids
        self._empty = 0 if ids else self._empty + 1
        return is_new or 0 < self._empty <= _MOST_EMPTY


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
    listing = job.list
    words = _Words(listing, given)
    known = dict(_known(job, words))
    sources = Sources(job_id="", parsed=Parsed(b""), headers={}, known=known)
    parameters = {**_bound(listing, sources, words), **_further(listing, words)}
    words.refuse_others()
    return Lookup(
        session=session,
        operation=operation,
        job=job,
        listing=listing,
        parameters=parameters,
        body=sources.body(listing),
        known=known,
    )


class _Words:
    """What the caller gave by name; a name may be written as in Python or as on the wire."""

    def __init__(self, listing: Listing, given: Mapping[str, Any]) -> None:
        self._names = listing.names
        self._parameters = [one.name for one in listing.operation.parameters]
        self._given = {_folded(name): (name, value) for name, value in given.items()}
        self._used: set[str] = set()

    def keyword(self, name: str) -> str:
        """How a parameter, or a source in the submit's request, is given."""
        return self._names.get(name) or _plain(_NAME.split(name.rstrip("/"))[-1])

    def take(self, name: str) -> Any:
        """The value for it; MISSING where none is given."""
        for folded in (_folded(self.keyword(name)), _folded(_NAME.split(name.rstrip("/"))[-1])):
            if folded in self._given:
                self._used.add(folded)
                return self._given[folded][1]
        return MISSING

    def refuse_others(self) -> None:
        """Make sure that all was used.

        Raises:
            TypeError: there is no parameter of a name.
        """
        for folded, (name, _) in self._given.items():
            if folded not in self._used:
                close = suggest(name, [self.keyword(one) for one in self._parameters])
                raise TypeError(f"jobs.list() has no parameter {printable(name, 100)!r}{close}")


def _bound(listing: Listing, sources: Sources, words: _Words) -> dict[str, Any]:
    """The parameters that the life cycle binds: all of them have to be known."""
    bound: dict[str, Any] = {}
    for name, source in listing.parameters.items():
        given = words.take(name)
        value = sources.first(source) if is_source(source) or given is MISSING else given
        value = given if value is None else value
        if value is MISSING:
            keyword = words.keyword(name)
            raise ConfigurationError(
                f"jobs.list needs {keyword!r}",
                hint=f"give jobs.list({keyword}=...): no submit tells it here",
            )
        bound[name] = value
    return bound


def _known(job: LifeCycle, words: _Words) -> Iterator[tuple[str, Any]]:
    """The sources in the submit's request that the caller gives by their names."""
    steps = [one for one in (job.poll, job.cancel, job.result, job.list) if one is not None]
    within = [[*step.parameters.values(), step.body] for step in steps]
    for source in dict.fromkeys(sources_within(within)):
        value = words.take(source) if source.startswith(REQUEST) else MISSING
        if value is not MISSING:
            yield source, value


def _further(listing: Listing, words: _Words) -> dict[str, Any]:
    """Other parameters of the call: a filter, a limit."""
    found = {
        one.name: words.take(one.name)
        for one in listing.operation.parameters
        if one.name not in listing.parameters
    }
    return {name: value for name, value in found.items() if value is not MISSING}


def _plain(name: str) -> str:
    """A name as Python writes it: `X-Owner` is `x_owner`."""
    return _ODD.sub("_", name.lower()).strip("_")


def _folded(name: str) -> str:
    """A name without what spellings differ in: `X-Owner`, `xOwner` and `x_owner` are one."""
    return _ODD.sub("", name.lower())
