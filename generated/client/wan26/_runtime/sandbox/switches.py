"""The faults that are switched on, and how often each may still strike."""

from __future__ import annotations

import random
import threading
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .faults import Order

__all__ = ["Switch", "Switches"]


class Switch:
    """An order, and how often it may still strike: `left` is None for ever."""

    def __init__(self, order: Order) -> None:
        self.order, self.left = order, order.times


class Switches:
    """Draws which fault strikes, by a seed; safe between threads.

    `standing` are the switches of the whole sandbox.
    """

    def __init__(self, orders: Sequence[Order], seed: int | None) -> None:
        self._orders, self._seed = orders, seed
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Begin anew: nothing has struck, and chance starts again from the seed."""
        with self._lock:
            self._random = random.Random(self._seed)  # a seed must give it again
            self.standing = [Switch(order) for order in self._orders]
            self._struck: Counter[str] = Counter()

    def strike(
        self, switches: Iterable[Switch], where: str, fits: Callable[[Order], bool]
    ) -> Order | None:
        """The first fault that strikes at that place, if any; it is counted."""
        with self._lock:
            for switch in switches:
                order = switch.order
                if where not in order.where or switch.left == 0 or not fits(order):
                    continue
                if self._random.random() < order.probability:
                    switch.left = None if switch.left is None else switch.left - 1
                    self._struck[order.name] += 1
                    return order
        return None

    def struck(self) -> Mapping[str, int]:
        """How often each fault has struck."""
        with self._lock:
            return dict(self._struck)
