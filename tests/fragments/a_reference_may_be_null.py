from typing import assert_type

from a_reference_may_be_null import AReferenceMayBeNull, models
from tests.answering import Vendor

vendor = Vendor({"owner": None, "keeper": {"name": "bob"}, "heirs": [None, {"name": "eve"}]})
client = AReferenceMayBeNull(http_client=vendor.http)
thing = client.things.replace("1", owner=None, keeper=models.Owner(name="ann"), heirs=[None])
assert vendor.body == {"owner": None, "keeper": {"name": "ann"}, "heirs": [None]}
assert_type(thing.owner, models.Owner | None)
assert_type(thing.keeper, models.Owner | None)
assert thing.owner is None
assert thing.keeper == models.Owner(name="bob")
assert thing.heirs == [None, models.Owner(name="eve")]
