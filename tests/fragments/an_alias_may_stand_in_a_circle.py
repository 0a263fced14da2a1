from typing import assert_type

from an_alias_may_stand_in_a_circle import AnAliasMayStandInACircle, models
from tests.answering import Vendor

vendor = Vendor({"value": {"value": "x"}, "items": [None, {"value": "y"}]})
client = AnAliasMayStandInACircle(http_client=vendor.http)
tree = client.trees.get_a()
assert_type(tree, models.Tree)
assert tree.value == models.Tree(value="x")
assert tree.items == [None, models.Tree(value="y")]
