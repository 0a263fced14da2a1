from references_may_lead_into_types import ReferencesMayLeadIntoTypes, models
from tests.answering import Vendor

vendor = Vendor(
    {"buyer": {"name": "a"}, "payer": {"name": "b"}, "lines": [{"count": 1}], "first": {"count": 2}}
)
client = ReferencesMayLeadIntoTypes(http_client=vendor.http)
order = client.things.get_order()
assert isinstance(order.payer, models.OrderBuyer)
assert order.payer.name == "b"
assert order.lines == [models.Line(count=1)]
assert order.first == models.Line(count=2)
