"""Job tokens: an operation and an id as one short text that fits into a URL or a shell."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

from .effects import Caught
from .errors import ConfigurationError, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["read_token", "write_token"]

_PLAIN = re.compile(r"[A-Za-z0-9._-]+\Z")


def write_token(operation: str, job_id: str, parameters: Mapping[str, Any]) -> str:
    """The token of a job; `parameters` are what its id alone does not give.

    Those of the poll go by their names, and sources of other calls as they are written.
    """
    if not parameters and _PLAIN.match(job_id):
        return f"{operation}~{job_id}"
    # Python's own writer escapes lone surrogates, which an answer's id may have.
    told = [job_id, dict(parameters)] if parameters else [job_id]
    packed = json.dumps(told, separators=(",", ":")).encode("ascii")
    return f"{operation}~~{base64.urlsafe_b64encode(packed).decode('ascii').rstrip('=')}"


def read_token(text: str, operations: list[str]) -> tuple[str, str, dict[str, Any]]:
    """The operation, id and parameters of a token, or of a bare id where one operation makes jobs.

    Raises:
        ConfigurationError: it is no token, and more than one operation makes jobs.
    """
    operation, mark, rest = text.strip().partition("~")
    if mark and operation in operations:
        return operation, *_unpacked(rest)
    if len(operations) == 1 and text.strip():
        return operations[0], text.strip(), {}
    raise ConfigurationError(
        f"{printable(text, 100)!r} is no job token",
        hint=f"write operation~id; operations that make jobs: {', '.join(operations) or 'none'}",
    )


def _unpacked(rest: str) -> tuple[str, dict[str, Any]]:
    if not rest.startswith("~"):
        if rest:
            return rest, {}
        raise ConfigurationError("the job token has no id", hint="write operation~id")
    with Caught(ValueError, TypeError, RecursionError):
        packed = base64.urlsafe_b64decode(rest[1:] + "=" * (-len(rest[1:]) % 4))
        job_id, *more = json.loads(packed)
        given = dict(more[0]) if more else {}
        if isinstance(job_id, str) and job_id and isinstance(given.get("$url", ""), str):
            return job_id, given
    raise ConfigurationError(f"the job token {printable(rest, 100)!r} is damaged")
