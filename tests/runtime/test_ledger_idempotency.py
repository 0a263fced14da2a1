"""A declared idempotency key and the ledger: what is uncertain is repeated, under the same key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import (
    APIConnectionError,
    APIError,
    SubmitUncertainError,
)
from specloom.targets.client.runtime.operations import Idempotency

from .desks import ROUTE, Desk, desk, server, told
from .loopback import DROP, Loopback, answer
from .videos_api.videos import LIFE, SUBMIT

if TYPE_CHECKING:
    from specloom.targets.client.runtime.operations import Operation

__all__ = ["desk", "server"]  # fixtures
TAKEN = told("task_1", "in_queue")


def keyed(**facts: Any) -> Operation[Any]:
    idempotency = Idempotency(**{"key": "$request.header.Idempotency-Key", **facts})
    return replace(SUBMIT, job=replace(LIFE, idempotency=idempotency))


def submit(desk: Desk, client: Any, operation: Any = None, **options: Any) -> Any:
    options = {"key": "order-1", **options}
    return desk(client.videos.submit_as(operation or keyed(), **options))


def keys(server: Loopback) -> list[str]:
    return [one.headers["idempotency-key"] for one in server.seen(ROUTE)]


def doubt(desk: Desk, server: Loopback, **options: Any) -> None:
    """Leave an uncertain row behind, as a process that has ended."""
    server[ROUTE] = DROP
    with pytest.raises(SubmitUncertainError):
        submit(desk, desk.open(max_retries=0), **options)


def test_the_key_is_the_same_across_attempts_and_processes(desk: Desk, server: Loopback) -> None:
    server[ROUTE] = [DROP, answer(500, {}), TAKEN]
    assert submit(desk, desk.open()).id == "task_1"
    desk.path = desk.path.with_name("another.sqlite3")
    submit(desk, desk.open())  # the ledger was lost
    assert len(keys(server)) == 4
    assert len(set(keys(server))) == 1
    submit(desk, desk.open(), key="order-2")
    submit(desk, desk.open(), key=None)
    submit(desk, desk.open(), key=None)
    assert len(set(keys(server))) == 4


def test_an_uncertain_row_is_repeated_with_the_key_that_it_stored(
    desk: Desk, server: Loopback
) -> None:
    doubt(desk, server, idempotency_key="mine")
    server[ROUTE] = TAKEN
    client = desk.open()
    assert submit(desk, client).id == "task_1"
    assert submit(desk, client, idempotency_key="other").id == "task_1"
    assert keys(server) == ["mine", "mine"]
    (row,) = desk(client.ledger.rows())
    assert (row.state, row.idempotency_key) == ("queued", "mine")
    assert "mine" not in repr(row)


def test_a_key_in_the_body_is_stored_beside_the_request(desk: Desk, server: Loopback) -> None:
    body = keyed(key="$request.body#/meta/key")
    server[ROUTE] = DROP
    with pytest.raises(SubmitUncertainError):
        submit(desk, desk.open(max_retries=0), body)
    server[ROUTE] = TAKEN
    assert submit(desk, desk.open(), body).id == "task_1"
    sent = [one.json["meta"]["key"] for one in server.seen(ROUTE)]
    assert len(sent) == 2
    assert len(set(sent)) == 1


def test_a_row_without_a_stored_key_is_not_repeated(desk: Desk, server: Loopback) -> None:
    server[ROUTE] = DROP
    with pytest.raises(SubmitUncertainError):
        submit(desk, desk.open(), SUBMIT)
    with pytest.raises(SubmitUncertainError):
        submit(desk, desk.open())
    assert server.submits == 1


@pytest.mark.parametrize("reply", [answer(400, {}), answer(429, {}), answer(500, {}), DROP])
def test_the_doubt_outlives_a_repeat_that_was_refused(
    desk: Desk, server: Loopback, reply: bytes
) -> None:
    doubt(desk, server)
    server[ROUTE] = reply
    client = desk.open(prices={"1080P": "1"}, max_retries=0)
    with pytest.raises(APIError):
        submit(desk, client)
    (row,) = desk(client.ledger.rows())
    assert (row.state, row.at_risk) == ("uncertain", True)
    server[ROUTE] = TAKEN
    assert submit(desk, client).id == "task_1"
    assert len(set(keys(server))) == 1


def test_the_doubt_outlives_a_repeat_that_was_not_sent(desk: Desk, server: Loopback) -> None:
    doubt(desk, server)

    def fail(_: Any) -> None:
        raise APIConnectionError("mine")

    client = desk.open()
    client._session.hooks = replace(client._session.hooks, on_request=fail)
    with pytest.raises(APIConnectionError):
        submit(desk, client)
    assert desk.states(client) == ["uncertain"]
    assert server.submits == 1


@pytest.mark.parametrize("status", [400, 429])
def test_a_refused_repeat_does_not_say_that_nothing_was_billed(
    desk: Desk, server: Loopback, status: int
) -> None:
    doubt(desk, server)
    server[ROUTE] = answer(status, {})
    with pytest.raises(APIError) as caught:
        submit(desk, desk.open(max_retries=0))
    assert caught.value.billed == "unknown"


def test_a_conflict_proves_that_the_first_arrived(desk: Desk, server: Loopback) -> None:
    doubt(desk, server)
    server[ROUTE] = answer(409, {})
    client = desk.open()
    with pytest.raises(SubmitUncertainError, match="the first arrived"):
        submit(desk, client)
    assert desk.states(client) == ["uncertain"]


def test_where_the_key_is_the_id_a_refused_repeat_names_the_job(
    desk: Desk, server: Loopback
) -> None:
    operation = keyed(repeat="refused", is_id=True)
    server[ROUTE] = DROP
    with pytest.raises(SubmitUncertainError):
        submit(desk, desk.open(max_retries=0), operation)
    server[ROUTE] = answer(400, {})
    client = desk.open()
    job = submit(desk, client, operation)
    (row,) = desk(client.ledger.rows())
    assert (row.job_id, row.state, row.idempotency_key) == (job.id, "queued", job.id)


def test_what_somebody_has_settled_is_not_repeated(desk: Desk, server: Loopback) -> None:
    doubt(desk, server)
    client = desk.open()
    desk(client.ledger.settle(1, "0.3"))
    with pytest.raises(SubmitUncertainError, match="order-1"):
        submit(desk, client)
    assert server.submits == 1
