from a_body_may_be_anything import ABodyMayBeAnything
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
client = ABodyMayBeAnything(http_client=vendor.http)
client.things.send_list()
assert vendor.last.content == b""
client.things.send_list(body=("a", "b"))
assert vendor.body == ["a", "b"]
client.things.send_map(body={"a": 1})
assert vendor.body == {"a": 1}
# A body that need not be is not there if nothing is said of it.
client.things.send_maybe()
assert vendor.last.content == b""
client.things.send_maybe(a="x")
assert vendor.body == {"a": "x"}
client.things.send_text(body="héllo")
assert vendor.last.content == "héllo".encode()
assert vendor.last.headers["content-type"] == "text/plain"
client.things.send_bytes(body=b"\0\xff")
assert vendor.last.content == b"\0\xff"
client.things.send_form(a="x y", b_c=[1, 2])
assert vendor.last.content == b"a=x+y&b+c=1&b+c=2"
client.things.send_patch(a=None)
assert vendor.body == {"a": None}
assert vendor.last.headers["content-type"] == "application/merge-patch+json"
