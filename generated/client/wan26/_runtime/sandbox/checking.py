"""Requests against the same schemas that the client checks before it sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .borrowed import RequestChecks
from .requests import RefusalError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .description import VendorCode

__all__ = ["Checking"]


class Checking:
    """Refuses bodies that break a rule: with the rule's code where it has one, else with 400."""

    def __init__(self, schemas: Path, codes: Mapping[str, VendorCode]) -> None:
        self._codes = codes
        messages = {code: known.message for code, known in codes.items()}
        self._checks = RequestChecks(schemas.read_bytes, messages)

    def refuse_wrong(self, check: str, body: Any) -> None:
        """Nothing, if the body is as it should be.

        Raises:
            RefusalError: it is not; the message tells all that is wrong.
        """
        problems = self._checks.problems(check, body)
        if not problems:
            return
        message = "; ".join(map(str, problems))
        code = next((each.code for each in problems if each.code in self._codes), None)
        if code is not None:
            raise RefusalError.of(code, self._codes[code], message)
        raise RefusalError(400, "invalid_request", message)
