import datetime
from typing import assert_type

from all_of_merges_its_parts import AllOfMergesItsParts, errors, models
from msgspec import UnsetType
from tests.answering import Vendor

thing = {"id": "1", "name": "x", "size": 2, "made": "2024-02-29"}
vendor = Vendor(thing, {"best": thing, "only": {"id": "2"}})
client = AllOfMergesItsParts(http_client=vendor.http)

made = client.things.replace("1", id_body="1", name="x", size=2, made=datetime.date(2024, 2, 29))
assert vendor.body == thing
assert (made.id, made.name, made.size, made.made) == ("1", "x", 2, datetime.date(2024, 2, 29))
assert_type(made.size, int)
try:
    client.things.replace("1", id_body="1", name="x", size=0)
except errors.InvalidRequestError as error:
    assert [problem.path for problem in error.problems] == ["/size"]
else:
    raise AssertionError("all parts are checked")

shelf = client.things.get_shelf()
# One reference in an allOf is that type, and no further class.
assert_type(shelf.best, models.Thing | UnsetType)
assert isinstance(shelf.best, models.Thing)
assert isinstance(shelf.only, models.Alone)
assert shelf.only.id == "2"
