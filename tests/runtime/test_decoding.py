"""Decoding: fast where answers keep their promises, and never refusing where they do not."""

from __future__ import annotations

import copy
import datetime
import json
import logging
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID  # noqa: TC003  (msgspec asks for it)

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specloom.targets.client.runtime import decoding
from specloom.targets.client.runtime.decoding import DecodingError, blank, decode, decode_value
from specloom.targets.client.runtime.encoding import to_wire
from specloom.targets.client.runtime.models import (
    RECEIVED,
    UNSET,
    Model,
    OpenEnum,
    OpenIntEnum,
    UnsetType,
    constant,
)
from specloom.targets.client.runtime.unions import union

if TYPE_CHECKING:
    from collections.abc import Callable


class Status(OpenEnum):
    DONE = "done"


class Level(OpenIntEnum):
    LOW = 1


class Content(Model, kw_only=True):
    url: str
    job_id: str | UnsetType = msgspec.field(default=UNSET, name="jobId")


class Task(Model, kw_only=True):
    id: str
    status: Status | UnsetType = UNSET
    created: datetime.datetime | UnsetType | None = UNSET
    day: datetime.date | UnsetType = UNSET
    seed: int | UnsetType = UNSET
    cost: float | UnsetType = UNSET
    blob: bytes | UnsetType = UNSET
    key: UUID | UnsetType = UNSET
    kind: Literal["video"] | UnsetType = UNSET
    output: list[Content] | UnsetType = UNSET
    by_name: dict[str, Content] | UnsetType = UNSET
    pair: tuple[int, str] | UnsetType = UNSET
    tags: set[str] | UnsetType = UNSET
    mixed: str | int | UnsetType | None = UNSET
    parent: Task | UnsetType = UNSET
    level: Level | UnsetType = UNSET
    anything: Any = UNSET


class Flags(Model, kw_only=True):
    """A constant that msgspec does not know how to decode."""

    on: Literal[True]
    child: Content | list[Content] | UnsetType = UNSET


class Made(Model, kw_only=True):
    """What is filled in where a model is made, and owed by an answer."""

    kind: Literal["made"] = constant("made")
    id: str = RECEIVED
    inner: list[Made] | UnsetType = UNSET
    either: Any = UNSET


class Large(Model, kw_only=True):
    """Constants that are too large for msgspec."""

    one: Literal[9223372036854775808]  # type: ignore[valid-type]
    level: Level | UnsetType = UNSET


MadeOrLarge: Any = union("MadeOrLarge", lambda: (Made, Large))


class Headers(Model, kw_only=True):
    name: str

    @staticmethod
    def _extra_type() -> Any:
        return Content


def body(**fields: Any) -> bytes:
    return json.dumps({"id": "t1", **fields}).encode()


@pytest.fixture(autouse=True, params=[2**16, 0], ids=["at_first", "later"])
def _fresh(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing said yet, and types as they are read at first (by hand), and later on."""
    monkeypatch.setattr(decoding, "_voice", decoding._Voice())
    monkeypatch.setattr(decoding, "_BY_HAND", request.param)
    decoding._reader.cache_clear()


def test_an_answer_that_keeps_its_promises_is_read() -> None:
    content = body(
        status="done", created="2026-01-01T00:00:00Z", output=[{"url": "u", "jobId": "j"}], seed=5
    )
    task = decode(content, Task)
    assert task == Task(
        id="t1",
        status=Status.DONE,
        created=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
        output=[Content(url="u", job_id="j")],
        seed=5,
    )
    assert task.raw == content
    assert task.output[0].raw == b""
    assert task.extra == {}


def test_unknown_fields_are_kept_at_every_level() -> None:
    task = decode(
        body(new=1, output=[{"url": "u", "x": [1]}], by_name={"a": {"url": "", "y": {}}}), Task
    )
    assert task.extra == {"new": 1}
    assert task.output[0].extra == {"x": [1]}
    assert task.by_name["a"].extra == {"y": {}}
    assert task.raw.startswith(b'{"id"')


MISMATCHES: list[tuple[str, Any, Any]] = [
    ("id", None, None),
    ("id", 7, 7),
    ("status", "paused", Status("paused")),
    ("status", 3, 3),
    ("created", "yesterday", "yesterday"),
    ("created", None, None),
    ("day", "2026-02-31", "2026-02-31"),
    ("day", None, None),
    ("seed", "5", "5"),
    ("seed", 5.0, 5),
    ("seed", 5.5, 5.5),
    ("seed", True, True),
    ("cost", "1.5", "1.5"),
    ("cost", 1, 1.0),
    ("blob", "not base64!", "not base64!"),
    ("key", "x", "x"),
    ("kind", "audio", "audio"),
    ("output", {"url": "u"}, {"url": "u"}),
    ("output", [1, {"url": "u"}], [1, Content(url="u")]),
    ("output", [None], [None]),
    ("by_name", [], []),
    ("by_name", {"a": 1}, {"a": 1}),
    ("pair", [1, "a", 2], [1, "a", 2]),
    ("pair", ["a", 1], ("a", 1)),
    ("tags", [{}], [{}]),
    ("mixed", [1], [1]),
    ("parent", "t0", "t0"),
    ("level", 7, Level(7)),
    ("level", "high", "high"),
]


@pytest.mark.parametrize(("field", "value", "kept"), MISMATCHES)
def test_what_the_document_does_not_promise_stays_in_its_place(
    field: str, value: Any, kept: Any
) -> None:
    task = decode(body(**{"seed": 1, field: value}), Task)
    found = getattr(task, field)
    assert found == kept
    assert type(found) is type(kept)
    if field != "id":
        assert task.id == "t1"
    assert to_wire(task)[field] == to_wire(kept)  # and goes back as it came


def test_what_fits_is_typed_beside_what_does_not() -> None:
    fields = {
        "created": "2026-01-01T00:00:00Z", "day": "2026-01-02", "blob": "AAE=", "pair": [1, "a"],
        "key": "12345678-1234-5678-1234-567812345678", "tags": ["a"], "mixed": 3, "kind": "video",
        "parent": {"id": "t0", "seed": 1}, "anything": {"a": [None]},
    }  # fmt: skip
    well = decode(body(**fields), Task)
    badly = decode(body(**fields, cost="free"), Task)
    assert badly.cost == "free"
    badly.cost = UNSET
    assert badly == well
    assert isinstance(badly.parent, Task)
    assert badly.blob == b"\x00\x01"


def test_a_missing_field_is_unset() -> None:
    task = decode(b'{"output": [{}]}', Task)
    assert task.id is UNSET
    assert task.output[0].url is UNSET
    assert task.output[0].job_id is UNSET


def test_types_that_msgspec_refuses_are_read_all_the_same() -> None:
    flags = decode(b'{"on": true, "child": [{"url": "u"}], "new": 1}', Flags)
    assert flags.on is True
    assert flags.child == [Content(url="u")]
    assert flags.extra == {"new": 1}
    assert decode(b'{"on": 1}', Flags).on == 1


def test_what_a_model_fills_in_is_not_invented_for_an_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert to_wire(Made()) == {"kind": "made"}
    whole = {"kind": "made", "id": "1"}
    answers = [{"id": "1"}, {"kind": "made"}, {**whole, "inner": [{"id": "2"}]}]
    for answer in answers:
        for type_ in (Made, MadeOrLarge):
            assert to_wire(decode(json.dumps(answer).encode(), type_)) == answer
            assert to_wire(decode_value(answer, type_)) == answer
    assert {record.getMessage() for record in caplog.records} == {
        "Made.kind: is missing",
        "Made.id: is missing",
    }
    assert Made().kind == "made", "only while an answer is read nothing is filled in"


def test_constants_that_are_too_large_for_msgspec_are_read_all_the_same() -> None:
    wire = {"one": 2**63, "level": 1.0}
    for type_ in (Large, MadeOrLarge):
        for found in (decode(json.dumps(wire).encode(), type_), decode_value(wire, type_)):
            assert isinstance(found, Large)
            assert found.one == 2**63
            assert found.level is Level.LOW


def test_a_number_without_a_fraction_is_an_integer(caplog: pytest.LogCaptureFixture) -> None:
    assert repr(decode(b"1.0", Literal[1, 2])) == "1"
    assert decode(b"1.0", Level) is Level.LOW
    assert not decode(b"9.0", Level).known
    assert caplog.records == []
    assert decode(b"true", Literal[1, 2]) is True
    assert decode(b"1.0", bool) == 1.0
    assert len(caplog.records) == 2


def test_declared_extra_fields_are_typed_and_no_surprise(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    headers = decode(b'{"name": "n", "a": {"url": "u"}}', Headers)
    assert headers.extra == {"a": Content(url="u")}
    assert not caplog.records


@pytest.mark.parametrize(
    ("content", "type_", "found"),
    [
        (b"null", Task, None),
        (b"[]", Task, []),
        (b'{"a": 1}', dict[str, str], {"a": 1}),
        (b'[1, "a"]', list[int], [1, "a"]),
        (b"null", Task | None, None),
        (b"null", None, None),
        (b"1", None, 1),
        (b"{}", Any, {}),
        (b'"x"', str | None, "x"),
        (b"3", str | None, 3),
        (b'\xef\xbb\xbf"x"', str, "x"),
        (b'"\\ud800"', str, "\ud800"),
        (b"[1]", tuple[int, ...], (1,)),
        (b'["a"]', tuple[int, ...], ("a",)),
    ],
)
def test_any_type_may_stand_at_the_top(content: bytes, type_: Any, found: Any) -> None:
    assert decode(content, type_) == found


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"id": ', b'{"id": "\xff"}', b"\x00"])
@pytest.mark.parametrize("type_", [Task, Any, Flags])
def test_what_is_no_json_is_an_error_with_the_bytes(content: bytes, type_: Any) -> None:
    with pytest.raises(DecodingError) as caught:
        decode(content, type_)
    assert caught.value.content == content
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert again.content == content


def test_answers_that_nest_too_deeply_to_be_read_are_an_error() -> None:
    content = b'{"parent":' * 100_000 + b"{}" + b"}" * 100_000
    with pytest.raises(DecodingError, match="deep"):
        decode(content, Task)


def end_of(task: Any) -> Any:
    while isinstance(task, Task) and task.id != "last":
        task = task.parent
    return task


def test_answers_that_nest_deeply_are_built_as_far_as_it_goes() -> None:
    content = b'{"id":"t","new":1,"parent":' * 300 + b'{"id":"last"}' + b"}" * 300
    task = decode(content, Task)
    for _ in range(90):
        task = task.parent
    assert task.extra == {"new": 1}
    end = end_of(task)
    # As it came, from where it is too deep to build it by hand.
    assert end == Task(id="last") or list(end) == ["id", "new", "parent"]


def test_a_value_that_is_parsed_already_is_read_the_same() -> None:
    assert decode_value({"id": "t1", "output": [{"url": "u"}]}, Task).output == [Content(url="u")]
    assert decode_value({"id": "t1", "new": 1}, Task).extra == {"new": 1}
    assert decode_value(None, Task) is None
    assert decode_value({"on": True}, Flags).on is True


def test_a_blank_has_nothing_set_and_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    task = blank(Task)
    assert isinstance(task, Task)
    assert repr(task) == "Task()"
    assert blank(Task | None) == task
    assert (blank(list[Task]), blank(tuple[int, ...]), blank(dict[str, int])) == ([], (), {})
    assert not caplog.records


def test_each_surprise_is_said_once_and_names_its_place(caplog: pytest.LogCaptureFixture) -> None:
    decoding.log_to("wan26")
    caplog.set_level(logging.INFO, logger="wan26")
    for _ in range(3):
        decode(body(seed="5", new=1, output=[{}, {}]), Task)
    said = [(record.name, record.levelname, record.getMessage()) for record in caplog.records]
    assert sorted(said) == [
        ("wan26", "INFO", "Task: unknown field 'new'; kept in extra"),
        ("wan26", "WARNING", "Content.url: is missing"),
        ("wan26", "WARNING", "Task.seed: string instead of int; kept as it came"),
    ]


def test_values_of_answers_are_not_said(caplog: pytest.LogCaptureFixture) -> None:
    decode(body(seed="secret", status=["secret"]), Task)
    assert "secret" not in caplog.text


def test_a_server_that_invents_fields_does_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decoding, "_MOST_SAID", 5)
    task = decode(body(**{f"f{number}": 1 for number in range(20)}), Task)
    assert task.extra.keys() == {f"f{number}" for number in range(20)}
    assert len(decoding._voice._said) == 5


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["url", "jobId", "id", "output", "a"]), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip
FIELDS = st.sampled_from([field.encode_name for field in msgspec.structs.fields(Task)] + ["new"])
BODIES = JSON | st.dictionaries(FIELDS, JSON, max_size=6)


@given(BODIES)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_no_json_is_ever_refused_or_lost(value: Any) -> None:
    task = decode(json.dumps(value).encode(), Task)
    if isinstance(value, dict) and isinstance(task, Task):
        assert to_wire(task).keys() == value.keys()
    else:
        assert task == value


LINKED = st.fixed_dictionaries({"url": st.just("u")}, optional={"jobId": st.just("j"), "new": JSON})
TASKS: st.SearchStrategy[Any] = st.recursive(
    st.fixed_dictionaries(
        {"id": st.just("t")},
        optional={
            "status": st.sampled_from(["done", "gone"]),
            "created": st.sampled_from([None, "2026-01-01T00:00:00Z"]),
            "seed": st.sampled_from([1, 2.0, None]),
            "cost": st.sampled_from([1, 2.5]),
            "output": st.lists(LINKED, max_size=3),
            "by_name": st.dictionaries(st.sampled_from(["a", "new"]), LINKED, max_size=2),
            "new": JSON,
            "newer": JSON,
        },
    ),
    lambda inner: st.builds(lambda one, other: {**one, "parent": other}, inner, inner),
    max_leaves=4,
)


@given(TASKS)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_first_and_later_answers_are_read_alike(value: Any) -> None:
    content = json.dumps(value).encode()
    decoding._reader.cache_clear()
    by_hand, built = decode(content, Task), decode_value(value, Task)
    reader = decoding._Reader(Task)
    reader._new = reader._odd = 0
    for task in (by_hand, built, reader.decode(content), reader.convert(value)):
        assert to_wire(copy.deepcopy(task)) == value
        assert repr(task) == repr(by_hand)
        assert type(task.parent) in (Task, type(UNSET))


def test_members_named_twice_confuse_no_unknown_fields() -> None:
    content = (
        b'{"id":"a","output":[{"url":"x","new":0}],"output":[{"url":"y","new":1}],'
        b'"parent":{"id":"b","newer":2},"new":3}'
    )
    task = decode(content, Task)
    assert task.extra == {"new": 3}
    assert task.parent.extra == {"newer": 2}
    assert [(one.url, one.extra) for one in task.output] == [("y", {"new": 1})]


def pickled(task: Any) -> Any:
    return pickle.loads(pickle.dumps(task))  # noqa: S301


@pytest.mark.parametrize("ask", [copy.copy, copy.deepcopy, pickled])
def test_unknown_fields_go_along_before_anybody_has_asked(ask: Callable[[Any], Any]) -> None:
    task = ask(decode(body(new=1, output=[{"url": "u", "newer": 2}]), Task))
    assert type(task) is Task
    assert task.extra == {"new": 1}
    assert [one.extra for one in task.output or ()] == [{"newer": 2}]
    assert to_wire(task) == {"id": "t1", "new": 1, "output": [{"url": "u", "newer": 2}]}


def test_unknown_fields_may_be_set_before_anybody_has_asked() -> None:
    task = decode(body(new=1), Task)
    task.extra = {"other": 2}
    assert task.extra == {"other": 2}
    task = decode(body(new=1), Task)
    task.extra["other"] = 2
    assert task.extra == {"new": 1, "other": 2}


def test_the_logger_is_named_for_the_package_that_the_runtime_is_part_of() -> None:
    script = (
        "from specloom.targets.client.runtime import decoding as d; print(d._voice.logger.name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "specloom"


def test_the_module_exports_what_it_says() -> None:
    assert all(hasattr(decoding, name) for name in decoding.__all__)
