"""The budget: what a request may cost is set aside before it is sent, and settled afterwards."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import (
    APIStatusError,
    BudgetExceededError,
    ConfigurationError,
    SubmitUncertainError,
)
from specloom.targets.client.runtime.operations import Idempotency

from .desks import KEY, PRICES, ROUTE, Desk, desk, server, told
from .loopback import DROP, FakeClock, Loopback, answer
from .videos_api import VideosClient
from .videos_api.videos import LIFE, SUBMIT

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["desk", "server"]  # fixtures
POLLED = "GET /v1/videos/task_1"


def open_with(desk: Desk, budget: Any, **settings: Any) -> Any:
    return desk.open(**{"budget": budget, "prices": PRICES, **settings})


def submit(desk: Desk, client: Any, **options: Any) -> Any:
    """A job of five seconds, which may cost 0.5."""
    return desk(client.videos.submit(prompt="x", **options))


def fits(desk: Desk, client: Any) -> bool:
    try:
        submit(desk, client)
    except BudgetExceededError:
        return False
    return True


def test_what_does_not_fit_is_not_sent(desk: Desk, server: Loopback) -> None:
    client = open_with(desk, "1.00")
    assert [fits(desk, client) for _ in range(3)] == [True, True, False]
    with pytest.raises(BudgetExceededError, match=r"may cost 0\.5.*of 1\.00 0 is left") as caught:
        submit(desk, open_with(desk, "1.00"))  # it is counted in the file
    assert ("larger budget" in caught.value.hint, caught.value.billed) == (True, "no")
    assert server.submits == 2
    assert [row.reserved for row in desk(client.ledger.rows())] == [Decimal("0.5")] * 2
    assert fits(desk, open_with(desk, Decimal("1.5")))


def test_a_budget_that_is_less_than_was_spent_has_nothing_left(desk: Desk) -> None:
    submit(desk, open_with(desk, 1))
    with pytest.raises(BudgetExceededError, match=r"of the budget of 0 0 is left"):
        submit(desk, open_with(desk, 0))


def test_a_job_that_ended_is_settled_with_its_cost(desk: Desk, server: Loopback) -> None:
    client = open_with(desk, "1.00")
    server[POLLED] = told("task_1", "done", usage={"cost": "0.2", "discount": "0.1"})
    job = submit(desk, client)
    assert not fits(desk, open_with(desk, "0.70"))
    desk(job.refresh())
    assert fits(desk, open_with(desk, "0.70"))  # the discount is shown and not subtracted
    assert not fits(desk, open_with(desk, "1.19"))


def test_an_amount_that_is_not_the_last_gives_nothing_back(desk: Desk, server: Loopback) -> None:
    server[ROUTE] = told("task_1", "in_queue", usage={"cost": "0.00"})
    server[POLLED] = told("task_1", "processing", usage={"cost": "0.00"})
    client = open_with(desk, "0.90")
    desk(submit(desk, client).refresh())
    assert not fits(desk, client)
    (row,) = desk(client.ledger.rows())
    assert (row.state, row.cost, row.reserved) == ("running", None, Decimal("0.5"))


def test_a_job_that_ended_without_a_cost_stays_reserved(desk: Desk, server: Loopback) -> None:
    server[POLLED] = told("task_1", "failed")
    client = open_with(desk, "0.90")
    desk(submit(desk, client).refresh())
    assert not fits(desk, client)
    desk(client.ledger.settle(1, 0))
    assert fits(desk, client)


def test_what_was_rejected_is_free_again(desk: Desk, server: Loopback) -> None:
    good = server.answers[ROUTE]
    server[ROUTE] = answer(400, {})
    client = open_with(desk, "0.50")
    for _ in range(2):
        with pytest.raises(APIStatusError):
            submit(desk, client)
    server[ROUTE] = good
    assert fits(desk, client)
    assert not fits(desk, client)


def test_what_is_uncertain_stays_reserved_until_somebody_decides(
    desk: Desk, server: Loopback
) -> None:
    good = server.answers[ROUTE]
    server[ROUTE] = DROP
    client = open_with(desk, "1.00")
    for _ in range(2):
        with pytest.raises(SubmitUncertainError):
            submit(desk, client)
    server[ROUTE] = good
    assert not fits(desk, client)
    desk(client.ledger.release(1))
    assert fits(desk, client)
    assert not fits(desk, client)
    desk(client.ledger.settle(2, "0.1"))
    assert not fits(desk, client)
    desk(client.ledger.settle(2, "0"))
    assert fits(desk, client)


def test_a_key_that_was_released_is_reserved_anew(desk: Desk, server: Loopback) -> None:
    good = server.answers[ROUTE]
    server[ROUTE] = DROP
    client = open_with(desk, "0.90")
    with pytest.raises(SubmitUncertainError):
        submit(desk, client, key="order-1")
    desk(client.ledger.settle(1, 0))
    desk(client.ledger.release(1))
    server[ROUTE] = good
    submit(desk, client, key="order-1")
    (row,) = desk(client.ledger.rows())
    assert (row.cost, row.reserved) == (None, Decimal("0.5"))
    assert not fits(desk, client)


def test_the_same_key_needs_no_budget(desk: Desk, server: Loopback) -> None:
    client = open_with(desk, "0.50")
    tokens = {submit(desk, client, key="order-1").token for _ in range(2)}
    assert len(tokens) == 1


def test_a_repeat_reserves_nothing_more_and_nothing_less(desk: Desk, server: Loopback) -> None:
    keyed = replace(
        SUBMIT, job=replace(LIFE, idempotency=Idempotency(key="$request.header.Idempotency-Key"))
    )
    server[ROUTE] = DROP
    given = {"max_retries": 0}
    with pytest.raises(SubmitUncertainError):
        desk(open_with(desk, "0.50", **given).videos.submit_as(keyed, key="order-1"))
    # Another process, which knows no prices and has no budget.
    with pytest.raises(SubmitUncertainError):
        desk(desk.open(**given).videos.submit_as(keyed, key="order-1"))
    assert [row.reserved for row in desk(desk.open().ledger.rows())] == [Decimal("0.5")]
    server[ROUTE] = told("task_1", "in_queue")
    client = open_with(desk, "0.50", **given)
    assert desk(client.videos.submit_as(keyed, key="order-1")).id == "task_1"
    assert [row.reserved for row in desk(client.ledger.rows())] == [Decimal("0.5")]
    assert server.submits == 3


def test_an_unknown_price_is_refused(desk: Desk, server: Loopback) -> None:
    with pytest.raises(ConfigurationError, match=r"what this videos\.submit costs") as caught:
        submit(desk, open_with(desk, "100", prices={"720P": "0.1"}))
    assert "prices=" in caught.value.hint
    with pytest.raises(ConfigurationError, match="nobody knows"):
        desk(open_with(desk, "100").videos.submit_as(replace(SUBMIT, price=None)))
    assert server.connections == 0


def test_a_row_of_unknown_cost_stops_all_until_it_is_settled(desk: Desk, server: Loopback) -> None:
    submit(desk, desk.open())
    client = open_with(desk, "100")
    with pytest.raises(BudgetExceededError, match="nobody knows what row 1 costs") as caught:
        submit(desk, client)
    assert "client.ledger.settle(1, cost)" in caught.value.hint
    assert server.submits == 1
    desk(client.ledger.settle(1, "0.5"))
    assert fits(desk, client)


@pytest.mark.parametrize("budget", ["much", "nan", -1, "-0.01", True, 1j])
def test_what_is_no_budget_is_refused(desk: Desk, budget: Any) -> None:
    with pytest.raises(ConfigurationError, match="budget must be an amount"):
        open_with(desk, budget)


def test_a_budget_needs_a_ledger(desk: Desk) -> None:
    with pytest.raises(ConfigurationError, match="counted in the ledger") as caught:
        open_with(desk, "1", ledger=None)
    assert "ledger=" in caught.value.hint


def test_of_two_threads_at_the_limit_exactly_one_passes(server: Loopback, tmp_path: Path) -> None:
    given: dict[str, Any] = {"base_url": server.url, "ledger": tmp_path / "jobs.sqlite3"}
    barrier, outcomes = threading.Barrier(2), []

    def submit() -> None:
        with VideosClient(
            api_key=KEY, clock=FakeClock(), budget="0.9", prices=PRICES, **given
        ) as client:
            barrier.wait()
            try:
                outcomes.append(client.videos.submit(prompt="x").id)
            except BudgetExceededError:
                outcomes.append("refused")

    threads = [threading.Thread(target=submit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "task_1"]
    assert server.submits == 1
