import logging
from typing import Any, assert_type

from a_model_asks_for_what_its_maker_knows import AModelAsksForWhatItsMakerKnows, models
from msgspec import UNSET, UnsetType
from tests.answering import Vendor


class Said(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


said = Said()
logging.getLogger("a_model_asks_for_what_its_maker_knows").addHandler(said)
owner = {"made": "2024-02-29T12:00:00Z", "kind": 7, "text": "t"}
whole = {"id": "1", "kind": "chair", "object": "thing", "name": "x", "owner": owner, "tag": None}
vendor = Vendor(whole, {"name": "x", "owner": {"text": "t"}})
client = AModelAsksForWhatItsMakerKnows(http_client=vendor.http)

# The server makes the id, and a constant needs no saying: neither is asked for.
given = models.Thing(name="x", secret="s", owner=models.Owner(text="t"))
assert given.kind == "chair"
thing = client.things.replace("1", thing=given)
assert vendor.body["thing"] == {
    "kind": "chair",
    "name": "x",
    "secret": "s",
    "owner": {"kind": 7, "text": "t"},
}
# What is only written does not come back, and that is no surprise.
assert_type(thing.secret, str | UnsetType)
assert_type(thing.id, str)
assert (thing.id, thing.secret, thing.tag, thing.owner.made.year) == ("1", UNSET, None, 2024)
assert said.lines == []

# What the server owes and leaves out is missing: it is said, and nothing is invented for it.
short: Any = client.things.replace("1", thing=given)
absent = (short.id, short.kind, short.tag, short.owner.made, short.owner.kind)
assert all(value is UNSET for value in absent)
assert said.lines == [
    f"{place}: is missing"
    for place in (
        "Thing.id",
        "Thing.kind",
        "Thing.object_",
        "Owner.made",
        "Owner.kind",
        "Thing.tag",
    )
]
# Sent again, it is what came, and models made by hand are whole as before.
client.things.replace("1", thing=short, check=False)
assert vendor.body["thing"] == {"name": "x", "owner": {"text": "t"}}
assert models.Owner(text="u").kind == 7
