"""Where a further call takes its values from: `$id`, constants, paths, headers, the submit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from msgspec import UNSET, Struct

from .answers import MISSING, Parsed, decimal, parse_json
from .budgets import shares
from .discretion import Discreet
from .effects import Caught
from .encoding import to_wire
from .pointers import pointer
from .sources import is_path, is_source, may_be_many, sources_within

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from .exchanging import Exchange
    from .jsonpath import Location, Node
    from .operations import LifeCycle, Listing, Result, Step

__all__ = [
    "REQUEST",
    "Sent",
    "Sources",
    "bind",
    "lasting",
    "locate",
    "located",
    "point",
]

REQUEST = "$request."
_RESPONSE = "$response.header."
_ID = "$id"
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,99})(\.[0-9]{1,99})?\Z")  # `007` is a name


class Sent(Discreet, Struct, frozen=True, kw_only=True):
    """A submit, as sources see it: what was sent, and the answer.

    Of several jobs of one answer this one has `turn` (its place, and how many there are);
    `places` are where the answer names them.
    """

    unsaid = ("parameters", "body")

    made: Exchange
    parameters: Mapping[str, Any]
    body: Any
    turn: tuple[int, int] = (0, 1)
    places: tuple[Location, ...] = ()

    def value(self, source: str) -> Any:
        """What a `$request...` expression gives; None where nothing was sent there."""
        place, _, name = source.removeprefix(REQUEST).partition(".")
        if place == "path":
            given = self.parameters.get(f"path.{name}", self.parameters.get(name, UNSET))
            return None if given is UNSET else to_wire(given)
        if place == "query":
            query = urlsplit(self.made.request.url).query
            return next(iter(parse_qs(query).get(name, [])), None)
        if place == "header":
            headers = {key.lower(): value for key, value in self.made.request.headers.items()}
            return headers.get(name.lower())
        where = source.partition("#")[2]
        found = point(self.body, where)
        if found is MISSING:  # the key that the client itself adds
            found = point(parse_json(self.made.request.held), where)
        return None if found is MISSING else found

    def own(self, source: str, nodes: list[Node]) -> list[Node]:
        """Of several jobs that of this one: by its place beside the id, else by its turn.

        What does not tell the jobs apart is nobody's: it may be another's, who runs.
        """
        turn, count = self.turn
        if count == 1:
            return nodes
        owners = [self._owners(node) for node in nodes]
        if any(len(turns) < count for turns in owners):
            return [node for node, turns in zip(nodes, owners, strict=True) if turn in turns]
        if not may_be_many(source):
            return nodes
        return [nodes[turn]] if len(nodes) == count else []

    def shared(self, source: str, nodes: list[Node]) -> bool:
        """Whether what a path selects is one thing for all of several jobs."""
        count = self.turn[1]
        is_one = count > 1 and not may_be_many(source)
        return is_one and all(len(self._owners(node)) == count for node in nodes)

    def _owners(self, node: Node) -> set[int]:
        """The jobs in whose part of the answer a node lies: those whose ids are nearest."""
        depths = [_shared(node.location, place) for place in self.places]
        deepest = max(depths, default=0)
        near = {turn for turn, depth in enumerate(depths) if depth == deepest}
        return near if deepest else set(range(self.turn[1]))


class Sources(Discreet, Struct, frozen=True, kw_only=True):
    """What a further call's values are read from; `known` is what was read at the submit.

    `several` says that an answer may tell of several jobs: what it does not tell apart is nothing.
    """

    unsaid = ("known",)

    job_id: str
    parsed: Parsed
    headers: Mapping[str, str]
    known: Mapping[str, Any] = {}
    sent: Sent | None = None
    several: bool = False

    def nodes(self, source: Any) -> list[Any]:
        """All that a source gives, none of it null; of a constant, itself."""
        if not is_source(source):
            return [] if source is None else [source]
        if source == _ID:
            return [self.job_id]
        if source in self.known:
            return [self.known[source]]
        if is_path(source):
            found = self.parsed.placed(source)
            if self.sent is not None:
                found = self.sent.own(source, found)
            told = [node.value for node in found if node.value is not None]
            return [] if self.several and len(told) > 1 else told
        if source.startswith(_RESPONSE):
            value = self.headers.get(source.removeprefix(_RESPONSE))
        else:
            value = None if self.sent is None else self.sent.value(source)
        return [] if value is None else [value]

    def first(self, source: Any) -> Any:
        """The first of them; None where there is none."""
        return next(iter(self.nodes(source)), None)

    def body(self, step: Step | Result | Listing) -> Any:
        """The body of a call; UNSET where it has none, or its source gives nothing."""
        given = self._filled(step.body, frozenset(step.numbers), "")
        return UNSET if given is None or given is MISSING else given

    def _filled(self, body: Any, numbers: frozenset[str], at: str) -> Any:
        """A body with its sources replaced; a member whose source gives nothing is left out."""
        if isinstance(body, Mapping):
            members = (
                (name, self._filled(member, numbers, f"{at}{pointer((name,))}"))
                for name, member in body.items()
            )
            return {name: value for name, value in members if value is not MISSING}
        if isinstance(body, list | tuple):
            items = (
                self._filled(member, numbers, f"{at}{pointer((place,))}")
                for place, member in enumerate(body)
            )
            return [value for value in items if value is not MISSING]
        if not is_source(body):
            return body
        found = self.first(body)
        if found is None:
            return MISSING
        return _as_number(found) if at in numbers else found

    def reserved(self, job: LifeCycle) -> Decimal | None:
        """What the server reserves for this job: of one price for several, its part."""
        path = job.cost.reserved if job.cost is not None else None
        amount = decimal(self.first(path)) if path is not None else None
        if path is None or amount is None or amount < 0:
            return None
        if self.sent is None or not self.sent.shared(path, self.parsed.placed(path)):
            return amount
        turn, count = self.sent.turn
        return shares(amount, count)[turn]

    def learnt(self, job: LifeCycle) -> dict[str, Any]:
        """What has to be read at the submit, since later nothing else tells it."""
        found = {source: self.first(source) for source in lasting(job)}
        url = job.cancel.url if job.cancel is not None else None
        if url is not None and self.sent is not None:
            found[url] = next(iter(located(url, self, self.sent.made.request.url)), None)
        return {source: value for source, value in found.items() if value is not None}

    def lack(self, step: Step | Result) -> bool:
        """Whether a call needs of an answer what this one does not tell (yet)."""
        wanted = (source for source in _read_by(step) if not source.startswith(REQUEST))
        return any(self.first(source) is None for source in wanted)


def _shared(one: Location, other: Location) -> int:
    """How many steps two places have in common."""
    same = (left == right for left, right in zip(one, other, strict=False))
    return sum(1 for _ in takewhile(bool, same))


def _as_number(value: Any) -> Any:
    """A number that came as text, as ids and parameters do; anything else as it is."""
    if not isinstance(value, str) or not _NUMBER.match(value):
        return value
    return float(value) if "." in value else int(value)


def bind(parameters: Mapping[str, Any], sources: Sources) -> dict[str, Any]:
    """The values of a step's parameters; what its source does not give is left out."""
    values = ((name, sources.first(source)) for name, source in parameters.items())
    return {name: value for name, value in values if value is not None}


def lasting(job: LifeCycle) -> Iterator[str]:
    """The sources that only the submit can give: all but the id, and what a result reads in P."""
    steps = [one for one in (job.cancel, job.result) if one is not None]
    wanted = {*sources_within(job.poll.body), *(one for step in steps for one in _read_by(step))}
    of_submit = {*sources_within(job.poll.body), *(_read_by(job.cancel) if job.cancel else ())}
    for source in sorted(wanted):
        if source != _ID and (source in of_submit or source.startswith(REQUEST)):
            yield source


def _read_by(step: Step | Result) -> Iterator[str]:
    yield from sources_within([step.url, *step.parameters.values(), step.body])


def point(value: Any, where: str) -> Any:
    """What a JSON Pointer points to; MISSING where there is nothing."""
    for step in where.split("/")[1:]:
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return MISSING
    return value


def located(url: str | None, sources: Sources, base: str) -> list[str]:
    """The URLs that the server gave for a further call, made absolute."""
    given = sources.nodes(url)
    return [_joined(base, one.strip()) for one in given if isinstance(one, str) and one.strip()]


def _joined(base: str, url: str) -> str:
    with Caught(ValueError):
        return urljoin(base, url)
    return url  # it is none, and is told as it came


def locate(url: str | None, made: Exchange, parsed: Parsed) -> list[str]:
    """The same, in an answer alone."""
    sources = Sources(job_id="", parsed=parsed, headers=made.headers)
    return located(url, sources, made.request.url)
