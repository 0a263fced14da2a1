"""What the answers about one job have in common: a value that one has told, others tell too."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from .counts import plain_name
from .pen import at, replaced
from .wordbook import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from .borrowed import Location
    from .grounds import Ground, Schemas

__all__ = ["agreed", "carried", "holder_of"]

# What a member tells that changes in the life of a job, whatever the document says of it.
_CHANGING = frozenset(("status", "state", "phase", "stage", "step", "updated", "modified"))


def holder_of(body: Any, given: str | int) -> Location | None:
    """Where the object is that has the job's id as a member; None: nowhere."""
    waiting: list[Location] = [()]
    while waiting:
        place = waiting.pop(0)
        here = at(body, place)
        if isinstance(here, dict):
            if given in [each for each in here.values() if isinstance(each, str | int)]:
                return place
            waiting.extend((*place, name) for name in here)
        elif isinstance(here, list):
            waiting.extend((*place, number) for number in range(len(here)))
    return None


def carried(
    ground: Ground, body: Any, before: Any, given: str | int, apart: Collection[str]
) -> Any:
    """The body with the values that an earlier answer of the same job has at the same places.

    Of objects at the same place, and of those that have the job's id; what changes is left alone,
    as are members of the plain names in `apart`.
    """
    best = ground.faults(body)
    for here, there in _pairs(body, before, given):
        told = _taken(at(body, here), at(before, there), apart)
        laid = replaced(copy.deepcopy(body), here, told)
        faults = ground.faults(laid)
        if faults <= best:
            body, best = laid, faults
            continue
        for name in [each for each in told if told[each] != at(body, here)[each]]:
            one = {**at(body, here), name: told[name]}
            laid = replaced(copy.deepcopy(body), here, one)
            faults = ground.faults(laid)
            body, best = (laid, faults) if faults <= best else (body, best)
    return body


def agreed(
    ground: Ground, body: Any, place: Location, known: Any, told: tuple[Ground, Schemas]
) -> Any:
    """The body in which the object at a place says what is known, and nothing against it.

    Args:
        ground: of the body.
        body: an answer that tells the job beside its poll.
        place: of the object that is to agree.
        known: what the poll says.
        told: the ground of the poll's answer, and what `known` may be there.
    """
    item = at(body, place)
    if not isinstance(item, dict) or not isinstance(known, dict):
        return body
    may_have = ground.within_body(place)
    further = [name for name in known if name not in item and ground.has(may_have, name)]
    whole = _merged(item, known, told[0].member, told[1])
    whole |= {name: copy.deepcopy(known[name]) for name in further}
    best = ground.faults(body)
    laid = replaced(copy.deepcopy(body), place, whole)
    if ground.faults(laid) <= best:
        return laid
    for name in dict.fromkeys((*item, *further)):
        one = {**at(body, place)}
        if name in whole:
            one[name] = whole[name]
        else:
            del one[name]
        laid = replaced(copy.deepcopy(body), place, one)
        faults = ground.faults(laid)
        body, best = (laid, faults) if faults <= best else (body, best)
    return body


def _pairs(body: Any, before: Any, given: str | int) -> list[tuple[Location, Location]]:
    """Objects that tell the same: here, and in the earlier answer."""
    pairs: list[tuple[Location, Location]] = []
    here, there = holder_of(body, given), holder_of(before, given)
    if isinstance(body, dict) and isinstance(before, dict):
        pairs.append(((), ()))
    if here is not None and there is not None and (here, there) != ((), ()):
        pairs.append((here, there))
    return pairs


def _taken(here: Any, there: Any, apart: Collection[str]) -> dict[str, Any]:
    made = dict(here)
    for name in [each for each in here if each in there]:
        old, new = here[name], there[name]
        if plain_name(name) in apart or not _CHANGING.isdisjoint(words_of(name)):
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            made[name] = _taken(old, new, apart)
        elif _lasts(old) and _lasts(new):
            made[name] = new
    return made


def _lasts(value: Any) -> bool:
    """Whether it is a text or a number; a flag may turn."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _merged(
    item: Any, known: Any, step: Callable[[Schemas, str], Schemas], schemas: Schemas
) -> dict[str, Any]:
    """The item with what is known, without what the poll could say and does not."""
    made: dict[str, Any] = {}
    for name, value in item.items():
        within = step(schemas, name)
        if name not in known:
            if not within:
                made[name] = value
        elif isinstance(value, dict) and isinstance(known[name], dict):
            made[name] = {**known[name], **_merged(value, known[name], step, within)}
        else:
            made[name] = copy.deepcopy(known[name])
    return made
