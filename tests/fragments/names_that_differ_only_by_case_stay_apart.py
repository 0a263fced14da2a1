from names_that_differ_only_by_case_stay_apart import NamesThatDifferOnlyByCaseStayApart, models
from tests.answering import Vendor

wire = {"userId": "a", "user_id": 2, "USER-ID": True, "user__id": "d"}
vendor = Vendor(wire, {"x": "A"})
client = NamesThatDifferOnlyByCaseStayApart(http_client=vendor.http)
pet = client.pets.replace("1", user_id="a", user_id_2=2, user_id_3=True, user_id_4="d")
assert vendor.body == wire
assert isinstance(pet, models.Pet)
assert (pet.user_id, pet.user_id_2, pet.user_id_3, pet.user_id_4) == ("a", 2, True, "d")
other = client.pets.replacepet()
assert isinstance(other, models.Pet_2)
assert [member.value for member in models.Pet_2X] == ["a", "A", "a "]
assert other.x is models.Pet_2X("A")
