"""The ledger's keys, restarts and decisions: what was submitted once is not submitted again."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from specloom.targets.client.runtime.errors import (
    APIConnectionError,
    APIStatusError,
    ConfigurationError,
    JobError,
    LedgerConflictError,
    LedgerError,
    ManyJobsError,
    SubmitUncertainError,
)

from .desks import KEY, ROUTE, Desk, desk, server, told
from .loopback import DROP, FakeClock, Loopback, answer
from .videos_api import API, VideosClient
from .videos_api.videos import LIFE, SUBMIT

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["desk", "server"]  # fixtures
POLLED = "GET /v1/videos/task_1"


def submit(desk: Desk, client: Any, key: str | None = "order-1", prompt: str = "x") -> Any:
    return desk(client.videos.submit(prompt=prompt, key=key))


def uncertain(desk: Desk, server: Loopback, client: Any, key: str | None = "order-1") -> None:
    before = server.answers[ROUTE]
    server[ROUTE] = DROP
    with pytest.raises(SubmitUncertainError):
        submit(desk, client, key)
    server[ROUTE] = before


# Keys


def test_the_same_key_gives_the_existing_job(desk: Desk, server: Loopback) -> None:
    client, other = desk.open(), desk.open()
    tokens = {submit(desk, one).token for one in (client, client, other)}
    assert tokens == {"videos.submit~task_1"}
    assert server.submits == 1
    assert submit(desk, client, "order-2").id == "task_2"
    assert submit(desk, client, None).id == "task_3"


@pytest.mark.parametrize("end", ["done", "failed", "cancelled"])
def test_the_same_key_gives_a_job_that_has_ended(desk: Desk, server: Loopback, end: str) -> None:
    server[POLLED] = told("task_1", end, output=[{"url": "/a.mp4"}])
    desk(submit(desk, desk.open()).refresh())
    again = submit(desk, desk.open())
    if end == "done":
        assert desk(again.wait()).files[0].url == f"{server.url}/a.mp4"
    else:
        with pytest.raises(JobError, match=f"task_1 .*{end}"):
            desk(again.wait())
    assert server.submits == 1


def test_generate_takes_up_the_job_of_its_key(desk: Desk, server: Loopback) -> None:
    server[POLLED] = told("task_1", "done", output=[{"url": "/a.mp4"}])
    for _ in range(2):
        made = desk(desk.open().videos.generate(prompt="x", key="order-1"))
        assert made.files[0].url == f"{server.url}/a.mp4"
    assert server.submits == 1


def test_the_same_key_gives_all_jobs_of_one_submit(desk: Desk, server: Loopback) -> None:
    server[ROUTE] = answer(200, {"ids": ["a", "b", "a"]})
    many = replace(SUBMIT, job=replace(LIFE, id=("$.ids[*]",)))
    for _ in range(2):
        with pytest.raises(ManyJobsError) as caught:
            desk(desk.open().videos.submit_as(many, key="order-1"))
        assert [job.id for job in caught.value.jobs][:2] == ["a", "b"]
    assert server.submits == 1
    rows = desk(desk.open().ledger.rows())
    assert [(row.job_id, row.parent) for row in rows] == [("a", None), ("b", 1)]


def test_a_key_with_another_request_is_an_error(desk: Desk, server: Loopback) -> None:
    client = desk.open()
    submit(desk, client)
    with pytest.raises(
        LedgerConflictError, match=r"'order-1' stands for another request"
    ) as caught:
        submit(desk, client, prompt="y")
    error = caught.value
    assert (error.billed, error.retryable, error.job_id) == ("no", False, "task_1")
    elsewhere = desk.open(base_url=server.url.replace("127.0.0.1", "localhost"))
    with pytest.raises(LedgerConflictError, match="another request"):
        submit(desk, elsewhere)
    assert server.submits == 1


def test_other_apis_have_other_keys(desk: Desk, server: Loopback) -> None:
    submit(desk, desk.open())
    other = desk.open(api=replace(API, package="other", error_codes={}))
    assert desk(other.videos.submit(prompt="x", key="order-1", check=False)).id == "task_2"
    assert [row.row for row in desk(other.ledger.rows())] == [2]
    with pytest.raises(LedgerConflictError, match="no row 1"):
        desk(other.ledger.settle(1, 1))


def test_a_rejected_key_may_be_submitted_again_even_with_another_request(
    desk: Desk, server: Loopback
) -> None:
    good = server.answers[ROUTE]
    server[ROUTE] = answer(400, {"error": {"code": "001", "message": "bad"}})
    client = desk.open()
    with pytest.raises(APIStatusError):
        submit(desk, client)
    (row,) = desk(client.ledger.rows())
    assert (row.state, row.error_code, row.reserved) == ("rejected", "001", 0)
    assert row.error == "TooManyReferencesError: bad"
    server[ROUTE] = good
    assert submit(desk, client, prompt="better").id == "task_1"
    (row,) = desk(client.ledger.rows())
    assert (row.state, row.error, row.error_code) == ("queued", None, None)
    assert row.request["input"]["prompt"] == "better"


def test_what_was_not_sent_is_rejected(desk: Desk) -> None:
    with Loopback(listening=False) as closed:
        client = desk.open(base_url=closed.url)
        with pytest.raises(APIConnectionError):
            submit(desk, client)
    assert desk.states(client) == ["rejected"]


def test_an_uncertain_key_is_not_sent_again(desk: Desk, server: Loopback) -> None:
    client = desk.open()
    uncertain(desk, server, client)
    for one in (client, desk.open()):
        with pytest.raises(SubmitUncertainError, match="order-1") as caught:
            submit(desk, one)
        assert (caught.value.billed, caught.value.retryable) == ("unknown", False)
        assert "client.ledger.adopt(1, job_id)" in caught.value.hint
        assert "no answer came" in caught.value.known
    assert server.submits == 1
    with pytest.raises(LedgerConflictError, match="another request"):
        submit(desk, client, prompt="y")


def test_an_uncertain_submit_says_what_a_person_may_decide(desk: Desk, server: Loopback) -> None:
    server[ROUTE] = answer(500, {}, x_request_id="r1")
    client = desk.open()
    with pytest.raises(SubmitUncertainError) as caught:
        submit(desk, client)
    assert "client.ledger.release(1)" in caught.value.hint
    (row,) = desk(client.ledger.rows("uncertain"))
    assert (row.row, row.request_id, row.job_id) == (1, "r1", None)
    assert "HTTP 500" in str(row.error)
    assert desk(client.ledger.rows("queued")) == []


def test_a_key_that_is_being_submitted_right_now_is_a_conflict_that_passes(
    server: Loopback, tmp_path: Path
) -> None:
    arrived, gate = threading.Event(), threading.Event()

    def hold(_: Any) -> bytes:
        arrived.set()
        gate.wait()
        return told("task_1", "in_queue")

    server[ROUTE] = hold
    given: dict[str, Any] = {"base_url": server.url, "ledger": tmp_path / "jobs.sqlite3"}
    first, other = (VideosClient(api_key=KEY, clock=FakeClock(), **given) for _ in range(2))
    thread = threading.Thread(target=first.videos.submit, kwargs={"prompt": "x", "key": "k"})
    thread.start()
    arrived.wait()
    for client in (first, other):
        with pytest.raises(LedgerConflictError, match="right now") as caught:
            client.videos.submit(prompt="x", key="k")
        assert (caught.value.retryable, caught.value.billed) == (True, "unknown")
    assert [row.state for row in other.ledger.rows()] == ["submitting"]
    with pytest.raises(LedgerConflictError, match="row 1 is submitting and not uncertain"):
        other.ledger.release(1)
    gate.set()
    thread.join()
    assert other.videos.submit(prompt="x", key="k").id == "task_1"
    assert server.submits == 1
    first.close()
    other.close()


@pytest.mark.parametrize("key", ["", " ", 7, b"k"])
def test_what_is_no_key_is_refused(desk: Desk, server: Loopback, key: Any) -> None:
    with pytest.raises(ConfigurationError, match="key must be a text"):
        submit(desk, desk.open(), key)
    assert server.connections == 0
    assert not desk.path.exists()


def test_without_a_ledger_there_are_no_keys_and_no_rows(desk: Desk, server: Loopback) -> None:
    client = desk.open(ledger=None)
    with pytest.raises(ConfigurationError, match="ledger") as caught:
        submit(desk, client)
    assert "ledger='jobs.sqlite3'" in caught.value.hint
    with pytest.raises(ConfigurationError, match="no ledger"):
        _ = client.ledger
    assert server.connections == 0
    assert submit(desk, client, None).id == "task_1"


@pytest.mark.parametrize("path", ["", " ", ":memory:"])
def test_a_ledger_that_is_no_file_is_not_taken_for_none(desk: Desk, path: str) -> None:
    with pytest.raises(ConfigurationError, match="path of a file"):
        desk.open(ledger=path)


def test_a_state_that_is_none_is_not_an_empty_list(desk: Desk) -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'uncertain'"):
        desk(desk.open().ledger.rows("uncertian"))


# Restarts


def test_what_has_an_id_is_resumed(desk: Desk, server: Loopback) -> None:
    first = desk.open()
    submit(desk, first)
    desk.die(first)
    jobs = desk(desk.open().ledger.resume_all())
    assert [job.token for job in jobs] == ["videos.submit~task_1"]
    server[POLLED] = told("task_1", "done", output=[{"url": "/a.mp4"}])
    assert desk(jobs[0].wait()).files
    assert server.submits == 1


def test_two_clients_never_take_the_same_row(desk: Desk) -> None:
    first, second, third = desk.open(), desk.open(), desk.open()
    for _ in range(3):
        submit(desk, first, None)
    assert desk(second.ledger.resume_all()) == []
    desk(first.close())
    taken = [job.id for job in desk(second.ledger.resume_all())]
    assert taken == ["task_1", "task_2", "task_3"]
    assert desk(third.ledger.resume_all()) == []
    assert [row.held for row in desk(third.ledger.rows())] == [True] * 3
    desk.die(second)
    assert [row.held for row in desk(third.ledger.rows())] == [False] * 3
    assert len(desk(third.ledger.resume_all())) == 3


def test_what_ended_is_resumed_only_where_no_file_of_it_was_saved(
    desk: Desk, server: Loopback, tmp_path: Path
) -> None:
    server["GET /a.wav"] = answer(200, b"sound", content_type="audio/wav")
    for index, status in enumerate(("done", "done", "failed", "processing"), 1):
        output = [{"url": f"{server.url}/a.wav"}]
        server[f"GET /v1/videos/task_{index}"] = told(f"task_{index}", status, output=output)
    client = desk.open()
    jobs = [desk(submit(desk, client, None).refresh()) for _ in range(4)]
    saved = desk(desk(jobs[0].result()).save(tmp_path / "a.wav"))
    assert saved.read_bytes() == b"sound"
    desk(client.close())
    for unsaved, ids in ((False, ["task_4"]), (True, ["task_2", "task_4"])):
        other = desk.open()
        assert [job.id for job in desk(other.ledger.resume_all(unsaved=unsaved))] == ids
        desk(other.close())


def test_an_intent_of_a_dead_process_is_uncertain(desk: Desk, server: Loopback) -> None:
    client = desk.open()
    die_at_the_post(desk, server)
    assert desk.states(client) == ["uncertain"]
    assert desk(client.ledger.resume_all()) == []
    with pytest.raises(SubmitUncertainError, match="its process ended before an answer"):
        submit(desk, client)
    assert server.submits == 1
    assert desk(client.ledger.adopt(1, "task_9")).id == "task_9"


def die_at_the_post(desk: Desk, server: Loopback) -> None:
    """Be killed while a submit is on its way."""
    client = desk.open()
    books = client._session.books
    perform = client._driver._perform

    def stop(effect: Any, run: Any) -> Any:
        if type(effect).__name__ == "Send":
            books.conclude = lambda *_: None  # nothing that comes later happens
            server[ROUTE] = DROP
        return perform(effect, run)

    client._driver._perform = stop
    with pytest.raises(SubmitUncertainError):
        submit(desk, client)
    desk.die(client)


# Decisions


def test_an_adopted_job_is_that_of_the_row(desk: Desk, server: Loopback) -> None:
    client = desk.open()
    uncertain(desk, server, client)
    (row,) = desk(client.ledger.rows())
    assert desk(client.ledger.adopt(row, " task_7 ")).id == "task_7"
    assert submit(desk, client).id == "task_7"
    server["GET /v1/videos/task_7"] = told("task_7", "done", usage={"cost": "0.5"})
    desk(submit(desk, client).refresh())
    (row,) = desk(client.ledger.rows())
    assert (row.state, row.cost, row.error) == ("succeeded", Decimal("0.5"), None)
    assert server.submits == 1


def test_only_what_is_uncertain_is_adopted_or_released(desk: Desk, server: Loopback) -> None:
    client = desk.open()
    submit(desk, client)
    uncertain(desk, server, client, "order-2")
    with pytest.raises(LedgerConflictError, match="queued and not uncertain: it adopts no job"):
        desk(client.ledger.adopt(1, "task_7"))
    with pytest.raises(LedgerConflictError, match="queued and not uncertain: it is not released"):
        desk(client.ledger.release(1))
    with pytest.raises(LedgerConflictError, match="the job task_1 is that of row 1"):
        desk(client.ledger.adopt(2, "task_1"))
    with pytest.raises(LedgerConflictError, match="no row 9"):
        desk(client.ledger.adopt(9, "task_7"))
    with pytest.raises(ConfigurationError, match="no id of a job"):
        desk(client.ledger.adopt(2, " "))
    assert desk.states(client) == ["queued", "uncertain"]


def test_a_client_of_another_server_adopts_nothing(desk: Desk, server: Loopback) -> None:
    uncertain(desk, server, desk.open())
    other = desk.open(base_url=server.url.replace("127.0.0.1", "localhost"))
    with pytest.raises(LedgerConflictError, match=f"row 1 is one of {server.url}"):
        desk(other.ledger.adopt(1, "task_7"))
    assert desk(other.ledger.resume_all()) == []


def test_a_released_key_may_be_submitted_again(desk: Desk, server: Loopback) -> None:
    client = desk.open()
    uncertain(desk, server, client)
    released = desk(client.ledger.release(1))
    assert (released.state, released.reserved, released.held) == ("released", 0, False)
    assert submit(desk, client, prompt="y").id == "task_1"
    (row,) = desk(client.ledger.rows())
    states = [change.state for change in row.history]
    assert states == ["submitting", "uncertain", "released", "submitting", "queued"]


def test_what_a_released_row_has_cost_is_not_forgotten_by_its_key(
    desk: Desk, server: Loopback
) -> None:
    client = desk.open()
    uncertain(desk, server, client)
    desk(client.ledger.settle(1, "0.3"))
    desk(client.ledger.release(1))
    assert submit(desk, client).id == "task_1"
    rows = desk(client.ledger.rows())
    told = [(row.state, row.key, row.cost) for row in rows]
    assert told == [("released", None, Decimal("0.3")), ("queued", "order-1", None)]


def test_a_cost_that_is_none_settles_nothing(desk: Desk) -> None:
    client = desk.open()
    submit(desk, client)
    for cost in ("much", "nan", -1, None, True):
        with pytest.raises(ConfigurationError, match="no amount"):
            desk(client.ledger.settle(1, cost))
    with pytest.raises(LedgerConflictError, match="no row 2"):
        desk(client.ledger.settle(2, 1))
    settled = desk(client.ledger.settle(1, Decimal("0.25")))
    assert (settled.cost, settled.reserved, settled.at_risk) == (Decimal("0.25"), 0, False)


def test_a_ledger_that_is_not_there_yet_is_empty_and_stays_away(desk: Desk) -> None:
    client = desk.open()
    assert desk(client.ledger.rows()) == []
    assert not desk.path.exists()
    assert client.ledger.path == desk.path
    assert str(desk.path) in repr(client.ledger)
    with pytest.raises(LedgerError):
        desk(client.ledger.release(1))
