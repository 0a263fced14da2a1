from a_child_may_demand_what_its_parent_does_not import (
    UNSET,
    AChildMayDemandWhatItsParentDoesNot,
    models,
)
from a_child_may_demand_what_its_parent_does_not.errors import InvalidRequestError
from tests.answering import Vendor

vendor = Vendor({"id": 1, "address": {"city": "Bern"}, "home": None})
client = AChildMayDemandWhatItsParentDoesNot(http_client=vendor.http)
user = client.things.add_user(name="ann", role="guest", address={"city": "Bern"})
assert vendor.body == {"name": "ann", "role": "guest", "address": {"city": "Bern"}}
assert user.name is UNSET, "the parent demands nothing"
assert user.address == models.Address(city="Bern"), "words beside a reference make no new type"
assert user.home is None
assert [role.value for role in models.NewUserRole] == ["guest", "owner"]
try:
    client.things.add_user(name="bob", role="admin")
except InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/role"]
else:
    raise AssertionError("the child's rule was not checked")
