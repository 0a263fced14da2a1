from tests.answering import Reply, Vendor
from what_a_call_needs_is_sent import WhatACallNeedsIsSent

busy, stopped = {"id": "b1", "stop": "/stop?job=b1", "state": "busy"}, {"state": "stopped"}
vendor = Vendor(busy, busy, Reply(status=204), stopped, [{"id": "b1"}], [], busy)
client = WhatACallNeedsIsSent(http_client=vendor.http)
job = client.bulk.submit(revision="2024-01-01")

# The life cycle does not bind them: of what may be one thing alone that is sent, else the default.
job.refresh()
assert vendor.target == "/bulk/b1?kind=a"
assert (vendor.last.headers["revision"], vendor.last.headers["kind"]) == ("2025-04-15", "b")

# A URL of the server's own has all that its query needs; headers are told nowhere else.
assert job.cancel().state == "cancelled"
stop = vendor.requests[2]
assert str(stop.url).endswith("/stop?job=b1")
assert stop.headers["revision"] == "2025-04-15"

(found,) = client.jobs.list()
assert (vendor.target, vendor.last.headers["revision"]) == ("/bulk?size=50", "2025-04-15")
assert list(client.jobs.list(size=7)) == []
assert vendor.target == "/bulk?size=7"
assert found.refresh().state == "running"
assert vendor.last.headers["revision"] == "2025-04-15"
