from operations_without_an_id_are_named_after_their_path import (
    OperationsWithoutAnIdAreNamedAfterTheirPath,
)
from tests.answering import Reply, Vendor

vendor = Vendor([], Reply(status=204), "x", Reply(status=204), "on", "ann")
client = OperationsWithoutAnIdAreNamedAfterTheirPath(http_client=vendor.http)
assert client.things.list() == []
client.things.create(body={"a": 1})
assert client.things.get("1") == "x"
client.things.delete("1")
# The second operation of the same name is still there.
assert client.things.twice("1") == "on"
assert client.things.twice_parts_owner("1") == "ann"
assert [(request.method, request.url.path) for request in vendor.requests] == [
    ("GET", "/v1/things"),
    ("POST", "/v1/things"),
    ("GET", "/v1/things/1"),
    ("DELETE", "/v1/things/1"),
    ("GET", "/v1/parts/1/state"),
    ("GET", "/v1/parts/1/owner"),
]
