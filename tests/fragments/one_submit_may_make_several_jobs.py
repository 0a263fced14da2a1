import asyncio
import tempfile
from pathlib import Path
from typing import Any, assert_type

import httpx2
from one_submit_may_make_several_jobs import (
    AsyncJob,
    AsyncOneSubmitMayMakeSeveralJobs,
    Job,
    OneSubmitMayMakeSeveralJobs,
    errors,
)
from one_submit_may_make_several_jobs.resources.shots import AsyncShot, Shot

PNG = b"\x89PNG\r\n\x1a\n" + bytes(12) + b"\x00\x00\x00\x00IEND\xaeB`\x82"


class Vendor:
    """Makes two jobs a submit; a job is done at its second look, and the one called `broken` never."""

    def __init__(self, broken: int = 0, refused: str = "") -> None:
        self.broken, self.submits, self.looks = broken, 0, dict[int, int]()
        self.refused = refused

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == self.refused:
            return httpx2.Response(401, json={})
        if request.url.path.endswith("/image"):
            return httpx2.Response(200, content=PNG, headers={"content-type": "image/png"})
        if request.method == "POST":
            self.submits += 1
            ids = (2 * self.submits - 1, 2 * self.submits)
            return httpx2.Response(
                200, json={str(one): {"id": one, "state": "busy"} for one in ids}
            )
        number = int(request.url.path.rpartition("/")[2])
        self.looks[number] = self.looks.get(number, 0) + 1
        state = "busy" if self.looks[number] < 2 else "broken" if number == self.broken else "done"
        return httpx2.Response(200, json={"id": number, "state": state, "why": "no paper"})

    @property
    def http(self) -> httpx2.Client:
        return httpx2.Client(transport=httpx2.MockTransport(self))

    @property
    def async_http(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self))


def client_of(vendor: Vendor, **given: Any) -> OneSubmitMayMakeSeveralJobs:
    return OneSubmitMayMakeSeveralJobs(http_client=vendor.http, **given)


# A submit gives all its jobs; each is followed on its own, and taken up on its own.
vendor = Vendor()
client = client_of(vendor)
jobs = client.shots.submit()
assert_type(jobs, list[Job[Shot]])
assert callable(client.shots.list), "a method of this name hides no list"
assert [job.id for job in jobs] == ["1", "2"]
assert jobs[1].wait().url == "https://api.example.com/shots/2/image"
assert client.jobs.resume(jobs[0].token).wait().url == "https://api.example.com/shots/1/image"

with tempfile.TemporaryDirectory() as folder:
    # In one breath: all are waited for, and all files are saved into a folder.
    shots = client.shots.generate(save_to=folder)
    assert_type(shots, list[Shot])
    assert [shot.answer.id for shot in shots] == [3, 4]
    assert sorted(path.name for path in Path(folder).iterdir()) == ["3.png", "4.png"]
    # One file for several jobs is no place: nothing is paid.
    try:
        client.shots.generate(save_to=Path(folder) / "shot.png")
    except errors.ConfigurationError as error:
        assert "folder" in error.hint
    else:
        raise AssertionError("there are several files")
    assert vendor.submits == 2

    # The key stands for all of them, in another process too.
    vendor = Vendor()
    with client_of(vendor, ledger=f"{folder}/jobs.sqlite3") as client:
        assert [job.id for job in client.shots.submit(key="order-1")] == ["1", "2"]
    with client_of(vendor, ledger=f"{folder}/jobs.sqlite3") as client:
        assert [job.id for job in client.shots.submit(key="order-1")] == ["1", "2"]
        assert [shot.answer.id for shot in client.shots.generate(key="order-1")] == [1, 2]
        assert [row.state for row in client.ledger.rows()] == ["succeeded", "succeeded"]
    assert vendor.submits == 1

# One that fails ends no other: all are waited for, and the error tells how to get at the others.
vendor = Vendor(broken=1)
try:
    client_of(vendor).shots.generate()
except errors.JobFailedError as error:
    assert (error.job_id, "no paper" in error.message) == ("1", True)
    (note,) = error.__notes__
    assert note.startswith('the job is done: client.jobs.resume("shots.submit~2").wait()')
else:
    raise AssertionError("one has failed")
assert vendor.looks == {1: 2, 2: 2}

# What the others came to is saved before that is told, whatever the error is.
with tempfile.TemporaryDirectory() as folder:
    for vendor, kind in (
        (Vendor(broken=1), errors.JobFailedError),
        (Vendor(refused="/shots/1"), errors.AuthenticationError),
        (Vendor(refused="/shots/1/image"), errors.APIError),
    ):
        try:
            client_of(vendor).shots.generate(save_to=folder, overwrite=True)
        except kind as error:
            assert error.job_id == "1"
        else:
            raise AssertionError("one has failed")
        (saved,) = Path(folder).iterdir()
        assert saved.name == "2.png"
        saved.unlink()

# Time is for all together, and none is lost when it is up.
try:
    client_of(Vendor()).shots.generate(wait_timeout=0)
except errors.JobTimeoutError as error:
    told = "\n".join([str(error), *error.__notes__])
    assert "shots.submit~1" in told
    assert "shots.submit~2" in told
else:
    raise AssertionError("no job is done at its first look")


async def meanwhile() -> None:
    client = AsyncOneSubmitMayMakeSeveralJobs(http_client=Vendor().async_http)
    jobs = await client.shots.submit()
    assert_type(jobs, list[AsyncJob[AsyncShot]])
    assert [job.id for job in jobs] == ["1", "2"]
    with tempfile.TemporaryDirectory() as folder:
        shots = await client.shots.generate(save_to=f"{folder}/new/")
        assert_type(shots, list[AsyncShot])
        assert [shot.answer.id for shot in shots] == [3, 4]
        assert sorted(path.name for path in Path(folder, "new").iterdir()) == ["3.png", "4.png"]


asyncio.run(meanwhile())
