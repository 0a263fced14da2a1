"""What is written over the picture: the prompt, what this is, and the watermark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .lettering import Block, set_text
from .planes import Planes, Sheet, blank

if TYPE_CHECKING:
    from .faces import Faces

__all__ = ["Caption", "draw_captions"]

WATERMARK = "AI Generated"
_PANEL = 118  # of 255: how dark the panel behind the prompt is


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """A piece of writing and its place."""

    sheet: Sheet
    x: int
    y: int

    def lay(self, onto: Planes) -> None:
        """Write it on a frame."""
        self.sheet.lay(onto, self.x, self.y)


def draw_captions(
    faces: Faces, *, width: int, height: int, prompt: str, label: str, watermark: bool
) -> list[Caption]:
    """The captions of a picture of that size."""
    unit = min(width, height)
    margin = _even(unit * 0.045)
    foot = _even(unit * 0.085)  # the watermark's line, kept free also where there is none
    captions = [_label(faces, label, unit, margin, width)]
    block = set_text(
        faces,
        prompt,
        width=width - 2 * margin - 2 * _padding(unit),
        height=round(height * 0.5),
        largest=round(unit * 0.06),
        least=max(11, round(unit * 0.024)),
    )
    if block.lines:
        panel = _panel(block, unit)
        captions.append(_caption(panel, margin, _even(height - foot - panel[0].height)))
    if watermark:
        captions.append(_watermark(faces, unit, margin, width, height))
    return captions


def _label(faces: Faces, label: str, unit: int, margin: int, width: int) -> Caption:
    size = max(10, round(unit * 0.026))
    block = set_text(
        faces, label, width=width - 2 * margin, height=size * 4, largest=size, least=size
    )
    return _caption(_shadowed(block, unit), _even(margin * 0.6), _even(margin * 0.5))


def _watermark(faces: Faces, unit: int, margin: int, width: int, height: int) -> Caption:
    size = max(10, round(unit * 0.036))
    block = set_text(faces, WATERMARK, width=width, height=size * 4, largest=size, least=size)
    picture = _shadowed(block, unit)
    x = _even(width - margin * 0.5 - picture[0].width)
    return _caption(picture, x, _even(height - margin * 0.3 - picture[0].height))


def _panel(block: Block, unit: int) -> tuple[Image.Image, Image.Image]:
    """The block on a dark panel: its letters, and what the whole covers."""
    padding = _padding(unit)
    size = (_even(block.width + 2 * padding), _even(block.height + 1.4 * padding))
    letters = blank(*size)
    block.draw(letters, padding, round(padding * 0.7))
    panel = blank(*size)
    box = (0, 0, size[0] - 1, size[1] - 1)
    ImageDraw.Draw(panel).rounded_rectangle(box, radius=padding * 0.6, fill=_PANEL)
    return letters, ImageChops.lighter(panel, letters)


def _shadowed(block: Block, unit: int) -> tuple[Image.Image, Image.Image]:
    """The block with a soft shadow, legible on a light and on a dark sky."""
    padding = _even(unit * 0.014 + 2)
    letters = blank(_even(block.width + 2 * padding), _even(block.height + 2 * padding))
    block.draw(letters, padding, padding)
    shadow = letters.filter(ImageFilter.GaussianBlur(padding / 3)).point(_deepen)
    return letters, ImageChops.lighter(shadow, letters)


def _caption(picture: tuple[Image.Image, Image.Image], x: int, y: int) -> Caption:
    letters, cover = picture
    return Caption(sheet=Sheet.of(Image.merge("RGB", (letters,) * 3), cover), x=x, y=y)


def _padding(unit: int) -> int:
    return _even(unit * 0.026 + 2)


def _deepen(value: int) -> float:
    return min(170, value * 1.8)


def _even(value: float) -> int:
    return round(value / 2) * 2
