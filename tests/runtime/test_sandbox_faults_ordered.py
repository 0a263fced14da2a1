"""How faults are ordered and counted, and what other documents make of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from starlette.testclient import TestClient
from tests.runtime.faulty import (
    BODY,
    CODE,
    KEY,
    QUICK,
    changed,
    created,
    faulty,
    link,
    poll,
    running,
    statuses,
    submit,
)

from specloom.targets.client.runtime.sandbox.faults import FAULTS, list_faults, read_order
from specloom.targets.client.runtime.sandbox.overrides import SandboxError
from specloom.targets.client.runtime.sandbox.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specloom.targets.client.runtime.sandbox.serving import Sandbox


@pytest.fixture(scope="module")
def shared(wan26_sandbox: type[Sandbox]) -> Iterator[tuple[Sandbox, httpx2.Client]]:
    with running(wan26_sandbox, **QUICK) as both:
        yield both


@pytest.fixture
def sandbox(shared: tuple[Sandbox, httpx2.Client]) -> Sandbox:
    shared[0].reset()
    return shared[0]


@pytest.fixture
def http(shared: tuple[Sandbox, httpx2.Client], sandbox: Sandbox) -> httpx2.Client:
    assert sandbox.jobs_created == 0
    return shared[1]


def test_each_job_counts_for_itself_what_its_submit_ordered(http: httpx2.Client) -> None:
    jobs = [created(http, "poll:503*1, download:500*1"), created(http, "poll:503*1"), created(http)]
    assert [poll(http, job).status_code for job in jobs] == [503, 503, 200]
    assert [poll(http, job).status_code for job in jobs] == [200, 200, 200]
    assert [http.get(link(http, job)).status_code for job in jobs] == [500, 200, 200]


def test_a_fault_of_the_sandbox_counts_over_all_jobs(wan26_sandbox: type[Sandbox]) -> None:
    with running(wan26_sandbox, faults=["submit:503*2", "poll:missing*1"]) as (sandbox, http):
        assert [submit(http).status_code for _ in range(4)] == [503, 503, 200, 200]
        jobs = [job["id"] for job in sandbox.jobs()]
        assert [poll(http, job).status_code for job in jobs] == [404, 200]
        assert sandbox.report()["faults"] == {"503": 2, "missing": 1}
        sandbox.reset()
        assert submit(http).status_code == 503


def test_the_same_seed_draws_the_same_faults(wan26_sandbox: type[Sandbox]) -> None:
    def drawn(seed: int) -> list[int]:
        with running(wan26_sandbox, faults=["submit:503@0.5"], seed=seed) as (_, http):
            return [submit(http).status_code for _ in range(20)]

    one = drawn(1)
    assert one == drawn(1) != drawn(2)
    assert set(one) == {200, 503}


def test_a_fault_of_no_probability_never_strikes(http: httpx2.Client) -> None:
    assert created(http, "503@0")
    assert submit(http, "503@1.0*1").status_code == 503


def test_threads_cannot_strike_too_often() -> None:
    switches = Switches([read_order("503*500", ())], None)
    struck: list[object] = []

    def draw() -> None:
        standing = switches.standing
        struck.extend([switches.strike(standing, "poll", lambda _: True) for _ in range(200)])

    threads = [threading.Thread(target=draw) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(each is not None for each in struck) == switches.struck()["503"] == 500


WRONG = [
    ("htlm", "there is no fault 'htlm'; did you mean 'html'? (write [WHERE:]NAME"),
    ("pol:gone", "did you mean 'poll:gone'?"),
    ("", "there is no fault ''"),
    ("code", "there is no fault 'code'; did you mean 'code:CODE'?"),
    ("html:7", "there is no fault 'html:7'; did you mean"),
    ("html@x", "there is no fault 'html@x'; did you mean 'html'?"),
    ("code:001026094x", "there is no code '001026094x'; did you mean '0010260"),
    ("poll:no-id", "'poll:no-id': no-id is not for poll, but for submit"),
    ("submit:cut-json@2", "a probability is a number from 0 to 1"),
    ("html@1.2.3", "a probability is a number from 0 to 1"),
    ("html*0", "a fault strikes once at least"),
]


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_a_wrong_order_is_told(
    wan26_sandbox: type[Sandbox], http: httpx2.Client, text: str, told: str
) -> None:
    with pytest.raises(SandboxError) as refused:
        wan26_sandbox(faults=[text]).start()
    assert told in str(refused.value)
    if text:
        answer = submit(http, text)
        assert (answer.status_code, answer.json()["error"]["message"]) == (400, str(refused.value))


def test_a_code_is_told_of_where_there_is_none() -> None:
    with pytest.raises(SandboxError, match=r"there is no code '1' \(none\)"):
        read_order("code:1", ())


def test_a_header_orders_only_for_its_own_request_or_job(
    http: httpx2.Client, sandbox: Sandbox
) -> None:
    job = created(http, "html@0, ,")
    answer = poll(http, job, "no-id")
    assert (answer.status_code, answer.json()["error"]["message"]) == (
        400,
        "'no-id' is not for a poll",
    )
    assert submit(http, "call:500").status_code == 400
    assert sandbox.jobs_created == 1


def test_the_table_of_faults_is_complete_and_narrow() -> None:
    lines = list_faults().splitlines()
    assert max(map(len, lines)) < 80
    for fault in FAULTS:
        assert sum(line.startswith(f"  {fault.name}") for line in lines) >= 1
        assert fault.does.isascii()


def test_the_report_tells_requests_and_faults(http: httpx2.Client, sandbox: Sandbox) -> None:
    job = created(http)
    http.get(link(http, job))
    poll(http, job, "503")
    http.get("/nowhere")
    report = http.get("/_sandbox/report").json()
    assert report["requests"] == {"submit": 1, "poll": 2, "download": 1, "call": 1}
    assert report["faults"] == {"503": 1}
    assert report["charged"] == {"USD": "0.30"}
    assert report["foreign_requests_with_key"] == 0
    assert report == sandbox.report()


def test_the_jobs_are_listed_in_order(http: httpx2.Client, sandbox: Sandbox) -> None:
    jobs = [created(http), created(http, f"poll:code:{CODE}")]
    http.get(link(http, jobs[0]))
    http.head(link(http, jobs[0]))
    listed = http.get("/_sandbox/jobs").json()
    usual = {"currency": "USD", "request": BODY}
    assert listed == [
        {**usual, "id": jobs[0], "state": "succeeded", "charged": "0.30", "downloads": 1},
        {**usual, "id": jobs[1], "state": "failed", "charged": None, "downloads": 0},
    ]
    assert sandbox.jobs() == listed


def test_equal_requests_share_a_film(wan26_sandbox: type[Sandbox]) -> None:
    body = {**BODY, "parameters": {"duration": 2, "size": "1280*720"}}
    other = {**body, "input": {"prompt": "A dog"}}
    application = wan26_sandbox().application()
    client = TestClient(application.asgi, headers=KEY)
    for each in (body, body, other):
        client.post("/v1/videos", json=each)
    one, again, another = [job.movie for job in application.jobs]
    assert one == again
    assert one.seed != another.seed
    application.close()


def test_a_document_may_have_numbers_for_states_and_an_envelope(
    wan26_sandbox: type[Sandbox], tmp_path: Path
) -> None:
    def change(described: Any) -> None:
        life = described["operations"][0]["job"]
        life["states"] = {"running": [1], "succeeded": [2], "failed": [3]}

    kind = changed(wan26_sandbox, tmp_path, change)
    with running(kind, assumed={"envelope": "$.data", "job.id": "$.task"}) as (sandbox, http):
        answer = submit(http, "no-id, unknown-state*1, backwards, slow-queue")
        assert "task" not in answer.json()
        assert "id" not in answer.json()["data"]
        job = sandbox.jobs()[0]["id"]
        tasks = [poll(http, job).json() for _ in range(2)]
        assert [task["data"]["status"] for task in tasks] == [4, 1]  # there is no word for queued
        assert sandbox.report()["faults"] == {"no-id": 1, "slow-queue": 1, "unknown-state": 1}


def test_a_document_may_have_no_status(wan26_sandbox: type[Sandbox], tmp_path: Path) -> None:
    def change(described: Any) -> None:
        described["operations"][0]["job"]["status"] = []

    kind = changed(wan26_sandbox, tmp_path, change)
    with running(kind, faults=["no-status", "unknown-state"]) as (sandbox, http):
        assert poll(http, created(http)).status_code == 200
        assert sandbox.report()["faults"] == {}


def test_a_made_up_state_is_none_of_the_document(
    wan26_sandbox: type[Sandbox], tmp_path: Path
) -> None:
    def change(described: Any) -> None:
        described["operations"][0]["job"]["states"]["queued"] = ["sandbox-unnamed"]

    with running(changed(wan26_sandbox, tmp_path, change)) as (_, http):
        assert statuses(http, created(http, "unknown-state"), 1) == ["sandbox-unnamed-"]


def test_other_calls_have_faults_and_a_key_in_the_query_is_not_passed_on(
    wan26_sandbox: type[Sandbox], tmp_path: Path
) -> None:
    def change(described: Any) -> None:
        described["security"] = [{"kind": "api-key", "name": "key", "place": "query"}]
        described["operations"].append(
            {"name": "models.list", "method": "GET", "path": "/v1/models"}
        )

    with (
        changed(wan26_sandbox, tmp_path, change)(faults=["call:503*1"]) as sandbox,
        httpx2.Client(base_url=sandbox.url, params={"key": "sandbox"}) as http,
    ):
        asked = [http.get("/v1/models").status_code for _ in range(2)]
        assert asked == [503, 200]
        answer = http.get("/v1/models", headers=faulty("redirect"))
        target = answer.headers["location"]
        assert target == f"{sandbox.url.replace('127.0.0.1', 'localhost')}/v1/models"
        http.get(target)
        httpx2.get(target)
        assert sandbox.report()["foreign_requests_with_key"] == 1
