import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from each_end_of_a_job_has_its_class import (
    AsyncEachEndOfAJobHasItsClass,
    EachEndOfAJobHasItsClass,
    errors,
)
from tests.answering import Reply, Vendor

ENDS: dict[str, type[errors.JobError]] = {
    "bad": errors.JobFailedError,
    "dropped": errors.JobCancelledError,
    "stale": errors.JobExpiredError,
    "unknown": errors.JobMissingError,
}
new = {"id": "f1", "state": "new", "price": 2.5, "warning": "odd"}


def told(state: str, **members: object) -> dict[str, object]:
    return {"id": "f1", "state": state, **members}


def client_of(vendor: Vendor) -> EachEndOfAJobHasItsClass:
    return EachEndOfAJobHasItsClass(http_client=vendor.http)


# Success: what it cost, how far it was, until when its files are kept.
vendor = Vendor(
    new,
    told("busy", frames=5, all=20),
    Reply(status=503, headers={"retry-after": "0"}),
    {"id": "f1", "old_state": "done", "files": ["https://x/1", "https://x/2"], "spent": "1.50"},
)
updates: list[Any] = []
film = client_of(vendor).films.submit().wait(timeout=60, on_update=updates.append)
assert [update.progress for update in updates][:2] == [None, 0.25]
assert [update.state for update in updates] == ["queued", "running", "running", "succeeded"]
assert (film.cost, film.discount, film.currency) == (Decimal("1.50"), None, "credits")
assert [file.url for file in film.files] == ["https://x/1", "https://x/2"]
assert film.expires_at is not None
assert timedelta(minutes=59) < film.expires_at - datetime.now(UTC) <= timedelta(hours=1)

# Each other end is an exception of its own, with the vendor's code: in the poll, else in the submit.
for word, kind in ENDS.items():
    vendor = Vendor(new, told(word, error={"code": 17, "text": "so dark"}))
    job = client_of(vendor).films.submit()
    try:
        job.wait()
    except kind as error:
        assert isinstance(error, errors.TooDarkError)
        assert error.code == "17"
        assert "so dark" in str(error)
        assert error.job_id == "f1"
    else:
        raise AssertionError(word)
vendor = Vendor(new, told("bad"))
try:
    client_of(vendor).films.submit().wait()
except errors.JobFailedError as error:
    assert error.code == "odd"
else:
    raise AssertionError("it has failed")

# A 404 is no failure, and time that is up is none either: both know how to go on.
vendor = Vendor(new, Reply(status=404, body=b"{}"))
try:
    client_of(vendor).films.submit().wait()
except errors.JobMissingError as error:
    assert error.retryable
else:
    raise AssertionError("it is not found")
vendor = Vendor(new, told("busy"))
job = client_of(vendor).films.submit()
for patience in (None, 0):  # what the document says, and what the caller does
    try:
        job.wait(timeout=patience)
    except errors.JobTimeoutError as error:
        assert error.job is job
        assert error.token == job.token
    else:
        raise AssertionError("it goes on")


async def meanwhile() -> None:
    for word, kind in ENDS.items():
        vendor = Vendor(new, told(word))
        client = AsyncEachEndOfAJobHasItsClass(http_client=vendor.async_http)
        try:
            await (await client.films.submit()).wait()
        except kind as error:
            assert error.job_id == "f1"
        else:
            raise AssertionError(word)
    vendor = Vendor(new, told("busy"))
    client = AsyncEachEndOfAJobHasItsClass(http_client=vendor.async_http)
    job = await client.films.submit()
    try:
        await job.wait(timeout=0)
    except errors.JobTimeoutError as error:
        assert error.job is job
    else:
        raise AssertionError("it goes on")


asyncio.run(meanwhile())
