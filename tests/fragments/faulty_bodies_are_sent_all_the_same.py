from faulty_bodies_are_sent_all_the_same import FaultyBodiesAreSentAllTheSame
from tests.answering import Reply, Vendor

vendor = Vendor(Reply(status=204))
client = FaultyBodiesAreSentAllTheSame(http_client=vendor.http)
client.things.send_a(body={"a": 1})
assert vendor.body == {"a": 1}
client.things.send_b(file=b"x")
assert b'name="file"' in vendor.last.content
