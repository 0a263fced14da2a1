"""What was woven last is used again, and what comes of it is what weaving anew gives, byte for byte."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.golden.cases import GOLDEN
from tests.weaving import SPEC, run_python, tree

from specloom.cli import main
from specloom.memory import FORGETFUL, Memory
from specloom.openapi.validate import Validation
from specloom.pipeline import weave
from specloom.targets.client import render

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specloom.pipeline import Woven

EDITS = 8
KITCHEN_SINK = GOLDEN / "kitchen_sink" / "document.yaml"
WORDS = ("string", "integer", "true", "null", "x", "'200'", "[]", "{}", "object", "Animal")
TELLS_MODULES = """
import sys
from specloom.cli import main
code = main(sys.argv[1:])
print("pipeline" if "specloom.pipeline" in sys.modules else "nothing that weaves", "is loaded")
sys.exit(code)
"""


@pytest.fixture
def alone() -> Iterator[None]:
    """Without the validator: it weaves nothing, and takes longer than all else here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Validation, "__init__", lambda validation, *_: None)
        patch.setattr(Validation, "tell", lambda validation, report: None)
        yield


def woven_with(document: Path, memory: Memory) -> Woven:
    return weave(document, package="api", memory=memory)


def outcome(woven: Woven) -> tuple[str, str, dict[str, bytes]]:
    files = {file.path: file.content for file in woven.files}
    return woven.findings, woven.hints, files


def edited(lines: list[str], drawn: random.Random) -> list[str]:
    """The lines with one of them changed, doubled, or gone."""
    at = drawn.randrange(len(lines))
    line = lines[at]
    if drawn.random() < 0.2:
        return [*lines[:at], *lines[at + 1 :]]
    if drawn.random() < 0.2:
        return [*lines[: at + 1], *lines[at:]]
    key, colon, value = line.partition(": ")
    if not colon or drawn.random() < 0.3:
        return [*lines[:at], f"{line}x", *lines[at + 1 :]]
    changed = drawn.choice([*WORDS, f"{value} more", value[:-1]])
    return [*lines[:at], f"{key}: {changed}", *lines[at + 1 :]]


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("source", [SPEC, KITCHEN_SINK], ids=["wan26", "kitchen_sink"])
def test_after_one_changed_line_everything_is_what_weaving_anew_gives(
    source: Path, seed: int, tmp_path: Path
) -> None:
    drawn = random.Random(seed)  # noqa: S311 - it must be the same every time
    lines = source.read_text("utf-8").split("\n")
    document, kept = tmp_path / "api.yaml", tmp_path / "kept"
    for _ in range(EDITS):
        now = edited(lines, drawn)
        document.write_text("\n".join(now), "utf-8")
        memory = Memory(kept, "same")
        again = woven_with(document, memory)
        assert outcome(again) == outcome(woven_with(document, FORGETFUL))
        if again.files:
            # A line that breaks the document is taken back, as its author would.
            memory.keep({})
            lines = now


@pytest.mark.usefixtures("alone")
def test_only_what_a_changed_line_is_in_is_laid_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out: list[str] = []

    def counted(text: str) -> str:
        laid_out.append(text)
        return text

    monkeypatch.setattr(render, "laid_out", counted)
    document, text = tmp_path / "api.yaml", SPEC.read_text("utf-8")
    counts = []
    for content in (
        text,
        text,
        text.replace("    get:\n", "    get:\n      deprecated: true\n", 1),
    ):
        document.write_text(content, "utf-8")
        memory = Memory(tmp_path / "kept", "same")
        woven_with(document, memory)
        memory.keep({})
        counts.append(len(laid_out))
        laid_out.clear()
    assert counts[0] > 10
    assert counts[1] == 0
    assert 0 < counts[2] <= 2


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    "spoilt", [b"", b"{}", b"[1]\n{}\n", b"\xff\xff", b'{"identity": "same"}\n']
)
def test_a_memory_that_is_no_memory_is_none(spoilt: bytes, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(spoilt)
    assert outcome(woven_with(SPEC, Memory(kept, "same"))) == outcome(woven_with(SPEC, FORGETFUL))


@pytest.mark.usefixtures("alone")
def test_a_memory_that_was_cut_or_is_of_another_generator_is_none(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    memory = Memory(kept, "same")
    whole = outcome(woven_with(SPEC, memory))
    memory.keep({})
    assert outcome(woven_with(SPEC, Memory(kept, "another"))) == whole
    kept.write_bytes(kept.read_bytes()[:-100])
    assert outcome(woven_with(SPEC, Memory(kept, "same"))) == whole


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A document with a finding and what it gives, in a folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    text = SPEC.read_text("utf-8")
    (tmp_path / "api.yaml").write_text(f"unknown: true\n{text}", "utf-8")
    assert generate(tmp_path) == 0
    return tmp_path


def generate(folder: Path, *more: str) -> int:
    command = ["generate", str(folder / "api.yaml"), "--out", str(folder / "out")]
    return main([*command, "--package", "wan26", *more])


def test_nothing_changed_is_told_as_before_without_weaving(project: Path) -> None:
    command = ("generate", project / "api.yaml", "--out", project / "out", "--package", "wan26")
    told = run_python("-c", TELLS_MODULES, *command)
    anew = run_python("-c", TELLS_MODULES, *command, "--no-cache")
    assert told.returncode == anew.returncode == 0
    assert "unknown" in told.stderr
    assert told.stderr == anew.stderr
    assert told.stdout == anew.stdout.replace("pipeline is", "nothing that weaves is")
    assert "nothing changed" in told.stdout


def test_a_file_that_was_edited_by_hand_is_noticed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "out" / "docs" / "README.md").write_text("mine\n", "utf-8")
    assert generate(project) == 2
    assert "error[edited-file]" in capsys.readouterr().err


def test_a_file_that_is_gone_is_written_again(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = tree(project / "out")
    (project / "out" / "docs" / "README.md").unlink()
    assert generate(project) == 0
    assert "wrote" in capsys.readouterr().out
    assert tree(project / "out") == whole


def test_another_question_is_answered_anew(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate(project, "--strict") == 2
    overlay = project / "more.yaml"
    overlay.write_text(
        "overlay: 1.0.0\ninfo: {title: t, version: '1'}\n"
        "actions: [{target: $.info, update: {title: Another}}]\n",
        "utf-8",
    )
    assert generate(project, "--overlay", str(overlay)) == 0
    assert generate(project, "--overlay", str(overlay)) == 0
    assert "nothing changed" in capsys.readouterr().out
    overlay.write_text(overlay.read_text("utf-8").replace("Another", "A third"), "utf-8")
    assert generate(project, "--overlay", str(overlay)) == 0
    assert "A third" in (project / "out" / "docs" / "README.md").read_text("utf-8")


def test_nothing_is_kept_where_nobody_wants_it(project: Path) -> None:
    shutil.rmtree(project / "caches")
    (project / "api.yaml").write_text(SPEC.read_text("utf-8"), "utf-8")
    assert generate(project, "--no-cache") == 0
    assert not (project / "caches").exists()


def test_a_folder_of_caches_that_cannot_be_written_stands_in_nobodys_way(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "file").write_text("", "utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(project / "file"))
    shutil.rmtree(project / "out")
    assert generate(project) == 0


def test_what_is_kept_is_the_same_whatever_the_hash_seed(tmp_path: Path) -> None:
    kept = []
    for seed in ("1", "2"):
        caches = tmp_path / f"caches{seed}"
        command = ("-m", "specloom", "generate", SPEC, "--out", tmp_path / "out")
        environment = {"PYTHONHASHSEED": seed, "XDG_CACHE_HOME": str(caches)}
        done = run_python(*command, environment=environment)
        assert done.returncode == 0, done.stderr
        kept.append([path.read_bytes() for path in caches.rglob("*.woven")])
        shutil.rmtree(tmp_path / "out")
    assert len(kept[0]) == 1
    assert kept[0] == kept[1]
