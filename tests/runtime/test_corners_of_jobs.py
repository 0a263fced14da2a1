"""Rare turns of a job: odd further calls, rows that are gone, prices in other shapes."""

from __future__ import annotations

import logging
import os
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime import parts
from specloom.targets.client.runtime.errors import (
    APIStatusError,
    InvalidRequestError,
    SubmitUncertainError,
)
from specloom.targets.client.runtime.operations import (
    Answer,
    Operation,
    Parameter,
    Price,
    Step,
)
from specloom.targets.client.runtime.operations import Result as ResultStep
from specloom.targets.client.runtime.pricing import estimate
from specloom.targets.client.runtime.problems import Problem

from .desks import PRICES, ROUTE, Desk, desk, server, told
from .loopback import DROP, Loopback, answer
from .videos_api.videos import GET, LIFE, SUBMIT, Task

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["desk", "server"]  # fixtures

POLLED = "GET /v1/videos/task_1"
FOUND = {"output": [{"url": "https://cdn.example/a.mp4"}]}


def test_a_job_is_cancelled_and_then_asked_how_it_stands(desk: Desk, server: Loopback) -> None:
    server["POST /v1/videos/task_1/cancel"] = told("task_1", "processing")
    server[POLLED] = told("task_1", "cancelled")
    job = desk(desk.open().videos.submit(prompt="x"))
    assert desk(job.cancel()) is job
    assert job.state == "cancelled"
    assert [one.path for one in server.received][1:] == [
        "/v1/videos/task_1/cancel",
        "/v1/videos/task_1",
    ]


PROMPTED: Operation[Task] = Operation(
    name="videos.look",
    method="GET",
    path="/v1/look/{id}",
    parameters=(
        Parameter(name="id", place="path", required=True),
        *(
            Parameter(name=name, place="query")
            for name in ("model", "tag", "group", "no", "trace", "image", "kind")
        ),
    ),
    answers=(Answer("200", "application/json", lambda: Task),),
)
SOURCES = {
    "id": "$id",
    "model": "$request.body#/model",
    "tag": "$request.query.tag",
    "group": "$request.header.x-group",
    "no": "$request.body#/input/images/7",
    "trace": "$response.header.x-trace",
    "image": "$request.body#/input/reference_urls/0",
    "kind": "video",
}
TAGGED = replace(
    SUBMIT,
    parameters=(Parameter(name="tag", place="query"), Parameter(name="X-Group", place="header")),
    job=replace(LIFE, poll=Step(operation=PROMPTED, parameters=SOURCES)),
)


def test_a_poll_is_bound_to_what_was_sent_and_answered(desk: Desk, server: Loopback) -> None:
    reply = {"id": "task_1", "status": "in_queue"}
    server[ROUTE] = answer(200, reply, x_trace="t 9")
    server["GET /v1/look/task_1"] = told("task_1", "done", **FOUND)
    options = {
        "extra_query": {"tag": "a&b"},
        "extra_body": {"input": {"reference_urls": ["u1"]}},
        "extra_headers": {"X-Group": "g1"},
    }
    job = desk(desk.open().videos.submit_as(TAGGED, **options))
    desk(job.wait())
    assert job.state == "succeeded"
    (poll,) = server.seen("GET /v1/look/task_1")
    # What points to nothing is left out.
    assert poll.query == "model=video&tag=a%26b&group=g1&trace=t%209&image=u1&kind=video"


def test_a_result_call_that_answers_in_another_shape_is_given_as_it_came(
    desk: Desk, server: Loopback
) -> None:
    server[ROUTE] = told("task_1", "done")
    server["GET /v1/look/task_1"] = answer(200, ["a", 2])
    step = ResultStep(operation=PROMPTED, parameters={"id": "$id"})
    job = desk(desk.open().videos.submit_as(replace(SUBMIT, job=replace(LIFE, result=step))))
    result = desk(job.result())
    assert result.answer == ["a", 2]


def test_an_operation_without_a_job_makes_none(desk: Desk, server: Loopback) -> None:
    client = desk.open()
    with pytest.raises(TypeError, match=r"videos\.get makes no job"):
        desk(client.videos.submit_as(replace(GET, parameters=())))
    assert server.received == []
    assert desk.states(client) == []


def test_where_the_document_tells_no_costs_none_are_known(desk: Desk, server: Loopback) -> None:
    server[ROUTE] = told("task_1", "done", usage={"cost": "1"}, **FOUND)
    free = replace(SUBMIT, job=replace(LIFE, cost=None))
    result = desk(desk(desk.open().videos.submit_as(free)).result())
    assert (result.cost, result.discount) == (None, None)


def test_a_submit_whose_row_was_removed_is_written_down_as_uncertain(
    desk: Desk, server: Loopback
) -> None:
    client = desk.open(prices=PRICES)

    def remove(_: Any) -> bytes:
        with client._session.books.store.writing() as changed:
            changed.execute("DELETE FROM jobs")
        return DROP

    server[ROUTE] = remove
    with pytest.raises(SubmitUncertainError):
        desk(client.videos.submit(prompt="x", key="order-1"))
    (row,) = desk(client.ledger.rows())
    assert (row.state, row.key, row.reserved) == ("uncertain", "order-1", Decimal("0.5"))


def test_a_refused_submit_whose_row_was_removed_leaves_none(desk: Desk, server: Loopback) -> None:
    client = desk.open()

    def remove(_: Any) -> bytes:
        with client._session.books.store.writing() as changed:
            changed.execute("DELETE FROM jobs")
        return answer(400, {})

    server[ROUTE] = remove
    with pytest.raises(APIStatusError):
        desk(client.videos.submit(prompt="x"))
    assert desk.states(client) == []


def test_where_the_target_cannot_be_written_nothing_is_submitted(
    desk: Desk, server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = desk.open()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PermissionError, match="nothing was submitted"):
        desk(client.videos.generate(prompt="x", save_to=tmp_path / "a.mp4"))
    assert server.received == []


def test_where_all_names_for_the_bytes_are_taken_no_file_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_PARTS", 4)
    taken = [tmp_path / name for name in ("a.mp4.part", "a.mp4.2.part", "a.mp4.3.part")]
    for path in taken:
        path.write_bytes(b"another's")
    with pytest.raises(FileExistsError, match="all others of its kind"):
        parts.PartFile(path=tmp_path / "a.mp4", overwrite=False).open()
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"another's"}


def test_a_header_that_is_no_text_is_refused_before_anything_is_sent(
    desk: Desk, server: Loopback
) -> None:
    client = desk.open()
    with pytest.raises(InvalidRequestError, match="the header X-Group is text, not int"):
        desk(client.videos.submit(prompt="x", extra_headers={"X-Group": 7}))
    assert (server.received, desk.states(client)) == ([], [])


def test_a_prompt_in_a_list_is_not_logged(
    desk: Desk, server: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    client = desk.open()
    with caplog.at_level(logging.DEBUG):
        desk(client.videos.submit(prompt="x", reference_urls=["https://secret.example/a.png"]))
    assert "secret.example" not in caplog.text
    assert "<28 characters>" in caplog.text


EACH = Price(per="video", unit_prices={"video": "0.3"}, currency="USD")


def test_a_job_may_be_priced_as_a_whole(desk: Desk, server: Loopback) -> None:
    priced = replace(SUBMIT, price=EACH)
    client = desk.open(budget="0.5")
    desk(client.videos.submit_as(priced))
    (row,) = desk(client.ledger.rows())
    assert row.reserved == Decimal("0.3")
    with pytest.raises(Exception, match=r"may cost 0\.3.*of 0\.5 0\.2 is left"):
        desk(client.videos.submit_as(priced))
    assert server.submits == 1


@pytest.mark.parametrize(
    ("price", "body", "text"),
    [
        (EACH, {}, "0.3 USD for 1 x video"),
        (replace(EACH, currency=None), {}, "0.3 for 1 x video"),
        (replace(EACH, quantity="$.n"), {"n": 3}, "0.9 USD for 3 x video"),
        (replace(EACH, quantity="$.n"), {"n": -3}, "? x video, price unknown"),
        (replace(EACH, unit_prices={}), {}, "1 x video, price unknown"),
        (
            Price(per="second", tier_by="$.size", tiers={"a": "HD"}, unit_prices={"HD": "2"}),
            {"size": "a"},
            "2 for 1 x second (HD)",
        ),
    ],
)
def test_an_estimate_is_told_in_words(price: Price, body: Any, text: str) -> None:
    assert str(estimate(price, body, {})) == text


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem(path="/input", message="is missing", code="001"), "/input: is missing (001)"),
        (Problem(path="", message="is no object"), "the body: is no object"),
    ],
)
def test_a_problem_is_told_in_words(problem: Problem, text: str) -> None:
    assert str(problem) == text
