"""What all calls of one client share."""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec import Struct

from .errors import VendorError
from .hooks import NO_HOOKS, Hooks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from .books import Books
    from .checks import RequestChecks
    from .drivers import Clock
    from .logs import Log
    from .operations import Api, Operation
    from .pacing import Pacer
    from .settings import Settings

__all__ = ["Session"]

T = TypeVar("T")


class Session(Struct, kw_only=True, eq=False, dict=True):
    """The settings, paces and log of one client."""

    settings: Settings
    timeout: float | None
    max_retries: int
    log: Log
    clock: Clock
    submits: Pacer
    polls: Pacer
    rehearsing: bool = False  # everything is checked, nothing is sent
    hooks: Hooks = NO_HOOKS
    books: Books | None = None  # of the ledger, where there is one
    prompts: bool = True  # whether the ledger may hold what is asked for
    _operations: dict[int, tuple[Operation[Any], Operation[Any]]] = {}

    @cached_property
    def checks(self) -> RequestChecks:
        """The checks of requests, of which many have none."""
        from .checks import RequestChecks

        messages = {
            code: known.message for code, known in self.api.error_codes.items() if known.message
        }
        return RequestChecks(self._load_schemas, messages)

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
        from importlib.resources import files

        return files(self.api.package).joinpath("_schemas.json").read_bytes()

    def vendor_class(self, code: str | None) -> type[VendorError] | None:
        """The class for a vendor's error code, found in the woven `errors` module."""
        known = self.api.error_codes.get(code) if code is not None else None
        if known is None:
            return None
        module = import_module(f"{self.api.package}.errors")
        found = getattr(module, known.class_name, None)
        return found if isinstance(found, type) and issubclass(found, VendorError) else None
