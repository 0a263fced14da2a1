"""The further calls that give the result of a job: their answers are its value, or are files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from msgspec import UNSET, Struct
from msgspec.structs import replace

from .answers import passes
from .binding import located
from .calling import LONGEST_HINT, repeatable
from .contents import names_file, success
from .discretion import Discreet
from .effects import Caught, Sleep, now
from .errors import InvalidRequestError, JobResultError, printable
from .exchanging import backoff, exchange
from .operations import Operation, Step
from .requests import follow_up
from .settings import same_origin
from .sources import may_be_many
from .vendors import make_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .effects import Core, Request
    from .exchanging import Exchange
    from .operations import Answer, Result
    from .records import Record

__all__ = ["ResultCall", "asked", "calls_of", "is_further"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_HOPS = 5
_LEAST = 1.0  # seconds that a call gets at least, however near the deadline is


class ResultCall(Discreet, Struct, frozen=True, kw_only=True):
    """One call for a result, bound; `url` is where the server says that it is."""

    unsaid = ("url", "parameters", "body")

    record: Record
    operation: Operation[Any]
    url: str | None
    parameters: Mapping[str, Any]
    body: Any

    def request(self, *, secured: bool = True) -> Request:
        """The request; without its key it can be shown."""
        operation = self.operation if secured else replace(self.operation, secured=False)
        step = Step(operation=operation)
        made = follow_up(self.record.session, step, self.url, self.parameters, self.body)
        return made if self.once else replace(made, leaves=self._leaves)

    @property
    def once(self) -> bool:
        """Whether it submits a job itself: then it is paid, and is never sent again by itself."""
        declared = self.record.job.result
        return declared is not None and declared.once

    def _leaves(self, headers: Mapping[str, str]) -> bool:
        kind = headers.get("content-type", "")
        declared = self.record.job.result
        looked_into = declared is not None and bool(declared.value or declared.files)
        is_empty = headers.get("content-length") == "0"
        return not is_empty and names_file(self.answer(kind), kind, looked_into=looked_into)

    def answer(self, content_type: str) -> Answer | None:
        """What the document says of an answer of this kind."""
        return success(self.operation, 200, content_type)

    def moved(self, url: str) -> ResultCall:
        """The same at the place that a redirect names: elsewhere nothing of ours is told."""
        target, here = urljoin(self.request().url, url), self.record.session.settings
        own = same_origin(target, here.url_of(self.operation))
        bare: Operation[Any] = Operation(name=self.operation.name, method="GET", path="")
        kept = self.operation if own else bare
        # What was asked for there is fetched here, whatever it was asked for by.
        places = tuple(one for one in kept.parameters if one.place in ("header", "cookie"))
        plain = replace(
            kept, method="GET", parameters=places, answers=self.operation.answers, body=None
        )
        return replace(
            self,
            operation=plain,
            url=target,
            parameters=self.parameters if own else {},
            body=UNSET,
        )

    @property
    def is_own(self) -> bool:
        """Whether it goes to the API itself, with what authenticates there."""
        here = self.record.session.settings.url_of(self.operation)
        return self.url is None or same_origin(self.url, here)


def is_further(declared: Result | None) -> bool:
    """Whether the result is got by a further call."""
    return declared is not None and (declared.operation is not None or declared.url is not None)


def calls_of(record: Record, declared: Result) -> tuple[tuple[ResultCall, ...], bool]:
    """The calls for a result, and whether there may be any number of them.

    A path that may select several nodes makes as many calls; of several such paths the first nodes
    belong together, and so on.

    Raises:
        JobResultError: they select different numbers, or what is needed is nowhere and no result
            may do without.
    """
    sources = record.sources(of_submit=False)
    urls = [None] if declared.url is None else located(declared.url, sources, record.asked)
    given = {name: sources.nodes(source) for name, source in declared.parameters.items()}
    many = {name for name, source in declared.parameters.items() if may_be_many(source)}
    counts = {len(given[name]) for name in many}
    counts |= {len(urls)} if may_be_many(declared.url) else set()
    operation = _operation(record, declared)
    alone = {name: nodes for name, nodes in given.items() if name not in many}
    missing = _missing(declared, operation, urls, alone)
    if missing is not None:
        if declared.optional:
            return (), False
        raise _unbound(record, f"its answer names no {missing}")
    if len(counts) > 1:
        raise _unbound(record, f"its answer names {sorted(counts)} parts of one result")
    calls = tuple(
        ResultCall(
            record=record,
            operation=operation,
            url=urls[at] if len(urls) > at else urls[0],
            parameters=_turn(given, many, at),
            body=sources.body(declared),
        )
        for at in range(next(iter(counts), 1))
    )
    _check_sendable(record, calls)
    return calls, bool(counts)


def _missing(
    declared: Result,
    operation: Operation[Any],
    urls: Sequence[str | None],
    given: Mapping[str, list[Any]],
) -> str | None:
    """What a call needs and no answer tells, and where it should stand: the URL or a part of it."""
    if declared.url is not None:
        return None if urls or may_be_many(declared.url) else f"URL at {declared.url}"
    places = {one.name for one in operation.parameters if one.place == "path"}
    lacking = (name for name in sorted(places & given.keys()) if not given[name])
    return next((f"{name} at {declared.parameters[name]}" for name in lacking), None)


def _check_sendable(record: Record, calls: tuple[ResultCall, ...]) -> None:
    for call in calls:
        try:
            call.request(secured=False)
        except InvalidRequestError as error:
            raise _unbound(record, f"its result cannot be asked for: {error.message}") from error


def _turn(given: Mapping[str, list[Any]], many: set[str], at: int) -> dict[str, Any]:
    """The parameters of one call; what its source does not give is left out."""
    return {name: nodes[at] if name in many else nodes[0] for name, nodes in given.items() if nodes}


def _operation(record: Record, declared: Result) -> Operation[Any]:
    if declared.operation is not None:
        return declared.operation
    return Operation(name=f"{record.operation.name}: result", method="GET", path="")


def _unbound(record: Record, why: str) -> Exception:
    return make_error(
        record.session,
        JobResultError,
        f"job {printable(record.id, 200)} succeeded, but {why}",
        answer=record.content,
        request_id=record.request_id,
        hint=f"the answer is at .answer; {record.resume_line}.wait() asks again",
        **record.facts(),
    )


def asked(call: ResultCall, deadline: float | None = None) -> Core[tuple[ResultCall, Exchange]]:
    """Make the call; what passes is tried again, as far as there is time.

    Gives where it led, and what came of it: of what is sent once, what came of it then.

    Raises:
        JobResultError: it is sent once, and that was interrupted.
    """
    if not call.once:
        return (yield from _tried(call, deadline))
    kept, name = call.record.kept, repr((call.request().url, call.parameters, call.body))
    if name not in kept:
        kept[name] = None
        _, made = yield from _tried(call, deadline)
        kept[name] = made
    told = kept[name]
    if told is None:
        raise _unbound(
            call.record, "the call for its result was interrupted: it may have cost money"
        )
    if told.trace.not_sent:
        del kept[name]
    return call, told


def _tried(call: ResultCall, deadline: float | None) -> Core[tuple[ResultCall, Exchange]]:
    session, attempt = call.record.session, 0
    while True:
        left = None if deadline is None else deadline - (yield from now())
        last, made = yield from _led(call, left)
        passing = made.failure is not None or passes(made.status or 0)
        passing = passing and repeatable(made.request, made, once=call.once)
        if made.succeeded or not passing or attempt >= session.max_retries:
            return last, made
        pause, jitter = backoff(attempt, made.hint)
        left = LONGEST_HINT if deadline is None else deadline - (yield from now())
        if pause > min(left, LONGEST_HINT):
            return last, made
        yield Sleep(pause, jitter)
        attempt += 1


def _led(call: ResultCall, left: float | None) -> Core[tuple[ResultCall, Exchange]]:
    """One try: redirects are followed by hand, so that no key goes to another server."""
    record, hops = call.record, 1
    limits = [record.timeout, None if left is None else max(left, _LEAST)]
    silence = min((one for one in limits if one is not None), default=None)
    while True:
        made = yield from exchange(
            record.session, call.request(), silence, listener=record.listener
        )
        target = made.headers.get("location", "").strip()
        is_end = not target or hops == _MOST_HOPS or call.once
        if made.status not in _REDIRECTS or is_end:
            return call, made
        with Caught(ValueError) as caught:
            call = call.moved(target)
        if caught.error is not None:
            return call, made
        hops += 1
