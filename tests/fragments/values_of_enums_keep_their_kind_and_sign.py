from tests.answering import Vendor
from values_of_enums_keep_their_kind_and_sign import ValuesOfEnumsKeepTheirKindAndSign, models

vendor = Vendor(
    {"level": -3, "mixed": True}, {"level": 2.0, "mixed": 1.0, "version": 1.0, "rate": 2.0}
)
client = ValuesOfEnumsKeepTheirKindAndSign(http_client=vendor.http)
thing = client.things.get()
# -3 is not called as 3 would be.
assert thing.level is models.Level.MINUS_3
assert [level.name for level in models.Level] == ["VALUE_1", "VALUE_2", "MINUS_3"]
# 1 and true are equal in Python, and two values in JSON.
assert thing.mixed is True
assert "Literal[True]" in models.Thing.__annotations__["mixed"]
# 1.0 is 1 in JSON Schema, and so it is here.
thing = client.things.get()
assert thing.level is models.Level.VALUE_2
assert thing.rate is models.ThingRate.VALUE_2
assert [rate.name for rate in models.ThingRate] == ["VALUE_1", "VALUE_2"]
assert (repr(thing.mixed), repr(thing.version)) == ("1", "1")
