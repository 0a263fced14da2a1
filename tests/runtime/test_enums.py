"""Woven enums are enums like any other: only their classes are made in another way."""

from __future__ import annotations

import copy
import pickle
import types
from enum import Enum, EnumType, IntEnum, StrEnum
from typing import Any

import msgspec
import pytest

from specloom.targets.client.runtime import enums
from specloom.targets.client.runtime.enums import OpenEnum, OpenIntEnum


class Size(OpenEnum):
    """Of a parcel."""

    SMALL = "s"
    """Fits through a slot."""
    LARGE = "l"
    BIG = "l"
    _1 = "1"


class Plain(StrEnum):
    """Of a parcel."""

    SMALL = "s"
    LARGE = "l"
    BIG = "l"
    _1 = "1"


class Level(OpenIntEnum):
    """Of a tank."""

    LOW = 1
    HIGH = 2


class PlainLevel(IntEnum):
    """Of a tank."""

    LOW = 1
    HIGH = 2


def shown(kind: Any) -> list[Any]:
    """What a program can see of an enum."""
    return [
        [(one.name, one.value, str(one), hash(one), one == one.value) for one in kind],
        [(name, one.name) for name, one in kind.__members__.items()],
        [one.name for one in reversed(kind)],
        len(kind),
        bool(kind),
        kind.__doc__,
        kind.__module__,
        isinstance(kind, EnumType),
        issubclass(kind, Enum),
        kind(next(iter(kind)).value).name,
        set(kind.__members__) <= set(dir(kind)),
    ]


@pytest.mark.parametrize(("woven", "plain"), [(Size, Plain), (Level, PlainLevel)])
def test_a_woven_enum_looks_like_one_of_the_library(woven: Any, plain: Any) -> None:
    assert shown(woven) == shown(plain)


def test_a_member_is_found_by_name_and_by_value() -> None:
    assert len({id(one) for one in (Size.BIG, Size.LARGE, Size("l"), Size["BIG"])}) == 1
    assert Level(2) is Level.HIGH
    with pytest.raises(KeyError):
        Size["HU" + "GE"]
    with pytest.raises(AttributeError):
        getattr(Size, "HUGE")  # noqa: B009


def test_members_are_constants() -> None:
    with pytest.raises(AttributeError):
        setattr(Size, "SMALL", "x")  # noqa: B010
    with pytest.raises(AttributeError):
        delattr(Size, "SMALL")
    with pytest.raises(TypeError):
        types.new_class("More", (Size,), exec_body=lambda body: body.__setitem__("HUGE", "xl"))


def test_an_unknown_word_is_a_member_that_is_not_kept() -> None:
    huge, top = Size("xl"), Level(9)
    assert (huge.known, huge.value, huge.name, Size.SMALL.known) == (False, "xl", "xl", True)
    assert (top.known, top.value, top + 1, Level.LOW.known) == (False, 9, 10, True)
    assert [len(Size), len(Level)] == [3, 2]
    for one in (huge, top, Size.SMALL):
        assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301
        assert type(copy.deepcopy(one)) is type(one)


def test_they_are_read_and_written_as_their_values() -> None:
    assert msgspec.json.decode(b'["s","l","xl"]', type=list[Size]) == ["s", "l", "xl"]
    assert msgspec.json.decode(b"[1,9]", type=list[Level]) == [1, 9]
    assert msgspec.json.encode([Size.BIG, Level.LOW]) == b'["l",1]'
    assert msgspec.convert("l", Size) is Size.LARGE


def test_the_module_exports_what_it_says() -> None:
    assert all(hasattr(enums, name) for name in enums.__all__)
