from names_can_be_pinned import NamesCanBePinned, models
from tests.answering import Vendor

vendor = Vendor({"n": "a", "other": {"y": 1}})
client = NamesCanBePinned(http_client=vendor.http)
item = client.things.swap("1", words="w", label="a")
assert vendor.target == "/things/1?q=w"
assert vendor.body == {"n": "a"}
# The pinned name is the first to be given away, whatever stands before it.
assert isinstance(item, models.Item)
assert item.label == "a"
assert item.other == models.Item_2(y=1)
