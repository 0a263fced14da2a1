import asyncio
from typing import assert_type

from a_resource_may_have_several_jobs import (
    AResourceMayHaveSeveralJobs,
    AsyncAResourceMayHaveSeveralJobs,
    Job,
    MediaResult,
    VideoResult,
    models,
)
from tests.answering import Vendor

busy, done = {"id": "j1", "status": "busy"}, {
    "id": "j1",
    "status": "done",
    "file": "https://x/a.png",
}
vendor = Vendor(busy, done, busy, done, busy, done)
client = AResourceMayHaveSeveralJobs(http_client=vendor.http)

# The first is called as if it were the only one: a job that is appended renames nothing.
job = client.media.submit(prompt="a kitten")
assert_type(job, Job[MediaResult])
assert vendor.target == "/images"
assert (job.id, job.state) == ("j1", "running")
job.refresh()
assert vendor.target == "/media/j1"
image = job.result()
assert image.url == "https://x/a.png"
assert_type(image.parts, list[str])
assert image.parts == []
assert isinstance(image.answer, models.Task)

other = client.media.submit_video(seconds=3)
assert_type(other.refresh().result(), VideoResult)
assert vendor.requests[-2].url.path == "/videos"
# Each token knows its own operation.
assert job.token != other.token
assert type(client.jobs.resume(other.token).refresh().result()) is VideoResult


async def meanwhile() -> None:
    again = Vendor(busy, done)
    client = AsyncAResourceMayHaveSeveralJobs(http_client=again.async_http)
    job = await client.media.submit(prompt="a kitten")
    result = await (await job.refresh()).result()
    assert result.url == "https://x/a.png"


asyncio.run(meanwhile())
