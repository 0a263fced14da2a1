from uuid import UUID

import pytest
from a_key_that_must_be_there_is_made_up import AKeyThatMustBeThereIsMadeUp
from a_key_that_must_be_there_is_made_up.errors import InvalidRequestError
from tests.answering import Reply, Vendor

answer = {"name": "a", "state": "busy"}
vendor = Vendor(answer, answer, answer, answer, answer)
client = AKeyThatMustBeThereIsMadeUp(http_client=vendor.http)
client.scripts.submit(media="m", more={"size": 1})
first = vendor.body["name"]
assert UUID(first)
assert vendor.body == {"name": first, "media": "m", "more": {"size": 1}}
client.scripts.submit(media="m", more={"size": 1})
assert vendor.body["name"] != first  # a new one for each submit
client.scripts.submit(media="m", more={"size": 1}, name="mine")
assert vendor.body["name"] == "mine"
client.scripts.submit(media="m", more={"size": 1}, idempotency_key="mine-too")
assert vendor.body["name"] == "mine-too"

# What else the rules say of it, they say before anything is sent.
with pytest.raises(InvalidRequestError, match="name: "):
    client.scripts.submit(media="m", more={"size": 1}, name="not one")
with pytest.raises(InvalidRequestError, match="name: "):
    client.scripts.submit(media="m", more={"size": 1}, idempotency_key="not one")
with pytest.raises(InvalidRequestError, match="media: "):
    client.scripts.submit(media="m", more={"size": 1}, extra_body={"media": 3})
assert len(vendor.requests) == 4

client.copies.submit()
assert UUID(vendor.last.headers["x-once"])

# In the query it stands once, whoever gives it, and it is the same in each repeat.
vendor = Vendor(Reply(status=503), answer, answer, answer)
client = AKeyThatMustBeThereIsMadeUp(http_client=vendor.http)
client.prints.submit()
first, second = (request.url.params["requestId"] for request in vendor.requests)
assert UUID(first)
assert first == second
client.prints.submit(request_id="mine")
assert vendor.last.url.query == b"requestId=mine"
client.prints.submit(idempotency_key="mine-too")
assert vendor.last.url.query == b"requestId=mine-too"
