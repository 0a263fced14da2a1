"""`specloom detect`: submit/poll pairs are found with their evidence, things with a status are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from bench.detection import count, table

from specloom.detection import detect, render_overlay
from specloom.diagnostics import Report
from specloom.openapi.rules import check_openapi
from specloom.openapi.tree import Tree
from specloom.pipeline import read_api
from specloom.source.references import Documents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from specloom.detection.proposals import Proposal

Document = dict[str, Any]

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


def _json(schema: Any) -> Document:
    return {"description": "x", "content": {"application/json": {"schema": schema}}}


def _object(**properties: Any) -> Document:
    return {"type": "object", "properties": properties}


def _parameter(name: str, place: str = "path") -> Document:
    return {"name": name, "in": place, "required": True, "schema": {"type": "string"}}


def _words(*words: str) -> Document:
    return {"type": "string", "enum": list(words)}


TEXT = {"type": "string"}


def _write(paths: Any, folder: Path) -> Path:
    """A document with these paths; those of its operations that take an id declare it."""
    for path, item in paths.items():
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        if names:
            item["parameters"] = [_parameter(name) for name in names]
    document = {"openapi": "3.1.0", "info": {"title": "Kilns", "version": "1"}, "paths": paths}
    written = folder / "kilns.yaml"
    written.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    return written


def _found(path: Path) -> tuple[Proposal, ...]:
    report = Report()
    documents = Documents.load(path, report)
    assert check_openapi(documents, report), report.diagnostics
    return detect(Tree(documents))


def _pair(poll: Any, submit: Any, *, status: str = "200") -> Document:
    return {
        "/runs": {"post": {"operationId": "run", "responses": {status: _json(submit)}}},
        "/runs/{run_id}": {"get": {"operationId": "getRun", "responses": {"200": _json(poll)}}},
    }


def _texts(proposals: Sequence[Proposal]) -> str:
    return "\n".join(one.text for proposal in proposals for one in proposal.evidence)


@pytest.fixture
def firings(tmp_path: Path) -> Path:
    path = tmp_path / "firings.yaml"
    path.write_text(FIRINGS, "utf-8")
    return path


def test_a_clear_pair_is_proposed_with_all_that_its_document_says(firings: Path) -> None:
    (one,) = _found(firings)
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
    (one,) = _found(firings)
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
    overlay.write_text(render_overlay(_found(firings), "Kilns"), "utf-8")
    read = read_api(firings, overlays=[overlay])
    assert read.api is not None, read.findings
    assert "state-missing" not in read.findings
    assert "path-unresolved" not in read.findings


def test_the_overlay_tells_sureness_points_and_places_above_each_action(firings: Path) -> None:
    text = render_overlay(_found(firings), "Kilns")
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
    words = _words("queued", "running", "done", "odd\n- target: $")
    paths = {
        "/it's/jobs": {"post": {"responses": {"202": _json(_object(id=TEXT, status=words))}}},
        "/it's/jobs/{id}": {"get": {"responses": {"200": _json(_object(id=TEXT, status=words))}}},
    }
    overlay = yaml.safe_load(render_overlay(_found(_write(paths, tmp_path))))
    (action,) = overlay["actions"]
    assert action["target"] == "$.paths['/it\\'s/jobs'].post"
    assert action["update"]["x-job"]["states"]["running"] == ["running", "odd\n- target: $"]


def test_the_same_document_gives_the_same_overlay(firings: Path) -> None:
    assert render_overlay(_found(firings)) == render_overlay(_found(firings))


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
    thing = _object(id=TEXT, status=_words(*words))
    paths = {
        f"/{noun}": {"post": {"responses": {"201": _json(thing)}}},
        f"/{noun}/{{id}}": {"get": {"responses": {"200": _json(thing)}}},
    }
    assert _found(_write(paths, tmp_path)) == ()


@pytest.mark.parametrize("noun", ["orders", "payments", "refunds"])
def test_a_thing_with_words_of_work_is_possible_at_most(noun: str, tmp_path: Path) -> None:
    thing = _object(id=TEXT, status=_words("pending", "processing", "completed", "cancelled"))
    paths = {
        f"/{noun}": {"post": {"responses": {"201": _json(thing)}}},
        f"/{noun}/{{id}}": {"get": {"responses": {"200": _json(thing)}}},
    }
    assert {one.sureness for one in _found(_write(paths, tmp_path))} <= {"possible"}


def test_a_status_that_the_caller_sets_is_no_work_of_the_server(tmp_path: Path) -> None:
    task = _object(id=TEXT, title=TEXT, status=_words("todo", "in_progress", "done"))
    body = {"content": {"application/json": {"schema": task}}}
    paths = {
        "/tasks": {"post": {"requestBody": body, "responses": {"201": _json(task)}}},
        "/tasks/{id}": {
            "get": {"responses": {"200": _json(task)}},
            "patch": {"requestBody": body, "responses": {"200": _json(task)}},
        },
    }
    assert {one.sureness for one in _found(_write(paths, tmp_path))} <= {"possible"}


def test_what_acts_on_a_job_submits_none(tmp_path: Path) -> None:
    run = _object(id=TEXT, status=_words("queued", "running", "done", "cancelled"))
    paths = _pair(run, run)
    for verb in ("cancel", "pause", "retry", "archive"):
        paths[f"/runs/{{run_id}}/{verb}"] = {"post": {"responses": {"202": _json(run)}}}
    assert [one.path for one in _found(_write(paths, tmp_path))] == ["/runs"]


def test_a_word_that_nobody_knows_goes_on_and_the_proposal_is_not_sure(tmp_path: Path) -> None:
    run = _object(id=TEXT, status=_words("queued", "running", "flummoxed", "done", "failed"))
    (one,) = _found(_write(_pair(run, run, status="202"), tmp_path))
    assert one.job["states"]["running"] == ["running", "flummoxed"]
    assert one.sureness == "likely"
    assert "where these belong is a guess: flummoxed" in _texts([one])


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
    run = _object(id=TEXT, status=_words("running_now", "done", word))
    (one,) = _found(_write(_pair(run, run, status="202"), tmp_path))
    assert word in one.job["states"][state]


def test_a_shared_beginning_of_all_words_says_nothing(tmp_path: Path) -> None:
    words = _words("RUN_STATE_UNSPECIFIED", "RUN_STATE_RUNNING", "RUN_STATE_SUCCEEDED")
    run = _object(id=TEXT, state=words)
    (one,) = _found(_write(_pair(run, run, status="202"), tmp_path))
    assert one.job["states"] == {
        "queued": ["RUN_STATE_UNSPECIFIED"],
        "running": ["RUN_STATE_RUNNING"],
        "succeeded": ["RUN_STATE_SUCCEEDED"],
    }


def test_words_in_prose_will_do(tmp_path: Path) -> None:
    said = {"type": "string", "description": "One of `queued`, `running`, `finished`, `failed`."}
    run = _object(id=TEXT, status=said)
    (one,) = _found(_write(_pair(run, run, status="202"), tmp_path))
    assert one.job["states"] == {
        "queued": ["queued"],
        "running": ["running"],
        "succeeded": ["finished"],
        "failed": ["failed"],
    }
    assert "its words stand in prose only" in _texts([one])


def test_words_that_other_operations_say_of_the_same_status_will_do(tmp_path: Path) -> None:
    run = {"$ref": "#/paths/~1runs~1{run_id}/get/responses/200/content/application~1json/schema"}
    paths = _pair(_object(id=TEXT, status={"type": "string", "examples": ["RUNNING"]}), run)
    told = "Does nothing to runs that are `SUCCEEDED` or `FAILED`."
    paths["/runs/{run_id}/abort"] = {
        "post": {"description": told, "responses": {"200": _json(run)}}
    }
    (one,) = _found(_write(paths, tmp_path))
    assert one.job["states"] == {
        "running": ["RUNNING"],
        "succeeded": ["SUCCEEDED"],
        "failed": ["FAILED"],
    }
    assert one.job["cancel"]["parameters"] == {"run_id": "$id"}


def test_envelopes_are_opened_and_an_id_is_found_by_its_name(tmp_path: Path) -> None:
    words = _words("pending", "processing", "complete")
    paths = _pair(
        _object(data=_object(attributes=_object(status=words))), _object(run=_object(id=TEXT))
    )
    (one,) = _found(_write(paths, tmp_path))
    assert one.job["id"] == "$.run.id"
    assert one.job["status"] == "$.data.attributes.status"


def test_several_ids_are_several_jobs(tmp_path: Path) -> None:
    ids = {"type": "array", "items": TEXT}
    poll = _object(status=_words("queued", "running", "done"))
    (one,) = _found(_write(_pair(poll, _object(run_ids=ids)), tmp_path))
    assert one.job["id"] == "$.run_ids[*]"


def test_a_link_leads_to_a_poll_at_another_place(tmp_path: Path) -> None:
    answer = _json(_object(ticket=TEXT, id=TEXT))
    answer["links"] = {"later": {"operationId": "look", "parameters": {"at": "$response.body#/id"}}}
    words = _words("queued", "running", "done")
    paths = {
        "/bricks": {"post": {"responses": {"202": answer}}},
        "/elsewhere/{at}": {
            "get": {"operationId": "look", "responses": {"200": _json(_object(status=words))}}
        },
    }
    (one,) = _found(_write(paths, tmp_path))
    assert one.job["id"] == "$.id"
    assert one.job["poll"] == {"operationId": "look", "parameters": {"at": "$id"}}
    assert "a Link of its answer leads to the poll" in _texts([one])


def test_a_url_in_the_answer_is_polled_where_there_is_no_id(tmp_path: Path) -> None:
    paths = _pair(
        _object(status=_words("queued", "running", "done")),
        _object(status_url={"type": "string", "format": "uri"}),
    )
    (one,) = _found(_write(paths, tmp_path))
    assert "id" not in one.job
    assert one.job["poll"] == {"operationId": "getRun", "url": "$.status_url"}


def test_a_header_with_the_place_of_the_operation_is_polled(tmp_path: Path) -> None:
    headers = {"Operation-Location": {"schema": {"type": "string"}}}
    words = _words("notStarted", "running", "succeeded", "failed")
    paths = _pair(_object(status=words), {})
    paths["/runs"]["post"]["responses"] = {"202": {"description": "x", "headers": headers}}
    (one,) = _found(_write(paths, tmp_path))
    assert one.job["poll"]["url"] == "$response.header.Operation-Location"


def test_the_id_may_go_into_the_query(tmp_path: Path) -> None:
    run = _object(id=TEXT, status=_words("queued", "running", "done"))
    asked = {"parameters": [_parameter("id", "query")], "responses": {"200": _json(run)}}
    paths = {
        "/shot/create": {"get": {"operationId": "create", "responses": {"200": _json(run)}}},
        "/shot/info": {"get": {"operationId": "info", **asked}},
    }
    (one,) = _found(_write(paths, tmp_path))
    assert (one.method, one.path) == ("GET", "/shot/create")
    assert one.job["poll"] == {"operationId": "info", "parameters": {"id": "$id"}}


def test_what_the_poll_needs_besides_comes_from_the_submit(tmp_path: Path) -> None:
    run = _object(id=TEXT, status=_words("queued", "running", "done"))
    paths = {
        "/kilns/{kiln}/runs": {"post": {"responses": {"202": _json(run)}}},
        "/kilns/{kiln}/runs/{id}": {"get": {"responses": {"200": _json(run)}}},
    }
    (one,) = _found(_write(paths, tmp_path))
    assert one.job["poll"]["parameters"] == {"kiln": "$request.path.kiln", "id": "$id"}


def test_a_poll_that_cannot_be_called_is_not_proposed(tmp_path: Path) -> None:
    run = _object(id=TEXT, status=_words("queued", "running", "done"))
    paths = _pair(run, run, status="202")
    paths["/runs/{run_id}"]["get"]["parameters"] = [_parameter("secret", "query")]
    assert _found(_write(paths, tmp_path)) == ()


def test_an_operation_that_gives_the_result_is_called(tmp_path: Path) -> None:
    run = _object(id=TEXT, status=_words("queued", "running", "done"))
    video = {"description": "x", "content": {"video/mp4": {}}}
    paths = _pair(run, run, status="202")
    paths["/runs/{run_id}/download"] = {
        "get": {"operationId": "download", "responses": {"200": video}}
    }
    (one,) = _found(_write(paths, tmp_path))
    assert one.job["result"] == {"operationId": "download", "parameters": {"run_id": "$id"}}


def test_a_flag_that_it_is_done_is_a_status(tmp_path: Path) -> None:
    operation = _object(
        id=TEXT,
        done={"type": "boolean"},
        error=_object(code={"type": "integer"}, message=TEXT),
        response=_object(),
    )
    path = _write(_pair(operation, operation, status="202"), tmp_path)
    (one,) = _found(path)
    assert one.job["status"] == "$.done"
    assert one.job["states"] == {"running": [False], "succeeded": [True]}
    assert one.job["rules"] == [{"when": "$.error", "state": "failed"}]


def test_a_poll_that_answers_202_until_it_is_done_needs_no_status(tmp_path: Path) -> None:
    paths = _pair(_object(text=TEXT), _object(id=TEXT), status="202")
    paths["/runs/{run_id}"]["get"]["responses"]["202"] = {"description": "Not yet"}
    (one,) = _found(_write(paths, tmp_path))
    assert one.job["rules"] == [
        {"code": 202, "state": "running"},
        {"code": 200, "state": "succeeded"},
    ]
    assert one.job["result"] == {"value": "$"}


def test_an_operation_that_declares_its_life_cycle_is_left_alone(firings: Path) -> None:
    overlay = yaml.safe_load(render_overlay(_found(firings)))
    document = yaml.safe_load(FIRINGS)
    document["paths"]["/firings"]["post"] |= overlay["actions"][0]["update"]
    firings.write_text(yaml.safe_dump(document), "utf-8")
    assert _found(firings) == ()


def test_finds_alarms_and_misses_are_counted_by_label(firings: Path) -> None:
    right = count(firings, ["POST /firings"])
    wrong = count(firings, ["DELETE /firings", "POST /firings/*/cancel"])
    assert right is not None
    assert wrong is not None
    assert (right.right("sure"), right.alarms("sure"), right.missed) == (["POST /firings"], [], [])
    assert wrong.alarms("sure") == ["POST /firings"]
    assert wrong.missed == ["POST /firings/{firing_id}/cancel"]
    assert "| all | 2 | 1+1 | 0+0 | 0+0 | 1 |" in table([right, wrong])
