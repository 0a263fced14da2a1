"""A run is told as one that changes nothing only where weaving anew would come to the same."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from specloom.cli import main
from specloom.pipeline import generate, weave

if TYPE_CHECKING:
    from pathlib import Path

    from specloom.output import Changes
    from specloom.pipeline import Woven

DOCUMENT = """\
openapi: 3.1.0
info: {title: Demo, version: "1"}
paths:
  /a:
    get:
      operationId: getA
      responses:
        "200":
          description: fine
          content: {application/json: {schema: {$ref: "parts/types.yaml#/A"}}}
"""
TYPES = "A: {type: object, properties: {%s: {type: string}}}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A document that refers to a file in another folder, which is there in two versions and not in its place."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    (tmp_path / "api.yaml").write_text(DOCUMENT, "utf-8")
    for version in ("old", "new"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "types.yaml").write_text(TYPES % f"{version}_field", "utf-8")
    return tmp_path


def run(folder: Path, command: str = "generate") -> int:
    return main([command, str(folder / "api.yaml"), "--out", str(folder / "out")])


def said(folder: Path) -> str:
    return (folder / "out" / "docs" / "reference.md").read_text("utf-8")


def test_a_file_that_was_missing_is_read_when_it_is_there(project: Path) -> None:
    assert run(project) == 0
    assert "old_field" not in said(project)
    (project / "old").rename(project / "parts")
    assert run(project) == 0
    assert "old_field" in said(project)


def test_a_second_file_that_changed_is_read_again(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "old").rename(project / "parts")
    assert run(project) == 0
    with monkeypatch.context() as patch:
        patch.delattr("specloom.commands.weave")
        assert run(project) == 0
    (project / "parts" / "types.yaml").write_text(TYPES % "other_field", "utf-8")
    assert run(project) == 0
    assert "other_field" in said(project)


def test_a_link_that_leads_to_another_file_is_followed(project: Path) -> None:
    link = project / "parts"
    link.symlink_to("old")
    assert run(project) == 0
    link.unlink()
    link.symlink_to("new")
    assert run(project) == 0
    assert "new_field" in said(project)


def test_a_manifest_that_became_a_link_is_refused_as_ever(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "old").rename(project / "parts")
    assert run(project) == 0
    manifest = project / "out" / "manifest.json"
    manifest.rename(project / "elsewhere.json")
    manifest.symlink_to(project / "elsewhere.json")
    assert run(project) == 2
    assert "error[unsafe-path]" in capsys.readouterr().err


@pytest.mark.parametrize("spoilt", ["[]\n", "1\n", '"x"\n', "{}\n", ""])
def test_a_memory_that_is_no_memory_stands_in_nobodys_way(project: Path, spoilt: str) -> None:
    (project / "old").rename(project / "parts")
    assert run(project) == 0
    for kept in (project / "caches").rglob("*.woven"):
        kept.write_text(spoilt, "utf-8")
    assert run(project) == 0


def test_a_text_that_was_spoilt_where_it_is_kept_is_not_woven(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "old").rename(project / "parts")
    assert run(project) == 0
    (kept,) = (project / "caches").rglob("*.woven")
    kept.write_bytes(kept.read_bytes().replace(b"old_field", b"odd_field"))
    assert run(project, "check") == 0, capsys.readouterr().out


def test_a_folder_of_caches_that_is_not_absolute_is_none(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "caches")
    monkeypatch.setenv("HOME", str(project / "home"))
    monkeypatch.chdir(project)
    assert run(project) == 0
    assert not (project / "caches").exists()
    assert list((project / "home").rglob("*.woven"))


def test_a_current_folder_that_is_gone_stands_in_nobodys_way(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = project / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert run(project) == 0
    os.chdir(project)
    assert run(project, "check") == 0


def test_what_another_run_wrote_meanwhile_is_not_taken_for_our_own(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "old").rename(project / "parts")

    def and_another(woven: Woven, out: Path) -> Changes:
        changes = generate(woven, out)
        (project / "api.yaml").write_text(DOCUMENT.replace("getA", "getB"), "utf-8")
        generate(weave(project / "api.yaml"), out)
        (project / "api.yaml").write_text(DOCUMENT, "utf-8")
        return changes

    with monkeypatch.context() as patch:
        patch.setattr("specloom.commands.generate", and_another)
        assert run(project) == 0
    assert run(project) == 0
    assert run(project, "check") == 0
