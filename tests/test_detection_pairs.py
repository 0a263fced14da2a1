"""`specloom detect`: what joins a submit and its poll, and where their life cycle stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from pathlib import Path


def test_envelopes_are_opened_and_an_id_is_found_by_its_name(tmp_path: Path) -> None:
    words = words_of("pending", "processing", "complete")
    paths = pair_of(
        object_of(data=object_of(attributes=object_of(status=words))),
        object_of(run=object_of(id=TEXT)),
    )
    (one,) = found_in(write_kilns(paths, tmp_path))
    assert one.job["id"] == "$.run.id"
    assert one.job["status"] == "$.data.attributes.status"


def test_several_ids_are_several_jobs(tmp_path: Path) -> None:
    ids = {"type": "array", "items": TEXT}
    poll = object_of(status=words_of("queued", "running", "done"))
    (one,) = found_in(write_kilns(pair_of(poll, object_of(run_ids=ids)), tmp_path))
    assert one.job["id"] == "$.run_ids[*]"


def test_a_link_leads_to_a_poll_at_another_place(tmp_path: Path) -> None:
    answer = answer_of(object_of(ticket=TEXT, id=TEXT))
    answer["links"] = {"later": {"operationId": "look", "parameters": {"at": "$response.body#/id"}}}
    words = words_of("queued", "running", "done")
    paths = {
        "/bricks": {"post": {"responses": {"202": answer}}},
        "/elsewhere/{at}": {
            "get": {"operationId": "look", "responses": {"200": answer_of(object_of(status=words))}}
        },
    }
    (one,) = found_in(write_kilns(paths, tmp_path))
    assert one.job["id"] == "$.id"
    assert one.job["poll"] == {"operationId": "look", "parameters": {"at": "$id"}}
    assert "a Link of its answer leads to the poll" in texts_of([one])


def test_a_url_in_the_answer_is_polled_where_there_is_no_id(tmp_path: Path) -> None:
    paths = pair_of(
        object_of(status=words_of("queued", "running", "done")),
        object_of(status_url={"type": "string", "format": "uri"}),
    )
    (one,) = found_in(write_kilns(paths, tmp_path))
    assert "id" not in one.job
    assert one.job["poll"] == {"operationId": "getRun", "url": "$.status_url"}


def test_a_header_with_the_place_of_the_operation_is_polled(tmp_path: Path) -> None:
    headers = {"Operation-Location": {"schema": {"type": "string"}}}
    words = words_of("notStarted", "running", "succeeded", "failed")
    paths = pair_of(object_of(status=words), {})
    paths["/runs"]["post"]["responses"] = {"202": {"description": "x", "headers": headers}}
    (one,) = found_in(write_kilns(paths, tmp_path))
    assert one.job["poll"]["url"] == "$response.header.Operation-Location"


def test_the_id_may_go_into_the_query(tmp_path: Path) -> None:
    run = object_of(id=TEXT, status=words_of("queued", "running", "done"))
    asked = {"parameters": [parameter_of("id", "query")], "responses": {"200": answer_of(run)}}
    paths = {
        "/shot/create": {"get": {"operationId": "create", "responses": {"200": answer_of(run)}}},
        "/shot/info": {"get": {"operationId": "info", **asked}},
    }
    (one,) = found_in(write_kilns(paths, tmp_path))
    assert (one.method, one.path) == ("GET", "/shot/create")
    assert one.job["poll"] == {"operationId": "info", "parameters": {"id": "$id"}}


def test_what_the_poll_needs_besides_comes_from_the_submit(tmp_path: Path) -> None:
    run = object_of(id=TEXT, status=words_of("queued", "running", "done"))
    paths = {
        "/kilns/{kiln}/runs": {"post": {"responses": {"202": answer_of(run)}}},
        "/kilns/{kiln}/runs/{id}": {"get": {"responses": {"200": answer_of(run)}}},
    }
    (one,) = found_in(write_kilns(paths, tmp_path))
    assert one.job["poll"]["parameters"] == {"kiln": "$request.path.kiln", "id": "$id"}


def test_a_poll_that_cannot_be_called_is_not_proposed(tmp_path: Path) -> None:
    run = object_of(id=TEXT, status=words_of("queued", "running", "done"))
    paths = pair_of(run, run, status="202")
    paths["/runs/{run_id}"]["get"]["parameters"] = [parameter_of("secret", "query")]
    assert found_in(write_kilns(paths, tmp_path)) == ()


def test_an_operation_that_gives_the_result_is_called(tmp_path: Path) -> None:
    run = object_of(id=TEXT, status=words_of("queued", "running", "done"))
    video = {"description": "x", "content": {"video/mp4": {}}}
    paths = pair_of(run, run, status="202")
    paths["/runs/{run_id}/download"] = {
        "get": {"operationId": "download", "responses": {"200": video}}
    }
    (one,) = found_in(write_kilns(paths, tmp_path))
    assert one.job["result"] == {"operationId": "download", "parameters": {"run_id": "$id"}}


def test_a_flag_that_it_is_done_is_a_status(tmp_path: Path) -> None:
    operation = object_of(
        id=TEXT,
        done={"type": "boolean"},
        error=object_of(code={"type": "integer"}, message=TEXT),
        response=object_of(),
    )
    path = write_kilns(pair_of(operation, operation, status="202"), tmp_path)
    (one,) = found_in(path)
    assert one.job["status"] == "$.done"
    assert one.job["states"] == {"running": [False], "succeeded": [True]}
    assert one.job["rules"] == [{"when": "$.error", "state": "failed"}]


def test_a_poll_that_answers_202_until_it_is_done_needs_no_status(tmp_path: Path) -> None:
    paths = pair_of(object_of(text=TEXT), object_of(id=TEXT), status="202")
    paths["/runs/{run_id}"]["get"]["responses"]["202"] = {"description": "Not yet"}
    (one,) = found_in(write_kilns(paths, tmp_path))
    assert one.job["rules"] == [
        {"code": 202, "state": "running"},
        {"code": 200, "state": "succeeded"},
    ]
    assert one.job["result"] == {"value": "$"}
