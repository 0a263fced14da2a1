from a_union_may_not_be_itself import AUnionMayNotBeItself
from tests.answering import Vendor

vendor = Vendor("x")
client = AUnionMayNotBeItself(http_client=vendor.http)
assert client.things.get() == "x"
