from a_parent_with_a_discriminator_loses_nothing import (
    AParentWithADiscriminatorLosesNothing,
    models,
)
from a_parent_with_a_discriminator_loses_nothing.errors import InvalidRequestError
from tests.answering import Vendor

puppy = {"kind": "Puppy", "weeks": 3, "size": "S"}
tom = {"kind": "cat", "name": "tom", "lives": 9, "tail": True, "friends": [puppy]}
hen = {"kind": "hen", "name": "berta", "eggs": 2}
vendor = Vendor(tom, {"pets": [tom, puppy, hen, {"name": "?"}], "guard": {"kind": "Dog"}}, None)
client = AParentWithADiscriminatorLosesNothing(http_client=vendor.http)

cat = client.things.get_animal()
assert isinstance(cat, models.Cat)
assert (cat.kind, cat.name, cat.lives, cat.extra) == ("cat", "tom", 9, {"tail": True})
assert isinstance(cat.friends, list)
assert isinstance(cat.friends[0], models.Puppy), "children have children"

house = client.things.get_house()
assert isinstance(house.pets, list)
kinds = [type(pet) for pet in house.pets]
assert kinds == [models.Cat, models.Puppy, models.AnimalBase, models.AnimalBase]
assert house.pets[2].extra == {"eggs": 2}, "a word that nobody names is the parent itself"
assert isinstance(house.guard, models.DogBase)

# What names a child is filled in; the child's own rules are checked.
assert models.Cat(lives=7).kind == "cat"
client.things.add_animal(body={"kind": "hen"})
try:
    client.things.add_animal(body={"kind": "cat", "lives": "many"})
except InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/lives"]
else:
    raise AssertionError("the rule of the child that the discriminator names was not checked")
