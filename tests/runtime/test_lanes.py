"""Work on a thread beside: in its order, up to the first that fails."""

from __future__ import annotations

import errno
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from specloom.targets.client.runtime.lanes import Lane
from specloom.targets.client.runtime.parts import PartFile, empty_digest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIECES = [bytes([number]) * 1000 for number in range(50)]


@pytest.fixture
def lane() -> Iterator[Lane]:
    made = Lane()
    yield made
    made.close()


def fail() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_work_is_done_in_its_order_beside_its_owner(lane: Lane) -> None:
    done: list[tuple[int, bool]] = []
    owner = threading.get_ident()

    def note(number: int) -> None:
        done.append((number, threading.get_ident() == owner))

    for number in range(20):
        lane.add(partial(note, number))
    lane.drain()
    assert done == [(number, False) for number in range(20)]


def test_nothing_is_done_behind_what_failed_and_that_is_said(lane: Lane) -> None:
    done: list[int] = []
    lane.add(lambda: done.append(1))
    lane.add(fail)
    lane.add(lambda: done.append(2))
    with pytest.raises(OSError, match="No space left"):
        lane.drain()
    lane.add(lambda: done.append(3))
    lane.drain()
    assert done == [1]


def test_the_owner_waits_where_too_much_is_to_be_done(lane: Lane) -> None:
    go_on, begun = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        go_on.wait(9)

    def more() -> None:
        for _ in range(9):
            lane.add(lambda: None)
        over.set()

    over = threading.Event()
    lane.add(wait)
    begun.wait(9)
    adding = threading.Thread(target=more)
    adding.start()
    assert not over.is_set()
    go_on.set()
    adding.join()
    assert over.is_set()


def part_of(path: Path) -> PartFile:
    part = PartFile(path=path, overwrite=False, digest=empty_digest())
    part.open()
    return part


def test_a_file_of_many_pieces_is_whole_and_hashed(tmp_path: Path) -> None:
    part = part_of(tmp_path / "a")
    for piece in PIECES:
        part.write(piece)
    part.settle()
    part.abandon()
    whole = empty_digest()
    whole.update(b"".join(PIECES))
    assert (tmp_path / "a").read_bytes() == b"".join(PIECES)
    assert (part.size, part.digest.digest()) == (50_000, whole.digest())


def test_a_file_that_is_begun_anew_keeps_nothing_of_the_old(tmp_path: Path) -> None:
    part = part_of(tmp_path / "a")
    for piece in PIECES:
        part.write(piece)
    part.restart()
    for piece in PIECES[:3]:
        part.write(piece)
    part.settle()
    part.abandon()
    whole = empty_digest()
    whole.update(b"".join(PIECES[:3]))
    assert (tmp_path / "a").read_bytes() == b"".join(PIECES[:3])
    assert part.digest.digest() == whole.digest()


def test_a_disk_that_is_full_fails_the_file_and_leaves_no_hole(tmp_path: Path) -> None:
    part = part_of(tmp_path / "a")
    part.write(PIECES[0])
    part.write(PIECES[1])
    part._lanes[0].add(fail)
    part.write(PIECES[2])
    with pytest.raises(OSError, match="No space left"):
        part.settle()
    part.kept = True
    part.abandon()
    assert part.part.read_bytes() == PIECES[0] + PIECES[1]
    assert not (tmp_path / "a").exists()
