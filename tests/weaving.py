"""Weaving documents in tests: into a scratch folder, to be run by scripts of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from specloom.output import MANIFEST
from specloom.pipeline import weave

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specloom.pipeline import Woven

ROOT = Path(__file__).parents[1]
SPEC = ROOT / "spec" / "wan26.yaml"
GENERATED = ROOT / "generated"
RUNTIME = ROOT / "generator" / "specloom" / "targets" / "client" / "runtime"


def weave_package(document: Path, package: str, folder: Path) -> Woven:
    """Weave a document and lay its package into `folder`, from where it can be imported."""
    woven = weave(document, package=package)
    assert woven.api is not None, woven.findings
    lay(woven, package, folder)
    return woven


def lay(woven: Woven, package: str, folder: Path, *, runtime: bool = True) -> None:
    """Write the files of the package alone, with the runtime's copy or without."""
    prefix = f"client/{package}/"
    for file in woven.files:
        inner = file.path.removeprefix(prefix)
        if inner != file.path and (runtime or not inner.startswith("_runtime/")):
            path = folder / package / inner
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)


def run_python(
    *arguments: str | Path,
    path: tuple[Path, ...] = (),
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run Python, warnings as errors, with further folders to import from; without this process' settings."""
    kept = {"PATH", "HOME", "XDG_CACHE_HOME"}
    inherited = {name: value for name, value in os.environ.items() if name in kept}
    return subprocess.run(
        [sys.executable, "-P", "-W", "error", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={
            **inherited,
            "PYTHONPATH": os.pathsep.join(map(str, (*path, ROOT))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUTF8": "1",
            **(environment or {}),
        },
    )


_OWN_RUNTIME = re.compile(r"^((?: *)from )\.+_runtime\b", re.MULTILINE)


def lean_on_source(folder: Path) -> None:
    """Let woven modules import the runtime where it is written, so that a type checker reads it once."""
    for module in folder.rglob("*.py"):
        text = module.read_text("utf-8")
        told = _OWN_RUNTIME.sub(r"\1specloom.targets.client.runtime", text)
        module.write_text(told, "utf-8")


def tree(folder: Path) -> dict[str, bytes]:
    """All files of a folder by their paths in it; the manifest and what tools leave lying about are left out."""
    found = {
        path.relative_to(folder): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".pyc" and path.name != MANIFEST
    }
    return {
        inner.as_posix(): path.read_bytes()
        for inner, path in found.items()
        if not any(part.startswith(".") for part in inner.parts)
    }
