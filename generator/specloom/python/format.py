"""Black, the referee of the output's layout. `python -m specloom.python.format` is a worker of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import black
from black.mode import Mode, TargetVersion
from black.report import NothingChanged

from specloom.output import File
from specloom.python.docstrings import WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable

_MODE = Mode(line_length=WIDTH, target_versions={TargetVersion.PY311})
_WORTH_WORKERS = 400_000  # characters: below that, starting processes costs more than it saves


def format_files(files: Iterable[File]) -> list[File]:
    """The files with every Python module laid out by black; the others as they are."""
    given = list(files)
    modules = {file.path: file.content.decode() for file in given if file.path.endswith(".py")}
    if sum(len(text) for text in modules.values()) < _WORTH_WORKERS:
        formatted = format_texts(modules)
    else:
        formatted = _format_by_workers(modules)
    return [
        (
            File(path=file.path, content=formatted[file.path].encode())
            if file.path in formatted
            else file
        )
        for file in given
    ]


def format_texts(modules: dict[str, str]) -> dict[str, str]:
    """The text of each module as black writes it, by path."""
    return {path: _format(text) for path, text in modules.items()}


def _format(text: str) -> str:
    try:
        return black.format_file_contents(text, fast=True, mode=_MODE)
    except NothingChanged:
        return text


def _format_by_workers(modules: dict[str, str]) -> dict[str, str]:
    """As `format_texts`, with a process for each core; the long modules are dealt out first."""
    count = min(len(modules), os.cpu_count() or 1)
    hands: list[dict[str, str]] = [{} for _ in range(count)]
    for path in sorted(modules, key=lambda path: (-len(modules[path]), path)):
        smallest = min(hands, key=lambda hand: sum(len(text) for text in hand.values()))
        smallest[path] = modules[path]
    with ThreadPoolExecutor(count) as pool:
        done = list(pool.map(_run_worker, hands))
    return {path: text for hand in done for path, text in hand.items()}


def _run_worker(hand: dict[str, str]) -> dict[str, str]:
    # Not multiprocessing: that would run a caller's unguarded script once more in each worker.
    command = [sys.executable, "-m", "specloom.python.format"]
    finished = subprocess.run(  # noqa: S603 - our own interpreter and module
        command, input=json.dumps(hand), capture_output=True, text=True, check=True
    )
    return {str(path): str(text) for path, text in json.loads(finished.stdout).items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(format_texts(json.load(sys.stdin))))
