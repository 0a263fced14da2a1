"""What the ledger says when things cross: late writes, other names of one file, forks."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import (
    APIError,
    BadRequestError,
    BudgetExceededError,
    ConfigurationError,
    LedgerConflictError,
    LedgerError,
    SubmitUncertainError,
)
from specloom.targets.client.runtime.operations import CostPaths, Idempotency, Parameter, Step
from specloom.targets.client.runtime.store import Store

from .desks import KEY, PRICES, ROUTE, Desk, created, desk, server, told
from .loopback import DROP, FakeClock, Loopback, answer
from .videos_api import API, VideosClient
from .videos_api.videos import LIFE, SUBMIT

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["desk", "server"]  # fixtures


def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the disk is full."""

    def refuse(self: Store) -> Any:
        raise LedgerError("the disk is full")

    monkeypatch.setattr(Store, "writing", refuse)


def filling(server: Loopback, reply: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full once the submit has arrived."""

    def respond(_: Any) -> bytes:
        full(monkeypatch)
        return reply

    server[ROUTE] = respond


def test_a_row_is_not_released_while_its_id_waits_to_be_written(
    desk: Desk, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = desk.open(prices=PRICES)
    filling(server, told("task_1", "in_queue"), monkeypatch)
    assert desk(client.videos.submit(prompt="x", key="a")).id == "task_1"
    monkeypatch.undo()
    with pytest.raises(LedgerConflictError, match="queued"):
        desk(client.ledger.release(1))
    (row,) = desk(client.ledger.rows())
    assert (row.job_id, row.state) == ("task_1", "queued")


def test_a_late_doubt_does_not_undo_what_a_person_decided(
    desk: Desk, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, other = desk.open(), desk.open()
    filling(server, DROP, monkeypatch)
    with pytest.raises(SubmitUncertainError):
        desk(client.videos.submit(prompt="x", key="a"))
    monkeypatch.undo()
    desk.die(client)  # another process sees an intent without an owner
    desk(other.ledger.adopt(1, "task_7"))
    (row,) = desk(client.ledger.rows())  # writes what is left to be written
    assert (row.job_id, row.state) == ("task_7", "unknown")


@pytest.mark.parametrize("prompts", [True, False])
def test_an_answer_that_nobody_could_read_is_kept_for_who_looks_for_the_id(
    desk: Desk, server: Loopback, prompts: bool
) -> None:
    client = desk.open(ledger_prompts=prompts)
    server[ROUTE] = answer(200, {"uuid": "f3c1", "echo": "x", "key": KEY})
    with pytest.raises(SubmitUncertainError):
        desk(client.videos.submit(prompt="x"))
    (row,) = desk(client.ledger.rows("uncertain"))
    assert ("f3c1" in row.error) is prompts
    assert KEY not in row.error


def test_a_symlink_is_the_same_ledger(desk: Desk, server: Loopback, tmp_path: Path) -> None:
    client = desk.open()
    desk(client.videos.submit(prompt="x", key="a"))
    link = tmp_path / "link.sqlite3"
    link.symlink_to(desk.path)
    other = desk.open(ledger=link)
    assert desk(other.ledger.resume_all()) == []
    assert [row.held for row in desk(other.ledger.rows())] == [True]


def test_an_error_code_of_half_a_character_stops_no_other_submit(
    desk: Desk, server: Loopback
) -> None:
    client = desk.open()
    server[ROUTE] = answer(400, b'{"error": {"code": "\\ud800", "message": "no"}}')
    with pytest.raises(BadRequestError):
        desk(client.videos.submit(prompt="x"))
    server[ROUTE] = created(server)
    assert desk(client.videos.submit(prompt="y")).id == "task_1"
    assert desk.states(client) == ["rejected", "queued"]


def test_what_can_never_be_written_is_left_out_and_said(
    desk: Desk, server: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    client = desk.open()
    books = client._session.books
    books.backlog.write(lambda: books.reserve("videos.submit", "\ud800", Decimal(1)))
    assert len(books.backlog) == 0
    assert "it is left out of the ledger" in caplog.text


def test_a_hook_that_raises_with_odd_attributes_spoils_no_row(desk: Desk, server: Loopback) -> None:
    class OddError(Exception):
        def __init__(self) -> None:
            self.code, self.request_id = [1], object()

    def fail(_: Any) -> None:
        raise OddError

    client = desk.open()
    server[ROUTE] = answer(400, {})
    with pytest.raises(OddError):
        desk(client.videos.submit(prompt="x", on_response=fail))
    assert desk.states(client) == ["rejected"]


def test_what_is_on_its_way_is_not_settled(desk: Desk, server: Loopback) -> None:
    client, said = desk.open(), []

    def respond(_: Any) -> bytes:
        books = client._session.books
        with pytest.raises(LedgerConflictError, match="on its way"):
            books.settle(1, 0, 0.0)
        said.append(True)
        return told("task_1", "in_queue")

    server[ROUTE] = respond
    desk(client.videos.submit(prompt="x"))
    assert said


def test_a_settled_row_is_not_resumed(desk: Desk) -> None:
    client = desk.open()
    desk(client.videos.submit(prompt="x"))
    desk(client.ledger.settle(1, "0.50"))
    assert desk(client.ledger.resume_all()) == []
    (row,) = desk(client.ledger.rows())
    assert row.settled is not None


@pytest.mark.parametrize("cost", ["1E+9999999", "-1", "nan", "much", True])
def test_a_cost_of_no_sane_size_is_refused(desk: Desk, cost: Any) -> None:
    client = desk.open()
    desk(client.videos.submit(prompt="x"))
    with pytest.raises(ConfigurationError):
        desk(client.ledger.settle(1, cost))


def test_currencies_are_not_added_up(desk: Desk, server: Loopback) -> None:
    client = desk.open(prices=PRICES, budget="10")
    desk(client.videos.submit(prompt="x", duration=5))
    yen = replace(SUBMIT, price=replace(SUBMIT.price, currency="JPY"))  # type: ignore[type-var]
    with pytest.raises(BudgetExceededError, match="JPY"):
        desk(client.videos.submit_as(yen))
    assert server.submits == 1


HEADER = replace(
    SUBMIT,
    parameters=(Parameter(name="Idempotency-Key", place="header"),),
    job=replace(LIFE, idempotency=Idempotency(key="$request.header.Idempotency-Key")),
)
BODY = replace(SUBMIT, job=replace(LIFE, idempotency=Idempotency(key="$request.body#/client_id")))


@pytest.mark.parametrize(
    ("operation", "options"),
    [
        (HEADER, {"extra_headers": {"idempotency-key": "mine"}}),
        (HEADER, {"idempotency_key": "mine"}),
        (BODY, {"extra_body": {"client_id": "mine"}}),
    ],
)
def test_the_callers_key_goes_out_wherever_it_was_given(
    desk: Desk, server: Loopback, operation: Any, options: Any
) -> None:
    server[ROUTE] = [DROP, told("task_1", "in_queue")]
    assert desk(desk.open().videos.submit_as(operation, **options)).id == "task_1"
    keys = [
        one.headers.get("idempotency-key") or one.json.get("client_id") for one in server.received
    ]
    assert keys == ["mine", "mine"]


@pytest.mark.parametrize("given", ["", " ", "a\nb"])
def test_what_is_no_key_is_not_sent_as_one(desk: Desk, server: Loopback, given: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be an idempotency key"):
        desk(desk.open().videos.submit_as(HEADER, extra_headers={"Idempotency-Key": given}))
    two = {"extra_headers": {"Idempotency-Key": "a"}, "idempotency_key": "b"}
    with pytest.raises(ConfigurationError, match="two idempotency keys"):
        desk(desk.open().videos.submit_as(HEADER, **two))
    assert server.connections == 0


def test_a_key_is_not_trusted_to_be_remembered_for_ever(desk: Desk, server: Loopback) -> None:
    client = desk.open(max_retries=0)
    server[ROUTE] = DROP
    with pytest.raises(SubmitUncertainError):
        desk(client.videos.submit_as(HEADER, key="a"))
    desk.clock.moment += 100_000
    with pytest.raises(SubmitUncertainError):
        desk(client.videos.submit_as(HEADER, key="a"))
    assert server.submits == 1


def test_what_a_poll_needs_is_on_disk_with_the_id(desk: Desk, server: Loopback) -> None:
    poll = Step(operation=LIFE.poll.operation, parameters={"id": "$id", "region": "$.region"})
    operation = replace(SUBMIT, job=replace(LIFE, poll=poll))
    client, seen = desk.open(), []

    def look(_: Any) -> None:
        raise ValueError("mine")

    server[ROUTE] = told("task_1", "in_queue", region="eu")
    with pytest.raises(ValueError, match="mine") as caught:
        desk(client.videos.submit_as(operation, on_response=look))
    (row,) = desk(client.ledger.rows())
    seen.append(row.token)
    assert "~~" in row.token
    assert row.token in "".join(caught.value.__notes__)


def test_a_poll_whose_url_the_server_gave_is_resumed_from_the_ledger(
    desk: Desk, server: Loopback
) -> None:
    operation = replace(SUBMIT, job=replace(LIFE, poll=Step(url="$.status_url")))
    server[ROUTE] = told("task_1", "in_queue", status_url=f"{server.url}/where/it/is")
    server["GET /where/it/is"] = told("task_1", "processing")
    token = desk(desk.open().videos.submit_as(operation, key="a")).token
    assert "where" not in token  # packed, so that it fits into a shell
    job = desk(desk.open().videos.submit_as(operation, key="a"))
    desk(job.refresh())
    assert (job.token, job.status) == (token, "processing")
    assert server.submits == 1


def test_polls_that_tell_nothing_new_write_nothing(
    desk: Desk, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = desk(desk.open().videos.submit(prompt="x"))
    replies = [
        answer(200, {"id": "task_1", "status": "processing"}, x_request_id=f"r{at}")
        for at in range(3)
    ]
    server["GET /v1/videos/task_1"] = replies
    desk(job.refresh())
    full(monkeypatch)  # whatever is written from here on fails
    desk(job.refresh())
    desk(job.refresh())
    monkeypatch.undo()
    assert len(job._record.session.books.backlog) == 0


def test_a_ledger_that_broke_meanwhile_keeps_no_file_from_being_saved(
    desk: Desk, server: Loopback, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    job = desk(desk.open().videos.submit(prompt="x"))
    server["GET /v1/videos/task_1"] = told(
        "task_1", "done", output=[{"url": f"{server.url}/a.bin"}]
    )
    server["GET /a.bin"] = answer(200, b"film", content_type="application/octet-stream")
    made = desk(job.wait())
    desk.path.write_bytes(b"no ledger any more " * 100)
    assert desk(made.save(tmp_path / "a.bin")).read_bytes() == b"film"
    assert "cannot be read" in caplog.text


def test_what_travels_elsewhere_is_counted_at_its_price(desk: Desk) -> None:
    moved = {"submit.body.duration": "/seconds"}
    api = replace(API, assumed={**API.assumed, "submit.body.duration": "/parameters/duration"})
    client = desk.open(api=api, assumed=moved, prices=PRICES)
    desk(client.videos.submit(prompt="x", duration=10))
    (row,) = desk(client.ledger.rows())
    assert row.request["seconds"] == 10
    assert row.reserved == Decimal("1.0")


def test_an_estimate_keeps_its_currency_until_a_cost_comes(desk: Desk, server: Loopback) -> None:
    yen = replace(SUBMIT, price=replace(SUBMIT.price, currency="JPY"))  # type: ignore[type-var]
    client = desk.open(prices=PRICES)
    job = desk(client.videos.submit_as(yen))
    server["GET /v1/videos/task_1"] = told("task_1", "processing")
    desk(job.refresh())
    (row,) = desk(client.ledger.rows())
    assert (row.state, row.currency) == ("running", "JPY")


def test_a_reservation_below_nothing_makes_no_room(desk: Desk, server: Loopback) -> None:
    cost = CostPaths(reserved="$.reserved", amount="$.usage.cost")
    operation = replace(SUBMIT, job=replace(LIFE, cost=cost))
    client = desk.open(prices=PRICES)
    server[ROUTE] = told("task_1", "in_queue", reserved="-100")
    desk(client.videos.submit_as(operation))
    (row,) = desk(client.ledger.rows())
    assert row.reserved == Decimal("0.5")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_fork_in_a_hook_sends_nothing_of_its_parent(server: Loopback, tmp_path: Path) -> None:
    from specloom.targets.client.runtime.hooks import Hooks

    child: list[int] = []

    def fork(_: Any) -> None:
        child.append(os.fork())

    given: dict[str, Any] = {"base_url": server.url, "ledger": tmp_path / "jobs.sqlite3"}
    with VideosClient(
        api_key=KEY, clock=FakeClock(), hooks=Hooks(on_request=fork), **given
    ) as client:
        try:
            job = client.videos.submit(prompt="x")
        except APIError as error:
            os._exit(int("fork" not in str(error)))  # the child
        finally:
            if child and child[0] == 0:
                os._exit(2)
        if child[0] == 0:
            os._exit(3)
        assert job.id == "task_1"
    assert os.waitstatus_to_exitcode(os.waitpid(child[0], 0)[1]) == 0
    assert server.submits == 1
