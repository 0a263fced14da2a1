"""Submit/poll pairs of a document, each with the `x-job` that would say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specloom.detection.answers import below, views_of
from specloom.detection.calls import Caller, needed_members, reached
from specloom.detection.companions import Companion, cancel_of, list_of, result_of
from specloom.detection.evidence import Evidence, Findings, Sureness
from specloom.detection.files import file_of
from specloom.detection.nearness import Neighbours
from specloom.detection.nouns import SAYING, controls, creates, nouns_of, reads, shape_of
from specloom.detection.outcomes import error_in, progress_in, result_in
from specloom.detection.pairs import Identity, Poll, free_parameters, identity_of, poll_of, url_of
from specloom.detection.relations import is_beneath, relate
from specloom.detection.statuses import mentions_of
from specloom.detection.weighing import weigh
from specloom.detection.words import tokens_of
from specloom.openapi.operations import operations_by_id, operations_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from specloom.detection.answers import View
    from specloom.diagnostics import Location
    from specloom.openapi.operations import Operation
    from specloom.openapi.tree import Tree

__all__ = ["Proposal", "detect"]

_FEWEST_RELATION = 2
# Where another poll is nearer, or what is there already is changed.
_FEWEST_FAR = 3
_OUTCOMES = frozenset({("result",), ("results",), ("output",), ("outputs",)})
_OUTGOING = frozenset({("download",), ("content",), ("transcript",), ("artifacts",), ("report",)})
_AGAIN = frozenset({"start", "retry", "rerun", "requeue"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A life cycle that a document seems to have.

    Attributes:
        method: Of the submit, in capitals.
        path: Of the submit.
        at: Where the submit stands in the document, or where that leads to it.
        job: The `x-job`, as it would be written there.
        sureness: What the score comes to.
        score: The sum of the points of all evidence.
        evidence: What speaks for it and against it.
    """

    method: str
    path: str
    at: Location
    job: Mapping[str, Any]
    sureness: Sureness
    score: int
    evidence: tuple[Evidence, ...]


def detect(tree: Tree) -> tuple[Proposal, ...]:
    """Find operations that seem to submit a job, in document order; those that declare `x-job` are left out."""
    operations = list(operations_of(tree))
    mentions = mentions_of(operations)
    places = frozenset((one.method, shape_of(one.path)) for one in operations)
    polls = [
        poll
        for one in operations
        if (poll := poll_of(one, mentions)) is not None and not _is_collection(poll, places)
    ]
    neighbours = Neighbours.among(polls, operations)
    context = _Context(operations, operations_by_id(tree), places, neighbours)
    submits = (one for one in operations if _may_submit(one, places))
    found = (_best(submit, polls, context) for submit in submits)
    return tuple(proposal for proposal in found if proposal is not None)


def _is_collection(poll: Poll, places: frozenset[tuple[str, tuple[str, ...]]]) -> bool:
    """Whether it reads what another one reads by id: what stands under one job (`/jobs/{id}/{format}`) is no job."""
    shape = shape_of(poll.operation.path)
    if ("get", (*shape, "{}")) not in places:
        return False
    is_list = poll.status is not None and "[" in poll.status.path
    is_asked = shape[-2:-1] == ("{}",) and shape[-1].lower() in SAYING
    return is_list or not (shape[-1:] == ("{}",) or is_asked)


@dataclass(frozen=True, slots=True)
class _Context:
    operations: Sequence[Operation]
    named: Mapping[str, Operation]
    places: frozenset[tuple[str, tuple[str, ...]]]
    neighbours: Neighbours


def _may_submit(operation: Operation, places: frozenset[tuple[str, tuple[str, ...]]]) -> bool:
    # What reads and can be read again by an id has been begun: `POST /query`, `GET /query/{id}`.
    is_kept = operation.method == "post" and ("get", (*shape_of(operation.path), "{}")) in places
    if operation.node.get("x-job") is not None or (reads(operation) and not is_kept):
        return False
    return operation.method in ("post", "put", "patch", "delete") or (
        operation.method == "get" and creates(operation)
    )


def _best(submit: Operation, polls: Sequence[Poll], context: _Context) -> Proposal | None:
    """The proposal with the nearest poll; of several, the one for which most speaks, then the first."""
    if _is_plain(submit, context):
        return None
    views = views_of(submit.answers(), nouns_of(submit.path), element="*")
    best: tuple[int, Proposal] | None = None
    for poll in polls:
        if poll.operation.node.at == submit.node.at or _is_no_poll(submit, poll):
            continue
        found = _Pair(submit, views, poll, context).proposal()
        if found is not None and (best is None or _rank(found) > _rank(best)):
            best = found
    return best[1] if best is not None else None


def _is_plain(submit: Operation, context: _Context) -> bool:
    """Whether it reads a collection, or changes an item that can be read, at once."""
    shape = shape_of(submit.path)
    if submit.method == "get":
        return ("post", shape) in context.places
    is_item = shape[-1:] == ("{}",) and not _is_accepted(submit)
    is_kept = ("get", shape) in context.places or ("post", shape[:-1]) in context.places
    return is_item and is_kept and submit.method != "delete"


def _is_accepted(operation: Operation) -> bool:
    return "202" in dict(operation.node.items("responses"))


def _rank(found: tuple[int, Proposal]) -> tuple[int, int]:
    return found[0], found[1].score


def _is_no_poll(submit: Operation, poll: Poll) -> bool:
    """A write to the item that is read, or one that only moves it on."""
    first, second = shape_of(submit.path), shape_of(poll.operation.path)
    is_list = poll.status is None or "[" in poll.status.path
    if first == second and (first[-1:] == ("{}",) or is_list):
        return True
    return first[-1].lower() in _AGAIN and first[:-1] == second if first else False


@dataclass(frozen=True, slots=True)
class _Pair:
    submit: Operation
    views: Sequence[View]
    poll: Poll
    context: _Context

    def proposal(self) -> tuple[int, Proposal] | None:
        """How near the poll is, and the life cycle; None if it is none, or too little speaks for it."""
        identity = identity_of(self.submit, self.views, self.poll.operation)
        if self._only_changes(identity):
            return None
        findings = Findings()
        relate(self.submit, self.views, self.poll, identity, findings)
        if findings.score < _FEWEST_RELATION:
            self.context.neighbours.relate(self.submit, self.views, self.poll, identity, findings)
        relation = findings.score
        is_far = self._is_far() or self._may_filter(identity)
        if relation < (_FEWEST_FAR if is_far else _FEWEST_RELATION):
            return None
        job = self._start(identity, findings)
        if job is None:
            return None
        weigh(self.submit, self.poll, self.context.operations, findings)
        job |= self._life()
        job |= self._rest(identity, findings)
        sureness = findings.sureness
        if sureness is None:
            return None
        proposal = Proposal(
            method=self.submit.method.upper(),
            path=self.submit.path,
            at=reached(self.submit),
            job=job,
            sureness=sureness,
            score=findings.score,
            evidence=tuple(findings.evidence),
        )
        return relation, proposal

    def _only_changes(self, identity: Identity | None) -> bool:
        """Whether it acts on what is there, and answers with no id of work that it would have begun."""
        begins = identity is not None and identity.is_named and identity.is_of_work
        mine, theirs = shape_of(self.submit.path), shape_of(self.poll.operation.path)
        if begins and identity is not None and identity.path.count(".") == 1:
            return controls(self.submit) and mine[:-1] == theirs[: len(mine) - 1]
        if controls(self.submit):
            return True
        return self.submit.method in ("patch", "delete") and not _is_accepted(self.submit)

    def _may_filter(self, identity: Identity | None) -> bool:
        """Whether the id goes to a parameter that may be left out, as the filter of a list is."""
        declared = self.poll.operation.parameters()
        parameter = declared.get(("query", identity.parameter)) if identity is not None else None
        return parameter is not None and not parameter.flag("required")

    def _is_far(self) -> bool:
        """Whether another operation reads what is made here, or this one changes what is there."""
        mine, theirs = shape_of(self.submit.path), shape_of(self.poll.operation.path)
        if is_beneath(mine, theirs) or mine == theirs:
            return False
        read = {shape for method, shape in self.context.places if method == "get"}
        is_item = mine[-1:] == ("{}",) and not _is_accepted(self.submit)
        return (*mine, "{}") in read or (is_item and bool({mine[:-1], mine} & read))

    def _start(self, identity: Identity | None, findings: Findings) -> dict[str, Any] | None:
        """The id and the call of the poll; None if it cannot be called."""
        poll = self.poll.operation
        caller = Caller(self.context.named, self.submit, self.views)
        url = url_of(self.submit, self.views)
        if url is not None:
            findings.add(2, "its answer gives the poll's URL", url[1].at, is_telling=True)
        if identity is not None:
            findings.add(0, "its answer has an id that the poll takes", identity.node.at)
            known = {identity.parameter: "$id"}
            call = caller.call(poll, {} if identity.is_in_body else known)
            if call is None or (needed_members(poll) and not identity.is_in_body):
                return None
            call |= {"requestBody": known} if identity.is_in_body else {}
            return {"id": identity.path, "poll": call}
        if needed_members(poll):
            return None
        if not free_parameters(self.submit, poll):
            call = caller.call(poll, {})
            return {"poll": call} if call is not None else None
        return None if url is None else {"poll": {**caller.named_step(poll), "url": url[0]}}

    def _life(self) -> dict[str, Any]:
        status = self.poll.status
        if status is None:
            return {
                "rules": [{"code": 202, "state": "running"}, {"code": 200, "state": "succeeded"}]
            }
        states = {state: list(words) for state, words in status.life.states.items()}
        life: dict[str, Any] = {"status": status.path, "states": states}
        error = next(iter(error_in(status.view).values()), "")
        where = error.rpartition(".")[0]
        is_object = where not in ("", status.view.path)
        # Where no word says that it failed, the error does; a text may be there all the time.
        if error and (status.source == "flag" or ("failed" not in states and is_object)):
            life["rules"] = [{"when": where if is_object else error, "state": "failed"}]
        return life

    def _rest(self, identity: Identity | None, findings: Findings) -> dict[str, Any]:
        if identity is None:
            return self._shown(findings, has_result=False)
        poll, operations = self.poll.operation, self.context.operations
        caller = Caller(self.context.named, self.submit, self.views)
        job: dict[str, Any] = {}
        result = result_of(operations, poll, identity, caller)
        if self.poll.status is not None:
            result = self._given(self.poll.status.view, caller, result)
        if result is not None:
            job["result"] = result.step
            findings.add(1, "an operation gives what came out", result.operation.node.at)
        job |= self._shown(findings, has_result=result is not None)
        cancel = cancel_of(operations, poll, identity, caller)
        if cancel is not None:
            job["cancel"] = cancel.step
            findings.add(2, "an operation cancels it", cancel.operation.node.at)
        listed = list_of(operations, poll, identity, caller)
        if listed is not None:
            job["list"] = listed.step
        for place, name in self.submit.parameters():
            if place == "header" and name.lower() in ("idempotency-key", "x-idempotency-key"):
                job["idempotency"] = {"key": f"$request.header.{name}"}
        return job

    def _given(self, view: View, caller: Caller, result: Companion | None) -> Companion | None:
        """The operation that gives what came out, unless the poll's own answer says that it does."""
        shown = result_in(view)
        if result is not None:
            # `/jobs/{id}/file` may as well give what was sent.
            is_shown = tokens_of(str(shown.get("value", "")))[-1:] in _OUTCOMES
            last = tokens_of(shape_of(result.operation.path)[-1])
            return result if not is_shown or last in _OUTCOMES or last in _OUTGOING else None
        return None if "files" in shown else file_of(self.context.operations, view, caller)

    def _shown(self, findings: Findings, *, has_result: bool) -> dict[str, Any]:
        """Result, error and progress, as the poll's answer shows them."""
        status = self.poll.status
        if status is None:
            return {} if has_result else {"result": {"value": "$"}}
        job: dict[str, Any] = {}
        told = (
            ("result", {} if has_result else result_in(status.view), "room for what came out"),
            ("error", error_in(status.view), "room for an error"),
            ("progress", progress_in(status.view), "room for the progress"),
        )
        for field, found, text in told:
            if found:
                job[field] = found
                at = _place_of(found, status.view) or status.node.at
                findings.add(1, f"the poll's answer has {text}", at)
        return job


def _place_of(found: Mapping[str, Any], view: View) -> Location | None:
    """The place of the member that the first of these paths goes through."""
    first = next(iter(found.values()))
    path = str(first[0] if isinstance(first, list) else first)
    names = [
        name
        for name in view.members
        if f"{path}.[".startswith((f"{below(view, name)}.", f"{below(view, name)}["))
    ]
    return view.members[names[0]].at if names else None
