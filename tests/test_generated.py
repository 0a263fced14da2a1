"""The committed client, as people get it."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest
from tests.weaving import GENERATED, ROOT, run_python

CLIENT = GENERATED / "client"
PACKAGE = CLIENT / "wan26"


def run_script(script: str) -> str:
    done = run_python("-c", script, path=(CLIENT,))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_exported_can_be_imported_and_is_sorted() -> None:
    script = (
        "import json, wan26, wan26.models, wan26.errors;"
        "print(json.dumps({m.__name__: [m.__all__, [type(getattr(m, n)).__name__ for n in m.__all__],"
        " sorted(set(m.__all__) - set(dir(m)))] for m in (wan26, wan26.models, wan26.errors)}))"
    )
    for module, (names, kinds, hidden) in json.loads(run_script(script)).items():
        assert len(names) == len(kinds) > 5, module
        assert len(set(names)) == len(names), module
        assert hidden == [], module
        in_order = sorted(names, key=lambda name: (not name.isupper(), name[0].islower(), name))
        assert names == in_order, module
    assert "__all__" in (PACKAGE / "_client.py").read_text("utf-8")


def test_an_unknown_name_is_an_attribute_error() -> None:
    script = (
        "import wan26, wan26.models as m; print(hasattr(wan26, 'Nothing'), hasattr(m, 'Nothing'))"
    )
    assert run_script(script) == "False False\n"


@pytest.mark.parametrize(
    ("said", "heavy"),
    [
        ("import wan26", ("httpx2", "jsonschema_rs", "msgspec", "wan26.models", "wan26.resources")),
        ("from wan26 import Wan26; Wan26('sandbox')", ("httpx2", "jsonschema_rs", "wan26.models")),
        ("from wan26 import Wan26; Wan26('sandbox').videos", ("httpx2", "jsonschema_rs")),
    ],
    ids=["import", "client", "resource"],
)
def test_nothing_is_loaded_before_it_is_needed(said: str, heavy: tuple[str, ...]) -> None:
    loaded = run_script(f"{said}; import sys; print(*sys.modules)").split()
    assert "wan26" in loaded
    assert [name for name in loaded if name.startswith(heavy)] == []


def test_no_checker_is_silenced() -> None:
    silenced = re.compile(
        r"#\s*(type:\s*ignore|noqa|fmt:\s*(off|skip)|pyright:|pylint:|isort:|mypy:)"
    )
    modules = list(PACKAGE.rglob("*.py"))
    assert len(modules) > 50
    found = [path for path in modules if silenced.search(path.read_text("utf-8"))]
    assert found == []


def test_modules_are_short_enough_and_import_only_their_own() -> None:
    """The runtime is relative to the package; nothing reaches for the generator."""
    for path in PACKAGE.rglob("*.py"):
        imported = {
            name.partition(".")[0]
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else (
                    [node.module or ""]
                    if isinstance(node, ast.ImportFrom) and not node.level
                    else []
                )
            )
        }
        assert not imported & {"specloom", "tests", "wan26", "jinja2", "yaml"}, path


def test_the_distribution_can_be_built() -> None:
    table = tomllib.loads((CLIENT / "pyproject.toml").read_text("utf-8"))
    project = table["project"]
    assert project["name"] == "wan26"
    assert re.fullmatch(r"\d+\.\d+\.\d+", project["version"])
    assert (CLIENT / project["readme"]).is_file()
    assert {re.split(r"[<>=]", need)[0] for need in project["dependencies"]} == {
        "h11",  # which reads what is not plain HTTP/1.1; httpx2 installs it too
        "httpcore2",  # which httpx2 stands on, and installs
        "httpx2",
        "jsonschema-rs",
        "msgspec",
    }
    assert "sandbox" in project["optional-dependencies"]
    assert table["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["wan26"]
    assert (PACKAGE / "py.typed").is_file()


def test_the_manifest_lists_every_file() -> None:
    listed = json.loads((GENERATED / "manifest.json").read_text("utf-8"))["files"]
    lying = {
        path.relative_to(GENERATED).as_posix()
        for path in GENERATED.rglob("*")
        if path.is_file() and not {"__pycache__"} & set(path.parts)
    }
    lying = {path for path in lying if not any(part.startswith(".") for part in Path(path).parts)}
    assert set(listed) == lying - {"manifest.json"}


def test_nothing_names_the_machine_that_wove_it() -> None:
    for path in listed_files():
        assert str(ROOT).encode() not in path.read_bytes(), path


def listed_files() -> list[Path]:
    listed = json.loads((GENERATED / "manifest.json").read_text("utf-8"))["files"]
    return [GENERATED / path for path in listed]
