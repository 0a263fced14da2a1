"""How an answer says how far a job is: a status with words, a flag, or nothing but the HTTP status."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from specloom.detection.answers import below, prose_of, views_of
from specloom.detection.nouns import nouns_of
from specloom.detection.words import Life, is_known, read_life, set_of, tokens_of
from specloom.openapi.schema_paths import parts_of, types_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from specloom.detection.answers import View
    from specloom.diagnostics import Location
    from specloom.openapi.operations import Operation
    from specloom.openapi.tree import Node

__all__ = ["Mentions", "Status", "find_status", "mentions_of"]

# What operations say in words, by the place of the status that their answers have.
Mentions = Mapping["Location", str]
Source = Literal["enum", "prose", "flag"]

_NAMES = ("status", "state", "phase", "stage")
_FLAGS = set_of(
    "done finished completed complete ready is_done is_finished is_completed is_complete is_ready"
    " has_finished"
)
_GOING = set_of("is_running in_progress is_in_progress")
_QUOTED = re.compile(r"([`\"']|\*{1,2})([A-Za-z][A-Za-z_\- ]{1,30})\1")
_BARE = re.compile(r"[A-Za-z][A-Za-z_\-]+")
_NUMBERED = re.compile(r"(?<![\w.])(-?\d+)\W{1,5}([A-Za-z][A-Za-z_]+)")
_NAMINGS = ("x-enum-varnames", "x-enumNames", "x-enum-names")
# A sentence may speak of what has failed or is done; three such words are a list.
_FEWEST_BARE = 3


@dataclass(frozen=True, slots=True)
class Status:
    """A member of an answer that tells the state, with its words divided."""

    path: str
    name: str
    node: Node
    view: View
    life: Life
    source: Source


def mentions_of(operations: Iterable[Operation]) -> Mentions:
    """What is said in words by the operations that answer with the same status, if its schema lists no words."""
    found: dict[Location, list[str]] = {}
    for operation in operations:
        told = (operation.node, *operation.parameters().values())
        text = "\n".join(node.text("description") for node in told).strip()
        for view in views_of(operation.answers(), nouns_of(operation.path)):
            for name, node in view.members.items():
                if text and name.lower() in _NAMES and not _listed(view.declared[name]):
                    found.setdefault(node.at, []).append(text)
    return {at: "\n".join(texts) for at, texts in found.items()}


def find_status(views: Iterable[View], mentions: Mentions) -> Status | None:
    """The status of the first view that has one with a life cycle; else its flag that the work is done."""
    known = list(views)
    found = [status for view in known for status in _statuses(view, mentions)]
    if found:
        return min(found, key=_rank)
    return next((flag for view in known for flag in _flags(view)), None)


def _rank(status: Status) -> tuple[bool, bool, bool, int]:
    """The least is the best: words of work, a plain name, listed, far up."""
    is_plain = status.name.lower() in _NAMES
    depth = status.path.count(".") + status.path.count("[")
    return not status.life.is_work, not is_plain, status.source != "enum", depth


def _statuses(view: View, mentions: Mentions) -> Iterator[Status]:
    for name, node in _named(view):
        listed = _listed(view.declared[name])
        source: Source = "enum" if listed else "prose"
        if numbered := _numbered(view.declared[name]):
            life = read_life(numbered.values(), numbered)
            source = "prose"
        else:
            life = read_life(listed or _written(prose_of(node)))
        if not life.is_life and not listed:
            shown = [f"`{one}`" for one in _examples(node)]
            life = read_life(
                _written("\n".join([*shown, prose_of(node), mentions.get(node.at, "")]))
            )
        if life.is_life:
            yield Status(below(view, name), name, node, view, life, source)


def _named(view: View) -> list[tuple[str, Node]]:
    """The members that are called a status; one with a plain name and an enum speaks for itself."""
    found = [
        (name, node)
        for name, node in view.members.items()
        if tokens_of(name)[-1:]
        and tokens_of(name)[-1] in _NAMES
        and (not types_of(node) - {"string"} or _numbered(view.declared[name]))
    ]
    plain = [
        one for one in found if one[0].lower() in _NAMES[:2] and _listed(view.declared[one[0]])
    ]
    return plain or found


def _listed(nodes: Iterable[Node]) -> list[Any]:
    """The words of an enum, also of one that allows others, and of all variants of the answer together."""
    return list(dict.fromkeys(str(word) for node in nodes for word in _words(node)))


def _words(node: Node) -> Iterator[Any]:
    closed = words_of(node)
    if closed is not None:
        yield from (word for word, _ in closed)
        return
    for part in parts_of(node):
        yield from (item.value for item in part.elements("enum") if item.value)
        const = part.get("const")
        if const is not None and const.value:
            yield const.value


def _written(prose: str) -> list[str]:
    """Words of a life cycle in prose: quoted ones, or enough of them in a row."""
    quoted = [word.strip() for _, word in _QUOTED.findall(prose)]
    found = _different(quoted)
    if len(found) < 2:
        found = _different(_BARE.findall(prose))
        found = found if len(found) >= _FEWEST_BARE else []
    return found


def _numbered(nodes: Iterable[Node]) -> dict[Any, str]:
    """What the numbers of a status stand for, as far as words say it: `0 queued, 1 running, 2 done`."""
    found: dict[Any, str] = {}
    for node in nodes:
        if types_of(node) != {"integer"}:
            continue
        for part in parts_of(node):
            names = [item.value for key in _NAMINGS for item in part.elements(key)]
            found |= dict(zip([item.value for item in part.elements("enum")], names, strict=False))
        for number, word in _NUMBERED.findall(prose_of(node)):
            found.setdefault(int(number), word)
    return found if len(found) >= _FEWEST_BARE else {}


def _different(words: Iterable[str]) -> list[str]:
    """The words of life cycles among these, each in the spelling in which it comes first."""
    found: dict[tuple[str, ...], str] = {}
    for word in words:
        if is_known(word):
            found.setdefault(tokens_of(word), word)
    return list(found.values())


def _examples(node: Node) -> list[str]:
    """The examples of a value that are words."""
    shown = [
        example.value
        for part in parts_of(node)
        for example in [*part.elements("examples"), part.get("example")]
        if example is not None
    ]
    return [one for one in shown if isinstance(one, str) and one.isprintable()]


def _flags(view: View) -> Iterator[Status]:
    for name, node in view.members.items():
        spelled = "_".join(tokens_of(name))
        if spelled in _FLAGS | _GOING and types_of(node) == {"boolean"}:
            is_done = spelled in _FLAGS
            life = Life(states={"running": [not is_done], "succeeded": [is_done]})
            yield Status(below(view, name), name, node, view, life, "flag")
