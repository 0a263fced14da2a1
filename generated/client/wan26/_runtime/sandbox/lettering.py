"""Text as a cover: broken into lines, each glyph from a face that has it, else a box.

The box shows the code point, as browsers draw a character that they have no font for.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .faces import Faces

__all__ = ["Block", "clean", "set_text"]

_LEADING = 1.36
# Closing punctuation of Chinese, by code point: , . ! ? and the like, closing brackets. It may
# hang over the margin by one em.
_NEVER_FIRST = frozenset(
    map(chr, (0xFF0C, 0x3002, 0xFF01, 0xFF1F, 0x3001, 0xFF1B, 0xFF1A, 0xFF09, 0x300B, 0x300D))
)
_BOX_WIDTH = 0.92
_BOX_HEIGHT = 0.86


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines of text at one size; `width` and `height` in pixels."""

    faces: Faces
    lines: tuple[str, ...]
    size: int

    @property
    def width(self) -> int:
        """Of the longest line."""
        return round(max((_width(self.faces, line, self.size) for line in self.lines), default=0))

    @property
    def height(self) -> int:
        """Of all lines, with the space between them."""
        return round(len(self.lines) * self.size * _LEADING)

    def draw(self, onto: Image.Image, x: int, y: int) -> None:
        """Draw it white on a cover, its upper left corner there."""
        draw = ImageDraw.Draw(onto)
        for number, line in enumerate(self.lines):
            baseline = y + round((number + 0.79) * self.size * _LEADING)
            _draw_line(draw, self.faces, line, self.size, x, baseline)


def clean(text: str) -> str:
    """The text as it can be drawn: composed, single spaces, no control or invisible characters."""
    shown = [
        " " if c.isspace() or unicodedata.category(c) in {"Cc", "Cs"} else c
        for c in unicodedata.normalize("NFC", text)
        if unicodedata.category(c) != "Cf" and not 0xFE00 <= ord(c) <= 0xFE0F
    ]
    return " ".join("".join(shown).split())


def set_text(
    faces: Faces, text: str, *, width: int, height: int, largest: int, least: int
) -> Block:
    """Break the text into lines at the largest size at which it fits.

    What is too much even at the least size is cut. All sizes are in pixels.
    """
    text = clean(text)
    for size in _sizes(largest, least):
        block = _block(faces, text, size, width)
        if block.height <= height:
            return block
    lines = _block(faces, text, least, width).lines[: max(1, int(height / (least * _LEADING)))]
    return Block(faces=faces, lines=(*lines[:-1], lines[-1][:-1] + "…"), size=least)


def _block(faces: Faces, text: str, size: int, width: int) -> Block:
    return Block(faces=faces, lines=tuple(_wrap(faces, text, size, width - size)), size=size)


def _sizes(largest: int, least: int) -> Iterator[int]:
    size = float(max(largest, least))
    while size > least:
        yield round(size)
        size *= 0.88
    yield least


def _wrap(faces: Faces, text: str, size: int, width: int) -> Iterator[str]:
    """Lines broken at spaces and between ideographs; a word longer than a line is cut anywhere."""
    line, used = "", 0.0
    for token in _tokens(text):
        wide = _width(faces, token, size)
        if line and used + wide > width and token not in _NEVER_FIRST and not token.isspace():
            yield line.rstrip()
            line, used = "", 0.0
        for piece in [token] if wide <= width else token:
            wide = _width(faces, piece, size)
            if line and used + wide > width and len(token) > 1:
                yield line.rstrip()
                line, used = "", 0.0
            line += piece
            used += wide
    if line.strip():
        yield line.rstrip()


def _tokens(text: str) -> Iterator[str]:
    """Words, spaces, and each character of the scripts that are written without spaces."""
    for kind, run in groupby(text, key=_kind):
        if kind == "ideograph":
            yield from run
        else:
            yield "".join(run)


def _kind(character: str) -> str:
    if character == " ":
        return "space"
    wide = unicodedata.east_asian_width(character) in {"W", "F"}
    return "ideograph" if wide or character in _NEVER_FIRST else "letter"


def _width(faces: Faces, text: str, size: int) -> float:
    return sum(
        _BOX_WIDTH * size * len(run) if face is None else faces.font(face, size).getlength(run)
        for face, run in _runs(faces, text)
    )


def _runs(faces: Faces, text: str) -> Iterator[tuple[int | None, str]]:
    for face, run in groupby(text, key=faces.face_of):
        yield face, "".join(run)


def _draw_line(
    draw: ImageDraw.ImageDraw, faces: Faces, line: str, size: int, x: float, baseline: int
) -> None:
    for face, run in _runs(faces, line):
        if face is not None:
            draw.text((x, baseline), run, fill=255, font=faces.font(face, size), anchor="ls")
            x += faces.font(face, size).getlength(run)
            continue
        for character in run:
            _draw_box(draw, faces, character, size, round(x), baseline)
            x += _BOX_WIDTH * size


def _draw_box(
    draw: ImageDraw.ImageDraw, faces: Faces, character: str, size: int, x: int, baseline: int
) -> None:
    """A frame with the code point in two rows, as browsers draw what they have no font for."""
    left, right = x + round(size * 0.06), x + round(size * (_BOX_WIDTH - 0.06))
    bottom = baseline + round(size * 0.1)
    top = bottom - round(size * _BOX_HEIGHT)
    draw.rectangle((left, top, right, bottom), outline=200, width=max(1, size // 24))
    digits = f"{ord(character):04X}"
    half = (len(digits) + 1) // 2
    font = faces.font(0, max(5, round(size * (0.4 if half == 2 else 0.32))))
    middle = (left + right) / 2
    for row, part in ((0.29, digits[:half]), (0.73, digits[half:])):
        at = (middle, top + (bottom - top) * row)
        draw.text(at, part, fill=255, font=font, anchor="mm")
