"""Jobs of any document, walked through their lives: what is told, to whom, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from tests.runtime.lives import (
    ID,
    JOB,
    LIFE,
    WORDS,
    Clock,
    answer,
    api,
    created,
    polled,
    serving,
)

from specloom.targets.client.runtime.answers import Parsed
from specloom.targets.client.runtime.jsonpath import TextPath
from specloom.targets.client.runtime.operations import LifeCycle, Rule, Step
from specloom.targets.client.runtime.polling import judge
from specloom.targets.client.runtime.sandbox.overrides import SandboxError

if TYPE_CHECKING:
    from pathlib import Path

WITHOUT_FILE = {**LIFE, "result": {"value": "$"}}


def test_a_job_walks_by_the_clock_to_its_file(tmp_path: Path) -> None:
    clock = Clock()
    with serving(api(WITHOUT_FILE), tmp_path, speed=1, clock=clock) as (_, http):
        first = created(http)
        seen = [first["status"]]
        for seconds in (0.5, 1.0, 4.0):
            clock.now += seconds
            seen.append(polled(http, first["id"])["status"])
    assert seen == ["waiting", "waiting", "working", "ready"]


def test_a_finished_job_has_a_file_that_fits_its_prompt(tmp_path: Path) -> None:
    with serving(api(), tmp_path, one_film=True) as (sandbox, http):
        first = created(http)
        assert not {"url", "error"} & first.keys()
        last = polled(http, first["id"])
        assert "error" not in last
        assert last["url"] == f"{sandbox.url}/_sandbox/files/{first['id']}.mp4"
        film = httpx2.get(last["url"], timeout=60)
        assert film.headers["content-type"] == "video/mp4"
        assert film.content[4:8] == b"ftyp"


@pytest.mark.parametrize(
    ("end", "word", "code"),
    [("failed", "broken", "sandbox_failure"), ("cancelled", "stopped", None)],
)
def test_a_header_says_how_a_job_ends(
    tmp_path: Path, end: str, word: str, code: str | None
) -> None:
    with serving(api(), tmp_path) as (sandbox, http):
        job = polled(http, created(http, X_Sandbox_End=end)["id"])
        assert job["status"] == word
        assert (job.get("error") or {}).get("code") == code or code is None
        assert "url" not in job
        assert sandbox.report()["jobs_by_state"] == {end: 1}


def test_a_setting_says_how_jobs_end_and_a_header_wins(tmp_path: Path) -> None:
    with serving(api(), tmp_path, ends="expired", one_film=True) as (_, http):
        assert polled(http, created(http)["id"])["status"] == "gone"
        again = created(http, X_Sandbox_End="succeeded")["id"]
        assert polled(http, again)["status"] == "ready"
        lost = created(http, X_Sandbox_End="missing")["id"]
        assert http.get(f"/jobs/{lost}").status_code == 404


def test_an_end_that_cannot_be_told_is_refused(tmp_path: Path) -> None:
    states = {"queued": ["waiting"], "succeeded": ["ready"]}
    told = {
        "type": "object",
        "properties": {"id": {"type": "string"}, "status": {"enum": ["waiting", "ready"]}},
    }
    life = {"id": "$.id", "poll": LIFE["poll"], "status": "$.status", "states": states}
    document = api(life, told=told)
    with serving(document, tmp_path) as (sandbox, http):
        refused = http.post("/jobs", json={}, headers={"X-Sandbox-End": "failed"})
        assert refused.status_code == 400
        assert "no way to tell" in refused.json()["error"]["message"]
        assert "none of" in http.post("/jobs", json={}, headers={"X-Sandbox-End": "x"}).text
        assert sandbox.jobs_created == 0
    with pytest.raises(SandboxError, match="no job of this document ends as 'failed'"):
        serving(document, tmp_path, ends="failed").__enter__()


LIST = {"type": "array", "items": {"type": "object", "properties": {"status": {"type": "string"}}}}
# How documents tell their states: words of every kind, rules, texts that are JSON.
TOLD: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "numbers": (
        {"status": {"type": "integer"}},
        {"states": {"queued": [0], "running": [1], "succeeded": [2], "failed": [3]}},
    ),
    "booleans": (
        {"status": {"type": "boolean"}, "error": JOB["properties"]["error"]},
        {
            "states": {"running": [False], "succeeded": [True]},
            "rules": [{"when": "$.error", "state": "failed"}],
        },
    ),
    "an element of a list": (
        {"parts": LIST},
        {
            "status": None,
            "states": None,
            "rules": [
                {"when": "$.parts[?@.status == 'bad']", "state": "failed"},
                {"when": "$.parts[?@.status != 'done']", "state": "running"},
                {"when": "$.parts[?@.status == 'done']", "state": "succeeded"},
            ],
        },
    ),
    "what is there": (
        {"url": {"type": "string"}, "problem": {"type": ["string", "null"]}},
        {
            "status": None,
            "states": None,
            "rules": [
                {"when": "$.problem", "state": "failed"},
                {"when": "$.url", "state": "succeeded"},
            ],
        },
    ),
    "a word under a condition": (
        {"status": {"enum": ["open", "closed"]}, "ok": {"type": "boolean"}},
        {
            "states": {"running": ["open"], "succeeded": ["closed"]},
            "rules": [{"when": "$[?$.status == 'closed' && $.ok == false]", "state": "failed"}],
        },
    ),
    "a text that is json": (
        {
            "note": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": {
                    "type": "object",
                    "properties": {"state": {"enum": ["on", "off", "bad"]}},
                },
            }
        },
        {
            "status": "$.note.state",
            "states": {"running": ["on"], "succeeded": ["off"], "failed": ["bad"]},
        },
    ),
}


def life_cycle(life: Any) -> LifeCycle:
    """The life cycle as a woven client has it."""
    status = life.get("status")
    return LifeCycle(
        poll=Step(),
        status=(TextPath(status, 1),) if status else (),
        states={state: tuple(words) for state, words in (life.get("states") or {}).items()},
        rules=tuple(
            Rule(state=each["state"], when=each.get("when"), code=each.get("code"))
            for each in life.get("rules", ())
        ),
    )


@pytest.mark.parametrize("name", TOLD)
def test_a_client_reads_what_is_true(tmp_path: Path, name: str) -> None:
    properties, changes = TOLD[name]
    told = {"type": "object", "properties": {"id": {"type": "string"}, **properties}}
    life = {key: value for key, value in {**LIFE, **changes}.items() if value is not None}
    life = {key: life[key] for key in life if key not in ("error", "result")}
    clock, client = Clock(), life_cycle(life)
    with serving(api(life, told=told), tmp_path, speed=1, clock=clock) as (_, http):
        good, bad = created(http)["id"], created(http, X_Sandbox_End="failed")["id"]

        def read(job: str) -> str | None:
            found = http.get(f"/jobs/{job}")
            return judge(client, found.status_code, Parsed(found.content))[0]

        assert read(good) in ("queued", "running", None)
        clock.now += 2
        assert [read(good), read(bad)] in (["running", "running"], [None, None])
        clock.now += 4
        assert [read(good), read(bad)] == ["succeeded", "failed"]


def test_a_status_of_http_may_be_the_state(tmp_path: Path) -> None:
    life = {
        "id": "$.id",
        "poll": LIFE["poll"],
        "rules": [
            {"code": 202, "state": "running"},
            {"code": 200, "state": "succeeded"},
            {"code": 410, "state": "failed"},
        ],
    }
    one = {"type": "object", "properties": {"id": {"type": "string"}}}
    statuses = {**answer(one), "202": answer(one)["200"], "410": {"description": "failed"}}
    clock = Clock()
    document = api(life, told=one, poll={"responses": statuses})
    with serving(document, tmp_path, speed=1, clock=clock) as (_, http):
        good, bad = created(http)["id"], created(http, X_Sandbox_End="failed")["id"]
        assert http.get(f"/jobs/{good}").status_code == 202
        clock.now += 5
        assert [http.get(f"/jobs/{job}").status_code for job in (good, bad)] == [200, 410]


def test_what_must_be_there_stays_valid_before_it_is_true(tmp_path: Path) -> None:
    told = {
        "type": "object",
        "required": ["id", "status", "url", "outputs", "error"],
        "properties": {
            "id": {"type": "string"},
            "status": JOB["properties"]["status"],
            "url": {"type": ["string", "null"]},
            "outputs": {"type": "array", "items": {"type": "string"}},
            "error": {"type": "string"},
        },
    }
    life = {
        **LIFE,
        "result": {"value": "$.outputs[0]", "files": "$.url"},
        "error": {"message": "$.error"},
    }
    clock = Clock()
    with serving(api(life, told=told), tmp_path, speed=1, clock=clock) as (_, http):
        job = polled(http, created(http)["id"])
    assert (job["url"], job["outputs"], job["error"]) == (None, [], "")


def test_progress_cost_and_reserve_are_told(tmp_path: Path) -> None:
    properties = {
        **JOB["properties"],
        "done": {"type": "integer", "minimum": 0, "maximum": 100},
        "cost": {"type": "number"},
        "estimate": {"type": "string"},
    }
    life = {
        **WITHOUT_FILE,
        "progress": {"value": "$.done", "of": 100},
        "cost": {"reserved": "$.estimate", "amount": "$.cost", "currency": "USD"},
    }
    clock = Clock()
    document = api(life, told={**JOB, "properties": properties})
    with serving(document, tmp_path, speed=1, clock=clock) as (_, http):
        first = created(http)
        assert (first["estimate"], first["done"]) == ("0.10", 0)
        clock.now += 2
        half = polled(http, first["id"])
        assert half["done"] == 50
        assert "cost" not in half
        clock.now += 2
        last = polled(http, first["id"])
        assert (last["done"], last["cost"]) == (100, 0.1)


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "integer"}, int),
        ({"type": "string", "format": "uuid"}, str),
        ({"type": "string", "pattern": "^JB[0-9a-f]{8}$"}, str),
    ],
)
def test_ids_are_as_their_schema_has_them(tmp_path: Path, schema: Any, kind: type) -> None:
    told = {**JOB, "properties": {**JOB["properties"], "id": schema}}
    where = [{**ID[0], "schema": schema}]
    document = api(WITHOUT_FILE, told=told, poll={"parameters": where})
    with serving(document, tmp_path) as (_, http):
        ids = [created(http)["id"] for _ in range(3)]
        assert len(set(ids)) == 3
        assert all(type(each) is kind for each in ids)
        assert [polled(http, each)["id"] for each in ids] == ids
        assert http.get("/jobs/0").status_code in (400, 404)


def test_one_submit_may_make_several_jobs(tmp_path: Path) -> None:
    first = {
        "type": "object",
        "properties": {
            "jobs": {
                "type": "array",
                "items": {"type": "object", "properties": {"id": {"type": "string"}}},
            }
        },
    }
    life = {**LIFE, "id": "$.jobs[*].id"}
    with serving(api(life, first=first), tmp_path, one_film=True) as (sandbox, http):
        ids = [each["id"] for each in created(http, {"prompt": "x", "num_images": 3})["jobs"]]
        assert len(set(ids)) == sandbox.jobs_created == 3
        assert {polled(http, each)["id"] for each in ids} == set(ids)
        assert len(created(http, {"prompts": ["a", "b"]})["jobs"]) == 2
        assert len(created(http, {"scenes": ["a", "b", "c"]})["jobs"]) == 3


def test_jobs_that_nobody_counts_are_as_many_as_the_answer_shows(tmp_path: Path) -> None:
    told = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}
    first = {"type": "object", "properties": {"jobs": told}}
    life = {**LIFE, "id": "$.jobs[*].id"}
    with serving(api(life, first=first), tmp_path, one_film=True) as (sandbox, http):
        assert len(created(http)["jobs"]) == sandbox.jobs_created == 2
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    body = {"content": {"application/json": {"schema": schema}}}
    document = api(life, first=first, submit={"requestBody": body})
    with serving(document, tmp_path, one_film=True) as (_, http):
        assert len(created(http)["jobs"]) == 1
        assert len(created(http, {"n": 3})["jobs"]) == 3


def test_members_of_the_request_come_back(tmp_path: Path) -> None:
    told = {**JOB, "properties": {**JOB["properties"], "prompt": {"type": "string"}}}
    with serving(api(WITHOUT_FILE, told=told), tmp_path) as (_, http):
        first = created(http, {"prompt": "a kite"})
        assert first["prompt"] == polled(http, first["id"])["prompt"] == "a kite"


def test_a_preference_wins_over_the_job(tmp_path: Path) -> None:
    with serving(
        api(submit={"responses": {**answer(JOB, "202"), "402": {"description": "no money"}}}),
        tmp_path,
    ) as (sandbox, http):
        told = http.post("/jobs", json={}, headers={"Prefer": "code=402"})
        assert told.status_code == 402
        assert sandbox.jobs_created == 0


def test_a_submit_may_be_a_get(tmp_path: Path) -> None:
    get = {"operationId": "start", "responses": answer(JOB), "x-job": WITHOUT_FILE}
    document = api(WITHOUT_FILE, paths={"/start": {"get": get}})
    with serving(document, tmp_path) as (sandbox, http):
        assert http.head("/start").status_code == 200
        assert sandbox.jobs_created == 0
        job = http.get("/start").json()["id"]
        assert polled(http, job)["status"] == "ready"
        assert sandbox.jobs_created == 1


def test_all_words_are_those_of_the_document(tmp_path: Path) -> None:
    with serving(api(WITHOUT_FILE), tmp_path) as (_, http):
        for state in ("failed", "cancelled", "expired", "succeeded"):
            job = created(http, X_Sandbox_End=state)["id"]
            assert polled(http, job)["status"] == WORDS[state][0]
