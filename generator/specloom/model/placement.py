"""Which module holds which type: no module of models is so large that a program pays for what it never meets."""

from __future__ import annotations

import dataclasses
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from specloom.model.names import snake
from specloom.model.types import Union

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from specloom.model.types import Declaration

# A class costs its making when its module is loaded, and pyright gives up on some thousand in one.
_MOST = 50


def divided(types: Iterable[Declaration]) -> Iterator[Declaration]:
    """The types, those of a module with too many of them in several: by the first letters of their names.

    Unions stay together, since those that lead back to themselves have to.
    """
    every = list(types)
    sizes = Counter(one.module for one in every if not isinstance(one, Union))
    held: dict[str, Counter[str]] = {}
    for one in every:
        if not isinstance(one, Union) and sizes[one.module] > _MOST:
            held.setdefault(one.module, Counter()).update(_beginnings(one.name))
    for one in every:
        if isinstance(one, Union) or one.module not in held:
            yield one
        else:
            shared = held[one.module]
            beginnings = _beginnings(one.name)
            letters = next((b for b in beginnings if b and shared[b] <= _MOST), beginnings[-1])
            yield dataclasses.replace(one, module=f"{one.module}_{letters}")


@lru_cache(maxsize=65_536)
def _beginnings(name: str) -> tuple[str, ...]:
    """The first letters of a type's name: none, one, two, and so on, whole words where they end there."""
    name = snake(name)
    return tuple(dict.fromkeys(name[:size].rstrip("_") for size in range(len(name) + 1)))
