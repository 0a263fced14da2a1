"""`specloom detect`: submit/poll pairs are found with their evidence, things with a status are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from bench.detection import count, table
from tests.kilns import (
    TEXT,
    answer_of,
    found_in,
    object_of,
    pair_of,
    texts_of,
    words_of,
    write_kilns,
)

from specloom.detection import render_overlay
from specloom.pipeline import read_api

if TYPE_CHECKING:
    from pathlib import Path

FIRINGS = """
openapi: 3.1.0
info: {title: Kilns, version: '1'}
paths:
  /firings:
    post:
      operationId: fire
      parameters: [{name: Idempotency-Key, in: header, schema: {type: string}}]
      responses:
        '202': {description: Taken, content: {application/json: {schema: {$ref: '#/components/schemas/Firing'}}}}
    get:
      operationId: listFirings
      responses:
        '200':
          description: All
          content:
            application/json:
              schema:
                type: object
                properties: {items: {type: array, items: {$ref: '#/components/schemas/Firing'}}}
  /firings/{firing_id}:
    parameters: [{name: firing_id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getFiring
      responses:
        '200': {description: One, content: {application/json: {schema: {$ref: '#/components/schemas/Firing'}}}}
  /firings/{firing_id}/cancel:
    parameters: [{name: firing_id, in: path, required: true, schema: {type: string}}]
    post:
      responses: {'204': {description: Gone}}
components:
  schemas:
    Firing:
      type: object
      properties:
        id: {type: string}
        status: {type: string, enum: [queued, glowing, succeeded, failed, timed_out, canceled]}
        output: {type: object, properties: {photo_url: {type: string, format: uri}}}
        error: {type: object, properties: {code: {type: string}, message: {type: string}}}
        progress: {type: number, maximum: 100}
"""


@pytest.fixture
def firings(tmp_path: Path) -> Path:
    path = tmp_path / "firings.yaml"
    path.write_text(FIRINGS, "utf-8")
    return path


def test_a_clear_pair_is_proposed_with_all_that_its_document_says(firings: Path) -> None:
    (one,) = found_in(firings)
    assert (one.method, one.path) == ("POST", "/firings")
    assert one.job == {
        "id": "$.id",
        "poll": {"operationId": "getFiring", "parameters": {"firing_id": "$id"}},
        "status": "$.status",
        "states": {
            "queued": ["queued"],
            "running": ["glowing"],
            "succeeded": ["succeeded"],
            "failed": ["failed"],
            "cancelled": ["canceled"],
            "expired": ["timed_out"],
        },
        "result": {"value": "$.output", "files": "$.output.photo_url"},
        "error": {"code": "$.error.code", "message": "$.error.message"},
        "progress": {"value": "$.progress", "of": 100},
        "cancel": {
            "operationRef": "#/paths/~1firings~1{firing_id}~1cancel/post",
            "parameters": {"firing_id": "$id"},
        },
        "list": {"operationId": "listFirings", "ids": "$.items[*].id"},
        "idempotency": {"key": "$request.header.Idempotency-Key"},
    }
    assert one.sureness == "sure"
    assert one.score == sum(evidence.points for evidence in one.evidence)


def test_each_piece_of_evidence_names_its_place(firings: Path) -> None:
    (one,) = found_in(firings)
    told = {evidence.text: evidence.at.pointer for evidence in one.evidence}
    schema = ("components", "schemas", "Firing", "properties")
    assert told["the submit answers 202, accepted"] == (
        *("paths", "/firings", "post", "responses", "202"),
    )
    assert told["an operation cancels it"] == ("paths", "/firings/{firing_id}/cancel", "post")
    assert told["submit and poll answer with the same schema"] == (*schema, "status")
    assert told["the poll's answer has room for an error"] == (*schema, "error")


def test_what_is_proposed_has_no_errors_when_it_is_applied(firings: Path) -> None:
    overlay = firings.with_name("proposed.overlay.yaml")
    overlay.write_text(render_overlay(found_in(firings), "Kilns"), "utf-8")
    read = read_api(firings, overlays=[overlay])
    assert read.api is not None, read.findings
    assert "state-missing" not in read.findings
    assert "path-unresolved" not in read.findings


def test_the_overlay_tells_sureness_points_and_places_above_each_action(firings: Path) -> None:
    text = render_overlay(found_in(firings), "Kilns")
    overlay = yaml.safe_load(text)
    assert overlay["overlay"] == "1.0.0"
    (action,) = overlay["actions"]
    assert action["target"] == "$.paths['/firings'].post"
    assert action["update"]["x-job"]["id"] == "$.id"
    comments = [line.strip() for line in text.splitlines() if line.strip().startswith("#")]
    assert comments[0].startswith("# POST /firings: sure, ")
    assert (
        "# +2 the submit answers 202, accepted (#/paths/~1firings/post/responses/202)" in comments
    )


def test_names_with_quotes_and_line_breaks_stay_inside_their_comment_and_target(
    tmp_path: Path,
) -> None:
    words = words_of("queued", "running", "done", "odd\n- target: $")
    paths = {
        "/it's/jobs": {"post": {"responses": {"202": answer_of(object_of(id=TEXT, status=words))}}},
        "/it's/jobs/{id}": {
            "get": {"responses": {"200": answer_of(object_of(id=TEXT, status=words))}}
        },
    }
    overlay = yaml.safe_load(render_overlay(found_in(write_kilns(paths, tmp_path))))
    (action,) = overlay["actions"]
    assert action["target"] == "$.paths['/it\\'s/jobs'].post"
    assert action["update"]["x-job"]["states"]["running"] == ["running", "odd\n- target: $"]


def test_the_same_document_gives_the_same_overlay(firings: Path) -> None:
    assert render_overlay(found_in(firings)) == render_overlay(found_in(firings))


def test_an_overlay_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="one action at least"):
        render_overlay(())


@pytest.mark.parametrize(
    ("noun", "words"),
    [
        ("posts", ("draft", "published", "archived")),
        ("users", ("active", "inactive", "pending")),
        ("invoices", ("draft", "open", "paid", "unpaid")),
        ("machines", ("running", "stopped", "failed")),
        ("doors", ("open", "closed")),
    ],
)
def test_a_thing_with_a_status_is_no_job(noun: str, words: tuple[str, ...], tmp_path: Path) -> None:
    thing = object_of(id=TEXT, status=words_of(*words))
    paths = {
        f"/{noun}": {"post": {"responses": {"201": answer_of(thing)}}},
        f"/{noun}/{{id}}": {"get": {"responses": {"200": answer_of(thing)}}},
    }
    assert found_in(write_kilns(paths, tmp_path)) == ()


@pytest.mark.parametrize("noun", ["orders", "payments", "refunds"])
def test_a_thing_with_words_of_work_is_possible_at_most(noun: str, tmp_path: Path) -> None:
    thing = object_of(id=TEXT, status=words_of("pending", "processing", "completed", "cancelled"))
    paths = {
        f"/{noun}": {"post": {"responses": {"201": answer_of(thing)}}},
        f"/{noun}/{{id}}": {"get": {"responses": {"200": answer_of(thing)}}},
    }
    assert {one.sureness for one in found_in(write_kilns(paths, tmp_path))} <= {"possible"}


def test_a_status_that_the_caller_sets_is_no_work_of_the_server(tmp_path: Path) -> None:
    task = object_of(id=TEXT, title=TEXT, status=words_of("todo", "in_progress", "done"))
    body = {"content": {"application/json": {"schema": task}}}
    paths = {
        "/tasks": {"post": {"requestBody": body, "responses": {"201": answer_of(task)}}},
        "/tasks/{id}": {
            "get": {"responses": {"200": answer_of(task)}},
            "patch": {"requestBody": body, "responses": {"200": answer_of(task)}},
        },
    }
    assert {one.sureness for one in found_in(write_kilns(paths, tmp_path))} <= {"possible"}


def test_what_acts_on_a_job_submits_none(tmp_path: Path) -> None:
    run = object_of(id=TEXT, status=words_of("queued", "running", "done", "cancelled"))
    paths = pair_of(run, run)
    for verb in ("cancel", "pause", "retry", "archive"):
        paths[f"/runs/{{run_id}}/{verb}"] = {"post": {"responses": {"202": answer_of(run)}}}
    assert [one.path for one in found_in(write_kilns(paths, tmp_path))] == ["/runs"]


def test_a_word_that_nobody_knows_goes_on_and_the_proposal_is_not_sure(tmp_path: Path) -> None:
    run = object_of(id=TEXT, status=words_of("queued", "running", "flummoxed", "done", "failed"))
    (one,) = found_in(write_kilns(pair_of(run, run, status="202"), tmp_path))
    assert one.job["states"]["running"] == ["running", "flummoxed"]
    assert one.sureness == "likely"
    assert "where these belong is a guess: flummoxed" in texts_of([one])


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("IN_QUEUE", "queued"),
        ("NotStarted", "queued"),
        ("waiting-for-capacity", "queued"),
        ("InProgress", "running"),
        ("cancel_requested", "running"),
        ("retrying_after_error", "running"),
        ("daydreaming", "running"),
        ("completed_with_errors", "succeeded"),
        ("image_download_failed", "failed"),
        ("processing_error", "failed"),
        ("ABORTED", "cancelled"),
        ("TIMED-OUT", "expired"),
    ],
)
def test_words_are_known_in_any_spelling(word: str, state: str, tmp_path: Path) -> None:
    run = object_of(id=TEXT, status=words_of("running_now", "done", word))
    (one,) = found_in(write_kilns(pair_of(run, run, status="202"), tmp_path))
    assert word in one.job["states"][state]


def test_a_shared_beginning_of_all_words_says_nothing(tmp_path: Path) -> None:
    words = words_of("RUN_STATE_UNSPECIFIED", "RUN_STATE_RUNNING", "RUN_STATE_SUCCEEDED")
    run = object_of(id=TEXT, state=words)
    (one,) = found_in(write_kilns(pair_of(run, run, status="202"), tmp_path))
    assert one.job["states"] == {
        "queued": ["RUN_STATE_UNSPECIFIED"],
        "running": ["RUN_STATE_RUNNING"],
        "succeeded": ["RUN_STATE_SUCCEEDED"],
    }


def test_words_in_prose_will_do(tmp_path: Path) -> None:
    said = {"type": "string", "description": "One of `queued`, `running`, `finished`, `failed`."}
    run = object_of(id=TEXT, status=said)
    (one,) = found_in(write_kilns(pair_of(run, run, status="202"), tmp_path))
    assert one.job["states"] == {
        "queued": ["queued"],
        "running": ["running"],
        "succeeded": ["finished"],
        "failed": ["failed"],
    }
    assert "its words stand in prose only" in texts_of([one])


def test_words_that_other_operations_say_of_the_same_status_will_do(tmp_path: Path) -> None:
    run = {"$ref": "#/paths/~1runs~1{run_id}/get/responses/200/content/application~1json/schema"}
    paths = pair_of(object_of(id=TEXT, status={"type": "string", "examples": ["RUNNING"]}), run)
    told = "Does nothing to runs that are `SUCCEEDED` or `FAILED`."
    paths["/runs/{run_id}/abort"] = {
        "post": {"description": told, "responses": {"200": answer_of(run)}}
    }
    (one,) = found_in(write_kilns(paths, tmp_path))
    assert one.job["states"] == {
        "running": ["RUNNING"],
        "succeeded": ["SUCCEEDED"],
        "failed": ["FAILED"],
    }
    assert one.job["cancel"]["parameters"] == {"run_id": "$id"}


def test_an_operation_that_declares_its_life_cycle_is_left_alone(firings: Path) -> None:
    overlay = yaml.safe_load(render_overlay(found_in(firings)))
    document = yaml.safe_load(FIRINGS)
    document["paths"]["/firings"]["post"] |= overlay["actions"][0]["update"]
    firings.write_text(yaml.safe_dump(document), "utf-8")
    assert found_in(firings) == ()


def test_finds_alarms_and_misses_are_counted_by_label(firings: Path) -> None:
    right = count(firings, ["POST /firings"])
    wrong = count(firings, ["DELETE /firings", "POST /firings/*/cancel"])
    assert right is not None
    assert wrong is not None
    assert (right.right("sure"), right.alarms("sure"), right.missed) == (["POST /firings"], [], [])
    assert wrong.alarms("sure") == ["POST /firings"]
    assert wrong.missed == ["POST /firings/{firing_id}/cancel"]
    assert "| all | 2 | 1+1 | 0+0 | 0+0 | 1 |" in table([right, wrong])
