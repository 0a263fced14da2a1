import pytest
from a_submit_of_another_shape_makes_the_same_jobs import ASubmitOfAnotherShapeMakesTheSameJobs
from a_submit_of_another_shape_makes_the_same_jobs.errors import InvalidRequestError
from a_submit_of_another_shape_makes_the_same_jobs.resources.edits import Edit
from a_submit_of_another_shape_makes_the_same_jobs.sandbox import Sandbox
from tests.answering import Vendor

busy = {"id": "e1", "status": "busy"}
done = {"id": "e1", "status": "done", "url": "https://files.example.com/e1.png"}

# By a link or by a file: either way an edit, and each has its own rules.
vendor = Vendor(busy, done, busy, done, done)
client = ASubmitOfAnotherShapeMakesTheSameJobs(http_client=vendor.http)
assert isinstance(client.edits.generate(url="https://example.com/a.png", sharp=9), Edit)
assert vendor.requests[0].headers["content-type"] == "application/json"
job = client.edits.submit_multipart(image=b"a picture", sharp=5)
assert vendor.last.headers["content-type"].startswith("multipart/form-data")
assert b"a picture" in vendor.last.content
with pytest.raises(InvalidRequestError, match="sharp: "):
    client.edits.submit_multipart(image=b"a picture", sharp=9)

# Its token says which it was.
assert isinstance(job.wait(), Edit)
again = client.jobs.resume(job.token)
assert again.wait().url == done["url"]
assert len(vendor.requests) == 5
assert client.edits.estimate_multipart(sharp=5).amount is None  # nobody told a price

# The sandbox takes both, each by its own rules.
with Sandbox(speed=0) as sandbox:
    client = ASubmitOfAnotherShapeMakesTheSameJobs(base_url=sandbox.url)
    assert client.edits.generate_multipart(image=b"a picture", sharp=5).files
    assert client.edits.generate(url="https://example.com/a.png", sharp=9).files
    assert sandbox.jobs_created == 2
