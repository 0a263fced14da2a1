from typing import Any

from absent_and_null_differ import UNSET, AbsentAndNullDiffer, models
from tests.answering import Vendor

vendor = Vendor(
    {"buyer": "ann", "note": None},
    {"buyer": "ann", "note": "hi", "coupon": None, "count": 2},
)
client = AbsentAndNullDiffer(http_client=vendor.http)

# Sent: what is not said is not sent, null is.
order = client.orders.update("7", buyer="ann", note=None)
assert vendor.body == {"buyer": "ann", "note": None}
# Received: the same two.
assert order.note is None
assert order.coupon is UNSET
assert order.count is UNSET

order = client.orders.update("7", buyer="ann", note="hi", coupon=None, count=2)
assert vendor.body == {"buyer": "ann", "note": "hi", "coupon": None, "count": 2}
assert order.coupon is None
assert order.count == 2

made = models.Order(buyer="ann", note=None)
assert made.coupon is UNSET
half: dict[str, Any] = {"buyer": "ann"}
try:
    models.Order(**half)
except TypeError as error:
    assert "note" in str(error)
else:
    raise AssertionError("`note` is required, null or not")
