"""What shows a struct shows no field that is secret."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

from specloom.targets.client import runtime
from specloom.targets.client.runtime.discretion import Discreet
from specloom.targets.client.runtime.effects import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST = Request(
    method="GET", url="https://api.example.com", headers={"Authorization": "Bearer s3cret"}
)


def structs() -> Iterator[type[Discreet]]:
    for module in pkgutil.iter_modules(runtime.__path__):
        found = import_module(f"{runtime.__name__}.{module.name}")
        for _, kind in inspect.getmembers(found, inspect.isclass):
            if issubclass(kind, Discreet) and kind is not Discreet:
                yield kind


def test_neither_repr_nor_rich_shows_what_is_unsaid() -> None:
    assert "api.example.com" in repr(REQUEST)
    assert "s3cret" not in repr(REQUEST)
    assert "s3cret" not in repr(list(REQUEST.__rich_repr__()))


def test_what_is_unsaid_is_a_field() -> None:
    kinds = set(structs())
    assert Request in kinds
    wrong = {
        f"{kind.__name__}.{name}"
        for kind in kinds
        for name in kind.unsaid
        if name not in kind.__struct_fields__
    }
    assert wrong == set()
