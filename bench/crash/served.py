"""The sandbox in a process of its own, and what it tells."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Served"]


@dataclass(slots=True, kw_only=True)
class Served:
    """A sandbox, for as long as the `with` block lasts; all jobs show one small film."""

    home: Path
    options: Sequence[str] = ()
    url: str = ""
    _process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "wan26.sandbox", "--port", "0", "--one-film"]
        with (self.home / "sandbox.txt").open("a", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                [*command, *self.options], stdout=subprocess.PIPE, stderr=errors, text=True
            )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if " at http" not in line:
            raise RuntimeError(f"the sandbox did not start: {line or self._said()}")
        self.url = line.partition(" at ")[2].split()[0]
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.communicate()

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs, in the order in which they were created."""
        found: list[dict[str, Any]] = self._get("jobs")
        return found

    def report(self) -> dict[str, Any]:
        """What was asked of it, and what it charged."""
        found: dict[str, Any] = self._get("report")
        return found

    def _get(self, name: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/_sandbox/{name}") as answer:  # noqa: S310 - ours
            return json.load(answer)

    def _said(self) -> str:
        return (self.home / "sandbox.txt").read_text("utf-8")[-600:]
