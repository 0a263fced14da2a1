from typing import assert_type

from numbers_too_large_for_a_literal_stay_numbers import (
    NumbersTooLargeForALiteralStayNumbers,
    models,
)
from tests.answering import Vendor

large = 2**63
wire = {"mask": large, "one": large, "mixed": large, "least": -large, "masks": [1, 2**64 - 1]}
wire["exact"] = 12345678901234567890123
client = NumbersTooLargeForALiteralStayNumbers(http_client=Vendor(wire).http)
thing = client.things.get()
assert_type(thing.mask, int)
assert_type(thing.one, int)
assert thing.exact == wire["exact"]
assert (thing.mask, thing.one, thing.mixed) == (large, large, large)
assert thing.masks == [1, 2**64 - 1]
assert_type(thing.least, models.ThingLeast)
assert thing.least.known
