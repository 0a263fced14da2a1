import asyncio

from a_job_is_cancelled_as_the_server_says import (
    AJobIsCancelledAsTheServerSays,
    AsyncAJobIsCancelledAsTheServerSays,
    errors,
)
from tests.answering import Reply, Vendor

busy = {"id": "r1", "state": "busy", "urls": {"stop": "/runs/r1/stop"}}
dropped = {"id": "r1", "state": "dropped"}
gone = Reply(status=404, body=b"{}")


def client_of(vendor: Vendor) -> AJobIsCancelledAsTheServerSays:
    return AJobIsCancelledAsTheServerSays(api_key="sk-1", http_client=vendor.http)


# A URL alone is asked by POST; then the job is asked for.
vendor = Vendor(busy, Reply(status=202), dropped)
job = client_of(vendor).runs.submit(desk="d1").cancel()
assert job.state == "cancelled"
stop = vendor.requests[1]
assert (stop.method, stop.url.path) == ("POST", "/runs/r1/stop")
assert stop.headers["authorization"] == "Bearer sk-1"
assert stop.content == b'{"run":"r1","desk":"d1"}'
try:
    job.result()
except errors.JobCancelledError as error:
    assert error.job_id == "r1"
else:
    raise AssertionError("it was cancelled")

# The token knows the way; with the id alone it is asked for.
vendor = Vendor(Reply(status=204), dropped)
assert client_of(vendor).jobs.resume(job.token).cancel().state == "cancelled"
assert [request.url.path for request in vendor.requests] == ["/runs/r1/stop", "/runs/r1"]
assert vendor.requests[0].content == b'{"run":"r1","desk":"d1"}'
vendor = Vendor(busy, Reply(status=204), dropped)
assert client_of(vendor).jobs.resume("runs.submit~r1").cancel().state == "cancelled"
assert [request.url.path for request in vendor.requests][1:] == ["/runs/r1/stop", "/runs/r1"]

# Another server gets no key.
elsewhere = {**busy, "urls": {"stop": "https://stop.example/r1"}}
vendor = Vendor(elsewhere, Reply(status=204), dropped)
client_of(vendor).runs.submit().cancel()
assert vendor.requests[1].url.host == "stop.example"
assert "authorization" not in vendor.requests[1].headers

# An operation may take a body, and a URL may stand in the place of its own.
vendor = Vendor(busy, Reply(status=204), dropped)
client_of(vendor).walks.submit().cancel()
assert (vendor.requests[1].method, vendor.requests[1].url.path) == ("PUT", "/stop")
assert vendor.requests[1].content == b'{"walks":[{"id":"r1"}],"why":"$5"}'
started = Reply(body=b'{"id": "r1", "state": "busy"}', headers={"x-stop": "/hikes/r1?stop=1"})
vendor = Vendor(started, Reply(status=204), dropped)
client_of(vendor).hikes.submit().cancel()
assert (vendor.requests[1].method, vendor.requests[1].url.path) == ("PUT", "/hikes/r1")

# A job that has ended cannot be cancelled: how it stands is told, and nothing is raised.
done = {"id": "r1", "state": "done"}
for status in (400, 404, 409, 410, 422):
    vendor = Vendor(busy, Reply(status=status, body=b"{}"), done)
    assert client_of(vendor).runs.submit().cancel().state == "succeeded"
# One that goes on, and a key that may not, are errors.
for status, answers in ((409, [busy]), (409, [gone]), (403, [done])):
    vendor = Vendor(busy, Reply(status=status, body=b"{}"), *answers)
    try:
        client_of(vendor).runs.submit().cancel()
    except errors.APIStatusError as error:
        assert error.status_code == status
    else:
        raise AssertionError("it was not cancelled")
# What was cancelled and is thrown away then is cancelled, and not missing.
vendor = Vendor(busy, Reply(status=204), gone)
assert client_of(vendor).runs.submit().cancel().state == "cancelled"


async def meanwhile() -> None:
    vendor = Vendor(busy, Reply(status=202), dropped)
    client = AsyncAJobIsCancelledAsTheServerSays(api_key="sk-1", http_client=vendor.async_http)
    job = await client.runs.submit()
    assert (await job.cancel()).state == "cancelled"
    assert vendor.requests[1].url.path == "/runs/r1/stop"


asyncio.run(meanwhile())
