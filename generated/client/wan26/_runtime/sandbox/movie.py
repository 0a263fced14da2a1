"""A real MP4: H.264 at 24 frames a second, AAC where sound is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import av

from .caption import draw_captions
from .scene import Scene
from .sound import RATE, draw_samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.stream import VideoStream

    from .faces import Faces
    from .planes import Planes

__all__ = ["Movie", "encode_movie"]

FRAMES_A_SECOND = 24
_AUDIO_FRAME = 1024  # samples: what AAC takes at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Movie:
    """What is to be seen and heard; `seconds` is rounded to a frame, odd sides up to even ones."""

    width: int
    height: int
    seconds: float
    prompt: str
    seed: int
    audio: bool
    watermark: bool

    @property
    def frames(self) -> int:
        """How many pictures it has, at least one."""
        return max(1, round(self.seconds * FRAMES_A_SECOND))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as encoded."""
        return (self.width + 1) // 2 * 2, (self.height + 1) // 2 * 2

    @property
    def label(self) -> str:
        """Says in the picture that it is none of a vendor's."""
        return f"SANDBOX · seed {self.seed} · {self.width}x{self.height} · {self.seconds:g} s"


def encode_movie(
    movie: Movie, faces: Faces, path: Path, stopped: Callable[[], bool] = lambda: False
) -> None:
    """Write the movie there; the same movie and fonts give the same bytes.

    Once `stopped` says so the rest of the pictures is left out.
    """
    # The index goes to the front, so that a player need not fetch the end first; no version of
    # the encoder is named.
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        video = _add_video(container, movie)
        audio = _add_audio(container) if movie.audio else None
        if audio is not None:
            _encode_sound(container, audio, movie)
        for number, planes in enumerate(_pictures(movie, faces)):
            if stopped():
                break
            _encode_picture(container, video, planes, number)
        container.mux(video.encode())


def _add_video(container: OutputContainer, movie: Movie) -> VideoStream:
    options = {"preset": "ultrafast", "crf": "21", "flags": "+bitexact"}
    stream = container.add_stream("libx264", rate=FRAMES_A_SECOND, options=options)
    stream.width, stream.height = movie.size
    stream.pix_fmt = "yuv420p"
    stream.gop_size = 2 * FRAMES_A_SECOND
    # One thread: with more of them the bytes would depend on the machine.
    stream.thread_count = 1
    # BT.709, as the planes are mixed.
    stream.codec_context.color_primaries = 1
    stream.codec_context.color_trc = 1
    stream.codec_context.colorspace = 1
    return stream


def _add_audio(container: OutputContainer) -> AudioStream:
    stream = container.add_stream("aac", rate=RATE, options={"flags": "+bitexact"})
    stream.bit_rate = 96_000
    stream.layout = "mono"
    return stream


def _pictures(movie: Movie, faces: Faces) -> Iterator[Planes]:
    """The planes of each frame, with everything that is written on them."""
    width, height = movie.size
    scene = Scene(
        width=width, height=height, frames=movie.frames, seed=movie.seed, prompt=movie.prompt
    )
    captions = draw_captions(
        faces,
        width=width,
        height=height,
        prompt=movie.prompt,
        label=movie.label,
        watermark=movie.watermark,
    )
    for number in range(movie.frames):
        planes = scene.frame(number)
        for caption in captions:
            caption.lay(planes)
        _draw_progress(planes, (number + 1) / movie.frames)
        yield planes


def _draw_progress(planes: Planes, share: float) -> None:
    """A thin line along the foot that grows."""
    luma = planes[0]
    thick = max(2, min(luma.size) // 200)
    luma.paste(225, (0, luma.height - thick, round(luma.width * share), luma.height))


def _encode_picture(
    container: OutputContainer, stream: VideoStream, planes: Planes, number: int
) -> None:
    frame = av.VideoFrame(planes[0].width, planes[0].height, "yuv420p")
    for target, source in zip(frame.planes, planes, strict=True):
        rows = target.buffer_size // target.line_size
        target.update(source.crop((0, 0, target.line_size, rows)).tobytes())
    frame.pts = number
    frame.time_base = Fraction(1, FRAMES_A_SECOND)
    container.mux(stream.encode(frame))


def _encode_sound(container: OutputContainer, stream: AudioStream, movie: Movie) -> None:
    samples = draw_samples(movie.frames / FRAMES_A_SECOND, movie.seed)
    for start in range(0, len(samples), _AUDIO_FRAME):
        part = samples[start : start + _AUDIO_FRAME]
        frame = av.AudioFrame("fltp", "mono", len(part))
        frame.sample_rate = RATE
        frame.pts = start
        frame.time_base = Fraction(1, RATE)
        frame.planes[0].update(part.tobytes())
        container.mux(stream.encode(frame))
    container.mux(stream.encode())
