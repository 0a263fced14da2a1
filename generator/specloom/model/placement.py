"""Which module holds which type: no module of models is larger than people, and type checkers, can read."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING

from specloom.model.names import snake
from specloom.model.types import Union

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from specloom.model.types import Declaration

_MOST = 600  # pyright gives up on a module with some thousand classes


def divided(types: Iterable[Declaration]) -> Iterator[Declaration]:
    """The types, those of a module with too many of them in several: by the first letters of their names.

    Unions stay together, since those that lead back to themselves have to.
    """
    every = list(types)
    held: dict[str, Counter[str]] = {}
    for one in every:
        if not isinstance(one, Union):
            held.setdefault(one.module, Counter()).update(_beginnings(one))
    for one in every:
        shared = held.get(one.module, Counter())
        is_small = isinstance(one, Union) or shared[""] <= _MOST
        letters = "" if is_small else next(b for b in _beginnings(one) if b and shared[b] <= _MOST)
        yield dataclasses.replace(one, module=f"{one.module}_{letters}") if letters else one


def _beginnings(one: Declaration) -> list[str]:
    """The first letters of a type's name: none, one, two, and so on, whole words where they end there."""
    name = snake(one.name)
    return list(dict.fromkeys(name[:size].rstrip("_") for size in range(len(name) + 1)))
