from tests.answering import Reply, Vendor
from what_submits_is_sent_once import APIError, WhatSubmitsIsSentOnce

# The call for the result submits a job itself: it is never sent again by itself.
dry = {"id": "p1", "status": "dry"}
vendor = Vendor({"prints": [{"id": "p1", "ticket": "t1"}]}, dry, Reply(status=503))
(job,) = WhatSubmitsIsSentOnce(http_client=vendor.http).prints.submit()
for _ in range(2):
    try:
        job.wait()
        raise SystemExit("there is no result")
    except APIError as error:
        assert "HTTP 503" in str(error)
assert [one.url.path for one in vendor.requests] == ["/prints", "/prints/p1", "/frames/p1"]

# Its answer is kept, and given again.
vendor = Vendor({"prints": [{"id": "p1", "ticket": "t1"}]}, dry, {"id": "f1", "frame": "oak"})
(job,) = WhatSubmitsIsSentOnce(http_client=vendor.http).prints.submit()
assert [job.wait().value, job.result().value] == ["oak", "oak"]
assert len(vendor.requests) == 3

# Of several jobs one that has no ticket is not cancelled by another's.
drying = {"id": "p2", "status": "drying"}
prints = [{"id": "p1", "ticket": "t1"}, {"id": "p2"}, {"id": "p3", "ticket": "t3"}]
vendor = Vendor({"prints": prints}, drying, {"id": "p3", "status": "torn"}, {"status": "torn"})
second, third = WhatSubmitsIsSentOnce(http_client=vendor.http).prints.submit()[1:]
try:
    second.cancel()
    raise SystemExit("another's ticket was torn")
except APIError as error:
    assert "told by no answer" in str(error)
assert third.cancel().state == "cancelled"
paths = [one.url.path for one in vendor.requests]
assert paths == ["/prints", "/prints/p2", "/tickets/t3", "/prints/p3"]
