"""Pictures as Y, U and V planes: a frame is composed in the form that the encoder takes."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

__all__ = ["Sheet", "blank", "gradient"]

Colour = tuple[int, int, int]
Planes = tuple[Image.Image, Image.Image, Image.Image]

# RGB to Y, U, V as BT.709 video has them (16 to 235, 16 to 240): factors of red, green and blue,
# then the offset.
_LUMA = (0.1826, 0.6142, 0.0620, 16.0)
_BLUE = (-0.1006, -0.3386, 0.4392, 128.0)
_RED = (0.4392, -0.3989, -0.0403, 128.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A picture to be laid on others; `cover` in full and half size says how much it hides."""

    planes: Planes
    cover: tuple[Image.Image, Image.Image] | None = None

    @classmethod
    def of(cls, picture: Image.Image, cover: Image.Image | None = None) -> Sheet:
        """The sheet of an RGB picture, both sides of which are even."""
        planes = (
            picture.convert("L", _LUMA),
            picture.convert("L", _BLUE).reduce(2),
            picture.convert("L", _RED).reduce(2),
        )
        return cls(planes=planes, cover=None if cover is None else (cover, cover.reduce(2)))

    @classmethod
    def flat(cls, colour: Colour, cover: Image.Image) -> Sheet:
        """One colour in the shape of `cover`."""
        return cls.of(Image.new("RGB", cover.size, colour), cover)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.planes[0].size

    def copy(self) -> Planes:
        """Planes of its own, to draw on."""
        luma, blue, red = self.planes
        return luma.copy(), blue.copy(), red.copy()

    def lay(self, onto: Planes, x: int, y: int) -> None:
        """Lay it onto the planes with its upper left corner there; what sticks out is cut."""
        covers = (None, None, None) if self.cover is None else (self.cover[0], *[self.cover[1]] * 2)
        for index, (plane, source, cover) in enumerate(zip(onto, self.planes, covers, strict=True)):
            corner = (x, y) if index == 0 else (x // 2, y // 2)
            plane.paste(source, corner, cover)

    def window(self, x: int, width: int) -> Sheet:
        """The part that begins `x` pixels from the left, in its full height."""
        luma, blue, red = self.planes
        halves = (_columns(blue, x // 2, width // 2), _columns(red, x // 2, width // 2))
        cover = self.cover and (
            _columns(self.cover[0], x, width),
            _columns(self.cover[1], x // 2, width // 2),
        )
        return Sheet(planes=(_columns(luma, x, width), *halves), cover=cover)


def blank(width: int, height: int) -> Image.Image:
    """A cover that covers nothing yet."""
    return Image.new("L", (width, height), 0)


def gradient(width: int, height: int, colours: tuple[Colour, ...]) -> Image.Image:
    """An RGB picture that runs through the colours from top to bottom."""
    column = Image.new("RGB", (1, height))
    last = len(colours) - 1
    for row in range(height):
        at = row / max(1, height - 1) * last
        index = min(int(at), max(0, last - 1))
        column.putpixel((0, row), mix(colours[index], colours[min(index + 1, last)], at - index))
    return column.resize((width, height))


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The colour between the two; share 0 is the first, 1 the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _columns(plane: Image.Image, x: int, width: int) -> Image.Image:
    return plane.crop((x, 0, x + width, plane.height))
