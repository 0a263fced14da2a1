"""What the answers about one job have in common, and which answers and requests belong to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml
from tests.runtime.lives import ID, JOB, LIFE, WORDS, Clock, answer, api, created, polled, serving

if TYPE_CHECKING:
    from pathlib import Path

DATED: dict[str, Any] = {
    **JOB,
    "properties": {
        **JOB["properties"],
        "created_at": {"type": "string", "format": "date-time"},
        "self": {"type": "string", "format": "uri"},
    },
}


def document(paths: Any, **more: Any) -> str:
    """A document of nothing but these paths."""
    info = {"title": "Small jobs", "version": "1"}
    return yaml.safe_dump({"openapi": "3.1.0", "info": info, "paths": paths, **more})


def test_submit_poll_list_and_cancel_tell_the_same_of_a_job(tmp_path: Path) -> None:
    listing = {"operationId": "list_jobs", "responses": answer({"type": "array", "items": DATED})}
    stop = {"operationId": "stop_job", "parameters": ID, "responses": answer(DATED)}
    life = {
        **LIFE,
        "cancel": {"operationId": "stop_job", "parameters": {"id": "$id"}},
        "list": {"operationId": "list_jobs", "ids": "$[*].id"},
        "poll": {"operationId": "get_job", "parameters": {"id": "$id"}, "url": "$.self"},
    }
    paths = {"/all": {"get": listing}, "/jobs/{id}/stop": {"post": stop}}
    clock = Clock()
    with serving(api(life, told=DATED, paths=paths), tmp_path, speed=1, clock=clock) as (_, http):
        first = created(http)
        (listed,) = http.get("/all").json()
        told = [polled(http, first["id"]), listed, http.post(f"/jobs/{first['id']}/stop").json()]
        for each in told:
            assert (each["created_at"], each["self"]) == (first["created_at"], first["self"])
            assert "error" not in each
            assert "url" not in each
        second = created(http)["id"]
        clock.now += 9
        while polled(http, second)["status"] != "ready":
            pass
        items = {each["id"]: each for each in http.get("/all").json()}
        assert items[second]["url"] == polled(http, second)["url"]
        assert "error" not in items[second]


def test_rules_alone_do_not_end_a_job_at_its_submit(tmp_path: Path) -> None:
    told = {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "string"},
            "done": {"type": "boolean"},
            "error": {
                "type": "object",
                "required": ["code"],
                "properties": {"code": {"type": "integer"}, "message": {"type": "string"}},
            },
            "response": {"type": "object", "properties": {"text": {"type": "string"}}},
        },
    }
    rules = [
        {"when": "$.error", "state": "failed"},
        {"when": "$[?$.done == true]", "state": "succeeded"},
        {"code": 200, "state": "running"},
    ]
    life = {key: LIFE[key] for key in ("id", "poll", "error")}
    life |= {"rules": rules, "result": {"value": "$.response"}}
    with serving(api(life, told=told), tmp_path) as (_, http):
        first = created(http)
        assert not first.get("done")
        assert "error" not in first
        assert "response" not in first
        assert polled(http, first["id"])["response"]["text"]


def test_an_address_has_the_query_that_the_poll_demands(tmp_path: Path) -> None:
    version = {"name": "version", "in": "query", "required": True, "schema": {"enum": ["v7"]}}
    life = {key: LIFE[key] for key in ("status", "states")}
    life["poll"] = {"operationId": "get_job", "url": "$response.header.Location"}
    poll = {"parameters": [*ID, version]}
    with serving(api(life, poll=poll), tmp_path) as (_, http):
        url = http.post("/jobs", json={}).headers["location"]
        assert url.endswith("?version=v7")
        assert http.get(url).json()["status"] == "ready"


SHOT = {
    "operationId": "shoot",
    "parameters": [{"name": "of", "in": "query", "required": True, "schema": {"type": "string"}}],
    "responses": {
        **answer({}, media_type="image/png"),
        **answer({"type": "object", "properties": {"token": {"type": "string"}}}, "202"),
        "424": {"description": "there is no such page"},
    },
    "x-job": {
        "id": "$.token",
        "poll": {"operationId": "shoot", "parameters": {"of": "$request.query.of"}},
        "rules": [
            {"code": 202, "state": "running"},
            {"code": 200, "state": "succeeded"},
            {"code": 424, "state": "failed"},
        ],
    },
}


def test_the_same_request_may_be_submit_and_poll(tmp_path: Path) -> None:
    clock = Clock()
    settings: Any = {"speed": 1, "clock": clock, "one_film": True}
    with serving(document({"/shot": {"get": SHOT}}), tmp_path, **settings) as (sandbox, http):
        first = http.get("/shot", params={"of": "a"})
        assert (first.status_code, bool(first.json()["token"])) == (202, True)
        assert http.get("/shot", params={"of": "a"}).status_code == 202
        other = http.get("/shot", params={"of": "b"}, headers={"X-Sandbox-End": "failed"})
        assert other.json() != first.json()
        assert len(sandbox.jobs()) == 2
        clock.now += 9
        while (done := http.get("/shot", params={"of": "a"})).status_code == 202:
            pass
        assert done.headers["content-type"] == "image/png"
        assert done.content[:4] == b"\x89PNG"
        broken = http.get("/shot", params={"of": "b"})
        assert broken.status_code == 424
        assert "fail" in broken.text or "end so" in broken.text


def test_who_asks_at_once_is_told_the_same_end_again(tmp_path: Path) -> None:
    """At instant speed: the first answer is no result, and what was told stays so."""
    with serving(document({"/shot": {"get": SHOT}}), tmp_path) as (sandbox, http):

        def ask(**headers: str) -> int:
            return http.get("/shot", params={"of": "a"}, headers=headers).status_code

        assert [ask(), ask(), ask()] == [202, 200, 200]
        assert [ask(**{"X-Sandbox-End": "failed"}), ask(), ask()] == [202, 424, 202]
        assert [each["state"] for each in sandbox.jobs()] == ["succeeded", "failed", "succeeded"]


BOUGHT = {
    **SHOT,
    "requestBody": {
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["of"],
                    "properties": {"of": {"type": "string"}, "wide": {"type": "integer"}},
                }
            }
        }
    },
    "parameters": [],
    "responses": answer({**JOB, "required": ["id"]}),
    "x-job": {
        **{key: LIFE[key] for key in ("id", "status", "states", "result", "error")},
        "poll": {
            "operationId": "shoot",
            "requestBody": {"of": "$request.body#/of", "wide": "$request.body#/wide"},
        },
    },
}


def test_the_same_body_may_be_submit_and_poll(tmp_path: Path) -> None:
    with serving(document({"/shot": {"post": BOUGHT}}), tmp_path) as (sandbox, http):

        def ask(of: str, **headers: str) -> str:
            told = http.post("/shot", json={"of": of}, headers=headers).json()
            return str(told["status"])

        assert [ask("a"), ask("a"), ask("b"), ask("a"), ask("b")] == [
            *("waiting", "ready", "waiting", "ready", "ready")
        ]
        assert [ask("a", **{"X-Sandbox-End": "failed"}), ask("a")] == ["waiting", "broken"]
        assert len(sandbox.jobs()) == 3


def called(name: str, responses: Any, **more: Any) -> Any:
    """An operation that only a header tells from others on its path."""
    target = {"name": "X-Target", "in": "header", "required": True, "schema": {"enum": [name]}}
    one = {"operationId": name, "parameters": [target], "responses": responses}
    return {"post": {**one, **more}}


def test_a_header_tells_operations_on_one_path_from_each_other(tmp_path: Path) -> None:
    paths = {
        "/#X-Target=start": called("start", answer({"const": "started"})),
        "/#X-Target=stop": called("stop", answer({"const": "stopped"})),
    }
    with serving(document(paths), tmp_path) as (_, http):
        for name, told in (("start", "started"), ("stop", "stopped")):
            assert http.post("/", headers={"X-Target": name}).json() == told
        assert http.post("/", headers={"X-Target": "leap"}).status_code == 400


def test_a_refusal_has_the_types_of_the_envelope(tmp_path: Path) -> None:
    data = {"type": "object", "required": ["id"], "properties": JOB["properties"]}
    envelope = {
        "type": "object",
        "required": ["code", "message"],
        "properties": {
            "code": {"type": "integer"},
            "message": {"type": "string"},
            "data": data,
        },
    }
    life = {
        "id": "$.data.id",
        "refused": "$[?$.code != 0]",
        "poll": LIFE["poll"],
        "status": "$.data.status",
        "states": WORDS,
        "error": {"code": "$.code", "message": "$.message"},
    }
    with serving(api(life, told=envelope), tmp_path) as (_, http):
        first = created(http)
        assert first["code"] == 0
        assert polled(http, first["data"]["id"])["code"] == 0
        refused = http.get("/jobs/nobody")
        assert refused.json() == {"code": 404, "message": "there is no job 'nobody'"}


def test_a_text_with_a_schema_is_a_text_with_json_in_it(tmp_path: Path) -> None:
    output = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": {
            "type": "object",
            "properties": {
                "csv": {"type": "string", "format": "uri"},
                "percent": {"type": "string"},
            },
        },
    }
    told = {**JOB, "properties": {**JOB["properties"], "output": output}}
    life = {
        **LIFE,
        "result": {"files": "$.output.csv"},
        "progress": {"value": "$.output.percent", "of": 100},
    }
    with serving(api(life, told=told), tmp_path, one_film=True) as (sandbox, http):
        job = polled(http, created(http)["id"])
        inner = json.loads(job["output"])
        assert inner["csv"].startswith(f"{sandbox.url}/_sandbox/files/")
        assert inner["percent"] == "100"


def test_a_form_may_name_the_job_that_is_cancelled(tmp_path: Path) -> None:
    form = {"type": "object", "required": ["job"], "properties": {"job": {"type": "string"}}}
    stop = {
        "operationId": "stop",
        "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": form}}},
        "responses": {"204": {"description": "done"}},
    }
    life = {**LIFE, "cancel": {"operationId": "stop", "requestBody": {"job": "$id"}}}
    text = api(life, paths={"/stop": {"post": stop}})
    with serving(text, tmp_path, speed=1, clock=Clock()) as (_, http):
        job = created(http)["id"]
        assert http.post("/stop", data={"job": job}).status_code == 204
        assert polled(http, job)["status"] == "stopped"


def test_pages_follow_each_other_as_the_document_declares_it(tmp_path: Path) -> None:
    envelope = {
        "type": "object",
        "required": ["data", "tail", "rest"],
        "properties": {
            "data": {"type": "array", "items": JOB},
            "tail": {"type": ["string", "null"]},
            "rest": {"type": "boolean"},
        },
    }
    names = {"limit": {"type": "integer", "default": 2}, "since": {"type": "string"}}
    names["status"] = {"type": "string"}
    listing = {
        "operationId": "list_jobs",
        "parameters": [{"name": name, "in": "query", "schema": names[name]} for name in names],
        "responses": answer(envelope),
        "x-pagination": {
            "style": "cursor",
            "items": "$.data",
            "cursor": "$.tail",
            "parameter": "since",
            "more": "$.rest",
        },
    }
    life = {**LIFE, "list": {"operationId": "list_jobs", "ids": "$.data[*].id"}}
    with serving(api(life, paths={"/all": {"get": listing}}), tmp_path) as (_, http):
        made = [created(http)["id"] for _ in range(5)]
        broken = created(http, X_Sandbox_End="failed")["id"]
        found: list[str] = []
        query: dict[str, str] = {}
        while len(found) < 20:
            page = http.get("/all", params=query).json()
            found += [each["id"] for each in page["data"]]
            if not page["rest"]:
                break
            query = {"since": page["tail"]}
        assert sorted(found) == sorted([*made, broken])
        (only,) = http.get("/all", params={"status": "broken"}).json()["data"]
        assert only["id"] == broken


def test_who_is_told_to_wait_is_not_told_to_wait_for_nothing(tmp_path: Path) -> None:
    responses = answer(JOB)
    responses["200"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    for speed, told in ((1, "1"), (0, "0")):
        folder = tmp_path / told
        folder.mkdir()
        text = api(poll={"responses": responses})
        with serving(text, folder, speed=speed, clock=Clock()) as (_, http):
            job = created(http)["id"]
            assert http.get(f"/jobs/{job}").headers["retry-after"] == told


def test_a_list_of_things_is_filtered_by_what_they_have(tmp_path: Path) -> None:
    pet = {
        "type": "object",
        "required": ["name", "kind"],
        "properties": {
            "id": {"type": "string"},
            "name": {"type": "string"},
            "kind": {"enum": ["cat", "dog"]},
        },
    }
    kind = {"name": "kind", "in": "query", "schema": {"enum": ["cat", "dog"]}}
    pets = {
        "post": {
            "requestBody": {"content": {"application/json": {"schema": pet}}},
            "responses": answer(pet, "201"),
        },
        "get": {"parameters": [kind], "responses": answer({"type": "array", "items": pet})},
    }
    with serving(document({"/pets": pets}), tmp_path) as (_, http):
        for name, each in (("Rex", "dog"), ("Tom", "cat"), ("Fido", "dog")):
            assert http.post("/pets", json={"name": name, "kind": each}).status_code == 201
        told = http.get("/pets", params={"kind": "dog"}).json()
        assert sorted(each["name"] for each in told) == ["Fido", "Rex"]
        assert len(http.get("/pets").json()) == 3
