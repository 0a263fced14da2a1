"""What was created, by the path of its collection and its id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Things"]


class Things:
    """The memory that operations share.

    A collection is named by its path without a server's prefix, the values of its parents in it
    and percent-encoded: `/shops/7/orders`. A value may be a function without arguments that gives
    it: a job that walks on. Jobs lie in here too, so that plain lists show them; one that a plain
    operation has removed is no longer to be found by `get`.
    """

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, Any]] = {}
        self._created: set[tuple[str, str]] = set()

    def put(self, collection: str, key: str, value: Any) -> None:
        """Keep a value, in place of an older one."""
        self._kept.setdefault(collection, {})[key] = value
        self._created.add((collection, key))

    def get(self, collection: str, key: str) -> Any:
        """What is kept, or None."""
        return _now(self._kept.get(collection, {}).get(key))

    def remove(self, collection: str, key: str) -> bool:
        """Forget a value, and what lies below it; whether there was one."""
        below = f"{collection}/{key}/"
        for name in [each for each in self._kept if each.startswith(below)]:
            del self._kept[name]
        return self._kept.get(collection, {}).pop(key, None) is not None

    def was_removed(self, collection: str, key: str) -> bool:
        """Whether there was one that is gone."""
        is_known = (collection, key) in self._created
        return is_known and key not in self._kept.get(collection, {})

    def values(self, collection: str) -> Mapping[str, Any]:
        """All that is kept in a collection by id, oldest first."""
        return {key: _now(value) for key, value in self._kept.get(collection, {}).items()}

    def ever(self, collection: str) -> frozenset[str]:
        """The ids of all that is or was in a collection."""
        return frozenset(key for place, key in self._created if place == collection)

    def bury(self, collection: str, key: str) -> None:
        """Remember that something is gone that was never kept here: what only examples showed."""
        self._created.add((collection, key))

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self._created.clear()


def _now(value: Any) -> Any:
    return value() if callable(value) else value
