"""What bench/ counts must be worth something: the counting code, each claim on a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bench.annotations import look
from bench.described import Described, describe, numbered_word
from bench.reached import peer_operations, woven_operations
from tests.weaving import lay

from specloom.pipeline import weave

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = """
openapi: 3.2.0
info: {title: Kites, version: '1'}
paths:
  /kites:
    get: {responses: {'200': {description: ok}}}
    query: {responses: {'200': {description: ok}}}
    additionalOperations:
      LINK: {responses: {'200': {description: ok}}}
    parameters: []
  /kites/{id}:
    $ref: '#/components/pathItems/Kite'
  /strings: {$ref: 'strings.yaml#/one~1item'}
  x-notes: {get: {responses: {}}}
webhooks:
  lost: {post: {responses: {'200': {description: ok}}}}
components:
  pathItems:
    Kite:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      delete: {responses: {'200': {description: ok, content: {application/json: {schema: {}}}}}}
  schemas:
    Kite:
      type: object
      properties:
        tail: {}
        knots: {type: array, items: true}
        colour: {type: string}
        wind: {allOf: [{$ref: '#/components/schemas/Wind'}, {description: said here}]}
    Wind: {type: object, properties: {speed: {type: number}}}
"""


@pytest.fixture
def described(tmp_path: Path) -> Described:
    (tmp_path / "kites.yaml").write_text(DOCUMENT, "utf-8")
    (tmp_path / "strings.yaml").write_text("one/item: {put: {responses: {}}}\n", "utf-8")
    return describe(tmp_path / "kites.yaml")


def test_operations_are_found_where_references_lead_and_beyond_the_usual_methods(
    described: Described,
) -> None:
    assert set(described.operations) == {
        ("GET", "/kites"),
        ("QUERY", "/kites"),
        ("LINK", "/kites"),
        ("DELETE", "/kites/{id}"),
        ("PUT", "/strings"),
    }


def test_what_the_document_leaves_open_is_told_from_what_it_types(described: Described) -> None:
    assert {"tail", "knots"} <= described.loose
    assert not {"colour", "wind", "speed", "kite"} & described.loose
    assert described.free == {("DELETE", "/kites/{id}")}


@pytest.fixture
def woven(tmp_path: Path) -> Path:
    document = tmp_path / "small.yaml"
    document.write_text(
        "openapi: 3.1.0\n"
        "info: {title: Small, version: '1'}\n"
        "paths:\n"
        "  /kites/{id}:\n"
        "    parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n"
        "    get: {operationId: getKite, tags: [kites], responses: {'204': {description: ok}}}\n"
        "    delete: {operationId: dropKite, tags: [kites], responses: {'204': {description: ok}}}\n",
        "utf-8",
    )
    lay(weave(document, package="small"), "small", tmp_path, runtime=False)
    return tmp_path / "small"


BOTH = {("GET", "/kites/{id}"), ("DELETE", "/kites/{id}")}


def test_all_operations_of_a_woven_client_are_reached(woven: Path) -> None:
    assert woven_operations(woven) == BOTH


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    def drop(", "    def _drop("),  # not public
        ("        return self._call(DROP", "        return self._call(GET"),  # calls another
        ("    drop = awaited(Kites.drop)\n", ""),  # sync alone
        (
            "    drop = awaited(Kites.drop)\n",
            "    drop = awaited(Kites.get)\n",
        ),  # the twin of another
    ],
)
def test_an_operation_that_a_client_drops_is_not_reached(woven: Path, old: str, new: str) -> None:
    module = woven / "resources" / "kites.py"
    text = module.read_text("utf-8")
    assert old in text
    module.write_text(text.replace(old, new, 1), "utf-8")
    assert woven_operations(woven) == {("GET", "/kites/{id}")}


def test_a_resource_that_no_client_gives_is_not_reached(woven: Path) -> None:
    client = woven / "_client.py"
    client.write_text(
        client.read_text("utf-8").replace("return Kites(self)", "return None"), "utf-8"
    )
    assert woven_operations(woven) == set()


def test_operations_of_a_module_that_does_not_import_are_not_reached(woven: Path) -> None:
    assert woven_operations(woven, frozenset({"resources.kites"})) == set()


def test_the_peer_s_operations_are_those_of_modules_with_functions_to_call(tmp_path: Path) -> None:
    module = tmp_path / "api" / "a" / "get_a.py"
    module.parent.mkdir(parents=True)
    module.write_text(
        "def _get_kwargs(id):\n"
        '    return {"method": "get", "url": "/a/{id_}".format(id_=id)}\n'
        "def sync_detailed(): ...\n"
        "async def asyncio_detailed(): ...\n",
        "utf-8",
    )
    assert peer_operations(tmp_path) == {("GET", "/a/{}")}
    module.write_text(module.read_text("utf-8").replace("def sync_detailed(): ...\n", ""), "utf-8")
    assert peer_operations(tmp_path) == set()


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("VolumesExt4", "ext4"),
        ("reserved_i_pv_6", "pv6"),
        ("Kite", ""),
        ("ListResponse_2", "response2"),
    ],
)
def test_the_word_that_a_number_belongs_to_is_found(name: str, word: str) -> None:
    assert numbered_word(name) == word


def test_any_and_numbers_are_held_against_the_document(
    tmp_path: Path, described: Described
) -> None:
    package = tmp_path / "pkg"
    (package / "models").mkdir(parents=True)
    (package / "models" / "kites.py").write_text(
        "class Kite(Model):\n    tail: Any\n    colour: Any\n    wind: Wind\n\n"
        "class Kite2(Model):\n    knots: list[Any]  # noqa\n",
        "utf-8",
    )
    seen = look(package, ("models",), described)
    assert [one.partition(" ")[2] for one in seen.open] == ["Kite.colour: Any"]
    assert (seen.typed, seen.open_told) == (4, 2)
    assert [one.partition(" ")[2] for one in seen.numbered] == ["Kite2"]
    assert seen.excuses == ["models/kites.py: # noqa"]
