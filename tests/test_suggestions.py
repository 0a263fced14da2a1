"""Which words are near each other, and which of many are compared."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from specloom.openapi.suggestions import closest, distance, is_near
from specloom.source.similar import comparable

WORDS = st.text("abc", max_size=8)


@given(WORDS, WORDS, st.sampled_from([1, 2]))
def test_words_are_near_whose_distance_is_small(left: str, right: str, reach: int) -> None:
    assert is_near(left, right, reach) == (distance(left, right) <= reach)


def test_of_thousands_of_names_few_are_compared() -> None:
    names = [f"{word}_{number}_thing" for word in ("get", "put") for number in range(2000)]
    compared = comparable("put_7_thinks", names)
    assert compared == [name for name in names if name.startswith("put")]
    assert closest("put_77_thin", names) == "put_77_thing"


def test_of_few_names_all_are_compared() -> None:
    assert comparable("x", ["a", "b"]) == ["a", "b"]
