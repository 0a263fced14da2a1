"""Requests against the same schemas that the client checks before it sends."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from .borrowed import RequestChecks
from .facets import Facets
from .limits import limited, relaxed
from .requests import RefusalError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .description import VendorCode
    from .sources import Source

__all__ = ["Checking"]


class Checking:
    """Refuses bodies that break a rule: with the rule's code where it has one, else with 400."""

    def __init__(self, schemas: Source, codes: Mapping[str, VendorCode]) -> None:
        self._codes, self._schemas = codes, schemas
        messages = {code: known.message for code, known in codes.items()}
        self._checks = RequestChecks(self._read, messages, formats=True)

    def refuse_wrong(
        self, check: str, body: Any, others: Sequence[str] = (), status: int = 400
    ) -> None:
        """Nothing, if the body is as it should be and `others`, found before, are none.

        Raises:
            RefusalError: it is not; the message tells all that is wrong.
        """
        problems = self._checks.problems(check, body) if check else []
        told = [*others, *map(str, problems)]
        if not told:
            return
        message = "; ".join(told)
        code = next((each.code for each in problems if each.code in self._codes), None)
        if code is not None:
            raise RefusalError.of(code, self._codes[code], message)
        raise RefusalError(status if problems else 400, "invalid_request", message)

    def facets(self, check: str) -> Facets:
        """What the members of a body may be."""
        request = self._document.get("requests", {}).get(check, {})
        return Facets(request.get("body", {}), self._document.get("$defs", {}))

    def _read(self) -> bytes:
        return msgspec.json.encode(relaxed(limited(self._document)))

    @cached_property
    def _document(self) -> Mapping[str, Any]:
        document: Mapping[str, Any] = msgspec.json.decode(self._schemas.read_bytes())
        return document
