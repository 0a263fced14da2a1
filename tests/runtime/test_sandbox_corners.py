"""Rare turns of the sandbox: odd schemas, odd orders, odd prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from specloom.targets.client.runtime.sandbox.description import Price
from specloom.targets.client.runtime.sandbox.media import MovieOrder
from specloom.targets.client.runtime.sandbox.places import put, remove
from specloom.targets.client.runtime.sandbox.prices import PlayPrices


@pytest.mark.parametrize(
    ("order", "size"),
    [
        ({"width": 640, "height": 480}, (640, 480)),
        ({"size": "16:9"}, (1280, 720)),
        ({"size": "16x9"}, (1280, 720)),
        ({"width": "wide", "height": 480}, (1280, 720)),
        ({}, (1280, 720)),
    ],
)
def test_a_film_has_the_size_of_its_order_or_the_usual_one(
    order: dict[str, Any], size: tuple[int, int]
) -> None:
    movie = MovieOrder({}, {}).movie(order, 1)
    assert (movie.width, movie.height) == size


@pytest.mark.parametrize(("duration", "seconds"), [(3, 3), ("2", 2), ("long", 5), ([], 5), (-1, 5)])
def test_a_length_that_is_none_is_five_seconds(duration: Any, seconds: float) -> None:
    movie = MovieOrder({}, {}).movie({"duration": duration}, 1)
    assert movie.seconds == seconds


def test_a_job_without_a_price_is_one_unit_and_the_discount_is_taken_off() -> None:
    full = PlayPrices().charge(None, {})
    half = PlayPrices(discount=Decimal("0.5")).charge(None, {})
    assert full.amount > 0
    assert half.amount + half.discount == full.amount
    assert half.discount > 0


def test_a_price_without_a_quantity_is_that_of_one() -> None:
    price = Price(per="video", tiers={}, currency="USD")
    assert PlayPrices().charge(price, {}).amount == PlayPrices().charge(None, {}).amount


@pytest.mark.parametrize("path", ["$..url", "$['a','b']", "$.items[-1]"])
def test_where_a_path_names_no_one_place_nothing_is_put(path: str) -> None:
    assert put({"a": 1}, path, "x") == {"a": 1}


def test_what_is_left_empty_by_a_removal_is_removed_with_it() -> None:
    body = {"a": {"b": {"c": 1}}, "d": 2}
    remove(body, "$.a.b.c")
    assert body == {"d": 2}
    remove(body, "$.d")
    assert body == {}
