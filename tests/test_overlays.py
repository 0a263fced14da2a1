"""Overlays: what they do to a document, where their findings are, and how the command line takes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from specloom.cli import main
from specloom.pipeline import read_api, weave
from specloom.source import limits

if TYPE_CHECKING:
    from pathlib import Path

    from specloom.pipeline import Woven

DOCUMENT = """\
openapi: 3.1.0
info: {title: Kilns, version: '1'}
tags: [{name: kilns}]
paths:
  /firings:
    post:
      operationId: fire
      tags: [kilns, hot]
      parameters:
        - {name: a, in: query, schema: {type: string}}
        - {name: b, in: query, schema: {type: string}}
        - {name: c, in: query, schema: {type: string}}
      responses:
        '200':
          description: taken
          content: {application/json: {schema: {$ref: '#/components/schemas/Firing'}}}
  /firings/{id}:
    get:
      operationId: look
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: how it stands
          content: {application/json: {schema: {$ref: '#/components/schemas/Firing'}}}
components:
  schemas:
    Firing:
      type: object
      properties:
        id: {type: string}
        state: {type: string, enum: [waiting, hot, done, cracked]}
"""
POST = "$.paths['/firings'].post"


def overlaid(folder: Path, *overlays: str, document: str = DOCUMENT) -> Woven:
    """What is read of a document with overlays over it; each overlay a text."""
    (folder / "kilns.yaml").write_text(document, "utf-8")
    paths = []
    for index, text in enumerate(overlays):
        paths.append(folder / f"{index}.overlay.yaml")
        paths[-1].write_text(text, "utf-8")
    return read_api(folder / "kilns.yaml", overlays=paths)


def overlay(*actions: dict[str, Any], version: str = "1.1.0", **more: Any) -> str:
    head = {"overlay": version, "info": {"title": "o", "version": "1"}, **more}
    return json.dumps({**head, "actions": list(actions)}, indent=1)


def value_of(woven: Woven, *steps: str | int) -> Any:
    assert not woven.report.failed, woven.findings
    value: Any = woven.documents.root.value
    for step in steps:
        value = value[step]
    return value


def codes(woven: Woven) -> list[str]:
    return [one.code for one in woven.report.faults]


POSTED = ("paths", "/firings", "post")


def test_an_update_merges_mappings_and_leaves_the_rest(tmp_path: Path) -> None:
    update = {
        "summary": "Fire",
        "responses": {"200": {"description": "new"}, "429": {"description": "full"}},
    }
    post = value_of(overlaid(tmp_path, overlay({"target": POST, "update": update})), *POSTED)
    assert post["summary"] == "Fire"
    assert post["operationId"] == "fire"
    assert post["responses"]["200"]["description"] == "new"
    assert "application/json" in post["responses"]["200"]["content"]
    assert post["responses"]["429"] == {"description": "full"}


def test_lists_are_continued_by_a_list_and_by_one_entry(tmp_path: Path) -> None:
    new = {"name": "d", "in": "query", "schema": {"type": "string"}}
    actions = (
        {"target": f"{POST}.parameters", "update": new},
        {"target": f"{POST}.tags", "update": ["x", "y"]},
        {"target": POST, "update": {"tags": ["z"]}},
        {"target": "$.tags", "update": [{"name": "hot"}]},
    )
    woven = overlaid(tmp_path, overlay(*actions))
    assert [one["name"] for one in value_of(woven, *POSTED, "parameters")] == ["a", "b", "c", "d"]
    assert value_of(woven, *POSTED, "tags") == ["kilns", "hot", "x", "y", "z"]
    assert value_of(woven, "tags") == [{"name": "kilns"}, {"name": "hot"}]


def test_a_primitive_value_is_replaced_and_removed_since_1_1(tmp_path: Path) -> None:
    actions = (
        {"target": "$.info.title", "update": "Ovens"},
        {"target": f"{POST}.tags[?@ == 'hot']", "remove": True},
    )
    woven = overlaid(tmp_path, overlay(*actions))
    assert value_of(woven, "info", "title") == "Ovens"
    assert value_of(woven, *POSTED, "tags") == ["kilns"]


def test_in_1_0_a_primitive_value_is_no_target(tmp_path: Path) -> None:
    action = {"target": "$.info.title", "update": "Ovens"}
    woven = overlaid(tmp_path, overlay(action, version="1.0.0"))
    assert codes(woven) == ["overlay-target"]
    assert "overlay: 1.1.0" in woven.findings


def test_several_items_of_a_list_are_removed_at_once(tmp_path: Path) -> None:
    action = {"target": f"{POST}.parameters[0,2]", "remove": True}
    woven = overlaid(tmp_path, overlay(action))
    assert [one["name"] for one in value_of(woven, *POSTED, "parameters")] == ["b"]


def test_what_holds_another_target_may_be_removed_with_it(tmp_path: Path) -> None:
    woven = overlaid(tmp_path, overlay({"target": f"{POST}..*", "remove": True}))
    assert woven.documents.root.value["paths"]["/firings"]["post"] == {}


def test_a_copy_is_merged_into_each_target(tmp_path: Path) -> None:
    actions = (
        {"target": "$.paths", "update": {"/ovens": {}}},
        {"target": "$.paths['/ovens']", "copy": "$.paths['/firings']"},
        {"target": "$.paths['/firings']", "remove": True},
        {"target": "$.paths['/ovens'].post", "update": {"summary": "moved"}},
    )
    woven = overlaid(tmp_path, overlay(*actions))
    assert list(value_of(woven, "paths")) == ["/firings/{id}", "/ovens"]
    assert value_of(woven, "paths", "/ovens", "post", "operationId") == "fire"


def test_a_copy_and_what_it_was_copied_from_are_changed_apart(tmp_path: Path) -> None:
    actions = (
        {"target": "$.components.schemas", "update": {"Twin": {}}},
        {"target": "$.components.schemas.Twin", "copy": "$.components.schemas.Firing"},
        {"target": "$.components.schemas.Twin.properties", "update": {"more": {"type": "string"}}},
    )
    woven = overlaid(tmp_path, overlay(*actions))
    assert "more" not in value_of(woven, "components", "schemas", "Firing", "properties")
    assert "more" in value_of(woven, "components", "schemas", "Twin", "properties")


def test_removal_beats_an_update_beside_it(tmp_path: Path) -> None:
    action = {"target": f"{POST}.parameters", "update": [], "remove": True}
    assert "parameters" not in value_of(overlaid(tmp_path, overlay(action)), *POSTED)


def test_each_action_sees_what_the_one_before_has_left(tmp_path: Path) -> None:
    first = overlay({"target": POST, "update": {"x-marked": True}})
    second = overlay({"target": "$.paths[*][?@['x-marked']]", "update": {"summary": "found"}})
    woven = overlaid(tmp_path, first, second)
    assert value_of(woven, *POSTED, "summary") == "found"
    assert codes(overlaid(tmp_path, second, first)) == ["overlay-target"]


def test_a_target_that_selects_nothing_is_an_error_unless_it_is_optional(tmp_path: Path) -> None:
    action = {"target": "$.paths['/kilns']", "update": {}}
    woven = overlaid(tmp_path, overlay(action))
    assert codes(woven) == ["overlay-target"]
    assert "0.overlay.yaml:9:14: error[overlay-target]" in woven.findings
    assert not overlaid(tmp_path, overlay({**action, "x-optional": True})).report.failed


def test_a_reference_on_the_way_of_a_target_is_named(tmp_path: Path) -> None:
    document = DOCUMENT + "  responses: {Taken: {$ref: 'other.yaml#/Taken'}}\n"
    (tmp_path / "other.yaml").write_text("Taken: {description: taken}", "utf-8")
    action = {"target": "$.components.responses.Taken.content", "update": {}}
    woven = overlaid(tmp_path, overlay(action), document=document)
    assert codes(woven) == ["overlay-target"]
    line = DOCUMENT.count("\n") + 1
    assert (
        f"kilns.yaml:{line}:29: what it asks for is not here but where this leads" in woven.findings
    )


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (
            {"target": "$.info", "update": "text"},
            "a primitive value cannot be merged into a mapping",
        ),
        (
            {"target": "$.info", "update": {"title": {}}},
            "a mapping cannot be merged into a primitive value",
        ),
        (
            {"target": POST, "update": {"tags": "one"}},
            "a primitive value cannot be merged into a list",
        ),
        ({"target": POST, "update": {"responses": []}}, "a list cannot be merged into a mapping"),
        (
            {"target": "$.info.title", "update": ["a"]},
            "a list cannot be merged into a primitive value",
        ),
        ({"target": "$.info", "copy": "$.tags"}, "a list cannot be merged into a mapping"),
    ],
)
def test_what_does_not_fit_is_an_error_and_is_not_half_done(
    tmp_path: Path, action: dict[str, Any], said: str
) -> None:
    before = yaml.safe_load(DOCUMENT)
    woven = overlaid(tmp_path, overlay(action))
    assert codes(woven) == ["overlay-merge"]
    assert said in woven.findings
    assert "kilns.yaml" in woven.findings  # where that stands which is in the way
    assert woven.documents.root.value == before


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ({"target": "$", "remove": True}, "overlay-target"),
        ({"target": "$['info', 'tags']", "update": {}}, "overlay-target"),
        ({"target": "$.info", "copy": "$.nowhere"}, "overlay-target"),
        ({"target": "$.info", "copy": "$.paths[*]"}, "overlay-target"),
        ({"target": "$.paths[", "update": {}}, "overlay-path"),
        ({"target": "$.info", "copy": "info"}, "overlay-path"),
        ({"target": "$.info"}, "overlay-value"),
        ({"target": 1, "update": {}}, "overlay-value"),
        ({"update": {}}, "overlay-value"),
        ({"target": "$.info", "remove": "yes"}, "overlay-value"),
        ({"target": "$.info", "updat": {}, "remove": False}, "overlay-value"),
        ({"target": "$.info", "update": {}, "x-optional": "no"}, "overlay-value"),
    ],
)
def test_a_faulty_action_is_told_with_its_place(
    tmp_path: Path, action: dict[str, Any], code: str
) -> None:
    woven = overlaid(tmp_path, overlay(action))
    assert codes(woven) == [code]
    assert woven.findings.startswith(f"{(tmp_path / '0.overlay.yaml').as_posix()}:")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("openapi: 3.1.0", "not-an-overlay"),
        ("- 1", "not-an-overlay"),
        (overlay({"target": "$", "update": {}}, version="2.0.0"), "not-an-overlay"),
        (overlay({"target": "$", "update": {}}, version="1.0"), "not-an-overlay"),
        ('{"overlay": "1.0.0", "info": {"title": "o"}, "actions": []}', "overlay-value"),
        ('{"overlay": "1.0.0", "actions": {}}', "overlay-value"),
        (overlay({"target": "$.info", "copy": "$.tags"}, version="1.0.0"), "overlay-value"),
        ("overlay: [", "yaml-syntax"),
    ],
)
def test_what_is_no_overlay_is_said_to_be_none(tmp_path: Path, text: str, code: str) -> None:
    woven = overlaid(tmp_path, text)
    assert set(codes(woven)) == {code}
    assert woven.api is None


def test_all_findings_of_all_overlays_are_told_at_once(tmp_path: Path) -> None:
    first = overlay({"target": "$.nothing", "update": {}}, {"target": "$[", "update": {}})
    second = overlay({"target": "$.info", "update": []})
    woven = overlaid(tmp_path, first, second)
    assert set(codes(woven)) == {"overlay-path", "overlay-target", "overlay-merge"}


def test_lines_that_copy_do_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "NODES", 10_000)
    doubling = [{"target": "$['x-b']", "copy": "$"}] * 40
    woven = overlaid(tmp_path, overlay({"target": "$", "update": {"x-b": []}}, *doubling))
    assert set(codes(woven)) == {"too-large"}


def test_lines_that_nest_do_not_go_deeper_than_a_document_may(tmp_path: Path) -> None:
    deeper = [{"target": f"$['x-a']{'.a' * depth}", "update": {"a": {}}} for depth in range(150)]
    woven = overlaid(tmp_path, overlay({"target": "$", "update": {"x-a": {}}}, *deeper))
    assert set(codes(woven)) == {"too-deep", "overlay-target"}


def test_what_a_broken_action_may_have_made_is_not_missed(tmp_path: Path) -> None:
    actions = ({"target": "$[", "update": {}}, {"target": "$.nothing", "update": {}})
    assert codes(overlaid(tmp_path, overlay(*actions))) == ["overlay-path"]


JOB = {
    "id": "$.id",
    "poll": {"operationId": "look", "parameters": {"id": "$id"}},
    "status": "$.state",
    "states": {
        "queued": ["waiting"],
        "running": ["hot"],
        "succeeded": ["done"],
        "failed": ["cracked"],
    },
}


def test_findings_stand_where_each_thing_was_written(tmp_path: Path) -> None:
    moved = {"target": f"{POST}.parameters[0]", "remove": True}
    job = {"target": POST, "update": {"x-job": {**JOB, "status": "$.stat"}}}
    document = DOCUMENT.replace("{name: c, in: query", "{name: c, in: nowhere")
    woven = overlaid(tmp_path, overlay(moved, job), document=document)
    assert "0.overlay.yaml" in woven.findings.split("path-unresolved")[0].splitlines()[-1]
    assert '"status": "$.stat"' in woven.findings
    # The third parameter of the file is the second by now.
    assert "kilns.yaml:12:25: warning[openapi-enum]" in woven.findings


def test_a_document_gets_its_jobs_from_an_overlay(tmp_path: Path) -> None:
    woven = overlaid(tmp_path, overlay({"target": POST, "update": {"x-job": JOB}}))
    assert woven.api is not None, woven.findings
    jobs = [one for resource in woven.api.resources for one in resource.operations if one.job]
    assert [one.operation_id for one in jobs] == ["fire"]


def test_an_anchor_of_an_overlay_can_be_referred_to(tmp_path: Path) -> None:
    update = {"properties": {"state": {"$anchor": "state"}, "last": {"$ref": "#state"}}}
    action = {"target": "$.components.schemas.Firing", "update": update}
    assert codes(overlaid(tmp_path, overlay(action))) == []


def test_another_document_than_the_one_meant_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(DOCUMENT, "utf-8")
    action = {"target": "$.info", "update": {"summary": "s"}}
    assert codes(overlaid(tmp_path, overlay(action, extends="other.yaml"))) == ["overlay-extends"]
    assert codes(overlaid(tmp_path, overlay(action, extends="kilns.yaml"))) == []
    assert codes(overlaid(tmp_path, overlay(action, extends="https://example.com/o.yaml"))) == []


def test_json_documents_and_json_overlays_go_together(tmp_path: Path) -> None:
    document, over = tmp_path / "kilns.json", tmp_path / "o.json"
    document.write_text(json.dumps(yaml.safe_load(DOCUMENT)), "utf-8")
    over.write_text(overlay({"target": POST, "update": {"x-job": {**JOB, "id": 1}}}), "utf-8")
    woven = read_api(document, overlays=[over])
    assert f"{over.as_posix()}:1" in woven.findings


def test_every_command_takes_overlays_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overlaid(
        tmp_path,
        overlay({"target": "$.info", "update": {"title": "First", "summary": "s"}}),
        overlay({"target": "$.info.title", "update": "Second"}),
    )
    document = str(tmp_path / "kilns.yaml")
    over = [f"--overlay={tmp_path / name}" for name in ("0.overlay.yaml", "1.overlay.yaml")]
    out = f"--out={tmp_path / 'out'}"
    assert main(["generate", document, *over, out]) == 0
    assert (tmp_path / "out" / "client" / "second" / "__init__.py").is_file()
    assert main(["check", document, *over, out]) == 0
    assert main(["check", document, out]) == 1
    assert main(["validate", document, *over]) == 0
    capsys.readouterr()
    assert main(["model", document, *over]) == 0
    assert '"title": "Second"' in capsys.readouterr().out
    assert main(["validate", document, f"--overlay={tmp_path / 'none.yaml'}"]) == 2
    assert "missing-file" in capsys.readouterr().err


def test_a_project_names_its_overlays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    overlaid(tmp_path, overlay({"target": "$.info", "update": {"title": "Overlaid"}}))
    (tmp_path / "pyproject.toml").write_text(
        '[tool.specloom]\ndocument = "kilns.yaml"\noverlays = ["0.overlay.yaml"]\n', "utf-8"
    )
    monkeypatch.chdir(tmp_path)
    assert main(["model"]) == 0
    assert '"title": "Overlaid"' in capsys.readouterr().out


def test_the_woven_client_is_what_the_document_itself_would_give(tmp_path: Path) -> None:
    over = overlay({"target": POST, "update": {"x-job": JOB}})
    overlaid(tmp_path, over)
    written = yaml.safe_load(DOCUMENT)
    written["paths"]["/firings"]["post"]["x-job"] = JOB
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "kilns.yaml").write_text(json.dumps(written), "utf-8")
    one = weave(tmp_path / "kilns.yaml", overlays=[tmp_path / "0.overlay.yaml"])
    other = weave(tmp_path / "own" / "kilns.yaml")
    assert [(file.path, file.content) for file in one.files] == [
        (file.path, file.content) for file in other.files
    ]
