from typing import Any

from constants_are_filled_in import ConstantsAreFilledIn, models
from tests.answering import Vendor

vendor = Vendor(
    {"kind": "chair", "version": 2, "name": "x"}, {"kind": "stool", "version": 3, "name": "x"}
)
client = ConstantsAreFilledIn(http_client=vendor.http)

# Nobody has to say what can only be one thing; what need not be said at all is not.
thing = client.things.replace("1", name="x", legs=models.ThingLegs(count=4))
assert vendor.body == {
    "kind": "chair",
    "version": 2,
    "name": "x",
    "legs": {"unit": "leg", "count": 4},
}
assert thing.kind == "chair"
assert models.Thing(name="y").kind == "chair"
client.things.replace("1", name="x", flag=True)
assert vendor.body["flag"] is True
# Another value than the promised one is kept.
other: Any = client.things.replace("1", name="x")
assert other.kind == "stool"
# So it is with parameters, wherever they go.
again = Vendor("all")
ConstantsAreFilledIn(http_client=again.http).things.list()
assert again.target == "/v2/things?full=true&version=7"
assert again.last.headers["x-version"] == "2024"
ConstantsAreFilledIn(http_client=again.http).things.list(lean=True)
assert again.target == "/v2/things?full=true&version=7&lean=true"
