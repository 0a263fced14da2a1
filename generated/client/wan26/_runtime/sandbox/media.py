"""Which film a request asks for: its fields are known by their names, wherever they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from .movie import Movie
from .samples import properties

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .sources import Source

__all__ = ["MovieOrder", "movie_orders"]

# The names under which APIs have these fields; the first that a request or its schema knows counts.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "size": ("size", "resolution", "dimensions", "video_size"),
    "width": ("width",),
    "height": ("height",),
    "seconds": ("duration", "seconds", "duration_seconds", "length"),
    "audio": ("audio", "generate_audio", "with_audio", "sound"),
    "watermark": ("watermark", "add_watermark"),
    "prompt": ("prompt", "text", "description"),
    "seed": ("seed",),
}
_SIZE = re.compile(r"\s*(\d{1,5})\s*[*x\xd7X:]\s*(\d{1,5})\s*")
_SMALLEST, _LARGEST = 64, 4096  # pixels
_LONGEST = 60.0  # seconds
_SEEDS = 2**31


class MovieOrder:
    """Reads requests of one body schema; its defaults stand for what a request leaves out."""

    def __init__(self, schema: Any, definitions: Mapping[str, Any]) -> None:
        self._defaults: dict[str, Any] = {}
        for pointer, each in properties(schema, definitions):
            self._defaults.setdefault(pointer.rpartition("/")[2], each.get("default"))

    def movie(self, body: Any, random_seed: int) -> Movie:
        """The film to make; the seed of a request that has none is the random one."""
        given = dict(self._defaults)
        given.update(reversed(list(_members(body))))
        told = {field: _first(given, names) for field, names in _NAMES.items()}
        width, height = _size(told)
        seed = told["seed"]
        return Movie(
            width=width,
            height=height,
            seconds=_seconds(told["seconds"]),
            prompt=str(told["prompt"] or ""),
            seed=(
                seed
                if isinstance(seed, int) and not isinstance(seed, bool)
                else random_seed % _SEEDS
            ),
            audio=told["audio"] is True,
            watermark=told["watermark"] is True,
        )


def movie_orders(schemas: Source) -> dict[str | None, MovieOrder]:
    """How to read the requests of each check; None is an operation without one."""
    document = msgspec.json.decode(schemas.read_bytes())
    definitions = document.get("$defs", {})
    orders: dict[str | None, MovieOrder] = {None: MovieOrder({}, {})}
    for name, request in document.get("requests", {}).items():
        orders[name] = MovieOrder(request.get("body", {}), definitions)
    return orders


def _members(body: Any) -> Iterator[tuple[str, Any]]:
    """All members of a body, outer ones before those within them."""
    if isinstance(body, dict):
        yield from body.items()
    for value in (
        body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    ):
        yield from _members(value)


def _first(given: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((given[name] for name in names if given.get(name) is not None), None)


def _size(told: Mapping[str, Any]) -> tuple[int, int]:
    sides = _SIZE.fullmatch(str(told["size"]))
    if sides:
        width, height = int(sides[1]), int(sides[2])
    elif isinstance(told["width"], int) and isinstance(told["height"], int):
        width, height = told["width"], told["height"]
    else:
        width, height = 1280, 720
    if min(width, height) < _SMALLEST:  # a ratio such as 16:9
        width, height = 1280, 720
    return min(width, _LARGEST), min(height, _LARGEST)


def _seconds(told: Any) -> float:
    try:
        seconds = float(told)
    except (TypeError, ValueError):
        return 5.0
    return seconds if 0 < seconds <= _LONGEST else 5.0
