from typing import assert_type

from tests.answering import Vendor
from what_stood_before_keeps_its_name import WhatStoodBeforeKeepsItsName, models

# In the order of the document, and not in one of methods.
vendor = Vendor(7)
assert_type(WhatStoodBeforeKeepsItsName(http_client=vendor.http).things.sort(), int)
assert vendor.requests[-1].method == "POST"
# Where a component takes the name of a type that has none of its own, that is said.
assert models.PetsRequestInnerObject(a=1).a == models.PetsRequestInner(b=1).b
