"""Models and open enums: what they keep, show, compare and survive."""

from __future__ import annotations

import copy
import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec
import pytest

from specloom.targets.client.runtime import models
from specloom.targets.client.runtime.models import (
    UNSET,
    Model,
    OpenEnum,
    OpenIntEnum,
    UnsetType,
    constant,
    read,
)

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def pickled(value: T) -> T:
    twin: T = pickle.loads(pickle.dumps(value))  # noqa: S301
    return twin


class Status(OpenEnum):
    QUEUED = "in_queue"
    DONE = "done"


class Level(OpenIntEnum):
    LOW = 1
    HIGH = 2


class Usage(Model, kw_only=True):
    cost: str
    discount: float | UnsetType | None = UNSET


class Task(Model, kw_only=True):
    id: str
    job_id: str | UnsetType = msgspec.field(default=UNSET, name="jobId")
    status: Status | UnsetType = UNSET
    usage: Usage | UnsetType = UNSET


def test_a_model_shows_what_it_has() -> None:
    task = Task(id="t1", status=Status.DONE, usage=Usage(cost="0.5", discount=None))
    assert repr(task) == (
        "Task(id='t1', status=<Status.DONE: 'done'>, usage=Usage(cost='0.5', discount=None))"
    )
    task.extra["new"] = 1
    assert repr(task).endswith(", extra={'new': 1})")


def test_a_model_that_holds_itself_can_be_shown() -> None:
    task = Task(id="t1")
    task.extra["again"] = task
    assert repr(task) == "Task(id='t1', extra={'again': ...})"


def test_extra_and_raw_are_empty_at_first() -> None:
    task = Task(id="t1")
    assert task.extra == {}
    assert task.raw == b""


def test_extra_is_set_as_a_copy() -> None:
    fields = {"new": 1}
    task = Task(id="t1")
    task.extra = fields
    fields["other"] = 2
    assert task.extra == {"new": 1}


@pytest.mark.parametrize("remake", [copy.copy, copy.deepcopy, pickled])
def test_what_lies_beside_the_fields_survives_copies(remake: Callable[[Task], Task]) -> None:
    task = Task(id="t1", usage=Usage(cost="1"))
    assert isinstance(task.usage, Usage)
    task.usage.extra["x"] = [1]
    task.extra["new"] = {"a": 1}
    vars(task)["_raw"] = b"{}"
    twin = remake(task)
    assert twin == task
    assert isinstance(twin.usage, Usage)
    assert (twin.extra, twin.raw, twin.usage.extra) == ({"new": {"a": 1}}, b"{}", {"x": [1]})
    twin.extra["later"] = 1
    assert "later" not in task.extra


def test_the_fast_path_refuses_what_must_be_kept() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"id": "t1", "new": 1}', type=Task)


class Video(Model, kw_only=True):
    kind: Literal["video"] = constant("video")


def test_nothing_is_filled_in_while_an_answer_is_read() -> None:
    with pytest.raises(msgspec.ValidationError):
        read(lambda content: msgspec.json.decode(content, type=Video), b"{}")
    assert Video().kind == "video", "the answer was refused, and is read no longer"


def test_what_one_thread_reads_is_nothing_to_another() -> None:
    with ThreadPoolExecutor(1) as pool:
        made = read(lambda model: pool.submit(model).result(), Video)
    assert made == Video(kind="video")


def test_an_unknown_word_is_a_member_that_is_not_known() -> None:
    paused = Status("paused")
    assert isinstance(paused, Status)
    assert not paused.known
    assert Status.DONE.known
    assert Status("done") is Status.DONE
    assert (paused.name, paused.value) == ("paused", "paused")
    assert paused not in list(Status)


@pytest.mark.parametrize("word", ["done", "paused", "DONE"])
def test_a_word_is_its_string(word: str) -> None:
    status = Status(word)
    assert status == word
    assert {word: 1}[status] == 1
    assert hash(status) == hash(word)
    assert str(status) == f"{status}" == word
    assert json.dumps(status) == f'"{word}"'
    assert status == Status(word)
    for twin in (copy.copy(status), copy.deepcopy(status), pickled(status)):
        assert twin == status
        assert isinstance(twin, Status)
        assert twin.known is status.known


def test_a_word_like_a_members_name_is_still_unknown() -> None:
    assert not Status("DONE").known
    assert Status("DONE") is not Status.DONE


def test_words_and_numbers_show_whether_they_are_known() -> None:
    assert repr(Status.DONE) == "<Status.DONE: 'done'>"
    assert repr(Status("paused")) == "<Status? 'paused'>"
    assert repr(Level.HIGH) == "<Level.HIGH: 2>"
    assert repr(Level(9)) == "<Level? 9>"


def test_an_unknown_number_is_a_member_that_is_not_known() -> None:
    level = Level(9)
    assert (level, level.known, str(level), level + 1) == (9, False, "9", 10)
    assert Level(1).known
    assert hash(level) == hash(9)
    assert pickled(level) == copy.deepcopy(level) == 9


@pytest.mark.parametrize("value", [1, None, b"done", ["done"]])
def test_what_is_no_word_makes_no_member(value: Any) -> None:
    with pytest.raises(ValueError, match="not a valid Status"):
        Status(value)


@pytest.mark.parametrize("value", [False, "1", 1.5, None])
def test_what_is_no_number_makes_no_member(value: Any) -> None:
    with pytest.raises(ValueError, match="not a valid Level"):
        Level(value)


def test_words_are_decoded_and_encoded() -> None:
    found = msgspec.json.decode(b'["done", "paused"]', type=list[Status])
    assert found == [Status.DONE, "paused"]
    assert msgspec.json.encode(found) == b'["done","paused"]'


def test_the_module_exports_what_it_says() -> None:
    assert all(hasattr(models, name) for name in models.__all__)
