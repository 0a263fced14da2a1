"""The sound track: a soft figure of five notes that follows from the seed and repeats."""

from __future__ import annotations

import math
from array import array

from .dice import Dice

__all__ = ["RATE", "draw_samples"]

RATE = 48_000

_PENTATONIC = (0, 2, 4, 7, 9, 12, 14, 16)  # half tones over the root
_NOTES = 8
_NOTE = RATE // 2  # samples


def draw_samples(seconds: float, seed: int) -> array[float]:
    """One channel of samples between -1 and 1."""
    figure = _figure(Dice("sound", seed))
    count = round(seconds * RATE)
    samples = array("f")
    while len(samples) < count:
        samples.extend(figure)
    del samples[count:]
    _fade_out(samples)
    return samples


def _figure(dice: Dice) -> array[float]:
    """Eight notes over a held fifth, ending where it begins so that it can repeat."""
    root = 220 * 2 ** (dice.below(8) / 12)
    held = (
        round(root / 2 * 4) / 4
    )  # whole periods in four seconds: no click where the figure repeats
    samples = array("f", bytes(4 * _NOTES * _NOTE))
    for index in range(len(samples)):
        angle = 2 * math.pi * held * index / RATE
        samples[index] = 0.06 * math.sin(angle) + 0.04 * math.sin(1.5 * angle)
    for note in range(_NOTES):
        pitch = root * 2 ** (dice.pick(_PENTATONIC) / 12)
        _strike(samples, note * _NOTE, pitch)
    return samples


def _strike(samples: array[float], start: int, pitch: float) -> None:
    """A bell-like note that has died away before the next."""
    turn = 2 * math.pi * pitch / RATE
    for index in range(_NOTE):
        age = index / _NOTE
        loud = min(1.0, age * 40) * math.exp(-4 * age) * (1 - age)
        samples[start + index] += loud * (
            0.16 * math.sin(turn * index) + 0.04 * math.sin(2 * turn * index)
        )


def _fade_out(samples: array[float]) -> None:
    length = min(len(samples), RATE // 4)
    for index in range(length):
        samples[-1 - index] *= index / length
