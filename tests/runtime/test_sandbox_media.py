"""The films of the sandbox, decoded again."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import pytest
from PIL import Image, ImageChops, ImageStat

from specloom.targets.client.runtime.sandbox.caption import draw_captions
from specloom.targets.client.runtime.sandbox.faces import Faces
from specloom.targets.client.runtime.sandbox.lettering import clean, set_text
from specloom.targets.client.runtime.sandbox.media import MovieOrder
from specloom.targets.client.runtime.sandbox.movie import Movie, encode_movie
from specloom.targets.client.runtime.sandbox.sound import RATE, draw_samples

if TYPE_CHECKING:
    from pathlib import Path

SMALL = Movie(
    width=320, height=192, seconds=1, prompt="A kitten", seed=7, audio=False, watermark=False
)
BUNDLED = Faces(())  # pillow's own font alone, as on a machine without any other


def made(tmp_path: Path, movie: Movie, faces: Faces = BUNDLED) -> Path:
    path = tmp_path / f"{abs(hash(movie))}.mp4"
    encode_movie(movie, faces, path)
    return path


def pictures(path: Path) -> list[Image.Image]:
    with av.open(str(path)) as container:
        return [
            Image.frombytes("L", (frame.width, frame.height), luma(frame))
            for frame in container.decode(video=0)
        ]


def luma(frame: av.VideoFrame) -> bytes:
    plane = frame.planes[0]
    rows = bytes(plane)
    return b"".join(
        rows[start : start + frame.width]
        for start in range(0, plane.line_size * frame.height, plane.line_size)
    )


def difference(one: Image.Image, other: Image.Image, box: tuple[int, int, int, int]) -> float:
    """How much two pictures differ within a box, on average per pixel."""
    return float(ImageStat.Stat(ImageChops.difference(one, other).crop(box)).mean[0])


@pytest.mark.parametrize(
    ("width", "height", "seconds"), [(320, 192, 2), (192, 320, 3), (854, 480, 1), (1280, 720, 2)]
)
def test_a_film_has_the_size_and_the_length_that_were_asked_for(
    tmp_path: Path, width: int, height: int, seconds: int
) -> None:
    movie = replace(SMALL, width=width, height=height, seconds=seconds, audio=True)
    with av.open(str(made(tmp_path, movie))) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.width, video.height) == (width, height)
        assert video.codec_context.name == "h264"
        assert audio.codec_context.name == "aac"
        assert container.duration is not None
        assert abs(container.duration / 1_000_000 - seconds) < 1 / 24
        assert video.average_rate == Fraction(24)
        assert len(list(container.decode(video=0))) == seconds * 24


def test_an_odd_size_is_rounded_up_to_the_next_even_one(tmp_path: Path) -> None:
    with av.open(str(made(tmp_path, replace(SMALL, width=201, height=151)))) as container:
        video = container.streams.video[0]
        assert (video.width, video.height) == (202, 152)


def test_without_audio_there_is_no_sound_track(tmp_path: Path) -> None:
    with av.open(str(made(tmp_path, SMALL))) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_the_sound_is_heard_and_follows_from_the_seed() -> None:
    one, again, other = draw_samples(1, 1), draw_samples(1, 1), draw_samples(1, 2)
    assert len(one) == RATE
    assert 0.1 < max(one) < 1
    assert one == again != other


def test_the_index_of_the_file_stands_in_front(tmp_path: Path) -> None:
    content = made(tmp_path, SMALL).read_bytes()
    assert content[4:8] == b"ftyp"
    assert content.index(b"moov") < content.index(b"mdat")


def test_the_same_movie_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    movie = replace(SMALL, audio=True, watermark=True)
    one = made(tmp_path, movie).read_bytes()
    assert made(tmp_path / "again", movie).read_bytes() == one


def test_another_seed_gives_another_picture(tmp_path: Path) -> None:
    one = pictures(made(tmp_path, SMALL))[0]
    other = pictures(made(tmp_path, replace(SMALL, seed=8)))[0]
    assert difference(one, other, (0, 40, 320, 140)) > 3


def test_the_picture_moves(tmp_path: Path) -> None:
    shown = pictures(made(tmp_path, SMALL))
    assert difference(shown[0], shown[-1], (0, 40, 320, 140)) > 0.5


def test_the_watermark_stands_in_the_lower_right_corner_and_nowhere_else(tmp_path: Path) -> None:
    plain = pictures(made(tmp_path, SMALL))[0]
    marked = pictures(made(tmp_path, replace(SMALL, watermark=True)))[0]
    assert difference(plain, marked, (230, 170, 320, 190)) > 10
    assert difference(plain, marked, (0, 0, 200, 160)) < 0.5


def test_the_prompt_is_written_into_the_picture(tmp_path: Path) -> None:
    prompt = replace(SMALL, prompt="MMMM WWWW")
    captions = draw_captions(
        BUNDLED, width=320, height=192, prompt=prompt.prompt, label="", watermark=False
    )
    written = captions[-1]
    letters = written.sheet.planes[0]
    strokes = letters.point([255 if value > 190 else 0 for value in range(256)])
    panel = letters.point([0 if value > 20 else 255 for value in range(256)])
    right, bottom = written.x + strokes.width, written.y + strokes.height
    shown = pictures(made(tmp_path, prompt))[0].crop((written.x, written.y, right, bottom))
    assert ImageStat.Stat(strokes).sum[0] > 255 * 100
    assert ImageStat.Stat(shown, strokes).mean[0] > ImageStat.Stat(shown, panel).mean[0] + 80


def test_a_stopped_film_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    asked = iter([False] * 5)
    encode_movie(SMALL, BUNDLED, path, stopped=lambda: next(asked, True))
    assert len(pictures(path)) == 5


def test_a_long_prompt_is_broken_into_lines_that_fit() -> None:
    words = "the quick brown fox jumps over the lazy dog " * 30
    block = set_text(BUNDLED, words, width=600, height=300, largest=40, least=12)
    assert block.width <= 600
    assert block.height <= 300
    assert " ".join(block.lines) == words.strip()


def test_what_does_not_fit_at_the_least_size_is_cut_with_a_mark() -> None:
    block = set_text(BUNDLED, "word " * 500, width=200, height=40, largest=20, least=12)
    assert block.height <= 40
    assert block.lines[-1].endswith("…")


def test_chinese_is_broken_anywhere_but_before_closing_punctuation() -> None:
    text = "小猫在月光下奔跑\N{FULLWIDTH COMMA}" * 6
    block = set_text(BUNDLED, text, width=300, height=400, largest=24, least=12)
    assert len(block.lines) > 2
    assert block.width <= 300
    assert not any(line.startswith("\N{FULLWIDTH COMMA}") for line in block.lines)
    assert "".join(block.lines) == text


def test_a_word_longer_than_a_line_is_cut() -> None:
    block = set_text(BUNDLED, "x" * 200, width=200, height=400, largest=20, least=12)
    assert block.width <= 200
    assert "".join(block.lines) == "x" * 200


def test_a_character_that_no_font_has_is_drawn_as_a_box() -> None:
    assert BUNDLED.missing("a 猫 b 猫 \U0001f408") == ("猫", "\U0001f408")
    block = set_text(BUNDLED, "猫", width=300, height=100, largest=40, least=12)
    drawn = Image.new("L", (300, 100))
    block.draw(drawn, 0, 0)
    left, top, right, bottom = drawn.getbbox() or (0, 0, 0, 0)
    assert right - left > 30
    assert bottom - top > 30


def test_text_is_cleaned_before_it_is_drawn() -> None:
    assert clean("a\n\tb\x00c\u200bd e\u0301") == "a b cd \xe9"


@pytest.mark.parametrize(
    "body",
    [
        {"input": {"prompt": "x"}, "parameters": {"size": "720*1280", "duration": 3, "seed": 5}},
        {"prompt": "x", "resolution": "720x1280", "seconds": "3", "seed": 5},
        {"text": "x", "width": 720, "height": 1280, "length": 3.0, "options": {"seed": 5}},
    ],
)
def test_a_film_is_ordered_by_the_usual_names_wherever_they_stand(body: object) -> None:
    movie = MovieOrder({}, {}).movie(body, 99)
    assert (movie.width, movie.height, movie.seconds) == (720, 1280, 3)
    assert (movie.prompt, movie.seed) == ("x", 5)


def test_what_a_request_leaves_out_comes_from_the_defaults_of_its_schema() -> None:
    inner = {
        "properties": {
            "size": {"$ref": "#/$defs/Size", "default": "640*480"},
            "duration": {"default": 4},
            "audio": {"default": True},
            "seed": {"type": "integer"},
        }
    }
    schema = {"properties": {"parameters": {"$ref": "#/$defs/Parameters"}}}
    movie = MovieOrder(schema, {"Parameters": inner, "Size": {}}).movie({"prompt": "x"}, 99)
    assert (movie.width, movie.height, movie.seconds) == (640, 480, 4)
    assert movie.audio
    assert not movie.watermark
    assert movie.seed == 99


def test_a_picture_says_that_it_comes_from_the_sandbox() -> None:
    assert re.match(r"SANDBOX .* seed 7 .* 320x192 .* 1 s", SMALL.label)
