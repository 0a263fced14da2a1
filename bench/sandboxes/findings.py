"""What a judge found: once for each operation and reason, with an exchange that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOWN = 700  # characters of a body that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request as it was sent, and its answer; `status` 0 is no answer."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    status: int = 0
    answer_type: str = ""
    answer: bytes = b""

    def told(self) -> str:
        """Both, a line each."""
        kind = self.headers.get("content-type", "")
        sent = f" [{kind}] {shown(self.body)}" if self.body else ""
        answered = f"{self.status} [{self.answer_type}] {shown(self.answer)}"
        return f"    {self.method} {self.url}{sent}\n    -> {answered}"


@dataclass(slots=True, kw_only=True)
class Finding:
    """One reason at one operation.

    Attributes:
        check: Who found it.
        place: What makes it the same as another one of the operation.
        reason: In one line; of the first, where there are several.
        excuse: Why it is not the sandbox's, where it is not.
    """

    check: str
    operation: str
    place: str
    reason: str
    excuse: str = ""
    times: int = 1
    exchange: Exchange | None = None

    def line(self) -> str:
        """The finding in one line."""
        end = f" (excused: {self.excuse})" if self.excuse else ""
        return f"{self.check} | {self.operation} | {self.reason} | x{self.times}{end}"


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """The same findings as one, with how often they came."""
    found: dict[tuple[str, ...], Finding] = {}
    for one in findings:
        key = (one.check, one.operation, one.place, one.excuse)
        if key in found:
            found[key].times += one.times
        else:
            found[key] = one
    return list(found.values())


def shown(body: bytes) -> str:
    """A body as a person reads it, in one line, cut where it is long."""
    text = body.decode("utf-8", "backslashreplace").replace("\r", "\\r").replace("\n", "\\n")
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}... ({len(body)} bytes)"
