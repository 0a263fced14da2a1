import asyncio
from typing import Any, assert_type

from lost_jobs_are_found_by_a_list import (
    AsyncLostJobsAreFoundByAList,
    Job,
    LostJobsAreFoundByAList,
    errors,
)
from tests.answering import Vendor

first = {"jobs": [{"id": 1}, {"id": 2}], "next": "p2"}
last = {"jobs": [{"id": 2}, {"id": 3}], "next": None}
done = {"id": 3, "state": "done"}

# All pages are read; each job is there once, and nothing more is asked than that.
vendor = Vendor(first, last, done)
client = LostJobsAreFoundByAList(http_client=vendor.http)
jobs = client.jobs.list("jobs_of_owners.submit", owner="ann", state_is="busy")
assert_type(jobs, list[Job[Any]])
assert [job.id for job in jobs] == ["1", "2", "3"]
assert [str(request.url) for request in vendor.requests] == [
    "https://api.example.com/ann/jobs?kind=job&State-Is=busy",
    "https://api.example.com/ann/jobs?kind=job&State-Is=busy&page=p2",
]
# What the caller said of the submit's request holds for the poll too.
assert jobs[2].state is None
assert jobs[2].refresh().state == "succeeded"
assert vendor.target == "/ann/jobs/3"
assert type(jobs[2].result()) is type(client.jobs.resume(jobs[2].token).refresh().result())

# The URL may be the id; the list may be asked for with a body.
vendor = Vendor({"jobs": [{"self": "9"}, {"self": None}]}, {"state": "busy"})
client = LostJobsAreFoundByAList(http_client=vendor.http)
(found,) = client.jobs.list("prints.submit")
assert vendor.body == {"state": "any"}
assert found.id == "https://api.example.com/prints/9"
assert found.refresh().state == "running"
assert vendor.target == "/prints/9"

# Nothing is sent where something is missing, unknown, or open.
vendor = Vendor(first)
client = LostJobsAreFoundByAList(http_client=vendor.http)
for name, words in (
    ("", "jobs_of_owners.submit, prints.submit"),
    ("films.submit", "jobs_of_owners.submit, prints.submit"),
    ("jobs_of_owners.submit", "owner"),
):
    try:
        client.jobs.list(name)
    except errors.ConfigurationError as error:
        assert words in str(error)
    else:
        raise AssertionError(words)
try:
    client.jobs.list("jobs_of_owners.submit", owner="ann", stat_is="busy")
except TypeError as error:
    assert "'state_is'" in str(error)
else:
    raise AssertionError("there is no such parameter")
assert vendor.requests == []


async def meanwhile() -> None:
    vendor = Vendor(first, last, done)
    client = AsyncLostJobsAreFoundByAList(http_client=vendor.async_http)
    jobs = await client.jobs.list(operation="jobs_of_owners.submit", owner="ann")
    assert [job.id for job in jobs] == ["1", "2", "3"]
    assert (await jobs[2].refresh()).state == "succeeded"


asyncio.run(meanwhile())
