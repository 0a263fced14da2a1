"""The docs and the README of woven clients tell all that a life cycle says: diagram, calls, cancel, lost jobs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from specloom.pipeline import weave

FRAGMENTS = Path(__file__).parent / "fragments"


def pages(claim: str) -> dict[str, str]:
    """The Markdown that is woven from a fragment, by path."""
    made = weave(FRAGMENTS / f"{claim}.yaml", package=claim)
    return {one.path: one.content.decode() for one in made.files if one.path.endswith(".md")}


def diagrams(page: str) -> list[set[str]]:
    found = re.findall(r"^```mermaid\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return [{line.strip() for line in one.splitlines()} for one in found]


def test_a_diagram_shows_the_call_for_the_result_and_what_is_saved() -> None:
    overview = pages("one_submit_may_make_several_jobs")["docs/README.md"]
    (shown,) = diagrams(overview)
    assert {"succeeded --> collected: get_image", "collected --> [*]: save the file"} <= shown
    assert "orders jobs and returns at once" in overview
    assert "the client asks with `client.shots.get_image` for the result" in overview


def test_a_life_cycle_of_rules_alone_has_a_diagram_and_a_table() -> None:
    overview = pages("a_status_code_alone_may_tell_the_state")["docs/README.md"]
    (shown,) = diagrams(overview)
    assert {"[*] --> queued: submit", "queued --> running", "running --> expired"} <= shown
    assert "The client asks at the address that the server gives how the job stands" in overview
    assert "| HTTP 202 | `running` | The job is being worked on. |" in overview
    assert "| anything else | none yet |" in overview


def test_how_a_job_is_cancelled_is_told() -> None:
    told = pages("a_job_is_cancelled_as_the_server_says")
    assert any("running --> cancelled: cancel" in one for one in diagrams(told["docs/README.md"]))
    assert "`job.cancel()` gives it up" in told["docs/README.md"]
    assert "| `cancel()` | asks the server to cancel, with" in told["docs/reference.md"]
    assert "`job.cancel()`" in told["client/README.md"]


def test_how_lost_jobs_are_found_is_told() -> None:
    told = pages("lost_jobs_are_found_on_every_page")
    for name in ("docs/README.md", "docs/quickstart.md", "docs/reference.md", "client/README.md"):
        assert "client.jobs.list(shop_name=...)" in told[name], name
    of_two = pages("lost_jobs_are_found_by_a_list")["docs/reference.md"]
    assert "`client.jobs.list('jobs_of_owners.submit', owner=...)`" in of_two.replace('"', "'")


@pytest.mark.parametrize("claim", ["polls_may_carry_a_body", "a_result_may_have_no_file"])
def test_what_an_api_cannot_do_is_not_told_as_if_it_could(claim: str) -> None:
    told = pages(claim)
    assert "jobs.list" not in "".join(told.values())
    assert "this API has no call for it" in told["docs/reference.md"]
    assert "job.cancel()" not in told["client/README.md"]


def test_when_files_are_thrown_away_is_told_of_every_result() -> None:
    told = pages("one_result_call_gives_the_answer")["docs/reference.md"]
    assert "| `expires_at` | when the server throws the files away;" in told
    assert "the answer of the call for the result, typed and as bytes" in told
    assert "| `pages` |" in told
