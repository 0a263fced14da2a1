"""`specloom detect`: life cycles as large services have them, with operations, links, references and handles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.kilns import (
    TEXT,
    answer_of,
    found_in,
    object_of,
    pair_of,
    parameter_of,
    words_of,
    write_kilns,
)

from specloom.detection import render_overlay
from specloom.pipeline import read_api

if TYPE_CHECKING:
    from pathlib import Path

    from specloom.detection.proposals import Proposal

STATUS = words_of("queued", "running", "done", "failed")
URL = {"type": "string", "format": "uri"}
ERROR = object_of(code=TEXT, message=TEXT)


def one_of(paths: Any, folder: Path, **schemas: Any) -> Proposal:
    """The only find; what it says fits the document."""
    path = write_kilns(paths, folder)
    if schemas:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"components: {json.dumps({'schemas': schemas})}\n")
    (one,) = found_in(path)
    overlay = folder / "proposed.overlay.yaml"
    overlay.write_text(render_overlay([one]), "utf-8")
    read = read_api(path, overlays=[overlay])
    assert read.api is not None, read.findings
    assert "path-unresolved" not in read.findings
    return one


def get(name: str, answer: Any, **more: Any) -> Any:
    return {"get": {"operationId": name, "responses": {"200": answer_of(answer)}, **more}}


def post(name: str, answer: Any, status: str = "200", **more: Any) -> Any:
    return {"post": {"operationId": name, "responses": {status: answer_of(answer)}, **more}}


def test_a_long_running_operation_is_a_job(tmp_path: Path) -> None:
    shared = {"$ref": "#/components/schemas/Operation"}
    operation = object_of(name=TEXT, done={"type": "boolean"}, error=ERROR, response=object_of())
    paths = {
        "/models/{model}:predict": post("predict", shared),
        "/operations/{operation}": get("getOperation", shared),
    }
    one = one_of(paths, tmp_path, Operation=operation)
    assert one.sureness == "sure"
    assert one.job["id"] == "$.name"
    assert one.job["poll"] == {"operationId": "getOperation", "parameters": {"operation": "$id"}}
    assert one.job["rules"] == [{"when": "$.error", "state": "failed"}]


def test_a_handle_is_named_by_what_it_is_of(tmp_path: Path) -> None:
    told = object_of(renderHandle=TEXT, message=TEXT)
    responses = {"200": answer_of(object_of(data=TEXT)), "202": answer_of(told)}
    paths = {
        "/renders": {"post": {"operationId": "render", "responses": responses}},
        "/renders/{handle}": {"get": {"operationId": "look", "responses": responses}},
    }
    one = one_of(paths, tmp_path)
    assert (one.sureness, one.job["id"]) == ("sure", "$.renderHandle")


def test_what_reads_and_is_read_again_by_its_id_is_a_job(tmp_path: Path) -> None:
    state = words_of("UploadComplete", "InProgress", "JobComplete", "Failed")
    query = object_of(id=TEXT, state=state)
    paths = {"/jobs/query": post("query", query), "/jobs/query/{job_id}": get("look", query)}
    one = one_of(paths, tmp_path)
    assert one.sureness == "likely"
    assert one.job["states"]["queued"] == ["UploadComplete"]
    assert one.job["states"]["succeeded"] == ["JobComplete"]


def test_an_id_may_be_named_as_the_path_of_the_poll(tmp_path: Path) -> None:
    paths = {
        "/docs": post("makeDoc", object_of(status_id=TEXT)),
        "/status/{id}": get("look", object_of(status=STATUS, download_url=URL)),
    }
    assert one_of(paths, tmp_path).job["id"] == "$.status_id"


def test_a_reference_to_a_job_holds_its_id_and_an_error_is_no_result(tmp_path: Path) -> None:
    failed = object_of(reason=TEXT, message=TEXT)
    state = object_of(state=words_of("PENDING", "RUNNING", "DONE"), errorResult=failed)
    job = object_of(jobReference=object_of(jobId=TEXT), status=state)
    one = one_of({"/jobs": post("run", job), "/jobs/{jobId}": get("look", job)}, tmp_path)
    assert one.job["id"] == "$.jobReference.jobId"
    assert one.job["rules"] == [{"when": "$.status.errorResult", "state": "failed"}]
    assert one.job["error"]["message"] == "$.status.errorResult.message"
    assert "result" not in one.job


def test_a_text_beside_the_status_makes_no_failure(tmp_path: Path) -> None:
    run = object_of(id=TEXT, status=words_of("queued", "running", "done"), status_message=TEXT)
    assert "rules" not in one_of(pair_of(run, run), tmp_path).job


@pytest.mark.parametrize("link", [URL, object_of(href=URL)], ids=["text", "object"])
def test_a_link_to_the_poll_may_be_an_object(tmp_path: Path, link: Any) -> None:
    accepted = object_of(_links=object_of(self=link))
    paths = {
        "/edits": post("edit", accepted, "202"),
        "/edits/status/{id}": get("look", object_of(status=STATUS)),
    }
    one = one_of(paths, tmp_path)
    path = "$._links.self" if link is URL else "$._links.self.href"
    assert one.job["poll"] == {"operationId": "look", "url": path}


def test_the_file_is_asked_for_by_a_query(tmp_path: Path) -> None:
    file = object_of(file=object_of(file_id=TEXT, download_url=URL), base=object_of(code=TEXT))
    query = [parameter_of("file_id", "query")]
    paths = {
        "/renders": post("render", object_of(id=TEXT)),
        "/renders/{id}": get("look", object_of(status=STATUS, file_id=TEXT)),
        "/files/retrieve": get("retrieve", file, parameters=query),
    }
    assert one_of(paths, tmp_path).job["result"] == {
        "operationId": "retrieve",
        "parameters": {"file_id": "$.file_id"},
        "value": "$",
        "files": "$.file.download_url",
    }
