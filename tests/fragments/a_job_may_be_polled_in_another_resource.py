from a_job_may_be_polled_in_another_resource import (
    AJobMayBePolledInAnotherResource,
    Video,
    errors,
    models,
)
from tests.answering import Vendor

vendor = Vendor(
    {"id": "j1", "status": "busy"},
    {"id": "j1", "status": "busy"},
    {"id": "j1", "status": "bad"},
    {"id": "j2", "status": "done", "file": "https://x/a.mp4"},
)
client = AJobMayBePolledInAnotherResource(http_client=vendor.http)
job = client.videos.submit(prompt="a kitten")
job.cancel()
assert [request.url.path for request in vendor.requests] == [
    "/videos",
    "/tasks/j1/cancel",
    "/tasks/j1",
]
try:
    job.result()
except errors.JobFailedError as error:
    assert error.job_id == "j1"
else:
    raise AssertionError("the job is bad")
video = client.videos.generate(prompt="a kitten")
assert type(video) is Video
assert video.answer == models.Task(id="j2", status=models.TaskStatus.DONE, file="https://x/a.mp4")
assert client.tasks.get("j2").id == "j2"
