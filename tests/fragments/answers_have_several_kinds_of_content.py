import asyncio
from typing import assert_type

from answers_have_several_kinds_of_content import (
    AnswersHaveSeveralKindsOfContent,
    AsyncAnswersHaveSeveralKindsOfContent,
    Download,
    Stream,
    models,
)
from tests.answering import Reply, Vendor

vendor = Vendor(
    [{"n": 1}],
    Reply(body=b"n\n1\n", content_type="text/csv"),
    Reply(body=b"%PDF", content_type="application/pdf"),
    Reply(body=b'{"n": 1}\n{"n": 2}\n', content_type="application/x-ndjson"),
    Reply(body=b"one", content_type="text/plain"),
)
client = AnswersHaveSeveralKindsOfContent(http_client=vendor.http)


def accepted() -> str:
    return str(vendor.last.headers["accept"])


things = client.things.list()
assert_type(things, list[models.Thing])
assert (things, accepted()) == ([models.Thing(n=1)], "application/json")
table = client.things.list_as_csv()
assert_type(table, str)
assert (table, accepted()) == ("n\n1\n", "text/csv")
paper = client.things.list_as_pdf()
assert_type(paper, Download)
assert (paper.read(), accepted()) == (b"%PDF", "application/pdf")
stream = client.things.list_stream()
assert_type(stream, Stream[models.Thing])
assert ([thing.n for thing in stream], accepted()) == ([1, 2], "application/x-ndjson")
assert client.things.get_same() == "one"

# XML is a twin of JSON, and text of the same type is the same: neither gets a method.
methods = [name for name in dir(client.things) if not name.startswith("_")]
assert methods == ["get_same", "list", "list_as_csv", "list_as_pdf", "list_stream"]


async def later() -> None:
    told = Vendor(Reply(body=b"n\n", content_type="text/csv"))
    client = AsyncAnswersHaveSeveralKindsOfContent(http_client=told.async_http)
    assert await client.things.list_as_csv() == "n\n"
    assert await (await client.things.list_as_pdf()).read() == b"n\n"


asyncio.run(later())
