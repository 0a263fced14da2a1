"""The process in which openapi-spec-validator runs, begun before there is anything to validate."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["ValidatorProcess"]

_COMMAND = (sys.executable, "-P", "-X", "utf8", "-m", "specloom.openapi.spec_validator")


class ValidatorProcess:
    """A process that waits for a request; what it has to import first takes as long as reading a large document.

    It ends with the `with` block, whatever it is doing then.
    """

    def __init__(self) -> None:
        self._output, self._failure = "", "it was not heard out"
        self._listener: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._process = subprocess.Popen(
                _COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(),
            )
        except OSError as error:
            self._failure = f"it cannot be started: {error}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None and self._listener is None:
            self._process.kill()
            self._process.communicate()
        elif self._process is not None and self._listener is not None:
            if self._listener.is_alive():
                self._process.kill()
            self._listener.join()

    def ask(self, request: str, deadline: float) -> None:
        """Give it what it reads; after `deadline` seconds it is killed."""
        if self._process is not None:
            self._listener = threading.Thread(
                target=self._listen, args=(self._process, request, deadline), daemon=True
            )
            self._listener.start()

    def answer(self) -> tuple[str, str]:
        """What it wrote, and how it failed: `timeout`, other words, or nothing if it did not. Waits for its end."""
        if self._listener is not None:
            self._listener.join()
        return self._output, self._failure

    def _listen(self, process: subprocess.Popen[bytes], request: str, deadline: float) -> None:
        failure = ""
        with process:
            try:
                output, complaint = process.communicate(request.encode(), deadline)
            except subprocess.TimeoutExpired:
                process.kill()
                # Windows tells what was written until then only now.
                output, complaint = process.communicate()
                failure = "timeout"
            finally:
                process.kill()
        if process.returncode and not failure:
            lines = complaint.decode(errors="replace").strip().splitlines()
            failure = lines[-1] if lines else "no reason given"
        self._output, self._failure = output.decode(errors="replace"), failure


def _environment() -> dict[str, str]:
    """It imports what this process imports, wherever that comes from, and does not read the user's settings."""
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("OPENAPI_")},
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PYTHONHASHSEED": "0",
    }
