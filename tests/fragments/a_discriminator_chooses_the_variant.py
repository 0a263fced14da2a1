from typing import Any

from a_discriminator_chooses_the_variant import ADiscriminatorChoosesTheVariant, errors, models
from tests.answering import Vendor

vendor = Vendor(
    {"kind": "puppy", "name": "rex"},
    {"kind": "snake", "length": 3},
    [{"type": "Fish", "fins": 2}, {"type": "Bird"}, {"type": "Fox"}, {"fins": 1}],
)
client = ADiscriminatorChoosesTheVariant(http_client=vendor.http)

pet = client.pets.replace("1", body=models.Cat(lives=9))
assert vendor.body == {"kind": "cat", "lives": 9}
assert isinstance(pet, models.Dog)
assert pet.name == "rex"

# A variant that the document does not know is kept as it came.
snake: Any = client.pets.replace("1", body={"kind": "dog", "name": "x"})
assert snake == {"kind": "snake", "length": 3}

# Without a mapping the names of the schemas are the values.
animals: list[Any] = [*client.pets.list()]
assert isinstance(animals[0], models.Fish)
assert isinstance(animals[1], models.Bird)
assert animals[2] == {"type": "Fox"}

# Only the variant that is meant says what is wrong.
try:
    client.pets.replace("1", body={"kind": "dog"})
except errors.InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/name"]
else:
    raise AssertionError("a dog needs a name")
try:
    client.pets.replace("1", body={"kind": "cow"})
except errors.InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/kind"]
else:
    raise AssertionError("no pet is a cow")
