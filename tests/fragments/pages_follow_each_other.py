import asyncio
import json
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, assert_type

from pages_follow_each_other import (
    AsyncPages,
    AsyncPagesFollowEachOther,
    Pages,
    PagesFollowEachOther,
    errors,
    models,
)
from tests.answering import Reply, Vendor


def page(*numbers: int, **told: Any) -> dict[str, Any]:
    return {"data": [{"n": number} for number in numbers], **told}


def linked(link: str, *numbers: int) -> Reply:
    body = json.dumps([{"n": number} for number in numbers]).encode()
    return Reply(body=body, headers={"link": link})


Iterating = Callable[[PagesFollowEachOther], Iterable[models.Thing]]


def run(call: Iterating, *answers: Any) -> tuple[list[int], list[str]]:
    """The numbers that come, and what was asked for."""
    vendor = Vendor(*answers)
    client = PagesFollowEachOther(api_key="k-123456789", http_client=vendor.http)
    numbers = [thing.n for thing in call(client)]
    assert all(asked.headers["authorization"] == "Bearer k-123456789" for asked in vendor.requests)
    return numbers, [asked.url.raw_path.decode().removeprefix("/v1") for asked in vendor.requests]


FIRST, LAST = page(1, 2, next="b/?"), page(3, next=None)
asked = ["/by-cursor?limit=2&kind=a", "/by-cursor?cursor=b%2F%3F&limit=2&kind=a"]
assert run(lambda client: client.things.iterate(limit=2, kind="a"), FIRST, LAST) == (
    [1, 2, 3],
    asked,
)
# The end: no page, no cursor, an empty one, or one that was there before.
for last in (page(next="z"), page(3), page(3, next=""), page(3, next="b/?")):
    numbers, targets = run(lambda client: client.things.iterate(), FIRST, last)
    assert (numbers[:2], len(targets)) == ([1, 2], 2), last

by_more = [page(1, 2, more=True), page(more=True), page(3, more=False)]
assert run(lambda client: client.things.iterate_by_more(), *by_more[::2])[1] == [
    "/by-more",
    "/by-more?after=2",
]
assert run(lambda client: client.things.iterate_by_more(after=7), by_more[2])[1] == [
    "/by-more?after=7"
]

pages = [page(1, total=2), page(2, total=2)]
assert run(lambda client: client.things.iterate_by_page(), *pages) == (
    [1, 2],
    ["/by-page", "/by-page?page=2"],
)
assert run(lambda client: client.things.iterate_by_page(page=2), *pages[1:])[1] == [
    "/by-page?page=2"
]
assert run(lambda client: client.things.iterate_by_page(), page(1), page())[1] == [
    "/by-page",
    "/by-page?page=2",
]

parts = [page(1, 2, total=3), page(3, total=3)]
assert run(lambda client: client.things.iterate_by_offset(), *parts) == (
    [1, 2, 3],
    ["/by-offset", "/by-offset?offset=2"],
)

links = [
    linked(
        '</v1/by-link?a=1,2&b="x">; title="a, b"; rel="prev", </v1/by-link?after=2>; REL="last next"',
        1,
        2,
    ),
    linked("<https://api.example.com/v1/by-link>; rel=first", 3),
]
assert run(lambda client: client.things.iterate_by_link(kind="a"), *links) == (
    [1, 2, 3],
    ["/by-link?kind=a", "/by-link?after=2"],
)
urls = [
    page(1, next="https://api.example.com/v1/by-url?p=2"),
    page(2, next="?p=3"),
    page(3, next=None),
]
assert run(lambda client: client.things.iterate_by_url(), *urls) == (
    [1, 2, 3],
    ["/by-url", "/by-url?p=2", "/by-url?p=3"],
)

# The key goes nowhere else, and a page without its list is no page.
vendor = Vendor(page(1, next="https://api.example.org/v1/by-url"))
client = PagesFollowEachOther(api_key="k-123456789", http_client=vendor.http)
things = iter(client.things.iterate_by_url())
assert next(things) == models.Thing(n=1)
try:
    next(things)
except errors.APIError as error:
    assert "another server" in str(error)
    assert len(vendor.requests) == 1
else:
    raise AssertionError("that is another server")
vendor = Vendor({"things": []})
client = PagesFollowEachOther(api_key="k-123456789", http_client=vendor.http)
try:
    list(client.things.iterate())
except errors.APIError as error:
    assert "$.data" in str(error)
else:
    raise AssertionError("there is no list")

# Nothing is asked for before it is needed; what was begun can begin again; pages are answers.
vendor = Vendor(FIRST, LAST, FIRST, LAST, FIRST)
client = PagesFollowEachOther(api_key="k-123456789", http_client=vendor.http)
all_things = client.things.iterate()
assert_type(all_things, Pages[models.Thing, models.Page])
assert not vendor.requests
assert [thing.n for thing in islice(all_things, 2)] == [1, 2]
assert len(vendor.requests) == 1
vendor = Vendor(Reply(status=429, headers={"retry-after": "0"}), FIRST, LAST)
client = PagesFollowEachOther(api_key="k-123456789", http_client=vendor.http)
assert [one.next for one in client.things.iterate().pages()] == ["b/?", None]
assert client.things.list() == models.Page(data=[models.Thing(n=3)], next=None)


async def later() -> None:
    told = Vendor(FIRST, LAST, FIRST, LAST)
    client = AsyncPagesFollowEachOther(api_key="k-123456789", http_client=told.async_http)
    things = client.things.iterate()
    assert_type(things, AsyncPages[models.Thing, models.Page])
    assert [thing.n async for thing in things] == [1, 2, 3]
    assert [len(one.data or ()) async for one in things.pages()] == [2, 1]


asyncio.run(later())
