"""Faults of any request, as a client on the other end of the line sees them."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from typing import TYPE_CHECKING

import httpx2
import pytest
from starlette.testclient import TestClient
from tests.runtime.faulty import (
    BODY,
    KEY,
    LOST,
    QUICK,
    created,
    faulty,
    link,
    partly,
    poll,
    running,
    submit,
)

from specloom.targets.client.runtime.sandbox.lines import LineDroppedError
from specloom.targets.client.runtime.sandbox.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Message

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


REFUSED = {"408": 408, "429": 429, "429-hint": 429, "500": 500, "502": 502, "503": 503}


@pytest.mark.parametrize(("fault", "status"), REFUSED.items())
def test_a_status_is_answered_and_nothing_is_done(
    http: httpx2.Client, sandbox: Sandbox, fault: str, status: int
) -> None:
    answer = submit(http, fault)
    assert answer.status_code == status
    assert answer.json()["error"]["message"] == f"the sandbox was told to answer so: {fault}"
    assert answer.headers["x-sandbox"] == "wan26"
    assert answer.headers.get("retry-after") == ("7" if fault == "429-hint" else None)
    assert sandbox.jobs_created == 0
    job = created(http)
    assert poll(http, job, fault).status_code == status
    assert http.get(link(http, job), headers=faulty(fault)).status_code == status
    assert sandbox.report()["faults"] == {fault: 3}


@pytest.mark.parametrize(
    ("fault", "status"), [("500-after-accept", 500), ("504-after-accept", 504)]
)
def test_a_status_may_come_after_the_work_is_done(
    http: httpx2.Client, sandbox: Sandbox, fault: str, status: int
) -> None:
    assert submit(http, fault).status_code == status
    assert sandbox.jobs_created == 1


@pytest.mark.parametrize(
    ("fault", "jobs"), [("drop-before-accept", 0), ("drop-after-accept", 1), ("cut-answer", 1)]
)
def test_the_line_is_dropped(http: httpx2.Client, sandbox: Sandbox, fault: str, jobs: int) -> None:
    with pytest.raises(LOST):
        submit(http, fault)
    assert sandbox.jobs_created == jobs
    job = created(http)
    with pytest.raises(LOST):
        poll(http, job, fault)
    assert poll(http, job).json()["status"] == "done"


def test_the_request_is_read_before_the_line_is_dropped(
    http: httpx2.Client, sandbox: Sandbox
) -> None:
    large = json.dumps({**BODY, "extra": "x" * 500_000}).encode()
    with pytest.raises(LOST):
        http.post("/v1/videos", content=large, headers=faulty("drop-before-accept"))
    assert sandbox.report()["requests"]["submit"] == 1


HALF_A_REQUEST = b"""POST /v1/videos HTTP/1.1\r
Host: 127.0.0.1\r
X-Sandbox-Fault: 503\r
Content-Length: 100\r
\r
{"model":"""


def test_a_request_that_breaks_off_is_no_harm(http: httpx2.Client, sandbox: Sandbox) -> None:
    address = sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1]))) as broken:
        broken.sendall(HALF_A_REQUEST)
        broken.shutdown(socket.SHUT_WR)
        assert broken.recv(1) == b""
    assert created(http)
    assert sandbox.report()["faults"] == {"503": 1}


def test_a_cut_answer_begins_as_the_right_one(http: httpx2.Client) -> None:
    job = created(http)
    answer, got = partly(http, f"/v1/videos/{job}", "cut-answer")
    length = int(answer.headers["content-length"])
    assert len(got) == length // 2
    assert got.startswith(f'{{"id":"{job}"'.encode())


def test_a_slow_answer_is_the_right_one(http: httpx2.Client, sandbox: Sandbox) -> None:
    job = created(http, "slow-answer")
    assert sandbox.jobs_created == 1
    url = str(poll(http, job, "slow-answer").json()["output"][0]["content"][0]["url"])
    assert http.get(url, headers=faulty("slow-answer")).status_code == 200
    assert sandbox.jobs()[0]["downloads"] == 1


def test_a_dripping_answer_comes_byte_by_byte_to_its_end(
    http: httpx2.Client, sandbox: Sandbox
) -> None:
    assert created(http, "dripping-answer") == sandbox.jobs()[0]["id"]


@pytest.mark.parametrize("fault", ["slow-answer", "dripping-answer"])
def test_who_waits_for_ever_is_dropped_when_the_sandbox_stops(
    wan26_sandbox: type[Sandbox], fault: str
) -> None:
    met: list[Exception] = []

    def ask(http: httpx2.Client) -> None:
        try:
            submit(http)
        except LOST as error:
            met.append(error)

    endless = {"faults": [fault], "slow_answer": 1e6, "drip": 1e6}
    with running(wan26_sandbox, **endless) as (sandbox, http):
        http.timeout = httpx2.Timeout(None)
        asking = threading.Thread(target=ask, args=(http,))
        asking.start()
        while not sandbox.jobs_created:
            pass
        sandbox.stop()
        asking.join(60)
    assert [type(error) for error in met] == [httpx2.RemoteProtocolError]


def test_who_hangs_up_ends_the_waiting(wan26_sandbox: type[Sandbox]) -> None:
    with running(wan26_sandbox, slow_answer=1e6) as (sandbox, http):
        with pytest.raises(httpx2.ReadTimeout):
            http.post("/v1/videos", json=BODY, headers=faulty("slow-answer"), timeout=0.01)
        assert sandbox.report()["faults"] == {"slow-answer": 1}


def test_the_end_of_all_waiting_may_be_told_twice() -> None:
    async def receive() -> Message:
        never: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        return await never

    async def wait() -> bool:
        patience = Patience()
        waiting = asyncio.ensure_future(patience.wait(receive, None))
        await asyncio.sleep(0)  # lets it begin
        patience.end()
        patience.end()
        return await waiting

    assert asyncio.run(wait()) is False


def test_a_test_client_without_a_line_is_told_so(wan26_sandbox: type[Sandbox]) -> None:
    application = wan26_sandbox(faults=["drop-after-accept"]).application()
    with pytest.raises(LineDroppedError, match="drops the line here"):
        TestClient(application.asgi).post("/v1/videos", json=BODY, headers=KEY)
    assert len(application.jobs) == 1
    application.close()


def test_nobody_waits_once_the_sandbox_has_ended(wan26_sandbox: type[Sandbox]) -> None:
    application = wan26_sandbox(faults=["slow-answer"], slow_answer=1e6).application()
    application.patience.end()
    with pytest.raises(LineDroppedError):
        TestClient(application.asgi).post("/v1/videos", json=BODY, headers=KEY)
    application.close()


def test_a_page_comes_instead_of_json(http: httpx2.Client, sandbox: Sandbox) -> None:
    answer = submit(http, "html")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!doctype html>")
    assert sandbox.jobs_created == 1
    stranger = httpx2.post(f"{sandbox.url}/v1/videos", json=BODY, headers=faulty("html"))
    assert stranger.status_code == 200  # as a proxy in between would answer anyone
    assert sandbox.jobs_created == 1


def test_json_ends_in_its_middle_with_the_length_that_it_tells(
    http: httpx2.Client, sandbox: Sandbox
) -> None:
    answer = submit(http, "cut-json")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.content.startswith(b'{"')
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    assert sandbox.jobs_created == 1


def test_the_right_json_has_the_wrong_type(http: httpx2.Client, sandbox: Sandbox) -> None:
    answer = submit(http, "wrong-content-type")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.json()["id"] == sandbox.jobs()[0]["id"]


def test_a_job_is_created_and_its_id_kept_back(http: httpx2.Client, sandbox: Sandbox) -> None:
    answer = submit(http, "no-id")
    assert answer.status_code == 200
    assert answer.json()["status"] == "in_queue"
    assert "id" not in answer.json()
    assert sandbox.jobs_created == 1


@pytest.mark.parametrize("ask", ["submit", "poll", "download"])
def test_a_redirect_leads_to_another_host_where_a_key_is_noticed(
    http: httpx2.Client, sandbox: Sandbox, ask: str
) -> None:
    job = created(http)
    path = {"submit": "/v1/videos", "poll": f"/v1/videos/{job}"}.get(ask) or link(http, job)
    method = "POST" if ask == "submit" else "GET"
    content = json.dumps(BODY)
    answer = http.request(method, path, content=content, headers=faulty("redirect"))
    assert answer.status_code == 307
    target = answer.headers["location"]
    assert target == str(answer.url).replace("127.0.0.1", "localhost")
    assert (sandbox.jobs_created, sandbox.report()["foreign_requests_with_key"]) == (1, 0)
    without = httpx2.request(method, target, content=content, headers=faulty("redirect"))
    assert without.status_code == (200 if ask == "download" else 401)  # not on and on
    assert sandbox.report()["foreign_requests_with_key"] == 0
    assert http.request(method, target, content=content).status_code == 200
    assert sandbox.report()["foreign_requests_with_key"] == 1
