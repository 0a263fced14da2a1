import asyncio
import json

from a_refusal_proves_what_it_says import (
    ARefusalProvesWhatItSays,
    AsyncARefusalProvesWhatItSays,
    errors,
)
from tests.answering import Reply, Vendor

broken = Reply(status=500, headers={"retry-after": "0"})


def refused(code: str, status: int = 422) -> Reply:
    error = {"error": {"code": code, "message": f"no: {code}"}}
    return Reply(status=status, body=json.dumps(error).encode())


def client_of(vendor: Vendor) -> ARefusalProvesWhatItSays:
    return ARefusalProvesWhatItSays(http_client=vendor.http)


# A repeat that is refused because the key is known proves that the first arrived.
vendor = Vendor(broken, refused("key_reuse"))
job = client_of(vendor).prints.submit(idempotency_key="k1")
assert (job.id, len(vendor.requests)) == ("k1", 2)

# One that is refused for another reason proves nothing: the doubt stays.
for status in (422, 409):
    vendor = Vendor(broken, refused("bad_workflow", status))
    try:
        client_of(vendor).prints.submit(idempotency_key="k1")
    except errors.SubmitUncertainError as error:
        assert (error.job_id, error.status) == ("k1", 500)
        assert "first arrived" not in error.known
    else:
        raise AssertionError("nobody knows whether there is a job")
    assert len(vendor.requests) == 2

# Without a doubt it is a refusal as any other.
try:
    client_of(Vendor(refused("bad_workflow"))).prints.submit(idempotency_key="k1")
except errors.UnprocessableEntityError as error:
    assert (error.billed, error.message) == ("no", "no: bad_workflow")
else:
    raise AssertionError("it was refused")


async def meanwhile() -> None:
    vendor = Vendor(broken, refused("key_reuse"))
    client = AsyncARefusalProvesWhatItSays(http_client=vendor.async_http)
    assert (await client.prints.submit(idempotency_key="k2")).id == "k2"


asyncio.run(meanwhile())
