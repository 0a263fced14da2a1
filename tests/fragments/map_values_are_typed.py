from collections.abc import Mapping
from typing import Any, assert_type

from map_values_are_typed import MapValuesAreTyped, models
from msgspec import UnsetType
from tests.answering import Vendor

vendor = Vendor(
    {
        "prices": {"eur": {"amount": 2.5}},
        "counts": {"a": 1},
        "anything": {"x": [1]},
        "nested": {"a": {"b": "c"}},
    }
)
client = MapValuesAreTyped(http_client=vendor.http)
prices: Mapping[str, models.Price] = {"usd": models.Price(amount=1.5)}
thing = client.things.replace("1", prices=prices, counts={"a": 1}, nested={"a": {"b": "c"}})
assert vendor.body == {
    "prices": {"usd": {"amount": 1.5}},
    "counts": {"a": 1},
    "nested": {"a": {"b": "c"}},
}
assert_type(thing.prices, dict[str, models.Price] | UnsetType)
assert_type(thing.anything, dict[str, Any] | UnsetType)
assert isinstance(thing.prices, dict)
assert thing.prices["eur"] == models.Price(amount=2.5)
assert thing.counts == {"a": 1}
assert thing.anything == {"x": [1]}
assert thing.nested == {"a": {"b": "c"}}
# Plain mappings do as well.
client.things.replace("1", prices={"usd": {"amount": 3}})
assert vendor.body == {"prices": {"usd": {"amount": 3}}}
