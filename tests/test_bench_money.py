"""The money bench counts and compares: a bench that is always content measures nothing."""

from __future__ import annotations

import http.client
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from bench.money import __main__ as command
from bench.money import contest
from bench.money.contest import Cell, Peer, ask
from bench.money.expected import Expected, Line, Measured, deviations
from bench.money.faults import FAULTS, Fault
from bench.money.lines import LINES
from bench.money.meeting import Ended
from bench.money.network import PLACES
from bench.money.server import JOB, KEY, FaultyServer
from bench.money.tables import fault_table, money_table, peer_tables
from wan26._api import API
from wan26._runtime.sandbox.faults import FAULTS as SANDBOX_FAULTS
from wan26._runtime.sandbox.faults import read_order

if TYPE_CHECKING:
    from pathlib import Path

ANSWER = {"output": {"task": JOB}, "state": "queued"}
THREE_POSTS = """
import http.client
from urllib.parse import urlsplit

def submit(base_url, key, timeout):
    for _ in range(3):
        line = http.client.HTTPConnection(urlsplit(base_url).netloc)
        line.request("POST", "/jobs", b"{}", {"Authorization": key})
        try:
            answer = line.getresponse()
        except http.client.RemoteDisconnected:
            continue
        where = answer.headers.get("location")
        if where:
            return submit(where, key, timeout)
    raise LookupError("three are enough")
"""
UNCERTAIN = Expected(outcome="SubmitUncertainError", jobs=(0,), billed="unknown", held=True)


def fault(name: str) -> Fault:
    return next(one for one in FAULTS if one.name == name)


def post(server: FaultyServer) -> tuple[int, bytes]:
    line = http.client.HTTPConnection("127.0.0.1", server.port)
    try:
        line.request("POST", "/jobs", b"{}")
        answer = line.getresponse()
        return answer.status, answer.read()
    except http.client.RemoteDisconnected:
        return 0, b""
    finally:
        line.close()


@pytest.mark.parametrize(
    ("name", "times", "jobs", "statuses"),
    [
        ("drop-after-accept", None, 3, [0, 0, 0]),
        ("drop-after-accept", 1, 3, [0, 200, 200]),
        ("drop-before-accept", None, 0, [0, 0, 0]),
        ("drop-before-accept", 2, 1, [0, 0, 200]),
        ("429", None, 0, [429, 429, 429]),
        ("503", None, 3, [503, 503, 503]),
        ("502-page", 1, 3, [502, 200, 200]),
        ("cut-json", None, 3, [200, 200, 200]),
    ],
)
def test_the_server_counts_the_jobs_that_it_made(
    name: str, times: int | None, jobs: int, statuses: list[int]
) -> None:
    with FaultyServer(ANSWER, fault(name), times) as server:
        assert [post(server)[0] for _ in range(3)] == statuses
        assert (server.posts, server.jobs) == (3, jobs)


def test_a_job_has_an_id_of_its_own_and_the_fault_takes_it_away() -> None:
    with FaultyServer(ANSWER) as server:
        assert [b"job-1" in post(server)[1], b"job-2" in post(server)[1]] == [True, True]
    with FaultyServer(ANSWER, fault("no-id")) as server:
        assert post(server) == (200, b'{"output": {}, "state": "queued"}')


def stub(folder: Path) -> Peer:
    script = folder / "stub.py"
    script.write_text(THREE_POSTS, "utf-8")
    return Peer(name="stub", script=str(script), answer=ANSWER)


def test_a_peer_that_posts_three_times_is_counted_as_three(tmp_path: Path) -> None:
    made = ask(stub(tmp_path), tmp_path, fault("drop-after-accept"), passes=False)
    assert (made.jobs, made.posts, made.ended) == (3, 3, "LookupError")
    made = ask(stub(tmp_path), tmp_path, fault("drop-before-accept"), passes=True)
    assert (made.jobs, made.posts) == (2, 3)


def test_jobs_behind_a_redirect_and_the_key_there_are_seen(tmp_path: Path) -> None:
    made = ask(stub(tmp_path), tmp_path, fault("redirect"), passes=False)
    assert (made.jobs, made.posts, made.key_travelled) == (3, 4, True)
    assert "**the key travelled**" in peer_tables_of(made)


def peer_tables_of(cell: Cell) -> str:
    names = ("fault", "jobs", "posts", "ended", "key_travelled")
    facts: dict[str, Any] = {name: getattr(cell, name) for name in names}
    name = contest.PEERS[0].name
    return peer_tables([Cell(peer=name, passes=way, **facts) for way in (True, False)])


def test_a_process_that_says_nothing_is_no_success(tmp_path: Path) -> None:
    script = tmp_path / "stub.py"
    script.write_text("raise SystemExit(3)", "utf-8")
    silent = Peer(name="stub", script=str(script), answer=ANSWER)
    assert ask(silent, tmp_path, None, passes=True).ended == "exit code 3"


def measured(jobs: int = 0, charged: str = "0", strays: int = 0, **facts: Any) -> Measured:
    told = {
        "outcome": "SubmitUncertainError",
        "billed": "unknown",
        "states": ("uncertain",),
        "reserved": Decimal("0.50"),
        "cost": Decimal(0),
        **facts,
    }
    return Measured(
        line=Line(told="a fault", spec="line:redirect", passes=UNCERTAIN, stays=UNCERTAIN),
        passes=True,
        asynchronous=False,
        jobs=jobs,
        ended=Ended(**told),
        charged=Decimal(charged),
        strays=strays,
    )


def test_what_is_as_expected_deviates_in_nothing() -> None:
    assert deviations(measured()) == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"jobs": 2}, "2 jobs by one call"),
        ({"jobs": 1}, "1 jobs, not 0"),
        ({"outcome": "a job"}, "a job, not SubmitUncertainError"),
        ({"billed": "no"}, "billed: no, not unknown"),
        ({"reserved": Decimal(0)}, "reserved 0, not something"),
        ({"charged": "0.60"}, "0.60 charged, 0.50 known of"),
        ({"strays": 1}, "the key travelled to another host 1 times"),
    ],
)
def test_each_thing_that_is_otherwise_is_told(facts: dict[str, Any], said: str) -> None:
    found = measured(**facts)
    assert deviations(found) == [said]
    assert money_table([found]).count("| ! |") == 1


def test_sync_and_async_that_differ_are_marked() -> None:
    one, other = measured(), measured(cost=Decimal("0.10"))
    assert "| ! |" in money_table([one, other])
    assert "| ! |" not in money_table([one, one])


def test_the_table_for_users_says_what_was_measured() -> None:
    row = "| connecting: a fault | `SubmitUncertainError` | unknown: reserved | 0 |"
    assert row in fault_table([measured()])
    assert "| unknown | 0 |" in fault_table([measured(reserved=Decimal(0))])


@pytest.mark.parametrize(("jobs", "code"), [((0,), 0), ((1,), 1)])
def test_an_expectation_that_is_not_met_ends_with_1(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    jobs: tuple[int, ...],
    code: int,
) -> None:
    hoped = Expected(outcome="SubmitUncertainError", jobs=jobs, billed="unknown", held=True)
    line = Line(told="a redirect", spec="line:redirect", passes=hoped, stays=None)
    monkeypatch.setattr(command, "LINES", (line,))
    assert command.main(["--no-peers", "--cache", str(tmp_path)]) == code
    assert ("! line:redirect passes async: 0 jobs, not 1" in capsys.readouterr().out) is (code == 1)


def test_two_jobs_beside_the_peers_are_a_complaint() -> None:
    facts: dict[str, Any] = {"fault": "503", "passes": True, "posts": 2, "ended": "id"}
    ours, theirs = Cell(peer="wan26", jobs=2, **facts), Cell(peer="openai", jobs=3, **facts)
    assert command.paid_twice([ours, theirs]) == ["! wan26 503: 2 jobs by one call"]


def test_a_marker_that_is_missing_is_said_before_anything_runs(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("<!-- money -->\n", "utf-8")
    assert command.missing_markers({"money": page}) == [f"{page} has no marker <!-- /money -->"]


def test_every_fault_of_the_sandbox_is_measured() -> None:
    codes = list(API.error_codes)
    orders = [read_order(line.spec, codes) for line in LINES if line.spec not in PLACES]
    # Its document has no good answer that refuses a submit, so that one cannot strike.
    possible = {one.name for one in SANDBOX_FAULTS} - {"refused"}
    assert {order.fault.name for order in orders} == possible
    assert {order.code for order in orders if order.where == ("submit",)} == {"", *codes}
    assert {line.spec for line in LINES} >= set(PLACES)


def test_the_key_of_the_bench_is_told_apart() -> None:
    with FaultyServer(ANSWER) as server:
        line = http.client.HTTPConnection("127.0.0.1", server.port)
        line.request("POST", "/jobs", b"{}", {"X-Key": KEY})
        line.getresponse().read()
        line.close()
        assert (server.posts, server.posts_with_key) == (1, 1)
        post(server)
        assert (server.posts, server.posts_with_key) == (2, 1)
