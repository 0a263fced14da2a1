"""Names that a document may not take: the lists of them cannot rot."""

from __future__ import annotations

import inspect

from specloom.model.names import ERROR_NAMES, RESOURCE_NAMES
from specloom.targets.client.runtime import errors
from specloom.targets.client.runtime.client import AsyncClient, Client


def test_every_error_of_the_runtime_is_reserved() -> None:
    own = {name for name in errors.__all__ if name.endswith("Error")}

    assert own == ERROR_NAMES


def test_every_attribute_of_a_client_is_reserved() -> None:
    members = {name for kind in (Client, AsyncClient) for name, _ in inspect.getmembers(kind)}

    assert {name for name in members if not name.startswith("_")} <= RESOURCE_NAMES
