"""Documents whose path items stand in other files: what is detected in them, and what overlays do to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from specloom.cli import main
from specloom.pipeline import propose, read_api, weave

if TYPE_CHECKING:
    from pathlib import Path

RENDER = {
    "type": "object",
    "required": ["id", "status"],
    "properties": {
        "id": {"type": "string"},
        "status": {"type": "string", "enum": ["queued", "running", "succeeded", "failed"]},
        "url": {"type": "string", "format": "uri"},
    },
}
ROOT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Renders", "version": "1"},
    "paths": {
        "/renders": {"$ref": "parts/items.yaml#/renders"},
        "/renders/{id}": {"$ref": "parts/one%20item.yaml"},
    },
}
BODY = {"type": "object", "properties": {"prompt": {"type": "string"}}}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}


def answered(ref: str) -> dict[str, Any]:
    schema = {"$ref": ref}
    return {"description": "ok", "content": {"application/json": {"schema": schema}}}


def parted(folder: Path, *, named: bool = True, root: Any = ROOT) -> Path:
    """A document in four files; its operations have ids, or none."""
    names = [{"operationId": name} if named else {} for name in ("createRender", "getRender")]
    submit = {
        **names[0],
        "requestBody": {"content": {"application/json": {"schema": BODY}}},
        "responses": {"202": answered("../schemas.yaml#/Render")},
    }
    poll = {**names[1], "responses": {"200": answered("items.yaml#/shared/Render")}}
    files = {
        "renders.yaml": root,
        "parts/items.yaml": {
            "renders": {"post": submit},
            "shared": {"Render": {"$ref": "../schemas.yaml#/Render"}},
        },
        "parts/one item.yaml": {"parameters": [ID], "get": poll},
        "schemas.yaml": {"Render": RENDER},
    }
    for name, value in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(value, sort_keys=False), "utf-8")
    return folder / "renders.yaml"


def overlay(folder: Path, target: str, update: Any) -> Path:
    path = folder / "made.overlay.yaml"
    actions = [{"target": target, "update": update}]
    info = {"title": "o", "version": "1"}
    path.write_text(yaml.safe_dump({"overlay": "1.0.0", "info": info, "actions": actions}), "utf-8")
    return path


@pytest.mark.parametrize("named", [True, False])
def test_what_is_detected_in_other_files_can_be_laid_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, named: bool
) -> None:
    document = parted(tmp_path, named=named)
    (found,) = propose(read_api(document))
    assert (found.method, found.path, found.sureness) == ("POST", "/renders", "sure")
    assert main(["detect", str(document)]) == 0
    written = capsys.readouterr().out
    assert "parts/items.yaml#/renders/post" in written
    proposed = tmp_path / "proposed.overlay.yaml"
    proposed.write_text(written, "utf-8")
    woven = read_api(document, overlays=[proposed], strict=True)
    assert woven.api is not None, woven.findings
    (job,) = [one.job for each in woven.api.resources for one in each.operations if one.job]
    assert (job.id, job.result is not None) == (("$.id",), True)


def test_an_overlay_reaches_path_items_of_other_files_and_leaves_the_rest(tmp_path: Path) -> None:
    document = parted(tmp_path)
    laid = overlay(tmp_path, "$.paths['/renders'].post", {"x-note": "nothing that is read"})
    plain, other = weave(document), weave(document, overlays=[laid])
    assert not other.report.faults, other.findings
    assert [file.content for file in other.files] == [file.content for file in plain.files]


def test_an_update_of_a_path_item_of_another_file_is_not_lost(tmp_path: Path) -> None:
    deleting = {"delete": {"operationId": "drop", "responses": {"204": {"description": "gone"}}}}
    laid = overlay(tmp_path, "$.paths['/renders/{id}']", deleting)
    api = read_api(parted(tmp_path), overlays=[laid], strict=True).api
    assert api is not None
    methods = [one.method for each in api.resources for one in each.operations]
    assert sorted(methods) == ["DELETE", "GET", "POST"]


def test_findings_stand_where_each_thing_was_written_in_whatever_file(tmp_path: Path) -> None:
    document = parted(tmp_path)
    job = {"id": "$.nothing", "poll": {"operationId": "getRender", "parameters": {"id": "$id"}}}
    job |= {"status": "$.status", "states": {"succeeded": ["succeeded"]}}
    told = read_api(document, overlays=[overlay(tmp_path, "$.paths.*.post", {"x-job": job})])
    assert "made.overlay.yaml" in told.findings
    assert "$.nothing" in told.findings
    laid = overlay(tmp_path, "$.paths['/renders'].post.responses", ["a list"])
    told = read_api(document, overlays=[laid])
    assert "a list cannot be merged into a mapping" in told.findings
    assert "parts/items.yaml:" in told.findings


def test_path_items_that_lead_nowhere_stay_as_they_are(tmp_path: Path) -> None:
    paths = {
        "/a": {"$ref": "nothing.yaml"},
        "/b": {"$ref": "#/paths/~1b"},
        "/c": None,
        **ROOT["paths"],
    }
    document = parted(tmp_path, root={**ROOT, "paths": paths})
    laid = overlay(tmp_path, "$.paths['/renders'].post", {"summary": "Renders."})
    told = read_api(document, overlays=[laid])
    assert told.api is not None, told.findings
    assert told.findings.count("there is no such file") == 1


def test_an_overlay_that_is_named_twice_is_applied_once(tmp_path: Path) -> None:
    document = parted(tmp_path)
    laid = overlay(tmp_path, "$.info", {"x-list": ["once"]})
    again = tmp_path / "parts" / ".." / laid.name
    woven = read_api(document, overlays=[laid, again])
    assert [one.code for one in woven.report.faults] == ["overlay-twice"]
    assert woven.documents.root.value["info"]["x-list"] == ["once"]
