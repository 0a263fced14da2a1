"""The sandbox keeps to the letter of a document: whom it lets in, what it takes, what it answers."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from tests.runtime.shop import played

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LETTER = """
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
    user: {type: http, scheme: basic}
    key: {type: apiKey, in: query, name: key}
  schemas:
    Saw: {type: object, properties: {kind: {const: saw, default: saw}, teeth: {type: integer}}}
    Awl: {type: object, properties: {kind: {const: awl, default: awl}, tip: {type: string}}}
    Broken:
      oneOf:
        - {type: object, additionalProperties: false, required: [error], properties: {error: {type: string}}}
        - {type: object, additionalProperties: false, required: [errors, count],
           properties: {errors: {type: array, items: {type: string}}, count: {type: integer}}}
paths:
  /safe:
    get:
      security: [{token: []}, {user: []}, {key: []}]
      responses: {'200': {description: ok}}
  /tools:
    get:
      parameters:
        - {name: price, in: query, schema: {type: integer, format: int64}}
        - {name: weight, in: query, schema: {type: integer, format: int32}}
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Named'}}}}
    post:
      parameters: [{name: Prefer, in: header, schema: {type: string, pattern: '^wait(=[0-9]+)?$'}}]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              properties:
                name: {type: string}
                weight: {type: integer, format: int32}
                made:
                  oneOf: [{$ref: '#/components/schemas/Saw'}, {$ref: '#/components/schemas/Awl'}]
                  discriminator: {propertyName: kind}
      responses:
        '201':
          description: ok
          headers: {Location: {required: true, schema: {type: string, format: uri}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Named'}}}
        '422': {description: wrong, content: {application/json: {schema: {$ref: '#/components/schemas/Broken'}}}}
  /tools/{name}:
    get:
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Named'}}}}
  /tools/search:
    post: {responses: {'204': {description: ok}}}
  /pictures:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              properties: {title: {type: string, maxLength: 5}, picture: {type: string, format: binary}}
      responses: {'204': {description: ok}, '400': {description: wrong}}
  /people#all:
    get:
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Person'}}}}
    post:
      requestBody: {content: {application/json: {schema: {type: object, properties: {name: {type: string}}}}}}
      responses:
        '201': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Person'}}}}
  /people/{person}#one:
    get:
      parameters: [{name: person, in: path, required: true, schema: {type: string, pattern: '^PE[0-9a-f]{8}$'}}]
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Person'}}}}
"""
SCHEMAS = """
    Named: {type: object, required: [name], properties: {name: {type: string}}}
    Person: {type: object, required: [id], properties: {id: {type: string}, name: {type: string}}}
"""


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    document = LETTER.replace("paths:\n", f"{SCHEMAS.strip(chr(10))}\npaths:\n", 1)
    with (
        played(document, tmp_path_factory.mktemp("letter")) as sandbox,
        httpx2.Client(base_url=sandbox.url) as client,
    ):
        yield client


def basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("Bearer anything", 200),
        ("Bearer an-INVALID-one", 401),
        (basic("ann", "secret"), 200),
        (basic("ann", "invalid"), 401),
        (basic("Invalid", "secret"), 401),
        ("Bearer", 401),
    ],
)
def test_a_key_that_says_it_is_invalid_is_refused(
    http: httpx2.Client, key: str, status: int
) -> None:
    assert http.get("/safe", headers={"authorization": key}).status_code == status


def test_a_refused_key_is_told_from_a_missing_one(http: httpx2.Client) -> None:
    assert "no API key was sent" in http.get("/safe").text
    refused = http.get("/safe", params={"key": "invalid"})
    assert (refused.status_code, "'invalid'" in refused.text) == (401, True)
    assert http.get("/safe", params={"key": "valid"}).status_code == 200


def test_a_newline_in_a_path_is_answered_like_any_other_unknown_one(http: httpx2.Client) -> None:
    for path in ("/tools/a%0Ab", "/nowhere%0A"):
        answer = http.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_an_address_of_any_letters_is_one_that_can_be_followed(http: httpx2.Client) -> None:
    made = http.post("/tools", json={"name": "Säge/\u4616"})
    assert made.headers["location"].isascii()
    assert http.get(made.headers["location"]).json()["name"] == "Säge/\u4616"


def test_a_path_of_words_has_no_methods_of_a_template_beside_it(http: httpx2.Client) -> None:
    answer = http.get("/tools/search")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert http.post("/tools/search").status_code == 204


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("price=9223372036854775807", 200),
        ("price=9223372036854775808", 400),
        ("price=8923238520125284111351808", 400),
        ("weight=2147483648", 400),
        ("weight=1&weight=2", 400),
        ("weight=1.0", 400),
    ],
)
def test_numbers_stay_within_their_formats_and_come_once(
    http: httpx2.Client, query: str, status: int
) -> None:
    assert http.get(f"/tools?{query}").status_code == status


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        ({"made": {}}, True),
        ({"made": {"teeth": 7}}, True),
        ({"made": {"kind": "awl", "tip": "sharp"}}, True),
        ({"made": {"kind": "axe"}}, False),
        ({"made": {"kind": "saw", "teeth": "many"}}, False),
        ({"weight": 2**31}, False),
    ],
)
def test_a_word_that_tells_variants_apart_is_demanded_only_where_they_demand_it(
    http: httpx2.Client, body: dict[str, Any], fits: bool
) -> None:
    assert http.post("/tools", json=body).status_code == (201 if fits else 422)


def test_a_refusal_has_the_status_and_the_shape_that_are_declared(http: httpx2.Client) -> None:
    wrong = [
        http.post("/tools", content=b"{", headers={"content-type": "application/json"}),
        http.post("/tools", content=b"x", headers={"content-type": "text/plain"}),
        http.post("/tools"),
        http.post("/tools", json={"name": 5}),
        http.post("/tools", json={}, headers={"prefer": "haste"}),
    ]
    for answer in wrong:
        assert answer.status_code == 422
        assert answer.json().keys() in ({"error"}, {"errors", "count"})


def test_parts_of_a_form_keep_to_their_limits_whatever_their_file_names(
    http: httpx2.Client,
) -> None:
    for name in (None, "title.txt"):
        for title, status in ((b"much too long", 400), (b"short", 204)):
            files = {"title": (name, title), "picture": ("a.png", b"\x89PNG")}
            assert http.post("/pictures", files=files).status_code == status


def test_an_id_is_one_that_the_parameter_takes(http: httpx2.Client) -> None:
    made = [http.post("/people", json={"name": "Ann"}).json()["id"] for _ in range(3)]
    assert len(set(made)) == 3
    for each in made:
        assert re.fullmatch("PE[0-9a-f]{8}", each)
        assert http.get(f"/people/{each}").json() == {"id": each, "name": "Ann"}
    assert [each["id"] for each in http.get("/people").json()] == made


def test_what_the_document_says_of_prefer_is_its_own(http: httpx2.Client) -> None:
    for prefer, status in (("wait=9", 201), ("code=422", 422), ("wait, code=422", 422)):
        answer = http.post("/tools", json={"name": "saw"}, headers={"prefer": prefer})
        assert answer.status_code == status


def test_a_long_list_shows_the_newest_hundred(http: httpx2.Client) -> None:
    for number in range(101):
        http.post("/tools", json={"name": f"tool {number}"})
    shown = [each["name"] for each in http.get("/tools").json()]
    assert (len(shown), shown[-1]) == (100, "tool 100")


CALLED = """
paths:
  /links:
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Link'}}}}
      responses: {'201': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Link'}}}}}
  /links/{link_id_or_name}:
    get:
      parameters: [{name: link_id_or_name, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Link'}}}}}
  /talks:
    post:
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {type: object, required: [talkId], properties: {talkId: {type: string}, said: {type: string}}}
  /talks/{talk_id}:
    get:
      parameters: [{name: talk_id, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {type: object, required: [id], properties: {id: {type: string}, title: {type: string}}}
  /talks/{talk_id}/words:
    post:
      parameters: [{name: talk_id, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {type: object, required: [talkId, id], properties: {talkId: {type: string}, id: {type: string}}}
components:
  schemas:
    Link: {type: object, properties: {id: {type: string, format: uuid, readOnly: true}, name: {type: string}}}
"""


def test_a_thing_is_found_by_whatever_the_document_calls_it(tmp_path: Path) -> None:
    with played(CALLED, tmp_path) as sandbox, httpx2.Client(base_url=sandbox.url) as http:
        made = http.post("/links", json={"name": "north"}).json()
        assert http.get(f"/links/{made['id']}").json() == made
        assert http.get("/links/north").json() == made
        talk = http.post("/talks").json()["talkId"]
        assert http.get(f"/talks/{talk}").json()["id"] == talk
        assert http.post(f"/talks/{talk}/words").json()["talkId"] == talk


CHOICE = """
components:
  schemas:
    Rough: {type: object, required: [id, state], properties: {id: {type: string}, state: {enum: [rough, done]}}}
    Fine:
      type: object
      required: [id, state, name]
      properties: {id: {type: string}, state: {enum: [rough, done]}, name: {type: string}}
    Closed: {type: object, additionalProperties: false, required: [note], properties: {note: {type: string}}}
paths:
  /designs:
    post:
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {name: {type: string}, note: {type: string}}}
      responses:
        '201':
          description: ok
          content:
            application/json:
              schema:
                oneOf: [{$ref: '#/components/schemas/Fine'}, {$ref: '#/components/schemas/Rough'}]
  /notes:
    put:
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {name: {type: string}, note: {type: string}}}
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                oneOf:
                  - {$ref: '#/components/schemas/Closed'}
                  - {type: object, required: [id, name], properties: {id: {type: string}, name: {type: integer}}}
"""


def test_exactly_one_branch_of_a_choice_is_met(tmp_path: Path) -> None:
    with played(CHOICE, tmp_path) as sandbox, httpx2.Client(base_url=sandbox.url) as http:
        rough = http.post("/designs", json={"name": "Oak"}).json()
        assert rough.keys() >= {"id", "state"}
        assert "name" not in rough
        note = http.put("/notes", json={"name": "Oak", "note": "soft"}).json()
        assert note == {"note": "soft"}


CONTENTS = """
paths:
  /prints:
    post:
      operationId: print
      requestBody:
        required: true
        content:
          application/json: {schema: {type: object, required: [text]}}
          application/vnd.prints.v2+json: {schema: {type: object, required: [lines]}}
          application/json;version=3: {schema: {type: object, required: [pages]}}
      responses:
        '201': {description: ok, content: {application/json: {schema: {type: object}}, text/csv: {}}}
        '406': {description: nothing of that kind}
        '422': {description: wrong}
"""


def test_each_content_of_a_body_has_its_own_schema(tmp_path: Path) -> None:
    sent = {
        "application/json": "text",
        "application/json; charset=utf-8": "text",
        "application/vnd.prints.v2+json": "lines",
        "application/json; version=3": "pages",
    }
    with played(CONTENTS, tmp_path) as sandbox, httpx2.Client(base_url=sandbox.url) as http:
        for kind, member in sent.items():
            for name in ("text", "lines", "pages"):
                headers = {"content-type": kind}
                answer = http.post("/prints", content=f'{{"{name}": 1}}', headers=headers)
                assert answer.status_code == (201 if name == member else 422), (kind, name)


def test_who_accepts_nothing_that_there_is_gets_406_where_that_is_declared(tmp_path: Path) -> None:
    with played(CONTENTS, tmp_path) as sandbox, httpx2.Client(base_url=sandbox.url) as http:
        for accepted, status in (("text/csv", 201), ("*/*", 201), ("image/*", 406)):
            headers = {"accept": accepted}
            assert http.post("/prints", json={"text": 1}, headers=headers).status_code == status
