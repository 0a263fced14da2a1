"""The further calls of jobs: results, addresses, cancelling, lists, keys; and links that expire."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from tests.runtime.lives import ID, JOB, LIFE, WORDS, Clock, answer, api, created, polled, serving

from specloom.targets.client.runtime.sandbox.overrides import SandboxError

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = {**LIFE, "result": {"value": "$"}}
OUTPUT = {"name": "output", "in": "path", "required": True, "schema": {"type": "string"}}


def with_result(result: Any, responses: Any, told: Any = None, **more: Any) -> str:
    """A document with a result call at `/jobs/{id}/result`."""
    get = {"operationId": "get_result", "parameters": ID, "responses": responses}
    step = {"operationId": "get_result", "parameters": {"id": "$id"}, **result}
    paths = {"/jobs/{id}/result": {"get": get}}
    return api({**LIFE, "result": step, **more}, paths=paths, told=told)


def test_a_result_is_a_further_call(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "properties": {"pages": {"type": "array", "items": {"type": "string", "format": "uri"}}},
    }
    responses = {**answer(schema), "425": {"description": "too early"}}
    document = with_result({"value": "$.pages", "files": "$.pages[*]"}, responses)
    clock = Clock()
    with serving(document, tmp_path, speed=1, clock=clock, one_film=True) as (sandbox, http):
        job = created(http)["id"]
        assert http.get(f"/jobs/{job}/result").status_code == 425
        clock.now += 9
        while polled(http, job)["status"] != "ready":
            pass
        (url,) = http.get(f"/jobs/{job}/result").json()["pages"]
        assert url.startswith(f"{sandbox.url}/_sandbox/files/")
        assert httpx2.get(url).status_code == 200
        assert http.get("/jobs/nobody/result").status_code == 404


def test_a_binary_result_is_the_file_itself(tmp_path: Path) -> None:
    responses = answer({"type": "string", "format": "binary"}, media_type="audio/wav")
    with serving(with_result({}, responses), tmp_path) as (sandbox, http):
        job = created(http)["id"]
        whole = http.get(f"/jobs/{job}/result")
        assert whole.headers["content-type"] == "audio/wav"
        assert whole.content[:4] == b"RIFF"
        part = http.get(f"/jobs/{job}/result", headers={"Range": "bytes=4-7"})
        assert (part.status_code, part.content) == (206, whole.content[4:8])
        same = http.get(f"/jobs/{job}/result", headers={"If-None-Match": whole.headers["etag"]})
        assert same.status_code == 304
        assert sandbox.jobs()[0]["downloads"] == 1
        failed = created(http, X_Sandbox_End="failed")["id"]
        assert http.get(f"/jobs/{failed}/result").status_code == 404


def test_a_result_call_may_lead_to_the_file(tmp_path: Path) -> None:
    document = with_result({}, {"307": {"description": "see there"}})
    with serving(document, tmp_path, one_film=True) as (sandbox, http):
        job = created(http)["id"]
        told = http.get(f"/jobs/{job}/result")
        assert told.status_code == 307
        assert told.headers["location"].startswith(f"{sandbox.url}/_sandbox/files/{job}")


def test_a_result_is_found_by_what_the_poll_told(tmp_path: Path) -> None:
    told = {**JOB, "properties": {**JOB["properties"], "output_id": {"type": "string"}}}
    schema = {"type": "object", "properties": {"text": {"type": "string"}}}
    get = {"operationId": "get_output", "parameters": [OUTPUT], "responses": answer(schema)}
    result = {"operationId": "get_output", "parameters": {"output": "$.output_id"}, "value": "$"}
    document = api({**LIFE, "result": result}, told=told, paths={"/outputs/{output}": {"get": get}})
    with serving(document, tmp_path) as (_, http):
        jobs = [polled(http, created(http)["id"]) for _ in range(2)]
        assert jobs[0]["output_id"] != jobs[1]["output_id"]
        for job in jobs:
            assert http.get(f"/outputs/{job['output_id']}").json()["text"]


@pytest.mark.parametrize("where", ["$.urls.poll", "$response.header.Location"])
def test_a_server_may_give_the_addresses_itself(tmp_path: Path, where: str) -> None:
    urls = {
        "type": "object",
        "properties": {"poll": {"type": "string"}, "stop": {"type": "string"}},
    }
    life = {key: LIFE[key] for key in ("status", "states")} | {
        "poll": {"url": where},
        "cancel": {"url": "$.urls.stop"},
    }
    told = {"type": "object", "properties": {"status": JOB["properties"]["status"], "urls": urls}}
    document = api(life, told=told)
    with serving(document, tmp_path, speed=1, clock=Clock()) as (sandbox, http):
        first = http.post("/jobs", json={})
        body = first.json()
        url = first.headers.get("location") or body["urls"]["poll"]
        assert url.startswith(f"{sandbox.url}/_sandbox/polls/")
        assert http.get(url).json()["status"] == "waiting"
        assert http.post(body["urls"]["stop"]).status_code == 202
        assert http.get(url).json()["status"] == "stopped"
        assert http.get(f"{sandbox.url}/_sandbox/polls/nobody").status_code == 404


def test_an_address_may_be_that_of_an_operation(tmp_path: Path) -> None:
    told = {**JOB, "properties": {**JOB["properties"], "self": {"type": "string"}}}
    life = {**PLAIN, "poll": {"operationId": "get_job", "url": "$.self", "parameters": {}}}
    with serving(api(life, told=told), tmp_path) as (sandbox, http):
        first = created(http)
        assert first["self"] == f"{sandbox.url}/jobs/{first['id']}"
        assert http.get(first["self"]).json()["status"] == "ready"


def cancelling(method: str, responses: Any = None, states: Any = None) -> str:
    """A document whose jobs can be cancelled."""
    path = "/jobs/{id}" if method == "delete" else "/jobs/{id}/stop"
    stop = {
        "operationId": "stop_job",
        "parameters": ID,
        "responses": responses or {"204": {"description": "done"}},
    }
    life = {**PLAIN, "cancel": {"operationId": "stop_job", "parameters": {"id": "$id"}}}
    get = {"operationId": "get_job", "parameters": ID, "responses": answer(JOB)}
    paths = {path: {method: stop, **({"get": get} if method == "delete" else {})}}
    return api({**life, "states": states or WORDS}, paths=paths)


def test_an_unfinished_job_is_cancelled_and_a_finished_one_is_not(tmp_path: Path) -> None:
    clock = Clock()
    responses = {**answer(JOB), "409": {"description": "too late"}}
    document = cancelling("post", responses)
    with serving(document, tmp_path, speed=1, clock=clock) as (_, http):
        first, second = created(http)["id"], created(http)["id"]
        assert http.post(f"/jobs/{first}/stop").json()["status"] == "stopped"
        clock.now += 9
        assert http.post(f"/jobs/{second}/stop").status_code == 409
        assert polled(http, first)["status"] == "stopped"
        assert polled(http, second)["status"] == "ready"
        assert http.post("/jobs/nobody/stop").status_code == 404


def test_a_delete_cancels_and_erases_what_is_finished(tmp_path: Path) -> None:
    clock = Clock()
    with serving(cancelling("delete"), tmp_path, speed=1, clock=clock) as (_, http):
        first, second = created(http)["id"], created(http)["id"]
        assert http.delete(f"/jobs/{first}").status_code == 204
        assert polled(http, first)["status"] == "stopped"
        clock.now += 9
        assert http.delete(f"/jobs/{second}").status_code == 204
        assert http.get(f"/jobs/{second}").status_code == 404


def test_a_plain_delete_erases_a_job(tmp_path: Path) -> None:
    delete = {"operationId": "drop", "parameters": ID, "responses": {"204": {"description": "ok"}}}
    get = {"operationId": "get_job", "parameters": ID, "responses": answer(JOB)}
    document = api(PLAIN, paths={"/jobs/{id}": {"get": get, "delete": delete}})
    with serving(document, tmp_path) as (sandbox, http):
        job = created(http)["id"]
        assert http.delete(f"/jobs/{job}").status_code == 204
        assert http.get(f"/jobs/{job}").status_code == 404
        assert sandbox.report()["jobs_by_state"] == {}


def test_ids_may_travel_in_the_body(tmp_path: Path) -> None:
    ids = {"type": "object", "properties": {"ids": {"type": "array", "items": {"type": "string"}}}}
    post = {
        "requestBody": {"required": True, "content": {"application/json": {"schema": ids}}},
        "responses": answer(JOB),
    }
    paths = {
        "/ask": {"post": {"operationId": "ask", **post}},
        "/stop": {"post": {"operationId": "stop", **post}},
    }
    body = {"requestBody": {"ids": ["$id"]}}
    life = {
        **PLAIN,
        "poll": {"operationId": "ask", **body},
        "cancel": {"operationId": "stop", **body},
    }
    with serving(api(life, paths=paths), tmp_path, speed=1, clock=Clock()) as (_, http):
        jobs = [created(http)["id"] for _ in range(3)]
        assert http.post("/ask", json={"ids": [jobs[1]]}).json()["id"] == jobs[1]
        http.post("/stop", json={"ids": jobs[:2]})
        told = [http.post("/ask", json={"ids": [job]}).json()["status"] for job in jobs]
        assert told == ["stopped", "stopped", "waiting"]
        assert http.post("/ask", json={"ids": ["nobody"]}).status_code == 404


@pytest.mark.parametrize("is_declared", [True, False])
def test_lists_grow_with_the_jobs(tmp_path: Path, *, is_declared: bool) -> None:
    listed = {
        "type": "object",
        "required": ["items", "total"],
        "properties": {"items": {"type": "array", "items": JOB}, "total": {"type": "integer"}},
    }
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    many = {"operationId": "list_jobs", "parameters": [limit], "responses": answer(listed)}
    post = {"operationId": "submit_job", "responses": answer(JOB, "202")}
    step = {"list": {"operationId": "list_jobs", "ids": "$.items[*].id"}} if is_declared else {}
    life = {**PLAIN, **step}
    document = api(life, paths={"/jobs": {"get": many, "post": {**post, "x-job": life}}})
    with serving(document, tmp_path) as (_, http):
        assert http.get("/jobs").json() == {"items": [], "total": 0}
        jobs = [created(http)["id"], created(http, X_Sandbox_End="failed")["id"]]
        told = http.get("/jobs").json()
        assert {each["id"]: each["status"] for each in told["items"]} == dict(
            zip(jobs, ["ready", "broken"], strict=True)
        )
        assert told["total"] == 2
        assert len(http.get("/jobs", params={"limit": 1}).json()["items"]) == 1


def keyed(**told: Any) -> str:
    """A document whose submit takes a key."""
    key = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}
    idempotency = {"key": "$request.header.Idempotency-Key", **told}
    return api({**PLAIN, "idempotency": idempotency}, submit={"parameters": [key]})


def test_a_repeated_key_gives_the_same_job(tmp_path: Path) -> None:
    with serving(keyed(repeat="replayed"), tmp_path) as (sandbox, http):
        first = created(http, Idempotency_Key="one")
        assert created(http, Idempotency_Key="one") == first
        other = http.post("/jobs", json={"prompt": "b"}, headers={"Idempotency-Key": "one"})
        assert other.status_code == 409
        assert created(http, Idempotency_Key="two")["id"] != first["id"]
        assert sandbox.jobs_created == 2


def test_a_repeated_key_may_be_refused(tmp_path: Path) -> None:
    with serving(keyed(repeat="refused"), tmp_path) as (sandbox, http):
        created(http, Idempotency_Key="one")
        again = http.post("/jobs", json={"prompt": "a kite"}, headers={"Idempotency-Key": "one"})
        assert again.status_code == 409
        assert sandbox.jobs_created == 1


def test_a_key_may_be_the_id(tmp_path: Path) -> None:
    with serving(keyed(**{"is-id": True}), tmp_path) as (_, http):
        assert created(http, Idempotency_Key="my-own")["id"] == "my-own"
        assert polled(http, "my-own")["status"] == "ready"


def test_a_good_answer_may_refuse(tmp_path: Path) -> None:
    first = {
        "type": "object",
        "properties": {"id": {"type": "string"}, "refusal": {"type": "string"}},
    }
    document = api({**PLAIN, "refused": "$.refusal"}, first=first)
    with serving(document, tmp_path, faults=["refused*1"]) as (sandbox, http):
        told = created(http)
        assert told["refusal"]
        assert "id" not in told
        assert sandbox.jobs_created == 0
        second = created(http)
        assert second["id"]
        assert "refusal" not in second
    with serving(api(PLAIN), tmp_path) as (_, http):
        ordered = http.post("/jobs", json={}, headers={"X-Sandbox-Fault": "refused"})
        assert ordered.status_code == 400


@pytest.mark.parametrize(
    ("fault", "told"),
    [("download:cut", "no file of a job"), ("refused", "the document has none")],
)
def test_a_fault_that_can_never_strike_is_refused(tmp_path: Path, fault: str, told: str) -> None:
    with pytest.raises(SandboxError, match=told):
        serving(api(PLAIN), tmp_path, faults=[fault]).__enter__()


def test_links_expire_and_a_poll_gives_fresh_ones(tmp_path: Path) -> None:
    clock = Clock()
    life = {**LIFE, "result": {"files": "$.url", "expires": 60}}
    settings: Any = {"clock": clock, "one_film": True}
    with serving(api(life), tmp_path, **settings) as (_, http):
        job = created(http)["id"]
        old = polled(http, job)["url"]
        clock.now += 59
        assert http.get(old).status_code == 200
        clock.now += 2
        assert http.get(old).status_code == 403
        fresh = polled(http, job)["url"]
        assert fresh != old
        assert [http.get(url).status_code for url in (fresh, old)] == [200, 403]


@pytest.mark.parametrize("schema", [{"type": "string", "format": "date-time"}, {"type": "integer"}])
def test_the_moment_at_which_a_link_expires_is_told(tmp_path: Path, schema: Any) -> None:
    told = {**JOB, "properties": {**JOB["properties"], "until": schema}}
    life = {**LIFE, "result": {"files": "$.url", "expires": "$.until"}}
    settings: Any = {"clock": Clock(), "wall": lambda: 1_800_000_000.0, "one_film": True}
    with serving(api(life, told=told), tmp_path, **settings) as (_, http):
        until = polled(http, created(http)["id"])["until"]
    moment = until if isinstance(until, int) else datetime.fromisoformat(until).timestamp()
    assert moment == 1_800_000_000 + 3600


@pytest.mark.parametrize(
    ("name", "media_type", "begins"),
    [
        ("image_url", "image/png", b"\x89PNG"),
        ("speech_url", "audio/mpeg", b""),
        ("pdf_url", "application/pdf", b"%PDF"),
        ("subtitles_srt", "application/x-subrip", b"1"),
    ],
)
def test_a_file_is_what_its_place_says(
    tmp_path: Path, name: str, media_type: str, begins: bytes
) -> None:
    told = {**JOB, "properties": {**JOB["properties"], name: {"type": "string"}}}
    life = {**LIFE, "result": {"files": f"$.{name}"}}
    with serving(api(life, told=told), tmp_path) as (_, http):
        url = polled(http, created(http)["id"])[name]
        file = http.get(url)
        assert file.headers["content-type"].partition(";")[0] == media_type
        assert file.content.startswith(begins)


def test_what_was_sent_is_listed(tmp_path: Path) -> None:
    with serving(api(PLAIN), tmp_path) as (sandbox, http):
        created(http, {"prompt": "a kite"})
        (told,) = json.loads(http.get("/_sandbox/jobs").text)
        assert told["request"] == {"prompt": "a kite"}
        assert sandbox.report()["jobs_created"] == 1


def test_files_that_a_filter_picks_are_told_so_that_it_picks_them(tmp_path: Path) -> None:
    files = {
        "type": "array",
        "items": {"type": "object", "properties": {"url": {"type": "string"}}},
    }
    task = {"name": {"type": "string"}, "result": {"properties": {"files": files}}}
    tasks = {"type": "array", "items": {"type": "object", "properties": task}}
    told = {**JOB, "properties": {**JOB["properties"], "tasks": tasks}}
    life = {**LIFE, "result": {"files": "$.tasks[?@.name == 'export'].result.files[*].url"}}
    with serving(api(life, told=told), tmp_path, one_film=True) as (sandbox, http):
        done = polled(http, created(http)["id"])
        (export,) = [each for each in done["tasks"] if each["name"] == "export"]
        for file in export["result"]["files"]:
            assert file["url"].startswith(sandbox.url)
            assert httpx2.get(file["url"]).status_code == 200
