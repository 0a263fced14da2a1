"""Polls that no name joins to a submit: the nearest of those that could be meant, where only one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.detection.nouns import controls, literals_of, shape_of, thing_in, work_in
from specloom.detection.pairs import free_parameters, url_of
from specloom.detection.relations import has_same_stem, is_beneath
from specloom.detection.words import set_of, tokens_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specloom.detection.answers import View
    from specloom.detection.evidence import Findings
    from specloom.detection.pairs import Identity, Poll
    from specloom.openapi.operations import Operation

__all__ = ["Neighbours"]

# A receipt has an id, and little beside it: when it was written, what it costs.
_MOST_MEMBERS = 4
# Nobody generates a thing: it is created.
_MAKING = set_of("generate render convert transcribe synthesize synthesise upscale async")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The polls that tell of one job by its id.

    Attributes:
        polls: All of them.
        orphans: Those whose jobs no operation makes that stands at the path.
    """

    polls: Sequence[Poll]
    orphans: Sequence[Poll]

    @classmethod
    def among(cls, polls: Sequence[Poll], operations: Sequence[Operation]) -> Neighbours:
        """The neighbours among the polls of a document."""
        telling = [
            poll
            for poll in polls
            if poll.operation.method == "get"
            and poll.status is not None
            and poll.status.source != "flag"
            and "[" not in poll.status.path
        ]
        making = [one for one in operations if one.method in ("post", "put") and not controls(one)]
        return cls(
            telling,
            [poll for poll in telling if not any(_makes(one, poll.operation) for one in making)],
        )

    def relate(
        self,
        submit: Operation,
        views: Sequence[View],
        poll: Poll,
        identity: Identity | None,
        found: Findings,
    ) -> None:
        """Add what speaks for a poll that a submit's answer leads to without a name: a receipt or a URL."""
        url = url_of(submit, views)
        if url is None and not (_is_receipt(views, identity) and _is_work(submit)):
            return
        nearest = self._nearest(submit, has_url=url is not None)
        if nearest is None or nearest.operation.node.at != poll.operation.node.at:
            return
        what = "gives a URL" if url is not None else "is little more than an id"
        text = f"its answer {what}, and only this poll can be meant"
        found.add(2, text, poll.operation.node.at)
        found.is_doubtful = True
        found.is_thing = thing_in(submit.path, "") != ""

    def _nearest(self, submit: Operation, *, has_url: bool) -> Poll | None:
        known = self.polls if has_url else self.orphans
        fit = [poll for poll in known if len(free_parameters(submit, poll.operation)) == 1]
        if has_url:
            depths = [_depth(submit, poll.operation) for poll in fit]
            most = max(depths, default=0)
            near = [poll for poll, depth in zip(fit, depths, strict=True) if depth == most > 0]
            if near:
                return near[0] if len(near) == 1 else None
        orphans = {poll.operation.node.at for poll in self.orphans}
        alone = [poll for poll in fit if poll.operation.node.at in orphans]
        return alone[0] if len(alone) == 1 else None


def _makes(submit: Operation, poll: Operation) -> bool:
    first, second = shape_of(submit.path), shape_of(poll.path)
    return is_beneath(first, second) or first == second or has_same_stem(first, second)


def _is_receipt(views: Sequence[View], identity: Identity | None) -> bool:
    """Whether an answer is little more than an id that does not say of what."""
    if identity is None or len(tokens_of(str(identity.node.at.pointer[-1]))) > 1:
        return False
    held = next((view for view in views if identity.node in view.members.values()), None)
    return held is not None and len(held.members) <= _MOST_MEMBERS


def _is_work(submit: Operation) -> bool:
    if work_in(submit.path) or "202" in dict(submit.node.items("responses")):
        return True
    told = {
        *tokens_of(submit.node.text("operationId")),
        *tokens_of("_".join(literals_of(submit.path))),
    }
    return bool(told & _MAKING)


def _depth(submit: Operation, poll: Operation) -> int:
    """How many segments two paths begin with alike; 0 if none of these is a name."""
    alike: list[str] = []
    for mine, theirs in zip(shape_of(submit.path), shape_of(poll.path), strict=False):
        if mine != theirs:
            break
        alike.append(mine)
    return len(alike) if literals_of("/".join(alike)) else 0
