"""Encoding: what goes onto the wire, what is left out, what is refused and where."""

from __future__ import annotations

import datetime
import json
from collections import OrderedDict
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

import msgspec
import pytest

from specloom.targets.client.runtime import encoding
from specloom.targets.client.runtime.decoding import decode
from specloom.targets.client.runtime.encoding import given, to_wire
from specloom.targets.client.runtime.models import UNSET, Model, OpenEnum, OpenIntEnum, UnsetType
from specloom.targets.client.runtime.pointers import pointer


class Size(OpenEnum):
    WIDE = "1280*720"


class Level(OpenIntEnum):
    LOW = 1


class Input(Model, kw_only=True):
    prompt: str
    audio_url: str | UnsetType | None = msgspec.field(default=UNSET, name="audioUrl")
    parts: list[Input] | UnsetType = UNSET


PLUS_ONE = datetime.timezone(datetime.timedelta(hours=1))

WRITTEN: list[tuple[Any, Any]] = [
    (None, None),
    (True, True),
    (1, 1),
    (10**400, 10**400),
    (1.5, 1.5),
    ("a", "a"),
    (Size.WIDE, "1280*720"),
    (Size("new"), "new"),
    (Level(7), 7),
    (Decimal("1.5"), 1.5),
    (Decimal(3), 3),
    (b"\x00\x01", "AAE="),
    (bytearray(b"\xff"), "/w=="),
    (datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC), "2026-01-02T03:04:05Z"),
    (datetime.datetime(2026, 1, 2, 3, 4, 5, 600000, tzinfo=PLUS_ONE),
     "2026-01-02T03:04:05.600000+01:00"),
    (datetime.datetime(2026, 1, 2), "2026-01-02T00:00:00"),
    (datetime.date(2026, 1, 2), "2026-01-02"),
    (datetime.time(3, 4), "03:04:00"),
    (UUID("12345678-1234-5678-1234-567812345678"), "12345678-1234-5678-1234-567812345678"),
    ((1, (2,)), [1, [2]]),
    (range(2), [0, 1]),
    ({3, 1, 2}, [1, 2, 3]),
    (OrderedDict(b=1, a=UNSET), {"b": 1}),
    (MappingProxyType({Size.WIDE: 1}), {"1280*720": 1}),
    ([UNSET, 1, {"a": UNSET, "b": {"c": UNSET}}], [1, {"b": {}}]),
    (Input(prompt="p"), {"prompt": "p"}),
    (Input(prompt="p", audio_url=None), {"prompt": "p", "audioUrl": None}),
    ({"input": Input(prompt="p", parts=[Input(prompt="q")])},
     {"input": {"prompt": "p", "parts": [{"prompt": "q"}]}}),
]  # fmt: skip


@pytest.mark.parametrize(("value", "written"), WRITTEN)
def test_a_value_is_written(value: Any, written: Any) -> None:
    found = to_wire(value)
    assert found == written
    assert type(found) is type(written)  # builtins, and not what looks like them
    json.dumps(found)


def test_what_was_not_given_stays_so() -> None:
    assert to_wire(UNSET) is UNSET


def test_unknown_fields_go_back_but_never_over_a_field() -> None:
    found = decode(b'{"prompt":"p","new":{"a":[1]},"parts":[{"prompt":"q","x":null}]}', Input)
    assert to_wire(found) == {
        "prompt": "p",
        "new": {"a": [1]},
        "parts": [{"prompt": "q", "x": None}],
    }
    found.extra["prompt"] = "other"
    found.extra["later"] = Size.WIDE
    assert to_wire(found)["prompt"] == "p"
    assert to_wire(found)["later"] == "1280*720"
    assert type(to_wire(found)["later"]) is str


LOOP: dict[str, Any] = {}
LOOP["self"] = LOOP

REFUSED: list[tuple[Any, str]] = [
    ({"a": [1, {"b": object()}]}, "/a/1/b: object has no JSON form"),
    (Input(prompt="p", parts=[Input(prompt=cast("str", Path("x")))]), "/parts/0/prompt: PosixPath has no"),
    ({"a/b~": float("nan")}, "/a~1b~0: nan is no number of JSON"),
    ([float("-inf")], "/0: -inf is no number"),
    ([Decimal("NaN")], "/0: NaN is no number"),
    ([Decimal("sNaN")], "/0: sNaN is no number"),
    (1j, "the value: complex has no JSON form"),
    ({"a": {3: 1}}, "/a: the key 3 is no string"),
    ((part for part in "ab"), "the value: generator has no JSON form"),
    (LOOP, "nests too deeply, or holds itself"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "message"), REFUSED, ids=[case[1] for case in REFUSED])
def test_what_has_no_json_form_is_refused_with_its_place(value: Any, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        to_wire(value)
    assert message in str(caught.value)


def test_given_leaves_out_what_was_not_given() -> None:
    assert given({"a": 1, "b": UNSET, "c": None}) == {"a": 1, "c": None}
    assert given({"b": UNSET}) is UNSET
    assert given({}) is UNSET


def test_a_place_is_a_json_pointer() -> None:
    assert pointer(()) == ""
    assert pointer(("a/b", 0, "~")) == "/a~1b/0/~0"


def test_the_module_exports_what_it_says() -> None:
    assert all(hasattr(encoding, name) for name in encoding.__all__)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"input": {"prompt": "a\ud800"}}, "/input/prompt: has half a character"),
        ({"a": ["\udfff"]}, "/a/0: has half a character"),
        ({"a": {"\ud800": 1}}, "/a: the key"),
    ],
)
def test_half_a_character_is_refused_at_its_place(value: Any, place: str) -> None:
    with pytest.raises(TypeError, match=place) as caught:
        to_wire(value)
    assert str(caught.value).encode("utf-8")


def test_whole_characters_are_written_as_they_are() -> None:
    assert to_wire({"\U0001f600": "\U0001f600 \xe9"}) == {"\U0001f600": "\U0001f600 \xe9"}
