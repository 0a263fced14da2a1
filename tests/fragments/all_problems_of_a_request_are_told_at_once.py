from all_problems_of_a_request_are_told_at_once import AllProblemsOfARequestAreToldAtOnce, errors
from tests.answering import Vendor

vendor = Vendor({"name": "x"})
client = AllProblemsOfARequestAreToldAtOnce(http_client=vendor.http)
try:
    client.things.replace("1", name="X1", size=7, tags=["", "b", "b"], code="1")
except errors.InvalidRequestError as error:
    assert sorted({problem.path for problem in error.problems}) == [
        "/code",
        "/name",
        "/size",
        "/tags",
        "/tags/0",
    ]
    assert len(error.problems) == 7
else:
    raise AssertionError("nothing of it is right")
assert vendor.requests == []
client.things.replace("1", name="x", size=4, tags=["a", "b"], code="2024")
client.things.replace("1", name="X1", check=False, extra_body={"new": 1})
assert vendor.body == {"name": "X1", "new": 1}
