import asyncio
from datetime import UTC, datetime

from a_result_may_be_a_further_call import (
    AResultMayBeAFurtherCall,
    AsyncAResultMayBeAFurtherCall,
    errors,
)
from tests.answering import Reply, Vendor

busy = {"id": "s1", "state": "busy"}
done = Reply(body=b'{"id": "s1", "state": "done", "batch": 7}', headers={"x-trace": "t9"})
pages = {"pages": [{"link": "https://x/1.png", "text": "one"}], "gone": "2030-01-02T03:04:05Z"}

vendor = Vendor(busy, done, pages)
client = AResultMayBeAFurtherCall(http_client=vendor.http)
job = client.scans.submit(lane="fast", shelf="B")
result = job.refresh().result()
# The call is bound to the submit's request, to the last answer, its headers, and to constants.
assert vendor.target == "/batches/7/pages?lane=fast&size=50"
assert vendor.last.headers["trace"] == "t9"
# Sources stand anywhere in the body; what begins with `$` and is none stays as it is.
assert vendor.body == {"of": [{"scan": "s1", "shelf": "B"}], "price": "$5"}
assert result.value == pages["pages"]
assert [file.url for file in result.files] == ["https://x/1.png"]
assert result.expires_at == result.file.expires_at == datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)

# What the submit's request told travels in the token.
again = Vendor(done, pages)
resumed = AResultMayBeAFurtherCall(http_client=again.http).jobs.resume(job.token)
assert resumed.result().value == pages["pages"]
assert again.target == "/batches/7/pages?lane=fast&size=50"

# A parameter that selects several nodes makes as many calls.
parts = {"id": "a1", "state": "done", "parts": [{"page": 4}, {"page": 2}]}
vendor = Vendor(
    busy, parts, {"text": "four", "link": "https://x/4"}, {"text": "two", "link": "https://x/2"}
)
album = AResultMayBeAFurtherCall(http_client=vendor.http).albums.submit().refresh().result()
assert [request.url.path for request in vendor.requests[-2:]] == ["/pages/4", "/pages/2"]
assert album.value == ["four", "two"]
assert [file.url for file in album.files] == ["https://x/4", "https://x/2"]
assert album.answer.id == "a1", "the answer is that of the poll"

# None at all is an empty result.
vendor = Vendor(busy, {"id": "a1", "state": "done", "parts": []})
none = AResultMayBeAFurtherCall(http_client=vendor.http).albums.submit().refresh()
try:
    none.result()
except errors.JobResultError as error:
    assert error.job_id == "s1"
else:
    raise AssertionError("the document says that there are files")

# A 4xx of the result call is the job's failure; what passes is tried again, and is none.
vendor = Vendor(busy, done, Reply(status=422, body=b'{"message": "blocked"}'))
job = AResultMayBeAFurtherCall(http_client=vendor.http).scans.submit().refresh()
try:
    job.result()
except errors.JobFailedError as error:
    assert error.job_id == "s1"
else:
    raise AssertionError("it has no result")
vendor = Vendor(busy, done, Reply(status=500))
job = AResultMayBeAFurtherCall(http_client=vendor.http, max_retries=0).scans.submit().refresh()
try:
    job.result()
except errors.InternalServerError as error:
    assert error.token == job.token
else:
    raise AssertionError("nobody knows the result yet")


async def meanwhile() -> None:
    vendor = Vendor(busy, done, pages)
    client = AsyncAResultMayBeAFurtherCall(http_client=vendor.async_http)
    job = await client.scans.submit(lane="fast", shelf="B")
    result = await (await job.refresh()).result()
    assert result.value == pages["pages"]
    assert vendor.target == "/batches/7/pages?lane=fast&size=50"


asyncio.run(meanwhile())
