"""Classes of errors that are two things at once: the vendor's code, and what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import APIError, VendorError

__all__ = ["compose", "composed_of", "revive"]

_composed: dict[tuple[type[VendorError], type[APIError]], type[APIError]] = {}


def compose(vendor: type[VendorError], outcome: type[APIError]) -> type[APIError]:
    """The class of errors that are both, made once: the vendor's code, and what happened."""
    known = _composed.get((vendor, outcome))
    if known is not None:
        return known
    names = {
        "__module__": vendor.__module__,
        "__qualname__": vendor.__qualname__,
        "__doc__": vendor.__doc__,
        "_composed_of": (vendor, outcome),
    }
    made = type(vendor.__name__, (vendor, outcome), names)
    return _composed.setdefault((vendor, outcome), made)


def composed_of(kind: type[APIError]) -> tuple[type[APIError], ...]:
    """The classes from which `kind` was composed; itself where it was not."""
    return getattr(kind, "_composed_of", (kind,))


def revive(classes: tuple[Any, ...], args: tuple[Any, ...], state: dict[str, Any]) -> APIError:
    """An error out of its pickle: a composed class has no name of its own to be found by."""
    kind: type[APIError] = classes[0] if len(classes) == 1 else compose(*classes)
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error
