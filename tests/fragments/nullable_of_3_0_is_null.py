from nullable_of_3_0_is_null import NullableOf30IsNull, errors, models
from tests.answering import Vendor

vendor = Vendor({"name": None, "color": None, "owner": None, "tags": ["a", None]})
client = NullableOf30IsNull(http_client=vendor.http)

thing = client.things.replace("1", name=None, color=None, owner=None, tags=["a", None])
assert vendor.body == {"name": None, "color": None, "owner": None, "tags": ["a", None]}
assert thing.name is None
assert thing.color is None
assert thing.owner is None
assert thing.tags == ["a", None]

client.things.replace("1", color=models.Color.RED, owner=models.Owner(name="ann"), size=0.5)
assert vendor.body == {"color": "red", "owner": {"name": "ann"}, "size": 0.5}
try:
    client.things.replace("1", owner=None, size=0)
except errors.InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/size"]
else:
    raise AssertionError("exclusiveMinimum of 3.0 is a flag beside minimum")
