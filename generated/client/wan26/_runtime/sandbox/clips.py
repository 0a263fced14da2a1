"""A second of a tone, half a second of one colour: the shortest sounds and films there are."""

from __future__ import annotations

import io
import math
import struct
from typing import Final

from .dice import Dice

__all__ = ["RATE", "encode_film", "encode_sound", "tone"]

RATE: Final = 16_000  # samples a second
_FRAMES: Final = 12
_SPEED: Final = 24  # frames a second
# What is written must not tell when, or by which numbers of chance.
_EXACT: Final = {"fflags": "bitexact"}


def tone(text: str) -> bytes:
    """A second of a tone that follows from the text, 16 bits, mono."""
    pitch = 220 + Dice("tone", text).below(440)
    turns = 2 * math.pi * pitch / RATE
    return struct.pack(f"<{RATE}h", *(int(9000 * math.sin(turns * at)) for at in range(RATE)))


def encode_sound(text: str, container: str, codec: str) -> bytes:
    """The tone of a text in a container that av writes."""
    import av
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream

    made, samples = io.BytesIO(), tone(text)
    with av.open(made, "w", format=container, container_options=_EXACT) as out:
        stream = out.add_stream(codec, rate=RATE)
        if not isinstance(stream, AudioStream):
            raise TypeError(f"{codec} is no codec for sound")
        size = stream.codec_context.frame_size or RATE
        for start in range(0, RATE, size):
            piece = samples[2 * start : 2 * (start + size)]
            frame = AudioFrame(format="s16", layout="mono", samples=len(piece) // 2)
            frame.planes[0].update(piece.ljust(frame.planes[0].buffer_size, b"\0"))
            frame.sample_rate, frame.pts = RATE, start
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return made.getvalue()


def encode_film(color: tuple[int, int, int], side: int, container: str, codec: str) -> bytes:
    """A square of one colour that lasts half a second; `side` is even, in pixels."""
    import av
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    made = io.BytesIO()
    with av.open(made, "w", format=container, container_options=_EXACT) as out:
        stream = out.add_stream(codec, rate=_SPEED)
        if not isinstance(stream, VideoStream):
            raise TypeError(f"{codec} is no codec for films")
        stream.width = stream.height = side
        stream.pix_fmt = "yuv420p"
        stream.thread_count = 1  # with more the bytes would depend on the machine
        for number in range(_FRAMES):
            frame = VideoFrame(side, side, "rgb24")
            plane = frame.planes[0]
            row = (bytes(color) * side).ljust(plane.line_size, b"\0")
            plane.update(row * side)
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return made.getvalue()
