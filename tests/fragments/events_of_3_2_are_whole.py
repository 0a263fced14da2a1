from events_of_3_2_are_whole import EventsOf32AreWhole, models
from tests.answering import Reply, Vendor

ROOM = b"""event: joined
data: {"name": "Ada"}

event: said
data: {"text":
data: "hello"}

event: left
data: {"name": "Ada"}

"""
vendor = Vendor(
    Reply(content_type="text/event-stream", chunks=(ROOM,)),
    Reply(
        content_type="text/event-stream",
        chunks=(b"id: 1\nretry: 20\ndata: {}\n\ndata: [DONE]\n\n",),
    ),
)
client = EventsOf32AreWhole(http_client=vendor.http)
joined, said, left = client.rooms.read()
assert (joined.event, said.event) == ("joined", "said")
assert isinstance(joined.data, models.Joined)
assert joined.data.name == "Ada"
# What a reference leads to is read in the same way.
assert isinstance(left.data, models.Joined)
assert isinstance(said, models.RoomEventSaid)
assert isinstance(said.data, models.ContentSchema)
assert said.data.text == "hello"

# Data that is text is not read as anything else.
first, last = client.rooms.read_log()
assert (first.data, first.id, first.retry, last.data) == ("{}", "1", 20, "[DONE]")
