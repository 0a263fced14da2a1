import json

from polls_may_carry_a_body import PollsMayCarryABody
from tests.answering import Reply, Vendor

started = Reply(body=b'[{"id": 41, "state": 1}]', headers={"x-trace": "t7"})
vendor = Vendor(started, [{"id": 41, "state": 1}], [{"id": 41, "state": 2}])
client = PollsMayCarryABody(http_client=vendor.http)
(job,) = client.orders.submit(shop="north", x_desk="d2")
assert job.id == "41"
assert job.refresh().state == "running"
assert vendor.target == "/orders/find?shop=north"
assert vendor.last.headers["trace"] == "t7"
# The id goes as the answer had it, as a path does. What nobody sent is left out.
assert vendor.body == {"ids": [41], "numbers": [41], "desk": "d2", "price": "$5"}
assert job.refresh().result().value == {"id": 41, "state": 2}

# All that travels in the token.
vendor = Vendor([{"id": 41, "state": True}])
again = PollsMayCarryABody(http_client=vendor.http).jobs.resume(job.token)
assert again.refresh().state == "succeeded"
assert vendor.target == "/orders/find?shop=north"
assert vendor.body == {"ids": [41], "numbers": [41], "desk": "d2", "price": "$5"}

# Several nodes are several jobs, and each has what is its own.
two = [{"id": 1, "state": 2}, {"id": 2, "state": 2}]
vendor = Vendor(two, [{"id": 2, "state": 1}], [{"id": 2, "state": "lost"}], [{"id": 2, "state": 9}])
client = PollsMayCarryABody(http_client=vendor.http)
jobs = client.orders.submit()
assert [job.id for job in jobs] == ["1", "2"]
second = client.jobs.resume(jobs[1].token)
assert second.refresh().state == "running"
assert json.loads(vendor.last.content)["numbers"] == [2]
# A rule goes before the words; a word that nobody named goes on.
assert second.refresh().state == "missing"
assert (second.refresh().state, second.status) == (None, 9)
