from names_in_references_may_be_escaped import NamesInReferencesMayBeEscaped, models
from tests.answering import Vendor

cat, dog = {"kind": "House Cat", "lives": 9}, {"kind": "Dog/Wolf", "tail": 1}
vendor = Vendor(cat, dog)
client = NamesInReferencesMayBeEscaped(http_client=vendor.http)
assert client.pets.create(pet=cat) == models.HouseCat(kind="House Cat", lives=9)
assert client.pets.create(pet=dog) == models.DogWolf(kind="Dog/Wolf", tail=1)
assert vendor.body == {"pet": dog}
