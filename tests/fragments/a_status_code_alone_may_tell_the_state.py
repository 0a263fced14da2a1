import tempfile
from pathlib import Path

from a_status_code_alone_may_tell_the_state import AStatusCodeAloneMayTellTheState, errors
from tests.answering import Reply, Vendor

PNG = b"\x89PNG" + bytes(100)
accepted = Reply(status=202, headers={"location": "/pictures/7"})
picture = Reply(
    chunks=(PNG,), content_type="image/png", headers={"content-location": "/pictures/7.png"}
)
vendor = Vendor(accepted, Reply(status=204), Reply(status=202), picture)
client = AStatusCodeAloneMayTellTheState(http_client=vendor.http)
job = client.pictures.submit()
assert job.id == "https://api.example.com/pictures/7"
states = [job.refresh().state for _ in range(3)]
assert states == ["queued", "running", "succeeded"]
# The poll that answers with the file itself reads none of it.
assert (job.raw, vendor.streams[0].read) == (b"", 0)
result = job.result()
assert vendor.target == "/pictures/7.png"
path = result.save(Path(tempfile.mkdtemp()) / "a.png")
assert path.read_bytes() == PNG

for answer, kind in (
    (Reply(status=410), errors.JobExpiredError),
    (Reply(status=404), errors.JobCancelledError),
    (Reply(status=422, body=b'{"reason": "too dark"}'), errors.JobFailedError),
):
    vendor = Vendor(accepted, answer)
    job = AStatusCodeAloneMayTellTheState(http_client=vendor.http).pictures.submit().refresh()
    try:
        job.result()
    except kind as error:
        assert isinstance(error, errors.JobError)
        assert error.job_id == job.id
    else:
        raise AssertionError(kind)
# Without what the rule looks for, the refusal is of the call and not of the job.
vendor = Vendor(accepted, Reply(status=422, body=b"{}"))
job = AStatusCodeAloneMayTellTheState(http_client=vendor.http).pictures.submit()
try:
    job.refresh()
except errors.UnprocessableEntityError:
    assert job.state == "queued"
else:
    raise AssertionError("nothing was told")
