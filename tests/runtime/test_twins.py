"""Async methods made of sync ones: the same to a caller, a type checker's eye and a pickle."""

from __future__ import annotations

import asyncio
import inspect
import pickle
from typing import Any

from specloom.targets.client.runtime.twins import awaited, awaited_result, not_awaited


class Rooms:
    """A sync resource; `_call` gives what it would send."""

    def _call(self, *given: Any) -> Any:
        return given

    def get(self, room_id: str, *, beds: int = 1) -> tuple[str, int]:
        """Find a room."""
        found: tuple[str, int] = self._call(room_id, beds)
        return found

    def price(self, beds: int) -> int:
        """What beds cost."""
        return beds * 10


class AsyncRooms:
    """An async resource: `_call` gives a coroutine."""

    async def _call(self, *given: Any) -> Any:
        await asyncio.sleep(0)
        return given

    get = awaited(Rooms.get)
    price = not_awaited(Rooms.price)


def test_a_twin_awaits_what_its_body_calls() -> None:
    assert asyncio.run(AsyncRooms().get("r1", beds=2)) == ("r1", 2)
    assert Rooms().get("r1", beds=2) == ("r1", 2)


def test_a_twin_is_known_as_a_coroutine_function() -> None:
    assert inspect.iscoroutinefunction(AsyncRooms.get)
    assert not inspect.iscoroutinefunction(AsyncRooms.price)


def test_a_twin_has_the_words_and_the_keywords_of_its_method() -> None:
    shown = inspect.signature(AsyncRooms().get)

    assert str(shown) == "(room_id: 'str', *, beds: 'int' = 1) -> 'tuple[str, int]'"
    assert AsyncRooms.get.__doc__ == "Find a room."
    assert AsyncRooms.get.__name__ == "get"


def test_a_twin_and_its_bound_method_are_found_again_by_pickle() -> None:
    assert AsyncRooms.get.__qualname__ == "AsyncRooms.get"
    assert (
        pickle.loads(pickle.dumps(AsyncRooms.get)) is AsyncRooms.get  # noqa: S301 - our own bytes
    )
    bound = pickle.loads(pickle.dumps(AsyncRooms().get))  # noqa: S301 - our own bytes
    assert asyncio.run(bound("r1")) == ("r1", 1)


def test_nothing_is_awaited_where_nothing_is_sent() -> None:
    assert AsyncRooms().price(2) == 20


def test_a_twin_that_gives_something_else_shows_it() -> None:
    stay_class: Any = type("AsyncStay", (), {})

    def stay(self: Any) -> Any:
        """Stay the night."""
        return self._generate(None, None)

    twin = awaited_result(stay, stay_class)

    assert inspect.signature(twin).return_annotation == "AsyncStay"
    assert inspect.get_annotations(twin)["return"] == "AsyncStay"
