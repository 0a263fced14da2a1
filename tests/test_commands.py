"""The commands `sandbox` and `detect` of specloom, as somebody types them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx2
import pytest
import yaml
from tests.weaving import ROOT, run_python

from specloom.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

DRAWINGS = """\
openapi: 3.1.0
info: {title: Drawings, version: '1'}
security: [{key: []}]
paths:
  /drawings:
    post:
      operationId: draw
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [prompt], properties: {prompt: {type: string}}}
      responses: &answer
        '200':
          description: how it stands
          content: {application/json: {schema: {$ref: '#/components/schemas/Drawing'}}}
  /drawings/{id}:
    get:
      operationId: look
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: *answer
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  schemas:
    Drawing:
      type: object
      required: [id, status]
      properties:
        id: {type: string}
        status: {type: string, enum: [queued, drawing, drawn, failed]}
        image_url: {type: string, format: uri}
"""
OVERLAY = {
    "overlay": "1.0.0",
    "info": {"title": "jobs", "version": "1"},
    "actions": [
        {
            "target": "$.paths['/drawings'].post",
            "update": {
                "x-job": {
                    "id": "$.id",
                    "poll": {"operationId": "look", "parameters": {"id": "$id"}},
                    "status": "$.status",
                    "states": {
                        "queued": ["queued"],
                        "running": ["drawing"],
                        "succeeded": ["drawn"],
                        "failed": ["failed"],
                    },
                    "result": {"files": "$.image_url"},
                }
            },
        }
    ],
}

ACTION = {"target": "$.info", "update": {"title": "Woven"}}


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "drawings.yaml"
    path.write_text(DRAWINGS, "utf-8")
    (tmp_path / "o.json").write_text(json.dumps(OVERLAY), "utf-8")
    return path


def test_the_api_of_a_document_is_served_with_the_jobs_of_an_overlay(document: Path) -> None:
    command = ["sandbox", str(document), "--overlay", str(document.parent / "o.json")]
    with subprocess.Popen(
        [sys.executable, "-m", "specloom", *command, "--port", "0", "--speed", "instant"],
        stdout=subprocess.PIPE,
        text=True,
    ) as served:
        try:
            assert served.stdout is not None
            line = served.stdout.readline()
            assert line.startswith("drawings sandbox (play money) at http://127.0.0.1:")
            url = line.split(" at ")[1].split()[0]
            with httpx2.Client(base_url=url, headers={"X-Key": "sandbox"}) as http:
                assert http.post("/drawings", json={}).status_code == 400
                made = http.post("/drawings", json={"prompt": "a boat"}).json()
                seen = http.get(f"/drawings/{made['id']}").json()
                assert (made["status"], seen["status"]) == ("queued", "drawn")
                picture = http.get(seen["image_url"])
                assert picture.headers["content-type"].startswith("image/")
        finally:
            served.terminate()


def test_a_faulty_overlay_serves_nothing(
    document: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sandbox", str(document), "--overlay", str(document)]) == 2
    assert "not-an-overlay" in capsys.readouterr().err


CLIENTS = ("av", "httpcore2", "httpx2", "jsonschema_rs", "msgspec", "PIL", "starlette", "uvicorn")


def run_without(packages: Iterable[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line where some packages are not installed."""
    code = f"""
import sys

class Missing:
    def find_spec(self, name, *_):
        package = name.partition(".")[0]
        if package in {list(packages)!r}:
            raise ModuleNotFoundError(f"No module named {{package!r}}", name=package)

sys.meta_path.insert(0, Missing())
from specloom.cli import main
sys.exit(main({arguments!r}))
"""
    return run_python("-c", code, path=(ROOT / "generator",))


def test_weaving_needs_nothing_of_what_a_client_needs(document: Path) -> None:
    over = f"--overlay={document.parent / 'o.json'}"
    out = f"--out={document.parent / 'out'}"
    done = run_without(CLIENTS, "generate", str(document), over, out)
    assert done.returncode == 0, done.stderr
    assert (document.parent / "out/client/drawings/__init__.py").is_file()


def test_json_is_woven_without_a_reader_of_yaml(tmp_path: Path) -> None:
    text = """{"openapi": "3.1.0", "info": {"title": "t", "version": "1", "version": "2"}, "paths": {},
        "components": {"schemas": {"A": {"$ref": "#/components/schemas/B"}}}}"""
    (tmp_path / "api.json").write_text(text)
    (tmp_path / "o.json").write_text(json.dumps({**OVERLAY, "actions": [ACTION]}))
    over, out = f"--overlay={tmp_path / 'o.json'}", f"--out={tmp_path / 'out'}"
    done = run_without(["yaml", "_yaml"], "generate", str(tmp_path / "api.json"), over, out)
    assert done.returncode == 0, done.stderr
    assert "api.json:1:61: warning[duplicate-key]" in done.stderr
    assert "api.json:2:50: warning[dangling-reference]" in done.stderr


# What takes long to import, and what reads no document does not need.
SLOW = ("_yaml", "attr", "black", "jinja2", "jsonpath_rfc9535", "jsonschema", "yaml")


@pytest.mark.parametrize("arguments", [["--help"], ["generate", "a.yaml", "--package", "not one"]])
def test_nothing_slow_is_imported_before_there_is_something_to_do(arguments: list[str]) -> None:
    done = run_without(SLOW, *arguments)
    assert ("usage: specloom" in done.stdout) or ("no package can be called" in done.stderr)


def test_a_document_without_extensions_is_checked_without_jsonschema(tmp_path: Path) -> None:
    path = tmp_path / "api.json"
    path.write_text('{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}')
    done = run_without(("black", "jinja2", "jsonpath_rfc9535", "jsonschema"), "validate", str(path))
    assert done.stdout == f"{path}: no errors, no warnings\n"


@pytest.mark.parametrize("package", ["av", "msgspec", "PIL", "starlette", "uvicorn"])
def test_the_lack_of_the_extra_is_told(document: Path, package: str) -> None:
    done = run_without([package], "sandbox", str(document), "--port=0")
    assert done.returncode == 2, done.stderr
    assert "pip install 'specloom[sandbox]'" in done.stderr


def test_a_proposal_can_be_applied_as_it_is_printed(
    document: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document.write_text(DRAWINGS.replace("drawing, drawn", "running, completed"), "utf-8")
    assert main(["detect", str(document)]) == 0
    printed = capsys.readouterr().out
    (document.parent / "proposed.yaml").write_text(printed, "utf-8")
    proposed = yaml.safe_load(printed)["actions"][0]
    assert proposed["target"] == "$.paths['/drawings'].post"
    assert proposed["update"]["x-job"]["poll"]["operationId"] == "look"
    proposal = f"--overlay={document.parent / 'proposed.yaml'}"
    assert main(["validate", str(document), proposal]) == 0
    assert "no errors" in capsys.readouterr().out


def test_a_document_without_jobs_gets_no_overlay(
    document: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document.write_text(DRAWINGS.replace("queued, drawing, drawn, failed", "big, small"), "utf-8")
    assert main(["detect", str(document)]) == 0
    told = capsys.readouterr()
    assert not told.out
    assert "nothing looks like a job" in told.err


def test_what_is_only_possible_is_proposed_where_it_is_asked_for(
    document: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = DRAWINGS.replace("drawing, drawn", "baking, completed").replace("/drawings", "/checks")
    document.write_text(text, "utf-8")
    assert main(["detect", str(document), "--possible"]) == 0
    proposed = capsys.readouterr().out
    assert ": possible, " in proposed
    assert main(["detect", str(document)]) == 0
    told = capsys.readouterr()
    assert not told.out
    assert "1 operation may be a job at most: --possible shows them" in told.err


def test_a_proposal_is_read_back_whatever_its_names_are_made_of(
    document: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = DRAWINGS.replace("drawing, drawn", "running, completed")
    written = yaml.safe_load(text)
    odd = "/a\u202e\u2028'\tb\\"
    written["paths"] = {
        odd: written["paths"]["/drawings"],
        f"{odd}/{{id}}": written["paths"]["/drawings/{id}"],
    }
    path = document.with_suffix(".json")
    path.write_text(json.dumps(written), "utf-8")
    assert main(["detect", str(path)]) == 0
    printed = capsys.readouterr().out
    assert all(line.isprintable() for line in printed.splitlines())
    (document.parent / "proposed.yaml").write_text(printed, "utf-8")
    assert main(["validate", str(path), f"--overlay={document.parent / 'proposed.yaml'}"]) == 0
