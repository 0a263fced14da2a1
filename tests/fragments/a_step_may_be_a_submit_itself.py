from a_step_may_be_a_submit_itself import AStepMayBeASubmitItself
from tests.answering import Reply, Vendor

# The poll is the submit: the same GET, until it answers otherwise.
busy = Reply(status=202, body=b'{"id": "p1"}')
vendor = Vendor(busy, busy, Reply(body=b'{"id": "p1", "done": "a photo"}'))
photo = AStepMayBeASubmitItself(http_client=vendor.http).photos.generate(of="bread")
assert photo.value == "a photo"
assert [request.url.path for request in vendor.requests] == ["/photos"] * 3
assert [request.url.query for request in vendor.requests] == [b"of=bread"] * 3

# Two resources poll each other's jobs, and one cancels by what submits in the other.
vendor = Vendor(
    {"id": "b1", "status": "baking"},
    {"id": "b1", "status": "stopped"},
    {"id": "b1", "status": "stopped"},
    {"id": "c1", "status": "baking"},
    {"id": "c1", "status": "baked"},
)
client = AStepMayBeASubmitItself(http_client=vendor.http)
assert client.bread.submit().cancel().state == "cancelled"
client.cakes.submit().refresh()
assert [request.url.path for request in vendor.requests] == [
    "/bread",
    "/cakes/stop",
    "/cakes/b1",
    "/cakes",
    "/bread/c1",
]
