"""The sandbox of any document: it finds the operation, checks the request, and answers plausibly."""

from __future__ import annotations

import io
import wave
import zipfile
from typing import TYPE_CHECKING, Any

import av
import httpx2
import pytest
from PIL import Image
from tests.runtime.shop import KEY, SHOP, played

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with (
        played(SHOP, tmp_path_factory.mktemp("shop")) as sandbox,
        httpx2.Client(base_url=sandbox.url, headers=KEY) as client,
    ):
        yield client


PATHS = """
paths:
  /files/{name}.{suffix}:
    get:
      parameters:
        - {name: name, in: path, required: true, schema: {type: string}}
        - {name: suffix, in: path, required: true, schema: {type: string, enum: [txt, pdf]}}
      responses: {'200': {description: ok, headers: {X-Kind: {schema: {const: file}}}}}
  /files/latest.txt:
    get:
      responses: {'200': {description: ok, headers: {X-Kind: {schema: {const: latest}}}}}
  /files/{name}:
    get:
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}
  /files/{name}:cancel:
    post:
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      responses: {'202': {description: ok}}
  /elsewhere:
    servers: [{url: /v9}]
    get: {responses: {'204': {description: ok}}}
"""


@pytest.fixture
def paths(tmp_path: Path) -> Iterator[httpx2.Client]:
    with played(PATHS, tmp_path) as sandbox, httpx2.Client(base_url=sandbox.url) as client:
        yield client


def test_a_path_that_says_more_is_found_first(paths: httpx2.Client) -> None:
    assert paths.get("/files/a.pdf").headers["x-kind"] == "file"
    assert paths.get("/files/latest.txt").headers["x-kind"] == "latest"
    assert paths.post("/files/a:cancel").status_code == 202
    assert paths.get("/files/plain").json()["name"] == "plain"
    assert paths.get("/files/a:cancel").json()["name"] == "a:cancel"
    assert paths.delete("/files/latest.txt").headers["allow"] == "GET, HEAD"


ALIKE = """
paths:
  /reports/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {'200': {description: ok, headers: {X-Kind: {schema: {const: number}}}}}
  /reports/{name}:
    get:
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: ok, headers: {X-Kind: {schema: {const: name}}}}}
  /talks:
    post:
      requestBody:
        content: {application/json: {schema: {type: object, properties: {stream: {const: false}}}}}
      responses: {'200': {description: ok, headers: {X-Kind: {schema: {const: whole}}}}}
  /talks#stream:
    post:
      requestBody:
        content: {application/json: {schema: {type: object, properties: {stream: {const: true}}}}}
      responses: {'200': {description: ok, headers: {X-Kind: {schema: {const: stream}}}}}
"""


def test_operations_at_one_path_are_told_apart_by_what_is_sent(tmp_path: Path) -> None:
    with played(ALIKE, tmp_path) as sandbox, httpx2.Client(base_url=sandbox.url) as http:
        assert http.get("/reports/7").headers["x-kind"] == "number"
        assert http.get("/reports/summary").headers["x-kind"] == "name"
        assert http.post("/talks", json={"stream": False}).headers["x-kind"] == "whole"
        assert http.post("/talks", json={"stream": True}).headers["x-kind"] == "stream"
        assert http.post("/talks", json={"stream": 5}).status_code == 400


def test_a_slash_within_a_value_stays_in_it(paths: httpx2.Client) -> None:
    assert paths.get("/files/a%2Fb").json()["name"] == "a/b"
    assert paths.get("/files/a/b").status_code == 404


def test_an_operation_is_there_with_and_without_its_servers_path(
    paths: httpx2.Client, shop: httpx2.Client
) -> None:
    assert paths.get("/elsewhere").status_code == paths.get("/v9/elsewhere").status_code == 204
    assert shop.get("/v1/pets").status_code == shop.get("/pets").status_code == 200


@pytest.mark.parametrize("method", ["DELETE", "TRACE", "PURGE"])
def test_a_method_that_is_none_of_the_path_is_refused(shop: httpx2.Client, method: str) -> None:
    answer = shop.request(method, "/pets")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_a_request_without_a_key_is_refused(shop: httpx2.Client) -> None:
    answer = httpx2.post(f"{shop.base_url}/pets", json={"name": "Rex"})
    assert answer.status_code == 401
    assert "X-Key" in answer.json()["detail"]
    assert "www-authenticate" not in answer.headers  # a key has no challenge


WAYS = """
openapi: 3.1.0
info: {title: Ways, version: '1'}
paths:
  /both: {get: {security: [{a: [], b: []}, {c: []}], responses: {'204': {description: ok}}}}
  /open: {get: {security: [{a: []}, {}], responses: {'204': {description: ok}}}}
components:
  securitySchemes:
    a: {type: apiKey, in: query, name: a}
    b: {type: apiKey, in: cookie, name: b}
    c: {type: http, scheme: basic}
"""


def test_alternatives_of_security_hold_together_what_belongs_together(tmp_path: Path) -> None:
    with played(WAYS, tmp_path) as sandbox, httpx2.Client(base_url=sandbox.url) as http:
        assert http.get("/both?a=1").status_code == 401
        assert http.get("/both?a=1", headers={"cookie": "b=2"}).status_code == 204
        assert http.get("/both", auth=("user", "word")).status_code == 204
        assert http.get("/open").status_code == 204


def test_all_that_is_wrong_is_said_at_once_with_the_status_of_the_document(
    shop: httpx2.Client,
) -> None:
    answer = shop.post("/pets", json={"age": -1})
    assert answer.status_code == answer.json()["status"] == 422
    assert "name" in answer.json()["detail"]
    assert "age" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "word"),
    [("/pets?limit=ten", "limit"), ("/pets?limit=0", "limit"), ("/pets/rex", "petId")],
)
def test_parameters_are_of_their_types_and_within_limits(
    shop: httpx2.Client, path: str, word: str
) -> None:
    answer = shop.get(path)
    assert answer.status_code == 400
    assert word in answer.text


def test_parameters_that_nobody_declares_are_let_through(shop: httpx2.Client) -> None:
    assert shop.get("/pets?utm=x").status_code == 200


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"name=Rex", "application/x-www-form-urlencoded", 415),
        (b'{"name": "Rex"}', "application/json; charset=utf-8", 201),
        (b'{"name": "Rex"}', "application/vnd.shop+json", 201),
    ],
)
def test_a_body_is_of_a_declared_media_type(
    shop: httpx2.Client, content: bytes, media_type: str, status: int
) -> None:
    answer = shop.post("/pets", content=content, headers={"content-type": media_type})
    assert answer.status_code == status, answer.text


STYLES = """
paths:
  /styles/{simple}/{label}/{matrix}:
    get:
      parameters:
        - {name: simple, in: path, required: true, schema: &numbers {type: array, items: {type: integer}}}
        - {name: label, in: path, required: true, style: label, explode: true, schema: *numbers}
        - {name: matrix, in: path, required: true, style: matrix, explode: true, schema: *numbers}
        - {name: form, in: query, schema: *numbers}
        - {name: joined, in: query, explode: false, schema: *numbers}
        - {name: spaced, in: query, style: spaceDelimited, explode: false, schema: *numbers}
        - {name: piped, in: query, style: pipeDelimited, explode: false, schema: *numbers}
        - name: deep
          in: query
          style: deepObject
          schema: {type: object, properties: {low: {type: integer}, tags: {type: array, items: {type: string}}}}
        - {name: json, in: query, content: {application/json: {schema: *numbers}}}
        - {name: X-Numbers, in: header, schema: *numbers}
        - {name: crumbs, in: cookie, explode: false, schema: *numbers}
      responses: {'204': {description: ok}}
"""
GOOD = (
    "/styles/1,2/.1.2/;matrix=1;matrix=2?form=1&form=2&joined=1,2&spaced=1%202&piped=1%7C2"
    "&deep[low]=1&deep[tags][0]=a&deep[tags][1]=b&json=%5B1,2%5D"
)


@pytest.fixture(scope="module")
def styles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with (
        played(STYLES, tmp_path_factory.mktemp("styles")) as sandbox,
        httpx2.Client(base_url=sandbox.url) as client,
    ):
        yield client


def test_every_style_of_parameters_is_read(styles: httpx2.Client) -> None:
    answer = styles.get(GOOD, headers={"X-Numbers": "1, 2", "cookie": "crumbs=1,2"})
    assert answer.status_code == 204, answer.text


@pytest.mark.parametrize(
    ("good", "bad", "name"),
    [
        ("/1,2/", "/1,x/", "simple"),
        (".1.2", ".1.x", "label"),
        ("matrix=2", "matrix=x", "matrix"),
        ("form=2", "form=x", "form"),
        ("joined=1,2", "joined=1,x", "joined"),
        ("1%202", "1%20x", "spaced"),
        ("1%7C2", "1%7Cx", "piped"),
        ("[low]=1", "[low]=x", "deep"),
        ("%5B1,2%5D", "%5B1", "json"),
    ],
)
def test_in_every_style_what_is_wrong_is_found(
    styles: httpx2.Client, good: str, bad: str, name: str
) -> None:
    assert good in GOOD
    answer = styles.get(GOOD.replace(good, bad))
    assert answer.status_code == 400
    assert f"parameter {name}" in answer.text


FORMS = """
paths:
  /forms:
    post:
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: &form
              type: object
              required: [count, names]
              properties:
                count: {type: integer}
                names: {type: array, items: {type: string}}
                meta: {type: object, properties: {deep: {type: boolean}}}
      responses: {'200': {description: ok, content: {application/json: {schema: *form}}}}
  /uploads:
    post:
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [file, count]
              properties: {file: {type: string, format: binary}, count: {type: integer}}
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {type: object, properties: {count: {type: integer}}}}}
  /lines:
    post:
      requestBody:
        content: {application/jsonl: {schema: {type: object, required: [n], properties: {n: {type: integer}}}}}
      responses: {'204': {description: ok}}
"""


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with (
        played(FORMS, tmp_path_factory.mktemp("forms")) as sandbox,
        httpx2.Client(base_url=sandbox.url) as client,
    ):
        yield client


def test_a_form_is_read_as_its_schema_has_it(forms: httpx2.Client) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = forms.post("/forms", content=b"count=2&names=a&names=b", headers=headers)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["count"], answer.json()["names"]) == (2, ["a", "b"])
    wrong = forms.post("/forms", content=b"count=two&names=a", headers=headers)
    assert wrong.status_code == 400
    assert "count" in wrong.text


def test_a_form_in_parts_may_hold_files(forms: httpx2.Client) -> None:
    file = ("a.bin", b"\r\n--bytes\x00\xff\r\n")
    answer = forms.post("/uploads", files={"file": file}, data={"count": "3"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["count"] == 3
    wrong = forms.post("/uploads", files={"file": file})
    assert (wrong.status_code, "count" in wrong.text) == (400, True)


def test_each_of_many_lines_is_checked(forms: httpx2.Client) -> None:
    headers = {"content-type": "application/jsonl"}
    good, bad = b'{"n": 1}\n{"n": 2}\n', b'{"n": 1}\n{"n": "x"}\n'
    assert forms.post("/lines", content=good, headers=headers).status_code == 204
    assert forms.post("/lines", content=bad, headers=headers).status_code == 400


ANSWERS = """
paths:
  /told:
    get:
      responses:
        '200':
          description: ok
          headers: {X-Left: {schema: {type: integer, minimum: 1, maximum: 9}}}
          content:
            application/json:
              schema: &word {type: object, required: [word], properties: {word: {type: string}}}
              examples:
                bad: {value: {word: 5}}
                one: {value: {word: first}}
                two: {value: {word: second}}
        '404':
          description: none
          content: {application/json: {schema: *word}}
  /kinds:
    get:
      responses:
        '200':
          description: ok
          content:
            application/json: {schema: *word}
            text/csv: {schema: {type: string}}
            application/xml: {schema: *word}
            image/png: {}
            image/jpeg: {}
            audio/mpeg: {}
            audio/wav: {}
            video/mp4: {}
            application/pdf: {}
            application/zip: {}
            text/event-stream: {schema: *word}
            application/jsonl: {schema: *word}
  /moved: {get: {responses: {'302': {description: there}}}}
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with (
        played(ANSWERS, tmp_path_factory.mktemp("answers")) as sandbox,
        httpx2.Client(base_url=sandbox.url) as client,
    ):
        yield client


def test_the_first_example_that_is_valid_is_the_answer(answers: httpx2.Client) -> None:
    answer = answers.get("/told")
    assert answer.json() == {"word": "first"}
    assert 1 <= int(answer.headers["x-left"]) <= 9


@pytest.mark.parametrize(
    ("preference", "status", "word"),
    [
        ("example=two", 200, "second"),
        ("code=404", 404, None),
        ('code=200, example="one"', 200, "first"),
        ("wait=5", 200, "first"),
    ],
)
def test_a_caller_may_prefer_an_answer(
    answers: httpx2.Client, preference: str, status: int, word: str | None
) -> None:
    answer = answers.get("/told", headers={"Prefer": preference})
    assert answer.status_code == status
    assert isinstance(answer.json()["word"], str)
    assert word in (None, answer.json()["word"])


def test_a_preferred_answer_may_be_made_up(answers: httpx2.Client) -> None:
    told = answers.get("/told", headers={"Prefer": "dynamic=true"}).json()
    assert told["word"] not in ("first", "second")


def test_an_answer_that_is_not_declared_cannot_be_preferred(answers: httpx2.Client) -> None:
    for preference in ("code=418", "example=three"):
        answer = answers.get("/told", headers={"Prefer": preference})
        assert answer.status_code == 400
        assert preference in answer.text


def test_without_a_success_a_redirection_is_the_answer(answers: httpx2.Client) -> None:
    answer = answers.get("/moved")
    assert answer.status_code == 302
    assert answer.headers["location"]


def get(answers: httpx2.Client, accept: str) -> bytes:
    answer = answers.get("/kinds", headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(accept)
    again = answers.get("/kinds", headers={"accept": accept})
    assert again.content == answer.content
    return answer.content


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_a_real_one(answers: httpx2.Client, kind: str) -> None:
    picture = Image.open(io.BytesIO(get(answers, f"image/{kind.lower()}")))
    assert (picture.format, picture.width > 0) == (kind, True)


@pytest.mark.parametrize("media_type", ["audio/mpeg", "video/mp4"])
def test_sounds_and_films_are_real_ones(answers: httpx2.Client, media_type: str) -> None:
    with av.open(io.BytesIO(get(answers, media_type)), "r") as file:
        assert len(list(file.demux())) > 1


def test_other_files_are_real_ones(answers: httpx2.Client) -> None:
    with wave.open(io.BytesIO(get(answers, "audio/wav"))) as sound:
        assert sound.getnframes() > 0
    assert zipfile.ZipFile(io.BytesIO(get(answers, "application/zip"))).testzip() is None
    assert get(answers, "application/pdf").startswith(b"%PDF-1.")


def test_streams_hold_several_items_and_end(answers: httpx2.Client) -> None:
    events = get(answers, "text/event-stream").decode().strip().split("\n\n")
    assert len(events) > 1
    assert all(event.startswith('data: {"word":') for event in events)
    lines = get(answers, "application/jsonl").splitlines()
    assert len(lines) > 1
    assert get(answers, "application/xml").startswith(b"<?xml")


def test_the_better_liked_content_is_sent(answers: httpx2.Client) -> None:
    def kind(accept: str) -> Any:
        return answers.get("/kinds", headers={"accept": accept}).headers["content-type"]

    assert kind("text/csv;q=0.5, application/xml") == "application/xml"
    assert kind("image/*").startswith("image/")
    assert kind("*/*") == kind("application/x-unknown") == "application/json"
