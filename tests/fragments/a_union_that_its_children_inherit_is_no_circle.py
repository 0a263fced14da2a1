from a_union_that_its_children_inherit_is_no_circle import (
    AUnionThatItsChildrenInheritIsNoCircle,
    models,
)
from a_union_that_its_children_inherit_is_no_circle.errors import InvalidRequestError
from tests.answering import Vendor

vendor = Vendor({"kind": "Dog", "name": "rex", "size": "L"})
client = AUnionThatItsChildrenInheritIsNoCircle(http_client=vendor.http)
dog = client.things.add_animal(body=models.Cat(kind="Cat", lives=9))
assert vendor.body == {"kind": "Cat", "lives": 9}
assert isinstance(dog, models.Dog)
assert (dog.name, dog.size) == ("rex", "L")
try:
    client.things.add_animal(body={"kind": "Cat"})
except InvalidRequestError as error:
    assert "lives" in str(error)
else:
    raise AssertionError("the branch of the discriminator was not checked")
