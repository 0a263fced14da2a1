"""The answers about jobs keep to the letter of a document: headers, media types, ids, refusals."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx2
from starlette.testclient import TestClient
from tests.runtime.shop import played

from specloom.targets.client.runtime.sandbox.intake import Intake

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

JOBS = """
paths:
  /films:
    post:
      operationId: createFilm
      x-job:
        id: $.id
        poll: {operationId: getFilm, parameters: {film: $id}}
        cancel: {operationId: stopFilm, parameters: {film: $id}}
        status: $.state
        states: {running: [busy], succeeded: [done]}
      responses:
        '202':
          description: ok
          headers:
            Location: {required: true, schema: {type: string, format: uri}}
            X-Limit: {required: true, schema: {type: integer}}
            Retry-After: {required: true, schema: {type: integer}}
          content: {application/vnd.films+json: {schema: {$ref: '#/components/schemas/Film'}}}
  /films/{film}:
    get:
      operationId: getFilm
      parameters: [{name: film, in: path, required: true, schema: {type: string, pattern: '^FI[0-9]$'}}]
      responses:
        '200':
          description: ok
          headers: {X-Limit: {required: true, schema: {type: integer}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Film'}}}
    delete:
      operationId: deleteFilm
      parameters: [{name: film, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: ok}}
  /films/{film}/stop:
    post:
      operationId: stopFilm
      parameters: [{name: film, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: ok}, '422': {description: wrong}}
components:
  schemas:
    Film:
      anyOf:
        - type: object
          required: [id, state]
          properties: {id: {anyOf: [{type: string}, {type: 'null'}]}, state: {enum: [busy, done]}}
        - {type: object, required: [fault], properties: {fault: {type: string}}}
"""


def test_the_answers_of_a_job_have_all_that_is_declared_of_them(tmp_path: Path) -> None:
    with played(JOBS, tmp_path) as sandbox, httpx2.Client(base_url=sandbox.url) as http:
        begun = http.post("/films")
        assert begun.headers["content-type"] == "application/vnd.films+json"
        assert begun.headers["location"] == f"{sandbox.url}/films/{begun.json()['id']}"
        assert begun.headers["x-limit"].isdecimal()
        assert begun.headers["retry-after"] == "0"
        polled = http.get(begun.headers["location"])
        assert polled.json() == {"id": begun.json()["id"], "state": "done"}
        assert polled.headers["x-limit"].isdecimal()


def test_an_id_never_comes_again_even_when_its_job_is_gone(tmp_path: Path) -> None:
    with played(JOBS, tmp_path) as sandbox, httpx2.Client(base_url=sandbox.url) as http:
        first = http.post("/films").json()["id"]
        assert re.fullmatch("FI[0-9]", first)
        http.delete(f"/films/{first}")
        assert http.post("/films").json()["id"] != first
        assert http.get(f"/films/{first}").status_code == 404


def test_an_id_that_nothing_fits_is_one_that_the_poll_takes(tmp_path: Path) -> None:
    told = JOBS.replace("{anyOf: [{type: string}, {type: 'null'}]}", "{type: string, format: uuid}")
    taken = told.replace("schema: {type: string, pattern: '^FI[0-9]$'}", "schema: {type: integer}")
    with played(taken, tmp_path) as sandbox, httpx2.Client(base_url=sandbox.url) as http:
        for _ in range(5):
            film = http.post("/films").json()["id"]
            assert http.get(f"/films/{film}").json()["state"] == "done"


def test_who_cancels_too_late_is_not_told_to_have_asked_wrongly(tmp_path: Path) -> None:
    with played(JOBS, tmp_path) as sandbox, httpx2.Client(base_url=sandbox.url) as http:
        film = http.post("/films").json()["id"]
        assert http.post(f"/films/{film}/stop").status_code == 204
        assert http.get(f"/films/{film}").json()["state"] == "done"


def test_a_fault_of_the_sandbox_itself_is_told_and_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Intake, "take", fail)
    application = played(JOBS, tmp_path).application()
    try:
        answer = TestClient(application.asgi).post("/films")
    finally:
        application.close()
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "sandbox_error"
    assert "ZeroDivisionError" in caplog.text
