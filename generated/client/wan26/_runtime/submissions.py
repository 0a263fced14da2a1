"""One submit, from what the caller gave to the order that is carried out and the jobs of it."""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from .binding import Sent, Sources, bind, located
from .bookkeeping import begun, intent_of, turn
from .discretion import Discreet
from .effects import Caught, call, now
from .errors import ConfigurationError, printable
from .fates import ids_of
from .intents import RequestText, request_text
from .operations import Step
from .pointers import steps
from .polling import begin
from .pricing import merged
from .records import Record, url_of
from .requests import build_request, follow_up, unkeyed
from .submitting import Accepted, Order
from .tokens import read_token, write_token

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .effects import Core
    from .exchanging import Exchange
    from .operations import Idempotency, LifeCycle, Operation
    from .records import Guard
    from .requests import GenerateOptions
    from .rows import LedgerRow
    from .session import Session

__all__ = ["Submission", "noted"]


class Submission(Discreet, Struct, frozen=True, kw_only=True):
    """What shall be submitted: the operation as set at run time, the body as it is sent."""

    unsaid = ("parameters", "body", "options")

    session: Session
    operation: Operation[Any]
    job: LifeCycle
    parameters: Mapping[str, Any]
    body: Any
    options: GenerateOptions
    guard: Guard

    @property
    def key(self) -> str | None:
        """The caller's key in the ledger.

        Raises:
            ConfigurationError: it is none, or there is no ledger to look it up in.
        """
        key: object = self.options.get("key")
        if key is None:
            return None
        if not isinstance(key, str) or not key.strip() or printable(key) != key:
            raise ConfigurationError(f"key must be a text, not {printable(repr(key), 100)}")
        if self.session.books is None:
            raise ConfigurationError(
                "a key is looked up in the ledger, and there is none",
                hint="give ledger='jobs.sqlite3' to the client",
            )
        return key

    def told(self, *, prompts: bool) -> RequestText:
        """The request as the ledger tells it."""
        query = self.options.get("extra_query")
        sent_as = self.options.get("send_as")
        given = {**self.parameters, **({"extra_query": dict(query)} if query else {})}
        given |= {"send_as": sent_as} if sent_as is not None else {}
        return request_text(given, self.body, prompts=prompts)

    def order(self, idempotency_key: str | None, moment: float) -> Order:
        """The order, with everything in it checked, so that nothing but the network can fail."""
        stamp, wire = _stamped(self.job.idempotency, idempotency_key, self.body)
        request = build_request(
            self.session,
            self.operation,
            parameters=self.parameters,
            body=wire,
            options=self._options(idempotency_key),
            route="submit",
            stamp=stamp,
        )
        patience = self.options.get("wait_timeout")
        return Order(
            request=request,
            operation=self.operation,
            job=self.job,
            guard=self.guard,
            timeout=self.options.get("timeout", self.session.timeout),
            deadline=moment + (self.job.timeout if patience is None else patience),
            key=idempotency_key,
            listener=self.options.get("on_response"),
            token=self._token,
            kept=self._kept,
            polled=self._polled,
        )

    def _options(self, key: str | None) -> GenerateOptions:
        """The options, with the key where it travels in the query and nobody set it there."""
        name = _query_name(self.job.idempotency)
        said = (self.parameters.get(name, UNSET), self.parameters.get(f"query.{name}", UNSET))
        if not name or key is None or said != (UNSET, UNSET):
            return self.options
        return {**self.options, "extra_query": {**self.options.get("extra_query", {}), name: key}}

    def _token(self, job_id: str, made: Exchange) -> str:
        """A job's whole token, written down with its id: what is needed to poll stands in it."""
        with Caught(Exception):  # the id alone is better than nothing
            return self._record(job_id, Accepted(ids=(job_id,), exchange=made), 0.0).token
        return write_token(self.operation.name, job_id, {})

    def _kept(self, token: str) -> str:
        """A job's token as the ledger may hold it: without prompts it is resumed without them."""
        if self.session.prompts:
            return token
        name, job_id, given = read_token(token, [self.operation.name])
        places = {one: str(source) for one, source in self.job.poll.parameters.items()}
        kept = {
            one: value
            for one, value in given.items()
            if not places.get(one, one).startswith("$request.body")
        }
        return write_token(name, job_id, kept)

    def records(self, accepted: Accepted, moment: float) -> list[Record]:
        """The jobs that came of it."""
        return [self._record(job_id, accepted, moment) for job_id in accepted.ids]

    def _record(self, job_id: str, accepted: Accepted, moment: float) -> Record:
        session, poll, made = self.session, self.job.poll, accepted.exchange
        sources = self._sources(job_id, made)
        urls = located(poll.url, sources, made.request.url)
        url = next(iter(urls), url_of(self.job, job_id))
        record = Record(
            session=session,
            operation=self.operation,
            job=self.job,
            id=job_id,
            started=moment,
            since=moment,
            parameters=bind(poll.parameters, sources),
            url=url and unkeyed(session, url),
            known={
                source: unkeyed(session, value) if isinstance(value, str) else value
                for source, value in sources.learnt(self.job).items()
            },
            reserved=sources.reserved(self.job),
            submitted=made.content,
            answered=self.operation,
            quiet=None if made.hint is None else moment + made.hint,
            alone=sources.sent is None or sources.sent.turn[1] == 1,
            timeout=self.options.get("timeout", session.timeout),
            listener=self.options.get("on_response"),
            request=self.body,
        )
        if made.status is not None and 200 <= made.status < 400:
            begin(record, made)
        return record

    def _polled(self, made: Exchange) -> str:
        """The URL at which the one job is asked for, from what was sent; the key is not in it."""
        poll = self.job.poll
        if poll.operation is None:
            raise TypeError(f"{self.operation.name}: a poll without a URL has an operation")
        sent = Sent(made=made, parameters=self.parameters, body=self.body)
        parsed = made.parsed(self.session)
        sources = Sources(job_id="", parsed=parsed, headers=made.headers, sent=sent)
        bare = Step(operation=replace(poll.operation, secured=False))
        return follow_up(self.session, bare, None, bind(poll.parameters, sources)).url

    def _sources(self, job_id: str, made: Exchange) -> Sources:
        """What the further calls of a job are bound to: of several, each has its own."""
        parsed = made.parsed(self.session)
        named = ids_of(made, self.job, parsed, self._polled)
        ids = [unkeyed(self.session, one) for one in named]
        turn = (ids.index(job_id), len(ids)) if job_id in ids else (0, 1)
        found = tuple(node.location for node in parsed.placed(self.job.id))
        places = found if len(found) == turn[1] else ()
        sent = Sent(made=made, parameters=self.parameters, body=self.body, turn=turn, places=places)
        return Sources(job_id=job_id, parsed=parsed, headers=made.headers, sent=sent)


def noted(submission: Submission) -> Core[tuple[tuple[LedgerRow, ...], Order | None]]:
    """The order, written down in the ledger; or the jobs for which the caller's key stands.

    Raises:
        ConfigurationError: a key is wrong, or has no place.
        LedgerError: the ledger cannot be written, or says otherwise; nothing was sent.
        SubmitUncertainError: nobody knows whether the key has a job.
        BudgetExceededError: the request may cost more than is left.
    """
    key, session = submission.key, submission.session
    books, request = session.books, None
    if books is not None:  # files are read for it
        request = yield from call(partial(submission.told, prompts=session.prompts))
    idempotency_key = _idempotency_key(submission, key, request)
    moment = yield from now()
    order = submission.order(idempotency_key, moment)
    yield from turn(session, key)
    if books is None or request is None:
        return (), order
    intent = intent_of(
        session, submission.operation, submission.body, request, key, idempotency_key
    )
    jobs, entry = yield from begun(session, books, intent)
    if entry is None:
        return jobs, None
    if entry.idempotency_key not in (None, idempotency_key):
        order = submission.order(entry.idempotency_key, moment)
    return (), replace(order, entry=entry)


def _idempotency_key(
    submission: Submission, key: str | None, request: RequestText | None
) -> str | None:
    """The key that the request carries: the caller's, one that follows from `key`, or a new one."""
    declared, api = submission.job.idempotency, submission.session.api
    if declared is None:
        if submission.options.get("idempotency_key") is not None:
            raise ConfigurationError(
                f"{api.name} declares no idempotency key: it would be sent in vain"
            )
        return None
    given = list(dict.fromkeys(_given_keys(submission, declared)))
    if len(given) > 1:
        raise ConfigurationError("two idempotency keys are given, and one request has one")
    for one in given:
        is_text = isinstance(one, str) and one.isascii() and one.isprintable() and one.strip()
        if not is_text:
            told = printable(repr(one), 100)
            raise ConfigurationError(f"{told} cannot be an idempotency key")
        return str(one)
    if key is not None and request is not None:
        # The same in every process, even where the ledger was lost.
        name = f"{api.package}/{submission.operation.name}/{key}/{request.sha256}"
        return str(uuid.uuid5(uuid.NAMESPACE_URL, name))
    return str(uuid.uuid4())


def _given_keys(submission: Submission, declared: Idempotency) -> Iterator[Any]:
    """What the caller gave as the key: as the option, or in the place where it travels."""
    option = submission.options.get("idempotency_key")
    if option is not None:
        yield option
    if asked := _query_name(declared):
        query = {**submission.parameters, **submission.options.get("extra_query", {})}
        told = (query.get(one, UNSET) for one in (asked, f"query.{asked}"))
        yield from (value for value in told if value is not UNSET)
        return
    name = declared.key.removeprefix("$request.header.")
    if name != declared.key:
        headers = {**submission.parameters, **submission.options.get("extra_headers", {})}
        yield from (
            value
            for told, value in headers.items()
            if told.lower().removeprefix("header.") == name.lower() and value is not UNSET
        )
        return
    value = submission.body
    for step in steps(declared.key.partition("#")[2]):
        value = value.get(step) if isinstance(value, dict) else None
    if value is not None:
        yield value


def _stamped(
    idempotency: Idempotency | None, key: str | None, body: Any
) -> tuple[tuple[str, str] | None, Any]:
    """Where the key travels: in a header, or in the body; what goes in the query is an option."""
    if idempotency is None or key is None:
        return None, body
    place = idempotency.key
    if _query_name(idempotency):
        return None, body
    if place.startswith("$request.header."):
        return (place.removeprefix("$request.header."), key), body
    value: Any = key
    for step in reversed(steps(place.partition("#")[2])):
        value = {step: value}
    return None, value if body is UNSET else merged(body, value)


def _query_name(idempotency: Idempotency | None) -> str:
    """The parameter of the query that carries the key; empty where it travels elsewhere."""
    place, prefix = "" if idempotency is None else idempotency.key, "$request.query."
    return place[len(prefix) :] if place.startswith(prefix) else ""
