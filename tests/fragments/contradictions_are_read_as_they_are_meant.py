from contradictions_are_read_as_they_are_meant import ContradictionsAreReadAsTheyAreMeant
from contradictions_are_read_as_they_are_meant.errors import InvalidRequestError
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
client = ContradictionsAreReadAsTheyAreMeant(http_client=vendor.http)
client.things.create(name="x", color="red")
assert vendor.body == {"name": "x", "color": "red"}
client.choices.create(pet={"name": "x", "tail": 1})
client.choices.create(twin={"a": 1})
client.choices.create(word="a")
client.choices.create(word="c")
client.choices.create(door={"left": "x"})

client.rates.create(body={"unit": "h", "hour": 1})
client.rates.create(body={"unit": "d", "day": 1})
try:
    client.rates.create(body={"unit": "d", "day": 1, "week": 1})
except InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/week"]
else:
    raise AssertionError("a closed object is still closed")
try:
    client.things.create(name="x", extra_body={"colour": "red"})
except InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/colour"]
else:
    raise AssertionError("a closed object is still closed")
try:
    client.choices.create(door={"left": "x", "right": "y"})
except InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/door"]
else:
    raise AssertionError("it fits both, and may fit one")
try:
    client.choices.create(word="a", pet={"name": "x"})
except InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == [""]
else:
    raise AssertionError("one of them, said the document")
