"""Streams, taken apart: to the letter of the HTML standard (9.2.6) and of RFC 7464, wherever the chunks are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specloom.targets.client.runtime.events import (
    LONGEST_ITEM,
    Event,
    EventReader,
    LineReader,
    RecordReader,
    TooLongError,
)
from specloom.targets.client.runtime.pages import next_link


def events(*chunks: bytes) -> list[Event]:
    reader = EventReader()
    return [event for chunk in chunks for event in reader.feed(chunk)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"data: YHOO\ndata: +2\ndata: 10\n\n", [Event(data="YHOO\n+2\n10")]),
        (
            b": comment\n\ndata: first\nid: 1\n\ndata:second\nid\n\n",
            [Event(data="first", id="1"), Event(data="second", id="")],
        ),
        (b"data\n\ndata\ndata\n\ndata:", [Event(data=""), Event(data="\n")]),
        (
            b"data:test\n\ndata: test\n\ndata:  test\n\n",
            [Event(data="test"), Event(data="test"), Event(data=" test")],
        ),
        (b"event: a\n\ndata: x\n\n", [Event(data="x")]),
        (b"event: a\revent: b\rdata: x\r\r", [Event(data="x", name="b")]),
        (
            b"id: a\0b\nretry: 1x\nretry: 20\nother: y\nData: z\ndata: x\n\n",
            [Event(data="x", retry=20)],
        ),
        (b"\xef\xbb\xbfdata: x\n\n\xef\xbb\xbfdata: y\n\n", [Event(data="x")]),
        (b"data: a:b: c\n\n", [Event(data="a:b: c")]),
        (b"data: \xff\xc3\n\n", [Event(data="\ufffd\ufffd")]),
        (b"data: lost", []),
    ],
)
def test_events_are_read_as_the_standard_says(text: bytes, expected: list[Event]) -> None:
    assert events(text) == expected


WHOLE = "\ufeff: hi\r\nid: 1\r\ndata: hé\r\n\r\nevent: e\rdata: 1\r\rdata: 2\n\n\r\ndata: 3\r\n\n".encode()


@given(st.lists(st.integers(0, len(WHOLE)), max_size=12))
def test_it_does_not_matter_where_the_chunks_are_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(WHOLE)]
    chunks = [WHOLE[start:end] for start, end in pairwise(places)]
    assert events(*chunks) == [
        Event(data="hé", id="1"),
        Event(data="1", name="e"),
        Event(data="2"),
        Event(data="3"),
    ]


def test_what_has_not_ended_is_known() -> None:
    reader = EventReader()
    assert list(reader.feed(b"id: 9\ndata: a\nda")) == []
    assert (reader.rest, reader.last_id) == (b"ada", "9")


def feed_too_much(reader: EventReader | LineReader | RecordReader, megabyte: bytes) -> None:
    for _ in range(LONGEST_ITEM // 2**20 + 1):
        list(reader.feed(megabyte))


@pytest.mark.parametrize("reader", [EventReader(), LineReader(), RecordReader()])
def test_no_item_grows_beyond_all_bounds(reader: EventReader | LineReader | RecordReader) -> None:
    with pytest.raises(TooLongError):
        feed_too_much(reader, b"x" * 2**20)


def test_data_of_many_lines_does_not_either() -> None:
    reader = EventReader()
    with pytest.raises(TooLongError):
        feed_too_much(reader, b"data: " + b"x" * 2**20 + b"\n")


def test_a_sequence_leaves_out_what_may_be_cut_off() -> None:
    reader = RecordReader()
    found = [*reader.feed(b'\x1e1\x1e2\n\x1e"a"'), *reader.feed(b"\x1etrue \x1e{}"), *reader.end()]
    assert found == [b"2", b'"a"', b"true", b"{}"]


@pytest.mark.parametrize(
    ("header", "link"),
    [
        ('<a>; rel="next"', "a"),
        ('<a>; rel=prev, <b?x=1,2>; title="rel=next"; rel="last  NEXT"', "b?x=1,2"),
        ('<a>;rel="nextish",<b> ; REL = next', "b"),
        ('<a>; title="x, <c>; rel=next"; rel=prev', None),
        ("<a>", None),
        ("", None),
    ],
)
def test_the_next_link_is_found(header: str, link: str | None) -> None:
    assert next_link(header) == link
