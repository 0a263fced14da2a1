"""Polls of a document, and the id of a submit's answer that fits a parameter of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.detection.answers import View, below, items_of, members_of, step, views_of
from specloom.detection.calls import needed_members, needed_parameters
from specloom.detection.nouns import SAYING, literals_of, nouns_of, placeholders_of, work_in
from specloom.detection.statuses import Status, find_status
from specloom.detection.words import set_of, singular, tokens_of
from specloom.openapi.schema_paths import types_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specloom.detection.statuses import Mentions
    from specloom.openapi.operations import Operation
    from specloom.openapi.tree import Node

__all__ = ["Identity", "Poll", "free_parameters", "identity_of", "poll_of", "url_of", "waits"]

_IDS = ("id", "uuid", "guid", "sid", "uid", "key", "token", "name", "handle", "number")
_SURE_IDS = _IDS[:5]
_ID_ENDS = frozenset((one,) for one in _IDS)
_SCALARS = {"string", "integer", "number"}
_BARE = frozenset({"result", "data", "response", "task", "job"})
_POLL_URLS = set_of(
    "status_url poll_url polling_url check_url fetch_url progress_url status_link status_uri"
    " operation_url job_url task_url poll_uri status_location status_endpoint"
)
_ASKING = (SAYING - {"result", "results"}) | {"query", "describe"}
_POLL_LINKS = frozenset({"get", "status", "poll", "self"})


@dataclass(frozen=True, slots=True)
class Poll:
    """An operation that tells how far a job is; without a status, its HTTP status does."""

    operation: Operation
    views: Sequence[View]
    status: Status | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Where the submit's answer has the job's id, and the parameter of the poll (or member of its body) for it."""

    path: str
    node: Node
    parameter: str
    is_named: bool
    is_in_body: bool = False

    @property
    def is_of_work(self) -> bool:
        """Whether its own name says that it is the id of work: `task_id`."""
        return bool(work_in(*tokens_of(str(self.node.at.pointer[-1]))[:-1]))


def waits(operation: Operation) -> Node | None:
    """The answer 202 of an operation that answers 200 too, once there is something to give."""
    responses = dict(operation.node.items("responses"))
    return responses.get("202") if "200" in responses else None


def poll_of(operation: Operation, mentions: Mentions) -> Poll | None:
    """The operation as a poll; None if it is none."""
    if operation.method not in ("get", "post"):
        return None
    views = views_of(operation.answers(), nouns_of(operation.path))
    status = find_status(views, mentions)
    if operation.method == "post":
        last = literals_of(operation.path)[-1:]
        is_asked = bool(last) and bool({*tokens_of(last[0])} & _ASKING)
        return Poll(operation, views, status) if status and is_asked else None
    if status is None and waits(operation) is None:
        return None
    return Poll(operation, views, status)


def free_parameters(submit: Operation, poll: Operation) -> list[str]:
    """The parameters of the poll that may take the id, the likeliest first; none where the path says it all."""
    given = set(submit.parameters())
    path = [name for name in placeholders_of(poll.path) if ("path", name) not in given]
    query = [name for place, name in needed_parameters(poll) if place == "query"]
    query = [name for name in query if ("query", name) not in given]
    if not path and not query:
        declared = [name for place, name in poll.parameters() if place == "query"]
        query = [
            name
            for name in declared
            if tokens_of(name)[-1:] and tokens_of(name)[-1] in _SURE_IDS
            if ("query", name) not in given
        ]
    own = [] if path or poll.path == submit.path else placeholders_of(poll.path)
    return [*path[::-1], *query, *own[::-1]]


def identity_of(submit: Operation, views: Sequence[View], poll: Operation) -> Identity | None:
    """The id that fits a parameter of the poll; None if nothing does."""
    for parameter in free_parameters(submit, poll)[:1]:
        if not _ends_with(poll.path, parameter):
            continue
        for path, node, is_named in _identifiers(parameter, views, poll.path):
            return Identity(path, node, parameter, is_named)
    asked = needed_members(poll)
    if len(asked) == 1 and not free_parameters(submit, poll):
        for path, node, is_named in _identifiers(asked[0], views, poll.path):
            return Identity(path, node, asked[0], is_named, is_in_body=True)
    return None


def _ends_with(path: str, parameter: str) -> bool:
    """Whether nothing but a question stands after the id: `/jobs/{id}/status`, and not `/tasks/{id}/runs/last`."""
    after = path.partition(f"{{{parameter}}}")[2] if f"{{{parameter}}}" in path else ""
    return all(part.lower() in SAYING for part in literals_of(after))


def _identifiers(parameter: str, views: Sequence[View], path: str) -> list[tuple[str, Node, bool]]:
    """Members that may be the value of a parameter, the likeliest first, and whether their names say so."""
    ranked: list[tuple[int, str, Node, bool]] = []
    for view in sorted(views, key=lambda view: not _has_status(view)):
        for name, node in view.members.items():
            at = below(view, name)
            if _lists_scalars(node):
                if tuple(map(singular, tokens_of(name))) == tokens_of(parameter):
                    ranked.append((1, f"{at}[*]", node, True))
            elif not types_of(node) - _SCALARS:
                found = _rank(name, node, view, tokens_of(parameter), path)
                found = found or ([(6, False)] if _is_bare(name, view) else [])
                ranked += [(rank, at, node, is_named) for rank, is_named in found]
    ranked.sort(key=lambda one: one[0])
    return [one[1:] for one in ranked]


def _rank(
    name: str, node: Node, view: View, wanted: tuple[str, ...], path: str
) -> list[tuple[int, bool]]:
    """How likely a member is what a parameter wants (0 is most), and whether its name says so; empty if it is not."""
    words = tokens_of(name)
    noun = wanted[:-1] if wanted[-1:] and wanted[-1] in _IDS else wanted
    resource = literals_of(path)[-1:]
    about = {*noun, *(singular(word) for part in resource for word in tokens_of(part))}
    if words == wanted:
        # Beside an id of the job itself it is the id of something else.
        is_other = len(wanted) > 1 and "id" in view.members and _has_status(view)
        return [] if is_other else [(0, len(wanted) > 1)]
    is_id = words[-1:] != () and (words[-1] in _SURE_IDS or words[-1:] == wanted[-1:] in _ID_ENDS)
    if len(words) == 1:
        holders = (tuple(map(singular, tokens_of(one))) for one in (view.holder, _schema_of(node)))
        if words[0] in _IDS and noun and noun in holders:
            return [(2, True)]
        return [(2 if _has_status(view) else 4, False)] if is_id else []
    if is_id and {*words[:-1]} <= about:
        return [(3, True)]
    return [(5, False)] if is_id and view.path == "$" and _is_only(view) else []


def _schema_of(member: Node) -> str:
    """The name of the schema that has a member, where it stands alone."""
    pointer = member.at.pointer
    is_shared = len(pointer) == 5 and pointer[:2] == ("components", "schemas")
    return str(pointer[2]) if is_shared else ""


def _is_bare(name: str, view: View) -> bool:
    """Whether the answer is an id that is called by what it is of: `{"result": "0f3a"}`."""
    return (
        view.path == "$"
        and len(view.members) == 1
        and name.lower() in _BARE
        and types_of(view.members[name]) == {"string"}
    )


def _lists_scalars(node: Node) -> bool:
    inner = items_of(node) if types_of(node) == {"array"} else None
    return inner is not None and bool(types_of(inner)) and types_of(inner) <= _SCALARS


def _is_only(view: View) -> bool:
    """Whether the view has one id at all."""
    ids = [name for name in view.members if {*tokens_of(name)[-1:]} & {*_SURE_IDS}]
    return len(ids) == 1


def _has_status(view: View) -> bool:
    return any(tokens_of(name)[-1:] in (("status",), ("state",)) for name in view.members)


def url_of(submit: Operation, views: Sequence[View]) -> tuple[str, Node] | None:
    """Where the submit's answer has the poll's URL: a member, or a header of an answer 202."""
    accepted = "202" in dict(submit.node.items("responses"))
    for view in views:
        for name, node in view.members.items():
            kinds = types_of(node)
            if "_".join(tokens_of(name)) in _POLL_URLS and kinds <= {"string"}:
                return below(view, name), node
            if name.lower() in ("urls", "links", "_links") and "object" in kinds:
                found = _link_in(node, below(view, name), accepted=accepted)
                if found is not None:
                    return found
    for status, response in submit.node.items("responses"):
        for name, header in response.follow().items("headers") if status[:1] == "2" else ():
            if name.lower() == "operation-location" or (name.lower(), status) == (
                "location",
                "202",
            ):
                return f"$response.header.{name}", header
    return None


def _link_in(links: Node, path: str, *, accepted: bool) -> tuple[str, Node] | None:
    """The link to the poll among those of an answer: a URL, or an object with one."""
    views = views_of([links])[:1]
    for key, held in views[0].members.items() if views else ():
        # Every resource has a link to itself; after a 202 that is where to look again.
        if key.lower() not in _POLL_LINKS or (key.lower() == "self" and not accepted):
            continue
        if types_of(held) == {"string"}:
            return step(path, key), held
        href = members_of(held).get("href")
        if href is not None:
            return f"{step(path, key)}.href", href
    return None
