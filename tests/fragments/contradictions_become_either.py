from typing import assert_type

from contradictions_become_either import ContradictionsBecomeEither
from tests.answering import Vendor

vendor = Vendor({"code": "a", "size": 1}, {"code": 7, "size": 2})
client = ContradictionsBecomeEither(http_client=vendor.http)
thing = client.things.get()
assert_type(thing.code, str | int)
assert_type(thing.size, int)
assert (thing.code, thing.size) == ("a", 1)
assert client.things.get().code == 7
