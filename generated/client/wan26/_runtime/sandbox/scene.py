"""The moving picture: a landscape that drifts by, drawn from the seed and the prompt alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from .dice import Dice
from .planes import Colour, Planes, Sheet, blank, gradient, mix

__all__ = ["Scene"]

_NIGHT_WORDS = ("moon", "night", "star", "dark", "月", "夜", "星")
_LAYERS = 4
_SUPERSAMPLED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Palette:
    sky: tuple[Colour, Colour, Colour]
    lamp: Colour
    far: Colour
    near: Colour
    light: Colour
    night: bool = False


_PALETTES = (
    _Palette(
        sky=((43, 52, 103), (188, 92, 122), (255, 190, 128)),
        lamp=(255, 236, 196),
        far=(170, 98, 126),
        near=(38, 26, 58),
        light=(255, 214, 150),
    ),
    _Palette(
        sky=((58, 124, 190), (140, 194, 226), (250, 232, 204)),
        lamp=(255, 250, 226),
        far=(138, 176, 190),
        near=(28, 66, 62),
        light=(255, 255, 240),
    ),
    _Palette(
        sky=((24, 70, 98), (92, 160, 158), (250, 214, 150)),
        lamp=(255, 240, 200),
        far=(104, 150, 150),
        near=(16, 44, 58),
        light=(255, 232, 170),
    ),
    _Palette(
        sky=((92, 62, 138), (226, 126, 150), (255, 214, 178)),
        lamp=(255, 244, 224),
        far=(184, 116, 158),
        near=(58, 30, 76),
        light=(255, 226, 236),
    ),
    _Palette(
        sky=((8, 12, 36), (24, 40, 86), (78, 102, 150)),
        lamp=(240, 244, 255),
        far=(50, 70, 116),
        near=(6, 10, 26),
        light=(255, 224, 150),
        night=True,
    ),
    _Palette(
        sky=((14, 10, 38), (52, 32, 92), (148, 88, 138)),
        lamp=(255, 240, 222),
        far=(84, 54, 108),
        near=(12, 6, 28),
        light=(255, 200, 140),
        night=True,
    ),
    _Palette(
        sky=((4, 22, 34), (12, 62, 80), (74, 138, 132)),
        lamp=(236, 255, 246),
        far=(34, 88, 96),
        near=(4, 16, 24),
        light=(190, 255, 200),
        night=True,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    sheet: Sheet
    y: int
    step: int  # pixels a frame


@dataclass(frozen=True, slots=True, kw_only=True)
class _Light:
    sheet: Sheet
    x: float
    y: float
    sway: float
    rise: float  # pixels a frame
    phase: float


class Scene:
    """A landscape of a size; `frame(n)` are the planes of its n-th frame, to be drawn on."""

    def __init__(self, *, width: int, height: int, frames: int, seed: int, prompt: str) -> None:
        self._width, self._height, self._frames = width, height, frames
        self._unit = min(width, height)
        self._dice = Dice("scene", seed, prompt)
        night = any(word in prompt.lower() for word in _NIGHT_WORDS)
        pool = [palette for palette in _PALETTES if palette.night == night]
        self._palette = self._dice.pick(pool)
        self._sky = Sheet.of(self._draw_sky())
        self._lamp = self._draw_lamp()
        self._lamp_from = (self._dice.between(0.2, 0.8), self._dice.between(0.16, 0.34))
        self._layers = [self._draw_layer(index) for index in range(_LAYERS)]
        self._lights = [self._draw_light() for _ in range(12)]

    def frame(self, number: int) -> Planes:
        """The planes of a frame."""
        planes = self._sky.copy()
        self._lay_lamp(planes, number)
        for layer in self._layers:
            layer.sheet.window(number * layer.step, self._width).lay(planes, 0, layer.y)
        for light in self._lights:
            self._lay_light(planes, light, number)
        return planes

    def _draw_sky(self) -> Image.Image:
        sky = gradient(self._width, self._height, self._palette.sky)
        if self._palette.night:
            draw = ImageDraw.Draw(sky)
            for _ in range(160):
                x = self._dice.below(self._width)
                y = int(self._dice.between(0, 1) ** 1.6 * self._height * 0.6)
                size = self._dice.pick((0, 0, 0, 1)) * self._unit // 700
                shade = 120 + self._dice.below(125)
                draw.ellipse((x, y, x + size, y + size), fill=(shade, shade, min(255, shade + 10)))
        return sky

    def _draw_lamp(self) -> Sheet:
        """Sun or moon: a disc within its glow."""
        side = self._unit // 2 * 2
        radius = side // (18 if self._palette.night else 15)
        glow = ImageChops.invert(Image.radial_gradient("L")).resize((side, side)).point(_fade)
        disc = blank(side, side)
        fine = 8  # drawn so much larger, for a smooth rim
        round_ = blank(radius * 2 * fine, radius * 2 * fine)
        ImageDraw.Draw(round_).ellipse(
            (0, 0, radius * 2 * fine - 1, radius * 2 * fine - 1), fill=255
        )
        disc.paste(round_.reduce(fine), (side // 2 - radius, side // 2 - radius))
        return Sheet.flat(self._palette.lamp, ImageChops.lighter(glow, disc))

    def _lay_lamp(self, planes: Planes, number: int) -> None:
        side = self._lamp.size[0]
        x = self._lamp_from[0] * self._width + number * self._unit / 2400
        y = self._lamp_from[1] * self._height - number * self._unit / 3600
        self._lamp.lay(planes, _even(x - side / 2), _even(y - side / 2))

    def _draw_layer(self, index: int) -> _Layer:
        """A range of hills, the nearer the darker, lower and faster."""
        share = index / (_LAYERS - 1)
        step = max(1, round(self._unit / 1080 * (1, 2, 3, 5)[index]))
        width = (self._width + step * self._frames + 3) // 2 * 2
        top = _even(self._height * (0.44 + 0.13 * index))
        height = (self._height - top + 1) // 2 * 2
        colour = mix(self._palette.far, self._palette.near, share)
        haze = mix(colour, self._palette.sky[2], 0.38 * (1 - share))
        foot = gradient(width, height, (colour, colour, haze))
        return _Layer(sheet=Sheet.of(foot, self._ridge(width, height, index)), y=top, step=step)

    def _ridge(self, width: int, height: int, index: int) -> Image.Image:
        waves = [
            (
                self._dice.between(0.6, 1.4) * 2 * math.pi * tone / (self._unit * 1.6),
                self._dice.between(0, 2 * math.pi),
                self._unit * (0.062 - 0.006 * index) / tone**1.15,
            )
            for tone in (1, 2, 4, 9, 17)
        ]
        middle = self._unit * 0.11
        line = [
            (
                x * _SUPERSAMPLED,
                _SUPERSAMPLED * (middle + sum(a * math.sin(f * x + p) for f, p, a in waves)),
            )
            for x in range(0, width + 3, 3)
        ]
        size = (width * _SUPERSAMPLED, height * _SUPERSAMPLED)
        ridge = blank(*size)
        ImageDraw.Draw(ridge).polygon([*line, (line[-1][0], size[1]), (0, size[1])], fill=255)
        return ridge.reduce(_SUPERSAMPLED)

    def _draw_light(self) -> _Light:
        """A small light that rises and sways."""
        side = max(8, _even(self._unit * self._dice.between(0.025, 0.07)))
        glow = ImageChops.invert(Image.radial_gradient("L")).resize((side, side)).point(_spark)
        return _Light(
            sheet=Sheet.flat(self._palette.light, glow),
            x=self._dice.between(0, self._width),
            y=self._dice.between(0.35, 1.0) * self._height,
            sway=self._dice.between(0.01, 0.05) * self._unit,
            rise=self._dice.between(0.4, 1.6) * self._unit / 1080,
            phase=self._dice.between(0, 2 * math.pi),
        )

    def _lay_light(self, planes: Planes, light: _Light, number: int) -> None:
        side = light.sheet.size[0]
        x = light.x + light.sway * math.sin(light.phase + number / 30)
        y = (light.y - light.rise * number) % (self._height + side) - side
        light.sheet.lay(planes, round(x), round(y))


def _even(value: float) -> int:
    return round(value / 2) * 2


def _fade(value: int) -> float:
    """The glow of sun and moon."""
    return 150 * math.pow(_nearness(value), 2.2)


def _spark(value: int) -> float:
    """Bright in the middle, then a soft rim."""
    share = _nearness(value)
    return min(255, 190 * math.pow(share, 1.8) + max(0.0, share - 0.66) * 1200)


def _nearness(value: int) -> float:
    """1 in the middle, 0 from the rim on (pillow's gradient ends at the corners)."""
    return max(0.0, (value - 76) / 179)
