from patterns_of_properties_have_types import PatternsOfPropertiesHaveTypes, models
from patterns_of_properties_have_types.errors import InvalidRequestError
from tests.answering import Vendor

vendor = Vendor({"currency": "EUR", "old": {"tea": {"amount": 2}}, "x-tea": {"amount": 3}})
client = PatternsOfPropertiesHaveTypes(http_client=vendor.http)
prices = client.things.set_prices(currency="EUR", extra_body={"x-tea": {"amount": 1}})
assert isinstance(prices.old, dict)
assert prices.old == {"tea": models.Price(amount=2)}
assert prices.extra == {"x-tea": models.Price(amount=3)}
tags: dict[str, str] = {"a": "b"}
assert models.Prices(tags=tags).tags == tags
assert not hasattr(prices, "never"), "what may not be there is no field"
try:
    client.things.set_prices(currency="EUR", extra_body={"y-tea": {}})
except InvalidRequestError:
    pass
else:
    raise AssertionError("a property that no pattern allows was sent")
