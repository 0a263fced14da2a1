"""What [tool.specloom] of a pyproject.toml may say, and what is said of it where it cannot be meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.weaving import SPEC

from specloom.cli import main
from specloom.settings import Settings, SettingsError, read_settings

IN = "in [tool.specloom]"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pyproject.toml of the current folder, not yet written."""
    monkeypatch.chdir(tmp_path)
    return Path("pyproject.toml")


def test_settings_are_read(project: Path) -> None:
    assert read_settings(project) == Settings()
    project.write_text("[project]\nname = 'x'\n")
    assert read_settings(project) == Settings()
    project.write_text(
        "[tool.specloom]\ndocument = 'api.yaml'\nout = 'made'\npackage = 'zoo'\nstrict = true\n"
    )
    assert read_settings(project) == Settings(
        document=Path("api.yaml"), out=Path("made"), package="zoo", strict=True
    )


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("[tool.specloom\n", ["this is not TOML: Expected ']' at the end of a table declaration"]),
        ("\ufeff\0", ["this is not TOML: "]),
        ("a = " + "[" * 100_000, ["this is nested too deeply"]),
        ("tool = 3", ["`tool` must be a table, [tool], not 3"]),
        ("[tool]\nspecloom = 'x'", ["`tool.specloom` must be a table, [tool.specloom], not 'x'"]),
        ("[[tool.specloom]]", ["`tool.specloom` must be a table, [tool.specloom], not a list"]),
        ("[tool.specloom]\ndocument = 3", [f"`document` {IN} must be text, not 3"]),
        ("[tool.specloom]\nout = ''", [f"`out` {IN} must be a path, not ''"]),
        ("[tool.specloom]\nout = 'a\\u0000'".replace("'", '"'), [f"`out` {IN} must be a path, "]),
        (
            "[tool.specloom]\ndocument = [1]\npackage = 3\nstrict = 'no'\npakage = 'zoo'\nx = 1",
            [
                f"`document` {IN} must be text, not a list",
                f"`package` {IN} must be text, not 3",
                f"`strict` {IN} must be true or false, not 'no'",
                "'pakage' is not a key of [tool.specloom]; did you mean `package`?",
                "'x' is not a key of [tool.specloom]; it may hold document, overlays, out, package, strict",
            ],
        ),
        ("[tool.specloom]\nstrict = 1", [f"`strict` {IN} must be true or false, not 1"]),
        ("[tool.specloom]\nout = true", [f"`out` {IN} must be text, not true"]),
        (
            "[tool.specloom]\npackage = '2fast'",
            [f"`package` {IN}: no package can be called '2fast'"],
        ),
        ('[tool.specloom]\n"\\u001b[2J" = 1', ["'\\x1b[2J' is not a key of [tool.specloom]; "]),
    ],
)
def test_everything_that_cannot_be_meant_is_said_at_once(
    project: Path, capsys: pytest.CaptureFixture[str], text: str, findings: list[str]
) -> None:
    project.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        read_settings(project)
    starts = [f"pyproject.toml: {finding}" for finding in findings]
    told = caught.value.findings
    assert [line[: len(start)] for line, start in zip(told, starts, strict=True)] == starts
    assert main(["check"]) == 2
    said = capsys.readouterr()
    assert said.err == "".join(f"specloom: {line}\n" for line in told)
    assert said.out == ""


def test_a_file_that_cannot_be_read_is_said(project: Path) -> None:
    project.write_bytes(b"# \xff")
    with pytest.raises(SettingsError, match=r"^pyproject\.toml: this is not UTF-8 \(at byte 3\)$"):
        read_settings(project)
    project.unlink()
    project.mkdir()
    with pytest.raises(SettingsError, match=r"^pyproject\.toml: this cannot be read: "):
        read_settings(project)


def test_a_document_that_is_named_has_nothing_to_do_with_the_settings(project: Path) -> None:
    project.write_text("[tool.specloom\n")
    assert main(["validate", str(SPEC)]) == 0
