"""`api.md` of a woven client: every call once, with its path; nothing of a document is markup there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specloom.pipeline import weave

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = """
openapi: 3.1.0
info: {title: 'A <b>shop</b>', version: 1.0.0}
servers: [{url: https://api.example.com}]
paths:
  /things/{id}:
    get:
      operationId: getThing
      tags: [things]
      summary: "One | two <script>x</script> ](javascript:x)"
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: deep, in: query, schema: {type: integer}}
      responses: {'204': {description: Done.}}
  /th|ings:
    post:
      operationId: createThing
      tags: [things]
      deprecated: true
      responses: {'204': {description: Done.}}
"""


def test_every_call_stands_on_a_line_with_its_path(tmp_path: Path) -> None:
    document = tmp_path / "api.yaml"
    document.write_text(DOCUMENT, "utf-8")
    woven = weave(document, package="shop")
    text = next(file for file in woven.files if file.path == "client/api.md").content.decode()
    rows = [line for line in text.splitlines() if line.startswith("| `client.")]

    assert rows[0].startswith(
        "| `client.things.get(id, *, deep=...) -> None` | `GET /things/{id}` | "
    )
    assert rows[1] == "| `client.things.create() -> None` | `POST /th\\|ings` | **Deprecated.** |"
    assert "<script>" not in text
    assert "<b>" not in text
    assert "\\](javascript" in text  # no link
    assert "[`client.things`](#clientthings)" in text
    assert "[`shop/resources/things.py`](shop/resources/things.py)" in text


def test_the_readme_leads_to_it(tmp_path: Path) -> None:
    document = tmp_path / "api.yaml"
    document.write_text(DOCUMENT, "utf-8")
    files = {file.path: file.content for file in weave(document, package="shop").files}

    assert b"[api.md](api.md)" in files["client/README.md"]
