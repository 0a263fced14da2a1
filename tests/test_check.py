"""`specloom check` says what differs, and what `generate` would refuse."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from tests.weaving import ROOT

from specloom.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DOCUMENT = ROOT / "tests" / "fragments" / "a_plain_document_needs_no_extension.yaml"


@pytest.fixture(scope="module")
def woven_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("once") / "out"
    assert main(["generate", str(DOCUMENT), "--out", str(out)]) == 0
    return out


@pytest.fixture
def out(woven_once: Path, tmp_path: Path) -> Path:
    """What the document gives, to be spoilt."""
    return shutil.copytree(woven_once, tmp_path / "out")


def check(out: Path) -> int:
    return main(["check", str(DOCUMENT), "--out", str(out)])


def test_what_somebody_put_into_the_package_is_named(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert check(out) == 0
    mine = out / "client" / "pets" / "mine.py"
    mine.write_text("secret = 1\n")
    capsys.readouterr()
    assert check(out) == 1
    said = f"foreign: {mine}\n{out} holds what specloom did not write: move it elsewhere\n"
    assert capsys.readouterr().out == said
    edited = out / "client" / "pets" / "errors.py"
    edited.write_text("mine\n")
    assert check(out) == 1
    assert capsys.readouterr().out == (
        f"differs: {edited}\nforeign: {mine}\n"
        f"{out} is not what {DOCUMENT} gives: generate it again\n"
        f"{out} holds what specloom did not write: move it elsewhere\n"
    )


def plain_file(out: Path) -> None:
    shutil.rmtree(out)
    out.write_text("mine")


def dangling_link(out: Path) -> None:
    shutil.rmtree(out)
    out.symlink_to(out.parent / "nowhere")


def foreign_manifest(out: Path) -> None:
    (out / "manifest.json").write_text('{"name": "an app"}')


def linked_client(out: Path) -> None:
    (out / "client").rename(out.parent / "elsewhere")
    (out / "client").symlink_to(out.parent / "elsewhere")


def folder_for_file(out: Path) -> None:
    (out / "client" / "README.md").unlink()
    (out / "client" / "README.md").mkdir()
    (out / "client" / "README.md" / "mine").write_text("mine")


@pytest.mark.parametrize(
    "spoil", [plain_file, dangling_link, foreign_manifest, linked_client, folder_for_file]
)
def test_what_generate_would_refuse_check_refuses_too(
    out: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None]
) -> None:
    spoil(out)
    capsys.readouterr()
    assert check(out) == 2
    checked = capsys.readouterr()
    assert checked.out == ""
    assert ": error[" in checked.err
    assert main(["generate", str(DOCUMENT), "--out", str(out)]) == 2
    assert capsys.readouterr() == checked
