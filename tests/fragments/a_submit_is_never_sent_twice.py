import asyncio

from a_submit_is_never_sent_twice import (
    ASubmitIsNeverSentTwice,
    AsyncASubmitIsNeverSentTwice,
    errors,
)
from tests.answering import Reply, Vendor

started = {"id": None, "data": {"id": "s1"}, "refusal": None}

# A 2xx without an id, a 5xx, JSON that is cut: nobody knows, and not even a GET is sent again.
for answer in ({"state": "busy"}, Reply(status=500), Reply(body=b'{"id": "s'), Reply(status=204)):
    vendor = Vendor(answer, started)
    try:
        ASubmitIsNeverSentTwice(http_client=vendor.http).shots.submit()
    except errors.SubmitUncertainError as error:
        assert error.billed == "unknown"
    else:
        raise AssertionError("nobody knows of a job")
    assert len(vendor.requests) == 1

# What the document calls refused is no job, under 200 too.
vendor = Vendor({"id": "s1", "refusal": "no paper"})
try:
    ASubmitIsNeverSentTwice(http_client=vendor.http).shots.submit()
except errors.APIStatusError as error:
    assert error.billed == "no"
    assert "no paper" in str(error)
else:
    raise AssertionError("it was refused")

# A status that promises that nothing was taken lets it be sent again.
busy = Reply(status=503, headers={"retry-after": "0"})
vendor = Vendor(busy, started)
job = ASubmitIsNeverSentTwice(http_client=vendor.http).shots.submit()
assert (job.id, len(vendor.requests)) == ("s1", 2)

# With a key it is repeated under the same one; the refusal of the repeat proves the first.
lost = Reply(status=502, headers={"retry-after": "0"})
vendor = Vendor(lost, Reply(status=422, body=b"{}"), {"stage": 2})
client = ASubmitIsNeverSentTwice(http_client=vendor.http)
print_job = client.prints.submit(idempotency_key="order-1")
assert [request.headers["x-once"] for request in vendor.requests] == ["order-1"] * 2
assert print_job.id == "order-1", "the key is the id of the job"
assert print_job.refresh().state == "succeeded"
assert vendor.target == "/shots/order-1"
# In the body it stands where the document says; of what a repeat gets nothing is known.
vendor = Vendor(lost, Reply(status=422, body=b"{}"))
try:
    ASubmitIsNeverSentTwice(http_client=vendor.http).copies.submit(size=3, idempotency_key="o2")
except errors.SubmitUncertainError as error:
    assert error.job_id is None
else:
    raise AssertionError("a refusal proves nothing here")
assert [request.content for request in vendor.requests] == [b'{"size":3,"once":{"key":"o2"}}'] * 2


async def meanwhile() -> None:
    vendor = Vendor(Reply(status=500), started)
    try:
        await AsyncASubmitIsNeverSentTwice(http_client=vendor.async_http).shots.submit()
    except errors.SubmitUncertainError as error:
        assert error.billed == "unknown"
    else:
        raise AssertionError("nobody knows of a job")
    assert len(vendor.requests) == 1


asyncio.run(meanwhile())
