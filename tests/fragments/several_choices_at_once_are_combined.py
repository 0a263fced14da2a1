from several_choices_at_once_are_combined import SeveralChoicesAtOnceAreCombined, models
from tests.answering import Vendor

vendor = Vendor({"id": 1, "sides": 6, "reason": "gift"}, {"id": 2, "radius": 1.5, "price": 3.0})
client = SeveralChoicesAtOnceAreCombined(http_client=vendor.http)
parcel = client.things.get_parcel()
assert isinstance(parcel, models.ParcelBoxFree)
assert (parcel.id, parcel.sides, parcel.reason, parcel.extra) == (1, 6, "gift", {})
parcel = client.things.get_parcel()
assert isinstance(parcel, models.ParcelTubePaid)
assert (parcel.id, parcel.radius, parcel.price) == (2, 1.5, 3.0)
