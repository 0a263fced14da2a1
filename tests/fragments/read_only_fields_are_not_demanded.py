import inspect

from read_only_fields_are_not_demanded import ReadOnlyFieldsAreNotDemanded
from tests.answering import Vendor

vendor = Vendor({"id": "1", "name": "x", "inner": {"made": "today", "text": "t"}})
client = ReadOnlyFieldsAreNotDemanded(http_client=vendor.http)
# The server makes the id: nobody gives it, and nobody has to.
assert "id_body" not in inspect.signature(client.things.replace).parameters
thing = client.things.replace("1", name="x", secret="s", inner={"text": "t"})
assert vendor.body == {"name": "x", "secret": "s", "inner": {"text": "t"}}
assert thing.id == "1"
# What is only written does not come back, and that is no surprise.
assert "secret" not in repr(thing)
client.things.create(name="x")
assert vendor.body == {"name": "x"}
client.things.send_url(body={"url": "u"})
assert vendor.body == {"url": "u"}
