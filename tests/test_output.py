"""What writing does to a folder, and what it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from specloom.diagnostics import Report
from specloom.output import Changes, File, compare, write

if TYPE_CHECKING:
    from collections.abc import Callable


def files(**contents: str) -> list[File]:
    return [
        File(path=name.replace("__", "/"), content=text.encode()) for name, text in contents.items()
    ]


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def put(out: Path, wanted: list[File]) -> Changes:
    report = Report()
    changes = write(wanted, out, report)
    assert not report.diagnostics
    return changes


def differences(wanted: list[File], out: Path) -> Changes:
    report = Report()
    changes = compare(wanted, out, report)
    assert not report.diagnostics
    return changes


def refuse(out: Path, wanted: list[File]) -> list[tuple[str, str]]:
    """Write, check that nothing was changed, and return the codes and places of the errors.

    Comparing must say the same, but for edits by hand.
    """
    before = tree(out) if out.is_dir() else {}
    report = Report()
    assert write(wanted, out, report) == Changes()
    assert report.failed
    assert (tree(out) if out.is_dir() else {}) == before
    assert not list(out.glob(".specloom-*"))
    if not {found.code for found in report.diagnostics} & {"edited-file", "unwritable-folder"}:
        compared = Report()
        assert compare(wanted, out, compared) == Changes()
        assert compared.diagnostics == report.diagnostics
    places = [
        found.at.file.removeprefix(out.as_posix()).lstrip("/") for found in report.diagnostics
    ]
    return [(found.code, place) for found, place in zip(report.diagnostics, places, strict=True)]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "made" / "out"


def test_only_what_changed_is_written(out: Path) -> None:
    assert put(out, files(a="1", b="1", c__d="1")).written == ("a", "b", "c/d", "manifest.json")
    inodes = {path: (out / path).stat().st_ino for path in tree(out)}
    changes = put(out, files(a="1", b="2", e="1"))
    assert changes == Changes(
        written=("b", "e", "manifest.json"), removed=("c/d",), unchanged=("a",)
    )
    assert tree(out).keys() == {"a", "b", "e", "manifest.json"}
    assert not (out / "c").exists()
    assert (out / "a").stat().st_ino == inodes["a"]
    assert put(out, files(a="1", b="2", e="1")).written == ()


def test_comparing_says_what_writing_would_do_and_does_nothing(out: Path) -> None:
    wanted = files(a="1", b="1")
    assert differences(wanted, out).written == ("a", "b", "manifest.json")
    assert not out.exists()
    put(out, wanted)
    assert differences(wanted, out) == Changes(unchanged=("a", "b", "manifest.json"))
    (out / "a").write_text("edited")
    assert differences(wanted, out).written == ("a",)
    assert differences(files(b="1"), out).removed == ("a",)


def test_comparing_names_what_somebody_put_among_our_files(out: Path) -> None:
    wanted = files(a__b="1", c="1")
    put(out, wanted)
    (out / "notes").write_text("beside the folders of the output")
    for path in ("a/mine.py", "a/deep/er.py", "a/b.py", "a/__pycache__/b.pyc", "a/x.pyc"):
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text("mine")
    for tool in ("x.egg-info", ".mypy_cache", ".ruff_cache", ".pytest_cache"):
        (out / "a" / tool).mkdir()
        (out / "a" / tool / "left").write_text("lying about")
    (out / "a" / "link").symlink_to(out.parent)
    foreign = ("a/b.py", "a/deep/er.py", "a/link", "a/mine.py")
    assert differences(wanted, out) == Changes(
        unchanged=("a/b", "c", "manifest.json"), foreign=foreign
    )
    # What is no longer wanted is ours all the same, and a folder of ours is one until it is removed.
    assert differences(files(c="1"), out).foreign == foreign
    assert put(out, wanted) == Changes(unchanged=("a/b", "c", "manifest.json"))


@pytest.mark.parametrize("unreadable", ["manifest.json", "a/b", "a", ""])
def test_what_cannot_be_read_is_a_finding(
    unreadable: str, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = files(a__b="1")
    put(out, wanted)
    place = out / unreadable

    # Permissions do not stop everybody who runs tests.
    def guarded(call: Callable[[Path], object]) -> Callable[[Path], object]:
        def read(path: Path) -> object:
            if path == place:
                raise PermissionError(13, "Permission denied", str(path))
            return call(path)

        return read

    for name in ("read_bytes", "iterdir", "is_dir"):
        monkeypatch.setattr(Path, name, guarded(getattr(Path, name)))
    found = Report()
    assert compare(wanted, out, found) == Changes()
    (finding,) = found.diagnostics
    assert (finding.severity, finding.code) == ("error", "unwritable-folder")
    assert (finding.at.file, "Permission denied" in finding.message) == (place.as_posix(), True)


def test_the_same_files_give_the_same_manifest_everywhere(tmp_path: Path) -> None:
    put(tmp_path / "x", files(b="1", a="2"))
    put(tmp_path / "y" / "z", files(a="2", b="1"))
    manifest = (tmp_path / "x" / "manifest.json").read_text()
    assert manifest == (tmp_path / "y" / "z" / "manifest.json").read_text()
    assert list(json.loads(manifest)["files"]) == ["a", "b"]
    assert "tmp" not in manifest


def test_a_generated_file_that_was_deleted_is_written_again(out: Path) -> None:
    put(out, files(a="1"))
    (out / "a").unlink()
    assert put(out, files(a="1")).written == ("a",)


def test_a_folder_of_somebody_else_is_left_alone(out: Path) -> None:
    out.mkdir(parents=True)
    (out / "thesis.txt").write_text("years of work")
    (out / "a").write_text("mine")
    report = Report()
    write(files(a="1"), out, report)
    (found,) = report.diagnostics
    assert found.code == "foreign-folder"
    assert "a, thesis.txt" in found.message
    assert refuse(out, files(b="1")) == [("foreign-folder", "")]


def test_a_file_of_somebody_else_is_not_overwritten(out: Path) -> None:
    put(out, files(a="1"))
    (out / "b").write_text("mine")
    assert refuse(out, files(a="2", b="1")) == [("foreign-folder", "")]


def test_files_that_we_do_not_write_may_lie_beside_ours(out: Path) -> None:
    put(out, files(a__b="1"))
    (out / "a" / "notes").write_text("mine")
    put(out, files(c="1"))
    assert tree(out / "a") == {"notes": "mine"}


def test_bytecode_is_nobodys(out: Path) -> None:
    (out / "a" / "__pycache__").mkdir(parents=True)
    (out / "a" / "__pycache__" / "b.cpython-311.pyc").write_bytes(b"")
    put(out, files(a__b="1"))


@pytest.mark.parametrize("wanted", [files(a="1", b="1", c="2"), files(d="1"), files()])
def test_files_that_were_edited_by_hand_are_all_named_and_kept(
    wanted: list[File], out: Path
) -> None:
    put(out, files(a="1", b="1", c="1"))
    (out / "a").write_text("mine")
    (out / "b").write_text("mine too")
    assert refuse(out, wanted) == [("edited-file", "a"), ("edited-file", "b")]


def test_an_edit_that_says_what_is_generated_now_is_no_conflict(out: Path) -> None:
    put(out, files(a="1"))
    (out / "a").write_text("2")
    assert put(out, files(a="2")).written == ("manifest.json",)


@pytest.mark.parametrize(
    "manifest",
    [
        '{"name": "an app", "icons": []}',
        "<<<<<<< ours",
        "[]",
        "[" * 100_000,
        '{"written-by": "specloom", "files": {"../x": "sha256:%s"}}' % ("0" * 64),
        '{"written-by": "specloom", "files": {"a": 1}}',
    ],
)
def test_a_manifest_that_is_not_ours_stops_everything(manifest: str, out: Path) -> None:
    out.mkdir(parents=True)
    (out.parent / "x").write_text("mine")
    (out / "manifest.json").write_text(manifest)
    assert refuse(out, files(a="1")) == [("foreign-folder", "manifest.json")]
    assert (out.parent / "x").exists()


@pytest.mark.parametrize(
    "path",
    [
        *("", "..", "../x", "a/../../x", "/x", "a//b", "./a", "a/.", "a/"),
        *("C:/x", "C:x", "a\\b", "\\\\host\\x", "a\0b", "a\nb", "a\ud800", "a?", "x" * 256),
        *("aux", "a/NUL.py", "com1.txt", "LPT9", "a.", "a ", ".git/hooks/x"),
    ],
)
def test_a_path_that_some_system_would_write_elsewhere_is_refused(path: str, out: Path) -> None:
    assert refuse(out, [*files(a="1"), File(path=path, content=b"")]) == [("unsafe-path", "")]


@pytest.mark.parametrize(
    "path", ["auxiliary.py", "console", ".github/x", "a..b", "données/日本.md", "nul_.py"]
)
def test_an_ordinary_path_is_written(path: str, out: Path) -> None:
    assert path in put(out, [File(path=path, content=b"")]).written


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a/b", "a/B"),
        ("a/b", "A/c"),
        ("caf\u00e9", "cafe\u0301"),
        ("a", "a"),
        ("a", "a/b"),
        ("a/b", "a"),
        ("x", "manifest.json"),
        ("x", "Manifest.json"),
    ],
)
def test_two_files_at_one_place_are_refused(one: str, other: str, out: Path) -> None:
    wanted = [File(path=one, content=b"1"), File(path=other, content=b"2")]
    assert {code for code, _ in refuse(out, wanted)} == {"path-collision"}


@pytest.mark.parametrize("link", ["a", "a/b", "manifest.json"])
def test_a_symbolic_link_is_not_followed(link: str, out: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (out / link).parent.mkdir(parents=True)
    (out / link).symlink_to(elsewhere)
    assert ("unsafe-path", link) in refuse(out, files(a__b="1"))
    assert not list(elsewhere.iterdir())


def test_a_folder_may_become_a_file_and_a_file_a_folder(out: Path) -> None:
    put(out, files(a="1", b__c__d="1"))
    put(out, files(a__x="1", b="1"))
    assert tree(out).keys() == {"a/x", "b", "manifest.json"}
    (out / "a" / "notes").write_text("mine")
    assert refuse(out, files(a="1", b="1")) == [("foreign-folder", "")]


def test_what_is_no_folder_is_left_alone(out: Path) -> None:
    out.parent.mkdir()
    out.write_text("mine")
    assert refuse(out, files(a="1")) == [("foreign-folder", "")]
    assert out.read_text() == "mine"
    for act in (write, compare):
        report = Report()
        assert act(files(a="1"), out / "in" / "it", report) == Changes()
        assert [found.at.file for found in report.diagnostics] == [out.as_posix()]


def test_a_link_that_leads_nowhere_is_no_folder(out: Path) -> None:
    out.parent.mkdir()
    out.symlink_to(out.parent / "nowhere")
    assert refuse(out, files(a="1")) == [("foreign-folder", "")]
    assert not out.exists()


def test_a_run_that_was_cut_off_can_be_run_again(out: Path) -> None:
    put(out, files(a="1", b="1"))
    # Everything but the manifest had been put in place.
    (out / "b").write_text("2")
    (out / "c").write_text("2")
    put(out, files(a="1", b="2", c="2"))
    assert tree(out).keys() == {"a", "b", "c", "manifest.json"}
    (out / "manifest.json").unlink()
    put(out, files(a="1", b="2", c="2"))


def test_a_run_that_failed_halfway_can_be_run_again(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(out, files(a="1", z="1"))
    rename = Path.replace

    def stop(place: Path, target: Path) -> Path:
        if target.name == "z":
            raise OSError(5, "Input/output error")
        return rename(place, target)

    report = Report()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stop)
        write(files(a="2", z="2"), out, report)
    assert [found.code for found in report.diagnostics] == ["unwritable-folder"]
    assert put(out, files(a="2", z="2")).written == ("manifest.json", "z")


def test_a_disk_that_is_full_changes_nothing(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(out, files(a="1", b="1"))

    def fill(place: Path, content: bytes) -> int:
        if content == b"3":
            raise OSError(28, "No space left on device", str(place))
        with place.open("wb") as file:
            return file.write(content)

    monkeypatch.setattr("pathlib.Path.write_bytes", fill)
    assert [code for code, _ in refuse(out, files(a="2", b="3"))] == ["unwritable-folder"]
