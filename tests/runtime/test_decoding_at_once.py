"""Answers read by several threads at once, and after a reading that was broken off."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from specloom.targets.client.runtime import decoding, leftovers
from specloom.targets.client.runtime.encoding import to_wire
from specloom.targets.client.runtime.leftovers import Leftovers
from specloom.targets.client.runtime.models import UNSET, Model, UnsetType
from specloom.targets.client.runtime.shapes import shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator

CIRCLES = """
from __future__ import annotations
import sys, threading
from specloom.targets.client.runtime.decoding import decode, decode_value
from specloom.targets.client.runtime.models import UNSET, Model, UnsetType

sys.setswitchinterval(1e-6)
MANY = 60
for number in range(MANY):
    links = (f"    f{step}: C{(number * 3 + step) % MANY} | UnsetType = UNSET" for step in range(1, 5))
    exec("\\n".join((f"class C{number}(Model, kw_only=True):", "    i: int | UnsetType = UNSET", *links)))
VALUE = {"i": 1, "f1": {"i": 2, "f2": {"i": 3, "z": 5}}, "q": 9}
TEXT = b'{"i": 1, "f1": {"i": 2, "f2": {"i": 3, "z": 5}}, "q": 9}'
start, right = threading.Barrier(4), []

def go(number):
    start.wait()
    for _ in range(20):
        for kind in (C0, C1, C3):
            read = decode(TEXT, kind) if number % 2 else decode_value(VALUE, kind)
            right.append(read.extra == {"q": 9} and read.f1.f2.extra == {"z": 5})

threads = [threading.Thread(target=go, args=(number,)) for number in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(right), all(right))
"""


def test_types_that_hold_each_other_are_first_read_by_several_threads_at_once() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CIRCLES], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "240 True\n"), done.stderr


class Inner(Model, kw_only=True):
    outer: Outer | UnsetType = UNSET


class Outer(Model, kw_only=True):
    inner: Inner | UnsetType = UNSET
    late: interrupted() | UnsetType = UNSET  # type: ignore[valid-type]


class Whole(Model, kw_only=True):
    part: Part | UnsetType = UNSET
    outer: Outer | UnsetType = UNSET


class Part(Model, kw_only=True):
    whole: Whole | UnsetType = UNSET


_interruptions: list[BaseException] = []


def interrupted() -> type[int]:
    if _interruptions:
        raise _interruptions.pop()
    return int


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(decoding, "_BY_HAND", 0)
    monkeypatch.setattr(decoding, "_halves", [])
    monkeypatch.setattr(leftovers, "_twins", {})
    decoding._reader.cache_clear()
    yield
    _interruptions.clear()
    decoding._reader.cache_clear()


def test_an_open_twin_whose_making_was_interrupted_is_made_anew() -> None:
    _interruptions.append(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        leftovers.opened(Inner)
    read = decoding.decode(b'{"outer": {"inner": {"a": 1}, "late": 2}, "b": 3}', Inner)
    assert isinstance(read.outer, Outer)
    assert isinstance(read.outer.inner, Inner)
    assert (read.outer.inner.extra, read.outer.late, read.extra) == ({"a": 1}, 2, {"b": 3})


BROKEN_OFF = """
from tests.runtime.test_decoding_at_once import *
from tests.runtime.test_decoding_at_once import _interruptions
decoding._BY_HAND = 0
_interruptions.append(KeyboardInterrupt())
text = b'{"part": {"whole": {"outer": {"late": 1}}}}'
try:
    decoding.decode(text, Whole)
except KeyboardInterrupt:
    print("interrupted")
print(decoding.decode(text, Whole).part.whole.outer.late)
print(decoding.decode_value({"whole": {"outer": {"late": 2}}}, Part).whole.outer.late)
"""


def test_a_type_that_msgspec_was_kept_from_seeing_whole_is_read_by_hand() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BROKEN_OFF], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.split()) == (0, ["interrupted", "1", "2"]), done.stderr


class _Overtaken(Leftovers):
    """What another thread finds while this one is about to."""

    overtaking: Any = None

    def _find(self, answer: Any) -> list[dict[str, Any]]:
        if self.overtaking is None:
            self.overtaking = ()
            self.overtaking = self.of(0)
        return super()._find(answer)


def test_unknown_fields_are_found_once_even_by_two_threads_at_once() -> None:
    both = _Overtaken(b'{"a": 1}', shape_of(Inner), lambda _, extra: extra)
    both.read(lambda _: both.number(), b"")
    assert both.of(0) == {"a": 1}
    assert both.of(0) is both.overtaking


def test_unknown_fields_of_an_answer_with_names_twice_may_be_changed() -> None:
    text = b'{"outer": {"late": 1}, "outer": {"late": 2}, "new": {"a": 1, "a": 2, "b": [{}]}}'
    read = decoding.decode(text, Inner)
    assert read.extra == {"new": {"a": 2, "b": [{}]}}
    assert type(read.extra["new"]["b"][0]) is dict
    read.extra["new"]["a"] = 3
    assert to_wire(read)["new"] == {"a": 3, "b": [{}]}
