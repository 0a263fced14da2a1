"""Nodes: values of a document that know where they stand."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from specloom.diagnostics import Location, Report
from specloom.openapi.tree import Tree
from specloom.source.references import Documents

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    path = tmp_path / "api.yaml"
    path.write_text(dedent("""\
        openapi: 3.1.0
        info: {title: t, version: 1.10}
        paths: {}
        components:
          schemas:
            Pet: {type: object, properties: {name: {type: string}}, x-name: Animal}
            Pets: {type: array, items: {$ref: '#/components/schemas/Pet'}}
            Loop: {$ref: '#/components/schemas/Loop'}
            Lost: {$ref: '#/components/schemas/Nowhere'}
        """))
    return Tree(Documents.load(path, Report()))


def at(tree: Tree, *pointer: str | int) -> Location:
    return Location(tree.documents.root.file, pointer)


def test_whichever_way_leads_there_a_place_has_one_node(tree: Tree) -> None:
    pet = tree.node(at(tree, "components", "schemas", "Pet"))
    items = tree.node(at(tree, "components", "schemas", "Pets", "items"))
    assert items.follow() is items.reference() is pet
    assert pet.at == at(tree, "components", "schemas", "Pet")
    assert dict(pet.items("properties"))["name"] is dict(pet.items("properties"))["name"]


def test_a_value_that_is_replaced_has_a_node_of_its_own(tree: Tree) -> None:
    pet = tree.node(at(tree, "components", "schemas", "Pet"))
    before = pet.get("properties")
    pet.value["properties"] = {"age": {"type": "integer"}}
    after = pet.get("properties")
    assert before is not None
    assert after is not None
    assert [name for name, _ in after.items()] == ["age"]
    assert [name for name, _ in before.items()] == ["name"]


def test_a_reference_that_is_replaced_leads_elsewhere(tree: Tree) -> None:
    items = tree.node(at(tree, "components", "schemas", "Pets", "items"))
    assert items.follow().at.pointer[-1] == "Pet"
    items.value["$ref"] = "#/components/schemas/Pets"
    assert items.follow().at.pointer[-1] == "Pets"


@pytest.mark.parametrize("name", ["Loop", "Lost"])
def test_a_reference_that_leads_nowhere_leads_to_itself(tree: Tree, name: str) -> None:
    node = tree.node(at(tree, "components", "schemas", name))
    assert node.names_reference
    assert node.follow() is node


@pytest.mark.parametrize("pointer", [("nothing",), ("info", "title", "x"), ("paths", 0)])
def test_where_nothing_stands_is_no_node(tree: Tree, pointer: tuple[str | int, ...]) -> None:
    with pytest.raises(KeyError):
        tree.node(at(tree, *pointer))


def test_a_number_is_read_as_it_is_written(tree: Tree) -> None:
    info = tree.root.get("info")
    assert info is not None
    assert info.text("version") == "1.10"
    assert info.text("summary", "none") == "none"


def test_what_nobody_says_is_known(tree: Tree) -> None:
    assert tree.says("x-name")
    assert not tree.says("x-advice")


def test_what_a_function_says_of_a_node_is_asked_once(tree: Tree) -> None:
    asked: list[Location] = []

    def ask(node: object) -> int:
        asked.append(tree.root.at)
        return len(asked)

    assert [tree.root.once(ask), tree.root.once(ask)] == [1, 1]
