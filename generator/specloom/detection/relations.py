"""What speaks for it that a poll is of a submit's jobs: Links, paths, answers, names, and what is said in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from specloom.detection.nouns import SAYING, VERBS, literals_of, shape_of
from specloom.detection.words import singular, tokens_of
from specloom.openapi.operations import referred_operation
from specloom.openapi.schema_paths import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specloom.detection.answers import View
    from specloom.detection.evidence import Findings
    from specloom.detection.pairs import Identity, Poll
    from specloom.detection.statuses import Status
    from specloom.openapi.operations import Operation
    from specloom.openapi.tree import Node

__all__ = ["has_same_stem", "is_beneath", "relate"]


def relate(
    submit: Operation, views: Sequence[View], poll: Poll, identity: Identity | None, found: Findings
) -> None:
    """Add what speaks for it that this poll is of that submit's jobs."""
    _relate_links(submit, poll.operation, found)
    _relate_paths(submit, poll.operation, found, has_id=identity is not None)
    _relate_prose(submit, poll.operation, found)
    if poll.status is not None:
        _relate_answers(views, poll.status, found)
    if identity is not None and identity.is_named:
        words = tokens_of(str(identity.node.at.pointer[-1]))
        is_same = words == tokens_of(identity.parameter)
        text = f"its id is named as the parameter `{identity.parameter}` of the poll"
        found.add(2 if is_same else 1, text, identity.node.at)
        asked = literals_of(poll.operation.path)[-1:]
        if not is_same and asked and words[:-1] == tokens_of(asked[0]):
            found.add(1, f"and as the poll's path: `{asked[0]}`", poll.operation.node.at)


def _relate_links(submit: Operation, poll: Operation, found: Findings) -> None:
    for status, response in submit.node.items("responses"):
        for _, held in response.follow().items("links") if status[:1] == "2" else ():
            link = held.follow()
            ref = link.text("operationRef")
            linked = referred_operation(submit.node.tree, link, ref) if ref else None
            is_named = link.text("operationId") == poll.node.text("operationId", "?")
            if is_named or (linked is not None and linked.node.at == poll.node.at):
                found.add(3, "a Link of its answer leads to the poll", link.at)
                return


def is_beneath(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Whether the second path is the first with an id, and perhaps a word for the question."""
    if second[: len(first)] == first and second[len(first) + 1 :] == ("{}",):
        return second[len(first)].lower() in SAYING
    if second[: len(first) + 1] != (*first, "{}"):
        return False
    rest = second[len(first) + 1 :]
    return not rest or (len(rest) == 1 and rest[0].lower() in SAYING)


def _relate_paths(submit: Operation, poll: Operation, found: Findings, *, has_id: bool) -> None:
    first, second = shape_of(submit.path), shape_of(poll.path)
    at = poll.node.at
    if is_beneath(first, second):
        found.add(3, "the poll's path is that of the submit with the id", at)
    elif first == second:
        found.add(3 if has_id else 2, "submit and poll have the same path", at)
    elif (stem := _shared(first, second)) is not None:
        found.add(1, f"both paths begin with `/{'/'.join(stem)}`", at)
    elif (noun := _resource(submit.path)) and noun == _resource(poll.path):
        found.add(1, f"both are about `{noun}`", at)


def has_same_stem(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Whether both paths are about the same, by what they begin with: `/jobs/create` and `/jobs/{id}`."""
    return _shared(first, second) is not None


def _shared(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...] | None:
    theirs = _stem(second)
    mine = _stem(first)
    for stem in (mine, mine[:-1] if mine[-1:] != ("{}",) else ()):
        if stem == theirs and stem[-1:] != ("{}",) and literals_of("/".join(stem)):
            return stem
    return None


def _stem(shape: tuple[str, ...]) -> tuple[str, ...]:
    """What a path begins with, without the ids and verbs at its end."""
    stem = shape
    while stem and (stem[-1] == "{}" or stem[-1].lower() in SAYING or stem[-1].lower() in VERBS):
        stem = stem[:-1]
    return stem


def _resource(path: str) -> str:
    stem = literals_of("/".join(_stem(shape_of(path))))
    return "_".join(map(singular, tokens_of(stem[-1]))) if stem else ""


def _relate_prose(submit: Operation, poll: Operation, found: Findings) -> None:
    own = {"/".join(shape_of(submit.path)), ""}
    wanted = shape_of(poll.path)
    texts = [(submit.node, submit.node.text("description"))]
    responses = [node.follow() for status, node in submit.node.items("responses") if status < "3"]
    texts += [(node, node.text("description")) for node in responses]
    for node, text in texts:
        for told in re.findall(r"/[\w{}<>:/.\-]*[\w}>]", text):
            shape = shape_of(re.sub(r"<[^>]*>|:\w+", "{}", told))
            if "/".join(shape) not in own and shape == wanted:
                found.add(2, f"its description names `{told}`", node.at)
                return


def _has_same_words(first: Node, second: Node) -> bool:
    words = [{str(word) for word, _ in words_of(node) or ()} for node in (first, second)]
    return bool(words[0]) and words[0] == words[1]


def _relate_answers(views: Sequence[View], status: Status, found: Findings) -> None:
    theirs = set(status.view.members)
    for view in views:
        own = view.members.get(status.name)
        if own is not None and own.at == status.node.at:
            found.add(2, "submit and poll answer with the same schema", own.at)
            return
    for view in views:
        own = view.members.get(status.name)
        if own is None:
            continue
        if own.follow().at == status.node.follow().at or _has_same_words(own, status.node):
            found.add(1, "submit and poll answer with the same status", own.at)
            return
        if 2 * len(theirs & view.members.keys()) > len(theirs) > 2:
            found.add(1, "submit and poll answer with nearly the same members", own.at)
            return
