from json_is_taken_where_there_is_a_choice import JsonIsTakenWhereThereIsAChoice, errors, models
from tests.answering import Reply, Vendor

made = Reply(body=b'{"name": "ab"}', content_type="application/vnd.shop+json")
vendor = Vendor(made)
client = JsonIsTakenWhereThereIsAChoice(http_client=vendor.http)
assert client.things.make(name="ab") == models.Thing(name="ab")
assert vendor.body == {"name": "ab"}
assert vendor.last.headers["content-type"] == "application/json"
assert "application/vnd.shop+json" in vendor.last.headers["accept"]
assert "xml" not in vendor.last.headers["accept"]
try:
    client.things.make(name="a")
except errors.InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/name"]
else:
    raise AssertionError("the rules of the JSON body hold")
