"""A time of day that jumps years ahead and back, call by call."""

from __future__ import annotations

import random

from wan26._runtime.drivers import Clock

__all__ = ["Jumping"]

_FIRST, _LAST = 86_400.0, 4_102_444_800.0  # 1970 and 2100, in seconds since 1970


class Jumping(Clock):
    """Tells another time each time it is asked, drawn by a seed; how long things take is true."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def wall(self) -> float:
        """Any second between 1970 and 2100."""
        return self._dice.uniform(_FIRST, _LAST)
