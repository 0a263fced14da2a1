from fields_that_nobody_named_go_round import FieldsThatNobodyNamedGoRound, models
from tests.answering import Vendor

vendor = Vendor({"name": "chair", "front": {"text": "hi", "tone": "red"}, "newer": {"text": "x"}})
client = FieldsThatNobodyNamedGoRound(http_client=vendor.http)

thing = client.things.replace("1", name="chair", extra_body={"front": {"text": "hi"}})
assert vendor.body == {"name": "chair", "front": {"text": "hi"}}
# The document gives the type of what it does not name.
assert thing.extra["newer"] == models.Label(text="x")
assert thing.extra["front"].extra == {"tone": "red"}

# An object that was received is sent again whole.
thing.name = "table"
sent = models.Thing(name="table")
sent.extra = thing.extra
client.things.replace("1", name=thing.name, extra_body=sent.extra)
assert vendor.body == {
    "name": "table",
    "front": {"text": "hi", "tone": "red"},
    "newer": {"text": "x"},
}
