import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lost_jobs_are_found_on_every_page import (
    AsyncLostJobsAreFoundOnEveryPage,
    LostJobsAreFoundOnEveryPage,
    errors,
)
from tests.answering import Reply, Vendor


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def heard() -> Iterator[list[str]]:
    kept, logger = Kept(), logging.getLogger("lost_jobs_are_found_on_every_page")
    logger.addHandler(kept)
    try:
        yield kept.lines
    finally:
        logger.removeHandler(kept)


def page(*ids: int, **further: Any) -> dict[str, Any]:
    return {"jobs": [{"id": one} for one in ids], **further}


begin = "https://api.example.com/north/jobs?createdAfter=May"

# A parameter is called as the woven methods call it, and where the answer links to a next page,
# that is read too: without a word about pages in the document.
vendor = Vendor(page(1, next="?cursor=b"), page(2, next=f"{begin}&cursor=c"), page(3, next=None))
client = LostJobsAreFoundOnEveryPage(http_client=vendor.http)
jobs = client.jobs.list(shop_name="north", created_after="May")
assert [job.id for job in jobs] == ["1", "2", "3"]
assert [str(request.url) for request in vendor.requests] == [
    begin,
    "https://api.example.com/north/jobs?cursor=b",
    f"{begin}&cursor=c",
]

# The names of the document are understood as well.
vendor = Vendor(page(1))
client = LostJobsAreFoundOnEveryPage(http_client=vendor.http)
client.jobs.list(ShopName="north", createdAfter="May")
assert str(vendor.requests[0].url) == begin
try:
    client.jobs.list()
except errors.ConfigurationError as error:
    assert "jobs.list needs 'shop_name'" in str(error)
    assert "jobs.list(shop_name=...)" in str(error)
else:
    raise AssertionError("the shop is missing")
try:
    client.jobs.list(shop_name="north", create_after="May")
except TypeError as error:
    assert "'created_after'" in str(error)
else:
    raise AssertionError("there is no such parameter")

# A job has one token, wherever its handle comes from.
vendor = Vendor({"id": 7, "state": "busy"}, page(7))
client = LostJobsAreFoundOnEveryPage(http_client=vendor.http)
job = client.jobs_of_shops.submit("north")
(found,) = client.jobs.list(shop_name="north")
assert found.token == job.token
assert job.token.endswith(".submit~7")

linked = Reply(body=json.dumps(page(1)).encode(), headers={"Link": '<?p=2>; rel="next"'})
# A `Link` header is a link too; one that leads in a circle, or to another server, is not followed.
for answers, ids, asked, words in (
    ([linked, page(2)], ["1", "2"], 2, ""),
    ([page(1, next="?p=2"), page(2, next="?p=2")], ["1", "2"], 2, ""),
    ([page(1, next="https://else.example.com/jobs")], ["1"], 1, "another server"),
    ([page(1, next="token-of-page-2")], ["1"], 1, "may be more"),
    ([page(1, has_more=True)], ["1"], 1, "may be more"),
    ([page(1, has_more=False, next="")], ["1"], 1, ""),
    ([page(next="?p=2"), page(2)], [], 1, ""),
    # A server that takes no notice of its own parameter gives the same jobs for ever.
    ([page(1, next="?p=2"), page(1, next="?p=3"), page(2)], ["1"], 2, "no job that is new"),
):
    vendor = Vendor(*answers)
    client = LostJobsAreFoundOnEveryPage(http_client=vendor.http)
    with heard() as lines:
        assert [job.id for job in client.jobs.list(shop_name="north")] == ids, answers
    assert len(vendor.requests) == asked, answers
    assert (words in " ".join(lines)) if words else not lines, (answers, lines)


async def meanwhile() -> None:
    vendor = Vendor(page(1, next="?cursor=b"), page(2))
    client = AsyncLostJobsAreFoundOnEveryPage(http_client=vendor.async_http)
    jobs = await client.jobs.list(shop_name="north")
    assert [job.id for job in jobs] == ["1", "2"]


asyncio.run(meanwhile())
