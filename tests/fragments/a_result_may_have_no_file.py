import asyncio
from typing import Any

from a_result_may_have_no_file import AResultMayHaveNoFile, AsyncAResultMayHaveNoFile, errors
from tests.answering import Reply, Vendor


def run(output: Any, state: str = "done", **further: Any) -> dict[str, Any]:
    return {"id": "r1", "state": state, "output": output, **further}


# Texts are a value and no files; what is a URL is both.
for output, urls in (
    ("https://cdn.example.com/a.png", ["https://cdn.example.com/a.png"]),
    (["https://cdn.example.com/a.png", "a caption"], ["https://cdn.example.com/a.png"]),
    ("Once upon a time", []),
    (["Once ", "upon ", "a time"], []),
    ("files/7", []),
    (None, []),
):
    vendor = Vendor(run(None, "busy"), run(output))
    client = AResultMayHaveNoFile(http_client=vendor.http)
    result = client.runs.submit().refresh().result()
    assert (result.value, [file.url for file in result.files]) == (output, urls)

# Whoever asks for the file of a result without one is told so.
try:
    _ = result.file
except errors.JobResultError as error:
    assert "no file" in str(error)
else:
    raise AssertionError("there is no file")

# A job that is done at once, with a text, is not asked for again.
vendor = Vendor(run("Once upon a time"))
job = AResultMayHaveNoFile(http_client=vendor.http).runs.submit()
assert job.wait().value == "Once upon a time"
assert len(vendor.requests) == 1

# Where nothing names the file, nothing is asked for.
vendor = Vendor(run(None, "busy"), run(None, file=None))
batch = AResultMayHaveNoFile(http_client=vendor.http).batches.submit().refresh().result()
assert (batch.files, batch.value) == ([], None)
assert len(vendor.requests) == 2
content = Reply(body=b"lines", content_type="application/octet-stream")
vendor = Vendor(run(None, "busy"), run(None, file="f9"), content)
batch = AResultMayHaveNoFile(http_client=vendor.http).batches.submit().refresh().result()
assert (len(batch.files), vendor.target) == (1, "/files/f9")


async def meanwhile() -> None:
    vendor = Vendor(run(None, "busy"), run("Once upon a time"))
    client = AsyncAResultMayHaveNoFile(http_client=vendor.async_http)
    result = await (await (await client.runs.submit()).refresh()).result()
    assert (result.value, result.files) == ("Once upon a time", [])


asyncio.run(meanwhile())
