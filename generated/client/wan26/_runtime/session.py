"""What all calls of one client share."""

from __future__ import annotations

import importlib
import importlib.resources
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .checks import RequestChecks
from .errors import VendorError
from .hooks import NO_HOOKS, Hooks
from .pacing import Pacer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from .books import Books
    from .drivers import Clock
    from .logs import Log
    from .operations import Api, Operation
    from .settings import Settings

__all__ = ["Session"]

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Session:
    """The settings, paces and log of one client."""

    settings: Settings
    timeout: float | None
    max_retries: int
    log: Log
    clock: Clock
    rehearsing: bool = False  # everything is checked, nothing is sent
    hooks: Hooks = NO_HOOKS
    books: Books | None = None  # of the ledger, where there is one
    prompts: bool = True  # whether the ledger may hold what is asked for
    submits: Pacer = field(init=False)
    polls: Pacer = field(init=False)
    checks: RequestChecks = field(init=False)
    _operations: dict[int, tuple[Operation[Any], Operation[Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        limits = self.settings.api.limits
        self.submits = Pacer(limits.submits_per_second)
        self.polls = Pacer(limits.polls_per_second)
        messages = {
            code: known.message for code, known in self.api.error_codes.items() if known.message
        }
        self.checks = RequestChecks(self._load_schemas, messages)

    @property
    def api(self) -> Api:
        """The API, as set at run time."""
        return self.settings.api

    @property
    def prices(self) -> Mapping[str, Decimal]:
        """The user's unit prices by tier."""
        return self.settings.prices

    def changed(self, operation: Operation[T]) -> Operation[T]:
        """The operation as set at run time."""
        known = self._operations.get(id(operation))
        if known is None:
            known = (operation, self.settings.assumed.changed(operation))
            self._operations[id(operation)] = known  # kept, so that its identity stays its own
        return cast("Operation[T]", known[1])

    def _load_schemas(self) -> bytes:
        return importlib.resources.files(self.api.package).joinpath("_schemas.json").read_bytes()

    def vendor_class(self, code: str | None) -> type[VendorError] | None:
        """The class for a vendor's error code, found in the woven `errors` module."""
        known = self.api.error_codes.get(code) if code is not None else None
        if known is None:
            return None
        module = importlib.import_module(f"{self.api.package}.errors")
        found = getattr(module, known.class_name, None)
        return found if isinstance(found, type) and issubclass(found, VendorError) else None
