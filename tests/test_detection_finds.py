"""`specloom detect`: life cycles that only part of a document tells, or tells in another way than an enum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.kilns import (
    TEXT,
    answer_of,
    found_in,
    object_of,
    pair_of,
    parameter_of,
    texts_of,
    words_of,
    write_kilns,
)

from specloom.detection import render_overlay
from specloom.pipeline import read_api

if TYPE_CHECKING:
    from pathlib import Path

    from specloom.detection.proposals import Proposal

STATUS = words_of("queued", "running", "done", "failed")
FILE = {"description": "x", "content": {"application/octet-stream": {}}}
ACCEPTED = {"202": {"description": "x", "headers": {"Operation-Location": {"schema": TEXT}}}}


def one_of(paths: Any, folder: Path) -> Proposal:
    """The only find; what it says fits the document."""
    path = write_kilns(paths, folder)
    (one,) = found_in(path)
    overlay = folder / "proposed.overlay.yaml"
    overlay.write_text(render_overlay([one]), "utf-8")
    read = read_api(path, overlays=[overlay])
    assert read.api is not None, read.findings
    assert "path-unresolved" not in read.findings
    return one


@pytest.mark.parametrize("path", ["/runs/{run_id}/{format}", "/runs/{run_id}/status/{step}"])
def test_an_operation_below_the_poll_takes_nothing_from_the_pair(path: str, tmp_path: Path) -> None:
    run = object_of(id=TEXT, status=STATUS)
    paths = pair_of(run, run)
    paths[path] = {"get": {"responses": {"200": FILE}}}
    one = one_of(paths, tmp_path)
    assert (one.sureness, one.job["poll"]["operationId"]) == ("sure", "getRun")


def test_the_words_of_all_variants_are_one_enum(tmp_path: Path) -> None:
    told = ("PENDING", "RUNNING", "FAILED", "SUCCEEDED")
    variants = [object_of(id=TEXT, status={"const": word}) for word in told]
    variants[-1]["properties"]["output"] = {"type": "array", "items": TEXT | {"format": "uri"}}
    one = one_of(pair_of({"oneOf": variants}, object_of(id=TEXT)), tmp_path)
    assert one.job["states"] == {
        "queued": ["PENDING"],
        "running": ["RUNNING"],
        "succeeded": ["SUCCEEDED"],
        "failed": ["FAILED"],
    }
    assert one.job["result"] == {"value": "$.output", "files": "$.output[*]"}


def test_places_inside_the_output_are_looked_at(tmp_path: Path) -> None:
    said = TEXT | {"description": "PENDING, RUNNING, SUCCEEDED, FAILED, UNKNOWN"}
    paths = {
        "/pictures": {
            "post": {
                "responses": {"200": answer_of(object_of(output=object_of(task_id=TEXT), usage={}))}
            }
        },
        "/tasks/{task_id}": {
            "get": {
                "responses": {
                    "200": answer_of(object_of(output=object_of(task_status=said), usage={}))
                }
            }
        },
    }
    one = one_of(paths, tmp_path)
    assert (one.job["id"], one.job["status"]) == ("$.output.task_id", "$.output.task_status")
    assert one.sureness == "likely"


def test_what_stands_alone_in_an_answer_is_opened(tmp_path: Path) -> None:
    poll = object_of(kilnRunByKey=object_of(status=STATUS))
    one = one_of(pair_of(poll, object_of(startedKiln=object_of(runId=TEXT))), tmp_path)
    assert (one.job["id"], one.job["status"]) == ("$.startedKiln.runId", "$.kilnRunByKey.status")


def test_the_nearest_poll_is_where_a_url_leads(tmp_path: Path) -> None:
    told = object_of(status=STATUS)
    paths = {
        "/models/{model}/analyze": {"post": {"responses": ACCEPTED}},
        "/models/build": {"post": {"responses": ACCEPTED}},
        "/models/{model}/results/{result}": {
            "get": {"operationId": "getResult", "responses": {"200": answer_of(told)}}
        },
        "/operations/{key}": {
            "get": {"operationId": "getOperation", "responses": {"200": answer_of(told)}}
        },
    }
    first, second = found_in(write_kilns(paths, tmp_path))
    url = "$response.header.Operation-Location"
    assert first.job["poll"] == {"operationId": "getResult", "url": url}
    assert second.job["poll"] == {"operationId": "getOperation", "url": url}
    assert {first.sureness, second.sureness} == {"likely"}


def test_a_url_that_may_lead_to_several_polls_leads_to_none(tmp_path: Path) -> None:
    told = {"get": {"responses": {"200": answer_of(object_of(status=STATUS))}}}
    paths = {
        "/glaze": {"post": {"responses": ACCEPTED}},
        "/kilns/{key}": dict(told),
        "/ovens/{key}": dict(told),
    }
    assert found_in(write_kilns(paths, tmp_path)) == ()


def test_an_id_returns_in_the_query_of_the_only_poll(tmp_path: Path) -> None:
    answer = object_of(id=TEXT, polling_url=TEXT)
    words = words_of("Task not found", "Pending", "Request Moderated", "Ready", "Error")
    asked = {"parameters": [parameter_of("id", "query")]}
    paths = {
        "/v1/glaze-pro": {"post": {"responses": {"200": answer_of(answer)}}},
        "/v1/get_result": {
            "get": asked
            | {"operationId": "get", "responses": {"200": answer_of(object_of(status=words))}}
        },
    }
    one = one_of(paths, tmp_path)
    assert one.job["poll"] == {"operationId": "get", "parameters": {"id": "$id"}}
    assert one.job["states"] == {
        "queued": ["Pending"],
        "succeeded": ["Ready"],
        "failed": ["Request Moderated", "Error"],
        "missing": ["Task not found"],
    }


def test_a_receipt_leads_to_the_only_poll_that_nothing_else_submits_to(tmp_path: Path) -> None:
    receipt = {"200": answer_of(object_of(id=TEXT))}
    paths = {
        "/text_to_video": {"post": {"responses": receipt}},
        "/labels": {"post": {"responses": receipt}},
        "/tasks/{id}": {"get": {"responses": {"200": answer_of(object_of(status=STATUS))}}},
    }
    one = one_of(paths, tmp_path)
    assert (one.path, one.sureness) == ("/text_to_video", "likely")
    assert "its answer is little more than an id, and only this poll can be meant" in texts_of(
        [one]
    )


@pytest.mark.parametrize("parameter", ["file_id", "id"])
def test_the_file_that_the_poll_names_is_the_result(parameter: str, tmp_path: Path) -> None:
    told = {"input_file_id": TEXT, "error_file_id": TEXT, "output_file_id": TEXT}
    paths = pair_of(object_of(id=TEXT, status=STATUS, **told), object_of(id=TEXT, status=STATUS))
    item = f"/files/{{{parameter}}}"
    paths[item] = {"get": {"responses": {"200": answer_of(object_of(id=TEXT, bytes={}))}}}
    paths[f"{item}/content"] = {"get": {"operationId": "download", "responses": {"200": FILE}}}
    one = one_of(paths, tmp_path)
    assert one.job["result"] == {
        "operationId": "download",
        "parameters": {parameter: "$.output_file_id"},
    }


def test_a_file_that_the_caller_named_is_no_result(tmp_path: Path) -> None:
    paths = pair_of(object_of(id=TEXT, status=STATUS, file_id=TEXT), object_of(id=TEXT))
    paths["/runs"]["post"]["requestBody"] = {
        "content": {"application/json": {"schema": object_of(file_id=TEXT)}}
    }
    paths["/files/{file_id}"] = {"get": {"responses": {"200": FILE}}}
    assert "result" not in one_of(paths, tmp_path).job


def test_what_was_sent_is_no_result_where_the_poll_has_one(tmp_path: Path) -> None:
    run = object_of(id=TEXT, status=STATUS, result=object_of(text=TEXT))
    paths = pair_of(run, run)
    paths["/runs/{run_id}/file"] = {"get": {"responses": {"200": FILE}}}
    assert one_of(paths, tmp_path).job["result"] == {"value": "$.result"}


@pytest.mark.parametrize(
    "said",
    [
        {"description": "0 queued, 1 running, 2 done, -1 failed"},
        {"enum": [0, 1, 2, -1], "x-enum-varnames": ["Queued", "Running", "Done", "Failed"]},
    ],
)
def test_numbers_have_the_states_of_their_words(said: Any, tmp_path: Path) -> None:
    run = object_of(id=TEXT, status={"type": "integer", **said})
    one = one_of(pair_of(run, run, status="202"), tmp_path)
    assert one.job["states"] == {"queued": [0], "running": [1], "succeeded": [2], "failed": [-1]}
    assert one.sureness == "likely"


def test_a_poll_may_ask_in_its_body(tmp_path: Path) -> None:
    body = {"schema": object_of(taskName=TEXT) | {"required": ["taskName"]}}
    target = parameter_of("X-Target", "header")
    paths = {
        "/tasks/start": {"post": {"responses": {"200": answer_of(object_of(taskName=TEXT))}}},
        "/tasks/query": {
            "post": {
                "operationId": "query",
                "parameters": [target | {"schema": {"enum": ["Tasks.Query"]}}],
                "requestBody": {"required": True, "content": {"application/json": body}},
                "responses": {"200": answer_of(object_of(status=STATUS))},
            }
        },
    }
    assert one_of(paths, tmp_path).job["poll"] == {
        "operationId": "query",
        "parameters": {"X-Target": "Tasks.Query"},
        "requestBody": {"taskName": "$id"},
    }


def test_a_word_is_the_end_of_what_goes_on(tmp_path: Path) -> None:
    run = object_of(id=TEXT, status=words_of("waiting", "baking", "baked", "failed"))
    one = one_of(pair_of(run, run, status="202"), tmp_path)
    assert one.job["states"]["succeeded"] == ["baked"]
    assert one.sureness == "likely"


def test_a_thing_that_is_changed_to_and_fro_is_no_job(tmp_path: Path) -> None:
    disk = object_of(
        id=TEXT, state=words_of("creating", "attaching", "attached", "detaching", "detached")
    )
    assert found_in(write_kilns(pair_of(disk, disk), tmp_path)) == ()


def test_an_answer_may_be_the_id_alone(tmp_path: Path) -> None:
    one = one_of(pair_of(object_of(status=STATUS), object_of(result=TEXT)), tmp_path)
    assert one.job["id"] == "$.result"


def test_a_record_of_what_others_do_is_possible_at_most(tmp_path: Path) -> None:
    run = object_of(id=TEXT, status=STATUS)
    paths = pair_of(run, run, status="202")
    paths["/runs"]["post"]["requestBody"] = {"content": {"application/json": {"schema": run}}}
    assert {one.sureness for one in found_in(write_kilns(paths, tmp_path))} <= {"possible"}


def test_a_change_that_only_calls_off_is_the_servers_work_still(tmp_path: Path) -> None:
    run = object_of(id=TEXT, status=words_of("queued", "running", "done", "cancelled"))
    paths = pair_of(run, run, status="202")
    body = {"content": {"application/json": {"schema": object_of(status=words_of("cancelled"))}}}
    changed = {"requestBody": body, "responses": {"200": answer_of(run)}}
    paths["/runs/{run_id}"]["patch"] = changed
    one = one_of(paths, tmp_path)
    assert one.sureness == "sure"
    assert "the caller sets" not in texts_of([one])


def test_a_flag_that_it_still_runs_is_a_status(tmp_path: Path) -> None:
    run = object_of(id=TEXT, is_running={"type": "boolean"}, response=object_of())
    one = one_of(pair_of(run, run, status="202"), tmp_path)
    assert one.job["states"] == {"running": [True], "succeeded": [False]}
