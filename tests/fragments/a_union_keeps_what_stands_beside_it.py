from a_union_keeps_what_stands_beside_it import AUnionKeepsWhatStandsBesideIt, models
from tests.answering import Vendor

vendor = Vendor({"id": "1", "kind": "flat", "area": 2}, {"id": "1", "kind": "round", "radius": 2})
client = AUnionKeepsWhatStandsBesideIt(http_client=vendor.http)
flat = client.things.replace("1", body=models.ThingRound(id="7", radius=1))
assert vendor.body == {"id": "7", "kind": "round", "radius": 1}
assert isinstance(flat, models.ThingFlat)
assert (flat.id, flat.area) == ("1", 2)
assert isinstance(client.things.replace("1", body={"id": "7", "kind": "flat"}), models.ThingRound)
