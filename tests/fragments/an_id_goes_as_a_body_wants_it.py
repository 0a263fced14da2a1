import json

from an_id_goes_as_a_body_wants_it import AnIdGoesAsABodyWantsIt
from tests.answering import Reply, Vendor

POLLED = {"id": 7, "ids": [7], "text": "7", "shop": 3, "name": "ann", "free": 7}
done = {"state": 2, "number": "2.5"}
vendor = Vendor({"data": {"id": 7, "name": "ann"}}, {"state": 1}, done, {"text": "hello"})
client = AnIdGoesAsABodyWantsIt(http_client=vendor.http)
job = client.voices.submit(shop=3)
assert job.id == "7"
assert job.refresh().state == "running"
# Its schema decides; where that says nothing the id is what the submit's answer has it as. A name
# that is no number stays a text.
assert vendor.body == POLLED
assert job.refresh().result().value.text == "hello"
# Where both are allowed it is the text that the token has; a number in a text becomes one.
assert vendor.body == {"either": "7", "number": 2.5}

# The same from a token alone, in which all is text but what the answer told.
vendor = Vendor({"state": 1}, Reply(status=204), {"state": 3})
again = AnIdGoesAsABodyWantsIt(http_client=vendor.http).jobs.resume(job.token)
again.refresh()
assert vendor.body == POLLED
assert again.cancel().state == "cancelled"
sent = [json.loads(one.content) for one in vendor.requests]
assert sent[1] == 7
