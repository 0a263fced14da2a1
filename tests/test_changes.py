"""One changed line shows wherever it matters, and nothing else is touched; what is not ours is not lost."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.golden.cases import differences, is_kept, rewrite
from tests.weaving import ROOT, SPEC, run_python, tree

from specloom.cli import main

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = ("--package", "wan26")


@pytest.fixture(scope="module")
def woven_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the document and what it gives."""
    folder = tmp_path_factory.mktemp("once")
    shutil.copy(SPEC, folder / "api.yaml")
    assert main(["generate", str(folder / "api.yaml"), "--out", str(folder / "out"), *PACKAGE]) == 0
    return folder


@pytest.fixture
def woven(woven_once: Path, tmp_path: Path) -> Path:
    """A copy of it that may be spoilt."""
    folder = tmp_path / "work"
    shutil.copytree(woven_once, folder)
    return folder


def change(folder: Path, old: str, new: str) -> None:
    document = folder / "api.yaml"
    text = document.read_text("utf-8")
    assert text.count(old) == 1, old
    document.write_text(text.replace(old, new), "utf-8")


def run(folder: Path, command: str, *more: str) -> int:
    return main([command, str(folder / "api.yaml"), "--out", str(folder / "out"), *PACKAGE, *more])


A_SIZE = ("        - 1248*1632\n", "        - 1248*1632\n        - 640*480\n")
A_CODE = (
    "x-limits:\n",
    "  '001026100':\n    name: OutOfPaper\n    kind: server\n    message: there is no paper\n\nx-limits:\n",
)
A_PARAMETER = (
    "        seed:\n          type: integer\n",
    (
        "        grain: {type: number, minimum: 0, description: How grainy it is.}\n"
        "        seed:\n          type: integer\n"
    ),
)


@pytest.mark.parametrize(
    ("changes", "word", "files"),
    [
        (
            (A_SIZE,),
            "640*480",
            {"client/wan26/models/videos.py", "client/wan26/_schemas.json", "docs/videos.md"},
        ),
        (
            (A_CODE,),
            "OutOfPaper",
            {"client/wan26/errors.py", "client/wan26/sandbox/api.json", "docs/errors.md"},
        ),
        (
            (A_PARAMETER,),
            "grain",
            {
                "client/wan26/models/videos.py",
                "client/wan26/resources/videos.py",
                "client/wan26/_schemas.json",
                "docs/videos.md",
            },
        ),
    ],
    ids=["size", "code", "parameter"],
)
def test_a_change_appears_in_client_docs_and_sandbox(
    woven: Path,
    changes: tuple[tuple[str, str], ...],
    word: str,
    files: set[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = tree(woven / "out")
    for old, new in changes:
        change(woven, old, new)
    assert run(woven, "check", "--strict") == 1
    said = capsys.readouterr().out
    assert {path for path in files if f"differs: {woven / 'out' / path}\n" in said} == files
    assert tree(woven / "out") == before
    assert run(woven, "generate") == 0
    said = capsys.readouterr().out
    after = tree(woven / "out")
    changed = {path for path in after if after[path] != before.get(path)}
    assert files <= changed
    assert {path for path in changed if word.encode() in after[path]} >= files
    # What was written is what is named, and it is no more than what changed.
    named = [line.removeprefix(f"wrote {woven / 'out'}/") for line in said.splitlines()]
    assert sorted(named) == sorted({*changed, "manifest.json"})
    assert not [path for path in changed if "/_runtime/" in path]
    assert run(woven, "check") == 0


def test_the_golden_names_what_changed_until_it_is_written_again(
    woven: Path, tmp_path: Path
) -> None:
    expected = tmp_path / "expected"
    rewrite(expected, golden(woven))
    assert differences(golden(woven), tree(expected)) == []
    change(woven, *A_SIZE)
    assert run(woven, "generate", "--strict") == 0
    assert run(woven, "check") == 0
    # `generated/` follows the document at once; what was reviewed does not.
    told = {one.partition("\n")[0]: one for one in differences(golden(woven), tree(expected))}
    assert {"client/wan26/models/videos.py", "client/wan26/_schemas.json", "docs/videos.md"} <= set(
        told
    )
    assert '+    VALUE_640_480 = "640*480"' in told["client/wan26/models/videos.py"]
    done = rewrite(expected, golden(woven))
    assert done == [f"wrote {path}" for path in golden(woven) if path in told]
    assert differences(golden(woven), tree(expected)) == []
    assert rewrite(expected, golden(woven)) == []
    assert rewrite(expected, {}) == [f"removed {path}" for path in sorted(golden(woven))]


def golden(folder: Path) -> dict[str, bytes]:
    """What lies in the output folder, so far as a golden keeps it."""
    return {path: content for path, content in tree(folder / "out").items() if is_kept(path)}


def test_a_size_without_a_tier_has_an_unknown_price(woven: Path) -> None:
    change(woven, *A_SIZE)
    assert run(woven, "generate", "--strict") == 0
    page = (woven / "out/docs/videos.md").read_text("utf-8")
    assert "| `640*480` | `Size.VALUE_640_480` | unknown |" in re.sub(r" +\|  \|", " |", page)
    assert "| unknown | `640*480` |" in page
    script = (
        "from wan26 import Size, Wan26\n"
        "client = Wan26('sandbox', prices={'720P': '0.1', '1080P': '0.2'})\n"
        "told = client.videos.estimate(size=Size.VALUE_640_480, duration=5)\n"
        "assert client.videos.estimate(size=Size.SQUARE_720P).amount is not None\n"
        "assert (told.tier, told.unit_price, told.amount) == (None, None, None), told\n"
        "assert told.quantity == 5\n"
    )
    done = run_python("-c", script, path=(woven / "out/client",))
    assert done.returncode == 0, done.stderr


def test_a_document_may_grow_without_renaming_what_stood_there(woven: Path) -> None:
    before = (woven / "out/client/wan26/models/videos.py").read_text("utf-8")
    change(
        woven,
        "    ErrorAnswer:\n",
        "    video-task: {type: object, properties: {a: {type: string}}}\n    ErrorAnswer:\n",
    )
    assert run(woven, "generate") == 0
    after = (woven / "out/client/wan26/models/videos.py").read_text("utf-8")
    assert [line for line in before.splitlines() if line not in after.splitlines()] == []


def test_nothing_changed_touches_nothing(woven: Path, capsys: pytest.CaptureFixture[str]) -> None:
    times = {path: path.stat().st_mtime_ns for path in woven.rglob("*")}
    capsys.readouterr()
    assert run(woven, "generate") == 0
    said = capsys.readouterr().out
    assert said.startswith("nothing changed: ")
    assert str(woven / "api.yaml") in said
    assert run(woven, "check") == 0
    assert {path: path.stat().st_mtime_ns for path in woven.rglob("*")} == times


def test_what_is_no_longer_woven_is_removed(
    woven: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(woven, "      x-job:\n", "      x-job-no-more:\n")
    change(woven, "x-price:\n", "x-price-no-more:\n")
    assert (woven / "out/client/wan26/__main__.py").is_file()
    run(woven, "generate")
    assert f"removed {woven / 'out/client/wan26/__main__.py'}" in capsys.readouterr().out
    assert not (woven / "out/client/wan26/__main__.py").exists()


def test_a_file_edited_by_hand_is_said_and_left_alone(
    woven: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = woven / "out/client/wan26/errors.py"
    mine.write_text(mine.read_text("utf-8") + "# mine\n", "utf-8")
    change(woven, *A_CODE)
    before = tree(woven / "out")
    capsys.readouterr()
    assert run(woven, "generate") == 2
    said = capsys.readouterr()
    assert f"{mine.as_posix()}: error[edited-file]: " in said.err
    assert said.out == ""
    assert tree(woven / "out") == before
    assert run(woven, "check") == 1


def test_a_folder_of_somebody_else_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("years of work", "utf-8")
    assert main(["generate", str(SPEC), "--out", str(out), *PACKAGE]) == 2
    assert "error[foreign-folder]" in capsys.readouterr().err
    assert tree(out) == {"thesis.txt": b"years of work"}


def test_the_settings_of_a_project_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["generate"]) == 2
    assert "name a document" in capsys.readouterr().err
    document = (ROOT / "tests/fragments/a_plain_document_needs_no_extension.yaml").read_text(
        "utf-8"
    )
    (tmp_path / "api.yaml").write_text(document, "utf-8")
    (tmp_path / "pyproject.toml").write_text(
        "[tool.specloom]\ndocument = 'api.yaml'\nout = 'made'\npackage = 'zoo'\nstrict = true\n",
        "utf-8",
    )
    assert main(["generate"]) == 0
    assert (tmp_path / "made/client/zoo/__init__.py").is_file()
    assert main(["check"]) == 0
    assert main(["generate", "--package", "ark"]) == 0
    assert not (tmp_path / "made/client/zoo/__init__.py").exists()
    # `strict` is one of the settings: what was a warning stops the run.
    (tmp_path / "api.yaml").write_text(f"{document}x-adviec: []\n", "utf-8")
    assert main(["generate"]) == 2
    assert "error[extension-name]" in capsys.readouterr().err
    # A document that is named has nothing to do with the project's own.
    assert main(["generate", "api.yaml", "--out", "other"]) == 0
    assert (tmp_path / "other/client/pets/__init__.py").is_file()


def test_a_document_without_a_folder_is_not_woven(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", str(SPEC)]) == 2
    assert "--out DIR" in capsys.readouterr().err
    assert main(["check", str(SPEC)]) == 2
    assert "--out DIR" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["not a name", "../up", "class", "json", "con", "2fast"])
def test_a_package_gets_no_name_that_python_cannot_import(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", str(SPEC), "--out", str(tmp_path / "out"), "--package", name]) == 2
    assert repr(name) in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_validate_says_how_much_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", str(SPEC), "--strict"]) == 0
    assert capsys.readouterr().out == f"{SPEC}: no errors, no warnings\n"
    odd = tmp_path / "api.yaml"
    odd.write_text(SPEC.read_text("utf-8") + "\nx-adviec: []\n", "utf-8")
    assert main(["validate", str(odd)]) == 0
    said = capsys.readouterr()
    assert said.out == f"{odd}: no errors, 1 warning\n"
    assert "warning[extension-name]" in said.err
    two = tmp_path / "two.yaml"
    two.write_text(odd.read_text("utf-8") + "x-advise: []\n", "utf-8")
    assert main(["validate", str(two)]) == 0
    assert capsys.readouterr().out == f"{two}: no errors, 2 warnings\n"
    assert main(["validate", str(odd), "--strict"]) == 2
    assert "error[extension-name]" in capsys.readouterr().err
    assert main(["validate", str(tmp_path / "none.yaml")]) == 2


def test_the_model_is_printed_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", str(SPEC), "--package", "wan26"]) == 0
    model = json.loads(capsys.readouterr().out)
    assert (model["is"], model["package"], model["client_name"]) == ("Api", "wan26", "Wan26")
    assert [resource["name"] for resource in model["resources"]] == ["videos"]
    assert "Size" in [declared["name"] for declared in model["types"]]
    assert str(tmp_path) not in json.dumps(model)
    assert main(["model", str(tmp_path / "none.yaml")]) == 2
    assert capsys.readouterr().out == ""
