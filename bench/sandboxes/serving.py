"""The sandbox of a woven client, in a process of its own: `python bench/sandboxes/serving.py CLIENT`.

`CLIENT` holds the package `api`. It prints the URL, and ends when its standard input does.
"""

from __future__ import annotations

import importlib
import logging
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class UnservedError(Exception):
    """The sandbox did not start; the message is what it said."""


@contextmanager
def served(home: Path, log: Path) -> Iterator[str]:
    """The URL of the sandbox of `home/client`, while the block runs; what it says goes to a file.

    Raises:
        UnservedError: it did not start.
    """
    with log.open("w", encoding="utf-8") as errors:
        child = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__)), str(home / "client")],
            cwd=home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        with child:
            url = child.stdout.readline().strip() if child.stdout else ""
            if not url:
                child.kill()
                raise UnservedError(log.read_text("utf-8")[-1200:])
            try:
                yield url
            finally:
                child.kill()


def main() -> None:
    """Serve until standard input ends."""
    sys.path.insert(0, sys.argv[1])
    logging.basicConfig(level=logging.WARNING)  # what breaks is told with its traceback
    sandbox: Any = importlib.import_module("api.sandbox").Sandbox
    with sandbox(speed=0, one_film=True) as running:
        sys.stdout.write(f"{running.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
