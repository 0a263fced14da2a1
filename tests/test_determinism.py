"""The same document gives the same bytes: whatever the hash seed, the folder and the place that it is called from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.golden.cases import KITCHEN_SINK
from tests.weaving import ROOT, SPEC, run_python, tree


def generate(document: Path | str, out: Path, seed: str, folder: Path) -> dict[str, bytes]:
    call = "import os, sys; os.chdir(sys.argv[1]); from specloom.cli import main; sys.exit(main(sys.argv[2:]))"
    arguments = ("generate", document, "--out", out, "--package", "shop")
    done = run_python("-c", call, folder, *arguments, environment={"PYTHONHASHSEED": seed})
    assert done.returncode == 0, done.stderr
    manifest = {"manifest.json": (out / "manifest.json").read_bytes()}
    return {**tree(out), **manifest}


@pytest.mark.parametrize("document", [SPEC, KITCHEN_SINK / "document.yaml"], ids=["wan26", "sink"])
def test_two_hash_seeds_and_two_places_give_the_same_bytes(document: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(document, elsewhere / document.name)
    first = generate(document, tmp_path / "one", "1", ROOT)
    second = generate(document.name, tmp_path / "far" / "two", "4242", elsewhere)
    assert first.keys() == second.keys()
    assert [path for path, content in first.items() if content != second[path]] == []


def test_no_file_says_where_or_when_it_was_woven(tmp_path: Path) -> None:
    files = generate(SPEC, tmp_path / "out", "7", ROOT)
    secrets = [str(ROOT).encode(), str(tmp_path).encode(), str(Path.home()).encode() + b"/"]
    told = {
        path: secret
        for path, content in files.items()
        for secret in secrets
        if secret in content and len(secret) > 3
    }
    assert told == {}
