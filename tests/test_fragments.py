"""One small document for one claim: woven, run, and type-checked.

`fragments/<claim>.yaml` is woven into the package `<claim>`; `fragments/<claim>.py` uses it as people would. What
weaving finds in a document stands in its first line: `# finds: duplicate-operation-id`.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.weaving import ROOT, SPEC, lay, lean_on_source, run_python

from specloom.pipeline import weave

FRAGMENTS = Path(__file__).parent / "fragments"
CLAIMS = sorted(path.stem for path in FRAGMENTS.glob("*.yaml"))
BIN = Path(sys.executable).parent


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where this run keeps what it has woven, for all of its processes."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "woven"
    folder.mkdir(exist_ok=True)
    return folder


def woven(claim: str, shelf: Path) -> Path:
    """The folder with what is woven from a fragment: its package and `findings.json`; woven once."""
    place = shelf / claim
    if not place.is_dir():
        made = weave(FRAGMENTS / f"{claim}.yaml", package=claim)
        with TemporaryDirectory(dir=shelf) as stage:
            lay(made, claim, Path(stage))
            codes = sorted(diagnostic.code for diagnostic in made.report.diagnostics)
            told = json.dumps({"codes": codes, "text": made.findings})
            (Path(stage) / "findings.json").write_text(told, "utf-8")
            with suppress(OSError):  # another process was faster
                Path(stage).rename(place)
            Path(stage).mkdir(exist_ok=True)
    return place


def expected_findings(claim: str) -> list[str]:
    first = (FRAGMENTS / f"{claim}.yaml").read_text("utf-8").partition("\n")[0]
    said = first.removeprefix("# finds:")
    return sorted(said.replace(",", " ").split()) if said != first else []


def test_every_document_has_its_script() -> None:
    assert sorted(path.stem for path in FRAGMENTS.glob("*.py")) == CLAIMS


@pytest.mark.parametrize("claim", CLAIMS)
def test_the_claim_holds(claim: str, shelf: Path) -> None:
    place = woven(claim, shelf)
    found = json.loads((place / "findings.json").read_text("utf-8"))
    assert found["codes"] == expected_findings(claim), found["text"]
    done = run_python(FRAGMENTS / f"{claim}.py", path=(place,))
    assert done.returncode == 0, f"{claim}:\n{done.stdout}{done.stderr[-6000:]}"


@pytest.fixture(scope="module")
def everything(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All packages, without their copies of the runtime."""
    folder = tmp_path_factory.mktemp("everything")
    for claim in CLAIMS:
        package = woven(claim, shelf) / claim
        shutil.copytree(package, folder / claim, ignore=shutil.ignore_patterns("_runtime"))
    return folder


@pytest.fixture(scope="module")
def typed(everything: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same and `wan26`, with the runtime's source in place of its copies, and the scripts."""
    folder = tmp_path_factory.mktemp("typed") / "everything"
    shutil.copytree(everything, folder)
    lay(weave(SPEC, package="wan26"), "wan26", folder, runtime=False)
    lean_on_source(folder)
    for claim in CLAIMS:
        shutil.copy(FRAGMENTS / f"{claim}.py", folder / f"use_{claim}.py")
    shutil.copy(Path(__file__).with_name("typing_usage.py"), folder / "typing_usage.py")
    return folder


def test_every_woven_module_is_python(everything: Path) -> None:
    for module in everything.rglob("*.py"):
        ast.parse(module.read_text("utf-8"))


def test_mypy_finds_nothing(typed: Path) -> None:
    config = typed / "mypy.ini"
    config.write_text(
        "[mypy]\nstrict = True\nwarn_unreachable = True\nexplicit_package_bases = True\n"
        f"mypy_path = {ROOT / 'generator'}:{ROOT}\n"
        # What the source of the runtime says of itself is `make check`'s business.
        "[mypy-specloom.*,tests.*]\nfollow_imports = silent\n",
        "utf-8",
    )
    cache_dir = ROOT / ".mypy_cache" / "fragments"
    done = _run("mypy", "--config-file", config, "--cache-dir", cache_dir, ".", folder=typed)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pyright_finds_nothing(typed: Path) -> None:
    (typed / "pyrightconfig.json").write_text(
        f'{{"include": ["."], "extraPaths": ["{ROOT}/generator", "{ROOT}"],'
        f' "pythonVersion": "3.11", "typeCheckingMode": "standard",'
        f' "venvPath": "{ROOT}", "venv": "{BIN.parent.name}"}}',
        "utf-8",
    )
    done = _run("pyright", "--level", "warning", "--project", typed, folder=typed)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing_by_the_rules_of_the_woven_package(everything: Path) -> None:
    files = weave(FRAGMENTS / f"{CLAIMS[0]}.yaml", package=CLAIMS[0]).files
    rules = next(file for file in files if file.path == "client/pyproject.toml")
    (everything / "pyproject.toml").write_bytes(rules.content)
    done = _run("ruff", "check", "--no-cache", "--output-format", "concise", ".", folder=everything)
    assert done.returncode == 0, done.stdout + done.stderr


def test_black_changes_nothing(everything: Path) -> None:
    done = _run(
        "black",
        "--check",
        "--line-length",
        "100",
        "--target-version",
        "py311",
        ".",
        folder=everything,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _run(tool: str, *arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / tool, *map(str, arguments)], cwd=folder, capture_output=True, text=True, check=False
    )
