"""Corners of life cycles where money is lost: several jobs, cancelling, keys that servers say back."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.answers import decimal
from specloom.targets.client.runtime.errors import (
    APIError,
    ConfigurationError,
    JobResultError,
    ManyJobsError,
    SubmitUncertainError,
)
from specloom.targets.client.runtime.operations import (
    Answer,
    ApiKey,
    CostPaths,
    Operation,
    Parameter,
    Progress,
    Step,
)
from specloom.targets.client.runtime.operations import Result as ResultStep
from specloom.targets.client.runtime.tokens import read_token, write_token

from .desks import KEY, PRICES, ROUTE, Desk, desk, server, told
from .loopback import Loopback, answer
from .test_life_cycles import POLLED, living
from .videos_api import API
from .videos_api.videos import LIFE

__all__ = ["desk", "server"]  # fixtures
STOP: Operation[None] = Operation(
    name="videos.stop",
    method="DELETE",
    path="/v1/stop/{token}",
    parameters=(Parameter(name="token", place="path", required=True),),
    answers=(Answer("204", "", lambda: None),),
)
STOPPED = Step(operation=STOP, parameters={"token": "$.jobs[*].token"})


def started(desk: Desk, life: Any, **settings: Any) -> list[Any]:
    """The jobs of a submit that makes several."""
    with pytest.raises(ManyJobsError) as caught:
        desk(desk.open(**settings).videos.submit_as(life))
    return list(caught.value.jobs)


def paths(server: Loopback) -> list[str]:
    return [f"{one.method} {one.path}" for one in server.received]


def test_a_job_of_several_is_cancelled_by_what_is_its_own_or_not_at_all(
    desk: Desk, server: Loopback
) -> None:
    jobs = [{"id": "a", "token": "ta"}, {"id": "b"}, {"id": "c", "token": "tc"}]
    server[ROUTE] = answer(200, {"jobs": jobs})
    for one in "abc":
        server[f"GET /v1/videos/{one}"] = told(one, "processing")
        server[f"DELETE /v1/stop/t{one}"] = answer(204, {})
    _, second, third = started(desk, living(id=("$.jobs[*].id",), cancel=STOPPED))
    with pytest.raises(ConfigurationError, match="is cancelled is told by no answer"):
        desk(second.cancel())
    desk(third.cancel())
    assert [one for one in paths(server) if "stop" in one] == ["DELETE /v1/stop/tc"]
    packed = third.token.partition("~~")[2]
    known = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    assert b'"tc"' in known
    assert b'"ta"' not in known


def test_a_job_of_several_is_not_asked_for_where_another_is(desk: Desk, server: Loopback) -> None:
    jobs = [{"id": "a", "get": "/g/a"}, {"id": "b", "get": None}, {"id": "c", "get": "/g/c"}]
    server[ROUTE] = answer(200, {"jobs": jobs})
    server["GET /g/a"] = server["GET /g/c"] = told("x", "processing")
    life = living(id=("$.jobs[*].id",), poll=Step(url="$.jobs[*].get"))
    first, second, third = started(desk, life)
    desk(first.refresh())
    with pytest.raises(ConfigurationError, match="not told by its id"):
        desk(second.refresh())
    desk(third.refresh())
    assert paths(server)[1:] == ["GET /g/a", "GET /g/c"]


def test_what_several_jobs_share_stays_shared(desk: Desk, server: Loopback) -> None:
    server[ROUTE] = answer(200, {"batch": "b1", "ids": ["a", "b"], "tokens": ["ta", "tb"]})
    poll = replace(LIFE.poll, parameters={"id": "$.batch"})
    cancel = replace(STOPPED, parameters={"token": "$.tokens[*]"})
    server["GET /v1/videos/b1"] = told("b1", "processing")
    server["DELETE /v1/stop/tb"] = answer(204, {})
    first, second = started(desk, living(id=("$.ids[*]",), poll=poll, cancel=cancel))
    desk(first.refresh())
    desk(second.cancel())
    asked = ["GET /v1/videos/b1", "DELETE /v1/stop/tb", "GET /v1/videos/b1"]
    assert paths(server)[1:] == asked


@pytest.mark.parametrize("poll", [None, Step(url="$.jobs[*].id")])
def test_an_id_that_is_null_among_several_leaves_a_doubt(
    desk: Desk, server: Loopback, poll: Step | None
) -> None:
    server[ROUTE] = answer(200, {"jobs": [{"id": "a"}, {"id": None}, {"id": "c"}]})
    life = living(id=("$.jobs[*].id",)) if poll is None else living(id=(), poll=poll)
    with pytest.raises(SubmitUncertainError):
        desk(desk.open().videos.submit_as(life))
    assert server.submits == 1


def test_an_id_that_comes_twice_is_one_job(desk: Desk, server: Loopback) -> None:
    server[ROUTE] = answer(200, {"jobs": [{"id": "a"}, {"id": "a"}]})
    job = desk(desk.open().videos.submit_as(living(id=("$.jobs[*].id",))))
    assert job.id == "a"


def test_a_job_that_has_ended_is_not_cancelled(desk: Desk, server: Loopback) -> None:
    server[POLLED] = told("task_1", "done", output=[{"url": "https://x/1"}])
    job = desk(desk.open().videos.submit(prompt="x"))
    desk(job.wait())
    asked = len(server.received)
    assert desk(job.cancel()).state == "succeeded"
    assert len(server.received) == asked
    assert desk(job.result()).url == "https://x/1"


def test_a_success_that_a_cancel_did_not_stop_stays_one(desk: Desk, server: Loopback) -> None:
    server["POST /v1/videos/task_1/cancel"] = told("task_1", "done")
    server[POLLED] = [told("task_1", "done", output=[{"url": "https://x/1"}]), answer(404, {})]
    job = desk(desk.open().videos.submit(prompt="x"))
    assert desk(job.cancel()).state == "succeeded"
    assert desk(job.refresh()).state == "succeeded"
    assert desk(job.result()).url == "https://x/1"


@pytest.mark.parametrize("told_so", ["1e9999999", "-1e99", 10**40, "1e-9999999"])
def test_a_number_that_is_out_of_all_range_is_none(told_so: Any) -> None:
    assert decimal(told_so) is None


def test_numbers_out_of_all_range_stop_neither_the_wait_nor_the_ledger(
    desk: Desk, server: Loopback
) -> None:
    cost = CostPaths(amount="$.usage.cost", currency="USD")
    life = living(progress=Progress(value="$.p"), cost=cost)
    huge: dict[str, Any] = {"p": "1e9999999", "usage": {"cost": "1e9999999"}}
    output = [{"url": "https://x/1"}]
    server[POLLED] = [
        told("task_1", "processing", **huge),
        told("task_1", "done", **huge, output=output),
    ]
    client = desk.open()
    job = desk(client.videos.submit_as(life))
    desk(job.wait())
    (row,) = desk(client.ledger.rows())
    assert row.cost is None


@pytest.mark.parametrize("is_id", [True, False])
def test_a_key_that_a_server_says_back_in_a_link_is_kept_nowhere(
    desk: Desk, server: Loopback, is_id: bool
) -> None:
    link = f"/v1/polls/1?a=1&key={KEY}&b=2"
    server[ROUTE] = answer(200, {"id": "task_1", "get": link, "stop": link})
    server["GET /v1/polls/1"] = told("task_1", "processing")
    server["POST /v1/polls/1"] = answer(200, {})
    api = replace(API, security=(ApiKey(name="key", place="query"),))
    cancel = Step(url="$.stop")
    poll = Step(url="$.get")
    life = living(poll=poll, cancel=cancel, **({"id": ()} if is_id else {}))
    client = desk.open(api=api)
    job = desk(client.videos.submit_as(life))
    assert KEY not in job.id
    packed = job.token.partition("~~")[2]
    assert KEY.encode() not in base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    desk(job.refresh())
    assert server.received[-1].query == f"a=1&b=2&key={KEY}"
    desk(job.cancel())
    (row,) = desk(client.ledger.rows())
    assert KEY not in f"{row.job_id} {row.token}"


@pytest.mark.parametrize("part", ["", ".."])
def test_a_result_that_cannot_be_asked_for_is_told_as_one_of_a_paid_job(
    desk: Desk, server: Loopback, part: Any
) -> None:
    fetch: Operation[Any] = replace(STOP, name="videos.part", method="GET")
    step = ResultStep(operation=fetch, parameters={"token": "$.part"})
    usage = {"cost": "0.5"}
    server[POLLED] = told("task_1", "done", part=part, usage=usage)
    job = desk(desk.open().videos.submit_as(living(result=step)))
    with pytest.raises(JobResultError) as caught:
        desk(job.wait())
    assert (caught.value.billed, caught.value.job_id) == ("yes", "task_1")
    assert "check=False" not in str(caught.value)


def test_a_poll_that_cannot_be_made_is_told_as_one_of_a_job(desk: Desk, server: Loopback) -> None:
    server[ROUTE] = told("..", "in_queue")
    job = desk(desk.open().videos.submit(prompt="x"))
    with pytest.raises(ConfigurationError, match="cannot be asked for") as caught:
        desk(job.refresh())
    assert (caught.value.billed, caught.value.job_id) == ("unknown", "..")


PAID: Operation[Any] = Operation(
    name="videos.upscale",
    method="GET",
    path="/v1/upscaled/{token}",
    parameters=(Parameter(name="token", place="path", required=True),),
    answers=(Answer("200", "application/json", lambda: dict),),
)


@pytest.mark.parametrize("first", [answer(503, {}), answer(200, {"u": 1}), answer(404, {})])
def test_a_result_call_that_submits_is_sent_once(
    desk: Desk, server: Loopback, first: bytes
) -> None:
    server["GET /v1/upscaled/task_1"] = first
    server[POLLED] = told("task_1", "done")
    step = ResultStep(operation=PAID, parameters={"token": "$id"}, once=True)
    job = desk(desk.open().videos.submit_as(living(result=step)))
    told_so = []
    for _ in range(3):
        try:
            told_so.append(desk(job.wait()).value)
        except APIError as error:
            told_so.append(type(error))
    assert len(set(map(str, told_so))) == 1
    assert len(server.seen("GET /v1/upscaled/task_1")) == 1


def test_a_cancel_that_submits_is_sent_once(desk: Desk, server: Loopback) -> None:
    server["GET /v1/upscaled/task_1"] = answer(503, {})
    cancel = Step(operation=PAID, parameters={"token": "$id"}, once=True)
    job = desk(desk.open().videos.submit_as(living(cancel=cancel)))
    with pytest.raises(APIError, match="HTTP 503"):
        desk(job.cancel())
    assert len(server.seen("GET /v1/upscaled/task_1")) == 1


def reservations(desk: Desk, life: Any) -> list[str]:
    """What the rows of a submit reserve that makes several jobs."""
    client = desk.open(prices=PRICES)
    with pytest.raises(ManyJobsError):
        desk(client.videos.submit_as(life))
    return [str(row.reserved) for row in desk(client.ledger.rows())]


@pytest.mark.parametrize(
    ("path", "reserved"),
    [
        (None, ["0.166668", "0.166666", "0.166666"]),  # of what the document says: 0.5
        ("$.total", ["10.000000", "10.000000", "10.000000"]),
        ("$.jobs[*].price", ["3", "0.166666", "5"]),
    ],
)
def test_several_jobs_of_one_submit_reserve_its_price_once(
    desk: Desk, server: Loopback, path: str | None, reserved: list[str]
) -> None:
    jobs = [{"id": "a", "price": 3}, {"id": "b"}, {"id": "c", "price": 5}]
    server[ROUTE] = answer(200, {"total": 30, "jobs": jobs})
    cost = CostPaths(reserved=path, amount="$.usage.cost", currency="USD")
    assert reservations(desk, living(id=("$.jobs[*].id",), cost=cost)) == reserved


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://[::1"])
def test_a_url_that_can_never_be_asked_ends_the_wait(
    desk: Desk, server: Loopback, url: str
) -> None:
    server[ROUTE] = answer(200, {"id": "task_1", "get": url})
    job = desk(desk.open().videos.submit_as(living(poll=Step(url="$.get"))))
    with pytest.raises(ConfigurationError, match="cannot be asked for") as caught:
        desk(job.wait())
    assert caught.value.job_id == "task_1"
    assert sum(desk.clock.slept) < 30


@pytest.mark.parametrize("bound", ["body", "parameter"])
def test_a_prompt_stands_in_no_ledger_that_may_not_hold_it(
    desk: Desk, server: Loopback, bound: str
) -> None:
    source = "$request.body#/input/prompt"
    given: dict[str, Any] = {"id": "$id"}
    poll = replace(LIFE.poll, parameters=given, body={"a": source})
    if bound == "parameter":
        poll = replace(LIFE.poll, parameters={**given, "query.a": source})
    client = desk.open(ledger_prompts=False)
    job = desk(client.videos.submit_as(living(poll=poll), prompt="A very private prompt"))
    (row,) = desk(client.ledger.rows())
    assert str(row.token).endswith("~task_1")
    assert job.token != row.token  # whoever has the handle resumes the job with it
    open_ledger = desk.open(ledger=desk.path.with_name("open.sqlite3"))
    kept = desk(open_ledger.videos.submit_as(living(poll=poll)))
    assert desk(open_ledger.ledger.rows())[0].token == kept.token


def test_cookies_of_an_api_go_nowhere(desk: Desk, server: Loopback) -> None:
    with Loopback() as other:
        server[POLLED] = answer(200, {"id": "task_1", "status": "processing"}, set_cookie="sid=1")
        server[ROUTE] = answer(200, {"id": "task_1", "get": f"{other.url}/poll"}, set_cookie="a=1")
        other["GET /poll"] = told("task_1", "processing")
        client = desk.open()
        desk(client.videos.get("task_1"))
        job = desk(client.videos.submit_as(living(poll=Step(url="$.get"))))
        desk(job.refresh())
        assert "cookie" not in other.received[0].headers


@pytest.mark.parametrize("url", [5, None, ["a"]])
def test_a_token_whose_url_is_none_is_damaged(url: Any) -> None:
    token = write_token("videos.submit", "task_1", {"$url": url})
    with pytest.raises(ConfigurationError, match="is damaged"):
        read_token(token, ["videos.submit"])
