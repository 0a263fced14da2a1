from references_that_lead_only_to_each_other_are_anything import (
    ReferencesThatLeadOnlyToEachOtherAreAnything,
)
from tests.answering import Vendor

vendor = Vendor({"any": ["thing"]})
client = ReferencesThatLeadOnlyToEachOtherAreAnything(http_client=vendor.http)
assert client.rings.list(of="gold") == {"any": ["thing"]}
assert vendor.requests[0].url.query == b"of=gold"
