"""Where the judges live: virtual environments of their own, made where there are none."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bench.running import run

if TYPE_CHECKING:
    from collections.abc import Sequence

FUZZER = "schemathesis==4.32.5"
PEER = "openapi-python-client==0.29.1"
TEXTS = "rstr==3.2.2"  # by which `bench.wire` makes texts for a pattern
LIMIT = 600.0  # seconds for each step of an installation


def fuzzer(cache: Path) -> Path:
    """The environment of Schemathesis."""
    return _environment(cache / "schemathesis", FUZZER)


def peer(cache: Path) -> Path:
    """The environment of openapi-python-client, the one of `bench.documents`."""
    folder = cache / "peer"
    return (
        folder
        if (folder / "bin" / "openapi-python-client").exists()
        else _environment(folder, PEER)
    )


def _environment(folder: Path, requirement: str) -> Path:
    ready = folder / requirement
    if not ready.exists():
        _do([sys.executable, "-m", "venv", folder], requirement, folder.parent)
        python = folder / "bin" / "python"
        _do([python, "-m", "pip", "install", "--quiet", requirement], requirement, folder.parent)
        ready.touch()
    return folder


def lend_texts(cache: Path) -> None:
    """Let this process import what draws texts for patterns, which nothing but benches needs."""
    folder = cache / TEXTS
    if not folder.exists():
        python = Path(sys.executable)
        words = ("-m", "pip", "install", "--quiet", "--no-deps", TEXTS, "--target")
        _do([python, *words, folder], TEXTS, cache)
    sys.path.append(str(folder))


def _do(command: Sequence[str | Path], requirement: str, folder: Path) -> None:
    done = run(command, folder=folder, seconds=LIMIT, environment={"PIP_CONSTRAINT": ""})
    if done.code:
        sys.exit(f"{requirement} cannot be installed: {done.errors}")
