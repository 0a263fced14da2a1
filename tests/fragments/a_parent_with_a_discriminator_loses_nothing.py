from a_parent_with_a_discriminator_loses_nothing import (
    AParentWithADiscriminatorLosesNothing,
    models,
)
from tests.answering import Vendor

vendor = Vendor({"kind": "cat", "name": "tom", "lives": 9})
client = AParentWithADiscriminatorLosesNothing(http_client=vendor.http)
animal = client.things.get_animal()
assert (animal.kind, animal.name) == ("cat", "tom")
assert animal.extra == {"lives": 9} or getattr(animal, "lives", None) == 9
assert models.Cat(kind="cat", lives=9).lives == 9
