import asyncio
from datetime import datetime
from typing import assert_type

from one_result_call_gives_the_answer import (
    AsyncOneResultCallGivesTheAnswer,
    OneResultCallGivesTheAnswer,
    models,
)
from tests.answering import Vendor

busy, done = {"id": "s1", "state": "busy"}, {"id": "s1", "state": "done"}
pages = {"pages": [{"text": "one"}], "expires_at": ["never"]}

# The answer of a finished job is that of its result call, for type checkers too.
vendor = Vendor(busy, done, pages)
result = OneResultCallGivesTheAnswer(http_client=vendor.http).scans.submit().refresh().result()
assert_type(result.pages, list[models.Page])
assert_type(result.answer, models.PageList)
assert [page.text for page in result.pages] == ["one"]
assert not hasattr(result, "warnings"), "that is of the poll"
# What a result has of its own keeps its meaning.
assert_type(result.expires_at, datetime | None)
assert result.expires_at is None


async def meanwhile() -> None:
    vendor = Vendor(busy, done, pages)
    client = AsyncOneResultCallGivesTheAnswer(http_client=vendor.async_http)
    result = await (await (await client.scans.submit()).refresh()).result()
    assert_type(result.pages, list[models.Page])
    assert [page.text for page in result.pages] == ["one"]


asyncio.run(meanwhile())
