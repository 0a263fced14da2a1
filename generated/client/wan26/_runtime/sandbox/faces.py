"""Fonts: the one that pillow brings, then those of this machine for the glyphs that it lacks."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Faces", "code_point"]

_log = logging.getLogger(__name__)

# Tried in this order, and only those that are there. Pillow's own font comes first, so that a
# prompt in plain Latin letters looks the same on every machine; it has little more than ASCII.
_USUAL = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-vf-fonts/NotoSansCJK-VF.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/System/Library/Fonts/Helvetica.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "/System/Library/Fonts/STHeiti Medium.ttc",
    "/Library/Fonts/Arial Unicode.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "C:/Windows/Fonts/segoeui.ttf",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simhei.ttf",
    "C:/Windows/Fonts/simsun.ttc",
)
_NO_CHARACTER = (
    "\U0010ffff"  # no font has a glyph for it: what it draws is what a missing glyph looks like
)
_PROBE = 24


class Faces:
    """Pillow's font, then `paths`; unreadable ones are left out."""

    def __init__(self, paths: Sequence[str | Path] = _USUAL) -> None:
        self._paths: list[str | None] = [None]
        self._paths += [str(path) for path in paths if _readable(str(path))]
        self._known: dict[str, int | None] = {}

    @classmethod
    def with_first(cls, fonts: Sequence[str | Path]) -> Faces:
        """The fonts of the user before those of the machine."""
        return cls([*fonts, *_USUAL])

    def face_of(self, character: str) -> int | None:
        """The first face that has a glyph for it, or None: it has to be drawn as a box."""
        if character not in self._known:
            faces = range(len(self._paths))
            found = (index for index in faces if _has(self._paths[index], character))
            self._known[character] = next(found, None)
        return self._known[character]

    def font(self, face: int, size: int) -> ImageFont.FreeTypeFont:
        """A face at a size in pixels."""
        return _font(self._paths[face], size)

    def missing(self, text: str) -> tuple[str, ...]:
        """The characters of the text that no face has, each once, in their order."""
        return tuple(dict.fromkeys(c for c in text if self.face_of(c) is None))


def code_point(character: str) -> str:
    """As in U+4E2D."""
    return f"U+{ord(character):04X}"


@lru_cache(maxsize=256)
def _font(path: str | None, size: int) -> ImageFont.FreeTypeFont:
    if path is not None:
        return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError("the sandbox needs a Pillow that was built with FreeType")
    return font


def _readable(path: str) -> bool:
    if not Path(path).is_file():
        return False
    try:
        _font(path, _PROBE)
    except OSError as error:
        _log.warning("the font %s cannot be read: %s", path, error)
        return False
    return True


@lru_cache(maxsize=4096)
def _picture(path: str | None, character: str) -> bytes:
    picture = Image.new("L", (_PROBE * 3, _PROBE * 3))
    ImageDraw.Draw(picture).text((_PROBE, _PROBE), character, fill=255, font=_font(path, _PROBE))
    return picture.tobytes()


def _has(path: str | None, character: str) -> bool:
    return character.isspace() or _picture(path, character) != _picture(path, _NO_CHARACTER)
